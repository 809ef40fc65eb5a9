"""Base classes of the entities of a PBX, of its extensions and of its trunks."""

from collections.abc import Callable, Iterable
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .client.extension_settings import ExtensionSettings, SettingsChange
from .client.model import Extension, Trunk
from .hub.coordinator import PbxCoordinator
from .hub.registry import TRUNK
from .hub.subscriptions import News, Part, Topic
from .runtime import PbxConfigEntry, PbxRuntime


@callback
def async_add_for_each_extension(
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[str], Iterable[Entity]],
) -> None:
    """Add entities for the present extensions, and for those added later."""

    @callback
    def add(numbers: Iterable[str]) -> None:
        """Add the entities of some extensions."""
        async_add_entities(entity for number in numbers for entity in create(number))

    coordinator = entry.runtime_data.coordinator
    add(coordinator.data.extensions)
    news = coordinator.subscriptions.news
    entry.async_on_unload(news.async_add(News.EXTENSIONS_ADDED, add))


@callback
def async_add_for_each_trunk(
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[str], Iterable[Entity]],
) -> None:
    """Add entities for the present trunks, and for those added later."""

    @callback
    def add(names: Iterable[str]) -> None:
        """Add the entities of some trunks."""
        async_add_entities(entity for name in names for entity in create(name))

    coordinator = entry.runtime_data.coordinator
    add(coordinator.data.trunks)
    news = coordinator.subscriptions.news
    entry.async_on_unload(news.async_add(News.TRUNKS_ADDED, add))


class PbxEntity(CoordinatorEntity[PbxCoordinator]):
    """An entity of the PBX itself."""

    _attr_has_entity_name = True

    def __init__(
        self,
        runtime: PbxRuntime,
        description: EntityDescription,
        topic: Topic | None = None,
    ) -> None:
        """Initialize the entity."""
        coordinator = runtime.coordinator
        super().__init__(coordinator, topic)
        self._runtime = runtime
        self.entity_description = description
        serial_number = coordinator.serial_number
        self._attr_unique_id = f"{serial_number}_{description.key}"
        self._attr_device_info = coordinator.devices.pbx()


class ExtensionEntity(CoordinatorEntity[PbxCoordinator]):
    """An entity of one extension."""

    _attr_has_entity_name = True
    _part = Part.STATUS

    def __init__(
        self, runtime: PbxRuntime, number: str, description: EntityDescription
    ) -> None:
        """Initialize the entity."""
        coordinator = runtime.coordinator
        super().__init__(coordinator, (self._part, number))
        self._runtime = runtime
        self.entity_description = description
        self._number = number
        identifier = f"{coordinator.serial_number}_{number}"
        self._attr_unique_id = f"{identifier}_{description.key}"
        self._attr_device_info = coordinator.devices.extension(
            self._extension, coordinator.info.manufacturer
        )

    @property
    def _extension(self) -> Extension:
        """Return the extension, as the PBX last described it."""
        return self.coordinator.data.extensions[self._number]

    @property
    @override
    def available(self) -> bool:
        """Return whether the PBX answers and lists the extension."""
        return super().available and self.coordinator.data.present(self._number)


class SettingEntity(ExtensionEntity):
    """An entity that shows or changes a setting of an extension; unknown until read."""

    _part = Part.SETTINGS

    @property
    def _settings(self) -> ExtensionSettings | None:
        """Return the settings, as they were last read."""
        return self._runtime.settings.of(self._number)

    @property
    @override
    def available(self) -> bool:
        """Return whether the PBX answers, and has settings that can be read."""
        return super().available and not self._runtime.settings.refused

    async def _async_change(self, change: SettingsChange) -> None:
        """Change a setting. Raises the errors of `SettingsStore.async_change`."""
        await self._runtime.settings.async_change(self._extension, change)


class TrunkEntity(CoordinatorEntity[PbxCoordinator]):
    """An entity of one trunk."""

    _attr_has_entity_name = True

    def __init__(
        self, runtime: PbxRuntime, name: str, description: EntityDescription
    ) -> None:
        """Initialize the entity."""
        coordinator = runtime.coordinator
        super().__init__(coordinator, (Part.TRUNK, name))
        self.entity_description = description
        self._trunk_name = name
        identifier = f"{coordinator.serial_number}_{TRUNK}{name}"
        self._attr_unique_id = f"{identifier}_{description.key}"
        self._attr_device_info = coordinator.devices.trunk(name)

    @property
    def _trunk(self) -> Trunk:
        """Return the trunk, as the PBX last described it."""
        return self.coordinator.data.trunks[self._trunk_name]

    @property
    @override
    def available(self) -> bool:
        """Return whether the PBX answers and lists the trunk."""
        return super().available and self.coordinator.data.trunk_present(
            self._trunk_name
        )
