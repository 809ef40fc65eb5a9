"""A listener of our own, for a Home Assistant that speaks only HTTPS."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import logging
from typing import Final, override

from aiohttp import web
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

type Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

# More connections at a time than a dozen busy PBXs have.
MAX_CONNECTIONS: Final = 64

# aiohttp logs a traceback for each request that is not HTTP.
_QUIET: Final = logging.getLogger(f"{__name__}.http")
_QUIET.setLevel(logging.CRITICAL + 1)

LISTENERS: HassKey[dict[int, Listener]] = HassKey(f"{DOMAIN}_listeners")


@dataclass(frozen=True, slots=True)
class Path:
    """A path that is served: by whom, and to which addresses."""

    handler: Handler
    accepts: Callable[[str], bool]


class _Server(web.Server):
    """A server that closes connections from strangers at once."""

    def __init__(self, handler: Handler, accepts: Callable[[str], bool]) -> None:
        """Initialize the server for the addresses that `accepts` names."""
        super().__init__(handler, access_log=None, logger=_QUIET)
        self._accepts = accepts

    @override
    def connection_made(
        self, handler: web.RequestHandler, transport: asyncio.Transport
    ) -> None:
        """Handle a new connection."""
        super().connection_made(handler, transport)
        peer = transport.get_extra_info("peername")
        if (
            len(self.connections) > MAX_CONNECTIONS
            or peer is None
            or not self._accepts(peer[0])
        ):
            transport.abort()


class Listener:
    """Serves plain HTTP on one port, for every PBX that reports there."""

    def __init__(self, port: int) -> None:
        """Initialize without paths."""
        self.paths: dict[str, Path] = {}
        self._port = port
        self._opening = asyncio.Lock()
        self._runner: web.ServerRunner | None = None

    async def async_open(self) -> None:
        """Open the port, once. Raises OSError when it cannot be had."""
        async with self._opening:
            if self._runner is not None:
                return
            server = _Server(self._async_handle, self._accepts)
            runner = web.ServerRunner(server, shutdown_timeout=1)
            await runner.setup()
            try:
                await web.TCPSite(runner, None, self._port, reuse_address=True).start()
            except OSError:
                await runner.cleanup()
                raise
            self._runner = runner

    async def async_close(self) -> None:
        """Close the port."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _accepts(self, address: str) -> bool:
        """Return whether any PBX may report from an address."""
        return any(path.accepts(address) for path in self.paths.values())

    async def _async_handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Pass a request on; the answer does not tell which paths exist."""
        path = self.paths.get(request.path)
        if path is None or request.method != "POST":
            return web.Response()
        return await path.handler(request)


async def async_listen(
    hass: HomeAssistant, port: int, url_path: str, path: Path
) -> CALLBACK_TYPE:
    """Serve a path on a port, and return what ends that.

    PBXs share a port. Raises OSError when the port cannot be had.
    """
    listeners = hass.data.setdefault(LISTENERS, {})
    listener = listeners.setdefault(port, Listener(port))
    listener.paths[url_path] = path

    @callback
    def stop() -> None:
        """Stop serving the path, and close the port with the last one."""
        listener.paths.pop(url_path, None)
        if not listener.paths and listeners.get(port) is listener:
            del listeners[port]
            hass.async_create_task(listener.async_close(), f"{DOMAIN} port {port}")

    try:
        await listener.async_open()
    except OSError:
        stop()
        raise
    return stop
