"""The layer without Home Assistant, whatever the wire: a switchboard beside an exchange."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Final

from custom_components.pbx.client import CallEvent, Changes, Switchboard
from tests.simulator.clock import AlarmClock
from tests.simulator.telephony import Telephony

from .history import History
from .oracle import Oracle, Wrong
from .steps import Activity, Day, Step

# The clock of the integration is set by so many seconds.
JUMPS: Final = (3600.0, -3600.0, 90.0, -90.0, 5.0, -5.0)


class Beside(ABC):
    """A day at an exchange, and a switchboard that hears of it over some wire.

    `doubtful` tells that the last poll asked for another one.
    """

    sim: Telephony
    history: History
    oracle: Oracle
    board: Switchboard

    def __init__(self, day: Day, trace: list[str] | None = None) -> None:
        """Initialize without a PBX, which the wire has to bring."""
        self.day = day
        self.trace = trace
        self.clock = AlarmClock()
        self.offset = 0.0
        self.wrong: list[Wrong] = []
        self.doubtful = False

    def furnish(
        self, sim: Telephony, history: History, oracle: Oracle, board: Switchboard
    ) -> None:
        """Put the PBX, its truth and its picture together."""
        self.sim, self.history, self.oracle = sim, history, oracle
        self.board = board
        self.activity = Activity(sim)

    def now(self) -> float:
        """Return the time on our own clock, which may be set."""
        return self.clock.now() + self.offset

    def say(self, text: Callable[[], str]) -> None:
        """Note a line of the trace, if one is wanted."""
        if self.trace is not None:
            self.trace.append(f"{self.clock.now() - 1_505_352_445.0:9.2f}  {text()}")

    # -- what each wire has

    @abstractmethod
    def poll(self) -> None:
        """Read everything, as the coordinator does."""

    @abstractmethod
    def do(self, step: Step, following: deque[Step]) -> None:
        """Let something go wrong on this wire, or be read."""

    @abstractmethod
    def come_to_rest(self) -> None:
        """Let everything go well again, and all reports arrive."""

    def passed(self) -> None:
        """Let the wire tell what has just happened."""
        return

    # -- a day

    def live(self) -> list[Wrong]:
        """Let the day pass; return all that was wrong in it, and after quiet and one poll."""
        self.poll()
        self.poll()
        waiting = deque(self.day.steps)
        while waiting:
            step = waiting.popleft()
            self.say(lambda step=step: f"{step}")  # type: ignore[misc]
            if not self.activity.do(step):
                self.do(step, waiting)
            self.history.look()
            self.passed()
            # Not two things happen at the very same time.
            self.wait(0.25)
            if not self.history.hit:
                self.check(polled=False)
                if self.wrong:
                    return self.wrong
        self.come_to_rest()
        self.poll()
        if self.doubtful:
            self.poll()
        self.wait(2.5)
        self.check(polled=True)
        return self.wrong

    def check(self, *, polled: bool) -> None:
        """Compare all with the exchange."""
        found = self.oracle.check(self.board, polled=polled)
        for one in found:
            self.say(lambda one=one: f"  WRONG  {one}")  # type: ignore[misc]
        self.wrong.extend(found)

    def take(self, changes: Changes) -> None:
        """Note what was told."""
        if changes.events:
            for event in changes.events:
                self.say(lambda event=event: f"  TOLD   {told(event)}")  # type: ignore[misc]
            self.oracle.told(changes.events, self.now())

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        end = self.clock.now() + seconds
        while True:
            deadline = self.board.next_deadline
            due = end if deadline is None else min(end, deadline - self.offset)
            alarm = self.clock.next_alarm
            if alarm is not None:
                due = min(due, alarm)
            self.clock.run_to(max(due, self.clock.now()))
            self.history.look()
            self.passed()
            self.take(self.board.settle(self.now()))
            if due >= end or self.clock.now() >= end:
                return


def told(event: CallEvent) -> str:
    """Return an event as a line of text."""
    party = event.party.number if event.party is not None else None
    call = event.call
    return (
        f"{event.number} {event.type} party={party} outcome={event.outcome} "
        f"rang={event.rang} talked={event.talked} call={call.id} {call.direction} "
        f"ended_by={call.ended_by} duration={call.duration}"
    )
