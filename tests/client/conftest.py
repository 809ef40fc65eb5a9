"""A simulated PBX on a real socket, and a client of it."""

from collections.abc import AsyncGenerator, Callable

import aiohttp
import pytest

from custom_components.pbx.client import Address
from custom_components.pbx.client.yeastar import http as http_transport
from custom_components.pbx.client.yeastar.s import (
    YeastarS,
    hash_password,
    session,
    transport,
)
from custom_components.pbx.client.yeastar.s.dialect import DIALECTS
from custom_components.pbx.client.yeastar.s.v1.found import PolledSnapshot
from tests.client.calls.told import Told
from tests.simulator import ManualClock, SimExtension, Simulator

from .yeastar.s.wire import Wire

type Connect = Callable[[Simulator], YeastarS]

# Version 2 and the relative of another maker have tests of their own.
VERSION_ONE = tuple(one for one in DIALECTS if one.version.startswith("v1"))
VERSIONS = [dialect.version for dialect in VERSION_ONE]

# What a poll reads when nobody is in a call, and when two extensions talk to each other.
QUIET_POLL = [
    "inbound/query",
    "outbound/query",
    "extensionlist/query",
    "trunklist/query",
]
TALKING_POLL = [*QUIET_POLL[:3], "extension/query", "trunklist/query"]

# Faults after which no answer is there, though something came.
BAD_ANSWERS = [
    "http_500",
    "http_503",
    "http_404",
    "http_403",
    "html",
    "empty",
    "truncated",
    "garbled",
    "huge",
]


def small_office() -> list[SimExtension]:
    """Return four extensions: 1005 may supervise, all may be monitored."""
    return [
        SimExtension("1001", "Anna Berg", allow_being_monitored=True),
        SimExtension("1002", "Bruno Costa", allow_being_monitored=True),
        SimExtension(
            "1005",
            "Sami Virtanen",
            allow_being_monitored=True,
            monitor_mode="Extensive",
        ),
        SimExtension("1006", "Door", type="FXS", port="Span2-Port1"),
    ]


@pytest.fixture(autouse=True)
def known_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client know version 1 of the S-Series' API only."""
    monkeypatch.setattr(session, "DIALECTS", VERSION_ONE)


@pytest.fixture
def clock() -> ManualClock:
    """Return the one clock of PBX and client."""
    return ManualClock()


@pytest.fixture
async def http(socket_enabled: None) -> AsyncGenerator[aiohttp.ClientSession]:
    """Return a session that trusts what aiohttp trusts by itself."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up sooner than a user would like to wait."""
    monkeypatch.setattr(transport, "TOTAL_TIMEOUT", 1.0)
    monkeypatch.setattr(http_transport, "CONNECT_TIMEOUT", 0.5)


@pytest.fixture
async def sim(socket_enabled: None, clock: ManualClock) -> AsyncGenerator[Simulator]:
    """Run a simulated PBX that speaks plain HTTP."""
    simulator = Simulator(clock=clock, extensions=small_office())
    async with simulator.running():
        yield simulator


@pytest.fixture
async def tls_sim(
    socket_enabled: None, clock: ManualClock
) -> AsyncGenerator[Simulator]:
    """Run a simulated PBX that speaks HTTPS with a certificate of its own making."""
    simulator = Simulator(clock=clock, extensions=small_office())
    async with simulator.running(tls=True):
        yield simulator


@pytest.fixture
def connect(http: aiohttp.ClientSession, clock: ManualClock) -> Connect:
    """Return what makes a client of a simulated PBX."""

    def make(simulator: Simulator) -> YeastarS:
        return YeastarS(
            http,
            Address(simulator.host, simulator.port, simulator.url.startswith("https:")),
            simulator.username,
            hash_password(simulator.password),
            fingerprint=simulator.fingerprint,
            clock=clock.now,
        )

    return make


@pytest.fixture
def told() -> Told:
    """Return an empty table of calls."""
    return Told()


@pytest.fixture
def pbx(connect: Connect, sim: Simulator) -> YeastarS:
    """Return a client that has sent nothing yet."""
    return connect(sim)


async def polled(pbx: YeastarS) -> PolledSnapshot:
    """Return a snapshot of version 1 of the API."""
    snapshot = await pbx.snapshot()
    assert isinstance(snapshot, PolledSnapshot)
    return snapshot


@pytest.fixture
async def connected(pbx: YeastarS, sim: Simulator) -> YeastarS:
    """Return a client that is logged in; what that took is not in the records."""
    await pbx.connect()
    sim.requests.clear()
    return pbx


@pytest.fixture
async def talking(connected: YeastarS, sim: Simulator) -> YeastarS:
    """Return a client of a PBX on which 1001 talks to 1002."""
    sim.call("1001", "1002", answer=True)
    return connected


def endpoints(simulator: Simulator) -> list[str]:
    """Return what was asked for, the oldest first."""
    return [request.endpoint for request in simulator.requests]


def login_versions(simulator: Simulator) -> list[str]:
    """Return the versions that were tried, the first first."""
    return [request.version for request in simulator.requests_to("login")]


def client_of(wire: Wire, http: aiohttp.ClientSession) -> YeastarS:
    """Return a client of a scripted server."""
    return YeastarS(http, wire.address, "api", "0" * 32)
