"""A stand-in for the integration's hub: reconnects, and keeps the current state."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
import time
from typing import Self

from custom_components.pbx.client import PbxError, Switchboard
from custom_components.pbx.client.asterisk import Asterisk
from custom_components.pbx.client.model import CallEvent, CallEventType, PartyState
from custom_components.pbx.client.report import Report
from custom_components.pbx.client.snapshot import Snapshot

from .story import Story

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
# Seconds until a snapshot is read that was asked for soon.
SOON = 0.1
BEGINNINGS = (CallEventType.RINGING, CallEventType.DIALING)
ENDS = (CallEventType.ENDED, CallEventType.MISSED, CallEventType.FAILED)


class StandInHub:
    """A listener to one PBX that fills a switchboard and a story."""

    def __init__(self, pbx: Asterisk) -> None:
        """Initialize without a connection."""
        self.pbx = pbx
        self.board = Switchboard(reader=Asterisk.call_reader)
        self.story = Story()
        self.events: list[CallEvent] = []
        self.losses: list[PbxError] = []
        self.connected = asyncio.Event()
        self._news = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Self]:
        """Keep connected until the end of the context, also after losses."""
        task = asyncio.create_task(self._run())
        try:
            async with asyncio.timeout(20):
                await self.connected.wait()
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self.pbx.close()

    async def _run(self) -> None:
        """Connect, read, and wait for the loss of the connection, repeatedly."""
        pause = FIRST_PAUSE
        while True:
            over = asyncio.Event()

            def lost(why: PbxError, over: asyncio.Event = over) -> None:
                self.losses.append(why)
                self.connected.clear()
                over.set()

            try:
                await self.pbx.listen(self._take, lost)
                snapshot = await self._read()
                pause = FIRST_PAUSE
                self.connected.set()
                self._news.set()
                while snapshot.again_soon and not over.is_set():
                    await asyncio.sleep(SOON)
                    snapshot = await self._read()
                await over.wait()
            except PbxError:
                pass
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _read(self) -> Snapshot:
        """Read a snapshot, and apply it."""
        self.board.expect_snapshot()
        snapshot = await self.pbx.snapshot()
        changes = self.board.reconcile(snapshot, time.time())
        self.events += changes.events
        self._news.set()
        return snapshot

    def _take(self, report: Report) -> None:
        """Apply a report."""
        now = time.time()
        self.story.feed(now, [report])
        self.events += self.board.apply(report, now).events
        self._news.set()

    async def until(self, so: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until a condition is true, checked after each report."""
        async with asyncio.timeout(seconds):
            while not so():
                self.events += self.board.settle(time.time()).events
                self._news.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await self._news.wait()

    async def until_talking(self, *numbers: str) -> None:
        """Wait until all given extensions are talking."""

        def talks(number: str) -> bool:
            return any(
                party.number == number and party.state is PartyState.TALKING
                for call in self.board.calls_of(number)
                for party in call.parties
            )

        await self.until(lambda: all(talks(number) for number in numbers))

    def unended(self) -> set[str]:
        """Return the extensions whose part in a call was reported, but not its end."""
        begun, ended = set(), set()
        for event in self.events:
            if event.type in BEGINNINGS:
                begun.add(event.number)
            elif event.type in ENDS:
                ended.add(event.number)
        return begun - ended

    def statuses(self) -> dict[str, str]:
        """Return the statuses of all extensions that are not idle."""
        return {
            number: str(extension.status)
            for number, extension in self.board.extensions.items()
            if extension.status != "idle"
        }

    def calls(self) -> list[str]:
        """Return the current calls: each with its parties, the caller first."""
        return sorted(
            ", ".join(f"{party.number} {party.state}" for party in call.parties)
            for call in self.board.calls
        )
