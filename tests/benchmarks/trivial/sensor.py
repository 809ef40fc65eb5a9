"""Sensors that always say the same: five for each number, one disabled, four beside them."""

from itertools import chain

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_NUMBERS
from .entity import TrivialConfigEntry, TrivialSensor

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
    disabled = [
        TrivialSensor(number, DISABLED, enabled=False)
        for number in entry.data[CONF_NUMBERS]
    ]
    async_add_entities(
        [*hub, *chain.from_iterable(entities.sensors.values()), *disabled]
    )
