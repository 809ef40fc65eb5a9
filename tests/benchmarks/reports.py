"""The reports of the benchmarks: the status of one extension."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.pbx.const import DOMAIN, KEY_STATUS
from tests.demo.process import StageError
from tests.simulator.yeastar_s.answers import encode

from .recording import SERIAL

BUSY, IDLE = "Busy", "Idle"


def status_report(number: str, word: str) -> bytes:
    """Return what the PBX posts when the status of an extension changes."""
    return encode(
        {
            "action": "ExtensionStatus",
            "extension": number,
            "status": word,
            "sn": SERIAL,
        }
    ).encode()


def status_entity(hass: HomeAssistant, number: str) -> str:
    """Return the entity that shows the status of an extension."""
    entity_id = er.async_get(hass).async_get_entity_id(
        Platform.SENSOR, DOMAIN, f"{SERIAL}_{number}_{KEY_STATUS}"
    )
    if entity_id is None:
        raise StageError(f"There is no sensor for the status of {number}")
    return entity_id
