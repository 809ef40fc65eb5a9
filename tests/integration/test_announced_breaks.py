"""What Home Assistant 2026.12 no longer allows: none of it is done here."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.frame import _REPORTED_INTEGRATIONS
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator import Simulator

from .automations import call_entity, extension_device
from .conftest import Push
from .test_config_flow import form_for

BREAKS = "will stop working in Home Assistant 2026.12"


@pytest.fixture(autouse=True)
def _reported_anew() -> None:
    """Let Home Assistant report what it has reported in an earlier test."""
    _REPORTED_INTEGRATIONS.clear()


async def change(hass: HomeAssistant, entry: MockConfigEntry, sim: Simulator) -> None:
    """Change the credentials by both flows that do so and reload the entry."""
    sim.password = "Another-Secret-1"
    flow = await entry.start_reconfigure_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], form_for(sim)
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    sim.password = "Another-Secret-2"
    flow = await entry.start_reauth_flow(hass)
    credentials = {key: form_for(sim)[key] for key in ("username", "password")}
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], credentials
    )
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()


async def test_flows_reload_without_an_update_listener(
    pushing: Push, caplog: pytest.LogCaptureFixture
) -> None:
    """One beside a flow that reloads by itself would reload twice."""
    await change(pushing.hass, pushing.entry, pushing.sim)
    options = pushing.hass.config_entries.options
    flow = await options.async_init(pushing.entry.entry_id)
    assert (await options.async_configure(flow["flow_id"], {}))[
        "type"
    ] == "create_entry"
    await pushing.hass.async_block_till_done()
    assert pushing.entry.update_listeners == []
    assert BREAKS not in caplog.text


async def test_update_listener_would_be_reported(
    pushing: Push, caplog: pytest.LogCaptureFixture
) -> None:
    """So the test above can fail."""

    async def listen(_: HomeAssistant, __: ConfigEntry) -> None:
        """Do nothing."""

    pushing.entry.add_update_listener(listen)
    await change(pushing.hass, pushing.entry, pushing.sim)
    assert BREAKS in caplog.text


async def test_devices_have_only_texts(
    pushing: Push, caplog: pytest.LogCaptureFixture
) -> None:
    """Versions, models, names and serial numbers, whatever type the PBX sends."""
    devices = dr.async_entries_for_config_entry(
        dr.async_get(pushing.hass), pushing.entry.entry_id
    )
    assert len(devices) > 5
    for device in devices:
        for value in (
            device.sw_version,
            device.hw_version,
            device.serial_number,
            device.manufacturer,
            device.model,
            device.model_id,
            device.name,
            device.configuration_url,
        ):
            assert value is None or type(value) is str
    assert BREAKS not in caplog.text


async def test_triggers_and_conditions_use_no_old_selection(
    pushing: Push, caplog: pytest.LogCaptureFixture
) -> None:
    """Targets of every kind are resolved by Home Assistant's present helpers."""
    hass = pushing.hass
    target = {
        "entity_id": call_entity(pushing, "1001"),
        "device_id": extension_device(pushing, "1002"),
        "area_id": "office",
        "label_id": "phones",
    }
    automation = {
        "triggers": [
            {"trigger": "pbx.extension_started_ringing", "target": target},
            {"trigger": "pbx.extension_became_free", "target": target},
        ],
        "conditions": {"condition": "pbx.extension_is_free", "target": target},
        "actions": [],
    }
    assert await async_setup_component(hass, "automation", {"automation": automation})
    call = pushing.sim.call("1005", "1001", answer=True)
    await pushing.settled()
    call.hang_up()
    await pushing.settled()
    assert hass.states.async_entity_ids("automation")
    assert BREAKS not in caplog.text
    assert "deprecated" not in "".join(
        record.getMessage()
        for record in caplog.records
        if "pbx" in record.getMessage() and record.levelname == "WARNING"
    )
