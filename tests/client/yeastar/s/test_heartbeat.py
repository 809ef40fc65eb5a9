"""Heartbeats: what keeps a session alive."""

import asyncio

import aiohttp
import pytest

from custom_components.pbx.client import Address, MonitorMode
from custom_components.pbx.client.yeastar.s import YeastarS, hash_password
from tests.client.conftest import QUIET_POLL, TALKING_POLL, endpoints
from tests.simulator import Fault, ManualClock, Simulator


async def test_polling_keeps_one_session_alive_for_hours(
    connected: YeastarS, sim: Simulator, clock: ManualClock
) -> None:
    """One login for all the time, one heartbeat in ten minutes."""
    for _ in range(60):
        await clock.advance(60)
        await connected.snapshot()
    assert sim.requests_to("login") == []
    assert len(sim.requests_to("extensionlist/query")) == 60
    assert len(sim.requests_to("heartbeat")) == 5


async def test_heartbeat_after_more_than_ten_minutes(
    connected: YeastarS, sim: Simulator, clock: ManualClock
) -> None:
    """Not a moment earlier; it names our address and port (2.4)."""
    await clock.advance(600)
    await connected.snapshot()
    assert endpoints(sim) == QUIET_POLL

    await clock.advance(1)
    await connected.snapshot()
    assert endpoints(sim)[len(QUIET_POLL) :] == ["heartbeat", *QUIET_POLL]
    (heartbeat,) = sim.requests_to("heartbeat")
    assert heartbeat.body == {
        "ipaddr": "127.0.0.1",
        "port": "8260",
        "version": "1.0.2",
    }
    assert heartbeat.query == sim.requests[0].query

    await clock.advance(600)
    await connected.snapshot()
    assert len(sim.requests_to("heartbeat")) == 1


async def test_concurrent_requests_send_one_heartbeat(
    connected: YeastarS, sim: Simulator, clock: ManualClock
) -> None:
    """The second trusts the first."""
    await clock.advance(601)
    await asyncio.gather(connected.snapshot(), connected.snapshot())
    assert len(sim.requests_to("heartbeat")) == 1


async def test_monitoring_does_not_wait_for_a_heartbeat(
    talking: YeastarS, sim: Simulator, clock: ManualClock
) -> None:
    """One request; it keeps the session alive itself, and the next poll sends the other."""
    await clock.advance(1200)
    await talking.monitor(MonitorMode.LISTEN, "1005", "1001")
    assert endpoints(sim) == ["extension/listen"]
    await talking.snapshot()
    assert endpoints(sim)[1:] == ["heartbeat", *TALKING_POLL]


async def test_login_counts_as_a_heartbeat(
    connected: YeastarS, sim: Simulator, clock: ManualClock
) -> None:
    """A fresh token needs none."""
    await clock.advance(599)
    sim.expire_tokens()
    await connected.snapshot()
    await clock.advance(599)
    await connected.snapshot()
    assert sim.requests_to("heartbeat") == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="errno", errno=20011),
        Fault(kind="errno", errno=10003),
        Fault(kind="http_404"),
        Fault(kind="http_500"),
        Fault(kind="html"),
        Fault(kind="empty"),
        Fault(kind="reset"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.errno}-{fault.status}",
)
async def test_heartbeat_that_is_not_accepted_is_no_failure(
    connected: YeastarS, sim: Simulator, clock: ManualClock, fault: Fault
) -> None:
    """What matters is the answer to the request itself; ten minutes later it tries again."""
    fault.endpoint = "heartbeat"
    sim.faults.add(fault)
    for _ in range(2):
        await clock.advance(601)
        sim.requests.clear()
        assert (await connected.snapshot()).complete
        assert (await connected.snapshot()).complete
        assert endpoints(sim) == ["heartbeat", *QUIET_POLL, *QUIET_POLL]


@pytest.mark.parametrize("seconds", [1801, 86_400 * 365])
async def test_heartbeat_that_finds_the_token_dead(
    connected: YeastarS, sim: Simulator, clock: ManualClock, seconds: float
) -> None:
    """After a sleep of half an hour or a year: log in, and no second error to learn from."""
    await clock.advance(seconds)
    assert (await connected.snapshot()).complete
    assert endpoints(sim) == ["heartbeat", "login", *QUIET_POLL, "deviceinfo/query"]


async def test_clock_that_jumps_back_is_survived(
    http: aiohttp.ClientSession, sim: Simulator
) -> None:
    """The session stays, and heartbeats begin again in time."""
    clock = ManualClock()
    address = Address(sim.host, sim.port, tls=False)
    md5 = hash_password(sim.password)
    pbx = YeastarS(http, address, sim.username, md5, clock=clock.now)
    await pbx.connect()
    sim.requests.clear()
    await clock.advance(-5000)
    assert (await pbx.snapshot()).complete
    await clock.advance(5601)
    assert (await pbx.snapshot()).complete
    assert endpoints(sim) == [*QUIET_POLL, "heartbeat", *QUIET_POLL]
