"""Buttons that do nothing: one for each number."""

from homeassistant.components.button import ButtonEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_NUMBERS, DOMAIN, TrivialConfigEntry

# By name, whether it is enabled.
NAMES = {"end": True}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TrivialConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons."""
    async_add_entities(
        TrivialButton(number, name, enabled)
        for number in entry.data[CONF_NUMBERS]
        for name, enabled in NAMES.items()
    )


class TrivialButton(ButtonEntity):
    """A button with a device."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, number: str, name: str, enabled: bool) -> None:
        """Initialize the button."""
        self._attr_name = name
        self._attr_unique_id = f"{number}_{name}"
        self._attr_entity_registry_enabled_default = enabled
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, number)}, name=f"Trivial {number}"
        )
