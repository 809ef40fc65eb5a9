"""Constants of the trivial integration."""

from dataclasses import dataclass, field
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.event import EventEntity
from homeassistant.components.sensor import SensorEntity
from homeassistant.config_entries import ConfigEntry

DOMAIN: Final = "trivial"
CONF_NUMBERS: Final = "numbers"


@dataclass(slots=True)
class TrivialEntities:
    """Every entity there is, for whoever wants to write its state."""

    hub: list[SensorEntity | BinarySensorEntity] = field(default_factory=list)
    sensors: dict[str, list[SensorEntity]] = field(default_factory=dict)
    events: dict[str, EventEntity] = field(default_factory=dict)
    binary_sensors: dict[str, BinarySensorEntity] = field(default_factory=dict)


type TrivialConfigEntry = ConfigEntry[TrivialEntities]
