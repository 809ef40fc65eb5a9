"""The supervisors that take part in calls now, as seen from their phones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..client.errors import Refusal
from ..client.model import ExtensionStatus, MonitorMode
from ..hub.coordinator import PbxCoordinator
from ..hub.permission import Denial
from ..hub.subscriptions import Part
from .memory import MonitoringMemory, Remembered

# Seconds until the supervisor's phone must be seen ringing or in the call.
CALLED_WITHIN: Final = 15.0


class MonitoringEventType(StrEnum):
    """The type of an event of supervision."""

    STARTED = "started"
    STOPPED = "stopped"
    REFUSED = "refused"


class EndReason(StrEnum):
    """The reason why a supervisor left a call, where it is known."""

    STOPPED = "stopped"
    CHANGED = "changed"
    NOT_PICKED_UP = "not_picked_up"


@dataclass(frozen=True, slots=True)
class MonitoringEvent:
    """A start or an end of supervision, or a refusal with its reason.

    `context` is None for an end that nobody asked for; `user` is then the user who
    started it. `mode` and `extension` are None for the end of supervision that was
    started before Home Assistant.
    """

    type: MonitoringEventType
    mode: MonitorMode | None
    supervisor: str
    extension: str | None
    user: str | None
    context: Context | None
    reason: EndReason | Refusal | Denial | None = None


@dataclass(slots=True, eq=False)
class Monitoring:
    """The part of one supervisor in an extension's call.

    `seen` tells whether the phone was seen in use since, `joined` whether it was
    picked up, `overdue` whether it should have rung by now. `reason` and `ended_by`
    are set before an end that was asked for.
    """

    mode: MonitorMode
    supervisor: str
    extension: str
    context: Context
    seen: bool = False
    joined: bool = False
    overdue: bool = False
    ended: bool = False
    reason: EndReason | None = None
    ended_by: Context | None = None
    unsubscribe: CALLBACK_TYPE | None = None
    cancel_timer: CALLBACK_TYPE | None = None


class MonitoringTable:
    """The monitorings of one PBX, one for each supervisor.

    `tell` gets each event, `ended` is called after each end.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        coordinator: PbxCoordinator,
        memory: MonitoringMemory,
        tell: Callable[[MonitoringEvent], None],
        ended: CALLBACK_TYPE,
    ) -> None:
        """Initialize without any."""
        self._memory = memory
        self._hass = hass
        self._coordinator = coordinator
        self._tell_event = tell
        self._ended = ended
        self._of_supervisor: dict[str, Monitoring] = {}

    def of_supervisor(self, number: str) -> Monitoring | None:
        """Return the monitoring of a supervisor."""
        return self._of_supervisor.get(number)

    def supervisors_of(self, number: str) -> list[str]:
        """Return the supervisors in an extension's call."""
        return sorted(
            monitoring.supervisor
            for monitoring in self._of_supervisor.values()
            if monitoring.extension == number
        )

    @callback
    def async_shutdown(self) -> None:
        """Stop watching; supervisors in a call stay in it."""
        for monitoring in list(self._of_supervisor.values()):
            self._forget(monitoring)

    @callback
    def async_begin(self, monitoring: Monitoring, *, look: bool) -> None:
        """Watch the phone that the PBX calls now; look at it at once, if that tells."""
        self._watch(monitoring)

        @callback
        def overdue(_: datetime) -> None:
            """Give up on a phone that was never seen ringing."""
            monitoring.cancel_timer = None
            monitoring.overdue = True
            self._look(monitoring)

        monitoring.cancel_timer = async_call_later(self._hass, CALLED_WITHIN, overdue)
        self._memory.async_put(
            Remembered(
                mode=monitoring.mode.value,
                supervisor=monitoring.supervisor,
                extension=monitoring.extension,
                user_id=monitoring.context.user_id,
            )
        )
        self._tell(MonitoringEventType.STARTED, monitoring, monitoring.context)
        if look:
            self._look(monitoring)
        if not monitoring.seen:
            self._coordinator.polling.async_read_soon()

    @callback
    def async_go_on(self, monitoring: Monitoring) -> None:
        """Watch a phone again, after a reload or a restart."""
        monitoring.seen = True
        self._watch(monitoring)
        self._show(monitoring)
        self._look(monitoring)

    def _watch(self, monitoring: Monitoring) -> None:
        """Look at a supervisor's phone with each of its changes."""
        self._of_supervisor[monitoring.supervisor] = monitoring
        monitoring.unsubscribe = self._coordinator.async_add_listener(
            lambda: self._look(monitoring), (Part.STATUS, monitoring.supervisor)
        )

    def _show(self, monitoring: Monitoring) -> None:
        """Write the state of the monitored extension, which names its supervisors."""
        subjects = self._coordinator.subscriptions.subjects
        subjects.async_call((Part.STATUS, monitoring.extension))

    @callback
    def _look(self, monitoring: Monitoring) -> None:
        """Notice that the phone rings, is in the call, or has left it."""
        if monitoring.ended or not self._coordinator.last_update_success:
            return
        extension = self._coordinator.data.extensions.get(monitoring.supervisor)
        if extension is not None and extension.in_use:
            monitoring.seen = True
            if extension.status is not ExtensionStatus.RINGING:
                monitoring.joined = True
        elif monitoring.seen or monitoring.overdue or extension is None:
            self.async_end(monitoring)

    @callback
    def async_end(self, monitoring: Monitoring) -> None:
        """Tell that a supervisor has left the call, once."""
        if monitoring.ended:
            return
        self._forget(monitoring)
        self._memory.async_drop(monitoring.supervisor)
        reason = monitoring.reason
        if reason is None and not monitoring.joined:
            reason = EndReason.NOT_PICKED_UP
        self._tell(MonitoringEventType.STOPPED, monitoring, monitoring.ended_by, reason)

    @callback
    def _forget(self, monitoring: Monitoring) -> None:
        """Stop watching one supervisor."""
        monitoring.ended = True
        del self._of_supervisor[monitoring.supervisor]
        if TYPE_CHECKING:
            assert monitoring.unsubscribe is not None
        monitoring.unsubscribe()
        if monitoring.cancel_timer is not None:
            monitoring.cancel_timer()
        self._ended()

    @callback
    def _tell(
        self,
        kind: MonitoringEventType,
        monitoring: Monitoring,
        context: Context | None,
        reason: EndReason | None = None,
    ) -> None:
        """Tell a start or an end; the monitored extension shows its supervisors.

        This is done when the action has returned: it waits for the PBX alone.
        """
        event = MonitoringEvent(
            kind,
            monitoring.mode,
            monitoring.supervisor,
            monitoring.extension,
            (context or monitoring.context).user_id,
            context,
            reason,
        )

        def tell() -> None:
            """Write the state first: the event may lead to a look at it."""
            self._show(monitoring)
            self._tell_event(event)

        self._hass.loop.call_soon(tell)
