"""The address that a PBX reports to; reports are checked here before they are taken."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
import socket
from typing import Any, Final

from aiohttp import web
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from yarl import URL

from ..client.pbx import ReportsByPost, ReportTarget
from ..client.report import Received, Report
from ..const import DEFAULT_REPORT_PORT, DOMAIN, LOGGER
from .http_listener import Path, async_listen
from .options import PbxOptions

MAX_BODY: Final = 64 * 1024
BODY_TIMEOUT: Final = 5.0
MAX_WAITING: Final = 1000
# Seconds the event loop is kept from other work at a time.
TURN: Final = 0.005


class Dropped(StrEnum):
    """The reason why a request was not taken as a report."""

    WRONG_SENDER = "wrong_sender"
    TOO_LARGE = "too_large"
    INCOMPLETE = "incomplete"
    NOT_A_REPORT = "not_a_report"
    WRONG_PBX = "wrong_pbx"
    TOO_MANY = "too_many"


class PushReceiver:
    """Receives the reports of one PBX: answers at once, parses afterwards, in order.

    `take` gets each report that passed all checks; the others are counted in `dropped`
    by reason, and forgotten.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        options: PbxOptions,
        pbx: ReportsByPost,
        take: Callable[[Report], None],
    ) -> None:
        """Initialize the receiver of one entry; nothing is opened yet."""
        self._hass = hass
        self._entry = entry
        self._id: str = entry.data[CONF_WEBHOOK_ID]
        self._options = options
        self._pbx = pbx
        self._take = take
        self._senders = frozenset(map(_literal, options.report_senders))
        self._waiting: deque[bytes] = deque()
        self._turn: asyncio.Handle | None = None
        self._stop: list[CALLBACK_TYPE] = []
        self._stopped = False
        self.accepted = 0
        self.dropped: Counter[Dropped] = Counter()

    async def async_start(self) -> None:
        """Open the address, and have the PBX told of it.

        Raises OSError when a port of our own cannot be had.
        """
        api = self._hass.config.api
        path = webhook.async_generate_path(self._id)
        port = DEFAULT_REPORT_PORT if api is None else api.port
        if api is not None and api.use_ssl:
            # The PBX speaks plain HTTP, and this Home Assistant does not.
            port = self._options.report_port
            self._stop.append(
                await async_listen(
                    self._hass, port, path, Path(self._async_handle, self._may_report)
                )
            )
        else:
            webhook.async_register(
                self._hass, DOMAIN, self._entry.title, self._id, self._async_webhook
            )
            self._stop.append(lambda: webhook.async_unregister(self._hass, self._id))
        host = None
        if address := self._options.report_address:
            url = URL(f"//{address}")
            host, port = url.host or address, url.explicit_port or port
            host = await self._async_literal(host)
        self._pbx.report_target = ReportTarget(host, port, path.lstrip("/"))

    @callback
    def async_stop(self) -> None:
        """Close the address; reports that wait, or have not arrived whole, are lost."""
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
        """Return the address the PBX reports to, without its secret part; blank for none."""
        target = self._pbx.report_target
        if target is None:
            return ""
        return target.url(self._pbx.own_address).rpartition(f"/{target.path}")[0]

    async def _async_literal(self, host: str) -> str:
        """Return the address of a name that only local resolvers know, else the name as it is."""
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
        """Keep a report, and answer before it is parsed; the answer is always the same."""
        reason = await self._async_read(request)
        if reason is not None:
            self.dropped[reason] += 1
        return web.Response(status=HTTPStatus.OK)

    async def _async_read(self, request: web.BaseRequest) -> Dropped | None:
        """Read and keep a body; return the reason where it is dropped."""
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
        """Return whether an address is the PBX's, or among the senders in the options."""
        sender = _literal(remote or "")
        return bool(sender) and (
            sender == _literal(self._pbx.remote_address) or sender in self._senders
        )

    @callback
    def _work(self) -> None:
        """Parse the reports that wait, for a moment at a time."""
        self._turn = None
        until = self._hass.loop.time() + TURN
        while self._waiting:
            self.async_take_body(self._waiting.popleft())
            if self._waiting and self._hass.loop.time() >= until:
                self._turn = self._hass.loop.call_soon(self._work)
                return

    @callback
    def async_take_body(self, body: bytes) -> None:
        """Parse a body, and take it where it is a report of this PBX."""
        received = self._pbx.parse(body)
        if received is None:
            self.dropped[Dropped.NOT_A_REPORT] += 1
        elif received.serial_number not in (None, self._entry.unique_id):
            self.dropped[Dropped.WRONG_PBX] += 1
        else:
            self._accept(received)

    def _accept(self, received: Received) -> None:
        """Pass a report on; one that causes an error must not stop the others."""
        self.accepted += 1
        try:
            self._take(received.report)
        except Exception:  # noqa: BLE001
            # Without the report: it may hold numbers of people.
            LOGGER.exception(
                "Unexpected error with a report (%s)", type(received.report).__name__
            )


@lru_cache(maxsize=64)
def _literal(address: str) -> str:
    """Return an IP address in one spelling, blank for another text."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(found)
