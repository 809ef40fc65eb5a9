"""How the settings of extensions are written, and what becomes of who waits for it."""

import asyncio
from collections.abc import Generator
from contextlib import suppress
from itertools import pairwise
from unittest.mock import patch

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx.client import Capability
from custom_components.pbx.client.extension_settings import SettingsChange
from custom_components.pbx.extension_settings import (
    schedule as settings_schedule,
    store as settings,
)
from custom_components.pbx.hub.coordinator import PbxCoordinator
from custom_components.pbx.runtime import PbxRuntime
from tests.integration.conftest import Push, entry_for, rewrite_list, state_of
from tests.integration.settings_asked import ANNA, BRUNO, CLIENT, SAMI, asked, call, dnd
from tests.simulator import Fault, SimExtension, Simulator


@pytest.fixture
def _no_moment() -> Generator[None]:
    """Do not wait for more changes: a time that stands still would wait forever."""
    with patch.object(settings, "MOMENT", 0):
        yield


@pytest.mark.usefixtures("everything", "coordinator")
async def test_changes_of_one_extension_within_a_moment_are_one_request(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """From whichever entities and actions they come."""
    asked(sim)
    switches = ("do_not_disturb", "may_be_monitored")
    await asyncio.gather(
        dnd(hass, "on", *(f"switch.bruno_costa_{name}" for name in switches)),
        call(
            hass,
            "select.select_option",
            entity_id="select.bruno_costa_monitor_mode",
            option="listen",
        ),
        call(hass, "pbx.set_forwarding", extension="1002", when="busy", to="off"),
    )
    (request,) = sim.requests_to("extension/update")
    assert request.body == {
        "extid": "1002",
        "dnd": "on",
        "allowbeingmonitored": "on",
        "monitormode": "Listen",
        "busyforward": "off",
    }
    assert asked(sim) == [{"extid": "1002"}]
    assert state_of(hass, "select.bruno_costa_monitor_mode") == "listen"


@pytest.mark.usefixtures("coordinator")
async def test_the_last_word_counts(hass: HomeAssistant, sim: Simulator) -> None:
    """On and off again is off, and one request."""
    await asyncio.gather(dnd(hass, "on", BRUNO), dnd(hass, "off", BRUNO))
    (request,) = sim.requests_to("extension/update")
    assert request.body == {"extid": "1002", "dnd": "off"}


@pytest.mark.usefixtures("coordinator")
async def test_several_extensions_are_written_one_after_the_other_and_read_together(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """An office that closes costs one request for each phone, and one more."""
    sim.requests.clear()
    sim.faults.add(Fault(kind="latency", endpoint="extension/update", seconds=0.1))
    await dnd(hass, "on", ANNA, BRUNO, SAMI)
    bodies = [(request.endpoint, request.body) for request in sim.requests]
    assert sorted(bodies[:3], key=str) == [
        ("extension/update", {"extid": number, "dnd": "on"})
        for number in ("1001", "1002", "1005")
    ]
    assert [endpoint for endpoint, _ in bodies[3:]] == ["extension/query"]
    times = [request.monotonic for request in sim.requests]
    assert all(later - before >= 0.1 for before, later in pairwise(times))
    assert {state_of(hass, entity_id) for entity_id in (ANNA, BRUNO, SAMI)} == {"on"}


@pytest.mark.usefixtures("_no_moment")
async def test_own_change_is_not_read_forever(in_time: Push) -> None:
    """The PBX reports it as well, which is asked about once at most."""
    asked(in_time.sim)
    await dnd(in_time.hass, "on", BRUNO)
    await in_time.settled()
    await in_time.pass_time(120, step=5)
    assert 1 <= len(asked(in_time.sim)) <= 2
    assert in_time.state(BRUNO) == "on"


@pytest.mark.usefixtures("coordinator")
async def test_burst_costs_one_apply(hass: HomeAssistant, sim: Simulator) -> None:
    """Refused for coming too often they are written all the same, and then applied."""
    sim.switches.update_limit = 1
    with patch(f"{CLIENT}.SETTLE", 0.2):
        await dnd(hass, "on", ANNA, BRUNO, SAMI)
    assert len(sim.requests_to("extension/update")) == 3
    assert len(sim.requests_to("apply")) == 1
    assert {state_of(hass, entity_id) for entity_id in (ANNA, BRUNO, SAMI)} == {"on"}


@pytest.mark.usefixtures("coordinator")
async def test_change_that_is_not_applied(hass: HomeAssistant, sim: Simulator) -> None:
    """Said so, and shown as the PBX says it is."""
    sim.switches.update_limit = 0
    sim.switches.apply_limit = 0
    asked(sim)
    with (
        patch(f"{CLIENT}.SETTLE", 0),
        pytest.raises(ServiceValidationError) as err,
    ):
        await dnd(hass, "on", BRUNO)
    assert err.value.translation_key == "control_too_often"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(sim.requests_to("extension/update")) == 1
    assert asked(sim) == [{"extid": "1002"}]
    assert state_of(hass, BRUNO) == "off"


@pytest.mark.usefixtures("coordinator")
async def test_written_but_not_read_back(hass: HomeAssistant, sim: Simulator) -> None:
    """It succeeded; what it is now, nobody knows."""
    sim.faults.add(Fault(kind="reset", endpoint="extension/query", times=1))
    await dnd(hass, "on", BRUNO)
    assert sim.extensions["1002"].dnd
    assert state_of(hass, BRUNO) == STATE_UNKNOWN
    assert state_of(hass, ANNA) == "off"


async def test_number_that_cannot_be_meant(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """A PBX that lists strange numbers is not asked to change them."""
    rewrite_list(sim, lambda items: [*items, {"extnumber": "12a", "status": "Idle"}])
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    with pytest.raises(ServiceValidationError) as err:
        await dnd(hass, "on", "switch.12a_do_not_disturb")
    assert err.value.translation_key == "control_settings_rejected"
    assert sim.requests_to("extension/update") == []


async def test_writing_does_not_wait_for_a_long_reading(
    hass: HomeAssistant, sim: Simulator, runtime: PbxRuntime
) -> None:
    """A change comes between two portions."""
    sim.requests.clear()
    with (
        patch.object(settings_schedule, "CHUNK", 1),
        patch.object(settings, "MOMENT", 0),
    ):
        runtime.settings.async_start()
        await dnd(hass, "on", SAMI)
        await hass.async_block_till_done(wait_background_tasks=True)
    endpoints = [request.endpoint for request in sim.requests]
    assert endpoints.index("extension/update") <= 2
    assert endpoints.count("extension/query") in (5, 6)


async def test_who_gives_up_waiting_takes_nothing_back(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    runtime: PbxRuntime,
) -> None:
    """An automation that is started anew does not undo half of what it did."""
    extension = coordinator.data.extensions["1002"]
    task = asyncio.create_task(
        runtime.settings.async_change(extension, SettingsChange(True))
    )
    await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, BRUNO) == "on"
    assert len(sim.requests_to("extension/update")) == 1


@pytest.mark.parametrize(
    ("sent", "key"), [(True, "control_unanswered"), (False, "cannot_connect")]
)
async def test_unloading_while_somebody_waits(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    runtime: PbxRuntime,
    entry: MockConfigEntry,
    sent: bool,
    key: str,
) -> None:
    """They are told, and no task is left."""
    if sent:
        sim.faults.add(Fault(kind="hang", endpoint="extension/update"))
    extension = coordinator.data.extensions["1002"]
    with patch.object(settings, "MOMENT", 0 if sent else 60):
        task = asyncio.create_task(
            runtime.settings.async_change(extension, SettingsChange(True))
        )
        for _ in range(200):
            await asyncio.sleep(0.01)
            if not sent or sim.requests_to("extension/update"):
                break
        assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError) as err:
        await task
    assert err.value.translation_key == key
    assert not [task for task in asyncio.all_tasks() if "settings" in task.get_name()]


async def test_unloading_does_not_tell_twice(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    runtime: PbxRuntime,
    entry: MockConfigEntry,
) -> None:
    """Who was told that it was refused has nothing left to wait for."""
    sim.faults.add(
        Fault(kind="errno", endpoint="extension/update", errno="10017", times=1)
    )
    sim.faults.add(Fault(kind="hang", endpoint="extension/update"))
    both = [
        asyncio.create_task(
            runtime.settings.async_change(
                coordinator.data.extensions[number], SettingsChange(True)
            )
        )
        for number in ("1001", "1002")
    ]
    with pytest.raises(ServiceValidationError) as refused:
        await both[0]
    assert refused.value.translation_key == "control_settings_rejected"
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError) as unanswered:
        await both[1]
    assert unanswered.value.translation_key == "control_unanswered"


async def test_pbx_without_settings(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """An action says that it cannot be done, and asks nobody."""
    kind = "custom_components.pbx.client.yeastar.s.pbx.YeastarS.capabilities"
    with (
        patch(kind, Capability(0)),
        pytest.raises(ServiceValidationError) as err,
    ):
        await call(hass, "pbx.set_forwarding", extension="1002", to="off")
    assert err.value.translation_key == "control_unsupported"
    assert sim.requests_to("extension/update") == []


async def test_nothing_is_changed_when_home_assistant_has_stopped(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """It has logged out; it does not log in again for this."""
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    with pytest.raises(HomeAssistantError) as err:
        await dnd(hass, "on", BRUNO)
    assert err.value.translation_key == "cannot_connect"
    assert sim.requests[-1].endpoint == "logout"


async def test_two_pbxs_have_their_own(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """The same numbers are not the same extensions."""
    other = Simulator(
        clock=sim.clock, serial="555", extensions=[SimExtension("1002", "Other")]
    )
    async with other.running():
        second = entry_for(other, "Branch")
        second.add_to_hass(hass)
        assert await hass.config_entries.async_setup(second.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        await dnd(hass, "on", "switch.other_do_not_disturb")
        assert (sim.extensions["1002"].dnd, other.extensions["1002"].dnd) == (
            False,
            True,
        )
        assert state_of(hass, BRUNO) == "off"
        await hass.config_entries.async_unload(second.entry_id)
