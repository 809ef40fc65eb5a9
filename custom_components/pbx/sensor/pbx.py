"""The sensors that concern a PBX as a whole."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory
from homeassistant.helpers.typing import StateType

from ..const import ATTR_MAX_AGE, KEY_CALLS
from ..entity import PbxEntity
from ..hub.coordinator import PbxCoordinator
from ..hub.polling import PushMode
from ..hub.subscriptions import Topic


@dataclass(frozen=True, kw_only=True)
class PbxSensorDescription(SensorEntityDescription):
    """Describe a sensor of the PBX."""

    topic: Topic
    value_fn: Callable[[PbxCoordinator], StateType | datetime]
    attributes_fn: Callable[[PbxCoordinator], dict[str, Any]] | None = None


def _max_age(coordinator: PbxCoordinator) -> dict[str, Any]:
    """Return the seconds by which states may be late while reports do not arrive."""
    polling = coordinator.polling
    if polling.mode is PushMode.WORKING:
        return {}
    return {ATTR_MAX_AGE: round(polling.interval.total_seconds())}


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
        attributes_fn=_max_age,
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
    """A sensor that concerns the whole PBX."""

    entity_description: PbxSensorDescription

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return the value."""
        return self.entity_description.value_fn(self.coordinator)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return the attributes, if there are any."""
        attributes_fn = self.entity_description.attributes_fn
        return None if attributes_fn is None else attributes_fn(self.coordinator)
