"""Switches: whether an extension wants to be called, and whether it may be monitored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client.extension_settings import ExtensionSettings, SettingsChange
from .entity import SettingEntity, async_add_for_each_extension
from .runtime import PbxConfigEntry

# The settings' own task writes one after the other, and makes one request of several
# changes: entities that wait for each other would never have any in common.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SettingSwitchDescription(SwitchEntityDescription):
    """Describe a setting that is on or off."""

    value_fn: Callable[[ExtensionSettings], bool | None]
    change_fn: Callable[[bool], SettingsChange]


SWITCHES: tuple[SettingSwitchDescription, ...] = (
    SettingSwitchDescription(
        key="do_not_disturb",
        translation_key="do_not_disturb",
        value_fn=lambda settings: settings.do_not_disturb,
        change_fn=lambda on: SettingsChange(do_not_disturb=on),
    ),
    SettingSwitchDescription(
        key="may_be_monitored",
        translation_key="may_be_monitored",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
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
    if not runtime.settings.supported:
        return
    async_add_for_each_extension(
        entry,
        async_add_entities,
        lambda number: [
            SettingSwitch(runtime, number, description) for description in SWITCHES
        ],
    )


class SettingSwitch(SettingEntity, SwitchEntity):
    """A setting of an extension that is on or off."""

    entity_description: SettingSwitchDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return what the PBX said last, None until it was asked."""
        settings = self._settings
        return None if settings is None else self.entity_description.value_fn(settings)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch it on."""
        await self._async_change(self.entity_description.change_fn(True))

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch it off."""
        await self._async_change(self.entity_description.change_fn(False))
