"""The HTTP transport of the API: one request and its answer."""

from collections.abc import Callable, Mapping
import json
from typing import Final

import aiohttp

from ..http import (
    TOTAL_TIMEOUT,
    HttpTransport,
    RequestBody,
    check_status,
    not_the_api,
    read_body,
)
from ..values import Answer, decode

DOWNLOAD_TIMEOUT: Final = 60.0

# A byte order mark and white space, which may precede the JSON of an answer.
_BEFORE_JSON: Final = b"\xef\xbb\xbf \t\r\n"


class Transport(HttpTransport):
    """The transport of requests to one PBX (reference, sections 1.1 to 1.3)."""

    async def post(
        self,
        version: str,
        endpoint: str,
        body: dict[str, str],
        query: Mapping[str, str],
        *,
        acting: bool = False,
    ) -> Answer:
        """Send one request, once, and return the answer, success or failure.

        `query` follows the path, with the token if there is one. `acting` marks a request that changes something on the PBX. Raises
        PbxNotTrusted, PbxUnreachable, and PbxWrongService for a redirect or for a
        complete response that is not an answer of the API.
        """
        return await self.request(
            "POST",
            f"api/{version}/{endpoint}",
            dict(query),
            RequestBody(json.dumps(body, separators=(",", ":")).encode()),
            self._read,
            TOTAL_TIMEOUT,
            acting=acting,
        )

    async def download(
        self,
        version: str,
        endpoint: str,
        query: Mapping[str, str],
        write: Callable[[bytes], None],
    ) -> Answer | None:
        """Send one request for a file and pass it on in pieces (reference, section 3.11).

        Returns None, or the answer that the PBX gave instead of a file. Raises the
        same as `post`, and the errors of `write`, which may raise PbxError only.
        """

        async def read(response: aiohttp.ClientResponse, acting: bool) -> Answer | None:
            return await self._read_file(response, acting, write)

        return await self.request(
            "GET",
            f"api/{version}/{endpoint}",
            dict(query),
            None,
            read,
            DOWNLOAD_TIMEOUT,
        )

    async def _read(self, response: aiohttp.ClientResponse, acting: bool) -> Answer:
        """Return the JSON object of a response; raise PbxWrongService for any other."""
        check_status(response, acting)
        answer = decode(await read_body(response))
        if answer is None:
            raise not_the_api(response)
        return answer

    async def _read_file(
        self,
        response: aiohttp.ClientResponse,
        acting: bool,
        write: Callable[[bytes], None],
    ) -> Answer | None:
        """Pass a file on in pieces, or return the answer of the API instead of a file."""
        check_status(response, acting)
        first = await response.content.readany()
        if not first.lstrip(_BEFORE_JSON).startswith(b"{"):
            while first:
                write(first)
                first = await response.content.readany()
            return None
        answer = decode(first + await read_body(response))
        if answer is None:
            raise not_the_api(response)
        return answer
