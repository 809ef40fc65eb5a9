"""Switches that switch nothing: two for each number, one of them disabled."""

from homeassistant.components.switch import SwitchEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_NUMBERS
from .entity import TrivialConfigEntry, TrivialEntity

# By name, whether it is enabled.
NAMES = {"quiet": True, "watched": False}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TrivialConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches."""
    async_add_entities(
        TrivialSwitch(number, name, enabled=enabled)
        for number in entry.data[CONF_NUMBERS]
        for name, enabled in NAMES.items()
    )


class TrivialSwitch(TrivialEntity, SwitchEntity):
    """A switch."""

    _attr_is_on = False
