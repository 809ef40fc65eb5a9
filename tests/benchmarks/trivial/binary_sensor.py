"""Binary sensors that always say the same: one for each number, one beside them."""

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_NUMBERS, DOMAIN, TrivialConfigEntry


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TrivialConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors."""
    entities = entry.runtime_data
    hub = TrivialBinarySensor("hub_1")
    entities.hub.append(hub)
    for number in entry.data[CONF_NUMBERS]:
        entities.binary_sensors[number] = TrivialBinarySensor(number)
    async_add_entities([hub, *entities.binary_sensors.values()])


class TrivialBinarySensor(BinarySensorEntity):
    """A binary sensor with a device."""

    _attr_has_entity_name = True
    _attr_name = "Registered"
    _attr_should_poll = False

    def __init__(self, number: str) -> None:
        """Initialize the binary sensor."""
        self._attr_unique_id = f"{number}_registered"
        self._attr_is_on = True
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, number)}, name=f"Trivial {number}"
        )
