"""The HTTP transport of the API: one request, its answer, and its failures."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
import json
import logging
from typing import Final, override
from urllib.parse import quote, urlencode

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from ...errors import (
    PbxError,
    PbxNotTrusted,
    PbxUnreachable,
    PbxWrongService,
    Unreachable,
    WrongService,
)
from ...pbx import Address
from ...tls import read_certificate, ssl_argument
from .answers import Answer, decode

_LOGGER = logging.getLogger(__name__)

CONNECT_TIMEOUT: Final = 5.0
TOTAL_TIMEOUT: Final = 10.0
DOWNLOAD_TIMEOUT: Final = 60.0
# The list of a PBX with 10,000 extensions is about 1 MiB.
MAX_BODY: Final = 2 * 1024 * 1024

_HEADERS: Final = {
    "Content-Type": "application/json; charset=utf-8",
    # The device closes after each answer (section 1.3); a proxy in front of it may not.
    "Connection": "close",
}


# A byte order mark and white space, which may precede the JSON of an answer.
_BEFORE_JSON: Final = b"\xef\xbb\xbf \t\r\n"


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


class Transport:
    """The transport of requests to one PBX (reference, sections 1.1 to 1.3).

    No exception raised here is chained to one of aiohttp's: those may contain the URL,
    and the URL contains the token.
    """

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

    async def post(
        self,
        version: str,
        endpoint: str,
        body: dict[str, str],
        token: str | None = None,
        *,
        acting: bool = False,
    ) -> Answer:
        """Send one request, once, and return the answer, success or failure.

        `acting` marks a request that changes something on the PBX. Raises
        PbxNotTrusted, PbxUnreachable, and PbxWrongService for a redirect or for a
        complete response that is not an answer of the API.
        """
        return await self._request(
            "POST",
            f"{version}/{endpoint}",
            {} if token is None else {"token": token},
            RequestBody(json.dumps(body, separators=(",", ":")).encode()),
            self._read,
            TOTAL_TIMEOUT,
            acting=acting,
        )

    async def download(
        self,
        version: str,
        endpoint: str,
        query: dict[str, str],
        token: str,
        write: Callable[[bytes], None],
    ) -> Answer | None:
        """Send one request for a file and pass it on in pieces (reference, section 3.11).

        Returns None, or the answer that the PBX gave instead of a file. Raises the
        same as `post`, and the errors of `write`, which may raise PbxError only.
        """

        async def read(response: aiohttp.ClientResponse, acting: bool) -> Answer | None:
            return await self._read_file(response, acting, write)

        return await self._request(
            "GET",
            f"{version}/{endpoint}",
            {**query, "token": token},
            None,
            read,
            DOWNLOAD_TIMEOUT,
        )

    async def _request[T](
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
        _LOGGER.debug("%s %s", method, path.partition("/")[2])
        failure: PbxError
        # Known clients write a blank as %20, which aiohttp by itself does not.
        fields = urlencode(query, quote_via=quote)
        try:
            async with self._session.request(
                method,
                f"{self._address.url}/api/{path}" + (fields and f"?{fields}"),
                data=payload,
                headers=_HEADERS,
                ssl=self._ssl,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=total, connect=CONNECT_TIMEOUT),
            ) as response:
                return await read(response, acting)
        except (
            aiohttp.ClientConnectorCertificateError,
            aiohttp.ServerFingerprintMismatch,
        ):
            failure = await self._not_trusted()
        except aiohttp.ClientResponseError:
            failure = PbxWrongService(WrongService.NOT_THE_API, "no HTTP")
        except aiohttp.ClientConnectorDNSError, ValueError:
            # ValueError: a name that is not even valid for the resolver.
            failure = PbxUnreachable(Unreachable.NAME_NOT_RESOLVED)
        except aiohttp.ClientPayloadError:
            failure = PbxUnreachable(Unreachable.BAD_ANSWER, maybe_done=acting)
        except TimeoutError:
            failure = PbxUnreachable(
                Unreachable.TIMED_OUT, maybe_done=acting and _sent(payload)
            )
        except aiohttp.ClientError, OSError:
            failure = PbxUnreachable(
                Unreachable.CANNOT_CONNECT, maybe_done=acting and _sent(payload)
            )
        finally:
            if payload is not None:
                self.local_ip = payload.local_ip or self.local_ip
                self.remote_ip = payload.remote_ip or self.remote_ip
        raise failure

    async def _read(self, response: aiohttp.ClientResponse, acting: bool) -> Answer:
        """Return the JSON object of a response; raise PbxWrongService for any other."""
        _check_status(response, acting)
        answer = decode(await self._read_body(response))
        if answer is None:
            raise _not_the_api(response)
        return answer

    async def _read_file(
        self,
        response: aiohttp.ClientResponse,
        acting: bool,
        write: Callable[[bytes], None],
    ) -> Answer | None:
        """Pass a file on in pieces, or return the answer of the API instead of a file."""
        _check_status(response, acting)
        first = await response.content.readany()
        if not first.lstrip(_BEFORE_JSON).startswith(b"{"):
            while first:
                write(first)
                first = await response.content.readany()
            return None
        answer = decode(first + await self._read_body(response))
        if answer is None:
            raise _not_the_api(response)
        return answer

    async def _read_body(self, response: aiohttp.ClientResponse) -> bytearray:
        """Return the body of a response, empty when it is too large."""
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > MAX_BODY:
                return bytearray()
        return body

    async def _not_trusted(self) -> PbxNotTrusted | PbxUnreachable:
        """Return the error for an untrusted certificate, with the certificate."""
        try:
            return PbxNotTrusted(await read_certificate(self._address, CONNECT_TIMEOUT))
        except OSError:
            return PbxUnreachable(Unreachable.CANNOT_CONNECT)


def _sent(payload: RequestBody | None) -> bool:
    """Return whether a request with a body was sent."""
    return payload is not None and payload.sent


def _check_status(response: aiohttp.ClientResponse, acting: bool) -> None:
    """Raise PbxError for a status other than 200 (reference, section 1.3)."""
    if 300 <= response.status < 400:
        # Port 80 redirects to the HTTPS port; a POST must not follow.
        raise PbxWrongService(WrongService.REDIRECTED)
    if response.status >= 500:
        raise PbxUnreachable(Unreachable.BAD_ANSWER, maybe_done=acting)
    if response.status != HTTPStatus.OK:
        raise _not_the_api(response)


def _not_the_api(response: aiohttp.ClientResponse) -> PbxWrongService:
    """Return the error for another web server, with its status and its name."""
    answer = f"HTTP {response.status} {response.headers.get('Server', '')}"
    return PbxWrongService(WrongService.NOT_THE_API, answer)
