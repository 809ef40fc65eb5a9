"""Who supervises whom now, as seen from their phones, and what is told of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..client.model import ExtensionStatus, MonitorMode
from ..hub.subscriptions import Listeners, Part, Topic

if TYPE_CHECKING:
    from ..hub.coordinator import PbxCoordinator

# Seconds until the supervisor's phone must be seen ringing or in the call.
CALLED_WITHIN: Final = 15.0


class MonitoringEventType(StrEnum):
    """What is told of supervision."""

    STARTED = "started"
    STOPPED = "stopped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class MonitoringEvent:
    """A start or an end of supervision, or a refusal with its reason.

    `context` is of who did it, None for an end that came by itself; `user` of that
    one is who had begun it. `mode` and `extension` are None for the end of what was
    begun before Home Assistant started.
    """

    type: MonitoringEventType
    mode: MonitorMode | None
    supervisor: str
    extension: str | None
    user: str | None
    context: Context | None
    reason: str | None = None


@dataclass(slots=True, eq=False)
class Session:
    """A supervisor's part in somebody's call, as we asked for it.

    `seen` is whether the phone was seen in use since, `joined` whether it was picked
    up, `overdue` whether it should have rung by now. `reason` and `ended_by` are what
    is told of the end, where somebody ended it.
    """

    mode: MonitorMode
    supervisor: str
    extension: str
    context: Context
    seen: bool = False
    joined: bool = False
    overdue: bool = False
    ended: bool = False
    reason: str | None = None
    ended_by: Context | None = None
    unlisten: CALLBACK_TYPE | None = None
    cancel_timer: CALLBACK_TYPE | None = None


class Sessions:
    """The sessions of one PBX, one of each supervisor; `ended` is called after each."""

    def __init__(
        self,
        hass: HomeAssistant,
        coordinator: PbxCoordinator,
        ended: CALLBACK_TYPE,
    ) -> None:
        """Begin without any."""
        self._hass = hass
        self._coordinator = coordinator
        self._ended = ended
        self._sessions: dict[str, Session] = {}
        self._told = Listeners[MonitoringEvent]()

    @callback
    def async_add_listener(
        self, told: Callable[[MonitoringEvent], None]
    ) -> CALLBACK_TYPE:
        """Call back with each start, end and refusal."""
        return self._told.async_add(Topic.MONITORING, told)

    def of_supervisor(self, number: str) -> Session | None:
        """Return what a supervisor takes part in."""
        return self._sessions.get(number)

    def supervisors_of(self, number: str) -> list[str]:
        """Return who supervises an extension's call."""
        return sorted(
            session.supervisor
            for session in self._sessions.values()
            if session.extension == number
        )

    @callback
    def async_shutdown(self) -> None:
        """Watch nobody any more; who is in a call stays in it."""
        for session in list(self._sessions.values()):
            self._forget(session)

    @callback
    def async_begin(self, session: Session, *, look: bool) -> None:
        """Watch the phone that the PBX calls now; look at it at once, if that tells."""
        self._sessions[session.supervisor] = session
        session.unlisten = self._coordinator.async_add_listener(
            lambda: self._look(session), (Part.STATUS, session.supervisor)
        )

        @callback
        def overdue(_: datetime) -> None:
            """Give up on a phone that was never seen ringing."""
            session.cancel_timer = None
            session.overdue = True
            self._look(session)

        session.cancel_timer = async_call_later(self._hass, CALLED_WITHIN, overdue)
        self.async_tell(MonitoringEventType.STARTED, session, session.context)
        if look:
            self._look(session)
        if not session.seen:
            self._coordinator.async_ask_soon()

    @callback
    def _look(self, session: Session) -> None:
        """Notice that the phone rings, is in the call, or has left it."""
        if session.ended or not self._coordinator.last_update_success:
            return
        extension = self._coordinator.data.extensions.get(session.supervisor)
        if extension is not None and extension.in_use:
            session.seen = True
            if extension.status is not ExtensionStatus.RINGING:
                session.joined = True
        elif session.seen or session.overdue or extension is None:
            self.async_end(session)

    @callback
    def async_end(self, session: Session) -> None:
        """Tell that a supervisor is not in the call any more, if nobody did."""
        if session.ended:
            return
        self._forget(session)
        reason = session.reason
        if reason is None and not session.joined:
            reason = "not_picked_up"
        self.async_tell(MonitoringEventType.STOPPED, session, session.ended_by, reason)

    @callback
    def _forget(self, session: Session) -> None:
        """Watch a session no more."""
        session.ended = True
        del self._sessions[session.supervisor]
        if TYPE_CHECKING:
            assert session.unlisten is not None
        session.unlisten()
        if session.cancel_timer is not None:
            session.cancel_timer()
        self._ended()

    @callback
    def async_tell(
        self,
        kind: MonitoringEventType,
        session: Session,
        context: Context | None,
        reason: str | None = None,
    ) -> None:
        """Tell of a start, an end or a refusal; a monitored extension shows by whom."""
        if kind is not MonitoringEventType.REFUSED:
            # First: who hears of it may ask whether the extension is monitored.
            self._coordinator.async_tell((Part.STATUS, session.extension))
        self.async_tell_event(
            MonitoringEvent(
                kind,
                session.mode,
                session.supervisor,
                session.extension,
                (context or session.context).user_id,
                context,
                reason,
            )
        )

    @callback
    def async_tell_event(self, event: MonitoringEvent) -> None:
        """Tell what belongs to no session."""
        self._told.async_tell(Topic.MONITORING, event)
