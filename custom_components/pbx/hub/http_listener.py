"""A listener of our own, for a Home Assistant that speaks only HTTPS."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

type Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

LISTENERS: HassKey[dict[int, Listener]] = HassKey(f"{DOMAIN}_listeners")


class Listener:
    """Serves plain HTTP on one port, for every PBX that reports there."""

    def __init__(self, port: int) -> None:
        """Begin with nothing to serve."""
        self.handlers: dict[str, Handler] = {}
        self._port = port
        self._opening = asyncio.Lock()
        self._runner: web.ServerRunner | None = None

    async def async_open(self) -> None:
        """Listen, once for all who come. Raises OSError when the port cannot be had."""
        async with self._opening:
            if self._runner is not None:
                return
            # What is no report is answered like one: nobody learns which paths exist.
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
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _async_handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Pass a request on to whom its path belongs."""
        handler = self.handlers.get(request.path)
        if handler is None or request.method != "POST":
            return web.Response()
        return await handler(request)


async def async_listen(
    hass: HomeAssistant, port: int, path: str, handler: Handler
) -> CALLBACK_TYPE:
    """Serve a path on a port, and return what ends that.

    PBXs share a port. Raises OSError when it cannot be had.
    """
    listeners = hass.data.setdefault(LISTENERS, {})
    listener = listeners.setdefault(port, Listener(port))
    listener.handlers[path] = handler

    @callback
    def stop() -> None:
        """Serve the path no more, and close the port with the last one."""
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
