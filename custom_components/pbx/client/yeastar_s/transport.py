"""One request on the wire, and what may come back instead of an answer."""

from http import HTTPStatus
import json
import logging
from typing import Final

import aiohttp

from ..errors import (
    PbxNotTrusted,
    PbxUnreachable,
    PbxWrongService,
    Unreachable,
    WrongService,
)
from ..pbx import Address
from ..tls import read_certificate, ssl_argument
from .answers import Answer

_LOGGER = logging.getLogger(__name__)

CONNECT_TIMEOUT: Final = 5.0
TOTAL_TIMEOUT: Final = 10.0
# The list of a PBX with 10,000 extensions is about 1 MiB.
MAX_BODY: Final = 2 * 1024 * 1024


class Transport:
    """POSTs JSON to one PBX (reference, sections 1.1 to 1.3).

    No exception that leaves this class is chained to one of aiohttp's: those may hold
    the URL, and the URL holds the token.
    """

    def __init__(
        self, session: aiohttp.ClientSession, address: Address, fingerprint: str | None
    ) -> None:
        """Keep where the requests go; nothing is sent yet."""
        self._session = session
        self._address = address
        self._ssl = ssl_argument(fingerprint)
        # Our own address as the PBX sees it, once something was sent.
        self.local_ip: str | None = None

    async def post(
        self,
        version: str,
        endpoint: str,
        body: dict[str, str],
        token: str | None = None,
        *,
        acting: bool = False,
        timeout: float = TOTAL_TIMEOUT,
    ) -> Answer:
        """Send one request, once, and return the answer, success or failure.

        `timeout` is in seconds; `acting` marks a request that does something. Raises
        PbxUnreachable, PbxNotTrusted, and PbxWrongService for a redirect or an answer
        that is no JSON object.
        """
        _LOGGER.debug("POST %s/%s to %s", version, endpoint, self._address.host)
        try:
            async with self._session.post(
                f"{self._address.url}/api/{version}/{endpoint}",
                params=None if token is None else {"token": token},
                data=json.dumps(body, separators=(",", ":")).encode(),
                headers={
                    "Content-Type": "application/json; charset=utf-8",
                    # The device closes after each answer (section 1.3). Saying so
                    # ourselves keeps a stale connection from making it unclear
                    # whether a request arrived.
                    "Connection": "close",
                },
                ssl=self._ssl,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=timeout, connect=CONNECT_TIMEOUT, sock_connect=CONNECT_TIMEOUT
                ),
            ) as response:
                self._note_local_ip(response)
                return await self._read(response, acting)
        except PbxUnreachable, PbxWrongService:
            raise
        except (
            aiohttp.ClientConnectorCertificateError,
            aiohttp.ServerFingerprintMismatch,
        ):
            failure = await self._not_trusted()
        except aiohttp.ClientConnectorDNSError:
            failure = PbxUnreachable(Unreachable.NAME_NOT_RESOLVED)
        except aiohttp.ConnectionTimeoutError:
            failure = PbxUnreachable(Unreachable.TIMED_OUT)
        except aiohttp.ClientConnectorError:
            failure = PbxUnreachable(Unreachable.CANNOT_CONNECT)
        except TimeoutError:
            failure = PbxUnreachable(Unreachable.TIMED_OUT, maybe_done=acting)
        except aiohttp.ClientPayloadError, aiohttp.ClientResponseError:
            failure = PbxUnreachable(Unreachable.BAD_ANSWER, maybe_done=acting)
        except aiohttp.ClientError, OSError, ValueError:
            failure = PbxUnreachable(Unreachable.CANNOT_CONNECT, maybe_done=acting)
        raise failure from None

    def _note_local_ip(self, response: aiohttp.ClientResponse) -> None:
        """Remember our own address, which a heartbeat has to name (section 2.4)."""
        connection = response.connection
        transport = connection.transport if connection else None
        if transport and (name := transport.get_extra_info("sockname")):
            self.local_ip = str(name[0])

    async def _read(self, response: aiohttp.ClientResponse, acting: bool) -> Answer:
        """Return the JSON object of a response, and nothing else."""
        if 300 <= response.status < 400:
            # Port 80 redirects to the HTTPS port; a POST must not follow.
            raise PbxWrongService(WrongService.REDIRECTED)
        bad = PbxUnreachable(Unreachable.BAD_ANSWER, maybe_done=acting)
        other = PbxWrongService(WrongService.NOT_THE_API)
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > MAX_BODY:
                response.close()
                raise bad
        if response.status == HTTPStatus.NOT_FOUND:
            raise other
        if response.status != HTTPStatus.OK:
            raise bad
        try:
            answer = json.loads(body)
        except ValueError, RecursionError:
            raise other from None
        if not isinstance(answer, dict):
            raise other
        return answer

    async def _not_trusted(self) -> PbxNotTrusted | PbxUnreachable:
        """Return the error for a certificate nobody vouches for, with the certificate."""
        try:
            return PbxNotTrusted(await read_certificate(self._address, CONNECT_TIMEOUT))
        except OSError:
            return PbxUnreachable(Unreachable.CANNOT_CONNECT)
