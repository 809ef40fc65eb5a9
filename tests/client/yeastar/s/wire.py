"""A server that says, byte for byte, what a test wants."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
import json
import ssl
from typing import Any, Self

from custom_components.pbx.client import Address

type Reply = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]

LOGIN = {"status": "Success", "token": "48a7d7481a5355aa4fb5dc285edeb40e"}
DEVICE = {"status": "Success", "deviceinfo": {"sn": "369364835218"}}


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Return a whole response."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


def answer(members: Any) -> bytes:
    """Return an answer of the API; the connection stays open."""
    return http(json.dumps(members).encode(), "200 OK", "Connection: keep-alive")


class Wire:
    """Gives its replies in turn, the last one again and again."""

    def __init__(self, *replies: Reply) -> None:
        """Keep what to say."""
        self._replies = list(replies)
        self.requests: list[bytes] = []
        self.connections = 0
        self.address = Address("", 0, tls=False)
        self._serving: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(
        self, tls: ssl.SSLContext | None = None, *, claim_tls: bool = False
    ) -> AsyncGenerator[Self]:
        """Listen; `claim_tls` says so in the address without doing it."""

        def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._serving.add(asyncio.create_task(self._serve(reader, writer)))

        server = await asyncio.start_server(take, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        self.address = Address("127.0.0.1", port, tls=claim_tls or tls is not None)
        try:
            yield self
        finally:
            server.close()
            server.abort_clients()
            await asyncio.gather(*self._serving)
            await server.wait_closed()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
                self.requests.append(head + await reader.readexactly(int(length)))
                reply = self._replies.pop(0)
                if not self._replies:
                    self._replies.append(reply)
                if isinstance(reply, bytes):
                    writer.write(reply)
                    await writer.drain()
                else:
                    await reply(writer)
        writer.close()
