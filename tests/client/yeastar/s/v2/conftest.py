"""A simulated PBX with version 2 of the API, and a client of it."""

from collections.abc import AsyncGenerator

import pytest

from custom_components.pbx.client.yeastar.s import YeastarS
from tests.client.conftest import Connect, small_office
from tests.simulator import ManualClock, Simulator


@pytest.fixture(autouse=True)
def known_versions() -> None:
    """Let the client know all versions."""


@pytest.fixture
async def sim(socket_enabled: None, clock: ManualClock) -> AsyncGenerator[Simulator]:
    """Run a PBX that has version 2 beside version 1.1.0."""
    simulator = Simulator(
        clock=clock, extensions=small_office(), api_versions=("v1.1.0", "v2.0.0")
    )
    async with simulator.running():
        yield simulator


@pytest.fixture
async def connected(connect: Connect, sim: Simulator) -> YeastarS:
    """Return a client that is logged in and has read the PBX."""
    pbx = connect(sim)
    await pbx.snapshot()
    sim.requests.clear()
    return pbx
