"""The audit of supervision: events on the bus of Home Assistant, for the logbook.

Each user with the app can fire any event. So an event of ours carries a proof, and only
with it the logbook believes what it says.
"""

from collections.abc import Mapping
import hashlib
import hmac
import json
import secrets
from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from ..const import (
    ATTR_EXTENSION,
    ATTR_EXTENSION_NAME,
    ATTR_MODE,
    ATTR_PROOF,
    ATTR_REASON,
    ATTR_SUPERVISOR,
    ATTR_SUPERVISOR_NAME,
    ATTR_TYPE,
    ATTR_USER,
    DOMAIN,
    EVENT_MONITORING,
    KEY_STATUS,
)
from ..hub.coordinator import PbxCoordinator
from ..hub.describe import spoken_name
from ..hub.registry import sensor_id
from .monitoring import MonitoringEvent

VERSION: Final = 1
KEY: HassKey[str] = HassKey(f"{DOMAIN}_audit")


async def async_setup_audit(hass: HomeAssistant) -> None:
    """Read the key of the proofs, or create it; the logbook reads old events with it."""
    store = Store[dict[str, str]](hass, VERSION, f"{DOMAIN}.audit", private=True)
    stored = await store.async_load()
    if stored is None:
        stored = {"key": secrets.token_hex(32)}
        await store.async_save(stored)
    hass.data[KEY] = stored["key"]


@callback
def is_proved(
    hass: HomeAssistant, data: Mapping[str, Any], context_id: str | None
) -> bool:
    """Return whether an event of supervision is one of ours."""
    proof = data.get(ATTR_PROOF)
    return (
        isinstance(proof, str)
        and proof.isascii()
        and hmac.compare_digest(proof, _proof(hass, data, context_id))
    )


def _proof(hass: HomeAssistant, data: Mapping[str, Any], context_id: str | None) -> str:
    """Return the proof of an event, which depends on all that it says."""
    said = {key: value for key, value in data.items() if key != ATTR_PROOF}
    message = json.dumps([context_id, said], sort_keys=True)
    return hmac.digest(hass.data[KEY].encode(), message.encode(), hashlib.sha256).hex()


class AuditLog:
    """The audit of one PBX; fires each start, end and refusal with its context."""

    def __init__(self, hass: HomeAssistant, coordinator: PbxCoordinator) -> None:
        """Initialize for one PBX."""
        self._hass = hass
        self._coordinator = coordinator

    @callback
    def async_log(self, event: MonitoringEvent) -> None:
        """Fire an event for the monitored extension, for the supervisor if unknown.

        The activity of an extension shows it by its entity, that of the PBX by its device.
        """
        subject = event.extension or event.supervisor
        context = event.context or Context()
        data = {
            ATTR_TYPE: event.type.value,
            ATTR_MODE: event.mode.value if event.mode else None,
            ATTR_SUPERVISOR: event.supervisor,
            ATTR_SUPERVISOR_NAME: self._name(event.supervisor),
            ATTR_EXTENSION: event.extension,
            ATTR_EXTENSION_NAME: self._name(event.extension),
            ATTR_ENTITY_ID: sensor_id(
                self._hass,
                self._coordinator.serial_number,
                f"{subject}_{KEY_STATUS}",
            ),
            ATTR_DEVICE_ID: self._coordinator.devices.pbx_id(),
            ATTR_USER: event.user,
            ATTR_REASON: event.reason.value if event.reason else None,
        }
        proof = _proof(self._hass, data, context.id)
        self._hass.bus.async_fire(
            EVENT_MONITORING, {**data, ATTR_PROOF: proof}, context=context
        )

    def _name(self, number: str | None) -> str | None:
        """Return the name of an extension for the logbook."""
        if number is None:
            return None
        extension = self._coordinator.data.extensions.get(number)
        return number if extension is None else spoken_name(extension)
