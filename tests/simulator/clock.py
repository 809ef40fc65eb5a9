"""Time as the simulator sees it: the real one, or one that a test moves."""

import asyncio
from collections.abc import Callable, Generator
import heapq
from math import inf
import time
from typing import Protocol


class Alarm(Protocol):
    """Something that happens later, unless it is cancelled."""

    def cancel(self) -> object:
        """Let it not happen; nothing changes when it has happened or is happening."""


class Clock(Protocol):
    """What tells the time and lets it pass."""

    def now(self) -> float:
        """Return the time as seconds since the epoch."""

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""


class SystemClock:
    """The time of the machine."""

    def now(self) -> float:
        """Return the time as seconds since the epoch."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""
        await asyncio.sleep(seconds)


class Turns:
    """Awaiting it gives the event loop some turns; not awaiting it is fine."""

    def __init__(self, count: int) -> None:
        """Remember how many turns to give."""
        self._count = count

    def __await__(self) -> Generator[None]:
        """Yield to the event loop."""
        for _ in range(self._count):
            yield


class ManualClock:
    """A time that stands still until a test moves it."""

    def __init__(self, start: float = 1_505_352_445.0) -> None:
        """Start at a moment of the reference's samples (2017-09-14 01:27:25 UTC)."""
        self._now = start
        self._order = 0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Return the time as seconds since the epoch."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Return when the clock was moved that far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._order += 1
        heapq.heappush(self._sleepers, (self._now + seconds, self._order, future))
        await future

    @property
    def sleepers(self) -> int:
        """Return how many wait for the clock to move."""
        return sum(not future.done() for _, _, future in self._sleepers)

    @property
    def next_sleeper(self) -> float:
        """Return when the next one wakes, infinity when nobody sleeps."""
        times = [when for when, _, future in self._sleepers if not future.done()]
        return min(times, default=inf)

    def advance(self, seconds: float) -> Turns:
        """Move the clock at once and wake who is due; await the result to let them run."""
        self._wake(self._now + seconds)
        return Turns(20)

    def jump(self, seconds: float) -> None:
        """Set the clock forward or back, as a user does: nobody has waited meanwhile."""
        self._now += seconds

    async def run_for(self, seconds: float) -> None:
        """Move the clock from one sleeper to the next, letting each run at its own time."""
        end = self._now + seconds
        await Turns(20)
        while self._sleepers and self._sleepers[0][0] <= end:
            self._wake(max(self._sleepers[0][0], self._now))
            await Turns(20)
        self._wake(end)
        await Turns(20)

    def _wake(self, until: float) -> None:
        """Set the time and wake everybody due by then, the earliest first."""
        self._now = until
        while self._sleepers and self._sleepers[0][0] <= until:
            future = heapq.heappop(self._sleepers)[2]
            if not future.done():
                future.set_result(None)


class Bell:
    """An alarm of an `AlarmClock`."""

    __slots__ = ("action",)

    def __init__(self, action: Callable[[], None]) -> None:
        """Keep what is to happen."""
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Let it not happen."""
        self.action = None


class AlarmClock:
    """A time that a test moves, without an event loop: nobody can sleep by it."""

    def __init__(self, start: float = 1_505_352_445.0) -> None:
        """Start at the moment at which a `ManualClock` does."""
        self._now = start
        self._order = 0
        self._bells: list[tuple[float, int, Bell]] = []

    def now(self) -> float:
        """Return the time as seconds since the epoch."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Raise RuntimeError: what waits here would wait for ever."""
        raise RuntimeError("Nobody can sleep by an AlarmClock")

    def later(self, seconds: float, action: Callable[[], None]) -> Bell:
        """Let something happen after a while."""
        self._order += 1
        bell = Bell(action)
        heapq.heappush(self._bells, (self._now + seconds, self._order, bell))
        return bell

    @property
    def next_alarm(self) -> float | None:
        """Return when the next thing happens, None when nothing waits."""
        while self._bells and self._bells[0][2].action is None:
            heapq.heappop(self._bells)
        return self._bells[0][0] if self._bells else None

    def run_to(self, moment: float) -> None:
        """Move to a moment, and let all that is due by then happen, each at its own time."""
        while (due := self.next_alarm) is not None and due <= moment:
            bell = heapq.heappop(self._bells)[2]
            self._now = max(due, self._now)
            action, bell.action = bell.action, None
            if action is not None:
                action()
        self._now = max(moment, self._now)
