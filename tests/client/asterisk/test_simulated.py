"""The client beside a simulated Asterisk, over TCP: floods, silence, and secrets."""

import asyncio
from collections.abc import AsyncGenerator
import logging
import time
import tracemalloc

import pytest

from custom_components.pbx.client import Address, PbxError
from custom_components.pbx.client.asterisk import Asterisk, connection
from custom_components.pbx.client.report import Report
from tests.simulator.asterisk import AsteriskSwitches, SimulatedAsterisk
from tests.simulator.asterisk.server import ManagerServer

RATE, SECONDS = 10_000, 2
# What the client may keep of a flood, in bytes.
KEPT = 2_000_000


class Listened:
    """A client that listens to a simulated PBX."""

    def __init__(self, server: ManagerServer) -> None:
        """Initialize without a connection."""
        sim = server.pbx
        address = Address(server.host, server.port, tls=False)
        self.server, self.sim = server, sim
        self.pbx = Asterisk(address, sim.username, sim.secret)
        self.reports: list[Report] = []
        self.losses: list[PbxError] = []

    async def begin(self) -> None:
        """Listen, and read the PBX."""
        await self.pbx.listen(self.reports.append, self.losses.append)
        await self.pbx.snapshot()


@pytest.fixture
async def listened(socket_enabled: None) -> AsyncGenerator[Listened]:
    """Yield a client that listens."""
    asyncio.get_running_loop().set_debug(False)
    sim = SimulatedAsterisk(asterisk=AsteriskSwitches(noise=True, records=True))
    async with ManagerServer(sim).running() as server:
        found = Listened(server)
        await found.begin()
        yield found
        await found.pbx.close()


async def test_a_flood_of_events_is_read_in_time(listened: Listened) -> None:
    """Ten thousand events a second, of phones that exist and that do not."""
    flood = [
        f"Event: DeviceStateChange\r\nPrivilege: call,all\r\nDevice: PJSIP/{name}\r\n"
        f"State: {('INUSE', 'NOT_INUSE')[index % 2]}\r\n\r\n".encode()
        for index in range(100)
        for name in ("1001", "1002", "nobody", "itsp")
    ]
    (wire,) = listened.server.connections
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    begun = time.monotonic()
    for tick in range(100 * SECONDS):
        share = RATE // 100
        wire.write(b"".join(flood[(tick + one) % len(flood)] for one in range(share)))
        await asyncio.sleep(max(0.0, begun + (tick + 1) / 100 - time.monotonic()))
    await listened.pbx.snapshot()
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert listened.losses == []
    assert kept < KEPT
    call = listened.sim.call("1001", "1002", answer=True)
    listened.sim.told()
    assert len((await listened.pbx.snapshot()).calls_now or ()) == 1
    assert call.live


async def test_a_silent_path_is_lost_and_right_afterwards(
    listened: Listened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection stays open, nothing arrives; a call begins meanwhile."""
    monkeypatch.setattr(connection, "ANSWER_TIMEOUT", 0.1)
    listened.server.silent = True
    with pytest.raises(PbxError):
        await listened.pbx.snapshot()
    assert len(listened.losses) == 1
    listened.sim.call("1001", "1002", answer=True)
    listened.sim.told()
    listened.server.silent = False
    await listened.begin()
    (call,) = (await listened.pbx.snapshot()).calls_now or ()
    assert {party.number for party in call.parties} == {"1001", "1002"}


async def test_a_restart_in_a_call_is_told(listened: Listened) -> None:
    """The calls end, then the connection."""
    listened.sim.call("1001", "1002", answer=True)
    listened.sim.told()
    listened.sim.restart()
    async with asyncio.timeout(5):
        while not listened.losses:
            await asyncio.sleep(0.01)
    await listened.begin()
    assert (await listened.pbx.snapshot()).calls_now == ()


async def test_no_secret_is_ever_logged_or_shown(
    listened: Listened, caplog: pytest.LogCaptureFixture
) -> None:
    """Of a whole life: lists with passwords, calls, a cut, a wrong login."""
    caplog.set_level(logging.DEBUG)
    sim = listened.sim
    shown: list[object] = []
    for number in ("1002", "1003", "0123456789"):
        call = sim.call("1001", number)
        sim.told()
        call.answer()
        sim.told()
        shown.append(await listened.pbx.snapshot())
        call.hang_up()
    listened.server.drop()
    await asyncio.sleep(0.05)
    await listened.begin()
    sim.secret, before = "Another-Secret-2027", sim.secret
    listened.server.drop()
    await asyncio.sleep(0.05)
    with pytest.raises(PbxError) as rejected:
        await listened.begin()
    text = "\n".join(
        map(str, (*shown, *listened.reports, *listened.losses, rejected.value))
    )
    text += caplog.text + repr(rejected.value) + repr(rejected.value.__cause__)
    assert before not in text
    assert not [secret for secret in sim.secrets if secret in text]
