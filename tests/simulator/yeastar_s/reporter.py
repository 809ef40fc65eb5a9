"""Sends reports until they are answered 200: reference 5.1 and 9.7."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import aiohttp

from tests.simulator.clock import Clock
from tests.simulator.exchange.events import (
    Booted,
    CallEvent,
    Event,
    LegKind,
    Reregistered,
    StateChanged,
)
from tests.simulator.exchange.exchange import Exchange
from tests.simulator.faults import ReportFaults
from tests.simulator.switches import Switches

from .identity import Identity
from .reports import Report, reports_of
from .sessions import Session, Sessions
from .v2 import reports as v2_reports
from .v2.calls import CallChanged, Calls

LOG_LIMIT = 2000


@dataclass(slots=True)
class SentReport:
    """What became of a report."""

    target: str
    action: str
    body: bytes
    at: float
    tries: int = 0
    delivered: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A report on its way to one session: of which event, and which of its reports.

    `cut_off` is one that was made while there was no network.
    """

    report: Report
    session: Session
    event: Event | CallChanged
    index: int
    cut_off: bool


@dataclass(slots=True)
class Target:
    """One receiver with its own queue, so that a dead one delays nobody else."""

    url: str
    waiting: deque[Item] = field(default_factory=deque)
    held_back: Item | None = None
    worker: asyncio.Task[None] | None = None
    pausing: bool = False
    """Whether it waits before it tries once more."""


class Reporter:
    """Turns what happens into reports and posts them, in order for each target."""

    def __init__(
        self,
        exchange: Exchange,
        sessions: Sessions,
        identity: Identity,
        switches: Switches,
        clock: Clock,
        faults: ReportFaults,
        calls: Calls,
    ) -> None:
        """Listen to the exchange."""
        self._calls = calls
        calls.tell = self.happened
        self._exchange = exchange
        self._sessions = sessions
        self._identity = identity
        self._switches = switches
        self._clock = clock
        self._faults = faults
        self._targets: dict[str, Target] = {}
        self._late: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None
        self.network_up = True
        self.own_address = "127.0.0.1"
        self.dropped = 0
        self.log: deque[SentReport] = deque(maxlen=LOG_LIMIT)
        # Told of each report of an event, of its place among them, and of its fate: told,
        # lost, late or garbled. One that is lost for want of a network may come late.
        self.watchers: list[Callable[[Event | CallChanged, int, str], None]] = []
        exchange.listeners.append(self.happened)

    def happened(self, event: Event | CallChanged) -> None:
        """Queue the reports of an event for every target."""
        if self._http is None or not self.is_reported(event):
            return
        booted, watched = isinstance(event, Booted), False
        for session in (
            self._sessions.boot_targets() if booted else self._sessions.targets()
        ):
            for index, report in enumerate(
                self.reports_of(event, session.report_format)
            ):
                item = Item(report, session, event, index, not self.network_up)
                fate = self._queue(item)
                self._watched(event, index, "lost" if item.cut_off else fate)
            watched = True
        if not watched:
            self._watched(event, 0, "lost")

    def reports_of(
        self, event: Event | CallChanged, report_format: str
    ) -> list[Report]:
        """Return the reports of an event in one format."""
        if report_format == "2.0.0":
            return v2_reports.reports_of(
                event, self._calls, self._identity, self._switches
            )
        if isinstance(event, CallChanged):
            return []
        return reports_of(event, report_format, self._identity, self._switches)

    def _watched(self, event: Event | CallChanged, index: int, fate: str) -> None:
        for watcher in self.watchers:
            watcher(event, index, fate)

    def start(self) -> None:
        """Begin to send."""
        # Reference 5.2: a new connection for every report.
        connector = aiohttp.TCPConnector(force_close=True)
        self._http = aiohttp.ClientSession(connector=connector)

    async def stop(self) -> None:
        """Stop sending; what waits is lost."""
        tasks = [t.worker for t in self._targets.values() if t.worker is not None]
        tasks.extend(self._late)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._targets.clear()
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def sent(self) -> None:
        """Return when nothing waits to be sent any more."""
        while True:
            tasks = [t.worker for t in self._targets.values() if t.worker is not None]
            tasks.extend(self._late)
            if not tasks:
                return
            await asyncio.wait(tasks)

    @property
    def sending(self) -> bool:
        """Return whether a report is under way, other than to wait for the clock."""
        return any(
            target.worker is not None and not target.pausing
            for target in self._targets.values()
        )

    def is_reported(self, event: Event | CallChanged) -> bool:
        """Return False for what "Status Monitor" is not ticked for (reference 5.1)."""
        if isinstance(event, CallChanged):
            return not event.numbers or any(map(self._monitored, event.numbers))
        if isinstance(event, StateChanged | Reregistered):
            return self._monitored(event.number)
        if isinstance(event, CallEvent) and event.kind in ("ring", "alert"):
            ends = [p for p in event.parties if p.kind is LegKind.EXTENSION]
            return not ends or any(self._monitored(end.number) for end in ends)
        return True

    def _monitored(self, number: str) -> bool:
        extension = self._exchange.extensions.get(number)
        return extension is not None and extension.status_monitored

    def _queue(self, item: Item) -> str:
        """Let the faults have their way with a report, then line it up; return its fate."""
        url, report = item.session.target, item.report
        assert url is not None
        target = self._targets.setdefault(url, Target(url))
        behind = target.pausing
        fault = self._faults.next(report.action)
        kind = "" if fault is None else fault.kind
        if kind == "lost":
            return "lost"
        if kind == "reordered" and target.held_back is None:
            target.held_back = item
            return "late"
        if kind == "delayed" and fault is not None:
            task = asyncio.get_running_loop().create_task(
                self._later(fault.seconds, target, item)
            )
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            return "late"
        if kind == "garbled":
            body = report.body[: len(report.body) // 2] + b"\xff{"
            item = replace(item, report=Report(report.action, body))
        self._line_up(target, item)
        if kind == "doubled":
            self._line_up(target, item)
        if target.held_back is not None:
            held, target.held_back = target.held_back, None
            self._line_up(target, held)
        if kind == "garbled":
            return "garbled"
        return "late" if behind else "told"

    async def _later(self, seconds: float, target: Target, item: Item) -> None:
        await self._clock.sleep(seconds)
        self._line_up(self._targets.setdefault(target.url, target), item)

    def _line_up(self, target: Target, item: Item) -> None:
        target.waiting.append(item)
        while len(target.waiting) > self._switches.report_queue:
            target.waiting.popleft()
            self.dropped += 1
        if target.worker is None:
            target.worker = asyncio.get_running_loop().create_task(self._work(target))

    async def _work(self, target: Target) -> None:
        """Send what waits for one target, one report after the other."""
        try:
            while target.waiting:
                await self._deliver(target, target.waiting.popleft())
        finally:
            target.worker = None
            if not target.waiting and target.held_back is None:
                self._targets.pop(target.url, None)

    async def _deliver(self, target: Target, item: Item) -> None:
        """Try until the server answers 200, but not for ever."""
        report = item.report
        sent = SentReport(target.url, report.action, report.body, self._clock.now())
        self.log.append(sent)
        for attempt in range(self._switches.report_tries):
            if attempt:
                target.pausing = True
                await self._clock.sleep(self._switches.report_spacing)
                target.pausing = False
            sent.tries += 1
            if await self._post(target.url, report.body):
                sent.delivered = True
                if self._switches.reports_keep_token:
                    item.session.used = self._clock.now()
                if item.cut_off:
                    self._watched(item.event, item.index, "late")
                return

    async def _post(self, url: str, body: bytes) -> bool:
        """Post once; return whether the answer was 200."""
        if self._http is None or not self.network_up:
            return False
        # The network is real, so its time is: a test's clock may jump while a report is under way.
        timeout = aiohttp.ClientTimeout(total=self._switches.report_timeout)
        # The request as documented in reference 5.1, down to the space in `Host`.
        headers = {
            "User-Agent": "WebAPI",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        if self._switches.report_host == "documented":
            headers["Host"] = (
                f"{self.own_address}: {url.split('/')[2].rpartition(':')[2]}"
            )
        try:
            async with self._http.post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status == 200
        except aiohttp.ClientError, TimeoutError, OSError, ValueError:
            return False
