"""The trivial entities, and what those of all platforms share."""

from dataclasses import dataclass, field

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.event import EventEntity
from homeassistant.components.sensor import SensorEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity

from .const import DOMAIN


class TrivialEntity(Entity):
    """An entity with a device, and nothing behind it."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, number: str, name: str, *, enabled: bool = True) -> None:
        """Initialize the entity."""
        self._attr_name = name
        self._attr_unique_id = f"{number}_{name}"
        self._attr_entity_registry_enabled_default = enabled
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, number)}, name=f"Trivial {number}"
        )


class TrivialSensor(TrivialEntity, SensorEntity):
    """A sensor."""

    _attr_native_value = "idle"

    def set_value(self, value: str) -> None:
        """Set the value; the state is not written yet."""
        self._attr_native_value = value


class TrivialEvent(TrivialEntity, EventEntity):
    """An event."""

    _attr_event_types = ["happened"]

    def happen(self) -> None:
        """Trigger the event; the state is not written yet."""
        self._trigger_event("happened")


@dataclass(slots=True)
class TrivialEntities:
    """The entities whose states the benchmarks write."""

    hub: list[SensorEntity | BinarySensorEntity] = field(default_factory=list)
    sensors: dict[str, list[TrivialSensor]] = field(default_factory=dict)
    events: dict[str, TrivialEvent] = field(default_factory=dict)
    binary_sensors: dict[str, BinarySensorEntity] = field(default_factory=dict)


type TrivialConfigEntry = ConfigEntry[TrivialEntities]
