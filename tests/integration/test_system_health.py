"""System health: how each PBX is doing, for a person who is asked for it."""

import asyncio
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.pbx import system_health
from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.simulator import Fault, Simulator

from .conftest import entry_for, small_office


async def health(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> dict[str, Any]:
    """Return what the page shows of us when everything was looked up."""
    assert await async_setup_component(hass, "system_health", {})
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "system_health/info"})
    answer = await client.receive_json()
    assert answer["success"]
    initial = await client.receive_json()
    info: dict[str, Any] = initial["event"]["data"][DOMAIN]["info"]
    while (message := (await client.receive_json())["event"])["type"] != "finish":
        if message["domain"] == DOMAIN:
            assert message["success"]
            info[message["key"]] = message["data"]
    return info


async def test_two_pbxs(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """One line for each question, the answers in the order of the PBXs; no name, no address."""
    other = small_office(sim.clock, serial="555555555555")
    async with other.running():
        other.faults.add(Fault(kind="errno", endpoint="login", errno=20010))
        entry = entry_for(other, "Müller GmbH")
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        info = await health(hass, hass_ws_client)
        await hass.config_entries.async_unload(entry.entry_id)
    assert info == {
        "pbxs": 2,
        "connection": "connected, api_off",
        "push_mode": "waiting, -",
        "firmware": f"{coordinator.info.firmware_version}, -",
        "can_reach_pbx": "ok",
    }


async def test_unreachable_pbx_shows_its_failure(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """The connection check fails as well."""
    await sim.go_offline()
    await coordinator.async_refresh()
    info = await health(hass, hass_ws_client)
    assert info["connection"] == "cannot_connect"
    assert info["can_reach_pbx"] == {"type": "failed", "error": "unreachable"}
    await sim.come_back()


async def test_failure_without_a_name(
    hass: HomeAssistant,
    coordinator: PbxCoordinator,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """A mistake of ours is no answer of the PBX, and not every PBX tells its firmware."""
    coordinator.last_update_success = False
    coordinator.last_exception = RuntimeError("bug")
    coordinator.info = replace(coordinator.info, firmware_version=None)
    info = await health(hass, hass_ws_client)
    assert (info["connection"], info["firmware"]) == ("unknown", "-")


async def test_certificate_of_its_own_making_can_be_reached(
    hass: HomeAssistant, tls_sim: Simulator, hass_ws_client: WebSocketGenerator
) -> None:
    """What Home Assistant's own check would call unreachable."""
    entry = entry_for(tls_sim)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    info = await health(hass, hass_ws_client)
    assert info["can_reach_pbx"] == "ok"
    assert info["connection"] == "connected"


async def test_address_that_swallows_everything(
    hass: HomeAssistant,
    coordinator: PbxCoordinator,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behind a firewall that drops what it does not like, nothing ever comes back."""

    async def never(*args: Any, **kwargs: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(system_health, "TIMEOUT", 0.01)
    monkeypatch.setattr(asyncio, "open_connection", never)
    info = await health(hass, hass_ws_client)
    assert info["can_reach_pbx"] == {"type": "failed", "error": "timeout"}


async def test_without_a_pbx(
    hass: HomeAssistant, socket_enabled: None, hass_ws_client: WebSocketGenerator
) -> None:
    """What is ignored or disabled is none."""
    for more in ({"source": SOURCE_IGNORE}, {"disabled_by": ConfigEntryDisabler.USER}):
        MockConfigEntry(domain=DOMAIN, **more).add_to_hass(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    assert await health(hass, hass_ws_client) == {"pbxs": 0}
