"""Sensors: what every extension is doing, and how many there are of which kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .client.model import ExtensionStatus
from .client.switchboard import Switchboard
from .const import ATTR_NUMBER, ATTR_PORT, ATTR_TYPE, KEY_STATUS
from .coordinator import PbxConfigEntry
from .entity import ExtensionEntity, PbxEntity, async_add_for_each_extension

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class PbxSensorDescription(SensorEntityDescription):
    """Describe a sensor of the PBX."""

    value_fn: Callable[[Switchboard], StateType]


STATUS = SensorEntityDescription(
    key=KEY_STATUS,
    translation_key="extension_status",
    device_class=SensorDeviceClass.ENUM,
    options=[status.value for status in ExtensionStatus],
)

PBX_SENSORS: tuple[PbxSensorDescription, ...] = (
    PbxSensorDescription(
        key="extensions_registered",
        translation_key="extensions_registered",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda switchboard: switchboard.registered_count,
    ),
    PbxSensorDescription(
        key="extensions_in_use",
        translation_key="extensions_in_use",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda switchboard: switchboard.in_use_count,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of a PBX."""
    coordinator = entry.runtime_data
    async_add_entities(
        PbxSensor(coordinator, description) for description in PBX_SENSORS
    )
    async_add_for_each_extension(
        entry,
        async_add_entities,
        lambda number: [ExtensionStatusSensor(coordinator, number, STATUS)],
    )


class PbxSensor(PbxEntity, SensorEntity):
    """A number that concerns the whole PBX."""

    entity_description: PbxSensorDescription

    @property
    @override
    def native_value(self) -> StateType:
        """Return the number."""
        return self.entity_description.value_fn(self.coordinator.data)


class ExtensionStatusSensor(ExtensionEntity, SensorEntity):
    """What an extension is doing: the main entity of its device."""

    _attr_name = None

    @property
    @override
    def native_value(self) -> str | None:
        """Return the status, None for a word of the PBX that nobody knows."""
        return self._extension.status

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return which extension this is, and of what kind."""
        extension = self._extension
        attributes = {ATTR_NUMBER: extension.number}
        if extension.type:
            attributes[ATTR_TYPE] = extension.type
        if extension.port:
            attributes[ATTR_PORT] = extension.port
        return attributes
