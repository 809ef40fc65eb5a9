"""Transfers by API and by a user, groups and queues: reference 3.9."""

import pytest

from tests.simulator import ManualClock, SimCall, Simulator
from tests.simulator.exchange import CallRecord, Outcome
from tests.simulator.exchange.errors import NoSuchNumber, NotPossible
from tests.simulator.exchange.events import CallRecorded

from .wire import Wire


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


def calls(sim: Simulator) -> tuple[SimCall, dict[str, str], SimCall, dict[str, str]]:
    """Return an inbound and an outbound call with the bodies that mean them."""
    inbound = sim.inbound("0123", "1002", answer=True)
    outbound = sim.outbound("1001", "41000", answer=True)
    return (
        inbound,
        {"inboundid": inbound.call_id},
        outbound,
        {"outboundid": outbound.parties[1].leg_id},
    )


@pytest.mark.parametrize(
    ("suffix", "destination", "state", "numbers"),
    [
        ("extension", {"extid": "1007"}, "ringing", ("1007",)),
        ("ivr", {"ivrid": "6500"}, "talking", ("6500",)),
        ("queue", {"queueid": "6700"}, "ringing", ("1003", "1004")),
        ("ringgroup", {"ringgroupid": "6200"}, "ringing", ("1000", "1002")),
        ("outbound", {"outto": "22003", "fromext": "1000"}, "ringing", ("22003",)),
        ("number", {"number": "1007", "fromext": ""}, "ringing", ("1007",)),
        ("number", {"number": "6500", "fromext": ""}, "talking", ("6500",)),
        ("number", {"number": "18283773", "fromext": "1000"}, "ringing", ("18283773",)),
    ],
)
async def test_where_to(
    wire: Wire,
    suffix: str,
    destination: dict[str, str],
    state: str,
    numbers: tuple[str, ...],
) -> None:
    """The outside leg stays and waits for its new destination; the call id stays."""
    inbound, its, outbound, others = calls(wire.sim)
    answer = await wire.post(f"inbound/transfer_{suffix}", {**its, **destination})
    assert answer == {"status": "Success", "callid": inbound.call_id}
    assert (inbound.state, inbound.numbers) == (state, ("0123", *numbers))
    assert wire.sim.status_of("1002") == (
        "Ringing" if "1002" in numbers else "Registered"
    )
    inbound.hang_up()
    if suffix in ("queue", "ringgroup"):
        assert await wire.errno(
            f"outbound/transfer_{suffix}", {**others, **destination}
        ) == ("10003")
        return
    answer = await wire.post(f"outbound/transfer_{suffix}", {**others, **destination})
    assert answer == {"status": "Success", "callid": outbound.call_id}
    assert (outbound.state, outbound.numbers) == (state, ("41000", *numbers))
    assert wire.sim.status_of("1001") == "Registered"


@pytest.mark.parametrize(
    ("suffix", "destination", "errno"),
    [
        ("extension", {}, "10004"),
        ("extension", {"extid": "4711"}, "10006"),
        ("ivr", {"ivrid": "1"}, "10012"),
        ("queue", {"queueid": "1"}, "10013"),
        ("ringgroup", {"ringgroupid": "1"}, "10014"),
        ("outbound", {"outto": "22003"}, "10004"),
        ("outbound", {"outto": "22003", "fromext": "4711"}, "10006"),
        ("number", {"number": "18283773", "fromext": ""}, "10004"),
        ("number", {"fromext": ""}, "10004"),
    ],
)
async def test_refusals(
    wire: Wire, suffix: str, destination: dict[str, str], errno: str
) -> None:
    """Each destination has its own code."""
    inbound, its, _, _ = calls(wire.sim)
    assert (
        await wire.errno(f"inbound/transfer_{suffix}", {**its, **destination}) == errno
    )
    assert inbound.state == "talking"


async def test_unknown_leg(wire: Wire) -> None:
    """No such id, or an id of the other kind."""
    _, its, _, others = calls(wire.sim)
    to = {"extid": "1007"}
    assert await wire.errno("inbound/transfer_extension", to) == "10004"
    assert (
        await wire.errno("inbound/transfer_extension", {"inboundid": "1.1", **to})
        == "10007"
    )
    swapped = {"inboundid": others["outboundid"], **to}
    assert await wire.errno("inbound/transfer_extension", swapped) == "10007"
    swapped = {"outboundid": its["inboundid"], **to}
    assert await wire.errno("outbound/transfer_extension", swapped) == "10007"


async def test_ringing_call_can_be_transferred(wire: Wire) -> None:
    """Not only established ones."""
    call = wire.sim.inbound("0123", "1002")
    body = {"inboundid": call.call_id, "extid": "1007"}
    assert await wire.errno("inbound/transfer_extension", body) == "Success"
    assert (wire.sim.status_of("1002"), wire.sim.status_of("1007")) == (
        "Registered",
        "Ringing",
    )
    call.answer()
    assert call.state == "talking"


async def test_records_of_the_parts(
    wire: Wire, clock: ManualClock, records: list[CallRecord]
) -> None:
    """One for the first part when it is left, one of kind transfer at the end."""
    call = wire.sim.inbound("0123", "1002", answer=True)
    await clock.advance(10)
    body = {"inboundid": call.call_id, "extid": "1007"}
    await wire.post("inbound/transfer_extension", body)
    await clock.advance(5)
    call.answer()
    await clock.advance(7)
    call.hang_up()
    assert [(r.kind, r.callee, r.duration, r.talked) for r in records] == [
        ("inbound", "1002", 10, 10),
        ("transfer", "1007", 12, 7),
    ]


async def test_one_record(
    wire: Wire, clock: ManualClock, records: list[CallRecord]
) -> None:
    """By switch, a transferred call is recorded once."""
    wire.sim.switches.transfer_cdr = "once"
    call = wire.sim.inbound("0123", "1002", answer=True)
    await clock.advance(10)
    call.transfer("1007")
    call.answer()
    await clock.advance(7)
    call.hang_up()
    assert [(r.kind, r.callee, r.talked) for r in records] == [("inbound", "1007", 17)]


async def test_transfer_by_a_user(sim: Simulator) -> None:
    """Whoever is named leaves, else the extension that talks to the outside."""
    inside = sim.call("1001", "1002", answer=True)
    inside.transfer("1007", by="1001")
    assert inside.numbers == ("1002", "1007")
    inside.hang_up()
    outbound = sim.outbound("1001", "41000", answer=True)
    outbound.transfer("1007")
    assert outbound.numbers == ("41000", "1007")
    with pytest.raises(NoSuchNumber):
        outbound.transfer("nobody")
    outbound.hang_up()
    with pytest.raises(NotPossible):
        outbound.transfer("1001")


async def test_queue_waits_for_a_free_agent(
    sim: Simulator, clock: ManualClock, records: list[CallRecord]
) -> None:
    """With music while all are busy, then the free agent rings."""
    busy = sim.call("1003", "1004", answer=True)
    call = sim.inbound("0123", "6700")
    assert call.state == "queued"
    busy.hang_up()
    assert (call.state, call.numbers) == ("ringing", ("0123", "1003"))
    await clock.run_for(30)
    assert (call.state, sim.status_of("1003")) == ("queued", "Registered")
    await clock.run_for(5)
    assert (call.state, call.numbers) == ("ringing", ("0123", "1003", "1004"))
    call.answer()
    await clock.advance(3)
    call.hang_up()
    assert records[-1].callee == f"6700({call.numbers[1]})"
    assert records[-1].outcome is Outcome.ANSWERED


async def test_caller_leaves_the_queue(
    sim: Simulator, records: list[CallRecord]
) -> None:
    """Nobody answered."""
    sim.exchange.queues["6700"] = ["1010"]
    sim.inbound("0123", "6700").hang_up()
    assert (records[0].callee, records[0].outcome) == ("6700", Outcome.NO_ANSWER)


async def test_ring_group(
    sim: Simulator, clock: ManualClock, records: list[CallRecord]
) -> None:
    """All free members ring; one may decline; the first to answer has the call."""
    call = sim.inbound("0123", "6200")
    assert list(call.numbers) == ["0123", "1000", "1001", "1002"]
    call.reject("1000")
    assert list(call.numbers) == ["0123", "1001", "1002"]
    assert sim.status_of("1000") == "Registered"
    sim.pick_up("1002")
    assert list(call.numbers) == ["0123", "1002"]
    assert sim.status_of("1001") == "Registered"
    call.hang_up()
    assert records[-1].callee == "6200(1002)"
    call = sim.inbound("0123", "6200")
    await clock.run_for(30)
    assert call.outcome is Outcome.NO_ANSWER
    for number in ("1000", "1001", "1002"):
        sim.extensions[number].dnd = True
    assert sim.inbound("0123", "6200").outcome is Outcome.BUSY


async def test_one_of_the_group_is_hung_up(wire: Wire) -> None:
    """extension/hangup on one ringing member leaves the others ringing."""
    call = wire.sim.inbound("0123", "6200")
    assert await wire.errno("extension/hangup", {"extid": "1001"}) == "Success"
    assert call.numbers == ("0123", "1000", "1002")
