"""Where the PBX reports to: what comes in is checked here before anything is believed."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
import socket
from typing import Any, Final

from aiohttp import web
from homeassistant.components import webhook
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util
from yarl import URL

from ..client.pbx import Pbx, ReportTarget
from ..client.report import Received, Report
from ..const import (
    CONF_REPORT_ADDRESS,
    CONF_REPORT_PORT,
    CONF_REPORT_SENDERS,
    DEFAULT_REPORT_PORT,
    DOMAIN,
    LOGGER,
)
from .http_listener import async_listen

MAX_BODY: Final = 64 * 1024
BODY_TIMEOUT: Final = 5.0
MAX_WAITING: Final = 1000
# Seconds the event loop is kept from other work at a time.
TURN: Final = 0.005


class Dropped(StrEnum):
    """Why something that came in was not believed."""

    WRONG_SENDER = "wrong_sender"
    TOO_LARGE = "too_large"
    INCOMPLETE = "incomplete"
    NOT_A_REPORT = "not_a_report"
    WRONG_PBX = "wrong_pbx"
    TOO_MANY = "too_many"


class PushReceiver:
    """Receives the reports of one PBX: answers at once, works afterwards, in order.

    `take` gets each report that passed all checks; what did not is counted in
    `dropped` by reason, and forgotten.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        data: Mapping[str, Any],
        options: Mapping[str, Any],
        pbx: Pbx,
        serial_number: str,
        take: Callable[[Report], None],
    ) -> None:
        """Keep who reports, and to whom it goes."""
        self._hass = hass
        self._id: str = data[CONF_WEBHOOK_ID]
        self._options = options
        self._pbx = pbx
        self._serial_number = serial_number
        self._take = take
        self._senders = frozenset(
            _literal(sender) for sender in options.get(CONF_REPORT_SENDERS, ())
        )
        self._waiting: deque[bytes] = deque()
        self._turn: asyncio.Handle | None = None
        self._stop: list[CALLBACK_TYPE] = []
        self._stopped = False
        self.accepted = 0
        self.dropped: Counter[Dropped] = Counter()
        self.last_report: datetime | None = None

    async def async_start(self, title: str) -> None:
        """Open the address, and let the PBX be told of it.

        Raises OSError when a port of our own cannot be had.
        """
        api = self._hass.config.api
        path = webhook.async_generate_path(self._id)
        port = DEFAULT_REPORT_PORT if api is None else api.port
        if api is not None and api.use_ssl:
            # The PBX speaks plain HTTP, and this Home Assistant does not.
            port = self._options.get(CONF_REPORT_PORT, DEFAULT_REPORT_PORT)
            self._stop.append(
                await async_listen(self._hass, port, path, self._async_handle)
            )
        else:
            webhook.async_register(
                self._hass, DOMAIN, title, self._id, self._async_webhook
            )
            self._stop.append(lambda: webhook.async_unregister(self._hass, self._id))
        host = None
        if address := self._options.get(CONF_REPORT_ADDRESS):
            url = URL(f"//{address}")
            host, port = url.host or address, url.explicit_port or port
            host = await self._async_literal(host)
        self._pbx.report_target = ReportTarget(host, port, path.lstrip("/"))

    @callback
    def async_stop(self) -> None:
        """Close the address; what waits, or has not arrived whole, is lost."""
        self._stopped = True
        for stop in self._stop:
            stop()
        self._stop.clear()
        self._waiting.clear()
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None

    @property
    def address(self) -> str:
        """Where the PBX reports to, without the part that is secret."""
        target = self._pbx.report_target
        if target is None:
            return ""
        return target.url(self._pbx.own_address).rpartition(f"/{target.path}")[0]

    async def _async_literal(self, host: str) -> str:
        """Return the address of a name that only local resolvers know, else the name."""
        if "." in host.removesuffix(".local") or ":" in host:
            return host
        try:
            found = await self._hass.loop.getaddrinfo(host, None, family=socket.AF_INET)
        except OSError:
            return host
        return str(found[0][4][0])

    async def _async_webhook(
        self, hass: HomeAssistant, webhook_id: str, request: web.Request
    ) -> web.Response:
        """Handle what arrives at Home Assistant's own server."""
        return await self._async_handle(request)

    async def _async_handle(self, request: web.BaseRequest) -> web.Response:
        """Take a report in, and answer before it is looked at.

        The answer never tells what was thought of it.
        """
        reason = await self._async_read(request)
        if reason is not None:
            self.dropped[reason] += 1
        return web.Response(status=HTTPStatus.OK)

    async def _async_read(self, request: web.BaseRequest) -> Dropped | None:
        """Read and keep a body, or return why not."""
        if not self._may_report(request.remote):
            return Dropped.WRONG_SENDER
        announced = request.content_length
        if (announced or 0) > MAX_BODY:
            return Dropped.TOO_LARGE
        body = b""
        try:
            async with asyncio.timeout(BODY_TIMEOUT):
                while len(body) != announced and (
                    chunk := await request.content.read(MAX_BODY + 1 - len(body))
                ):
                    body += chunk
                    if len(body) > MAX_BODY:
                        return Dropped.TOO_LARGE
        except TimeoutError, OSError, web.RequestPayloadError:
            return Dropped.INCOMPLETE
        if self._stopped:
            return None
        if len(self._waiting) >= MAX_WAITING:
            return Dropped.TOO_MANY
        self._waiting.append(body)
        if self._turn is None:
            self._turn = self._hass.loop.call_soon(self._work)
        return None

    def _may_report(self, remote: str | None) -> bool:
        """Return whether a sender is the PBX, or whom the user named."""
        sender = _literal(remote or "")
        return bool(sender) and (
            sender == _literal(self._pbx.remote_address) or sender in self._senders
        )

    @callback
    def _work(self) -> None:
        """Look at what waits, for a moment at a time."""
        self._turn = None
        until = self._hass.loop.time() + TURN
        while self._waiting:
            self._look_at(self._waiting.popleft())
            if self._waiting and self._hass.loop.time() >= until:
                self._turn = self._hass.loop.call_soon(self._work)
                return

    def _look_at(self, body: bytes) -> None:
        """Believe a report of this PBX, and pass it on."""
        received = self._pbx.parse(body)
        if received is None:
            self.dropped[Dropped.NOT_A_REPORT] += 1
        elif received.serial_number not in (None, self._serial_number):
            self.dropped[Dropped.WRONG_PBX] += 1
        else:
            self._believe(received)

    def _believe(self, received: Received) -> None:
        """Pass a report on; one that cannot be worked on must not stop the others."""
        self.accepted += 1
        self.last_report = dt_util.utcnow()
        try:
            self._take(received.report)
        except Exception:  # noqa: BLE001
            # Without the report: it may hold numbers of people.
            LOGGER.exception(
                "Unexpected error with a report (%s)", type(received.report).__name__
            )


@lru_cache(maxsize=64)
def _literal(address: str) -> str:
    """Return an IP address in one spelling, blank for what is none."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(found)
