"""A simulated P-Series PBX, and a client with a switchboard that listens to it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
import time

import aiohttp
import pytest

from custom_components.pbx.client import Address, PbxError
from custom_components.pbx.client.board.switchboard import Switchboard
from custom_components.pbx.client.model import Call, CallEvent, Extension
from custom_components.pbx.client.report import Report
from custom_components.pbx.client.yeastar.p import YeastarP
from tests.simulator.yeastar_p import PSimulator
from tests.simulator.yeastar_p.simulator import CLIENT_ID, CLIENT_SECRET


class Watched:
    """A client with the picture it gives, and what was told on the way."""

    def __init__(self, pbx: YeastarP) -> None:
        """Begin with an empty picture."""
        self.pbx = pbx
        self.board = Switchboard(reader=pbx.call_reader)
        self.events: list[CallEvent] = []
        self.lost: list[PbxError] = []

    async def start(self) -> None:
        """Listen, then read, as the coordinator does."""
        self.board.expect_snapshot()
        await self.pbx.listen(self._take, self.lost.append)
        await self.read()

    async def read(self) -> None:
        """Read everything."""
        self.board.expect_snapshot()
        snapshot = await self.pbx.snapshot()
        changes = self.board.reconcile(snapshot, time.time(), silent=False)
        self.events += changes.events

    def _take(self, report: Report) -> None:
        self.events += self.board.apply(report, time.time()).events

    def settle(self) -> None:
        """Tell the ends of calls that wait for more."""
        self.events += self.board.settle(time.time() + 60).events

    def extension(self, number: str) -> Extension:
        """Return an extension as it is shown."""
        return self.board.extensions[number]

    def call_of(self, number: str) -> Call | None:
        """Return the call of an extension."""
        return self.board.current_call(number)

    def told(self, number: str) -> list[tuple[str, str | None]]:
        """Return the events of an extension, each with its outcome."""
        return [
            (event.type.value, event.outcome and event.outcome.value)
            for event in self.events
            if event.number == number
        ]


async def until(holds: Callable[[], object]) -> None:
    """Wait for something that follows from an event, at most three seconds."""
    async with asyncio.timeout(3):
        while not holds():
            await asyncio.sleep(0.005)


@pytest.fixture
async def sim(socket_enabled: None) -> AsyncGenerator[PSimulator]:
    """Run a simulated PBX over plain HTTP."""
    async with PSimulator().running() as running:
        yield running


def client_of(sim: PSimulator, http: aiohttp.ClientSession) -> YeastarP:
    """Return a client with the right credentials."""
    return YeastarP(
        http, Address(sim.host, sim.port, tls=False), CLIENT_ID, CLIENT_SECRET
    )


@pytest.fixture
async def pbx(sim: PSimulator, http: aiohttp.ClientSession) -> AsyncGenerator[YeastarP]:
    """Return a client of the simulated PBX."""
    pbx = client_of(sim, http)
    yield pbx
    await pbx.close()


@pytest.fixture
async def watched(pbx: YeastarP) -> Watched:
    """Return a client that listens."""
    watched = Watched(pbx)
    await watched.start()
    return watched
