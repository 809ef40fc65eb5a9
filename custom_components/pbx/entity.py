"""What the entities of a PBX, of its extensions and of its trunks share."""

from collections.abc import Callable, Iterable
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .client.extension_settings import ExtensionSettings, SettingsChange
from .client.model import Extension, Trunk
from .hub.coordinator import PbxConfigEntry, PbxCoordinator
from .hub.subscriptions import Part, Topic


@callback
def async_add_for_each_extension(
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[str], Iterable[Entity]],
) -> None:
    """Add the entities of the extensions there are, and of those that come later."""

    @callback
    def add(numbers: Iterable[str]) -> None:
        async_add_entities(entity for number in numbers for entity in create(number))

    coordinator = entry.runtime_data
    add(coordinator.data.extensions)
    entry.async_on_unload(coordinator.async_add_newcomer_listener(Part.STATUS, add))


@callback
def async_add_for_each_trunk(
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[str], Iterable[Entity]],
) -> None:
    """Add the entities of the trunks there are, and of those that come later."""

    @callback
    def add(names: Iterable[str]) -> None:
        async_add_entities(entity for name in names for entity in create(name))

    coordinator = entry.runtime_data
    add(coordinator.data.trunks)
    entry.async_on_unload(coordinator.async_add_newcomer_listener(Part.TRUNK, add))


class PbxEntity(CoordinatorEntity[PbxCoordinator]):
    """An entity of the PBX itself."""

    _attr_has_entity_name = True

    def __init__(
        self,
        coordinator: PbxCoordinator,
        description: EntityDescription,
        topic: Topic | None = None,
    ) -> None:
        """Initialize the entity."""
        super().__init__(coordinator, topic)
        self.entity_description = description
        serial_number = coordinator.serial_number
        self._attr_unique_id = f"{serial_number}_{description.key}"
        self._attr_device_info = coordinator.devices.pbx()


class ExtensionEntity(CoordinatorEntity[PbxCoordinator]):
    """An entity of one extension."""

    _attr_has_entity_name = True
    _part = Part.STATUS

    def __init__(
        self, coordinator: PbxCoordinator, number: str, description: EntityDescription
    ) -> None:
        """Initialize the entity."""
        super().__init__(coordinator, (self._part, number))
        self.entity_description = description
        self._number = number
        identifier = f"{coordinator.serial_number}_{number}"
        self._attr_unique_id = f"{identifier}_{description.key}"
        self._attr_device_info = coordinator.devices.extension(
            self._extension, coordinator.info.manufacturer
        )

    @property
    def _extension(self) -> Extension:
        """The extension, as the PBX last described it."""
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
        """The settings, as the PBX said them last."""
        return self.coordinator.settings.of(self._number)

    @property
    @override
    def available(self) -> bool:
        """Return whether the PBX answers, and tells its settings."""
        return super().available and not self.coordinator.settings.refused

    async def _async_change(self, change: SettingsChange) -> None:
        """Change a setting. Raises the sentence for what went wrong."""
        await self.coordinator.settings.async_change(self._extension, change)


class TrunkEntity(CoordinatorEntity[PbxCoordinator]):
    """An entity of one trunk."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: PbxCoordinator, name: str, description: EntityDescription
    ) -> None:
        """Initialize the entity."""
        super().__init__(coordinator, (Part.TRUNK, name))
        self.entity_description = description
        self._trunk_name = name
        identifier = f"{coordinator.serial_number}_trunk_{name}"
        self._attr_unique_id = f"{identifier}_{description.key}"
        self._attr_device_info = coordinator.devices.trunk(name)

    @property
    def _trunk(self) -> Trunk:
        """The trunk, as the PBX last described it."""
        return self.coordinator.data.trunks[self._trunk_name]

    @property
    @override
    def available(self) -> bool:
        """Return whether the PBX answers and lists the trunk."""
        return super().available and self.coordinator.data.trunk_present(
            self._trunk_name
        )
