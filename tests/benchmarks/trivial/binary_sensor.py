"""Binary sensors that always say the same: one for each number, one beside them."""

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_NUMBERS
from .entity import TrivialConfigEntry, TrivialEntity


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TrivialConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors."""
    entities = entry.runtime_data
    hub = TrivialBinarySensor("hub_1", "registered")
    entities.hub.append(hub)
    for number in entry.data[CONF_NUMBERS]:
        entities.binary_sensors[number] = TrivialBinarySensor(number, "registered")
    async_add_entities([hub, *entities.binary_sensors.values()])


class TrivialBinarySensor(TrivialEntity, BinarySensorEntity):
    """A binary sensor."""

    _attr_is_on = True
