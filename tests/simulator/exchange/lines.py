"""The extensions' phones: which legs occupy them, and what they are seen doing."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from tests.simulator.clock import Alarm, AlarmClock, Clock
from tests.simulator.switches import Switches

from .call import SimCall
from .cdr import CallRecord
from .connection import CallState
from .events import (
    CallRecorded,
    Event,
    ExtensionState,
    LegKind,
    LegState,
    Reregistered,
    StateChanged,
)
from .extension import SimExtension
from .leg import Leg
from .monitoring import MonitorLeg
from .trunk import SimTrunk

RECORDS_LIMIT = 100_000


class TaskAlarm:
    """An alarm on an event loop."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        """Keep the task that waits."""
        self._task = task

    def cancel(self) -> None:
        """Let it not happen, unless it is what happens just now."""
        if self._task is not asyncio.current_task():
            self._task.cancel()


class Lines:
    """Who has which number, and who is busy; whoever wants to know adds a listener."""

    def __init__(
        self,
        clock: Clock,
        switches: Switches,
        extensions: Iterable[SimExtension],
        trunks: Iterable[SimTrunk],
    ) -> None:
        """Install extensions and trunks."""
        self.clock = clock
        self.switches = switches
        self.extensions = {extension.number: extension for extension in extensions}
        self.trunks = {trunk.name: trunk for trunk in trunks}
        self.ivrs: dict[str, str] = {}
        self.queues: dict[str, list[str]] = {}
        self.ring_groups: dict[str, list[str]] = {}
        # Agents whom their queue does not call, with the queue.
        self.paused: set[tuple[str, str]] = set()
        # Rooms to dial into, and slots in which a call waits until it is fetched. The
        # reference has endpoints for both on v2 only, and no word on what v1 reports:
        # [choose] they are services of the PBX, as an IVR is.
        self.conferences: dict[str, str] = {}
        self.parking: list[str] = []
        # Custom prompts by name, and how many seconds each takes.
        self.prompts: dict[str, float] = {"hello111": 3.0, "appletest": 2.0}
        self.records: deque[CallRecord] = deque(maxlen=RECORDS_LIMIT)
        self.calls: dict[str, SimCall] = {}
        self.monitors: dict[str, MonitorLeg] = {}
        self.listeners: list[Callable[[Event], None]] = []
        # Called when a leg does something else now: before and after its phone's state
        # is told, which True says.
        self.touched: list[Callable[[bool], None]] = []
        self.next_sequence = 1
        self.booted = clock.now()
        self._legs: dict[str, list[Leg]] = {}
        self._told: dict[str, ExtensionState] = {}
        self.know_states()
        self._timers: set[asyncio.Task[None]] = set()

    # -- what calls need

    def emit(self, event: Event) -> None:
        """Tell every listener, and keep the records of calls."""
        if isinstance(event, CallRecorded):
            self.records.append(event.record)
        for listener in self.listeners:
            listener(event)

    def later(self, seconds: float, action: Callable[[], None]) -> Alarm:
        """Do something after a while."""
        if isinstance(self.clock, AlarmClock):
            return self.clock.later(seconds, action)

        async def wait() -> None:
            await self.clock.sleep(seconds)
            action()

        task = asyncio.get_running_loop().create_task(wait())
        self._timers.add(task)
        task.add_done_callback(self._timers.discard)
        return TaskAlarm(task)

    @property
    def next_leg_id(self) -> str:
        """Return the id that the next leg gets."""
        return f"{int(self.clock.now())}.{self.next_sequence}"

    def new_leg(self, kind: LegKind, number: str, call_id: str = "") -> Leg:
        """Make one end of a call; without a call id it begins a call of its own (3.8)."""
        leg_id = self.next_leg_id
        self.next_sequence += 1
        return Leg(kind, number, leg_id, call_id or leg_id)

    def occupy(self, leg: Leg) -> None:
        """Let a leg take its extension's phone."""
        if leg.kind is LegKind.EXTENSION:
            legs = self._legs.setdefault(leg.number, [])
            if leg not in legs:
                legs.append(leg)
            self.touch(leg)

    def release(self, leg: Leg) -> None:
        """Let a leg leave its extension's phone."""
        leg.state = LegState.ENDED
        legs = self._legs.get(leg.number, [])
        if leg.call_id in self.calls:
            self.end_monitors_of(self.calls[leg.call_id], leg.number)
        if leg.kind is LegKind.EXTENSION and leg in legs:
            legs.remove(leg)
            if not legs:
                del self._legs[leg.number]
            self.touch(leg)

    def touch(self, leg: Leg) -> None:
        """Tell when the extension of a leg does something else now."""
        for look in self.touched:
            look(False)
        if leg.kind is LegKind.EXTENSION:
            self.state_changed(leg.number)
        for look in self.touched:
            look(True)

    def only_talks_here(self, leg: Leg) -> None:
        """Put the other calls of an extension on hold, as a phone does that takes a second one."""
        for other in self.legs_of(leg.number) if leg.kind is LegKind.EXTENSION else ():
            call = self.calls.get(other.call_id)
            talking = other is not leg and other.state is LegState.TALKING
            if talking and call is not None and call.connected:
                other.state = LegState.HELD
                call.state = CallState.HELD

    def end_monitors_of(self, call: SimCall, extension: str | None = None) -> None:
        """End who monitors a call, or one extension in it."""
        for monitor in list(call.monitors):
            if extension in (None, monitor.extension):
                monitor.end()

    # -- states

    def legs_of(self, number: str) -> list[Leg]:
        """Return the legs on an extension's phone, the oldest first."""
        return list(self._legs.get(number, ()))

    @property
    def in_use(self) -> Mapping[str, list[Leg]]:
        """Return the legs on each phone that has any, the oldest first."""
        return self._legs

    def calls_of(self, number: str) -> list[SimCall]:
        """Return the calls of an extension, the oldest first; monitor legs are none."""
        found = (self.calls.get(leg.call_id) for leg in self._legs.get(number, ()))
        return [call for call in found if call is not None]

    def free(self, number: str) -> bool:
        """Return whether an extension could take a call at once."""
        extension = self.extensions.get(number)
        return (
            extension is not None
            and not extension.dnd
            and self.state_of(number) is ExtensionState.FREE
        )

    def state_of(self, number: str) -> ExtensionState:
        """Return what an extension does now."""
        extension = self.extensions[number]
        if extension.type == "FXS" and not extension.port:
            return ExtensionState.NO_PORT
        if extension.malfunction:
            return ExtensionState.FAULT
        if not extension.registered:
            return ExtensionState.ABSENT
        states = {leg.state for leg in self._legs.get(number, ())}
        if not states:
            return ExtensionState.FREE
        if states == {LegState.RINGING}:
            return ExtensionState.RINGING
        if states == {LegState.HELD}:
            return ExtensionState.HOLD
        if LegState.RINGING in states and self.switches.waiting_call_word == "Ringing":
            return ExtensionState.RINGING
        return ExtensionState.BUSY

    def know_states(self) -> None:
        """Take all states as told already."""
        self._told = {number: self.state_of(number) for number in self.extensions}

    def set_registered(self, number: str, registered: bool) -> None:
        """Let a phone register or unregister, and tell."""
        extension = self.extensions[number]
        # A test may have changed the field by itself; only a true change is told.
        self._told[number] = self.state_of(number)
        extension.registered = registered
        self.state_changed(number)

    def reregister(self, number: str) -> None:
        """Let a registered phone register once more, from another address (reference 6.1)."""
        self.emit(Reregistered(number))

    def vanish(self) -> None:
        """Lose every call without a trace."""
        for call in list(self.calls.values()):
            call.drop()
        for monitor in list(self.monitors.values()):
            monitor.drop()
        self.calls.clear()
        self.monitors.clear()
        self._legs.clear()

    def state_changed(self, number: str) -> None:
        """Tell once when an extension's state is another than told before."""
        if number not in self.extensions:
            return
        state, before = (
            self.state_of(number),
            self._told.get(number, ExtensionState.FREE),
        )
        self._told[number] = state
        if state is not before:
            self.emit(StateChanged(number, state, before))
        if state is ExtensionState.FREE:
            self.became_free(number)

    def became_free(self, number: str) -> None:
        """Do what waited for an extension to be free."""

    async def stop(self) -> None:
        """Lose the calls, and cancel what was to happen later."""
        self.vanish()
        timers = list(self._timers)
        for task in timers:
            task.cancel()
        await asyncio.gather(*timers, return_exceptions=True)
