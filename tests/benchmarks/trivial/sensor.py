"""Sensors that always say the same: five for each number, one disabled, four beside them."""

from itertools import chain

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_NUMBERS, DOMAIN, TrivialConfigEntry

NAMES = ("status", "party", "since", "last")
DISABLED = "destination"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TrivialConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors."""
    entities = entry.runtime_data
    hub = [TrivialSensor("hub", name) for name in NAMES]
    entities.hub.extend(hub)
    for number in entry.data[CONF_NUMBERS]:
        entities.sensors[number] = [TrivialSensor(number, name) for name in NAMES]
    disabled = [TrivialSensor(number, DISABLED) for number in entry.data[CONF_NUMBERS]]
    async_add_entities(
        [*hub, *chain.from_iterable(entities.sensors.values()), *disabled]
    )


class TrivialSensor(SensorEntity):
    """A sensor with a device."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, number: str, name: str) -> None:
        """Initialize the sensor."""
        self._attr_name = name
        self._attr_unique_id = f"{number}_{name}"
        self._attr_native_value = "idle"
        self._attr_entity_registry_enabled_default = name != DISABLED
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, number)}, name=f"Trivial {number}"
        )
