"""A PBX that does what it is told, and somebody who listens to it."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from custom_components.pbx.client import PbxError
from custom_components.pbx.client.asterisk import Asterisk
from custom_components.pbx.client.report import Report
from tests.asterisk.office import EXTENSIONS

from .wire import ManagerWire


class Listener:
    """Somebody who listens to a PBX."""

    def __init__(self, pbx: Asterisk) -> None:
        """Begin with nothing heard."""
        self.pbx = pbx
        self.reports: list[Report] = []
        self.losses: list[PbxError] = []

    async def listen(self) -> None:
        """Begin to listen, with everybody idle."""
        await self.pbx.listen(self.reports.append, self.losses.append)
        snapshot = await self.pbx.snapshot()
        assert {extension.status for extension in snapshot.extensions} == {"idle"}
        assert len(snapshot.extensions) == len(EXTENSIONS)

    async def until_lost(self) -> PbxError:
        """Return why the connection is over; it is told once."""
        async with asyncio.timeout(5):
            while not self.losses:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        (why,) = self.losses
        return why


@pytest.fixture
async def wire(socket_enabled: None) -> AsyncGenerator[ManagerWire]:
    """Return a PBX that does what it is told."""
    async with ManagerWire().running() as running:
        yield running


@pytest.fixture
async def listener(wire: ManagerWire) -> AsyncGenerator[Listener]:
    """Return somebody who listens to it."""
    listener = Listener(wire.client())
    await listener.listen()
    yield listener
    await listener.pbx.close()
