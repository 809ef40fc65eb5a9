"""Ring groups and queues: who rings, who goes on ringing, what is written down."""

from typing import Literal

import pytest

from tests.simulator import ManualClock, Simulator
from tests.simulator.exchange import CallState
from tests.simulator.exchange.errors import NotPossible
from tests.simulator.exchange.events import Failure

from .told import Told
from .wire import Wire


async def test_last_agent_declines(sim: Simulator, clock: ManualClock) -> None:
    """The caller goes on waiting; the queue offers the call again after a while."""
    call = sim.inbound("0123", "6700")
    told = Told(sim)
    call.reject("1003")
    call.reject("1004")
    assert call.state is CallState.QUEUED
    assert told.lines == ["1003 Idle", "1004 Idle"]
    await clock.run_for(5)
    assert call.numbers == ("0123", "1003", "1004")
    call.hang_up()
    await clock.run_for(30)
    assert sim.status_of("1003") == "Registered"


async def test_agent_who_becomes_free_is_rung_at_once(sim: Simulator) -> None:
    """Also while the queue waits with its next try."""
    busy = sim.call("1001", "1004", answer=True)
    call = sim.inbound("0123", "6700")
    call.reject("1003")
    assert call.state is CallState.QUEUED
    busy.hang_up()
    assert call.numbers == ("0123", "1003", "1004")


@pytest.mark.parametrize("gone", ["removed", "renumbered"])
async def test_agent_who_is_gone_is_not_rung(sim: Simulator, gone: str) -> None:
    """Ending the calls of a deleted extension makes it free for nobody."""
    sim.call("1003", "1004", answer=True)
    call = sim.inbound("0123", "6700")
    if gone == "removed":
        sim.remove_extension("1003")
    else:
        sim.exchange.renumber("1003", "1300")
    assert call.numbers == ("0123", "1004")
    assert not sim.exchange.legs_of("1003")


async def test_last_member_declines(sim: Simulator) -> None:
    """The call has failed; what the member wants for its own calls does not matter."""
    sim.exchange.ring_groups["6200"] = ["1004", "1006"]
    call = sim.inbound("0123", "6200")
    call.reject("1004")
    told = Told(sim)
    call.reject("1006")
    assert call.failure is Failure.DECLINED
    assert told.lines == [
        "CallFailed #1 603 Declined: 1006",
        "1006 Idle",
        "NewCdr #1 6200(1006) Inbound BUSY",
    ]


@pytest.mark.parametrize(
    ("word", "callto"), [("group", "6200"), ("member", "6200(1000)")]
)
async def test_nobody_answers(
    sim: Simulator,
    clock: ManualClock,
    word: Literal["group", "member"],
    callto: str,
) -> None:
    """`callto` is the group, or by switch the member that rang first."""
    sim.switches.unanswered_group_cdr = word
    told = Told(sim)
    sim.inbound("0123", "6200")
    await clock.run_for(30)
    assert told.lines[-1] == f"NewCdr #1 {callto} Inbound NO ANSWER"


async def test_one_member_rang_alone(sim: Simulator) -> None:
    """Then it is known who did not answer."""
    for number in ("1000", "1001"):
        sim.extensions[number].dnd = True
    told = Told(sim)
    sim.inbound("0123", "6200").hang_up()
    assert told.lines[-1] == "NewCdr #1 6200(1002) Inbound NO ANSWER"


async def test_transfer_to_a_group_that_is_busy(sim: Simulator) -> None:
    """The record of the second part has the group, not who left."""
    call = sim.inbound("0123", "1003", answer=True)
    for number in ("1000", "1001", "1002"):
        sim.extensions[number].dnd = True
    told = Told(sim)
    call.transfer("6200")
    assert told.lines == [
        "Tranfer #1 1003 in",
        "NewCdr #1 1003 Inbound ANSWERED",
        "1003 Idle",
        "CallFailed #1 486 Busy Here:",
        "NewCdr #1 6200 Transfer BUSY",
    ]


async def test_api_transfer_tells_little(wire: Wire) -> None:
    """No Tranfer and no BYE: the record and the free phone are all there is."""
    call = wire.sim.inbound("0123", "1003", answer=True)
    told = Told(wire.sim)
    body = {"inboundid": call.call_id, "extid": "1004"}
    await wire.post("inbound/transfer_extension", body)
    assert told.lines == [
        "NewCdr #1 1003 Inbound ANSWERED",
        "1003 Idle",
        "1004 Ringing",
        "RING #1 1004 in",
        "ALERT #1 in",
    ]


async def test_monitor_of_a_member_that_stops_ringing(sim: Simulator) -> None:
    """The supervisor's phone is free when the monitored phone has left the call."""
    call = sim.inbound("0123", "6200")
    sim.exchange.monitor("listen", "1005", "1001")
    sim.pick_up("1002")
    assert (sim.status_of("1005"), call.state) == ("Registered", CallState.TALKING)
    assert not sim.monitors


async def test_what_cannot_be_transferred(sim: Simulator) -> None:
    """A phone that rings, an IVR: there is nobody to put through."""
    call = sim.call("1001", "1002")
    with pytest.raises(NotPossible, match="1002 still rings"):
        call.transfer("1007", by="1001")
    call.hang_up()
    call = sim.call("1001", "6500")
    with pytest.raises(NotPossible, match="Nobody can transfer"):
        call.transfer("1007", by="1001")
    assert call.numbers == ("1001", "6500")


async def test_service_hangs_up(sim: Simulator) -> None:
    """There is no party for it, yet the caller is released."""
    call = sim.call("1001", "6500")
    told = Told(sim)
    call.hang_up("6500")
    assert told.lines[0] == "BYE #1 1001"


async def test_call_waiting_on_a_held_phone(sim: Simulator) -> None:
    """By switch it rings; then it is off-hook again, which a report without Hold calls Busy."""
    sim.switches.waiting_call_word = "Ringing"
    sim.call("1001", "1002", answer=True).hold("1002")
    told = Told(sim)
    second = sim.inbound("0123", "1002")
    second.hang_up()
    assert sim.status_of("1002") == "Hold"
    words = [line for line in told.lines if line.startswith("1002 ")]
    assert words == ["1002 Ringing", "1002 Busy"]


async def test_status_monitor(sim: Simulator) -> None:
    """RING and ALERT need the tick at one of the extensions; the rest does not."""
    told = Told(sim)
    sim.extensions["1001"].status_monitored = False
    sim.extensions["1002"].status_monitored = False
    sim.call("1001", "1002", answer=True).hang_up()
    assert told.lines == [
        "ANSWER #1 1002 1001",
        "ANSWERED #1 1001 1002",
        "BYE #1 1001 1002",
        "BYE #1 1002 1001",
        "NewCdr #1 1002 Internal ANSWERED",
    ]
    sim.extensions["1002"].status_monitored = True
    told.lines.clear()
    sim.call("1001", "1002")
    assert told.lines == ["1002 Ringing", "RING #2 1002 1001"]
