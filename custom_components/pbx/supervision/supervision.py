"""Supervision: let supervisors join calls, change how they take part, and leave."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..client.errors import PbxRefused, Refusal
from ..client.model import Extension, MonitorMode
from ..const import DOMAIN
from ..hub.names import spoken_name
from ..hub.request import Kind, async_request
from .audit import SupervisionLog
from .monitoring import MonitoringEvent, MonitoringEventType, Session, Sessions
from .policy import async_check_policy
from .refusals import Forbidden
from .wait import Waiting

if TYPE_CHECKING:
    from ..hub.coordinator import PbxCoordinator

__all__ = ["MonitoringEvent", "MonitoringEventType", "Supervision"]

# Seconds a phone may ring before somebody picks it up.
PICKED_UP_WITHIN: Final = 60.0
# Seconds that a phone may take to be free after it was hung up.
FREE_WITHIN: Final = 10.0
# Seconds in which the end of a call may be told after that of who supervised it.
TOLD_WITHIN: Final = 5.0


class Supervision:
    """What is supervised on one PBX through Home Assistant."""

    def __init__(self, hass: HomeAssistant, coordinator: PbxCoordinator) -> None:
        """Begin with nobody supervising."""
        self._hass = hass
        self._coordinator = coordinator
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiting = Waiting(hass, coordinator)
        self._sessions = Sessions(hass, coordinator, self._waiting.async_wake)
        self._forbidden = Forbidden(hass, coordinator)
        self._sessions.async_add_listener(SupervisionLog(hass, coordinator).async_log)

    @callback
    def async_add_listener(
        self, told: Callable[[MonitoringEvent], None]
    ) -> CALLBACK_TYPE:
        """Call back with each start, end and refusal."""
        return self._sessions.async_add_listener(told)

    def monitored_by(self, number: str) -> list[str]:
        """Return who supervises an extension's call now."""
        return self._sessions.supervisors_of(number)

    @callback
    def async_shutdown(self) -> None:
        """Watch nobody any more; who is in a call stays in it."""
        self._waiting.async_end()
        self._sessions.async_shutdown()

    @callback
    def async_removed(self, number: str) -> None:
        """End the part of a supervisor that the PBX no longer has."""
        session = self._sessions.of_supervisor(number)
        if session is not None:
            self._sessions.async_end(session)

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
        wanted = Session(mode, supervisor.number, extension.number, context)
        try:
            await async_check_policy(
                self._hass, self._coordinator, context, supervisor, extension
            )
            async with self._lock(supervisor.number):
                session = await self._same_as(wanted)
                call_id = None
                if session is None:
                    await self._make_way(wanted, supervisor)
                    call_id = await self._begin(wanted, supervisor, extension)
                    session = wanted
        except HomeAssistantError as err:
            reason = err.translation_key or "not_permitted"
            refused = MonitoringEventType.REFUSED
            self._sessions.async_tell(refused, wanted, context, reason)
            raise
        if wait:
            await self._wait_for(session, supervisor, extension)
        return call_id

    async def async_stop(self, supervisor: Extension, context: Context) -> str | None:
        """Let a supervisor leave the call; return the extension that was supervised.

        A phone in a call of its own is left alone. What was begun before Home
        Assistant started is ended too: a phone in use that has no call supervises.
        """
        number = supervisor.number
        async with self._lock(number):
            session = self._sessions.of_supervisor(number)
            if session is not None:
                await self._end(session, supervisor, context, "stopped")
                return session.extension
            if not self._in_use_without_call(number):
                raise _error("not_monitoring", supervisor)
            await self._hang_up(supervisor)
            stopped, user = MonitoringEventType.STOPPED, context.user_id
            self._sessions.async_tell_event(
                MonitoringEvent(stopped, None, number, None, user, context, "stopped")
            )
            return None

    def _lock(self, number: str) -> asyncio.Lock:
        """Return what lets one thing after the other happen to a supervisor."""
        return self._locks.setdefault(number, asyncio.Lock())

    def _in_use_without_call(self, number: str) -> bool:
        """Return whether a phone is in use, and not to talk to anybody."""
        data = self._coordinator.data
        extension = data.extensions.get(number)
        return (
            extension is not None
            and extension.in_use
            and not any(call.other(number) for call in data.calls_of(number))
        )

    async def _same_as(self, wanted: Session) -> Session | None:
        """Return the session that is what somebody wants, when it really goes on."""
        session = self._sessions.of_supervisor(wanted.supervisor)
        if session is None or (session.mode, session.extension) != (
            wanted.mode,
            wanted.extension,
        ):
            return None
        # Whether the supervisor hung up may not have been told.
        await self._coordinator.async_refresh()
        return None if session.ended else session

    async def _make_way(self, wanted: Session, supervisor: Extension) -> None:
        """End another way of monitoring, and wait until the phone is free for this one."""
        number = wanted.supervisor
        session = self._sessions.of_supervisor(number)
        if session is not None:
            await self._end(session, supervisor, wanted.context, "changed")
            extensions = self._coordinator.data.extensions
            free = await self._waiting.until(
                number,
                lambda: number not in extensions or not extensions[number].in_use,
                FREE_WITHIN,
            )
            if not free and not self._waiting.over:
                raise _error("not_free_in_time", supervisor)
        if self._waiting.over:
            raise _error("not_loaded", supervisor)

    async def _begin(
        self, session: Session, supervisor: Extension, extension: Extension
    ) -> str | None:
        """Let the PBX call the supervisor's phone, and watch it."""
        coordinator = self._coordinator
        before = coordinator.data.extensions.get(session.supervisor)
        try:
            call_id = await async_request(
                coordinator,
                coordinator.pbx.monitor(
                    session.mode, session.supervisor, session.extension
                ),
                Kind.MONITOR,
                {
                    "supervisor": spoken_name(supervisor),
                    "extension": spoken_name(extension),
                },
            )
        except HomeAssistantError as err:
            if (refusal := _refusal(err)) is not None:
                self._forbidden.async_refused(refusal, supervisor, extension)
            raise
        self._forbidden.async_joined(supervisor, extension)
        if not self._waiting.over:
            # A phone that seemed in use was free: what is known of it is too old.
            look = before is None or not before.in_use
            self._sessions.async_begin(session, look=look)
        return call_id

    async def _end(
        self, session: Session, supervisor: Extension, context: Context, reason: str
    ) -> None:
        """Let a supervisor hang up; one who did so already has."""
        # First: the PBX may tell of the end before it answers.
        session.reason, session.ended_by = reason, context
        try:
            await self._hang_up(supervisor)
        except HomeAssistantError as err:
            if _refusal(err) is not Refusal.NOT_IN_CALL:
                session.reason = session.ended_by = None
                raise
        self._sessions.async_end(session)

    async def _hang_up(self, supervisor: Extension) -> None:
        """Let the supervisor's phone hang up."""
        coordinator = self._coordinator
        await async_request(
            coordinator,
            coordinator.pbx.hang_up(supervisor.number),
            Kind.CONTROL,
            {"extension": spoken_name(supervisor)},
        )

    async def _wait_for(
        self, session: Session, supervisor: Extension, extension: Extension
    ) -> None:
        """Wait until the supervisor is in the call, or say why they are not."""
        await self._waiting.until(
            session.supervisor,
            lambda: session.joined or session.ended,
            PICKED_UP_WITHIN,
        )
        if session.joined:
            return
        key = "not_loaded" if self._waiting.over else "not_picked_up"
        if session.ended and await self._waiting.until(
            session.extension,
            lambda: not self._coordinator.data.calls_of(session.extension),
            TOLD_WITHIN,
        ):
            key = "call_ended_before"
        raise _error(key, supervisor, extension)


def _refusal(err: HomeAssistantError) -> Refusal | None:
    """Return why the PBX refused, None when it did not."""
    cause = err.__cause__
    return cause.refusal if isinstance(cause, PbxRefused) else None


def _error(
    key: str, supervisor: Extension, extension: Extension | None = None
) -> HomeAssistantError:
    """Return a sentence about a supervisor, and about whom they supervise."""
    placeholders = {"supervisor": spoken_name(supervisor)}
    if extension is not None:
        placeholders["extension"] = spoken_name(extension)
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )
