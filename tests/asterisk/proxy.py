"""A TCP proxy to the PBX that can be cut and restored."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Self

from custom_components.pbx.client import Address


class Proxy:
    """A TCP proxy that forwards both directions while it is open."""

    def __init__(self, target: Address) -> None:
        """Initialize the proxy with its destination."""
        self._target = target
        self._open = True
        self._passing = asyncio.Event()
        self._passing.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.address = target

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Self]:
        """Listen until the end of the context."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.address = Address("127.0.0.1", port, tls=False)
        try:
            yield self
        finally:
            self.cut()
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

    @property
    def connections(self) -> int:
        """Return how many connections pass."""
        return (len(self._writers) + 1) // 2

    def cut(self) -> None:
        """Close all connections, and refuse new ones."""
        self._open = False
        for writer in self._writers:
            writer.transport.abort()

    def freeze(self) -> None:
        """Forward nothing, without closing connections."""
        self._passing.clear()

    def mend(self) -> None:
        """Forward everything again."""
        self._open = True
        self._passing.set()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Connect a client with the destination."""
        if not self._open:
            writer.transport.abort()
            return
        try:
            there, away = await asyncio.open_connection(
                self._target.host, self._target.port
            )
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, away}
        for source, sink in ((reader, away), (there, writer)):
            task = asyncio.create_task(self._pass(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter
    ) -> None:
        """Forward one direction until it ends."""
        with suppress(OSError):
            while data := await source.read(65536):
                await self._passing.wait()
                sink.write(data)
                await sink.drain()
        self._writers.discard(sink)
        sink.transport.abort()
