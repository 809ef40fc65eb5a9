"""What a poll reads, and how much nonsense it survives."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from custom_components.pbx.client import (
    Extension,
    ExtensionStatus,
    PbxInfo,
    PbxUnreachable,
    Switchboard,
    Trunk,
    TrunkStatus,
    Unreachable,
)
from custom_components.pbx.client.yeastar.s import YeastarS
from custom_components.pbx.client.yeastar.s.v1.found import PolledSnapshot, Ties
from tests.client.conftest import QUIET_POLL, TALKING_POLL, endpoints, polled
from tests.simulator import Fault, SimExtension, Simulator

from .wire import DEVICE, LOGIN, Wire, answer, http as http_response


async def test_snapshot_says_who_and_what(pbx: YeastarS, sim: Simulator) -> None:
    """All of it, in the PBX's order."""
    sim.call("1001", "1002", answer=True)
    sim.set_registered("1005", False)
    snapshot = await pbx.snapshot()
    assert snapshot == PolledSnapshot(
        info=PbxInfo(
            serial_number=sim.serial,
            name="Yeastar S100",
            manufacturer="Yeastar",
            model="S-Series",
            hardware_version="V1.30 0000-0000",
            firmware_version=sim.firmware,
            api_version="v1.1.0",
        ),
        extensions=(
            Extension("1001", "Anna Berg", ExtensionStatus.BUSY, "SIP"),
            Extension("1002", "Bruno Costa", ExtensionStatus.BUSY, "SIP"),
            Extension("1005", "Sami Virtanen", ExtensionStatus.OFFLINE, "SIP"),
            Extension("1006", "Door", ExtensionStatus.IDLE, "FXS", "Span2-Port1"),
        ),
        complete=True,
        calls=(),
        ties={
            "1001": Ties(others=("1002",), whole=False),
            "1002": Ties(others=("1001",), whole=False),
        },
        trunks=(
            Trunk("DIGIT1", "E1", TrunkStatus.DOWN, "Span1-Port1"),
            Trunk("FXO2-4", "FXO", TrunkStatus.FAULT, "Span2-Port4"),
            Trunk("GSM2-7", "GSM", TrunkStatus.NO_SIM, "Span2-Port7"),
            Trunk("SIP-142", "SIP", TrunkStatus.REGISTERED),
        ),
    )


async def test_poll_of_a_quiet_office_costs_exactly_four_requests(
    connected: YeastarS, sim: Simulator
) -> None:
    """Who the PBX is does not change without a new login."""
    for _ in range(5):
        await connected.snapshot()
    assert endpoints(sim) == QUIET_POLL * 5


async def test_poll_without_trunks_costs_exactly_three(
    connected: YeastarS, sim: Simulator
) -> None:
    """Nobody asked for them, and nothing is said of them."""
    assert (await connected.snapshot(trunks=False)).trunks is None
    assert endpoints(sim) == QUIET_POLL[:3]


async def test_all_phones_in_use_are_asked_in_one_request(
    connected: YeastarS, sim: Simulator
) -> None:
    """However many there are: of what else a phone does, no list tells all."""
    sim.inbound("5503301", "1005", answer=True)
    sim.call("1001", "1002")
    snapshot = await polled(connected)
    assert endpoints(sim) == TALKING_POLL
    (asked,) = sim.requests_to("extension/query")
    assert asked.body == {"extid": "1001,1002,1005"}
    assert snapshot.ties.keys() == {"1001", "1002", "1005"}


async def test_no_more_than_fifty_extensions_are_asked_at_once(
    connected: YeastarS, sim: Simulator
) -> None:
    """The answer holds all their settings; in the next polls it is the others' turn."""
    numbers = [str(number) for number in range(2000, 2120)]
    for number in numbers:
        sim.add_extension(SimExtension(number))
    for number in numbers[::2]:
        sim.call(number, str(int(number) + 1), answer=True)
    asked = [(await polled(connected)).ties.keys() for _ in range(3)]
    assert [len(some) for some in asked] == [50, 50, 50]
    assert set().union(*asked) == set(numbers)


@pytest.mark.parametrize("endpoint", ["inbound/query", "outbound/query"])
async def test_pbx_without_lists_of_calls_is_polled_all_the_same(
    talking: YeastarS, sim: Simulator, endpoint: str
) -> None:
    """Older firmware refuses them; then nothing is known of calls, not that there are none."""
    sim.faults.add(Fault(kind="errno", endpoint=endpoint, errno=10003))
    snapshot = await polled(talking)
    assert snapshot.complete
    assert snapshot.calls is None
    assert snapshot.ties == {}
    assert sim.requests_to("extension/query") == []


async def test_pbx_that_does_not_tell_the_settings_of_extensions(
    talking: YeastarS, sim: Simulator
) -> None:
    """The internal call is not found; that proves nothing, as nobody was looked into."""
    sim.faults.add(Fault(kind="errno", endpoint="extension/query", errno=10006))
    snapshot = await polled(talking)
    assert snapshot.calls == ()
    assert snapshot.ties == {}


async def test_pbx_that_does_not_list_its_trunks(
    connected: YeastarS, sim: Simulator
) -> None:
    """Unknown is not none."""
    sim.faults.add(Fault(kind="errno", endpoint="trunklist/query", errno=30001))
    snapshot = await connected.snapshot()
    assert snapshot.complete
    assert snapshot.trunks is None


async def test_identity_is_read_again_after_a_new_login(
    connected: YeastarS, sim: Simulator
) -> None:
    """The box may have new firmware, or be another one."""
    sim.firmware = "30.15.0.99"
    sim.serial = "111111111111"
    await connected.snapshot()
    assert "deviceinfo/query" not in endpoints(sim)

    sim.restart()
    info = (await connected.snapshot()).info
    assert info.firmware_version == "30.15.0.99"
    assert info.serial_number == "111111111111"
    # New firmware may have a newer API: that is found anew, and the identity read again.
    assert len(sim.requests_to("deviceinfo/query")) == 2

    await connected.snapshot()
    assert len(sim.requests_to("deviceinfo/query")) == 2


async def test_identity_is_read_again_when_it_could_not_be_read(
    connected: YeastarS, sim: Simulator
) -> None:
    """A failure is not remembered as an identity."""
    sim.firmware = "30.15.0.99"
    sim.restart()
    sim.faults.add(Fault(kind="html", endpoint="deviceinfo/query", times=1))
    with pytest.raises(PbxUnreachable):
        await connected.snapshot()
    assert (await connected.snapshot()).info.firmware_version == "30.15.0.99"


async def test_identity_is_read_again_when_its_own_token_died(
    connected: YeastarS, sim: Simulator
) -> None:
    """A login in the middle of reading it may have reached another box."""
    sim.restart()
    sim.faults.add(
        Fault(kind="errno", endpoint="deviceinfo/query", errno=20004, times=1)
    )
    await connected.snapshot()
    sim.requests.clear()
    await connected.snapshot()
    assert endpoints(sim) == ["deviceinfo/query", *QUIET_POLL]


async def test_extensions_come_and_go(connected: YeastarS, sim: Simulator) -> None:
    """Together with the switchboard: added, renamed, missing, removed."""
    board = Switchboard(reader=YeastarS.call_reader)
    board.reconcile(await connected.snapshot())
    sim.add_extension(SimExtension("1007", "Noor"))
    sim.rename_extension("1001", "Anna Nowak")
    sim.remove_extension("1006")
    changes = board.reconcile(await connected.snapshot())
    assert changes.added == {"1007"}
    assert changes.changed == {"1001", "1006"}
    assert board.reconcile(await connected.snapshot()).removed == {"1006"}
    assert board.extensions["1001"].name == "Anna Nowak"


@pytest.mark.parametrize(
    "name",
    [
        "Zoë 😀 👩‍👩‍👧",
        "\"quoted\" 'n' \\back\\slash",
        "<script>alert('x')</script> &amp; <b>",
        "N" * 200,
        "林小姐",
        "סמי וירטנן",
        "{{ states('x') }} %s {0}",
        "1001",
    ],
)
async def test_name_may_hold_anything(
    connected: YeastarS, sim: Simulator, name: str
) -> None:
    """It is passed on as it is."""
    sim.rename_extension("1001", name)
    assert (await connected.snapshot()).extensions[0].name == name


async def test_name_is_one_line(connected: YeastarS, sim: Simulator) -> None:
    """It stands in states, messages and logs; marks of direction would turn them round."""
    sim.rename_extension("1001", "two\nlines\tand\x00 \u202ea tab\r\n")
    assert (await connected.snapshot()).extensions[0].name == "two lines and a tab"


async def test_name_with_bytes_that_are_not_utf8_costs_only_itself(
    http: aiohttp.ClientSession,
) -> None:
    """A name cut in the middle of a character, or half of a surrogate pair."""
    items = [
        {"extnumber": "1001", "username": "CUT"},
        {"extnumber": "1002", "username": "half \ud83d"},
        {"extnumber": "10DAMAGED02", "username": "?"},
    ]
    body = json.dumps({"status": "Success", "extlist": items}).encode()
    body = body.replace(b"CUT", b"Zo\xc3").replace(b"DAMAGED", b"\xff")
    wire = Wire(answer(LOGIN), answer(DEVICE), http_response(b"\xef\xbb\xbf" + body))
    async with wire.running():
        snapshot = await YeastarS(http, wire.address, "api", "0" * 32).snapshot()
    assert [extension.name for extension in snapshot.extensions] == ["Zo�", "half ?"]
    assert not snapshot.complete


@pytest.mark.parametrize("value", [None, "", {}, "1001", 5, {"1001": {}}, True])
async def test_no_list_is_a_bad_answer(
    connected: YeastarS, sim: Simulator, value: object
) -> None:
    """Nothing follows from it, least of all that there are no extensions."""
    sim.faults.add(
        Fault(
            kind="rewrite",
            endpoint="extensionlist/query",
            rewrite=lambda full: {**full, "extlist": value},
        )
    )
    with pytest.raises(PbxUnreachable) as err:
        await connected.snapshot()
    assert err.value.reason is Unreachable.BAD_ANSWER


@pytest.mark.parametrize("kind", ["missing_fields", "wrong_types"])
@pytest.mark.parametrize("endpoint", ["deviceinfo/query", "extensionlist/query"])
async def test_answer_without_its_member_is_a_bad_answer(
    pbx: YeastarS, sim: Simulator, kind: str, endpoint: str
) -> None:
    """Success alone says nothing."""
    sim.faults.add(Fault(kind=kind, endpoint=endpoint))
    with pytest.raises(PbxUnreachable) as err:
        await pbx.snapshot()
    assert err.value.reason is Unreachable.BAD_ANSWER
    assert not err.value.maybe_done


@pytest.mark.parametrize("serial", [None, "", "   ", [], {}, False, "absent"])
async def test_without_a_serial_number_nothing_is_known(
    pbx: YeastarS, sim: Simulator, serial: object
) -> None:
    """It could be any PBX."""

    def spoil(full: dict[str, Any]) -> dict[str, Any]:
        info = {**full["deviceinfo"], "sn": serial}
        if serial == "absent":
            del info["sn"]
        return {**full, "deviceinfo": info}

    sim.faults.add(Fault(kind="rewrite", endpoint="deviceinfo/query", rewrite=spoil))
    with pytest.raises(PbxUnreachable) as err:
        await pbx.connect()
    assert err.value.reason is Unreachable.BAD_ANSWER


async def test_everything_else_of_the_identity_may_be_missing(
    http: aiohttp.ClientSession,
) -> None:
    """Firmware is empty even in a printed sample; the serial may be a number."""
    info = {"sn": 369364835218, "devicename": " ", "firmwarever": "", "uptime": []}
    wire = Wire(answer(LOGIN), answer({"status": "Success", "deviceinfo": info}))
    async with wire.running():
        found = await YeastarS(http, wire.address, "api", "0" * 32).connect()
    assert found == PbxInfo(
        serial_number="369364835218",
        name="Yeastar S-Series",
        manufacturer="Yeastar",
        model="S-Series",
        hardware_version=None,
        firmware_version=None,
        api_version="v1.1.0",
    )


async def test_switches_of_the_simulator_change_nothing(
    connected: YeastarS, sim: Simulator
) -> None:
    """Firmware differs in words and fields that say the same."""
    sim.set_registered("1002", False)
    before = (await connected.snapshot()).extensions
    sim.switches.sip_free_word = "Idle"
    sim.switches.lowercase_unavailable = True
    sim.switches.agent_id_in_list = False
    sim.switches.get_allowed = False
    sim.switches.port_required = True
    sim.switches.heartbeat_requires_address = True
    sim.expire_tokens()
    assert (await connected.snapshot()).extensions == before


async def test_concurrent_snapshots_agree(pbx: YeastarS) -> None:
    """Each is whole."""
    first, *others = await asyncio.gather(*(pbx.snapshot() for _ in range(4)))
    assert all(other == first for other in others)
