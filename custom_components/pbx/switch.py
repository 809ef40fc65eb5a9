"""Switches for do not disturb, and for the permission to monitor an extension."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client.extension_settings import ExtensionSettings, SettingsChange
from .client.pbx import Capability
from .entity import SettingEntity, async_add_for_each_extension
from .runtime import PbxConfigEntry

# The settings store serializes the writing, and merges the changes of an extension into
# one request, which it could not if the entities waited for each other.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SettingSwitchDescription(SwitchEntityDescription):
    """Describe a setting that is on or off."""

    capability: Capability
    value_fn: Callable[[ExtensionSettings], bool | None]
    change_fn: Callable[[bool], SettingsChange]


SWITCHES: tuple[SettingSwitchDescription, ...] = (
    SettingSwitchDescription(
        key="do_not_disturb",
        translation_key="do_not_disturb",
        capability=Capability.SETTINGS,
        value_fn=lambda settings: settings.do_not_disturb,
        change_fn=lambda on: SettingsChange(do_not_disturb=on),
    ),
    SettingSwitchDescription(
        key="may_be_monitored",
        translation_key="may_be_monitored",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        capability=Capability.MONITOR_PERMISSIONS,
        value_fn=lambda settings: settings.may_be_monitored,
        change_fn=lambda on: SettingsChange(may_be_monitored=on),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of a PBX whose settings can be changed."""
    runtime = entry.runtime_data
    capabilities = runtime.coordinator.pbx.capabilities
    described = [one for one in SWITCHES if one.capability in capabilities]
    async_add_for_each_extension(
        entry,
        async_add_entities,
        lambda number: [
            SettingSwitch(runtime, number, description) for description in described
        ],
    )


class SettingSwitch(SettingEntity, SwitchEntity):
    """A setting of an extension that is on or off."""

    entity_description: SettingSwitchDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the setting as it was last read, None while it is not known."""
        settings = self._settings
        return None if settings is None else self.entity_description.value_fn(settings)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn the setting on."""
        await self._async_change(self.entity_description.change_fn(True))

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn the setting off."""
        await self._async_change(self.entity_description.change_fn(False))
