"""Our own entities in the registry: their entity ids are the user's to choose."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN


@callback
def own_entities(
    hass: HomeAssistant, entity_ids: set[str], translation_key: str
) -> set[str]:
    """Return those that are ours and of one kind."""
    registry = er.async_get(hass)
    return {
        entity_id
        for entity_id in entity_ids
        if (entry := registry.async_get(entity_id)) is not None
        and (entry.platform, entry.translation_key) == (DOMAIN, translation_key)
    }


@callback
def sensor_id(hass: HomeAssistant, serial_number: str, key: str) -> str | None:
    """Return the entity id of a PBX's sensor, by the rest of its unique id."""
    return er.async_get(hass).async_get_entity_id(
        Platform.SENSOR, DOMAIN, f"{serial_number}_{key}"
    )
