"""The switches: what they show, what they write, and what is said when that fails."""

from collections.abc import Generator
from unittest.mock import patch

from homeassistant.const import STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.simulator import Fault, Simulator

from .conftest import state_of

DND = "switch.bruno_costa_do_not_disturb"
MONITORED = "switch.bruno_costa_may_be_monitored"


@pytest.fixture
def _switches_only() -> Generator[None]:
    """Load no other platform."""
    with patch("custom_components.pbx.PLATFORMS", [Platform.SWITCH]):
        yield


async def turn(hass: HomeAssistant, word: str, *entity_ids: str) -> None:
    """Switch as an automation does."""
    await hass.services.async_call(
        "switch", f"turn_{word}", {"entity_id": list(entity_ids)}, blocking=True
    )


def bodies(sim: Simulator) -> list[object]:
    """Return what was written to the PBX."""
    return [request.body for request in sim.requests_to("extension/update")]


@pytest.mark.usefixtures("_switches_only", "everything", "coordinator")
async def test_switches(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """Every switch is as it was agreed on."""
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


@pytest.mark.usefixtures("coordinator")
async def test_monitoring_is_disabled_at_first(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    """Who wants to change that from Home Assistant, enables it."""
    found = entity_registry.async_get(MONITORED)
    assert found is not None
    assert found.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert state_of(hass, MONITORED) is None
    assert state_of(hass, DND) == "off"


@pytest.mark.usefixtures("everything", "coordinator")
@pytest.mark.parametrize(
    ("entity_id", "field", "attribute"),
    [(DND, "dnd", "dnd"), (MONITORED, "allowbeingmonitored", "allow_being_monitored")],
)
async def test_each_switch_writes_its_own_field(
    hass: HomeAssistant, sim: Simulator, entity_id: str, field: str, attribute: str
) -> None:
    """One request to change, one to see what that made of it."""
    before = len(sim.requests)
    await turn(hass, "on", entity_id)
    assert state_of(hass, entity_id) == "on"
    assert getattr(sim.extensions["1002"], attribute) is True
    await turn(hass, "off", entity_id)
    assert state_of(hass, entity_id) == "off"
    assert getattr(sim.extensions["1002"], attribute) is False
    assert getattr(sim.extensions["1001"], attribute) is (field != "dnd")

    assert bodies(sim) == [
        {"extid": "1002", field: "on"},
        {"extid": "1002", field: "off"},
    ]
    requests = list(sim.requests)[before:]
    assert [request.endpoint for request in requests] == [
        "extension/update",
        "extension/query",
    ] * 2
    assert requests[1].body == {"extid": "1002"}


@pytest.mark.usefixtures("coordinator")
async def test_shown_is_what_the_pbx_says_and_not_what_was_asked(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """A PBX that takes a change and does nothing is not believed to have done it."""
    sim.faults.add(
        Fault(
            kind="rewrite",
            endpoint="extension/update",
            rewrite=lambda _: {"status": "Success"},
            carried_out=False,
        )
    )
    await turn(hass, "on", DND)
    assert state_of(hass, DND) == "off"


@pytest.mark.parametrize(
    ("errno", "key"),
    [
        ("10006", "control_no_such_extension"),
        ("10017", "control_settings_rejected"),
        ("31337", "control_refused"),
    ],
)
@pytest.mark.usefixtures("coordinator")
async def test_refused_change_is_a_sentence_and_keeps_the_state(
    hass: HomeAssistant, sim: Simulator, errno: str, key: str
) -> None:
    """The state is still that of the PBX."""
    sim.faults.add(Fault(kind="errno", endpoint="extension/update", errno=errno))
    with pytest.raises(ServiceValidationError) as err:
        await turn(hass, "on", DND)
    assert err.value.translation_key == key
    assert err.value.translation_placeholders is not None
    assert err.value.translation_placeholders["extension"] == "Bruno Costa (1002)"
    assert state_of(hass, DND) == "off"


@pytest.mark.usefixtures("coordinator")
async def test_lost_answer_is_followed_by_a_reading_and_no_repetition(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """It is not known whether the change was made."""
    sim.faults.add(Fault(kind="truncated", endpoint="extension/update"))
    with pytest.raises(HomeAssistantError) as err:
        await turn(hass, "on", DND)
    assert err.value.translation_key == "control_unanswered"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, DND) == "on"
    assert len(bodies(sim)) == 1


async def test_unavailable_with_the_pbx(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """As everything else, and back with it."""
    await sim.go_offline()
    await coordinator.async_refresh()
    assert state_of(hass, DND) == STATE_UNAVAILABLE
    await sim.come_back()
    await coordinator.async_refresh()
    assert state_of(hass, DND) == "off"
