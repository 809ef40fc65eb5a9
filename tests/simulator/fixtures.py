"""A simulator on a clock that the test moves, with a client that is logged in."""

import asyncio
from collections.abc import AsyncGenerator

import aiohttp
import pytest

from . import ManualClock, Simulator
from .tests.wire import Receiver, Wire, receiving


@pytest.fixture(autouse=True)
async def sockets(socket_enabled: None) -> None:
    """Allow real sockets, which the harness blocks, and spare them its slow debug mode."""
    asyncio.get_running_loop().set_debug(False)


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock at 2017-09-14 01:27:25 UTC."""
    return ManualClock()


@pytest.fixture
async def sim(clock: ManualClock) -> AsyncGenerator[Simulator]:
    """Run the dozen of the office without its traffic."""
    async with Simulator(clock).running() as running:
        yield running


@pytest.fixture
async def wire(sim: Simulator) -> AsyncGenerator[Wire]:
    """Return a client that is logged in."""
    async with aiohttp.ClientSession() as http:
        client = Wire(sim, http)
        await client.login()
        yield client


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    """Run a report server."""
    async with receiving() as running:
        yield running


@pytest.fixture
async def reported(wire: Wire, receiver: Receiver) -> Receiver:
    """Return a report server that gets reports in the 1.0.2 format."""
    await wire.login(port=receiver.port, version="1.0.2")
    return receiver


@pytest.fixture
async def legacy(wire: Wire, receiver: Receiver) -> Receiver:
    """Return a report server that gets reports in the format of 2017, without `sn`."""
    wire.sim.switches.report_serial = "not_legacy"
    await wire.login(port=receiver.port)
    return receiver
