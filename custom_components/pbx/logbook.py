"""Logbook entries of supervision: starts, ends and refusals."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.components.logbook.models import LazyEventPartialState
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, callback

from .client.errors import Refusal
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
from .hub.permission import Denial
from .supervision.audit import is_proved
from .supervision.monitoring import EndReason, MonitoringEventType

type Description = dict[str, str | None]

# The logbook needs a name even for an event without an entity.
NAME: Final = "Monitoring"

# The phrases for start, end and refusal of each mode, each followed by the extension.
PHRASES: Final = {
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
# The reasons of an end that the context of the event does not show.
ENDS: Final = {
    EndReason.CHANGED: "to join in another way",
    EndReason.NEVER_MONITORED: "as an extension joined that is never monitored",
    EndReason.NOT_PICKED_UP: "as the phone was not picked up",
}
REFUSALS: Final[Mapping[str, str]] = {
    Denial.ADMINISTRATORS_ONLY: "only administrators may",
    Denial.NEVER_MONITORED: "the calls of {extension} are never joined",
    Denial.NOT_A_SUPERVISOR: "{supervisor} is not among the supervisors",
    Denial.NOT_FREE_IN_TIME: "the phone of {supervisor} did not become free in time",
    Denial.NOT_LEFT: "{supervisor} could not leave the call joined before",
    Denial.NOT_LOADED: "the connection to the PBX was closed",
    Denial.NOT_PERMITTED: "the user may not control both of them",
    Denial.SUPERVISION_OFF: "supervision is switched off",
    Denial.UNANSWERED: "the PBX did not answer, and may have done it all the same",
    Denial.UNREACHABLE: "the PBX could not be asked",
    Refusal.INTERNAL_ERROR: "the PBX had an internal error",
    Refusal.MISSING_PARAMETER: "the PBX found one of the numbers missing",
    Refusal.MONITOR_MODE_MISMATCH: "the monitor mode of {supervisor} does not cover it",
    Refusal.MONITORING_FORBIDDEN: "{extension} may not be monitored, or is already",
    Refusal.NO_SUCH_EXTENSION: "the PBX does not know one of them",
    Refusal.NOT_IDLE: "the phone of {supervisor} is not free",
    Refusal.NOT_IN_CALL: "{extension} is not in a call",
    Refusal.UNSUPPORTED: "the PBX cannot do it",
}
UNPROVED: Final = "An event that was not fired by this integration was ignored"
OTHER_REFUSAL: Final = "the PBX gave an error code"


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[
        [str, str, Callable[[LazyEventPartialState], Description]], None
    ],
) -> None:
    """Describe the event of supervision."""
    async_describe_event(DOMAIN, EVENT_MONITORING, partial(_describe, hass))


@callback
def _describe(hass: HomeAssistant, event: LazyEventPartialState) -> Description:
    """Return the logbook entry of an event; of a forged one, nothing that it says."""
    if not is_proved(hass, event.data, event.context_id):
        return {LOGBOOK_ENTRY_NAME: NAME, LOGBOOK_ENTRY_MESSAGE: UNPROVED}
    kind = MonitoringEventType(event.data[ATTR_TYPE])
    return {
        LOGBOOK_ENTRY_NAME: NAME,
        LOGBOOK_ENTRY_MESSAGE: _sentence(kind, event.data),
        LOGBOOK_ENTRY_ENTITY_ID: event.data.get(ATTR_ENTITY_ID),
        LOGBOOK_ENTRY_ICON: ICONS[kind],
    }


def _sentence(kind: MonitoringEventType, data: Mapping[str, Any]) -> str:
    """Return the sentence, with both names, as not every view shows the entity's name."""
    supervisor, extension = data[ATTR_SUPERVISOR_NAME], data[ATTR_EXTENSION_NAME]
    if extension is None:
        return f"{supervisor} stopped supervising a call"
    begins, ends, wish = PHRASES[MonitorMode(data[ATTR_MODE])]
    reason = data[ATTR_REASON]
    if kind is MonitoringEventType.STARTED:
        return f"{supervisor} {begins} {extension}"
    if kind is MonitoringEventType.STOPPED:
        why = f" {ENDS[reason]}" if reason in ENDS else ""
        return f"{supervisor} {ends} {extension}{why}"
    why = REFUSALS.get(reason, OTHER_REFUSAL).format(
        supervisor=supervisor, extension=extension
    )
    return f"{supervisor} wanted {wish} {extension} and was refused: {why}"
