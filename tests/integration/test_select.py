"""The select of the monitor mode."""

from collections.abc import Generator
from unittest.mock import patch

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.pbx.client.extension_settings import MonitorPermission
from custom_components.pbx.runtime import PbxRuntime
from tests.simulator import Fault, Simulator

from .conftest import state_of

SAMI = "select.sami_virtanen_monitor_mode"


@pytest.fixture
def _enabled() -> Generator[None]:
    """Enable also what is disabled by default, and load nothing else."""
    with (
        patch("custom_components.pbx.PLATFORMS", [Platform.SELECT]),
        patch(
            "homeassistant.helpers.entity.Entity.entity_registry_enabled_default", True
        ),
    ):
        yield


async def choose(hass: HomeAssistant, option: str) -> None:
    """Choose as an automation does."""
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": SAMI, "option": option},
        blocking=True,
    )


@pytest.mark.usefixtures("_enabled", "coordinator")
async def test_selects(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """Every select is as it was agreed on."""
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


@pytest.mark.usefixtures("coordinator")
async def test_disabled_at_first(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    """Who wants to change it from Home Assistant, enables it."""
    found = entity_registry.async_get(SAMI)
    assert found is not None
    assert found.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert state_of(hass, SAMI) is None


@pytest.mark.parametrize(
    ("option", "word"),
    [
        ("disabled", "Disabled"),
        ("extensive", "Extensive"),
        ("listen", "Listen"),
        ("whisper", "Whisper"),
        ("barge_in", "Barge-in"),
    ],
)
@pytest.mark.usefixtures("_enabled", "coordinator")
async def test_each_mode_is_written_and_read(
    hass: HomeAssistant, sim: Simulator, option: str, word: str
) -> None:
    """In the PBX's own spelling."""
    assert state_of(hass, SAMI) == "extensive"
    await choose(hass, option)
    (request,) = sim.requests_to("extension/update")
    assert request.body == {"extid": "1005", "monitormode": word}
    assert sim.extensions["1005"].monitor_mode == word
    assert state_of(hass, SAMI) == option


def test_every_mode_is_tried_above() -> None:
    """None was forgotten."""
    assert len(MonitorPermission) == 5


@pytest.mark.usefixtures("_enabled")
async def test_word_that_nobody_knows(
    hass: HomeAssistant, sim: Simulator, runtime: PbxRuntime
) -> None:
    """Neither allowed nor not, and it can be chosen anew."""
    sim.extensions["1005"].monitor_mode = "Telepathy"
    runtime.settings.async_start()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, SAMI) == "unknown"
    await choose(hass, "whisper")
    assert state_of(hass, SAMI) == "whisper"


@pytest.mark.usefixtures("_enabled", "coordinator")
async def test_refused(hass: HomeAssistant, sim: Simulator) -> None:
    """The user is told; what is shown is still true."""
    sim.faults.add(Fault(kind="errno", endpoint="extension/update", errno="10017"))
    with pytest.raises(ServiceValidationError) as err:
        await choose(hass, "listen")
    assert err.value.translation_key == "control_settings_rejected"
    assert state_of(hass, SAMI) == "extensive"
