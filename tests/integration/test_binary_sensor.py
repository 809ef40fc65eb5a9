"""The binary sensors, against a snapshot."""

from typing import Any
from unittest.mock import patch

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er, restore_state
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from tests.simulator import Simulator


@pytest.mark.usefixtures("everything", "no_trunks")
async def test_binary_sensors(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """Every binary sensor is as it was agreed on."""
    with patch("custom_components.pbx.PLATFORMS", [Platform.BINARY_SENSOR]):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)
        await hass.config_entries.async_unload(entry.entry_id)


CONNECTION = "binary_sensor.yeastar_s100_connection"


@pytest.mark.parametrize("value", ["on", "off", "unavailable"])
@pytest.mark.parametrize("written", ["2026-11-29T10:00:00+00:00", None, "nonsense"])
async def test_connection_has_a_beginning(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    sim: Simulator,
    value: str,
    written: str | None,
) -> None:
    """The one from before a restart, if the connection was the same then."""
    stored = {
        "state": State(CONNECTION, value, {"since": written}).as_dict(),
        "extra_data": None,
        "last_seen": dt_util.utcnow().isoformat(),
    }
    hass_storage["core.restore_state"] = {"version": 1, "data": [stored]}
    await restore_state.async_get(hass).async_load()
    before = dt_util.utcnow()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    state = hass.states.get(CONNECTION)
    assert state is not None
    since = state.attributes["since"]
    if value == "on" and written == "2026-11-29T10:00:00+00:00":
        assert since == dt_util.parse_datetime(written)
    else:
        assert before <= since <= dt_util.utcnow()

    await sim.go_offline()
    lost = dt_util.utcnow()
    await entry.runtime_data.coordinator.async_refresh()
    await entry.runtime_data.coordinator.async_refresh()
    state = hass.states.get(CONNECTION)
    assert state is not None
    assert state.state == "off"
    assert lost <= state.attributes["since"] <= dt_util.utcnow()
