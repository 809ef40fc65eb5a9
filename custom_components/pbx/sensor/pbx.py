"""The sensors that concern a PBX as a whole."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory
from homeassistant.helpers.typing import StateType

from ..const import KEY_CALLS
from ..entity import PbxEntity
from ..hub.coordinator import PbxCoordinator
from ..hub.polling import PushMode
from ..hub.subscriptions import Topic


@dataclass(frozen=True, kw_only=True)
class PbxSensorDescription(SensorEntityDescription):
    """Describe a sensor of the PBX."""

    topic: Topic
    value_fn: Callable[[PbxCoordinator], StateType | datetime]


PBX_SENSORS: tuple[PbxSensorDescription, ...] = (
    PbxSensorDescription(
        key="extensions_registered",
        translation_key="extensions_registered",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        topic=Topic.REGISTERED,
        value_fn=lambda coordinator: coordinator.data.registered_count,
    ),
    PbxSensorDescription(
        key="extensions_in_use",
        translation_key="extensions_in_use",
        state_class=SensorStateClass.MEASUREMENT,
        topic=Topic.IN_USE,
        value_fn=lambda coordinator: coordinator.data.in_use_count,
    ),
    PbxSensorDescription(
        key=KEY_CALLS,
        translation_key="calls",
        state_class=SensorStateClass.MEASUREMENT,
        topic=Topic.CALLS,
        value_fn=lambda coordinator: coordinator.data.call_count,
    ),
    PbxSensorDescription(
        key="push_mode",
        translation_key="push_mode",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.ENUM,
        options=[mode.value for mode in PushMode],
        topic=Topic.PUSH,
        value_fn=lambda coordinator: coordinator.polling.mode.value,
    ),
    PbxSensorDescription(
        key="last_report",
        translation_key="last_report",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        device_class=SensorDeviceClass.TIMESTAMP,
        topic=Topic.REPORTS,
        value_fn=lambda coordinator: coordinator.last_report,
    ),
)


class PbxSensor(PbxEntity, SensorEntity):
    """A value that concerns the whole PBX."""

    entity_description: PbxSensorDescription

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return the value."""
        return self.entity_description.value_fn(self.coordinator)
