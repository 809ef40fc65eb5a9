"""Calls of the P-Series as they are told: states, events, outcomes."""

from itertools import pairwise

import pytest

from custom_components.pbx.client import CallDirection, ExtensionStatus, PartyState
from tests.simulator.yeastar_p import PSimulator

from .conftest import Watched, until


async def test_first_picture(watched: Watched) -> None:
    """Names and statuses are there after the first reading."""
    assert watched.extension("1002").name == "Amy Baker"
    assert watched.extension("1002").status is ExtensionStatus.IDLE
    assert watched.extension("1010").status is ExtensionStatus.OFFLINE
    assert {name: trunk.usable for name, trunk in watched.board.trunks.items()} == {
        "DIGIT1": False,
        "FXO2-4": False,
        "GSM2-7": False,
        "SIP-142": True,
    }


@pytest.mark.parametrize("told", ["all", "changed"])
@pytest.mark.parametrize("encoding", ["string", "object"])
async def test_inbound_call_from_ring_to_end(
    sim: PSimulator, watched: Watched, told: str, encoding: str
) -> None:
    """Each step is shown at once, and told once."""
    sim.api.members_told = told  # type: ignore[assignment]
    sim.api.body_encoding = encoding  # type: ignore[assignment]
    call = sim.exchange.inbound("5503301", "1002", "SIP-142")
    await until(lambda: watched.extension("1002").status is ExtensionStatus.RINGING)
    shown = watched.call_of("1002")
    assert shown is not None
    assert (shown.id, shown.direction) == (call.call_id, CallDirection.INBOUND)
    assert (shown.trunk, shown.dialed) == ("SIP-142", "1002")
    assert [(party.number, party.caller, party.state) for party in shown.parties] == [
        ("5503301", True, PartyState.DIALING),
        ("1002", False, PartyState.RINGING),
    ]
    call.answer()
    await until(lambda: watched.extension("1002").status is ExtensionStatus.BUSY)
    call.hold("1002")
    await until(lambda: watched.extension("1002").status is ExtensionStatus.ON_HOLD)
    call.unhold("1002")
    await until(lambda: watched.extension("1002").status is ExtensionStatus.BUSY)
    call.hang_up("1002")
    await until(lambda: watched.extension("1002").status is ExtensionStatus.IDLE)
    await until(lambda: len(watched.told("1002")) == 5)
    assert watched.told("1002") == [
        ("ringing", None),
        ("answered", None),
        ("held", None),
        ("resumed", None),
        ("ended", "answered"),
    ]
    assert watched.board.calls == []


async def test_internal_call_tells_both_ends(sim: PSimulator, watched: Watched) -> None:
    """The caller dials, the callee rings; both end with the same outcome."""
    call = sim.exchange.call("1002", "1005")
    await until(lambda: watched.extension("1005").status is ExtensionStatus.RINGING)
    assert watched.extension("1002").status is ExtensionStatus.BUSY
    call.answer()
    await until(lambda: ("answered", None) in watched.told("1002"))
    call.hang_up("1005")
    await until(lambda: len(watched.told("1002")) == len(watched.told("1005")) == 3)
    assert watched.told("1002") == [
        ("dialing", None),
        ("answered", None),
        ("ended", "answered"),
    ]
    assert watched.told("1005") == [
        ("ringing", None),
        ("answered", None),
        ("ended", "answered"),
    ]


async def test_outbound_call_names_trunk_and_number(
    sim: PSimulator, watched: Watched
) -> None:
    """The outside callee is a party with its trunk."""
    sim.exchange.call("1002", "5503301", "SIP-142")
    await until(lambda: watched.call_of("1002"))
    shown = watched.call_of("1002")
    assert shown is not None
    assert (shown.direction, shown.trunk) == (CallDirection.OUTBOUND, "SIP-142")
    other = shown.other("1002")
    assert other is not None
    assert (other.number, other.extension, other.trunk) == ("5503301", False, "SIP-142")


async def test_missed_call(sim: PSimulator, watched: Watched) -> None:
    """The outside caller gives up."""
    call = sim.exchange.inbound("5503301", "1002", "SIP-142")
    await until(lambda: watched.told("1002") == [("ringing", None)])
    call.hang_up()
    await until(lambda: len(watched.told("1002")) == 2)
    assert watched.told("1002")[-1] == ("missed", "missed")


async def test_declined_call(sim: PSimulator, watched: Watched) -> None:
    """The callee declines: it ends there, and failed for the caller."""
    call = sim.exchange.call("1002", "1005")
    await until(lambda: watched.told("1005") == [("ringing", None)])
    call.reject()
    await until(lambda: len(watched.told("1002")) == len(watched.told("1005")) == 2)
    assert watched.told("1002")[-1] == ("failed", "rejected")
    assert watched.told("1005")[-1] == ("ended", "rejected")


async def test_group_call_is_answered_by_one(sim: PSimulator, watched: Watched) -> None:
    """The others were not missed: it was answered elsewhere."""
    call = sim.exchange.inbound("5503301", "6200", "SIP-142")
    numbers = ("1000", "1001", "1002")
    await until(
        lambda: all(watched.told(number) == [("ringing", None)] for number in numbers)
    )
    shown = watched.call_of("1001")
    assert shown is not None
    assert shown.via == "6200"
    call.answer("1001")
    await until(lambda: len(watched.told("1002")) == len(watched.told("1000")) == 2)
    assert watched.told("1001")[-1] == ("answered", None)
    assert watched.told("1000")[-1] == ("ended", "answered_elsewhere")
    assert watched.told("1002")[-1] == ("ended", "answered_elsewhere")


async def test_second_call_of_a_phone(sim: PSimulator, watched: Watched) -> None:
    """Each call is its own; the first is on hold while the second is talked on."""
    first = sim.exchange.inbound("5503301", "1002", "SIP-142")
    first.answer()
    await until(lambda: ("answered", None) in watched.told("1002"))
    second = sim.exchange.inbound("5503302", "1002", "SIP-142")
    await until(lambda: watched.extension("1002").status is ExtensionStatus.RINGING)
    second.answer()
    await until(lambda: ("held", None) in watched.told("1002"))
    await until(lambda: watched.extension("1002").status is ExtensionStatus.BUSY)
    states = {call.id: call.held for call in watched.board.calls_of("1002")}
    assert states == {first.call_id: True, second.call_id: False}
    second.hang_up("1002")
    await until(lambda: len(watched.board.calls_of("1002")) == 1)


async def test_blind_transfer_moves_the_caller(
    sim: PSimulator, watched: Watched
) -> None:
    """The transferor leaves, the caller goes on to the other extension."""
    call = sim.exchange.inbound("5503301", "1002", "SIP-142")
    call.answer()
    await until(lambda: ("answered", None) in watched.told("1002"))
    call.transfer("1005", by="1002")
    await until(lambda: watched.told("1005") == [("ringing", None)])
    await until(lambda: watched.told("1002")[-1] == ("ended", "answered"))
    call.answer()
    await until(lambda: ("answered", None) in watched.told("1005"))
    call.hang_up("1005")
    await until(lambda: watched.told("1005")[-1] == ("ended", "answered"))
    assert watched.board.calls == []


async def test_attended_transfer_joins_two_calls(
    sim: PSimulator, watched: Watched
) -> None:
    """The callee of the second call goes on in the first one, without an end."""
    first = sim.exchange.inbound("5503301", "1002", "SIP-142")
    first.answer()
    second = sim.exchange.call("1002", "1005")
    await until(lambda: watched.told("1005") == [("ringing", None)])
    second.answer()
    await until(lambda: ("answered", None) in watched.told("1005"))
    sim.exchange.attended_transfer("1002")
    await until(lambda: watched.extension("1002").status is ExtensionStatus.IDLE)
    await until(lambda: len(watched.board.calls) == 1)
    shown = watched.call_of("1005")
    assert shown is not None
    assert shown.id == first.call_id
    assert {party.number for party in shown.parties} == {"5503301", "1005"}
    assert watched.told("1005") == [("ringing", None), ("answered", None)]


async def test_call_in_progress_is_found(sim: PSimulator, watched: Watched) -> None:
    """A call whose events were lost is shown after the next reading, and its end too."""
    sim.front.deliver = False
    call = sim.exchange.inbound("5503301", "1002", "SIP-142")
    call.answer()
    await watched.read()
    assert watched.extension("1002").status is ExtensionStatus.BUSY
    shown = watched.call_of("1002")
    assert shown is not None
    assert shown.id == call.call_id
    call.hang_up()
    await watched.read()
    watched.settle()
    assert watched.extension("1002").status is ExtensionStatus.IDLE
    assert watched.board.calls == []


async def test_registration_is_told(sim: PSimulator, watched: Watched) -> None:
    """A phone that leaves the network is offline at once, and back at once."""
    sim.exchange.set_registered("1002", registered=False)
    await until(lambda: watched.extension("1002").status is ExtensionStatus.OFFLINE)
    sim.exchange.set_registered("1002", registered=True)
    await until(lambda: watched.extension("1002").status is ExtensionStatus.IDLE)


@pytest.mark.parametrize("empty", ["empty", "null", "missing", "60001"])
async def test_no_call_in_any_form(
    sim: PSimulator, watched: Watched, empty: str
) -> None:
    """However the PBX says that there is no call, none is shown."""
    sim.api.no_calls = empty  # type: ignore[assignment]
    await watched.read()
    assert watched.board.calls == []


async def test_extensions_on_several_pages(sim: PSimulator, watched: Watched) -> None:
    """A PBX that gives smaller pages than asked for is read to the end."""
    sim.api.max_page_size = 5
    await watched.read()
    assert len(watched.board.extensions) == 12
    pages = [
        request.query["page"]
        for request in sim.front.requests
        if request.endpoint == "extension/list"
    ][-3:]
    assert pages == ["1", "2", "3"]
    assert all(int(before) < int(after) for before, after in pairwise(pages))
