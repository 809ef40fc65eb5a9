"""What is known of the settings: when they are read, how they are written."""

import asyncio
from collections.abc import Generator
from contextlib import suppress
from itertools import pairwise
import logging
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    EVENT_HOMEASSISTANT_STOP,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx import settings, settings_schedule
from custom_components.pbx.client import Capability
from custom_components.pbx.client.settings import SettingsChange
from custom_components.pbx.coordinator import PbxCoordinator
from tests.simulator import Fault, ManualClock, SimExtension, Simulator
from tests.simulator.exchange.events import SettingsChanged

from .conftest import Push, entry_for, rewrite_list, set_up_pushing, state_of

ANNA, BRUNO, SAMI = (
    f"switch.{name}_do_not_disturb"
    for name in ("anna_berg", "bruno_costa", "sami_virtanen")
)
EVERYONE = {"extid": "1001,1002,1003,1005,1006"}
CLIENT = "custom_components.pbx.client.yeastar_s.settings"


@pytest.fixture
def _all_enabled() -> Generator[None]:
    """Enable also what is disabled by default."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default", True
    ):
        yield


@pytest.fixture
def _no_moment() -> Generator[None]:
    """Do not wait for more changes: a time that stands still would wait forever."""
    with patch.object(settings, "MOMENT", 0):
        yield


async def call(hass: HomeAssistant, action: str, **data: Any) -> None:
    """Act as an automation does."""
    domain, _, name = action.partition(".")
    await hass.services.async_call(domain, name, data, blocking=True)


async def dnd(hass: HomeAssistant, word: str, *entity_ids: str) -> None:
    """Switch do-not-disturb."""
    await call(hass, f"switch.turn_{word}", entity_id=list(entity_ids))


def asked(sim: Simulator) -> list[Any]:
    """Return for whose settings the PBX was asked, and forget that."""
    found = [request.body for request in sim.requests_to("extension/query")]
    sim.requests.clear()
    return found


def ours(record: logging.LogRecord) -> bool:
    """Return whether we said something that users see."""
    return "pbx" in record.name and record.levelno >= logging.WARNING


def change(sim: Simulator, number: str, on: bool = True) -> None:
    """Let somebody switch do-not-disturb at the phone, and the PBX report it."""
    sim.extensions[number].dnd = on
    sim.exchange.emit(SettingsChanged("extension", number, "update"))


# -- reading


async def test_read_once_and_never_by_a_poll(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """All in one request, in the background."""
    assert asked(sim) == [EVERYONE]
    assert coordinator.settings.known_count == 5
    sim.extensions["1001"].dnd = True
    for _ in range(5):
        await coordinator.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert asked(sim) == []
    assert state_of(hass, ANNA) == "off"


async def test_set_up_does_not_wait_for_it(
    hass: HomeAssistant, sim: Simulator, entry: MockConfigEntry
) -> None:
    """A PBX that takes its time leaves the switches unknown, and nothing else."""
    sim.faults.add(Fault(kind="hang", endpoint="extension/query"))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state_of(hass, ANNA) == STATE_UNKNOWN
    assert state_of(hass, "sensor.anna_berg") == "idle"

    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert not [task for task in asyncio.all_tasks() if "settings" in task.get_name()]


async def test_many_extensions_are_asked_for_in_portions(
    hass: HomeAssistant, sim: Simulator, entry: MockConfigEntry
) -> None:
    """No answer is too long, and no request either."""
    for number in range(2000, 2120):
        sim.add_extension(SimExtension(str(number), dnd=number == 2119))
    with patch("custom_components.pbx.PLATFORMS", ["switch"]):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        portions = [body["extid"].split(",") for body in asked(sim)]
        assert [len(portion) for portion in portions] == [50, 50, 25]
        assert state_of(hass, "switch.2119_do_not_disturb") == "on"
        await hass.config_entries.async_unload(entry.entry_id)


async def test_change_on_the_pbx_shows(in_time: Push) -> None:
    """Soon after its report, with one request for all who were named in the meantime."""
    asked(in_time.sim)
    change(in_time.sim, "1002")
    change(in_time.sim, "1001")
    change(in_time.sim, "1002")
    await in_time.settled()
    assert in_time.state(BRUNO) == "off"
    await in_time.pass_time(3)
    assert (in_time.state(ANNA), in_time.state(BRUNO)) == ("on", "on")
    assert asked(in_time.sim) == [{"extid": "1001,1002"}]
    await in_time.pass_time(60)
    assert asked(in_time.sim) == []


async def test_change_of_an_extension_that_was_not_named(in_time: Push) -> None:
    """Then it may be any of them; one that nobody knows is none of them."""
    asked(in_time.sim)
    for number in ('"extid":""', '"extid":"4711"'):
        body = f'{{"action":"ConfigChange","type":"extension",{number}}}'
        in_time.coordinator.receiver._look_at(body.encode())
        await in_time.pass_time(3)
    assert asked(in_time.sim) == [EVERYONE]


async def test_change_before_anything_was_read_is_read_with_it(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Reports that come while nothing runs are not kept."""
    coordinator.settings.async_shutdown()
    asked(sim)
    coordinator.settings.async_changed("1001")
    coordinator.settings.async_read_again()
    coordinator.settings.async_added(["1001"])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert asked(sim) == []


async def test_restarted_pbx_is_read_anew(in_time: Push) -> None:
    """Somebody may have changed anything, and nobody reported it."""
    await in_time.pass_time(60)
    asked(in_time.sim)
    in_time.sim.extensions["1002"].dnd = True
    in_time.sim.restart()
    await in_time.time_until(lambda: in_time.state(BRUNO) == "on", limit=5)
    assert EVERYONE in asked(in_time.sim)


async def test_lost_connection_is_read_anew_but_not_each_time(in_time: Push) -> None:
    """A network that flaps costs one reading a minute."""
    await in_time.pass_time(60)
    asked(in_time.sim)
    in_time.sim.extensions["1002"].dnd = True
    for _ in range(3):
        await in_time.sim.go_offline()
        await in_time.coordinator.async_refresh()
        await in_time.sim.come_back()
        await in_time.coordinator.async_refresh()
        await in_time.pass_time(5)
    assert in_time.state(BRUNO) == "on"
    assert asked(in_time.sim).count(EVERYONE) == 1
    await in_time.pass_time(60)
    assert asked(in_time.sim).count(EVERYONE) == 1


async def test_extension_that_comes_and_goes(in_time: Push) -> None:
    """A new one is asked for, one that is gone is forgotten."""
    asked(in_time.sim)
    in_time.sim.add_extension(SimExtension("2000", "Dora Evans", dnd=True))
    switch = "switch.dora_evans_do_not_disturb"
    await in_time.time_until(lambda: in_time.state(switch) == "on", limit=10)
    assert asked(in_time.sim) == [{"extid": "2000"}]

    in_time.sim.remove_extension("2000")
    await in_time.time_until(lambda: in_time.state(switch) is None, limit=130)
    assert in_time.coordinator.settings.known_count == 5


async def test_extension_that_the_pbx_does_not_know_any_more(in_time: Push) -> None:
    """Not in the settings, though still in the list: nothing is known of it."""
    in_time.sim.faults.add(
        Fault(kind="errno", endpoint="extension/query", errno="10006", times=1)
    )
    change(in_time.sim, "1002")
    await in_time.settled()
    await in_time.pass_time(3)
    assert in_time.state(BRUNO) == STATE_UNKNOWN
    assert in_time.state(ANNA) == "off"


@pytest.mark.parametrize("fault", ["reset", "html", "errno"])
async def test_failed_reading_is_tried_again_ever_more_rarely(
    hass: HomeAssistant,
    sim: Simulator,
    clock: ManualClock,
    freezer: FrozenDateTimeFactory,
    report_address: str,
    fault: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After a minute, two, four; in between nothing is known, and nothing logged."""
    sim.faults.add(
        Fault(kind=fault, endpoint="extension/query", errno="30001", times=3)
    )
    push = await set_up_pushing(hass, sim, clock, report_address, freezer)
    assert len(asked(sim)) == 1
    assert push.state(ANNA) == STATE_UNKNOWN
    for wait in (61, 121):
        await push.pass_time(wait, step=5)
        assert len(asked(sim)) == 1
        assert push.state(ANNA) == STATE_UNKNOWN
    await push.pass_time(241, step=5)
    assert len(asked(sim)) == 1
    assert push.state(ANNA) == "off"
    assert not [record for record in caplog.records if ours(record)]

    # It was well in between, so it begins with a minute again.
    sim.faults.add(Fault(kind="reset", endpoint="extension/query", times=1))
    change(sim, "1001")
    await push.settled()
    await push.pass_time(3)
    assert push.state(ANNA) == STATE_UNKNOWN
    assert push.state(BRUNO) == "off"
    await push.pass_time(61, step=5)
    assert push.state(ANNA) == "on"


async def test_report_does_not_wait_for_the_next_try(in_time: Push) -> None:
    """After a failure too, a change that is reported shows soon."""
    in_time.sim.faults.add(Fault(kind="reset", endpoint="extension/query", times=1))
    change(in_time.sim, "1001")
    await in_time.settled()
    await in_time.pass_time(3)
    change(in_time.sim, "1002")
    await in_time.settled()
    await in_time.pass_time(3)
    assert (in_time.state(ANNA), in_time.state(BRUNO)) == ("on", "on")


async def test_later_changes_do_not_put_an_earlier_one_off(in_time: Push) -> None:
    """However often somebody changes something, the first shows in two seconds."""
    asked(in_time.sim)
    for number in ("1001", "1002", "1003"):
        change(in_time.sim, number)
        await in_time.settled()
        await in_time.pass_time(1)
    assert {"extid": "1001,1002"} in asked(in_time.sim)
    assert in_time.state(ANNA) == "on"


async def test_extension_that_is_gone_before_it_is_asked_for(in_time: Push) -> None:
    """Then nobody is asked for."""
    asked(in_time.sim)
    in_time.coordinator.settings.async_added(["2000"])
    await in_time.pass_time(3)
    assert asked(in_time.sim) == []


@pytest.mark.usefixtures("_no_moment")
async def test_firmware_that_does_not_tell(
    hass: HomeAssistant,
    sim: Simulator,
    clock: ManualClock,
    freezer: FrozenDateTimeFactory,
    report_address: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Unavailable, said once, and not asked again until the PBX has restarted."""
    sim.faults.add(Fault(kind="errno", endpoint="extension/query", errno="31337"))
    push = await set_up_pushing(hass, sim, clock, report_address, freezer)
    assert push.state(ANNA) == STATE_UNAVAILABLE
    assert push.state("sensor.anna_berg") == "idle"
    change(sim, "1001")
    await push.settled()
    await push.pass_time(120, step=5)
    assert len(asked(sim)) == 1

    sim.restart()
    await push.settled()
    await push.pass_time(70, step=5)
    assert push.state(ANNA) == STATE_UNAVAILABLE
    assert caplog.text.count("does not tell its extensions' settings") == 1
    assert "31337" in caplog.text

    sim.faults.clear()
    sim.restart()
    await push.settled()
    await push.pass_time(70, step=5)
    assert push.state(ANNA) == "on"


@pytest.mark.usefixtures("_no_moment")
async def test_firmware_that_does_not_tell_is_not_asked_after_a_change_either(
    hass: HomeAssistant,
    sim: Simulator,
    clock: ManualClock,
    freezer: FrozenDateTimeFactory,
    report_address: str,
) -> None:
    """The change is made; whether it shows is looked at once, and not tried for ever."""
    fault = Fault(kind="errno", endpoint="extension/query", errno="31337")
    sim.faults.add(fault)
    push = await set_up_pushing(hass, sim, clock, report_address, freezer)
    asked(sim)
    sim.faults.clear()
    sim.faults.add(Fault(kind="reset", endpoint="extension/query"))
    await call(hass, "pbx.set_forwarding", extension="1002", when="busy", to="off")
    await push.pass_time(200, step=10)
    assert len(asked(sim)) == 1


# -- writing


@pytest.mark.usefixtures("_all_enabled", "coordinator")
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
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """A change comes between two portions."""
    sim.requests.clear()
    with (
        patch.object(settings_schedule, "CHUNK", 1),
        patch.object(settings, "MOMENT", 0),
    ):
        coordinator.settings.async_start()
        await dnd(hass, "on", SAMI)
        await hass.async_block_till_done(wait_background_tasks=True)
    endpoints = [request.endpoint for request in sim.requests]
    assert endpoints.index("extension/update") <= 2
    assert endpoints.count("extension/query") in (5, 6)


async def test_who_gives_up_waiting_takes_nothing_back(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """An automation that is started anew does not undo half of what it did."""
    extension = coordinator.data.extensions["1002"]
    task = asyncio.create_task(
        coordinator.settings.async_change(extension, SettingsChange(True))
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
            coordinator.settings.async_change(extension, SettingsChange(True))
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
    entry: MockConfigEntry,
) -> None:
    """Who was told that it was refused has nothing left to wait for."""
    sim.faults.add(
        Fault(kind="errno", endpoint="extension/update", errno="10017", times=1)
    )
    sim.faults.add(Fault(kind="hang", endpoint="extension/update"))
    both = [
        asyncio.create_task(
            coordinator.settings.async_change(
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
    kind = "custom_components.pbx.client.yeastar_s.pbx.YeastarS.capabilities"
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
