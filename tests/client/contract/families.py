"""The families, each with a simulated PBX on a real socket and its own client."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
import time

import aiohttp

from custom_components.pbx.client import Address, CallEvent, Pbx, Switchboard
from custom_components.pbx.client.asterisk import Asterisk
from custom_components.pbx.client.pbx import ReportsByStream
from custom_components.pbx.client.report import Report
from custom_components.pbx.client.yeastar.p import YeastarP
from custom_components.pbx.client.yeastar.s import YeastarS, hash_password
from tests.simulator import Simulator
from tests.simulator.asterisk import AsteriskSwitches, SimulatedAsterisk
from tests.simulator.asterisk.server import ManagerServer
from tests.simulator.telephony import Telephony
from tests.simulator.yeastar_p import PSimulator, PSwitches


class Observed:
    """A PBX, its client, and the picture that a poll and reports make of it."""

    def __init__(self, sim: Telephony, pbx: Pbx) -> None:
        """Initialize without a picture."""
        self.sim = sim
        self.pbx = pbx
        self.board = Switchboard(reader=type(pbx).call_reader)
        self.events: list[CallEvent] = []

    async def look(self) -> None:
        """Let all that has happened arrive, and read the PBX."""
        if isinstance(self.sim, SimulatedAsterisk):
            self.sim.told()
        self.board.expect_snapshot()
        snapshot = await self.pbx.snapshot()
        changes = self.board.reconcile(snapshot, time.time(), silent=not self.events)
        self.events += changes.events

    async def begin(self) -> None:
        """Listen where the PBX streams, and read it once."""
        await self.look()
        if isinstance(self.pbx, ReportsByStream):
            await self.pbx.listen(self._take, lambda why: None)

    def _take(self, report: Report) -> None:
        self.events += self.board.apply(report, time.time()).events

    def states(self) -> dict[str, str]:
        """Return the states of all parties of all calls, by number."""
        return {
            party.number: party.state.value
            for call in self.board.calls
            for party in call.parties
        }

    def status(self, number: str) -> str | None:
        """Return the status of an extension."""
        status = self.board.extensions[number].status
        return None if status is None else status.value


@asynccontextmanager
async def _yeastar_s(*versions: str) -> AsyncGenerator[Observed]:
    box = Simulator(api_versions=versions)
    async with box.running() as sim, aiohttp.ClientSession() as session:
        address = Address(sim.host, sim.port, tls=False)
        pbx = YeastarS(session, address, sim.username, hash_password(sim.password))
        yield Observed(sim, pbx)
        await pbx.close()


@asynccontextmanager
async def _yeastar_p(api: PSwitches) -> AsyncGenerator[Observed]:
    async with PSimulator(api=api).running() as sim, aiohttp.ClientSession() as session:
        address = Address(sim.host, sim.port, tls=False)
        pbx = YeastarP(session, address, sim.username, sim.password)
        yield Observed(sim, pbx)
        await pbx.close()


@asynccontextmanager
async def _asterisk(switches: AsteriskSwitches) -> AsyncGenerator[Observed]:
    sim = SimulatedAsterisk(asterisk=switches)
    async with ManagerServer(sim).running() as server:
        address = Address(server.host, server.port, tls=False)
        pbx = Asterisk(address, sim.username, sim.secret)
        yield Observed(sim, pbx)
        await pbx.close()


FAMILIES: Mapping[str, Callable[[], AbstractAsyncContextManager[Observed]]] = {
    "yeastar_s_1": partial(_yeastar_s, "v1.0.x", "v1.1.0"),
    "yeastar_s_2": partial(_yeastar_s, "v1.1.0", "v2.0.0"),
    "yeastar_p": partial(_yeastar_p, PSwitches(monitor_listed=True)),
    "yeastar_p_changes": partial(
        _yeastar_p,
        PSwitches(
            monitor_listed=True,
            members_told="changed",
            body_encoding="object",
            no_calls="60001",
        ),
    ),
    "asterisk_16": partial(_asterisk, AsteriskSwitches(version="16")),
    "asterisk_22": partial(_asterisk, AsteriskSwitches(version="22")),
}
