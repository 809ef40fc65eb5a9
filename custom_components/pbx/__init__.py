"""A PBX (phone system) in Home Assistant."""

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_WEBHOOK_ID, EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType

from . import frontend
from .const import CONF_FAMILY, CONF_SUPERVISION, DOMAIN, LOGGER
from .extension_settings.store import SettingsStore
from .hub.connect import LockOut
from .hub.coordinator import PbxCoordinator, async_forget_board
from .hub.families import FIRST_FAMILY, create_pbx
from .hub.issues import async_port_taken
from .hub.options import SupervisionPolicy
from .panel.commands import async_setup_commands
from .runtime import PbxConfigEntry, PbxRuntime
from .services import async_setup_services
from .supervision.audit import async_setup_audit
from .supervision.memory import async_forget_memory
from .supervision.supervision import Supervision

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
    """Set up the audit of supervision, the actions, and the panel with its commands."""
    await async_setup_audit(hass)
    async_setup_services(hass)
    async_setup_commands(hass)
    await frontend.async_serve(hass)
    return True


async def async_migrate_entry(hass: HomeAssistant, entry: PbxConfigEntry) -> bool:
    """Migrate an entry of an older version."""
    if entry.version > 1:
        return False  # made by a newer release
    if entry.minor_version < 2:
        # Version 1.1 had one family, and its default policy let each user supervise who
        # may control the extensions' entities.
        controllers = {CONF_SUPERVISION: SupervisionPolicy.CONTROLLERS.value}
        hass.config_entries.async_update_entry(
            entry,
            data={**entry.data, CONF_FAMILY: FIRST_FAMILY},
            options=controllers | entry.options,
            minor_version=2,
        )
    return True


async def async_setup_entry(hass: HomeAssistant, entry: PbxConfigEntry) -> bool:
    """Set up one PBX."""
    await frontend.async_load_on_dashboards(hass)
    if CONF_WEBHOOK_ID not in entry.data:
        # The id is part of the report address, and secret: it authenticates the PBX.
        data = {**entry.data, CONF_WEBHOOK_ID: webhook.async_generate_id()}
        hass.config_entries.async_update_entry(entry, data=data)
    coordinator = PbxCoordinator(hass, entry, create_pbx(hass, entry.data))
    runtime = PbxRuntime(
        coordinator, Supervision(hass, coordinator), SettingsStore(hass, coordinator)
    )

    running = True

    @callback
    def shut_down() -> None:
        """Stop supervision and settings, once; the coordinator shuts down by itself."""
        nonlocal running
        if not running:
            return  # Home Assistant has stopped during the set-up.
        running = False
        runtime.supervision.async_shutdown()
        runtime.settings.async_shutdown()

    async def log_out(_: Event) -> None:
        """Log out of the PBX when Home Assistant stops."""
        shut_down()
        await coordinator.async_shutdown()

    entry.async_on_unload(shut_down)
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, log_out))
    if coordinator.receiver is not None:
        try:
            await coordinator.receiver.async_start()
        except OSError as err:
            port = coordinator.options.report_port
            LOGGER.warning(
                "Cannot listen for reports on port %s: %s", port, err.strerror
            )
            async_port_taken(hass, entry, port)
    await coordinator.async_config_entry_first_refresh()
    coordinator.devices.async_register_pbx(
        entry.title, coordinator.info, coordinator.pbx.address
    )
    entry.runtime_data = runtime
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    await runtime.supervision.async_restore()
    runtime.settings.async_start()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: PbxConfigEntry) -> bool:
    """Unload one PBX."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: PbxConfigEntry) -> None:
    """Forget the data of a removed entry that is kept beside it."""
    LockOut(hass, entry.entry_id).async_forget()
    async_forget_board(hass, entry.entry_id)
    await async_forget_memory(hass, entry.entry_id)
    if not hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        await frontend.async_forget(hass)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: PbxConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """Return whether a device may be removed, which the PBX must no longer list."""
    if entry.state is not ConfigEntryState.LOADED:
        return False  # What the PBX has is not known.
    coordinator = entry.runtime_data.coordinator
    board, devices = coordinator.data, coordinator.devices
    if (trunk := devices.trunk_name(device)) is not None:
        if board.trunk_present(trunk):
            return False
        board.forget_trunk(trunk)
        return True
    if (queue := devices.queue_number(device)) is not None:
        if board.queue_present(queue):
            return False
        board.forget_queue(queue)
        return True
    number = devices.extension_number(device)
    if number is None or board.present(number):
        return False
    coordinator.async_forget(number)
    return True
