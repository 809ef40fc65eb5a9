"""Dial, hang up, hold, mute, accept and refuse over the wire: reference 3.9."""

import pytest

from tests.simulator import ManualClock, SimTrunk, Simulator
from tests.simulator.exchange import CallRecord
from tests.simulator.exchange.errors import NotPossible
from tests.simulator.exchange.events import CallFailed, CallRecorded, Failure

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


async def test_dial_extension(wire: Wire) -> None:
    """The caller's phone rings first; the answer comes when the call is placed."""
    sim = wire.sim
    body = {"caller": "1000", "callee": "1002", "autoanswer": "no"}
    answer = await wire.post("extension/dial_extension", body)
    call = sim.calls[answer["callid"]]
    assert answer == {"status": "Success", "callid": call.call_id}
    assert call.state.value == "dialling"
    assert words(sim, "1000", "1002") == ["Ringing", "Registered"]
    sim.pick_up("1000")
    assert (call.state, words(sim, "1000", "1002")) == ("ringing", ["Busy", "Ringing"])
    sim.pick_up("1002")
    assert call.state == "talking"


async def test_dial_with_auto_answer(wire: Wire) -> None:
    """Only a phone that supports it picks up by itself."""
    body = {"caller": "1000", "callee": "1002", "autoanswer": "yes"}
    answer = await wire.post("extension/dial_extension", body)
    assert wire.sim.calls[answer["callid"]].state == "ringing"
    body = {"caller": "1011", "callee": "1001", "autoanswer": "yes"}
    answer = await wire.post("extension/dial_extension", body)
    assert wire.sim.calls[answer["callid"]].state == "dialling"


async def test_dialled_but_nobody_there(
    wire: Wire, clock: ManualClock, failures: list[Failure]
) -> None:
    """Success does not mean that the call comes about."""
    assert await wire.errno(
        "extension/dial_extension", {"caller": "1010", "callee": "1"}
    ) == ("10006")
    body = {"caller": "1010", "callee": "1002"}
    assert await wire.errno("extension/dial_extension", body) == "Success"
    assert failures == [Failure.UNREACHABLE]
    body = {"caller": "1000", "callee": "1002"}
    assert await wire.errno("extension/dial_extension", body) == "Success"
    await clock.run_for(30)
    assert failures == [Failure.UNREACHABLE, Failure.UNREACHABLE]
    assert await wire.errno("extension/dial_extension", body) == "Success"
    next(iter(wire.sim.calls.values())).reject()
    assert failures[2:] == [Failure.DECLINED]
    wire.sim.extensions["1000"].max_calls = 0
    assert await wire.errno("extension/dial_extension", body) == "Success"
    assert failures[3:] == [Failure.BUSY]


async def test_dial_outbound(wire: Wire) -> None:
    """The call id is returned; the outside rings when the caller has picked up."""
    body = {"extid": "1002", "outto": "41000", "autoanswer": "yes"}
    answer = await wire.post("extension/dial_outbound", body)
    call = wire.sim.calls[answer["callid"]]
    assert (call.kind, call.state, call.numbers) == (
        "outbound",
        "ringing",
        ("1002", "41000"),
    )


@pytest.mark.parametrize(
    ("endpoint", "body", "errno"),
    [
        ("extension/dial_extension", {"caller": "1000"}, "10004"),
        ("extension/dial_extension", {"caller": "4711", "callee": "1000"}, "10006"),
        ("extension/dial_outbound", {"outto": "41000"}, "10004"),
        ("extension/dial_outbound", {"extid": "4711", "outto": "41000"}, "10006"),
        ("extension/dial_outbound", {"extid": "1002", "outto": "Amy"}, "10024"),
        ("extension/hangup", {"extid": ""}, "10004"),
        ("extension/hangup", {"extid": "1001"}, "10007"),
        ("extension/hangup", {"extid": "4711"}, "10007"),
        ("inbound/hangup", {}, "10004"),
        ("inbound/hangup", {"inboundid": "1.1"}, "10007"),
        ("outbound/hangup", {"outboundid": "1.1"}, "10007"),
        ("extension/hold", {"extid": "1001"}, "10007"),
        ("extension/unhold", {"extid": "1001"}, "10007"),
        ("extension/mute", {"extid": "1001"}, "10007"),
        ("extension/unmute", {"extid": "1001"}, "10007"),
        ("inbound/accept", {}, "10004"),
        ("inbound/accept", {"inboundid": "1.1"}, "10007"),
        ("inbound/refuse", {"inboundid": "1.1"}, "10007"),
    ],
)
async def test_refusals(
    wire: Wire, endpoint: str, body: dict[str, str], errno: str
) -> None:
    """The codes the guide names."""
    assert await wire.errno(endpoint, body) == errno


async def test_no_outbound_permission(wire: Wire) -> None:
    """10024, which the guide once prints 100024."""
    wire.sim.extensions["1002"].may_dial_out = False
    body = {"extid": "1002", "outto": "41000"}
    assert await wire.errno("extension/dial_outbound", body) == "10024"


async def test_hold_mute_hangup(wire: Wire) -> None:
    """Each acts on the extension's own call."""
    call = wire.sim.call("1001", "1002", answer=True)
    assert await wire.errno("extension/hold", {"extid": "1002"}) == "Success"
    assert wire.sim.status_of("1002") == "Hold"
    assert await wire.errno("extension/hold", {"extid": "1002"}) == "10007"
    assert await wire.errno("extension/unhold", {"extid": "1002"}) == "Success"
    assert await wire.errno("extension/mute", {"extid": "1002"}) == "Success"
    assert [leg.muted for leg in call.legs] == [False, True]
    assert await wire.errno("extension/unmute", {"extid": "1002"}) == "Success"
    assert [leg.muted for leg in call.legs] == [False, False]
    assert await wire.errno("extension/hangup", {"extid": "1002"}) == "Success"
    assert wire.sim.calls == {}


@pytest.mark.parametrize(("takes", "left"), [("all", 0), ("active", 1)])
async def test_hangup_with_two_calls(wire: Wire, takes: str, left: int) -> None:
    """All of them, or the one that is talked on."""
    wire.sim.switches.hangup_takes = "all" if takes == "all" else "active"
    first = wire.sim.call("1001", "1002", answer=True)
    wire.sim.call("1002", "1000", answer=True)
    await wire.post("extension/hangup", {"extid": "1002"})
    assert list(wire.sim.calls.values()) == [first][:left]


async def test_hangup_of_outside_legs(wire: Wire) -> None:
    """By the leg's id, whichever kind."""
    inbound = wire.sim.inbound("0123", "1002")
    assert (
        await wire.errno("inbound/hangup", {"inboundid": inbound.call_id}) == "Success"
    )
    outbound = wire.sim.outbound("1002", "41000")
    leg_id = outbound.parties[1].leg_id
    assert (
        await wire.errno("outbound/hangup", {"outboundid": outbound.call_id}) == "10007"
    )
    assert await wire.errno("outbound/hangup", {"outboundid": leg_id}) == "Success"
    assert wire.sim.calls == {}


async def test_accept_and_refuse(
    wire: Wire, clock: ManualClock, records: list[CallRecord]
) -> None:
    """Within ten seconds; silence accepts; a refused call is never logged."""
    wire.sim.trunks["ask"] = SimTrunk("ask", control_answering=True)
    call = wire.sim.inbound("0123", "1002", trunk="ask")
    with pytest.raises(NotPossible):
        wire.sim.inbound("0124", "1001", trunk="ask", answer=True)
    assert (call.state, wire.sim.status_of("1002")) == ("invited", "Registered")
    body = {"inboundid": call.call_id}
    assert await wire.errno("inbound/accept", body) == "Success"
    assert (call.state, wire.sim.status_of("1002")) == ("ringing", "Ringing")
    assert await wire.errno("inbound/refuse", body) == "10016"
    call.hang_up()
    records.clear()

    call = wire.sim.inbound("0123", "1002", trunk="ask")
    assert await wire.errno("inbound/refuse", {"inboundid": call.call_id}) == "Success"
    assert await wire.errno("inbound/refuse", {"inboundid": call.call_id}) == "10007"
    assert (call.state, records) == ("ended", [])

    call = wire.sim.inbound("0123", "1002", trunk="ask")
    await clock.run_for(10)
    assert call.state == "ringing"
    assert await wire.errno("inbound/accept", {"inboundid": call.call_id}) == "10016"


async def test_everything_answers_by_itself(wire: Wire, clock: ManualClock) -> None:
    """The switch plays people who pick up."""
    wire.sim.switches.answer_after = 3.0
    answer = await wire.post(
        "extension/dial_extension", {"caller": "1000", "callee": "1002"}
    )
    await clock.run_for(3)
    assert wire.sim.calls[answer["callid"]].state == "ringing"
    await clock.run_for(3)
    assert wire.sim.calls[answer["callid"]].state == "talking"
