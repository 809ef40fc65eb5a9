"""The truth about a simulator: who is in which call, and where that can be seen."""

from typing import Any

import pytest

from tests.simulator import SimTrunk, Simulator
from tests.simulator.truth import truth_of


def part(sim: Simulator, number: str, at: int = 0) -> tuple[Any, ...]:
    """Return an extension's part in a call, in short."""
    found = truth_of(sim).extensions[number].parts[at]
    others = tuple(end.number for end in found.others)
    return found.doing, found.caller, others, found.observable, found.doing_shown


def shown(sim: Simulator, at: int = 0) -> tuple[set[str], str | None]:
    """Return what shows a call, and why it does not show all."""
    call = list(truth_of(sim).calls.values())[at]
    return set(call.shown_by), call.hidden


async def test_internal_call(sim: Simulator) -> None:
    """Rings, is answered, held at one end."""
    call = sim.call("1001", "1002")
    assert part(sim, "1001") == ("dialling", True, ("1002",), True, True)
    assert part(sim, "1002") == ("ringing", False, ("1001",), True, True)
    assert shown(sim) == ({"extension/query", "reports"}, None)
    call.answer()
    call.hold("1002")
    assert part(sim, "1001")[0] == "talking"
    assert part(sim, "1002") == ("held", False, ("1001",), True, True)
    extension = truth_of(sim).extensions["1002"]
    assert (extension.word, extension.monitors) == ("Hold", False)
    assert truth_of(sim).extensions["1002"].parts[0].other == "1001"


async def test_ring_group(sim: Simulator) -> None:
    """Every member has its part; the caller rings several."""
    sim.call("1003", "6200")
    assert part(sim, "1003")[2] == ("1000", "1001", "1002")
    assert part(sim, "1001") == ("ringing", False, ("1003",), True, True)
    (call,) = truth_of(sim).calls.values()
    assert call.via == "6200"
    # A caller's row names the first member; each member's own row names the caller.
    assert "extension/query" in call.ends[2].named_by


async def test_two_calls(sim: Simulator) -> None:
    """Which one is on hold cannot be seen, unless both are."""
    sim.call("1001", "1002", answer=True)
    second = sim.inbound("0123", "1002")
    assert part(sim, "1002") == ("talking", False, ("1001",), True, False)
    assert part(sim, "1002", 1) == ("ringing", False, ("0123",), True, True)
    second.answer()
    assert part(sim, "1002")[0::4] == ("held", False)
    assert part(sim, "1002", 1)[0::4] == ("talking", False)
    second.hold("1002")
    assert truth_of(sim).extensions["1002"].word == "Hold"
    assert part(sim, "1002", 1)[0::4] == ("held", True)


async def test_objects_name_the_older_of_two_calls(sim: Simulator) -> None:
    """extension/query shows one object of a kind, or all by switch."""
    sim.inbound("01", "1002", answer=True)
    sim.inbound("02", "1002")
    assert shown(sim, 1)[0] == {"inbound/query", "reports"}
    sim.switches.call_objects = "array"
    assert shown(sim, 1)[0] == {"inbound/query", "extension/query", "reports"}


async def test_transferred_out(sim: Simulator) -> None:
    """One call with a row in both queries."""
    call = sim.inbound("0123", "1002", answer=True)
    call.transfer("42003")
    assert shown(sim) == ({"inbound/query", "outbound/query", "reports"}, None)
    assert truth_of(sim).extensions["1002"].parts == ()


async def test_outbound_transferred_inside(sim: Simulator) -> None:
    """`from` stays who dialled: the row does not name the colleague."""
    call = sim.outbound("1001", "41000", answer=True)
    assert "outbound/query" in truth_of(sim).calls[call.call_id].ends[0].named_by
    call.transfer("1007")
    named = [end.named_by for end in truth_of(sim).calls[call.call_id].ends]
    assert ["outbound/query" in sources for sources in named] == [True, False]


async def test_dialled_by_api(sim: Simulator) -> None:
    """The caller's phone rings, and nothing shows that it is a call."""
    sim.exchange.dial("1001", "1002", pick_up=False)
    assert part(sim, "1001") == ("ringing", True, (), False, True)
    assert shown(sim) == (
        set(),
        "only the phone of the caller rings yet: no report, no second end",
    )
    sim.switches.ring_report_for_caller = True
    sim.exchange.dial("1003", "1004", pick_up=False)
    assert shown(sim, 1) == ({"reports"}, None)
    assert not next(iter(truth_of(sim).calls.values())).observable


@pytest.mark.parametrize(
    ("dialled", "caller_shown", "why"),
    [
        ("6700", False, "queue is no party of a report"),
        ("6500", True, "ivr is no party of a report"),
        ("1006", True, "voicemail is no party of a report"),
    ],
)
async def test_services_inside(
    sim: Simulator, dialled: str, caller_shown: bool, why: str
) -> None:
    """A colleague in a queue shows nowhere; one in an IVR or voicemail as alone."""
    for number in ("1003", "1004"):
        sim.extensions[number].dnd = True
    sim.extensions["1006"].dnd = True
    sim.call("1001", dialled)
    assert part(sim, "1001")[3] is caller_shown
    assert shown(sim) == ({"reports"} if caller_shown else set(), why)


async def test_services_from_outside(sim: Simulator) -> None:
    """The outside end always shows; of the services only the IVR, in the query."""
    sim.exchange.queues["6700"] = ["1010"]
    for dialled, why in (("6500", None), ("6700", "queue is no party of a report")):
        sim.inbound("0123", dialled)
        assert shown(sim, -1) == ({"inbound/query", "reports"}, why)


async def test_what_is_not_reported(sim: Simulator) -> None:
    """By switch, or because nobody watches the extension, until it is answered."""
    sim.switches.ring_reports = "api"
    call = sim.call("1001", "1002")
    assert shown(sim) == ({"extension/query"}, None)
    call.answer()
    assert shown(sim) == ({"extension/query", "reports"}, None)
    call.hang_up()
    sim.switches.ring_reports = "all"
    for number, reported in (("1001", True), ("1002", False)):
        sim.extensions[number].status_monitored = False
        call = sim.call("1001", "1002")
        assert ("reports" in shown(sim)[0]) is reported
        call.hang_up()
    sim.inbound("01", "1003")
    sim.call("1000", "1003")
    # The second call of 1003 is hidden behind the first nowhere: the kinds differ.
    assert shown(sim, 1)[0] == {"extension/query", "reports"}


async def test_nothing_shows_it(sim: Simulator) -> None:
    """Neither report nor query: at both ends behind an older call."""
    sim.switches.ring_reports = "none"
    sim.extensions["1002"].max_calls = 3
    sim.call("1001", "1002", answer=True)
    sim.call("1000", "1002")
    named = [end.named_by for end in list(truth_of(sim).calls.values())[1].ends]
    assert named == [frozenset({"extension/query"})] * 2
    sim.extensions["1001"].max_calls = 3
    sim.call("1001", "1007")
    call = list(truth_of(sim).calls.values())[2]
    assert call.shown_by == {"extension/query"}
    call_of_two = sim.call("1001", "1002")
    call = truth_of(sim).calls[call_of_two.call_id]
    assert not call.observable
    assert call.hidden == "no RING is sent for this call, and no query shows it"


async def test_monitors_and_absent_phones(sim: Simulator) -> None:
    """A monitor leg is no call; who unregisters during a call stays in it."""
    sim.inbound("0123", "1002", answer=True)
    sim.exchange.monitor("whisper", "1005", "1002")
    truth = truth_of(sim)
    assert (truth.extensions["1005"].word, truth.extensions["1005"].monitors) == (
        "Busy",
        True,
    )
    assert truth.extensions["1005"].parts == ()
    (monitor,) = truth.monitors.values()
    assert (monitor.supervisor, monitor.extension, monitor.reported) == (
        "1005",
        "1002",
        False,
    )
    sim.set_registered("1002", False)
    assert truth_of(sim).extensions["1002"].word == "Unavailable"
    assert part(sim, "1002") == ("talking", False, ("0123",), True, False)


async def test_trunks(sim: Simulator) -> None:
    """The words of the list."""
    sim.trunks["gsm"] = SimTrunk("gsm", "GSM", "Idle")
    sim.inbound("0123", "1002", trunk="gsm")
    trunks = truth_of(sim).trunks
    assert (trunks["gsm"].word, trunks["gsm"].usable) == ("Busy", True)
    assert (trunks["DIGIT1"].word, trunks["DIGIT1"].usable) == ("Down", False)
