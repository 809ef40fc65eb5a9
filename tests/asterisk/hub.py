"""What stands between a client and its user: connects again, and keeps the one picture."""

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
    """Listens to one PBX; what it tells goes into a switchboard and into a story."""

    def __init__(self, pbx: Asterisk) -> None:
        """Begin without a connection."""
        self.pbx = pbx
        self.board = Switchboard(reader=Asterisk.call_reader)
        self.story = Story()
        self.events: list[CallEvent] = []
        self.losses: list[PbxError] = []
        self.connected = asyncio.Event()
        self._news = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Self]:
        """Be connected, also after the connection was lost."""
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
        """Connect, read, and wait for the connection to break; again and again."""
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
        """Read everything, and take it over."""
        self.board.expect_snapshot()
        snapshot = await self.pbx.snapshot()
        changes = self.board.reconcile(snapshot, time.time())
        self.events += changes.events
        self._news.set()
        return snapshot

    def _take(self, report: Report) -> None:
        """Take over a report."""
        now = time.time()
        self.story.feed(now, [report])
        self.events += self.board.apply(report, now).events
        self._news.set()

    async def until(self, so: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until something is so; looks again with each report."""
        async with asyncio.timeout(seconds):
            while not so():
                self.events += self.board.settle(time.time()).events
                self._news.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await self._news.wait()

    async def until_talking(self, *numbers: str) -> None:
        """Wait until each of these extensions talks."""

        def talks(number: str) -> bool:
            return any(
                party.number == number and party.state is PartyState.TALKING
                for call in self.board.calls_of(number)
                for party in call.parties
            )

        await self.until(lambda: all(talks(number) for number in numbers))

    def unended(self) -> set[str]:
        """Return the extensions of which a part in a call was told, and never its end."""
        begun, ended = set(), set()
        for event in self.events:
            if event.type in BEGINNINGS:
                begun.add(event.number)
            elif event.type in ENDS:
                ended.add(event.number)
        return begun - ended

    def statuses(self) -> dict[str, str]:
        """Return what the extensions do that are not idle."""
        return {
            number: str(extension.status)
            for number, extension in self.board.extensions.items()
            if extension.status != "idle"
        }

    def calls(self) -> list[str]:
        """Return the calls there are: each with its parties, the caller first."""
        return sorted(
            ", ".join(f"{party.number} {party.state}" for party in call.parties)
            for call in self.board.calls
        )
