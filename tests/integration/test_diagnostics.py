"""What a user may attach to an issue."""

import json

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import paths

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.coordinator import PbxCoordinator
from tests.simulator import Simulator


async def test_entry(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    snapshot: SnapshotAssertion,
) -> None:
    """Enough to help, nothing to break in with, nobody's name."""
    sim.call("1001", "1002", answer=True)
    await coordinator.async_refresh()
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert diagnostics == snapshot(exclude=paths("entry.port"))

    text = json.dumps(diagnostics)
    for secret in (*sim.secrets, sim.serial, "Anna", sim.host):
        assert secret not in text


async def test_entry_of_a_pbx_that_is_gone(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
) -> None:
    """The last failure is there, in words."""
    await sim.go_offline()
    await coordinator.async_refresh()
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    connection = diagnostics["connection"]
    assert connection["connected"] is False
    assert connection["last_failure"] == "cannot_connect"


async def test_device(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """An extension's device tells about the extension, the PBX's about all."""

    async def of(identifier: str) -> object:
        device = device_registry.async_get_device_by_identifier(
            (DOMAIN, identifier), entry.entry_id
        )
        assert device is not None
        return await get_diagnostics_for_device(hass, hass_client, entry, device)

    assert await of(f"{sim.serial}_1006") == {
        "listed": True,
        "name": "**REDACTED**",
        "number": "1006",
        "port": "Span2-Port1",
        "status": "idle",
        "type": "FXS",
    }
    whole = await of(sim.serial)
    assert isinstance(whole, dict)
    assert whole["extensions"]["total"] == 5
