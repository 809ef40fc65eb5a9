"""A plain HTTP server for reports, for a Home Assistant that is served over HTTPS."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

type Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

LISTENERS: HassKey[dict[int, Listener]] = HassKey(f"{DOMAIN}_listeners")


class Listener:
    """A plain HTTP server on one port, shared by all PBXs that report there."""

    def __init__(self, port: int) -> None:
        """Initialize without handlers."""
        self.handlers: dict[str, Handler] = {}
        self._port = port
        self._opening = asyncio.Lock()
        self._runner: web.ServerRunner | None = None

    async def async_open(self) -> None:
        """Open the port unless it is open. Raises OSError when it cannot be opened."""
        async with self._opening:
            if self._runner is not None:
                return
            # Any other request is answered like a report, so that the paths in use
            # cannot be guessed.
            server = web.Server(self._async_handle, access_log=None)
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

    async def _async_handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Pass a request on to the handler of its path."""
        handler = self.handlers.get(request.path)
        if handler is None or request.method != "POST":
            return web.Response()
        return await handler(request)


async def async_listen(
    hass: HomeAssistant, port: int, path: str, handler: Handler
) -> CALLBACK_TYPE:
    """Serve a path on a port, and return the function that stops it.

    Several PBXs can share a port. Raises OSError when it cannot be opened.
    """
    listeners = hass.data.setdefault(LISTENERS, {})
    listener = listeners.setdefault(port, Listener(port))
    listener.handlers[path] = handler

    @callback
    def stop() -> None:
        """Stop serving the path, and close the port after the last one."""
        listener.handlers.pop(path, None)
        if not listener.handlers and listeners.get(port) is listener:
            del listeners[port]
            hass.async_create_task(listener.async_close(), f"{DOMAIN} port {port}")

    try:
        await listener.async_open()
    except OSError:
        stop()
        raise
    return stop
