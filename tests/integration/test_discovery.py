"""Discovery of a PBX that is set up: a packet on the network proves nothing."""

from typing import Any

from homeassistant.config_entries import SOURCE_DHCP, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.pbx.const import DOMAIN, ISSUE_ADDRESS_CHANGED
from tests.simulator import Simulator

from .conftest import entry_for
from .open_issues import issue, issues
from .repairing import Client, start as open_repair, submit

MAC = "f4:b5:49:11:22:33"
# Nothing answers there.
OLD = "127.0.0.9"


async def discovered(hass: HomeAssistant, ip: str, mac: str = MAC) -> None:
    """Let a device ask for an address."""
    result: ConfigFlowResult = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_DHCP},
        data=DhcpServiceInfo(ip=ip, hostname="x", macaddress=mac.replace(":", "")),
    )
    assert result["reason"] == "already_configured"
    await hass.async_block_till_done(wait_background_tasks=True)


def known_at(
    hass: HomeAssistant, sim: Simulator, host: str = OLD, **changes: Any
) -> MockConfigEntry:
    """Return the entry of a PBX whose hardware address is known."""
    made = entry_for(sim)
    data = {**made.data, "host": host, "mac": MAC, **changes}
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=made.title,
        unique_id=made.unique_id,
        data=data,
        minor_version=2,
    )
    entry.add_to_hass(hass)
    return entry


async def test_hardware_address_is_learned_once(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """The API does not tell it; another device cannot put its own in its place."""
    entry = entry_for(sim)
    entry.add_to_hass(hass)
    await discovered(hass, sim.host)
    assert entry.data["mac"] == MAC
    await discovered(hass, sim.host, "f4:b5:49:66:66:66")
    assert entry.data["mac"] == MAC
    assert not sim.requests


async def test_trusted_certificate_moves_the_entry(
    hass: HomeAssistant, tls_sim: Simulator
) -> None:
    """The PBX that is trusted is known again wherever it answers."""
    entry = known_at(hass, tls_sim)
    await discovered(hass, tls_sim.host)
    assert entry.data["host"] == tls_sim.host


async def test_other_certificate_is_told_nothing(
    hass: HomeAssistant, tls_sim: Simulator
) -> None:
    """A device that claims the address gets neither login nor reload."""
    entry = known_at(hass, tls_sim, fingerprint="00" * 32)
    for _ in range(4):
        await discovered(hass, tls_sim.host)
    assert entry.data["host"] == OLD
    assert not tls_sim.requests


async def test_other_serial_number_is_another_pbx(
    hass: HomeAssistant, tls_sim: Simulator
) -> None:
    """The certificate of a make may be the same on every box of it."""
    made = entry_for(tls_sim)
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id="555555555555",
        data={**made.data, "host": OLD, "mac": MAC},
        minor_version=2,
    )
    entry.add_to_hass(hass)
    await discovered(hass, tls_sim.host)
    assert entry.data["host"] == OLD


async def test_without_tls_the_user_is_asked(
    hass: HomeAssistant, sim: Simulator, repairs: Client
) -> None:
    """Nothing is sent to the new address before the user says so."""
    entry = known_at(hass, sim)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    for _ in range(4):
        await discovered(hass, sim.host)
    assert entry.data["host"] == OLD
    assert not sim.requests
    found = issue(hass, entry, ISSUE_ADDRESS_CHANGED)
    assert found is not None
    flow = await open_repair(repairs, found)
    assert flow["step_id"] == "confirm"
    assert flow["description_placeholders"]["new"] == sim.host
    assert not sim.requests
    result = await submit(repairs, flow)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["type"] == "create_entry"
    assert entry.data["host"] == sim.host
    assert ISSUE_ADDRESS_CHANGED not in issues(hass)


async def test_pbx_that_still_answers_has_not_moved(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """Whoever claims its hardware address from elsewhere is not heard."""
    entry = known_at(hass, sim, host=sim.host)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    asked = len(sim.requests)
    await discovered(hass, OLD)
    assert entry.data["host"] == sim.host
    assert len(sim.requests) == asked
    assert issues(hass) == []


@pytest.mark.usefixtures("socket_enabled")
async def test_name_is_left_alone(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, sim: Simulator
) -> None:
    """A host given by name is kept by whoever runs the name."""
    entry = known_at(hass, sim, host="pbx.example.com")
    await discovered(hass, sim.host)
    assert entry.data["host"] == "pbx.example.com"
    assert not sim.requests
