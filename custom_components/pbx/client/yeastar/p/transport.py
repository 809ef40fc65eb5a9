"""Requests of the P-Series API over HTTP (reference, sections 1.1 to 1.6)."""

from collections.abc import Mapping
import json
from typing import Any, Final

import aiohttp

from ...errors import PbxError, PbxUnreachable, Unreachable
from ...pbx import Address
from ..http import (
    TOTAL_TIMEOUT,
    HttpTransport,
    RequestBody,
    check_status,
    not_the_api,
    read_body,
)
from ..values import Answer, decode, text

PATH: Final = "openapi/v1.0"
PROBE_TIMEOUT: Final = 5.0
# In bytes, for one event.
MAX_EVENT: Final = 1024 * 1024


class OpenApiTransport(HttpTransport):
    """The transport of requests to one PBX."""

    # The PBX refuses requests without one (reference, section 1.3).
    headers = {"User-Agent": "OpenAPI"}

    async def send(
        self,
        endpoint: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None,
        *,
        acting: bool = False,
    ) -> Answer:
        """Send one request, once: a POST with a body, else a GET (section 1.2).

        Returns the answer, success or failure. Raises PbxNotTrusted, PbxUnreachable,
        and PbxWrongService for a response that is not an answer of the API.
        """
        payload = None
        if body is not None:
            payload = RequestBody(json.dumps(body, separators=(",", ":")).encode())
        return await self.request(
            "GET" if body is None else "POST",
            f"{PATH}/{endpoint}",
            dict(query),
            payload,
            _read,
            TOTAL_TIMEOUT,
            acting=acting,
        )

    async def subscribe(self, token: str) -> aiohttp.ClientWebSocketResponse:
        """Open a WebSocket for events (reference, section 5.1).

        Raises PbxNotTrusted and PbxUnreachable.
        """
        failure: PbxError
        scheme = "wss" if self._address.tls else "ws"
        url = self._address.url.partition("://")[2]
        try:
            return await self._session.ws_connect(
                f"{scheme}://{url}/{PATH}/subscribe?access_token={token}",
                headers=self.headers,
                ssl=self._ssl,
                timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
                max_msg_size=MAX_EVENT,
            )
        except aiohttp.WSServerHandshakeError:
            # It was the API at login: this is a passing failure.
            failure = PbxUnreachable(Unreachable.BAD_ANSWER)
        except (aiohttp.ClientError, OSError, ValueError) as err:
            failure = await self.failure_of(err, sent=False)
        raise failure


async def is_p_series(session: aiohttp.ClientSession, address: Address) -> bool:
    """Return whether the API of the P-Series answers at an address. Raises nothing.

    The request needs no login, and the certificate is not checked: nothing secret is
    sent, and nothing but the form of the answer is used.
    """
    try:
        async with session.get(
            f"{address.url}/{PATH}/system/information",
            headers=OpenApiTransport.headers,
            ssl=False,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=PROBE_TIMEOUT),
        ) as response:
            answer = decode(await read_body(response))
    except aiohttp.ClientError, OSError, ValueError:
        return False
    return answer is not None and error_code(answer) is not None


def error_code(answer: Answer) -> int | None:
    """Return the error code of an answer, None when it has none (section 1.6)."""
    try:
        return int(text(answer.get("errcode")))
    except ValueError:
        return None


async def _read(response: aiohttp.ClientResponse, acting: bool) -> Answer:
    """Return the JSON object of a response; raise PbxWrongService for any other."""
    check_status(response, acting)
    answer = decode(await read_body(response))
    if answer is None or error_code(answer) is None:
        raise not_the_api(response)
    return answer
