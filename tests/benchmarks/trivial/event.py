"""Events that mean nothing: one for each number."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_NUMBERS
from .entity import TrivialConfigEntry, TrivialEvent


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TrivialConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the events."""
    entities = entry.runtime_data
    for number in entry.data[CONF_NUMBERS]:
        entities.events[number] = TrivialEvent(number, "call")
    async_add_entities(entities.events.values())
