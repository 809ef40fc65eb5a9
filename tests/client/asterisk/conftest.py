"""Fixtures: a scripted manager interface, and a listener to it."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from custom_components.pbx.client import PbxError
from custom_components.pbx.client.asterisk import Asterisk
from custom_components.pbx.client.report import Report
from tests.asterisk.office import EXTENSIONS

from .wire import ManagerWire


class Listener:
    """A listener that collects the reports and losses of a PBX."""

    def __init__(self, pbx: Asterisk) -> None:
        """Initialize without reports and losses."""
        self.pbx = pbx
        self.reports: list[Report] = []
        self.losses: list[PbxError] = []

    async def listen(self) -> None:
        """Start listening to a PBX with all extensions idle."""
        await self.pbx.listen(self.reports.append, self.losses.append)
        snapshot = await self.pbx.snapshot()
        assert {extension.status for extension in snapshot.extensions} == {"idle"}
        assert len(snapshot.extensions) == len(EXTENSIONS)

    async def until_lost(self) -> PbxError:
        """Wait for the loss of the connection, reported once; return its error."""
        async with asyncio.timeout(5):
            while not self.losses:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        (why,) = self.losses
        return why


@pytest.fixture
async def wire(socket_enabled: None) -> AsyncGenerator[ManagerWire]:
    """Yield a running, scripted manager interface."""
    async with ManagerWire().running() as running:
        yield running


@pytest.fixture
async def listener(wire: ManagerWire) -> AsyncGenerator[Listener]:
    """Yield a client that listens to the scripted manager interface."""
    listener = Listener(wire.client())
    await listener.listen()
    yield listener
    await listener.pbx.close()
