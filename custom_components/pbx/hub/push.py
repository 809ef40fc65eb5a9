"""The receiver of reports: the address that a PBX posts to, and the checks."""

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
# The seconds for which parsing may occupy the event loop at a time.
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
    """The receiver of the reports of one PBX: answers at once, parses later, in order.

    `take` is called with each report that passed all checks; the others are counted in
    `dropped` by reason.
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
        """Open the address, and set it as the report target of the PBX.

        Raises OSError when a port of our own cannot be opened.
        """
        api = self._hass.config.api
        path = webhook.async_generate_path(self._id)
        port = DEFAULT_REPORT_PORT if api is None else api.port
        if api is not None and api.use_ssl:
            # The PBX cannot report over HTTPS, so a plain HTTP port is opened for it.
            port = self._options.report_port
            self._stop.append(
                await async_listen(
                    self._hass, port, path, Path(self.async_handle, self._may_report)
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
        """Close the address, and drop the reports that wait or are still arriving."""
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
        """Return the address the PBX reports to without its secret, blank for none."""
        target = self._pbx.report_target
        if target is None:
            return ""
        return target.url(self._pbx.own_address).rpartition(f"/{target.path}")[0]

    @property
    def waiting(self) -> int:
        """Return the number of reports that wait to be parsed."""
        return len(self._waiting)

    async def _async_literal(self, host: str) -> str:
        """Return the IPv4 address for a local name, which a PBX may be unable to resolve.

        Any other host is returned unchanged.
        """
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
        """Handle a request to Home Assistant's own server."""
        return await self.async_handle(request)

    async def async_handle(self, request: web.BaseRequest) -> web.Response:
        """Queue a report, and return the answer, which is the same for every request."""
        reason = await self._async_read(request)
        if reason is not None:
            self.dropped[reason] += 1
        return web.Response(status=HTTPStatus.OK)

    async def _async_read(self, request: web.BaseRequest) -> Dropped | None:
        """Read and queue a body; return the reason when it is dropped, else None."""
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
        """Return whether an address is that of the PBX, or of a sender in the options."""
        sender = _literal(remote or "")
        return bool(sender) and (
            sender == _literal(self._pbx.remote_address) or sender in self._senders
        )

    @callback
    def _work(self) -> None:
        """Parse the waiting reports, but yield to the event loop after a moment."""
        self._turn = None
        until = self._hass.loop.time() + TURN
        while self._waiting:
            self.async_take_body(self._waiting.popleft())
            if self._waiting and self._hass.loop.time() >= until:
                self._turn = self._hass.loop.call_soon(self._work)
                return

    @callback
    def async_take_body(self, body: bytes) -> None:
        """Parse a body, and accept it when it is a report of this PBX."""
        received = self._pbx.parse(body)
        if received is None:
            self.dropped[Dropped.NOT_A_REPORT] += 1
        elif received.serial_number not in (None, self._entry.unique_id):
            self.dropped[Dropped.WRONG_PBX] += 1
        else:
            self._accept(received)

    def _accept(self, received: Received) -> None:
        """Pass its reports on; an error with one must not stop the others."""
        self.accepted += 1
        for report in received.reports:
            try:
                self._take(report)
            except Exception:  # noqa: BLE001
                # The report is not logged, as it may contain numbers of people.
                LOGGER.exception(
                    "Unexpected error with a report (%s)", type(report).__name__
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
