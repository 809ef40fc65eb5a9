"""The client beside a simulated Asterisk, over TCP: floods, silence, and secrets."""

import asyncio
from collections.abc import AsyncGenerator
import logging
import time
import tracemalloc

import pytest

from custom_components.pbx.client import Address, Mailbox, PbxError, PbxRefused, Refusal
from custom_components.pbx.client.asterisk import Asterisk, connection
from custom_components.pbx.client.report import ParkedNow, QueueNow, Report
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


@pytest.fixture
def sales(listened: Listened) -> list[str]:
    """Return the agents of a queue, of which one pauses."""
    exchange = listened.sim.exchange
    exchange.queues["700"] = agents = ["1001", "1002"]
    exchange.paused.add(("700", "1002"))
    return agents


async def test_queues_are_followed(listened: Listened, sales: list[str]) -> None:
    """Who waits, who talks, and the same in a list afterwards."""
    await listened.pbx.snapshot()
    call = listened.sim.inbound("0123456789", "700")
    listened.sim.told()
    await listened.pbx.snapshot()
    (waits,) = [one.queue for one in listened.reports if isinstance(one, QueueNow)][-1:]
    assert [caller.number for caller in waits.callers or ()] == ["0123456789"]
    call.answer("1001")
    listened.sim.told()
    (queue,) = (await listened.pbx.snapshot()).queues or ()
    assert queue.callers == ()
    assert [
        (agent.number, agent.paused, agent.talking) for agent in queue.agents or ()
    ] == [("1001", False, True), ("1002", True, False)]
    call.hang_up()
    listened.sim.told()
    await listened.pbx.snapshot()
    told = [one.queue for one in listened.reports if isinstance(one, QueueNow)]
    assert not any(agent.talking for agent in told[-1].agents or ())


async def test_agents_are_changed(listened: Listened, sales: list[str]) -> None:
    """One whose pause ends is called at once."""
    sales.remove("1001")
    await listened.pbx.snapshot()
    call = listened.sim.inbound("0123456789", "700")
    await listened.pbx.unpause_agent("700", "1002")
    assert {leg.number for leg in call.callees} == {"1002"}
    await listened.pbx.log_in_agent("700", "1003")
    await listened.pbx.pause_agent("700", "1003", reason="lunch")
    (queue,) = (await listened.pbx.snapshot()).queues or ()
    assert {agent.number: agent.paused for agent in queue.agents or ()} == {
        "1002": False,
        "1003": True,
    }
    await listened.pbx.log_out_agent("700", "1003")
    assert sales == ["1002"]
    with pytest.raises(PbxRefused) as refused:
        await listened.pbx.log_out_agent("700", "1002")
    assert refused.value.refusal is Refusal.FIXED_AGENT


async def test_parked_call_and_message(listened: Listened) -> None:
    """Both are told, and listed."""
    listened.sim.exchange.parking.append("71")
    listened.sim.inbound("0123456789", "71")
    listened.sim.told()
    (parked,) = (await listened.pbx.snapshot()).parked or ()
    assert (parked.slot, parked.party.number) == ("71", "0123456789")
    await listened.pbx.pick_up(parked, "1001")
    listened.sim.told()
    assert (await listened.pbx.snapshot()).parked == ()
    assert [one.calls for one in listened.reports if isinstance(one, ParkedNow)] == [
        (parked,),
        (),
    ]
    listened.sim.channels.waiting.unread["1001"] = 2
    boxes = (await listened.pbx.snapshot()).mailboxes or ()
    assert Mailbox("1001", 2) in boxes
