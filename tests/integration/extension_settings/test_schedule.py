"""When the settings of extensions are read, and what is known of them then."""

import asyncio
from collections.abc import Generator
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx.extension_settings import store as settings
from custom_components.pbx.hub.coordinator import PbxCoordinator
from custom_components.pbx.hub.subscriptions import News
from custom_components.pbx.runtime import PbxRuntime
from tests.integration.conftest import Push, set_up_pushing, state_of
from tests.integration.settings_asked import (
    ANNA,
    BRUNO,
    EVERYONE,
    asked,
    call,
    change,
    ours,
)
from tests.simulator import Fault, ManualClock, SimExtension, Simulator


@pytest.fixture
def _no_moment() -> Generator[None]:
    """Do not wait for more changes: a time that stands still would wait forever."""
    with patch.object(settings, "MOMENT", 0):
        yield


async def test_read_once_and_never_by_a_poll(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    runtime: PbxRuntime,
) -> None:
    """All in one request, in the background."""
    assert asked(sim) == [EVERYONE]
    assert runtime.settings.known_count == 5
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
        in_time.receiver.async_take_body(body.encode())
        await in_time.pass_time(61, step=5)
    assert asked(in_time.sim) == [EVERYONE]


async def test_changes_that_are_not_named_are_read_once_a_minute(
    in_time: Push,
) -> None:
    """However often somebody saves a page of the PBX."""
    await in_time.pass_time(61, step=5)
    asked(in_time.sim)
    body = b'{"action":"ConfigChange","type":"extension","extid":""}'
    for _ in range(24):
        in_time.receiver.async_take_body(body)
        await in_time.pass_time(5)
    assert 1 <= len(asked(in_time.sim)) <= 3


async def test_change_before_anything_was_read_is_read_with_it(
    hass: HomeAssistant, sim: Simulator, runtime: PbxRuntime
) -> None:
    """Reports that come while nothing runs are not kept."""
    runtime.settings.async_shutdown()
    asked(sim)
    news = runtime.coordinator.subscriptions.news
    news.async_call(News.SETTINGS_CHANGED, ["1001"])
    news.async_call(News.RESTORED, [])
    news.async_call(News.EXTENSIONS_ADDED, ["1001"])
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
    assert in_time.runtime.settings.known_count == 5


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
    in_time.sim.add_extension(SimExtension("2000", "Short Stay"))
    await in_time.coordinator.async_refresh()
    in_time.sim.remove_extension("2000")
    await in_time.coordinator.async_refresh()
    await in_time.coordinator.async_refresh()
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
