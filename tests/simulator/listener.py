"""A port that can go away and come back: the PBX's place in the network."""

import asyncio
from collections.abc import Awaitable, Callable
import socket
import ssl

from aiohttp import web

type Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

GRACE_SECONDS = 0.05


class Listener:
    """Serves HTTP on one address of the machine."""

    def __init__(self, handler: Handler) -> None:
        """Remember who answers."""
        self._handler = handler
        self._holder: socket.socket | None = None
        self._tcp: asyncio.Server | None = None
        self._http: web.Server | None = None
        self._tls: ssl.SSLContext | None = None
        self.host = ""
        self.port = 0

    @property
    def up(self) -> bool:
        """Return whether connections are taken."""
        return self._tcp is not None

    async def open(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        """Take a port, any free one for 0, and listen."""
        # A bound socket that never listens keeps the port ours while the network is down:
        # who connects is refused, and nobody else can get the port.
        self._holder = _bound(host, port)
        self.host, self.port = host, self._holder.getsockname()[1]
        self._tls = tls
        try:
            await self.come_back()
        except OSError:
            self._holder.close()
            self._holder = None
            raise

    async def go_away(self) -> None:
        """Refuse connections and cut those that are open."""
        if self._tcp is None or self._http is None:
            return
        self._tcp.close()
        for connection in list(self._http.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await self._http.shutdown(GRACE_SECONDS)
        await self._tcp.wait_closed()
        self._tcp = self._http = None

    async def come_back(self) -> None:
        """Listen again on the same port."""
        if self._tcp is not None or self._holder is None:
            return
        self._http = web.Server(
            self._handler, handler_cancellation=True, access_log=None
        )
        self._tcp = await asyncio.get_running_loop().create_server(
            self._http, sock=_bound(self.host, self.port), ssl=self._tls
        )

    async def close(self) -> None:
        """Go away for good."""
        await self.go_away()
        if self._holder is not None:
            self._holder.close()
            self._holder = None


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)
    return bound
