"""Binary sensors for the connectivity of the PBX, its extensions and its trunks."""

from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import (
    ExtensionEntity,
    PbxEntity,
    TrunkEntity,
    async_add_for_each_extension,
    async_add_for_each_trunk,
)
from .hub.subscriptions import Part
from .runtime import PbxConfigEntry

PARALLEL_UPDATES = 0

CONNECTION = BinarySensorEntityDescription(
    key="connection",
    translation_key="connection",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)

REGISTERED = BinarySensorEntityDescription(
    key="registered",
    translation_key="registered",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)

USABLE = BinarySensorEntityDescription(
    key="usable",
    translation_key="trunk_usable",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of a PBX."""
    runtime = entry.runtime_data
    async_add_entities([ConnectionSensor(runtime, CONNECTION)])
    async_add_for_each_extension(
        entry,
        async_add_entities,
        lambda number: [RegisteredSensor(runtime, number, REGISTERED)],
    )
    async_add_for_each_trunk(
        entry,
        async_add_entities,
        lambda name: [TrunkUsableSensor(runtime, name, USABLE)],
    )


class ConnectionSensor(PbxEntity, BinarySensorEntity):
    """The connection to the PBX."""

    @property
    @override
    def available(self) -> bool:
        """Return True: the entity reports unavailability of the PBX itself."""
        return True

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the last poll succeeded."""
        return self.coordinator.last_update_success


class RegisteredSensor(ExtensionEntity, BinarySensorEntity):
    """The registration of an extension's phone with the PBX."""

    _part = Part.REGISTERED

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the phone is registered."""
        return self._extension.registered


class TrunkUsableSensor(TrunkEntity, BinarySensorEntity):
    """The usability of a trunk for calls."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the trunk is usable."""
        return self._trunk.usable
