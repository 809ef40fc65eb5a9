"""The manager interface on a TCP port, and what can go wrong with the connections."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import ssl
from typing import override

from .manager import Session
from .pbx import SimulatedAsterisk


class Connection(asyncio.Protocol):
    """One connection of a client."""

    def __init__(self, server: ManagerServer) -> None:
        """Initialize a connection that is not open yet."""
        self._server = server
        self.transport: asyncio.Transport | None = None
        self.session: Session | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._server.connections.add(self)
        self.session = self._server.pbx.connect(self.write, transport.close)

    def write(self, data: bytes) -> None:
        """Send data, unless the path is silent."""
        if self.transport is not None and not self._server.silent:
            self.transport.write(data)

    @override
    def data_received(self, data: bytes) -> None:
        """Carry out actions, unless the path is silent."""
        if self.session is not None and not self._server.silent:
            self.session.receive(data)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self._server.connections.discard(self)
        if self.session is not None:
            self._server.pbx.disconnected(self.session)


class ManagerServer:
    """A simulated Asterisk on loopback; `silent` keeps connections open, and says nothing."""

    def __init__(self, pbx: SimulatedAsterisk) -> None:
        """Initialize without a port."""
        self.pbx = pbx
        self.host = "127.0.0.1"
        self.port = 0
        self.silent = False
        self.connections: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._tls: ssl.SSLContext | None = None

    async def open(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        """Listen; port 0 takes any free one."""
        self._tls = tls
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self), self.host, port, ssl=tls
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Cut all connections, and refuse new ones."""
        self.drop()
        if self._server is not None:
            self._server.close()
            self._server = None

    async def come_back(self) -> None:
        """Listen again on the same port."""
        await self.open(self.port, self._tls)

    def drop(self) -> None:
        """Cut all connections."""
        for connection in list(self.connections):
            if connection.transport is not None:
                connection.transport.abort()

    @asynccontextmanager
    async def running(
        self, tls: ssl.SSLContext | None = None
    ) -> AsyncGenerator[ManagerServer]:
        """Listen until the end of the context."""
        await self.open(tls=tls)
        try:
            yield self
        finally:
            await self.close()
            await self.pbx.exchange.stop()
