"""Selects: in which ways an extension may supervise others."""

from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client.extension_settings import MonitorPermission, SettingsChange
from .entity import SettingEntity, async_add_for_each_extension
from .runtime import PbxConfigEntry

# The settings' own task writes one after the other, and makes one request of several
# changes: entities that wait for each other would never have any in common.
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
    """Set up the selects of a PBX whose settings can be changed."""
    runtime = entry.runtime_data
    if not runtime.settings.supported:
        return
    async_add_for_each_extension(
        entry,
        async_add_entities,
        lambda number: [MonitorModeSelect(runtime, number, MONITOR_MODE)],
    )


class MonitorModeSelect(SettingEntity, SelectEntity):
    """In which ways an extension may supervise others, as the PBX allows it."""

    @property
    @override
    def current_option(self) -> str | None:
        """Return what the PBX said last, None for a word of it that nobody knows."""
        settings = self._settings
        return None if settings is None else settings.monitor_mode

    @override
    async def async_select_option(self, option: str) -> None:
        """Allow other ways."""
        await self._async_change(SettingsChange(monitor_mode=MonitorPermission(option)))
