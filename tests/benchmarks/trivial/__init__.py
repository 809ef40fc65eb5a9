"""The floor: as many devices and entities as an integration for a PBX has, and nothing behind them."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant

from .entity import TrivialConfigEntry, TrivialEntities

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
]


async def async_setup_entry(hass: HomeAssistant, entry: TrivialConfigEntry) -> bool:
    """Set up the entities."""
    entry.runtime_data = TrivialEntities()
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: TrivialConfigEntry) -> bool:
    """Unload the entities."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
