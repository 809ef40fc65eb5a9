"""A listener of our own, for a Home Assistant that speaks only HTTPS."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

type Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

LISTENERS: HassKey[dict[int, Listener]] = HassKey(f"{DOMAIN}_listeners")


class Listener:
    """Serves plain HTTP on one port, for every PBX that reports there."""

    def __init__(self) -> None:
        """Begin with nothing to serve."""
        self.handlers: dict[str, Handler] = {}
        self._runner: web.ServerRunner | None = None

    async def async_open(self, port: int) -> None:
        """Listen. Raises OSError when the port cannot be had."""
        # What is no report is answered like one: nobody learns which paths exist.
        server = web.Server(self._async_handle, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=1)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, None, port, reuse_address=True).start()
        except OSError:
            await self.async_close()
            raise

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
    listener = listeners.get(port)
    if listener is None:
        listener = Listener()
        await listener.async_open(port)
        listeners[port] = listener
    listener.handlers[path] = handler

    @callback
    def stop() -> None:
        """Serve the path no more, and close the port with the last one."""
        listener.handlers.pop(path, None)
        if not listener.handlers and listeners.get(port) is listener:
            del listeners[port]
            hass.async_create_task(listener.async_close(), f"{DOMAIN} port {port}")

    return stop
