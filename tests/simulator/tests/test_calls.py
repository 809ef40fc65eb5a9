"""Calls as state machines, in process and over the wire: reference 3.9."""

import pytest

from tests.simulator import Forward, ManualClock, SimCall, SimTrunk, Simulator
from tests.simulator.exchange import CallRecord, Outcome
from tests.simulator.exchange.errors import NoSuchCall, NoSuchNumber, NotPossible
from tests.simulator.exchange.events import CallFailed, CallRecorded, Failure


@pytest.fixture
def records(sim: Simulator) -> list[CallRecord]:
    """Return the records of calls as they are written."""
    written: list[CallRecord] = []
    sim.exchange.listeners.append(
        lambda event: (
            written.append(event.record) if isinstance(event, CallRecorded) else None
        )
    )
    return written


@pytest.fixture
def failures(sim: Simulator) -> list[Failure]:
    """Return why calls failed."""
    seen: list[Failure] = []
    sim.exchange.listeners.append(
        lambda event: seen.append(event.why) if isinstance(event, CallFailed) else None
    )
    return seen


def words(sim: Simulator, *numbers: str) -> list[str]:
    """Return the status words of extensions."""
    return [sim.status_of(number) for number in numbers]


async def test_life_of_an_internal_call(
    sim: Simulator, clock: ManualClock, records: list[CallRecord]
) -> None:
    """Rings, is answered, held, taken back, hung up, recorded."""
    call = sim.call("1001", "1002")
    assert (call.kind, call.state, call.numbers) == (
        "internal",
        "ringing",
        ("1001", "1002"),
    )
    assert words(sim, "1001", "1002") == ["Busy", "Ringing"]
    await clock.advance(4)
    call.answer()
    assert call.state == "talking"
    assert words(sim, "1001", "1002") == ["Busy", "Busy"]
    call.hold("1002")
    assert call.state == "held"
    assert words(sim, "1001", "1002") == ["Busy", "Hold"]
    call.unhold("1002")
    assert call.state == "talking"
    await clock.advance(20)
    call.hang_up("1002")
    assert (call.state, call.outcome, sim.calls) == ("ended", Outcome.ANSWERED, {})
    assert words(sim, "1001", "1002") == ["Registered", "Registered"]
    (record,) = records
    assert (record.kind, record.caller, record.callee) == ("internal", "1001", "1002")
    assert (record.duration, record.talked, record.outcome) == (
        24,
        20,
        Outcome.ANSWERED,
    )
    with pytest.raises(NoSuchCall):
        call.hang_up()


async def test_both_ends_on_hold(sim: Simulator) -> None:
    """The call is taken back when both have taken it back."""
    call = sim.call("1001", "1002", answer=True)
    call.hold("1001")
    call.hold("1002")
    call.unhold("1001")
    assert call.state == "held"
    call.unhold("1002")
    assert call.state == "talking"
    with pytest.raises(NoSuchCall):
        call.unhold("1002")


@pytest.mark.parametrize(
    ("end", "outcome", "failure"),
    [
        (SimCall.reject, Outcome.BUSY, [Failure.DECLINED]),
        (SimCall.hang_up, Outcome.NO_ANSWER, []),
    ],
)
async def test_ends_without_an_answer(
    sim: Simulator,
    records: list[CallRecord],
    failures: list[Failure],
    end: object,
    outcome: Outcome,
    failure: list[Failure],
) -> None:
    """Declined, or the caller gave up."""
    call = sim.call("1001", "1002")
    assert callable(end)
    end(call)
    assert (call.outcome, records[0].outcome, records[0].talked) == (
        outcome,
        outcome,
        0,
    )
    assert failures == failure
    assert words(sim, "1001", "1002") == ["Registered", "Registered"]


async def test_unanswered(
    sim: Simulator, clock: ManualClock, records: list[CallRecord]
) -> None:
    """The phone rings as long as its ring timeout says."""
    sim.extensions["1002"].ring_timeout = "15"
    call = sim.call("1001", "1002")
    await clock.run_for(14)
    assert call.state == "ringing"
    await clock.run_for(1)
    assert (call.outcome, records[0].outcome) == (Outcome.NO_ANSWER, Outcome.NO_ANSWER)


@pytest.mark.parametrize(
    ("change", "failure", "outcome"),
    [
        ({"dnd": True}, Failure.DO_NOT_DISTURB, Outcome.BUSY),
        ({"registered": False}, Failure.UNREACHABLE, Outcome.FAILED),
        ({"malfunction": True}, Failure.UNREACHABLE, Outcome.FAILED),
        ({"max_calls": 0}, Failure.BUSY, Outcome.BUSY),
    ],
)
async def test_cannot_be_put_through(
    sim: Simulator,
    failures: list[Failure],
    change: dict[str, bool],
    failure: Failure,
    outcome: Outcome,
) -> None:
    """The callee does not want to be, or cannot be, reached."""
    for key, value in change.items():
        setattr(sim.extensions["1002"], key, value)
    call = sim.call("1001", "1002")
    assert (call.state, call.failure, call.outcome) == ("ended", failure, outcome)
    assert failures == [failure]


async def test_to_voicemail(
    sim: Simulator,
    clock: ManualClock,
    records: list[CallRecord],
    failures: list[Failure],
) -> None:
    """1003 forwards to voicemail when it does not answer, 1006 when it is busy."""
    call = sim.call("1001", "1003")
    await clock.run_for(30)
    assert call.state == "voicemail"
    assert words(sim, "1001", "1003") == ["Busy", "Registered"]
    await clock.run_for(20)
    assert (call.state, call.outcome) == ("ended", Outcome.VOICEMAIL)
    busy = sim.call("1001", "1006")
    busy.reject()
    assert busy.state == "voicemail"
    busy.hang_up()
    assert [(r.callee, r.outcome) for r in records] == [
        ("1003", Outcome.VOICEMAIL),
        ("1006", Outcome.VOICEMAIL),
    ]
    assert failures == []


async def test_forwarding(sim: Simulator) -> None:
    """To another extension, outside, and never in circles."""
    sim.extensions["1001"].always_forward = Forward(True, "Extension", extension="1002")
    call = sim.call("1000", "1001")
    assert call.numbers == ("1000", "1002")
    call.hang_up()
    sim.extensions["1002"].always_forward = Forward(
        True, "Custom Number", "", "9", "0123"
    )
    call = sim.call("1000", "1001", answer=True)
    assert call.numbers == ("1000", "90123")
    call.hang_up()
    sim.extensions["1002"].always_forward = Forward(True, "Extension", extension="1001")
    assert sim.call("1000", "1001").state == "ringing"
    sim.extensions["1004"].always_forward = Forward(True, "Mobile Number")
    assert sim.call("1003", "1004").numbers == ("1003", "1004")


async def test_two_calls_at_once(sim: Simulator) -> None:
    """A second call rings on a busy phone; answering it puts the first on hold."""
    first = sim.call("1001", "1002", answer=True)
    second = sim.inbound("0123", "1002")
    assert sim.status_of("1002") == "Busy"
    sim.switches.waiting_call_word = "Ringing"
    assert sim.status_of("1002") == "Ringing"
    sim.pick_up("1002")
    assert (first.state, second.state, sim.status_of("1002")) == (
        "held",
        "talking",
        "Busy",
    )
    third = sim.call("1000", "1002")
    assert third.failure is Failure.BUSY
    second.hang_up("1002")
    assert (first.state, sim.status_of("1002")) == ("held", "Hold")
    first.unhold("1002")
    assert (first.state, sim.status_of("1002")) == ("talking", "Busy")
    with pytest.raises(NotPossible):
        sim.pick_up("1002")


async def test_inbound_and_outbound(sim: Simulator, records: list[CallRecord]) -> None:
    """Through a trunk, with the trunk's name in the record."""
    inbound = sim.inbound("0123", "1002", answer=True)
    assert (inbound.kind, inbound.parties[0].leg_id) == ("inbound", inbound.call_id)
    inbound.hang_up()
    outbound = sim.outbound("1002", "41000")
    assert (outbound.kind, outbound.state) == ("outbound", "ringing")
    outbound.answer()
    outbound.hang_up("41000")
    assert [(r.kind, r.source_trunk, r.destination_trunk) for r in records] == [
        ("inbound", "SIP-142", ""),
        ("outbound", "", "SIP-142"),
    ]


@pytest.mark.parametrize(
    ("prepare", "failure"),
    [
        ("trunk", Failure.NO_LINE),
        ("permission", Failure.NO_PERMISSION),
        ("route", Failure.NO_SUCH_NUMBER),
    ],
)
async def test_no_way_out(sim: Simulator, prepare: str, failure: Failure) -> None:
    """The line is down, the extension may not, no route fits."""
    if prepare == "trunk":
        sim.set_trunk_status("SIP-142", "Failure")
    elif prepare == "permission":
        sim.extensions["1002"].may_dial_out = False
    else:
        sim.trunks.clear()
        sim.trunks["9"] = SimTrunk("9", prefix="9")
    assert sim.call("1002", "41000").failure is failure


async def test_best_trunk(sim: Simulator) -> None:
    """The longest prefix wins among lines that work."""
    sim.trunks["mobile"] = SimTrunk("mobile", prefix="41")
    assert sim.call("1002", "41000").parties[1].trunk == "mobile"
    sim.set_trunk_status("mobile", "Failure")
    assert sim.call("1001", "41000").parties[1].trunk == "SIP-142"


async def test_impossible_in_process(sim: Simulator) -> None:
    """A test that asks for nonsense is told so."""
    with pytest.raises(NoSuchNumber):
        sim.call("4711", "1001")
    with pytest.raises(NoSuchNumber):
        sim.call("1001", "Amy")
    with pytest.raises(NoSuchNumber):
        sim.inbound("0123", "4711")
    with pytest.raises(NotPossible):
        sim.call("1010", "1001")
    call = sim.call("1001", "1002", answer=True)
    with pytest.raises(NotPossible):
        call.answer()
    with pytest.raises(NotPossible):
        call.reject()
    sim.trunks.clear()
    with pytest.raises(NoSuchNumber):
        sim.inbound("0123", "1001")
