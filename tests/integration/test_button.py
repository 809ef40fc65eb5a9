"""The button that ends an extension's call."""

from collections.abc import Generator
from unittest.mock import patch

from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.pbx.client import Capability
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.simulator import Fault, Simulator

from .conftest import Push

ANNA = "button.anna_berg_hang_up"
BRUNO = "button.bruno_costa_hang_up"


@pytest.fixture
def _buttons_only() -> Generator[None]:
    """Load no other platform."""
    with patch("custom_components.pbx.PLATFORMS", [Platform.BUTTON]):
        yield


async def press(hass: HomeAssistant, entity_id: str) -> None:
    """Press as an automation does."""
    await hass.services.async_call(
        "button", "press", {"entity_id": entity_id}, blocking=True
    )


@pytest.fixture(autouse=True)
def _enabled(everything: None) -> None:
    """Enable the buttons, which are disabled by default."""


@pytest.mark.usefixtures("_buttons_only", "coordinator")
async def test_buttons(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """Every button is as it was agreed on."""
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


async def test_calls_do_not_change_the_state(
    hass: HomeAssistant, pushing: Push
) -> None:
    """Each change would be a row of the activity, twice for each call of a phone."""
    events = async_capture_events(hass, EVENT_STATE_CHANGED)
    call = pushing.sim.call("1001", "1002")
    await pushing.settled()
    call.answer()
    await pushing.settled()
    call.hang_up()
    await pushing.settled()
    changed = {event.data["entity_id"] for event in events}
    assert "sensor.bruno_costa" in changed
    assert not changed & {ANNA, BRUNO}
    assert pushing.state(BRUNO) == STATE_UNKNOWN


async def test_press_ends_the_call(pushing: Push) -> None:
    """With one request; both phones are free again."""
    call = pushing.sim.call("1001", "1002", answer=True)
    await pushing.settled()
    await press(pushing.hass, ANNA)
    (request,) = pushing.sim.requests_to("extension/hangup")
    assert request.body == {"extid": "1001"}
    assert call.state == "ended"
    await pushing.settled()
    assert pushing.state("sensor.bruno_costa") == "idle"


async def test_failed_press_is_a_sentence_and_is_not_repeated(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """A refusal and a lost answer have different sentences."""
    call = sim.call("1001", "1002", answer=True)
    await coordinator.async_refresh()
    call.hang_up()
    with pytest.raises(ServiceValidationError) as refused:
        await press(hass, ANNA)
    assert refused.value.translation_key == "control_not_in_call"

    sim.faults.add(Fault(kind="reset", endpoint="extension/hangup"))
    with pytest.raises(HomeAssistantError) as lost:
        await press(hass, BRUNO)
    assert lost.value.translation_key == "control_unanswered"
    assert len(sim.requests_to("extension/hangup")) == 2


async def test_no_button_where_calls_cannot_be_ended(
    hass: HomeAssistant, sim: Simulator, entry: MockConfigEntry
) -> None:
    """Nor settings, on a PBX that has none of this."""
    kind = "custom_components.pbx.client.yeastar.s.pbx.YeastarS.capabilities"
    with patch(kind, Capability(0)):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert {state.domain for state in hass.states.async_all()} == {
            "binary_sensor",
            "event",
            "sensor",
        }
        assert sim.requests_to("extension/query") == []
        await hass.config_entries.async_unload(entry.entry_id)
