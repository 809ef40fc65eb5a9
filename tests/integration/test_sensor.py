"""The sensors, against a snapshot and against the simulator."""

from collections.abc import Generator
from unittest.mock import patch

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.pbx.coordinator import PbxCoordinator
from tests.simulator import Simulator


@pytest.fixture
def _sensors_only() -> Generator[None]:
    """Load no other platform."""
    with patch("custom_components.pbx.PLATFORMS", [Platform.SENSOR]):
        yield


@pytest.mark.usefixtures("_sensors_only", "coordinator")
async def test_sensors(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """Every sensor is as it was agreed on."""
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


async def test_status_follows_the_phone(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Every status a phone can have is shown."""
    seen: list[str] = []

    async def look() -> None:
        await coordinator.async_refresh()
        state = hass.states.get("sensor.bruno_costa")
        assert state is not None
        seen.append(state.state)

    await look()
    call = sim.call("1001", "1002")
    await look()
    call.answer()
    await look()
    call.hold("1002")
    await look()
    call.hang_up()
    sim.set_registered("1002", False)
    await look()
    assert seen == ["idle", "ringing", "busy", "on_hold", "offline"]


async def test_fault_of_an_analogue_line(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """A broken port is a fault, not merely offline."""
    sim.extensions["1006"].malfunction = True
    await coordinator.async_refresh()

    state = hass.states.get("sensor.door")
    assert state is not None
    assert state.state == "fault"
    assert state.attributes["port"] == "Span2-Port1"


async def test_counts(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """The PBX's own sensors count what the extensions say."""
    sim.call("1001", "1002", answer=True)
    await coordinator.async_refresh()

    in_use = hass.states.get("sensor.yeastar_s100_extensions_in_use")
    registered = hass.states.get("sensor.yeastar_s100_registered_extensions")
    assert in_use is not None
    assert registered is not None
    assert (in_use.state, registered.state) == ("2", "4")
