"""Supervision: supervisors join calls, change their mode, and leave."""

import asyncio
from collections.abc import Callable, Collection
from typing import Final

from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..client.errors import Refusal
from ..client.model import Extension, MonitorMode
from ..client.pbx import Capability
from ..const import DOMAIN, LOGGER
from ..hub.coordinator import PbxCoordinator
from ..hub.describe import spoken_name
from ..hub.permission import Denial, NotPermitted
from ..hub.request import RequestFailed, RequestRefused, async_request, require
from ..hub.subscriptions import News, Subscribers
from .audit import AuditLog
from .memory import async_memory_of
from .monitoring import (
    EndReason,
    Monitoring,
    MonitoringEvent,
    MonitoringEventType,
    MonitoringTable,
)
from .policy import (
    SupervisionDenied,
    async_check_policy,
    connected_parties,
    never_monitored,
)
from .refusals import RefusalCounter
from .wait import Waiting

# Seconds that a supervisor's phone may ring before it is picked up.
PICKED_UP_WITHIN: Final = 60.0
# Seconds that a phone may take to become free after it was hung up.
FREE_WITHIN: Final = 10.0
# Seconds by which the end of a call may be reported after the end of its supervision.
TOLD_WITHIN: Final = 5.0

CAPABILITIES: Final = {
    MonitorMode.LISTEN: Capability.LISTEN,
    MonitorMode.WHISPER: Capability.WHISPER,
    MonitorMode.BARGE_IN: Capability.BARGE_IN,
}


class WaitEnded(HomeAssistantError):
    """A phone did not reach the expected state in time; `refusal` is the reason."""

    def __init__(
        self,
        key: str,
        supervisor: Extension,
        extension: Extension | None = None,
        refusal: Denial | None = None,
    ) -> None:
        """Initialize the error with its sentence."""
        placeholders = {"supervisor": spoken_name(supervisor)}
        if extension is not None:
            placeholders["extension"] = spoken_name(extension)
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders=placeholders,
        )
        self.refusal = refusal


class Supervision:
    """Supervision on one PBX through Home Assistant."""

    def __init__(self, hass: HomeAssistant, coordinator: PbxCoordinator) -> None:
        """Initialize without supervisors in calls."""
        self._hass = hass
        self._coordinator = coordinator
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiting = Waiting(hass, coordinator)
        self._subscribers = Subscribers[None, MonitoringEvent]()
        self._memory = async_memory_of(hass, coordinator.config_entry.entry_id)
        self._monitorings = MonitoringTable(
            hass,
            coordinator,
            self._memory,
            self._tell,
            self._waiting.async_wake,
            self._calls_changed,
        )
        self._refusals = RefusalCounter(hass, coordinator)
        self.async_subscribe(AuditLog(hass, coordinator).async_log)
        self._unsubscribe = coordinator.subscriptions.news.async_add(
            News.EXTENSIONS_REMOVED, self._extensions_removed
        )

    @callback
    def async_subscribe(
        self, subscriber: Callable[[MonitoringEvent], None]
    ) -> CALLBACK_TYPE:
        """Add a callback for each event; return the function that removes it."""
        return self._subscribers.async_add(None, subscriber)

    @callback
    def _tell(self, event: MonitoringEvent) -> None:
        """Call the subscribers with an event."""
        self._subscribers.async_call(None, event)

    @property
    def supported(self) -> bool:
        """Return whether the PBX has any monitor mode."""
        return bool(self._coordinator.pbx.capabilities & Capability.MONITOR)

    def monitored_by(self, number: str) -> list[str]:
        """Return the supervisors in an extension's call."""
        return self._monitorings.supervisors_of(number)

    def monitoring_of(self, number: str) -> Monitoring | None:
        """Return the monitoring of a supervisor, None when there is none."""
        return self._monitorings.of_supervisor(number)

    @property
    def running(self) -> Collection[Monitoring]:
        """Return all monitorings, from the call of the supervisor's phone on."""
        return self._monitorings.running

    async def async_restore(self) -> None:
        """Go on with the supervision that ran before a reload or a restart.

        A supervisor's phone that is in use without another party in its call is still
        in the call; otherwise the end is told.
        """
        for remembered in await self._memory.async_load():
            monitoring = Monitoring(
                MonitorMode(remembered["mode"]),
                remembered["supervisor"],
                remembered["extension"],
                Context(user_id=remembered["user_id"]),
                remembered.get("since", dt_util.utcnow().timestamp()),
                joined=True,
            )
            if self._in_use_without_call(monitoring.supervisor):
                self._monitorings.async_go_on(monitoring)
                self._calls_changed(monitoring)
                continue
            self._memory.async_drop(monitoring.supervisor)
            self._tell(
                MonitoringEvent(
                    MonitoringEventType.STOPPED,
                    monitoring.mode,
                    monitoring.supervisor,
                    monitoring.extension,
                    monitoring.context.user_id,
                    None,
                )
            )

    @callback
    def async_shutdown(self) -> None:
        """Stop tracking the phones; supervisors in a call stay in it."""
        self._unsubscribe()
        self._waiting.async_end()
        self._monitorings.async_shutdown()

    @callback
    def _extensions_removed(self, numbers: list[str]) -> None:
        """End the monitorings of supervisors whose extensions were removed."""
        for number in numbers:
            if (monitoring := self._monitorings.of_supervisor(number)) is not None:
                self._monitorings.async_end(monitoring)

    async def async_start(
        self,
        mode: MonitorMode,
        supervisor: Extension,
        extension: Extension,
        context: Context,
        *,
        wait: bool = False,
    ) -> str | None:
        """Join a supervisor to a call, or change their mode.

        Returns the id of the supervisor's own call where the PBX tells it. Returns when
        the supervisor's phone is being called, with `wait` when it was picked up.
        """
        wanted = Monitoring(
            mode,
            supervisor.number,
            extension.number,
            context,
            dt_util.utcnow().timestamp(),
        )
        try:
            names = _names(supervisor, extension)
            require(self._coordinator, CAPABILITIES[mode], names)
            await self._check_policy(context, supervisor, extension)
            async with self._lock(supervisor.number):
                monitoring = await self._same_as(wanted)
                call_id = None
                if monitoring is None:
                    await self._make_way(wanted, supervisor)
                    # Others may have entered the call meanwhile.
                    await self._check_policy(context, supervisor, extension)
                    call_id = await self._begin(wanted, supervisor, extension)
                    monitoring = wanted
        except (
            NotPermitted,
            RequestFailed,
            RequestRefused,
            SupervisionDenied,
            WaitEnded,
        ) as err:
            self._tell(
                MonitoringEvent(
                    MonitoringEventType.REFUSED,
                    mode,
                    supervisor.number,
                    extension.number,
                    context.user_id,
                    context,
                    err.refusal,
                )
            )
            raise
        if wait:
            await self._wait_for(monitoring, supervisor, extension)
        return call_id

    async def async_stop(self, supervisor: Extension, context: Context) -> str | None:
        """End a supervisor's monitoring; return the extension that was monitored.

        A phone in a call of its own is not hung up. Supervision started before Home
        Assistant is ended too; it is recognized by a phone in use without a call.
        """
        number = supervisor.number
        async with self._lock(number):
            monitoring = self._monitorings.of_supervisor(number)
            if monitoring is not None:
                await self._end(monitoring, supervisor, context, EndReason.STOPPED)
                return monitoring.extension
            if not self._in_use_without_call(number):
                raise WaitEnded("not_monitoring", supervisor)
            await self._hang_up(supervisor)
            self._tell(
                MonitoringEvent(
                    MonitoringEventType.STOPPED,
                    None,
                    number,
                    None,
                    context.user_id,
                    context,
                    EndReason.STOPPED,
                )
            )
            return None

    async def _check_policy(
        self, context: Context, supervisor: Extension, extension: Extension
    ) -> None:
        """Raise unless the policy allows the supervision now."""
        await async_check_policy(
            self._hass, self._coordinator, context, supervisor, extension
        )

    def _lock(self, number: str) -> asyncio.Lock:
        """Return the lock that keeps a supervisor's actions in order."""
        return self._locks.setdefault(number, asyncio.Lock())

    def _in_use_without_call(self, number: str) -> bool:
        """Return whether a phone is in use without a call, as that of a supervisor is."""
        board = self._coordinator.data
        extension = board.extensions.get(number)
        return (
            extension is not None
            and extension.in_use
            and not any(call.other(number) for call in board.calls_of(number))
        )

    async def _same_as(self, wanted: Monitoring) -> Monitoring | None:
        """Return the present monitoring if it is the requested one and still goes on."""
        monitoring = self._monitorings.of_supervisor(wanted.supervisor)
        if monitoring is None or (monitoring.mode, monitoring.extension) != (
            wanted.mode,
            wanted.extension,
        ):
            return None
        # The PBX may not have reported that the supervisor hung up.
        await self._coordinator.async_refresh()
        return None if monitoring.ended else monitoring

    async def _make_way(self, wanted: Monitoring, supervisor: Extension) -> None:
        """End a supervisor's other monitoring, and wait until the phone is free."""
        number = wanted.supervisor
        monitoring = self._monitorings.of_supervisor(number)
        if monitoring is not None:
            try:
                await self._end(
                    monitoring, supervisor, wanted.context, EndReason.CHANGED
                )
            except (RequestFailed, RequestRefused) as err:
                err.refusal = Denial.NOT_LEFT
                raise
            extensions = self._coordinator.data.extensions
            free = await self._waiting.until(
                number,
                lambda: number not in extensions or not extensions[number].in_use,
                FREE_WITHIN,
            )
            if not free and not self._waiting.over:
                denial = Denial.NOT_FREE_IN_TIME
                raise WaitEnded(denial.value, supervisor, refusal=denial)
        if self._waiting.over:
            denial = Denial.NOT_LOADED
            raise WaitEnded(denial.value, supervisor, refusal=denial)

    async def _begin(
        self, monitoring: Monitoring, supervisor: Extension, extension: Extension
    ) -> str | None:
        """Request the monitoring from the PBX, and start tracking the phone."""
        coordinator = self._coordinator
        before = coordinator.data.extensions.get(monitoring.supervisor)
        try:
            call_id = await async_request(
                coordinator,
                CAPABILITIES[monitoring.mode],
                lambda pbx: pbx.monitor(
                    monitoring.mode, monitoring.supervisor, monitoring.extension
                ),
                _names(supervisor, extension),
            )
        except RequestRefused as err:
            if isinstance(err.refusal, Refusal):
                self._refusals.async_refused(err.refusal, supervisor, extension)
            raise
        self._refusals.async_joined(supervisor, extension)
        if not self._waiting.over:
            # The PBX called a phone whose known status is in use: that status is outdated.
            look = before is None or not before.in_use
            self._monitorings.async_begin(monitoring, look=look)
            self._calls_changed(monitoring)
        return call_id

    @callback
    def _calls_changed(self, monitoring: Monitoring) -> None:
        """End supervision once an extension that is never monitored is connected too.

        By a transfer or a conference it may enter a call that was joined before.
        """
        coordinator = self._coordinator
        if monitoring.reason is None and never_monitored(
            coordinator.options, connected_parties(coordinator, monitoring.extension)
        ):
            coordinator.config_entry.async_create_task(
                self._hass, self._leave(monitoring), "pbx end of supervision"
            )

    async def _leave(self, monitoring: Monitoring) -> None:
        """Hang up a supervisor who may no longer be in the call."""
        number = monitoring.supervisor
        async with self._lock(number):
            supervisor = self._coordinator.data.extensions.get(number)
            if monitoring.ended or supervisor is None:
                return
            try:
                await self._end(monitoring, supervisor, None, EndReason.NEVER_MONITORED)
            except (RequestFailed, RequestRefused) as err:
                LOGGER.warning("A supervisor could not be removed from a call: %s", err)

    async def _end(
        self,
        monitoring: Monitoring,
        supervisor: Extension,
        context: Context | None,
        reason: EndReason,
    ) -> None:
        """Hang up the supervisor's phone, unless the supervisor has done so already."""
        # Set first, as the PBX may report the end before it answers the request.
        monitoring.reason, monitoring.ended_by = reason, context
        try:
            await self._hang_up(supervisor)
        except (RequestFailed, RequestRefused) as err:
            if err.refusal is not Refusal.NOT_IN_CALL:
                monitoring.reason = monitoring.ended_by = None
                raise
        self._monitorings.async_end(monitoring)

    async def _hang_up(self, supervisor: Extension) -> None:
        """Hang up the supervisor's phone."""
        await async_request(
            self._coordinator,
            Capability.HANG_UP,
            lambda pbx: pbx.hang_up(supervisor.number),
            {"extension": spoken_name(supervisor)},
        )

    async def _wait_for(
        self, monitoring: Monitoring, supervisor: Extension, extension: Extension
    ) -> None:
        """Wait until the supervisor is in the call; raise WaitEnded if that fails."""
        await self._waiting.until(
            monitoring.supervisor,
            lambda: monitoring.joined or monitoring.ended,
            PICKED_UP_WITHIN,
        )
        if monitoring.joined:
            return
        key = "not_loaded" if self._waiting.over else "not_picked_up"
        if monitoring.ended and await self._waiting.until(
            monitoring.extension,
            lambda: not self._coordinator.data.calls_of(monitoring.extension),
            TOLD_WITHIN,
        ):
            key = "call_ended_before"
        raise WaitEnded(key, supervisor, extension)


def _names(supervisor: Extension, extension: Extension) -> dict[str, str]:
    """Return the placeholders of the sentences about monitoring."""
    return {
        "supervisor": spoken_name(supervisor),
        "extension": spoken_name(extension),
    }
