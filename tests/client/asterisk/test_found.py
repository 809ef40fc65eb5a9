"""What the soak found on the wire of Asterisk, each as the shortest story of it."""

import asyncio
from collections.abc import AsyncGenerator
import time

import pytest

from custom_components.pbx.client import Address, CallEventType, CallOutcome
from custom_components.pbx.client.asterisk import Asterisk
from tests.client.contract.families import FAMILIES, Observed
from tests.simulator.asterisk import SimulatedAsterisk
from tests.simulator.exchange.events import LegKind

ROOM = "6400"
QUEUE = "6700"


@pytest.fixture
async def pbx(socket_enabled: None) -> AsyncGenerator[Observed]:
    """Yield a simulated Asterisk with a client that listens."""
    asyncio.get_running_loop().set_debug(False)
    async with FAMILIES["asterisk_22"]() as observed:
        observed.sim.exchange.conferences[ROOM] = "Meeting"
        await observed.begin()
        yield observed


async def settled(pbx: Observed) -> None:
    """Read the PBX, and let all ends be told."""
    await pbx.look()
    pbx.events += pbx.board.settle(time.time() + 3).events


def told(pbx: Observed, number: str) -> list[CallEventType]:
    """Return what was told of an extension."""
    return [event.type for event in pbx.events if event.number == number]


async def anew(pbx: Observed) -> Observed:
    """Return the same PBX for a client that has just started."""
    assert isinstance(pbx.sim, SimulatedAsterisk)
    assert isinstance(pbx.pbx, Asterisk)
    address: Address = pbx.pbx.address
    again = Observed(pbx.sim, Asterisk(address, pbx.sim.username, pbx.sim.secret))
    await again.begin()
    return again


async def test_who_leaves_a_queue_without_agents_has_reached_nobody(
    pbx: Observed,
) -> None:
    """The queue itself answers, which is no answer."""
    pbx.sim.exchange.queues[QUEUE] = []
    call = pbx.sim.call("1001", QUEUE)
    await pbx.look()
    call.hang_up()
    await settled(pbx)
    assert pbx.events[-1].outcome is CallOutcome.MISSED


async def test_a_conference_of_one_is_a_call_after_a_restart(pbx: Observed) -> None:
    """It is alone in its bridge, as the phone of a transferor is."""
    pbx.sim.call("1001", ROOM)
    await pbx.look()
    again = await anew(pbx)
    assert again.states() == {"1001": "dialing"}
    await again.pbx.close()


async def test_a_caller_who_is_passed_on_goes_on_dialling_after_a_poll(
    pbx: Observed,
) -> None:
    """A list does not tell that another phone is rung for it."""
    call = pbx.sim.call("1001", "1002", answer=True)
    await pbx.look()
    call.transfer("1004", by="1002")
    await pbx.look()
    await pbx.look()
    assert pbx.states() == {"1001": "dialing", "1004": "ringing"}


async def test_both_events_of_an_end_tell_who_hung_up(pbx: Observed) -> None:
    """One of the two legs ends before the other."""
    call = pbx.sim.call("1001", "1002", answer=True)
    await pbx.look()
    call.hang_up("1002")
    await settled(pbx)
    ends = [event for event in pbx.events if event.type is CallEventType.ENDED]
    assert [event.call.ended_by for event in ends] == ["1002", "1002"]


async def test_a_phone_that_hangs_up_does_not_resume_its_call(pbx: Observed) -> None:
    """It leaves the bridge first."""
    call = pbx.sim.call("1001", "1002", answer=True)
    await pbx.look()
    call.hold("1001")
    await pbx.look()
    call.hang_up("1001")
    await settled(pbx)
    assert CallEventType.HELD in told(pbx, "1001")
    assert CallEventType.RESUMED not in told(pbx, "1001")


async def test_a_call_that_is_found_was_answered_when_it_was_found(
    pbx: Observed,
) -> None:
    """Its beginning is in the list; how long it rang is not."""
    pbx.sim.call("1001", "1002", answer=True)
    await pbx.look()
    found = time.time()
    again = await anew(pbx)
    (call,) = again.board.calls
    assert call.answered_at is not None
    assert call.answered_at >= found
    await again.pbx.close()


async def test_what_the_voicemail_took_while_away_is_still_a_call(
    pbx: Observed,
) -> None:
    """Of a known call only the caller is left, and the PBX has answered."""
    call = pbx.sim.call("1001", "1003")
    await pbx.look()
    assert isinstance(pbx.sim, SimulatedAsterisk)
    pbx.sim.hang_up_on_all()
    call.to_service(LegKind.VOICEMAIL, "1003")
    pbx.sim.told()
    await asyncio.sleep(0.05)
    await pbx.begin()
    assert pbx.states() == {"1001": "dialing"}
