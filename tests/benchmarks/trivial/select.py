"""Selects that choose nothing: one for each number, disabled."""

from homeassistant.components.select import SelectEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_NUMBERS
from .entity import TrivialConfigEntry, TrivialEntity


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TrivialConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the selects."""
    async_add_entities(
        TrivialSelect(number, "mode", enabled=False)
        for number in entry.data[CONF_NUMBERS]
    )


class TrivialSelect(TrivialEntity, SelectEntity):
    """A select."""

    _attr_options = ["one", "two"]
    _attr_current_option = "one"
