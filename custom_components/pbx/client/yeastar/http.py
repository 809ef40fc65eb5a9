"""HTTP to a Yeastar PBX: one request, its response, and its failures."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
import logging
from typing import Final, override
from urllib.parse import quote, urlencode

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from ..errors import (
    PbxError,
    PbxNotTrusted,
    PbxUnreachable,
    PbxWrongService,
    Unreachable,
    WrongService,
)
from ..pbx import Address
from ..tls import read_certificate, ssl_argument

_LOGGER = logging.getLogger(__name__)

CONNECT_TIMEOUT: Final = 5.0
TOTAL_TIMEOUT: Final = 10.0
# The list of an S-Series PBX with 10,000 extensions is about 1 MiB.
MAX_BODY: Final = 2 * 1024 * 1024

_HEADERS: Final = {
    "Content-Type": "application/json; charset=utf-8",
    # The device closes after each answer (section 1.3 of the S-Series' reference, 1.1 of
    # the P-Series'); a proxy in front of it may not.
    "Connection": "close",
}


class RequestBody(aiohttp.BytesPayload):
    """The body of a request; records that it is sent, and the addresses of both ends."""

    sent = False
    local_ip = ""
    remote_ip = ""

    @override
    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Send the body; aiohttp holds the headers back, so nothing was sent before."""
        self.sent = True
        # None when the connection was just lost: writing the body then raises.
        if (transport := getattr(writer, "transport", None)) is not None:
            self.local_ip = transport.get_extra_info("sockname")[0]
            self.remote_ip = transport.get_extra_info("peername")[0]
            # No later request may use this connection: when one on a stale connection
            # fails, it is not known whether the PBX received it.
            transport.get_protocol().force_close()
        await super().write_with_length(writer, content_length)


class HttpTransport:
    """The transport of requests to one PBX over HTTP or HTTPS.

    No exception raised here is chained to one of aiohttp's: those may contain the URL,
    and the URL contains the token. `headers` are sent in addition to the usual ones.
    """

    headers: Mapping[str, str] = {}

    def __init__(
        self, session: aiohttp.ClientSession, address: Address, fingerprint: str | None
    ) -> None:
        """Initialize the transport; nothing is sent yet."""
        self._session = session
        self._address = address
        self._ssl = ssl_argument(fingerprint)
        # The literal IP addresses of both ends, as of the last request.
        self.local_ip = ""
        self.remote_ip = ""

    async def request[T](
        self,
        method: str,
        path: str,
        query: dict[str, str],
        payload: RequestBody | None,
        read: Callable[[aiohttp.ClientResponse, bool], Awaitable[T]],
        total: float,
        *,
        acting: bool = False,
    ) -> T:
        """Send one request, once, and return the result of `read` for its response."""
        _LOGGER.debug("%s %s", method, path.split("/", 2)[-1])
        failure: PbxError
        # Known clients write a blank as %20, which aiohttp by itself does not.
        fields = urlencode(query, quote_via=quote)
        try:
            async with self._session.request(
                method,
                f"{self._address.url}/{path}" + (fields and f"?{fields}"),
                data=payload,
                headers={**_HEADERS, **self.headers},
                ssl=self._ssl,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=total, connect=CONNECT_TIMEOUT),
            ) as response:
                return await read(response, acting)
        except (aiohttp.ClientError, OSError, ValueError) as err:
            failure = await self.failure_of(
                err, sent=payload is not None and payload.sent, acting=acting
            )
        finally:
            if payload is not None:
                self.local_ip = payload.local_ip or self.local_ip
                self.remote_ip = payload.remote_ip or self.remote_ip
        raise failure

    async def failure_of(
        self, err: Exception, *, sent: bool, acting: bool = False
    ) -> PbxError:
        """Return the error of a request that failed, to be raised outside the handler.

        `sent` tells whether the body was sent, `acting` whether the request changes
        something on the PBX.
        """
        match err:
            case (
                aiohttp.ClientConnectorCertificateError()
                | aiohttp.ServerFingerprintMismatch()
            ):
                return await self._not_trusted()
            case aiohttp.ClientResponseError():
                return PbxWrongService(WrongService.NOT_THE_API, "no HTTP")
            case aiohttp.ClientConnectorDNSError() | ValueError():
                # ValueError: a name that is not even valid for the resolver.
                return PbxUnreachable(Unreachable.NAME_NOT_RESOLVED)
            case aiohttp.ClientPayloadError():
                return PbxUnreachable(Unreachable.BAD_ANSWER, maybe_done=acting)
            case TimeoutError():
                return PbxUnreachable(Unreachable.TIMED_OUT, maybe_done=acting and sent)
            case _:
                return PbxUnreachable(
                    Unreachable.CANNOT_CONNECT, maybe_done=acting and sent
                )

    async def _not_trusted(self) -> PbxNotTrusted | PbxUnreachable:
        """Return the error for an untrusted certificate, with the certificate."""
        try:
            return PbxNotTrusted(await read_certificate(self._address, CONNECT_TIMEOUT))
        except OSError:
            return PbxUnreachable(Unreachable.CANNOT_CONNECT)


async def read_body(response: aiohttp.ClientResponse) -> bytearray:
    """Return the body of a response, empty when it is too large."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY:
            return bytearray()
    return body


def check_status(response: aiohttp.ClientResponse, acting: bool) -> None:
    """Raise PbxError for a status other than 200."""
    if 300 <= response.status < 400:
        # Port 80 redirects to the HTTPS port; a POST must not follow.
        raise PbxWrongService(WrongService.REDIRECTED)
    if response.status >= 500:
        raise PbxUnreachable(Unreachable.BAD_ANSWER, maybe_done=acting)
    if response.status != HTTPStatus.OK:
        raise not_the_api(response)


def not_the_api(response: aiohttp.ClientResponse) -> PbxWrongService:
    """Return the error for another web server, with its status and its name."""
    answer = f"HTTP {response.status} {response.headers.get('Server', '')}"
    return PbxWrongService(WrongService.NOT_THE_API, answer)
