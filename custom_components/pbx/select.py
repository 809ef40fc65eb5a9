"""Selects for the monitor modes that an extension may use."""

from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client.extension_settings import MonitorPermission, SettingsChange
from .client.pbx import Capability
from .entity import SettingEntity, async_add_for_each_extension
from .runtime import PbxConfigEntry

# The settings store serializes the writing, and merges the changes of an extension into
# one request, which it could not if the entities waited for each other.
PARALLEL_UPDATES = 0

MONITOR_MODE = SelectEntityDescription(
    key="monitor_mode",
    translation_key="monitor_mode",
    entity_category=EntityCategory.CONFIG,
    entity_registry_enabled_default=False,
    options=[mode.value for mode in MonitorPermission],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the selects of a PBX that tells who may monitor."""
    runtime = entry.runtime_data
    capabilities = runtime.coordinator.pbx.capabilities
    if Capability.MONITOR_PERMISSIONS not in capabilities:
        return
    async_add_for_each_extension(
        entry,
        async_add_entities,
        lambda number: [MonitorModeSelect(runtime, number, MONITOR_MODE)],
    )


class MonitorModeSelect(SettingEntity, SelectEntity):
    """The monitor modes that the PBX allows an extension to supervise others in."""

    @property
    @override
    def current_option(self) -> str | None:
        """Return the setting as it was last read, None when it is not known."""
        settings = self._settings
        return None if settings is None else settings.monitor_mode

    @override
    async def async_select_option(self, option: str) -> None:
        """Change the allowed modes."""
        await self._async_change(SettingsChange(monitor_mode=MonitorPermission(option)))
