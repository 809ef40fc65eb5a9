"""Devices that the user removes by hand: what is forgotten with them, and what comes back."""

from typing import Any

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from custom_components.pbx.runtime import PbxRuntime
from tests.simulator import SimExtension, Simulator

from .conftest import state_of, trunk_state

TRUNK = "SIP-142"


class Remover:
    """Removes devices as the frontend does."""

    def __init__(
        self, hass: HomeAssistant, client: Any, entry: MockConfigEntry
    ) -> None:
        """Keep whose."""
        self._registry = dr.async_get(hass)
        self._client = client
        self._entry = entry

    async def remove(self, what: str) -> dict[str, Any]:
        """Remove the device of an extension or a trunk, and return the answer."""
        identifier = (DOMAIN, f"{self._entry.unique_id}_{what}")
        device: dr.AnyDeviceEntry | None = (
            self._registry.async_get_child_device_by_identifier(
                identifier, self._entry.entry_id
            )
            if what.startswith("trunk_")
            else self._registry.async_get_device_by_identifier(
                identifier, self._entry.entry_id
            )
        )
        assert device is not None
        answer: dict[str, Any] = await self._client.remove_device(device.id)
        return answer


@pytest.fixture
async def remover(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
) -> Remover:
    """Return what removes devices of a PBX that is set up."""
    assert await async_setup_component(hass, "config", {})
    return Remover(hass, await hass_ws_client(hass), entry)


def states(hass: HomeAssistant, sim: Simulator, number: str) -> dict[str, str | None]:
    """Return the states of an extension's entities, by the key of each."""
    prefix = f"{sim.serial}_{number}_"
    return {
        entity.unique_id.removeprefix(prefix): state_of(hass, entity.entity_id)
        for entity in er.async_get(hass).entities.values()
        if entity.unique_id.startswith(prefix) and not entity.disabled
    }


async def test_nothing_is_removed_while_nobody_knows_what_the_pbx_lists(
    hass: HomeAssistant, remover: Remover, entry: MockConfigEntry
) -> None:
    """A PBX that is not loaded is refused like a device in use, without a stumble."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    answer = await remover.remove("1001")
    assert not answer["success"]
    assert "rejected by integration" in answer["error"]["message"]


@pytest.mark.usefixtures("everything")
async def test_extension_removed_by_hand_is_as_new_when_it_is_listed_again(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator, remover: Remover
) -> None:
    """All its entities are back, and all of them notice when it is gone once more."""
    sim.remove_extension("1001")
    await coordinator.async_refresh()
    assert (await remover.remove("1001"))["success"]
    sim.add_extension(SimExtension("1001", "Anna Berg"))
    await coordinator.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)
    shown = states(hass, sim, "1001")
    assert (shown["status"], shown["registered"]) == ("idle", "on")

    sim.remove_extension("1001")
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert set(states(hass, sim, "1001").values()) == {STATE_UNAVAILABLE}


async def test_settings_of_an_extension_removed_by_hand_are_forgotten(
    sim: Simulator, coordinator: PbxCoordinator, runtime: PbxRuntime, remover: Remover
) -> None:
    """Whoever has its number next has other ones."""
    assert runtime.settings.of("1001") is not None
    sim.remove_extension("1001")
    await coordinator.async_refresh()
    assert (await remover.remove("1001"))["success"]
    assert runtime.settings.of("1001") is None


async def test_trunk_removed_by_hand_comes_back_when_it_is_listed_again(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator, remover: Remover
) -> None:
    """Between two reads the user was faster; the trunk was there all the time."""
    trunk = sim.trunks.pop(TRUNK)
    coordinator.polling.async_trunks_changed()
    await coordinator.async_refresh()
    assert (await remover.remove(f"trunk_{TRUNK}"))["success"]
    sim.trunks[TRUNK] = trunk
    coordinator.polling.async_trunks_changed()
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert trunk_state(hass, sim, TRUNK) == "registered"
