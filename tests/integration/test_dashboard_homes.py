"""The dashboard's template in homes of all kinds: renamed, disabled, away, several, many."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.simulator import ManualClock, SimExtension, Simulator

from .conftest import OFFICE, entry_for, small_office
from .rendered import (
    actions,
    cards_of,
    dashboard,
    entity,
    mentioned,
    visible,
    with_setting,
)

SUPERVISOR: Final = "1005"
LAMPS: Final = {"green", "orange", "red", "disabled"}


async def test_entities_may_be_called_anything(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """The same dashboard comes out when a user has renamed them all."""
    before = dashboard(hass)
    registry = er.async_get(hass)
    names = {}
    for index, found in enumerate(sorted(registry.entities)):
        names[found] = f"{found.partition('.')[0]}.renamed_{index}"
        registry.async_update_entity(found, new_entity_id=names[found])
    await hass.config_entries.async_reload(coordinator.config_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)

    def renamed(content: Any) -> Any:
        if isinstance(content, dict):
            return {key: renamed(value) for key, value in content.items()}
        if isinstance(content, list):
            return [renamed(value) for value in content]
        return names.get(content, content)

    assert dashboard(hass) == renamed(before)


async def test_settings_that_are_enabled_are_told_apart(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Forwarding appears while there is any, and only do not disturb is switched here."""
    registry = er.async_get(hass)
    for key in ("forwarding", "may_be_monitored", "monitor_mode"):
        for found in list(registry.entities.values()):
            if found.translation_key == key:
                registry.async_update_entity(found.entity_id, disabled_by=None)
    await hass.config_entries.async_reload(coordinator.config_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    cards = cards_of(dashboard(hass)["views"][0])
    for extension in OFFICE:
        number = extension.number
        quiet = entity(hass, sim, "switch", f"{number}_do_not_disturb")
        forwarding = entity(hass, sim, "sensor", f"{number}_forwarding")
        switches = [c["entity"] for c in cards if "features" in c]
        assert switches.count(quiet) == 1
        assert not visible(cards, forwarding, "off")
        (shown,) = visible(cards, forwarding, "voicemail")
        assert shown["entity"] == forwarding
        for left_out in ("switch", "may_be_monitored"), ("select", "monitor_mode"):
            unwanted = entity(hass, sim, left_out[0], f"{number}_{left_out[1]}")
            assert unwanted not in set(mentioned(cards))


async def test_disabled_entities_are_left_out(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """No card complains of what the user does not want; without status, no extension."""
    registry = er.async_get(hass)
    disabled = [
        entity(hass, sim, platform, key)
        for platform, key in (
            ("sensor", "1001_last_call"),
            ("sensor", "1001_other_party"),
            ("switch", "1001_do_not_disturb"),
            ("sensor", "1002_status"),
            ("binary_sensor", "trunk_SIP-142_usable"),
        )
    ]
    trunk = entity(hass, sim, "sensor", "trunk_SIP-142_status")
    status = entity(hass, sim, "sensor", "1001_status")
    quiet = entity(hass, sim, "switch", "1002_do_not_disturb")
    for entity_id in disabled:
        registry.async_update_entity(
            entity_id, disabled_by=er.RegistryEntryDisabler.USER
        )
    await hass.config_entries.async_reload(coordinator.config_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    cards = cards_of(dashboard(hass)["views"][0])
    found = set(mentioned(cards))
    assert not found & {*disabled, quiet, trunk}
    assert {c["color"] for c in cards if c.get("entity") == status} == LAMPS
    assert all(card.get("entity", status) for card in cards)


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize("team", ['["1002"]', "[1002]"])
async def test_a_team_is_shown_with_its_supervisor(
    hass: HomeAssistant, sim: Simulator, team: str
) -> None:
    """Who is not named is left out, but for the supervisor."""
    text = with_setting("team", team)
    found = set(mentioned(dashboard(hass, text)))
    for extension in OFFICE:
        status = entity(hass, sim, "sensor", f"{extension.number}_status")
        assert (status in found) is (extension.number in ("1002", SUPERVISOR))


@pytest.mark.usefixtures("coordinator")
async def test_without_a_supervisor_nobody_is_supervised(hass: HomeAssistant) -> None:
    """A number that there is not takes these buttons away, and nothing else."""
    (view,) = dashboard(hass, with_setting("supervisor", '"9999"'))["views"]
    assert {name for name, _ in actions(cards_of(view))} == {"pbx.hang_up"}
    headings = [c["heading"] for c in cards_of(view) if c["type"] == "heading"]
    assert headings == ["Extensions", "PBX", "Trunks"]


async def test_it_is_the_same_while_the_pbx_is_away(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """What is unavailable for a moment is there all the same."""
    before = dashboard(hass)
    await sim.go_offline()
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert hass.states.is_state("sensor.anna_berg", "unavailable")
    assert dashboard(hass) == before


@pytest.mark.usefixtures("coordinator")
async def test_two_pbxs_have_a_view_each(
    hass: HomeAssistant, sim: Simulator, clock: ManualClock
) -> None:
    """No supervisor of one is let into calls of the other."""
    other = small_office(clock, "369362000000")
    async with other.running():
        entry = entry_for(other, 'Branch: "Nord"')
        await _set_up(hass, entry)
        views = dashboard(hass)["views"]
        assert [view["title"] for view in views] == ["Yeastar S100", entry.title]
        for view, pbx in zip(views, (sim, other), strict=True):
            registry = er.async_get(hass)
            serials = {
                registry.async_get(found).unique_id.partition("_")[0]  # type: ignore[union-attr]
                for found in mentioned(view)
                if not found.startswith("pbx.")
            }
            assert serials == {pbx.serial}


async def test_seventy_extensions_fit(
    hass: HomeAssistant, socket_enabled: None, clock: ManualClock
) -> None:
    """Home Assistant cuts off what a template makes of too many."""
    numbers = [str(number) for number in range(1000, 1070)]
    big = Simulator(
        clock=clock,
        extensions=[SimExtension(n, f"Somebody with a name {n}") for n in numbers],
    )
    async with big.running():
        await _set_up(hass, entry_for(big))
        text = with_setting("supervisor", '"1000"')
        found = set(mentioned(dashboard(hass, text)))
        for number in numbers:
            assert entity(hass, big, "sensor", f"{number}_status") in found


async def _set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set up one more PBX."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
