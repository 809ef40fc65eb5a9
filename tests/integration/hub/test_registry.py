"""Extensions that appear, are renamed and go, and the devices they have."""

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx import async_remove_config_entry_device
from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.integration.conftest import device_of, rewrite_list, state_of
from tests.simulator import Fault, SimExtension, Simulator

ANNA = "sensor.anna_berg"
BRUNO = "sensor.bruno_costa"
CONNECTION = "binary_sensor.yeastar_s100_connection"


@pytest.mark.usefixtures("everything")
async def test_new_extension_appears(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Nobody needs to reload anything."""
    sim.add_extension(SimExtension("0100", "Reception"))
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    found = hass.states.get("sensor.reception")
    assert found is not None
    assert found.state == "idle"
    assert found.attributes["number"] == "0100"
    assert state_of(hass, "binary_sensor.reception_registered") == STATE_ON


async def test_renamed_extension_is_renamed_but_not_over_the_users_name(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """The PBX's name changes with the PBX; the user's own stays on top."""
    device = device_of(device_registry, entry, "1001")
    assert device is not None
    device_registry.async_update_device(device.id, name_by_user="Boss")
    sim.rename_extension("1001", "Anna Lind")
    sim.rename_extension("1002", "Bruno Lind")
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    anna, bruno = hass.states.get(ANNA), hass.states.get(BRUNO)
    assert anna is not None
    assert bruno is not None
    assert anna.name == "Boss"
    assert bruno.name == "Bruno Lind"
    after = device_registry.async_get(device.id)
    assert after is not None
    assert after.name == "Anna Lind"


async def test_deleted_extension_goes_after_two_complete_reads(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """One read without it makes it unavailable, a second one removes it."""
    sim.remove_extension("1001")
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert state_of(hass, ANNA) == STATE_UNAVAILABLE

    sim.faults.add(Fault(kind="http_500"))
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert state_of(hass, ANNA) == STATE_UNAVAILABLE
    sim.faults.clear()

    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert state_of(hass, ANNA) is None
    assert device_of(device_registry, entry, "1001") is None


async def test_extension_missing_from_one_read_comes_back(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """A hiccup of the PBX costs nothing but a moment."""
    sim.remove_extension("1001")
    await coordinator.async_refresh()
    sim.add_extension(SimExtension("1001", "Anna Berg"))
    await coordinator.async_refresh()
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    assert state_of(hass, ANNA) == "idle"


async def test_extension_deleted_and_made_again_is_fed_again(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """A number that was gone and comes back gets its entities back."""
    sim.remove_extension("1001")
    await coordinator.async_refresh()
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    sim.add_extension(SimExtension("1001", "Anna Berg"))
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    assert state_of(hass, ANNA) == "idle"


async def test_empty_list_is_not_believed(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """A PBX that says it has no extensions deletes none, however often it says so."""
    sim.faults.add(Fault(kind="empty_list", endpoint="extensionlist/query"))
    for _ in range(3):
        await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert state_of(hass, ANNA) == STATE_UNAVAILABLE
    assert state_of(hass, CONNECTION) == STATE_OFF

    sim.faults.clear()
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert state_of(hass, ANNA) == "idle"
    assert state_of(hass, CONNECTION) == STATE_ON


async def test_extension_deleted_while_home_assistant_was_down(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """The registry remembers it; two reads without it remove it."""
    await hass.config_entries.async_unload(entry.entry_id)
    sim.remove_extension("1001")
    identifier = (DOMAIN, f"{sim.serial}_1001")

    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert device_registry.async_get_device_by_identifier(identifier, entry.entry_id)

    await entry.runtime_data.coordinator.async_refresh()
    await hass.async_block_till_done()
    assert not device_registry.async_get_device_by_identifier(
        identifier, entry.entry_id
    )


async def test_new_firmware_shows_on_the_device(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """After a restart of the PBX its identity is read again."""
    sim.firmware = "30.15.0.99"
    sim.restart()
    await coordinator.async_refresh()

    device = device_of(device_registry, entry)
    assert device is not None
    assert device.sw_version == "30.15.0.99"


@pytest.mark.parametrize(
    "name",
    [
        "Zoë 📞 Ünal",
        'O\'Neil "The Phone"',
        "<b>Bold</b> & <script>alert(1)</script>",
        "x" * 200,
    ],
)
async def test_names_of_the_pbx_are_shown_unchanged(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    name: str,
    device_registry: dr.DeviceRegistry,
    entry: MockConfigEntry,
) -> None:
    """Any text may be a name."""
    sim.add_extension(SimExtension("4711", name))
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    device = device_of(device_registry, entry, "4711")
    assert device is not None
    assert device.name == name


async def test_incomplete_list_deletes_nothing(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """An item that makes no sense may have been any extension."""
    rewrite_list(sim, lambda items: [*items[1:], 7])
    for _ in range(3):
        await coordinator.async_refresh()
    await hass.async_block_till_done()

    assert state_of(hass, ANNA) == "idle"


async def test_device_deleted_by_hand_comes_back_with_its_extension(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Between two reads the user was faster; the extension was there all the time."""
    sim.remove_extension("1001")
    await coordinator.async_refresh()
    device = device_of(device_registry, entry, "1001")
    assert device is not None
    assert await async_remove_config_entry_device(hass, entry, device)
    device_registry.async_remove_device(device.id)
    sim.add_extension(SimExtension("1001", "Anna Berg"))
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    assert state_of(hass, ANNA) == "idle"


async def test_device_that_was_removed_already_is_not_missed(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """An extension without a device is renamed and deleted without a stumble."""
    for number in ("1001", "1002"):
        device = device_of(device_registry, entry, number)
        assert device is not None
        device_registry.async_remove_device(device.id)
    sim.rename_extension("1001", "Anna Lind")
    sim.remove_extension("1002")
    await coordinator.async_refresh()
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    assert coordinator.last_update_success
    assert coordinator.data.extensions["1001"].name == "Anna Lind"
    assert "1002" not in coordinator.data.extensions


@pytest.mark.usefixtures("coordinator")
async def test_devices_say_what_they_are(
    hass: HomeAssistant,
    sim: Simulator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """A trunk by its name, as it has no model; an extension by its model.

    The PBX is called like its entry, as two of one model would be called alike.
    """
    hass.config_entries.async_update_entry(entry, title="Head office")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    pbx = device_registry.async_get_device_by_identifier(
        (DOMAIN, sim.serial), entry.entry_id
    )
    assert pbx is not None
    assert pbx.name == "Head office"
    trunk = device_registry.async_get_child_device_by_identifier(
        (DOMAIN, f"{sim.serial}_trunk_SIP-142"), entry.entry_id
    )
    extension = device_registry.async_get_device_by_identifier(
        (DOMAIN, f"{sim.serial}_1002"), entry.entry_id
    )
    assert trunk is not None
    assert extension is not None
    assert trunk.name == "Trunk SIP-142"
    assert extension.model == "SIP 1002"
    assert extension.model_id == "extension"


async def test_trunk_whose_device_was_removed_already(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """A trunk without a device is deleted without a stumble."""
    device = device_registry.async_get_child_device_by_identifier(
        (DOMAIN, f"{sim.serial}_trunk_SIP-142"), entry.entry_id
    )
    assert device is not None
    device_registry.async_remove_device(device.id)
    del sim.trunks["SIP-142"]
    for _ in range(2):
        coordinator.polling.async_trunks_changed()
        await coordinator.async_refresh()
    assert coordinator.last_update_success
    assert "SIP-142" not in coordinator.data.trunks
