"""The web server of the PBX: HTTP around the API, and the faults of the way (reference 1)."""

import asyncio
from collections import deque
import socket
import struct
import time

from aiohttp import web

from tests.simulator.clock import Clock
from tests.simulator.faults import Fault, Faults, mistyped, without

from .answers import HEADERS, Answer, File, encode, failure
from .pbx import YeastarS
from .request import BODY_LIMIT, RecordedRequest, parse_query, readable_body, split_path

REQUESTS_LIMIT = 2000
WEB_PAGE = (
    b"<!DOCTYPE html><html><head><title>Yeastar</title></head><body>Login</body></html>"
)
# Linger for zero seconds: closing sends a reset instead of an orderly end.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Front:
    """Answers requests from the network."""

    def __init__(self, pbx: YeastarS, faults: Faults, clock: Clock) -> None:
        """Stand in front of a PBX."""
        self._pbx = pbx
        self._faults = faults
        self._clock = clock
        self.requests: deque[RecordedRequest] = deque(maxlen=REQUESTS_LIMIT)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request and close the connection (reference 1.3)."""
        found = split_path(request.rel_url.raw_path)
        raw_body = await _read(request)
        remote = request.remote or ""
        query = parse_query(request.rel_url.raw_query_string)
        version, endpoint = found or ("", "")
        self.requests.append(
            RecordedRequest(
                request.method,
                request.rel_url.raw_path,
                version,
                endpoint,
                query,
                readable_body(raw_body),
                raw_body,
                self._clock.now(),
                time.monotonic(),
                remote,
            )
        )
        fault = self._faults.next(endpoint)
        if found is None and fault is None:
            return self._web_interface(request)
        if self._pbx.switches.lockout_drops and self._pbx.sessions.locked(remote):
            return _reset(request)

        def perform() -> Answer | File:
            return self._pbx.answer(
                request.method, version, endpoint, query, raw_body, remote
            )

        if fault is None:
            return _sent(_response(*_written(perform())))
        answer = perform() if fault.carried_out else failure("30001")
        return await self._spoil(fault, answer, request)

    def _web_interface(self, request: web.BaseRequest) -> web.Response:
        """Return what is not the API: the same port serves the web interface."""
        status = 200 if request.rel_url.path == "/" else 404
        return _sent(
            web.Response(body=WEB_PAGE, status=status, content_type="text/html")
        )

    async def _spoil(
        self, fault: Fault, answer: Answer | File, request: web.BaseRequest
    ) -> web.StreamResponse:
        """Return the answer as the fault leaves it."""
        body, content_type = _written(answer)
        match fault.kind:
            case "latency":
                await asyncio.sleep(fault.seconds)
            case "hang":
                await asyncio.Event().wait()
            case "reset":
                return _reset(request)
            case "http":
                return _html(fault.status, f"{fault.status} from a gateway")
            case "html":
                return _html(200, "Login")
            case "redirect":
                headers = {"Location": fault.location}
                return _sent(web.Response(status=302, headers=headers))
            case "truncated":
                return await _truncated(request, body)
            case "empty":
                body = b""
            case "huge":
                body = body[:-1] + b',"padding":"' + b"0" * fault.size + b'"}'
            case "wrong_content_type":
                return _sent(_response(body, "text/html"))
            case "garbled":
                body = body[: len(body) // 2] + b"\xff\x00{" + body[len(body) // 2 :]
            case "errno":
                body, content_type = _written(failure(str(fault.errno)))
            case _ if isinstance(answer, dict):
                body = encode(_altered(fault, answer)).encode()
        return _sent(_response(body, content_type))


def _written(answer: Answer | File) -> tuple[bytes, str]:
    """Return what goes over the wire, and what it is said to be."""
    if isinstance(answer, File):
        return answer.content, answer.content_type
    return encode(answer).encode(), "application/json"


def _altered(fault: Fault, answer: Answer) -> Answer:
    """Return another answer of the same outer shape."""
    if fault.rewrite is not None:
        return fault.rewrite(answer)
    changed: Answer
    if fault.kind == "empty_list":
        changed = {key: [] if isinstance(v, list) else v for key, v in answer.items()}
    elif fault.kind == "missing_fields":
        changed = without(answer, fault.fields)
    else:
        changed = mistyped(answer, fault.fields)
    return changed


async def _read(request: web.BaseRequest) -> bytes:
    """Read the body up to one byte more than is allowed."""
    body = b""
    while len(body) <= BODY_LIMIT:
        chunk = await request.content.read(BODY_LIMIT + 1 - len(body))
        if not chunk:
            break
        body += chunk
    return body


def _response(body: bytes, content_type: str = "application/json") -> web.Response:
    return web.Response(body=body, headers={**HEADERS, "Content-Type": content_type})


def _html(status: int, text: str) -> web.Response:
    body = f"<!DOCTYPE html><html><body><h1>{text}</h1></body></html>".encode()
    return _sent(web.Response(body=body, status=status, content_type="text/html"))


def _sent(response: web.Response) -> web.Response:
    response.force_close()
    return response


def _reset(request: web.BaseRequest) -> web.Response:
    """Cut the connection without an answer."""
    transport = request.transport
    if transport is not None:
        if (connection := transport.get_extra_info("socket")) is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        transport.abort()
    return web.Response()


async def _truncated(request: web.BaseRequest, body: bytes) -> web.StreamResponse:
    """Announce the whole body, send half of it and cut the connection."""
    response = web.StreamResponse(headers={**HEADERS, "Content-Length": str(len(body))})
    response.force_close()
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
