"""Switches that switch nothing: two for each number, one of them disabled."""

from homeassistant.components.switch import SwitchEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_NUMBERS, DOMAIN, TrivialConfigEntry

# By name, whether it is enabled.
NAMES = {"quiet": True, "watched": False}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TrivialConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches."""
    async_add_entities(
        TrivialSwitch(number, name, enabled)
        for number in entry.data[CONF_NUMBERS]
        for name, enabled in NAMES.items()
    )


class TrivialSwitch(SwitchEntity):
    """A switch with a device."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _attr_is_on = False

    def __init__(self, number: str, name: str, enabled: bool) -> None:
        """Initialize the switch."""
        self._attr_name = name
        self._attr_unique_id = f"{number}_{name}"
        self._attr_entity_registry_enabled_default = enabled
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, number)}, name=f"Trivial {number}"
        )
