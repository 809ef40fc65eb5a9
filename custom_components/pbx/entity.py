"""Base classes of the entities of a PBX, of its extensions, trunks and queues."""

from collections.abc import Callable, Iterable
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .client.extension_settings import ExtensionSettings, SettingsChange
from .client.model import Extension, Queue, Trunk
from .client.pbx import Capability
from .hub.coordinator import PbxCoordinator
from .hub.registry import QUEUE, TRUNK
from .hub.subscriptions import News, Part, Topic
from .runtime import PbxConfigEntry, PbxRuntime


@callback
def async_add_for_each_extension(
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[str], Iterable[Entity]],
) -> None:
    """Add entities for the present extensions, and for those added later."""

    known = entry.runtime_data.coordinator.data.extensions
    _async_add_for_each(entry, async_add_entities, create, known, News.EXTENSIONS_ADDED)


@callback
def async_add_for_each_trunk(
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[str], Iterable[Entity]],
) -> None:
    """Add entities for the present trunks, and for those added later."""

    known = entry.runtime_data.coordinator.data.trunks
    _async_add_for_each(entry, async_add_entities, create, known, News.TRUNKS_ADDED)


@callback
def async_add_for_each_queue(
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[str], Iterable[Entity]],
) -> None:
    """Add entities for the present queues, and for those added later."""
    coordinator = entry.runtime_data.coordinator
    if Capability.QUEUES in coordinator.pbx.capabilities:
        known = coordinator.data.queues
        _async_add_for_each(entry, async_add_entities, create, known, News.QUEUES_ADDED)


@callback
def async_add_for_each_mailbox(
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[str], Iterable[Entity]],
) -> None:
    """Add entities for the extensions with a voicemail box, now or later."""
    coordinator = entry.runtime_data.coordinator
    if Capability.VOICEMAIL in coordinator.pbx.capabilities:
        known = coordinator.data.mailboxes
        _async_add_for_each(
            entry, async_add_entities, create, known, News.MAILBOXES_ADDED
        )


@callback
def _async_add_for_each(
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[str], Iterable[Entity]],
    known: Iterable[str],
    added: News,
) -> None:
    """Add entities for what is known, and for what is added later."""

    @callback
    def add(keys: Iterable[str]) -> None:
        """Add the entities of some extensions, trunks or queues."""
        async_add_entities(entity for key in keys for entity in create(key))

    add(known)
    news = entry.runtime_data.coordinator.subscriptions.news
    entry.async_on_unload(news.async_add(added, add))


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
        """Return the extension as it was last read or reported."""
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
        """Return the settings as they were last read, None while they are not known."""
        return self._runtime.settings.of(self._number)

    @property
    @override
    def available(self) -> bool:
        """Return whether the extension is available and the PBX has readable settings."""
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
        """Return the trunk as it was last read."""
        return self.coordinator.data.trunks[self._trunk_name]

    @property
    @override
    def available(self) -> bool:
        """Return whether the PBX answers and lists the trunk."""
        return super().available and self.coordinator.data.trunk_present(
            self._trunk_name
        )


class QueueEntity(CoordinatorEntity[PbxCoordinator]):
    """An entity of one queue."""

    _attr_has_entity_name = True

    def __init__(
        self, runtime: PbxRuntime, number: str, description: EntityDescription
    ) -> None:
        """Initialize the entity."""
        coordinator = runtime.coordinator
        super().__init__(coordinator, (Part.QUEUE, number))
        self.entity_description = description
        self._number = number
        identifier = f"{coordinator.serial_number}_{QUEUE}{number}"
        self._attr_unique_id = f"{identifier}_{description.key}"
        self._attr_device_info = coordinator.devices.queue(
            self._queue, coordinator.info.manufacturer
        )

    @property
    def _queue(self) -> Queue:
        """Return the queue as it was last read or reported."""
        return self.coordinator.data.queues[self._number]

    @property
    @override
    def available(self) -> bool:
        """Return whether the PBX answers, lists the queue, and tells of queues at all."""
        coordinator = self.coordinator
        return (
            super().available
            and coordinator.data.queue_present(self._number)
            and Capability.QUEUES in coordinator.pbx.capabilities
        )
