"""Supervision that is waited for: until the supervisor is in the call, or why they are not."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.integration.conftest import Push
from tests.integration.supervised import (
    SUPERVISOR,
    Told,
    agents_call,
    legs,
    listen_to,
    monitor,
    monitored_by,
)
from tests.simulator import Fault
from tests.simulator.faults import ReportFault


@pytest.fixture
def told(hass: HomeAssistant) -> Told:
    """Collect what is told."""
    return listen_to(hass)


def waiting(push: Push, mode: str = "whisper") -> asyncio.Task[Any]:
    """Begin an action that ends when the supervisor is in the call."""
    # Not a task of Home Assistant's: those the harness waits for.
    return push.hass.loop.create_task(monitor(push, mode, wait=True))


async def refused(push: Push, task: asyncio.Task[Any], limit: float) -> tuple[str, int]:
    """Return with which sentence an action fails, and after how many seconds."""
    took = await push.time_until(task.done, limit)
    with pytest.raises(HomeAssistantError) as err:
        await task
    assert "Sami Virtanen (1005)" in str(err.value)
    return str(err.value.translation_key), round(took)


@pytest.mark.parametrize("reports", [True, False])
async def test_waiting_ends_when_joined(in_time: Push, reports: bool) -> None:
    """Not while the phone rings, but when it was picked up."""
    if not reports:
        in_time.sim.faults.reports.add(ReportFault("lost"))
    in_time.sim.extensions["1005"].auto_answer = False
    agents_call(in_time.sim)
    await in_time.settled()
    task = waiting(in_time)
    await in_time.pass_time(12)
    assert not task.done()
    assert monitored_by(in_time) == ["1005"]
    in_time.sim.pick_up("1005")
    await in_time.time_until(task.done, 5)
    response = await task
    assert (response["whisperer"], response["whispered"]) == ("1005", "1002")


async def test_waiting_ends_when_the_supervisor_does_not_pick_up(
    in_time: Push, told: Told
) -> None:
    """The phone rings for half a minute."""
    in_time.sim.extensions["1005"].auto_answer = False
    agents_call(in_time.sim)
    await in_time.settled()
    key, took = await refused(in_time, waiting(in_time), 40)
    assert key == "not_picked_up"
    assert 30 <= took <= 37
    assert told.reasons == [None, "not_picked_up"]
    assert monitored_by(in_time) is None


async def test_phone_that_rings_for_ever(in_time: Push, told: Told) -> None:
    """The action ends after a minute; whoever picks up later is in the call all the same."""
    in_time.sim.extensions["1005"].auto_answer = False
    in_time.sim.extensions["1005"].ring_timeout = "300"
    agents_call(in_time.sim)
    await in_time.settled()
    key, took = await refused(in_time, waiting(in_time), 70)
    assert (key, took) == ("not_picked_up", 60)
    in_time.sim.pick_up("1005")
    await in_time.settled()
    assert legs(in_time.sim) == [("1005", "whisper", "1002", "active")]
    assert monitored_by(in_time) == ["1005"]
    assert told.types == ["started"]


@pytest.mark.parametrize("reports", [True, False])
async def test_call_ends_before_anybody_picks_up(
    in_time: Push, told: Told, reports: bool
) -> None:
    """That is another sentence."""
    if not reports:
        in_time.sim.faults.reports.add(ReportFault("lost"))
    in_time.sim.extensions["1005"].auto_answer = False
    call = agents_call(in_time.sim)
    await in_time.settled()
    task = waiting(in_time)
    await in_time.pass_time(12)
    call.hang_up()
    key, took = await refused(in_time, task, 10)
    assert key == "call_ended_before"
    assert took <= 6
    assert told.types == ["started", "stopped"]


@pytest.mark.parametrize("wait", [True, False])
async def test_phone_that_is_never_called(
    in_time: Push, told: Told, wait: bool
) -> None:
    """Success was said, but nothing came of it: given up after a quarter of a minute."""
    sim = in_time.sim
    sim.extensions["1002"].allow_being_monitored = False
    sim.faults.add(
        Fault(
            kind="rewrite",
            endpoint="extension/whisper",
            rewrite=lambda _: {"status": "Success"},
        )
    )
    agents_call(sim)
    await in_time.settled()
    if wait:
        key, took = await refused(in_time, waiting(in_time), 30)
        assert key == "not_picked_up"
        assert 15 <= took <= 21
    else:
        await monitor(in_time, "whisper")
        assert monitored_by(in_time) == ["1005"]
        await in_time.pass_time(16)
    assert told.types == ["started", "stopped"]
    assert told.reasons == [None, "not_picked_up"]
    assert monitored_by(in_time) is None


async def test_phone_that_seemed_in_use(in_time: Push, told: Told) -> None:
    """The PBX knew that it was free: its old call is not taken for the supervision."""
    sim = in_time.sim
    sim.faults.reports.add(ReportFault("lost"))
    agents_call(sim)
    own = sim.call("1005", "1006", answer=True)
    await in_time.coordinator.async_refresh()
    assert in_time.state(SUPERVISOR) == "busy"
    own.hang_up()
    sim.extensions["1005"].auto_answer = False
    task = waiting(in_time)
    await in_time.pass_time(5)
    assert in_time.state(SUPERVISOR) == "ringing"
    assert not task.done()
    sim.pick_up("1005")
    await in_time.time_until(task.done, 5)
    await task
    assert told.types == ["started"]


async def test_unloading_ends_all_waiting(in_time: Push, told: Told) -> None:
    """Whoever waits is told at once; the supervisor stays in the call."""
    in_time.sim.extensions["1005"].auto_answer = False
    agents_call(in_time.sim)
    await in_time.settled()
    task = waiting(in_time)
    await in_time.pass_time(3)
    assert await in_time.hass.config_entries.async_unload(in_time.entry.entry_id)
    with pytest.raises(HomeAssistantError) as err:
        await task
    assert err.value.translation_key == "not_loaded"
    assert legs(in_time.sim) == [("1005", "whisper", "1002", "ringing")]
    assert told.types == ["started"]


async def test_unloading_in_the_middle_of_a_change(in_time: Push) -> None:
    """The phone is not called any more by a PBX that is not ours now."""
    in_time.sim.switches.hangup_takes = "active"
    agents_call(in_time.sim)
    await in_time.settled()
    await monitor(in_time, "listen")
    await in_time.settled()
    in_time.sim.call("1006", "1005")
    await in_time.settled()
    changing = in_time.hass.loop.create_task(monitor(in_time, "whisper"))
    also = in_time.hass.loop.create_task(monitor(in_time, "barge_in"))
    await in_time.pass_time(3)
    assert await in_time.hass.config_entries.async_unload(in_time.entry.entry_id)
    for task in (changing, also):
        with pytest.raises(HomeAssistantError) as err:
            await task
        assert err.value.translation_key == "not_loaded"
    assert in_time.sim.requests_to("extension/whisper") == []
    assert in_time.sim.requests_to("extension/barge") == []
    assert in_time.sim.requests[-1].endpoint == "logout"
