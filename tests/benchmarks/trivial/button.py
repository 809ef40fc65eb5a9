"""Buttons that do nothing: one for each number."""

from homeassistant.components.button import ButtonEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_NUMBERS
from .entity import TrivialConfigEntry, TrivialEntity


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TrivialConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons."""
    async_add_entities(
        TrivialButton(number, "end") for number in entry.data[CONF_NUMBERS]
    )


class TrivialButton(TrivialEntity, ButtonEntity):
    """A button."""
