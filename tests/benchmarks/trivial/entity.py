"""What the trivial entities of all platforms share."""

from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity

from .const import DOMAIN


class TrivialEntity(Entity):
    """An entity with a device, and nothing behind it."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, number: str, name: str, *, enabled: bool = True) -> None:
        """Initialize the entity."""
        self._attr_name = name
        self._attr_unique_id = f"{number}_{name}"
        self._attr_entity_registry_enabled_default = enabled
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, number)}, name=f"Trivial {number}"
        )
