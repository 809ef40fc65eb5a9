"""What is under way when a PBX is unloaded: none of it outlives that."""

import asyncio
from collections.abc import AsyncGenerator
import json
from typing import Any
from unittest.mock import patch

import aiohttp
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady, HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.simulator import Fault, Simulator

from .act import act
from .conftest import Push, entry_for
from .phone import until


async def asked(sim: Simulator, endpoint: str, times: int = 1) -> None:
    """Return when the PBX has been asked for something."""
    await until(lambda: len(sim.requests_to(endpoint)) >= times)


async def test_poll_under_way_opens_no_session(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The session that was given back is not followed by another, nor by a complaint."""
    sim.requests.clear()
    sim.faults.add(Fault(kind="latency", endpoint="inbound/query", seconds=0.3))
    poll = hass.async_create_task(coordinator.async_refresh())
    await asked(sim, "inbound/query")
    assert await hass.config_entries.async_unload(entry.entry_id)
    await poll
    assert not sim.requests_to("login")
    assert sim.requests[-1].endpoint == "logout"
    assert "Error fetching" not in caplog.text


async def test_poll_that_answers_too_late_changes_nothing(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
) -> None:
    """An end of a call that is found then is waited for by nobody: no timer is left."""
    call = sim.call("1001", "1002", answer=True)
    await coordinator.async_refresh()
    assert coordinator.data.call_count == 1
    call.hang_up()
    sim.faults.add(Fault(kind="latency", endpoint="extensionlist/query", seconds=0.3))
    poll = hass.async_create_task(coordinator.async_refresh())
    await asked(sim, "extensionlist/query", 3)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await poll
    assert coordinator.data.call_count == 1


async def test_action_under_way_is_carried_out(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
) -> None:
    """What the PBX was asked for already is answered."""
    call = sim.call("1001", "1002", answer=True)
    sim.requests.clear()
    sim.faults.add(Fault(kind="latency", endpoint="extension/hangup", seconds=0.3))
    hanging_up = hass.async_create_task(act(hass, "hang_up", extension="1002"))
    await asked(sim, "extension/hangup")
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert (await hanging_up)["extension"] == "1002"
    assert call.call_id not in sim.calls
    assert sim.requests[-1].endpoint == "logout"


async def test_action_with_a_dead_token_opens_no_session(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
) -> None:
    """Whoever asked is told that nothing was done, instead of a login after the logout."""
    call = sim.call("1001", "1002", answer=True)
    sim.expire_tokens()
    sim.requests.clear()
    sim.faults.add(
        Fault(kind="latency", endpoint="extension/hangup", seconds=0.3, times=1)
    )
    hanging_up = hass.async_create_task(act(hass, "hang_up", extension="1002"))
    await asked(sim, "extension/hangup")
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError) as err:
        await hanging_up
    assert err.value.translation_key == "cannot_connect"
    assert not sim.requests_to("login")
    assert call.state == "talking"


async def test_report_under_way_is_not_believed(
    pushing: Push, socket_enabled: None
) -> None:
    """What arrives whole after the end belongs to nobody."""
    begun, over = asyncio.Event(), asyncio.Event()

    async def body() -> AsyncGenerator[bytes]:
        report: dict[str, Any] = {
            "action": "ExtensionStatus",
            "extension": "1001",
            "status": "Busy",
        }
        text = json.dumps(report).encode()
        yield text[:10]
        begun.set()
        await over.wait()
        yield text[10:]

    receiver = pushing.receiver
    async with aiohttp.ClientSession() as http:
        posting = asyncio.create_task(http.post(pushing.url, data=body()))
        await begun.wait()
        await asyncio.sleep(0.05)
        assert await pushing.hass.config_entries.async_unload(pushing.entry.entry_id)
        over.set()
        async with await posting as answer:
            assert (answer.status, await answer.read()) == (200, b"")
        await pushing.hass.async_block_till_done()
    assert receiver.accepted == 0
    assert not receiver.dropped


async def test_supervision_begun_at_the_end_is_watched_by_nobody(
    pushing: Push,
) -> None:
    """The PBX calls the phone; whose it is, the next start finds out."""
    hass, sim = pushing.hass, pushing.sim
    sim.call("1001", "1002", answer=True)
    await pushing.settled()
    sim.faults.add(Fault(kind="latency", endpoint="extension/whisper", seconds=0.3))
    whispering = hass.async_create_task(
        act(hass, "whisper", whisperer="1005", whispered="1002")
    )
    await asked(sim, "extension/whisper")
    assert await hass.config_entries.async_unload(pushing.entry.entry_id)
    await whispering
    await hass.async_block_till_done()
    assert [leg.supervisor for leg in sim.monitors.values()] == ["1005"]


async def test_home_assistant_that_stops_during_the_set_up(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """What was stopped with it is not stopped again when the set-up is given up."""
    entry = entry_for(sim)
    entry.add_to_hass(hass)

    async def stop(_: PbxCoordinator) -> None:
        """Stop Home Assistant, then fail."""
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await asyncio.sleep(0.1)
        raise ConfigEntryNotReady

    with patch.object(PbxCoordinator, "async_config_entry_first_refresh", stop):
        await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
