"""What a user may attach to an issue."""

import json

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import paths

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.simulator import Simulator

from .conftest import device_of


async def test_entry(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    sim: Simulator,
    entry: MockConfigEntry,
    snapshot: SnapshotAssertion,
) -> None:
    """Enough to help, nothing to break in with, nobody's name."""
    hass.config_entries.async_update_entry(
        entry,
        options={
            "report_address": "ha.example.com",
            "report_port": 8260,
            "report_senders": ["192.0.2.7"],
            "contacts": "0401234567 = Dora",
        },
    )
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    coordinator: PbxCoordinator = entry.runtime_data.coordinator
    sim.call("1001", "1002", answer=True)
    sim.inbound("0401234567", "1005", answer=True)
    await coordinator.async_refresh()
    assert await async_setup_component(hass, "diagnostics", {})
    client = await hass_client()
    path = f"/api/webhook/{entry.data['webhook_id']}"
    for body in (b"nonsense", b'{"action":"BootUp","sn":"another"}'):
        await client.post(path, data=body)
    await hass.async_block_till_done()
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert diagnostics == snapshot(exclude=paths("entry.port"))

    text = json.dumps(diagnostics)
    for secret in (
        *sim.secrets,
        sim.serial,
        sim.host,
        entry.data["webhook_id"],
        "Anna",
        "Dora",
        "0401234567",
        "ha.example.com",
        "192.0.2.7",
        *sim.calls,
        *sim.trunks,
    ):
        assert secret not in text


async def test_reports_that_came(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    sim: Simulator,
    entry: MockConfigEntry,
    coordinator: PbxCoordinator,
) -> None:
    """How many, when the last one, and what follows from that."""
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert diagnostics["push"] == {
        "mode": "waiting",
        "address_overridden": False,
        "accepted": 0,
        "dropped": {},
        "last_report": None,
        "poll_interval": 10.0,
        "extensions_not_reported": 0,
    }
    client = await hass_client()
    body = {
        "action": "ExtensionStatus",
        "extension": "1001",
        "status": "Registered",
        "sn": sim.serial,
    }
    await client.post(f"/api/webhook/{entry.data['webhook_id']}", json=body)
    await hass.async_block_till_done()
    push = (await get_diagnostics_for_config_entry(hass, hass_client, entry))["push"]
    assert isinstance(push, dict)
    assert (push["mode"], push["accepted"]) == ("working", 1)
    assert push["poll_interval"] == 60.0
    last = coordinator.last_report
    assert last is not None
    assert push["last_report"] == last.isoformat()


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


async def test_pbx_that_cannot_be_set_up(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Then it is needed most: what is configured, and what is wrong; no secret either."""
    assert await async_setup_component(hass, "diagnostics", {})
    await sim.go_offline()
    assert not await hass.config_entries.async_reload(entry.entry_id)
    device = device_of(device_registry, entry, "1001")
    assert device is not None
    for diagnostics in (
        await get_diagnostics_for_config_entry(hass, hass_client, entry),
        await get_diagnostics_for_device(hass, hass_client, entry, device),
    ):
        assert diagnostics["connection"] == {
            "connected": False,
            "last_failure": "cannot_connect",
        }
        assert diagnostics["state"] == "setup_retry"
        assert diagnostics["entry"]["ssl"] is False
        text = json.dumps(diagnostics)
        for secret in (*sim.secrets, sim.host, entry.data["webhook_id"]):
            assert secret not in text
