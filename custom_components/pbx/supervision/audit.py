"""The audit of supervision: events on Home Assistant's bus, shown in the logbook."""

from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, callback

from ..const import (
    ATTR_EXTENSION,
    ATTR_EXTENSION_NAME,
    ATTR_MODE,
    ATTR_REASON,
    ATTR_SUPERVISOR,
    ATTR_SUPERVISOR_NAME,
    ATTR_TYPE,
    ATTR_USER,
    EVENT_MONITORING,
    KEY_STATUS,
)
from ..hub.coordinator import PbxCoordinator
from ..hub.describe import spoken_name
from ..hub.registry import sensor_id
from .monitoring import MonitoringEvent


class AuditLog:
    """Fires each start, end and refusal, with the context it comes from."""

    def __init__(self, hass: HomeAssistant, coordinator: PbxCoordinator) -> None:
        """Initialize for one PBX."""
        self._hass = hass
        self._coordinator = coordinator

    @callback
    def async_log(self, event: MonitoringEvent) -> None:
        """Fire for the monitored extension; where it is not known, for the supervisor."""
        subject = event.extension or event.supervisor
        self._hass.bus.async_fire(
            EVENT_MONITORING,
            {
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
                ATTR_DEVICE_ID: self._coordinator.devices.extension_id(subject),
                ATTR_USER: event.user,
                ATTR_REASON: event.reason.value if event.reason else None,
            },
            context=event.context,
        )

    def _name(self, number: str | None) -> str | None:
        """Return an extension as the logbook names it."""
        if number is None:
            return None
        extension = self._coordinator.data.extensions.get(number)
        return number if extension is None else spoken_name(extension)
