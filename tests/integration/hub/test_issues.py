"""What the user can do when the PBX cannot be read, or refuses again and again."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.pbx.const import (
    ISSUE_API_OFF,
    ISSUE_LOCKED_OUT,
    ISSUE_MONITOR_MODE,
    ISSUE_MONITORING_FORBIDDEN,
)
from custom_components.pbx.hub.connect import LOCKED_UNTIL
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.integration.open_issues import issue, issues
from tests.integration.phone import until
from tests.integration.supervised import act, agents_call
from tests.simulator import Fault, Simulator


@pytest.mark.parametrize("how", ["disable", "remove"])
async def test_repair_goes_with_the_entry(
    hass: HomeAssistant, sim: Simulator, entry: MockConfigEntry, how: str
) -> None:
    """Nobody is asked to mend what is not wanted, even if it was never set up."""
    sim.faults.add(Fault(kind="errno", endpoint="login", errno=20010))
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert issues(hass) == [ISSUE_API_OFF]
    if how == "disable":
        await hass.config_entries.async_set_disabled_by(
            entry.entry_id, ConfigEntryDisabler.USER
        )
    else:
        await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert issues(hass) == []


@pytest.mark.parametrize("errno", [20010, 30003])
async def test_api_switched_off(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    errno: int,
) -> None:
    """Says so, keeps saying it while nothing answers, and not when it is on again."""
    sim.expire_tokens()
    sim.faults.add(Fault(kind="errno", endpoint="login", errno=errno))
    await coordinator.async_refresh()
    assert issues(hass) == [ISSUE_API_OFF]
    found = issue(hass, entry, ISSUE_API_OFF)
    assert found is not None
    assert not found.is_fixable
    await sim.go_offline()
    await coordinator.async_refresh()
    assert issues(hass) == [ISSUE_API_OFF]
    await sim.come_back()
    sim.faults.clear()
    await coordinator.async_refresh()
    assert issues(hass) == []


async def test_unloading_takes_it_back(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
) -> None:
    """What nobody watches needs no repair."""
    sim.expire_tokens()
    sim.faults.add(Fault(kind="errno", endpoint="login", errno=20010))
    await coordinator.async_refresh()
    assert issues(hass) == [ISSUE_API_OFF]
    await hass.config_entries.async_unload(entry.entry_id)
    assert issues(hass) == []


async def test_locked_out_says_until_when(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
) -> None:
    """By the clock on the user's wall."""
    await hass.config.async_set_time_zone("Europe/Helsinki")
    freezer.move_to("2026-11-25 10:00:20+00:00")
    sim.expire_tokens()
    sim.faults.add(Fault(kind="errno", endpoint="login", errno=20002))
    await coordinator.async_refresh()
    found = issue(hass, entry, ISSUE_LOCKED_OUT)
    assert found is not None
    assert found.translation_placeholders == {"pbx": "Yeastar S100", "until": "12:10"}
    await coordinator.async_refresh()
    assert issues(hass) == [ISSUE_LOCKED_OUT]


async def test_lock_out_that_is_over(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
) -> None:
    """When the time has come, whatever the PBX does then."""
    hass.data[LOCKED_UNTIL] = {entry.entry_id: hass.loop.time() + 60}
    await coordinator.async_refresh()
    assert issues(hass) == [ISSUE_LOCKED_OUT]
    await sim.go_offline()
    await coordinator.async_refresh()
    assert issues(hass) == [ISSUE_LOCKED_OUT]
    hass.data[LOCKED_UNTIL] = {entry.entry_id: hass.loop.time() - 1}
    await coordinator.async_refresh()
    assert issues(hass) == []
    await sim.come_back()


async def refused(hass: HomeAssistant, action: str, times: int) -> None:
    """Let 1005 try to join the call of 1002 in vain."""
    for _ in range(times):
        with pytest.raises(ServiceValidationError):
            await act(hass, action, supervisor="1005", extension="1002")


@pytest.mark.parametrize(
    ("number", "attribute", "wrong", "right", "key", "named"),
    [
        (
            "1002",
            "allow_being_monitored",
            False,
            True,
            ISSUE_MONITORING_FORBIDDEN,
            "Bruno Costa (1002)",
        ),
        (
            "1005",
            "monitor_mode",
            "Whisper",
            "Extensive",
            ISSUE_MONITOR_MODE,
            "Sami Virtanen (1005)",
        ),
    ],
)
async def test_settings_of_the_pbx_that_refuse_three_times(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    number: str,
    attribute: str,
    wrong: object,
    right: object,
    key: str,
    named: str,
) -> None:
    """Says whose settings to open; the next success takes it back."""
    agents_call(sim)
    setattr(sim.extensions[number], attribute, wrong)
    await refused(hass, "listen", 2)
    assert issues(hass) == []
    await refused(hass, "barge_in", 1)
    assert issues(hass) == [key]
    found = issue(hass, entry, key)
    assert found is not None
    assert found.translation_placeholders == {
        "pbx": "Yeastar S100",
        "extensions": named,
    }
    setattr(sim.extensions[number], attribute, right)
    await act(hass, "listen", supervisor="1005", extension="1002")
    assert issues(hass) == []


async def test_success_begins_the_count_anew(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Two mishaps, a success and a mishap are nothing to repair; nor is a busy phone."""
    agents_call(sim)
    sim.extensions["1005"].monitor_mode = "Listen"
    await refused(hass, "barge_in", 2)
    await act(hass, "listen", supervisor="1005", extension="1002")
    await act(hass, "stop_monitoring", supervisor="1005")
    await refused(hass, "barge_in", 2)
    sim.set_registered("1005", False)
    await refused(hass, "listen", 4)
    assert issues(hass) == []


async def test_unloading_takes_refusals_back(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
) -> None:
    """They are counted anew."""
    agents_call(sim)
    sim.extensions["1005"].monitor_mode = "Disabled"
    await refused(hass, "listen", 3)
    assert issues(hass) == [ISSUE_MONITOR_MODE]
    await hass.config_entries.async_unload(entry.entry_id)
    assert issues(hass) == []


async def test_repair_stays_while_the_set_up_is_tried_again(
    hass: HomeAssistant,
    sim: Simulator,
    entry: MockConfigEntry,
) -> None:
    """Each try finds the same; one that succeeds takes it back."""
    sim.faults.add(Fault(kind="errno", endpoint="login", errno=20010))
    await hass.config_entries.async_setup(entry.entry_id)
    for tries in (2, 3):
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=5))
        await until(lambda: len(sim.requests_to("login")) == tries)  # noqa: B023
        await until(lambda: entry.state is ConfigEntryState.SETUP_RETRY)
        assert issues(hass) == [ISSUE_API_OFF]
    sim.faults.clear()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=5))
    await until(lambda: entry.state is ConfigEntryState.LOADED)
    assert issues(hass) == []
