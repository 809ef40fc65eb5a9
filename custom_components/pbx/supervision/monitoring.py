"""The supervisors in calls, tracked by the state of their phones."""

from collections.abc import Callable, Collection
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
from ..hub.subscriptions import Part, Topic
from .memory import MonitoringMemory, Remembered

# Seconds within which the supervisor's phone must be seen ringing or in the call.
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
    NEVER_MONITORED = "never_monitored"
    NOT_PICKED_UP = "not_picked_up"


@dataclass(frozen=True, slots=True)
class MonitoringEvent:
    """A start or an end of supervision, or a refusal with its reason.

    `context` is None for an end without an action; `user` is then the user who started
    the supervision. `mode` and `extension` are None for the end of supervision that was
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
    """The monitoring of an extension's call by one supervisor.

    `since` is the start, in seconds since the epoch. `seen` tells whether the supervisor's phone was seen in use since the start,
    `joined` whether it was picked up, `overdue` whether it should have rung by now.
    `reason` and `ended_by` are set before an end by an action.
    """

    mode: MonitorMode
    supervisor: str
    extension: str
    context: Context
    since: float
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

    `tell` is called with each event, `ended` after each end, `calls_changed` after each
    change of the calls of a monitored extension.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        coordinator: PbxCoordinator,
        memory: MonitoringMemory,
        tell: Callable[[MonitoringEvent], None],
        ended: CALLBACK_TYPE,
        calls_changed: Callable[[Monitoring], None],
    ) -> None:
        """Initialize without monitorings."""
        self._calls_changed = calls_changed
        self._memory = memory
        self._hass = hass
        self._coordinator = coordinator
        self._tell_event = tell
        self._ended = ended
        self._of_supervisor: dict[str, Monitoring] = {}

    @property
    def running(self) -> Collection[Monitoring]:
        """Return all monitorings, from the call of the supervisor's phone on."""
        return self._of_supervisor.values()

    def of_supervisor(self, number: str) -> Monitoring | None:
        """Return the monitoring of a supervisor, None when there is none."""
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
        """Stop tracking the phones; supervisors in a call stay in it."""
        for monitoring in list(self._of_supervisor.values()):
            self._forget(monitoring)

    @callback
    def async_begin(self, monitoring: Monitoring, *, look: bool) -> None:
        """Start tracking the supervisor's phone, which the PBX is calling.

        `look` tells whether the known status of the phone is evaluated at once.
        """
        self._watch(monitoring)

        @callback
        def overdue(_: datetime) -> None:
            """End the monitoring of a supervisor whose phone was never seen ringing."""
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
                since=monitoring.since,
            )
        )
        self._tell(MonitoringEventType.STARTED, monitoring, monitoring.context)
        if look:
            self._look(monitoring)
        if not monitoring.seen:
            self._coordinator.polling.async_read_soon()

    @callback
    def async_go_on(self, monitoring: Monitoring) -> None:
        """Resume tracking a supervisor's phone after a reload or a restart."""
        monitoring.seen = True
        self._watch(monitoring)
        self._show(monitoring)
        self._look(monitoring)

    def _watch(self, monitoring: Monitoring) -> None:
        """Subscribe to the changes of a supervisor's phone, and of the joined calls."""
        self._of_supervisor[monitoring.supervisor] = monitoring
        add = self._coordinator.async_add_listener
        phone = add(
            lambda: self._look(monitoring), (Part.STATUS, monitoring.supervisor)
        )
        calls = add(
            lambda: self._calls_changed(monitoring), (Part.CALLS, monitoring.extension)
        )

        @callback
        def unsubscribe() -> None:
            """Remove both subscriptions."""
            phone()
            calls()

        monitoring.unsubscribe = unsubscribe

    def _show(self, monitoring: Monitoring) -> None:
        """Update the states of the extension and of the supervisor."""
        subjects = self._coordinator.subscriptions.subjects
        subjects.async_call((Part.SUPERVISION, monitoring.extension))
        subjects.async_call((Part.SUPERVISION, monitoring.supervisor))
        subjects.async_call(Topic.SUPERVISION)

    @callback
    def _look(self, monitoring: Monitoring) -> None:
        """Handle a change of the phone: ringing, in the call, or out of it."""
        if monitoring.ended or not self._coordinator.last_update_success:
            return
        extension = self._coordinator.data.extensions.get(monitoring.supervisor)
        if extension is not None and extension.in_use:
            monitoring.seen = True
            if extension.status is not ExtensionStatus.RINGING:
                self._join(monitoring)
        elif monitoring.seen or monitoring.overdue or extension is None:
            self.async_end(monitoring)

    def _join(self, monitoring: Monitoring) -> None:
        """Mark a supervisor as in the call."""
        if not monitoring.joined:
            monitoring.joined = True
            self._coordinator.subscriptions.subjects.async_call(Topic.SUPERVISION)

    @callback
    def async_end(self, monitoring: Monitoring) -> None:
        """Remove a monitoring, and emit its end."""
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
        """Stop tracking one supervisor."""
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
        """Schedule the event of a start or an end, and the update of the extension.

        They follow after the action has returned, which waits for the PBX only.
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
            """Update the state first, as a handler of the event may read it."""
            self._show(monitoring)
            self._tell_event(event)

        self._hass.loop.call_soon(tell)
