"""Supervision: who may, who does it now, and what is told of each start and end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later

from .client.model import Extension, ExtensionStatus, MonitorMode
from .const import DOMAIN
from .listeners import Listeners, Part, Topic
from .names import spoken_name
from .policy import async_check_policy
from .request import Kind, async_request

if TYPE_CHECKING:
    from .coordinator import PbxCoordinator

# Seconds until the supervisor's phone must be seen ringing or in the call.
CALLED_WITHIN: Final = 15.0
# Seconds a phone may ring before somebody picks it up.
PICKED_UP_WITHIN: Final = 60.0
# Seconds that the change from one way of monitoring to another may take.
FREE_WITHIN: Final = 10.0
ASK_AGAIN_AFTER: Final = 2.0


class MonitoringEventType(StrEnum):
    """What is told of supervision."""

    STARTED = "started"
    STOPPED = "stopped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class MonitoringEvent:
    """A start or an end of supervision, or a refusal with its reason."""

    type: MonitoringEventType
    mode: MonitorMode
    supervisor: str
    extension: str
    context: Context | None
    reason: str | None = None


@dataclass(slots=True, eq=False)
class Session:
    """A supervisor's part in somebody's call, as we asked for it."""

    mode: MonitorMode
    supervisor: str
    extension: str
    context: Context
    seen: bool = False
    joined: bool = False
    ended: bool = False
    unlisten: CALLBACK_TYPE | None = None
    cancel_timer: CALLBACK_TYPE | None = None


class Supervision:
    """What is supervised on one PBX through Home Assistant."""

    def __init__(self, hass: HomeAssistant, coordinator: PbxCoordinator) -> None:
        """Begin with nobody supervising."""
        self._hass = hass
        self._coordinator = coordinator
        self._sessions: dict[str, Session] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._told = Listeners[MonitoringEvent]()

    @callback
    def async_add_listener(
        self, told: Callable[[MonitoringEvent], None]
    ) -> CALLBACK_TYPE:
        """Call back with each start, end and refusal."""
        return self._told.async_add(Topic.MONITORING, told)

    def monitored_by(self, number: str) -> list[str]:
        """Return who supervises an extension's call now."""
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

    async def async_start(
        self,
        mode: MonitorMode,
        supervisor: Extension,
        extension: Extension,
        context: Context,
        *,
        wait: bool = False,
    ) -> str | None:
        """Let a supervisor join a call, or change how they take part in it.

        Returns the id of the supervisor's own call where the PBX tells it, when their
        phone is being called, or with `wait` when they are in the call.
        """
        coordinator = self._coordinator
        async with self._lock(supervisor.number):
            try:
                await async_check_policy(
                    self._hass, coordinator, context, supervisor, extension
                )
                session = self._sessions.get(supervisor.number)
                if session is not None:
                    if (session.mode, session.extension) == (mode, extension.number):
                        call_id = None
                    else:
                        await self._end(session, supervisor)
                        session = None
                if session is None:
                    call_id = await async_request(
                        coordinator,
                        coordinator.pbx.monitor(
                            mode, supervisor.number, extension.number
                        ),
                        Kind.MONITOR,
                        {
                            "supervisor": spoken_name(supervisor),
                            "extension": spoken_name(extension),
                        },
                    )
                    session = self._begin(mode, supervisor, extension, context)
            except HomeAssistantError as err:
                self._tell(
                    MonitoringEventType.REFUSED,
                    Session(mode, supervisor.number, extension.number, context),
                    err.translation_key or "not_permitted",
                )
                raise
        if wait:
            await self._joined(session, supervisor, extension)
        return call_id

    async def async_stop(self, supervisor: Extension) -> str | None:
        """Let a supervisor leave the call; return the extension that was supervised.

        A phone in a call of its own is left alone. What was begun before Home
        Assistant started is ended too: a phone in use that has no call supervises.
        """
        number = supervisor.number
        async with self._lock(number):
            session = self._sessions.get(number)
            alone = supervisor.in_use and not self._coordinator.data.calls_of(number)
            if session is None and not alone:
                raise HomeAssistantError(
                    translation_domain=DOMAIN,
                    translation_key="not_monitoring",
                    translation_placeholders={"supervisor": spoken_name(supervisor)},
                )
            await self._hang_up(supervisor)
            if session is None:
                return None
            self._stopped(session, None)
            return session.extension

    def _lock(self, number: str) -> asyncio.Lock:
        """Return what lets one thing after the other happen to a supervisor."""
        return self._locks.setdefault(number, asyncio.Lock())

    # -- one session

    @callback
    def _begin(
        self,
        mode: MonitorMode,
        supervisor: Extension,
        extension: Extension,
        context: Context,
    ) -> Session:
        """Watch the phone of a supervisor that the PBX calls now."""
        session = Session(mode, supervisor.number, extension.number, context)
        self._sessions[supervisor.number] = session
        session.unlisten = self._coordinator.async_add_listener(
            lambda: self._look(session), (Part.STATUS, supervisor.number)
        )

        @callback
        def late(_: datetime) -> None:
            """Give up on a phone that was never seen ringing."""
            session.cancel_timer = None
            if not session.seen:
                self._stopped(session, "not_picked_up")

        session.cancel_timer = async_call_later(self._hass, CALLED_WITHIN, late)
        self._tell(MonitoringEventType.STARTED, session)
        self._look(session)
        if not session.seen:
            self._coordinator.async_ask_soon()
        return session

    @callback
    def _look(self, session: Session) -> None:
        """Notice that the phone rings, is in the call, or has left it."""
        extension = self._coordinator.data.extensions.get(session.supervisor)
        if session.ended or not self._coordinator.last_update_success:
            return
        if extension is None or (session.seen and not extension.in_use):
            reason = None if session.joined else "not_picked_up"
            self._stopped(session, reason)
        elif extension.in_use:
            session.seen = True
            if extension.status is not ExtensionStatus.RINGING:
                session.joined = True

    @callback
    def _stopped(self, session: Session, reason: str | None) -> None:
        """Tell that a supervisor is not in the call any more."""
        if session.ended:
            return
        self._forget(session)
        self._tell(MonitoringEventType.STOPPED, session, reason)

    @callback
    def _forget(self, session: Session) -> None:
        """Watch a session no more."""
        session.ended = True
        if self._sessions.get(session.supervisor) is session:
            del self._sessions[session.supervisor]
        if session.unlisten is not None:
            session.unlisten()
        if session.cancel_timer is not None:
            session.cancel_timer()

    @callback
    def _tell(
        self, kind: MonitoringEventType, session: Session, reason: str | None = None
    ) -> None:
        """Tell of a start, an end or a refusal; a monitored extension shows by whom."""
        event = MonitoringEvent(
            kind,
            session.mode,
            session.supervisor,
            session.extension,
            session.context,
            reason,
        )
        self._told.async_tell(Topic.MONITORING, event)
        if kind is not MonitoringEventType.REFUSED:
            self._coordinator.async_tell((Part.STATUS, session.extension))

    async def _hang_up(self, supervisor: Extension) -> None:
        """Let the supervisor's phone hang up."""
        coordinator = self._coordinator
        await async_request(
            coordinator,
            coordinator.pbx.hang_up(supervisor.number),
            Kind.CONTROL,
            {"extension": spoken_name(supervisor)},
        )

    async def _end(self, session: Session, supervisor: Extension) -> None:
        """End one way of monitoring, and wait until the phone is free for another."""
        await self._hang_up(supervisor)
        self._stopped(session, "changed")
        free = await self._until(
            session.supervisor, lambda now: not now.in_use, FREE_WITHIN
        )
        if not free:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="not_free_in_time",
                translation_placeholders={"supervisor": spoken_name(supervisor)},
            )

    async def _joined(
        self, session: Session, supervisor: Extension, extension: Extension
    ) -> None:
        """Wait until the supervisor is in the call, or say why they are not."""
        await self._until(
            session.supervisor,
            lambda now: session.joined or session.ended,
            PICKED_UP_WITHIN,
        )
        if session.joined and not session.ended:
            return
        over = not self._coordinator.data.calls_of(extension.number)
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="call_ended_before" if over else "not_picked_up",
            translation_placeholders={
                "supervisor": spoken_name(supervisor),
                "extension": spoken_name(extension),
            },
        )

    async def _until(
        self, number: str, done: Callable[[Extension], bool], seconds: float
    ) -> bool:
        """Wait for an extension's status, asking the PBX where it does not tell."""
        coordinator = self._coordinator
        changed = asyncio.Event()
        unlisten = coordinator.async_add_listener(changed.set, (Part.STATUS, number))

        @callback
        def ask(_: datetime) -> None:
            """Ask, and look again."""
            coordinator.async_ask_soon()

        timer = async_call_later(self._hass, ASK_AGAIN_AFTER, ask)
        try:
            async with asyncio.timeout(seconds):
                while (
                    now := coordinator.data.extensions.get(number)
                ) is not None and not done(now):
                    await changed.wait()
                    changed.clear()
        except TimeoutError:
            return False
        finally:
            timer()
            unlisten()
        return True
