"""A PBX (phone system) in Home Assistant."""

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_WEBHOOK_ID, EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .const import CONF_REPORT_PORT, DEFAULT_REPORT_PORT, DOMAIN, LOGGER
from .hub.connect import create_pbx
from .hub.coordinator import PbxConfigEntry, PbxCoordinator
from .hub.issues import async_port_taken
from .hub.lock_out import LockOut
from .services import async_setup_services

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up the actions, which outlive any entry."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: PbxConfigEntry) -> bool:
    """Set up one PBX."""
    if CONF_WEBHOOK_ID not in entry.data:
        # Nobody can guess it, so that nobody else can report.
        data = {**entry.data, CONF_WEBHOOK_ID: webhook.async_generate_id()}
        hass.config_entries.async_update_entry(entry, data=data)
    coordinator = PbxCoordinator(hass, entry, create_pbx(hass, entry.data))

    async def log_out(_: Event) -> None:
        """Give the session back when Home Assistant stops."""
        await coordinator.async_shutdown()

    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, log_out))
    # The coordinator shuts down by itself when the entry is unloaded, or fails to set up.
    try:
        await coordinator.receiver.async_start(entry.title)
    except OSError as err:
        port = entry.options.get(CONF_REPORT_PORT, DEFAULT_REPORT_PORT)
        LOGGER.warning("Cannot listen for reports on port %s: %s", port, err.strerror)
        async_port_taken(hass, entry, port)
    await coordinator.async_config_entry_first_refresh()
    coordinator.devices.async_register_pbx(
        coordinator.info, coordinator.pbx.address.url
    )
    entry.runtime_data = coordinator
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    coordinator.settings.async_start()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: PbxConfigEntry) -> bool:
    """Unload one PBX."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: PbxConfigEntry) -> None:
    """Forget what was remembered beside the entry."""
    LockOut(hass, entry.entry_id).async_forget()


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: PbxConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """Let the user remove the device of what the PBX no longer lists."""
    if entry.state is not ConfigEntryState.LOADED:
        return False  # nobody knows what it lists
    coordinator = entry.runtime_data
    board, devices = coordinator.data, coordinator.devices
    if (trunk := devices.trunk_name(device)) is not None:
        if board.trunk_present(trunk):
            return False
        board.forget_trunk(trunk)
        return True
    number = devices.extension_number(device)
    if number is None or board.present(number):
        return False
    coordinator.async_forget(number)
    return True
