"""Events that mean nothing: one for each number."""

from homeassistant.components.event import EventEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_NUMBERS, DOMAIN, TrivialConfigEntry


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TrivialConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the events."""
    entities = entry.runtime_data
    for number in entry.data[CONF_NUMBERS]:
        entities.events[number] = TrivialEvent(number)
    async_add_entities(entities.events.values())


class TrivialEvent(EventEntity):
    """An event with a device."""

    _attr_has_entity_name = True
    _attr_name = "Call"
    _attr_should_poll = False
    _attr_event_types = ["happened"]

    def __init__(self, number: str) -> None:
        """Initialize the event."""
        self._attr_unique_id = f"{number}_call"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, number)}, name=f"Trivial {number}"
        )
