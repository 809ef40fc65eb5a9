"""The queues of the P-Series: waiting callers and agents."""

import time
from typing import Any

import pytest

from custom_components.pbx.client.model import Queue, QueueAgent
from custom_components.pbx.client.pbx import Capability
from custom_components.pbx.client.yeastar.p import YeastarP, queues as module
from tests.simulator.people import OFFICE_QUEUE
from tests.simulator.yeastar_p import PSimulator
from tests.simulator.yeastar_p.front import Fault

from .conftest import Watched, until


def queue(watched: Watched) -> Queue:
    """Return the queue of the office as it is shown."""
    return watched.board.queues[OFFICE_QUEUE]


def waiting(watched: Watched) -> list[str]:
    """Return the numbers of the waiting callers."""
    return [caller.number for caller in queue(watched).callers or ()]


async def test_agents_are_read(sim: PSimulator, watched: Watched) -> None:
    """Who is logged in, who pauses, and who talks to a caller of the queue."""
    sim.objects.logged_out.add("1004")
    sim.objects.paused["1003"] = "Lunch"
    await watched.read()
    shared: dict[str, Any] = {"talking": False, "dynamic": True}
    assert (queue(watched).number, queue(watched).name) == ("6700", "Support")
    assert queue(watched).agents == (
        QueueAgent(
            *("1003", "Zoë Müller"),
            logged_in=True,
            paused=True,
            reason="Lunch",
            **shared,
        ),
        QueueAgent("1004", "Luis Ortega", logged_in=False, paused=False, **shared),
    )


async def test_callers_wait_until_an_agent_answers(
    sim: PSimulator, watched: Watched
) -> None:
    """A caller is told soon after entering, once, though two phones ring; then the next."""
    first = sim.inbound("5503301", OFFICE_QUEUE, "SIP-142")
    await until(lambda: waiting(watched) == ["5503301"])
    (caller,) = queue(watched).callers or ()
    assert caller.call_id == first.call_id
    assert time.time() - 5 < caller.since <= time.time()
    first.answer("1003")
    await until(lambda: waiting(watched) == [])
    agents = queue(watched).agents or ()
    assert [agent.talking for agent in agents] == [True, False]
    sim.call("1004", "1002", answer=True)
    second = sim.inbound("5503302", OFFICE_QUEUE, "SIP-142")
    await until(lambda: waiting(watched) == ["5503302"])
    second.hang_up()
    await until(lambda: waiting(watched) == [])


async def test_pause_is_told_by_an_event(sim: PSimulator, watched: Watched) -> None:
    """The number of the queue has a prefix there."""
    sim.pause_agent(OFFICE_QUEUE, "1003", "Lunch")
    await until(lambda: (queue(watched).agents or ())[0].paused)
    assert (queue(watched).agents or ())[0].reason == "Lunch"
    sim.pause_agent(OFFICE_QUEUE, "1003", None)
    await until(lambda: (queue(watched).agents or ())[0].paused is False)


@pytest.mark.parametrize("code", ["10001", "10005"])
async def test_pbx_without_queues(sim: PSimulator, pbx: YeastarP, code: str) -> None:
    """An older PBX, or an application that may not: nothing is offered, nothing asked again."""
    sim.front.faults.append(Fault(code, "queue/list"))
    assert (await pbx.snapshot()).queues is None
    assert Capability.QUEUES not in pbx.capabilities
    assert Capability.WHISPER in pbx.capabilities
    before = [one.endpoint for one in sim.front.requests].count("queue/list")
    await pbx.snapshot()
    after = [one.endpoint for one in sim.front.requests].count("queue/list")
    assert after == before


@pytest.mark.parametrize("endpoint", ["queue/list", "queue/agent_status"])
async def test_queues_that_cannot_be_read_now(
    sim: PSimulator, watched: Watched, endpoint: str
) -> None:
    """Everything else is read; the queues are as they were, and read again."""
    sim.front.faults.append(Fault("-2", endpoint, times=1))
    await watched.read()
    assert queue(watched).agents
    sim.front.faults.append(Fault("-2", endpoint, times=1))
    sim.pause_agent(OFFICE_QUEUE, "1003", "Lunch")
    await watched.read()
    await watched.read()
    assert (queue(watched).agents or ())[0].paused


async def test_event_of_an_unknown_queue(sim: PSimulator, watched: Watched) -> None:
    """It asks for nothing."""
    before = len(sim.front.requests)
    sim.events.agent_status("6799", "1003", "Lunch")
    sim.call("1001", "1002")
    await until(lambda: watched.call_of("1002"))
    assert len(sim.front.requests) == before


async def test_no_more_queues_than_can_be_read(
    sim: PSimulator, pbx: YeastarP, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes two requests."""
    monkeypatch.setattr(module, "MAX_QUEUES", 2)
    for index in range(5):
        sim.exchange.queues[f"68{index:02}"] = ["1003"]
    found = (await pbx.snapshot()).queues
    assert found is not None
    assert len(found) == 2
