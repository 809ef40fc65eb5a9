"""Logbook: who supervises whom, who has stopped, and who was refused."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Event, HomeAssistant, callback

from .client.model import MonitorMode
from .const import (
    ATTR_EXTENSION_NAME,
    ATTR_MODE,
    ATTR_REASON,
    ATTR_SUPERVISOR_NAME,
    ATTR_TYPE,
    DOMAIN,
    EVENT_MONITORING,
)
from .supervision.supervision import MonitoringEventType

type Description = dict[str, str | None]

# Shown where there is no entity whose name could be.
NAME: Final = "Monitoring"

# Beginning, end and refusal of each way; after it comes the monitored extension.
WAYS: Final = {
    MonitorMode.LISTEN: ("listens to", "stopped listening to", "to listen to"),
    MonitorMode.WHISPER: ("whispers to", "stopped whispering to", "to whisper to"),
    MonitorMode.BARGE_IN: (
        "barges in on",
        "left the call of",
        "to barge in on",
    ),
}
ICONS: Final = {
    MonitoringEventType.STARTED: "mdi:account-voice",
    MonitoringEventType.STOPPED: "mdi:phone-hangup",
    MonitoringEventType.REFUSED: "mdi:account-cancel",
}
# Why it ended, where it is not said by who is named as its cause.
ENDS: Final = {
    "changed": "to join in another way",
    "not_picked_up": "as nobody picked the phone up",
}
NOT_REACHED: Final = "the PBX could not be asked"
NOT_LEFT: Final = "{supervisor} could not leave the call joined before"
REFUSALS: Final = {
    "administrators_only": "only administrators may",
    "monitor_internal_error": "the PBX had an internal error",
    "monitor_missing_parameter": "the PBX found one of the numbers missing",
    "monitor_monitor_mode_mismatch": "the monitor mode of {supervisor} does not cover it",
    "monitor_monitoring_forbidden": "{extension} may not be monitored, or is already",
    "monitor_no_such_extension": "the PBX does not know one of them",
    "monitor_not_idle": "the phone of {supervisor} is not free",
    "monitor_not_in_call": "{extension} is not in a call",
    "monitor_refused": "the PBX gave an error code",
    "monitor_unanswered": "the PBX did not answer, and may have done it all the same",
    "never_monitored": "the calls of {extension} are never joined",
    "not_a_supervisor": "{supervisor} is not among the supervisors",
    "not_free_in_time": "the phone of {supervisor} did not become free in time",
    "not_permitted": "whoever asked may not control both of them",
    "supervision_off": "supervision is switched off",
}


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], Description]], None],
) -> None:
    """Say what our event means."""
    async_describe_event(DOMAIN, EVENT_MONITORING, _describe)


@callback
def _describe(event: Event) -> Description:
    """Return the entry: the name shown above it is that of the entity it belongs to."""
    kind = MonitoringEventType(event.data[ATTR_TYPE])
    return {
        LOGBOOK_ENTRY_NAME: NAME,
        LOGBOOK_ENTRY_MESSAGE: _sentence(kind, event.data),
        LOGBOOK_ENTRY_ENTITY_ID: event.data.get(ATTR_ENTITY_ID),
        LOGBOOK_ENTRY_ICON: ICONS[kind],
    }


def _sentence(kind: MonitoringEventType, data: Mapping[str, Any]) -> str:
    """Return what happened, with both names: not every view shows the entity's."""
    supervisor, extension = data[ATTR_SUPERVISOR_NAME], data[ATTR_EXTENSION_NAME]
    if extension is None:
        return f"{supervisor} stopped supervising a call"
    begins, ends, wish = WAYS[MonitorMode(data[ATTR_MODE])]
    reason = data[ATTR_REASON]
    if kind is MonitoringEventType.STARTED:
        return f"{supervisor} {begins} {extension}"
    if kind is MonitoringEventType.STOPPED:
        why = f" {ENDS[reason]}" if reason in ENDS else ""
        return f"{supervisor} {ends} {extension}{why}"
    why = refusal(reason).format(supervisor=supervisor, extension=extension)
    return f"{supervisor} wanted {wish} {extension} and was refused: {why}"


def refusal(reason: str) -> str:
    """Return why somebody was refused; all that has no words of its own is the connection."""
    if reason.startswith("control_"):
        return NOT_LEFT
    return REFUSALS.get(reason, NOT_REACHED)
