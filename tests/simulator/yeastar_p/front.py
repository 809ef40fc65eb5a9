"""HTTP and WebSocket: reference 1, 2 and 5.1, appendix A."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
import json
from typing import Any

from aiohttp import WSMsgType, web

from tests.simulator.clock import Clock
from tests.simulator.yeastar_s.identity import Identity

from .endpoints import Endpoints, answer, required
from .errors import Refused
from .objects import Json
from .switches import PSwitches
from .tokens import Pair, Tokens

PATH = "/openapi/v1.0/"
SUBSCRIBE = "subscribe"
REQUESTS_KEPT = 10_000
QUEUE = 10_000
FAULT_KINDS = frozenset({"http_502", "hang", "reset", "html", "json"})


@dataclass(slots=True)
class Fault:
    """Something that goes wrong with the requests to an endpoint (None: all).

    `kind` is one of FAULT_KINDS, or an error code as text; `json` is the answer of
    another service. The endpoint of sockets is `subscribe`.
    """

    kind: str
    endpoint: str | None = None
    times: int | None = None


@dataclass(slots=True)
class Request:
    """A request that came in, without its token."""

    method: str
    endpoint: str
    query: dict[str, str]
    body: Any


@dataclass(slots=True, eq=False)
class Subscriber:
    """One open socket with the token it came with, and the topics it wants.

    `put` sends a frame, `cut` ends the socket without a word.
    """

    token: str
    put: Callable[[str], object]
    cut: Callable[[], object]
    topics: set[int] = field(default_factory=set)


class Front:
    """The server of one PBX."""

    def __init__(
        self,
        endpoints: Endpoints,
        tokens: Tokens,
        identity: Identity,
        switches: PSwitches,
        clock: Clock,
    ) -> None:
        """Serve the endpoints."""
        self.endpoints = endpoints
        self._tokens = tokens
        self._identity = identity
        self._switches = switches
        self._clock = clock
        self.requests: deque[Request] = deque(maxlen=REQUESTS_KEPT)
        self.faults: list[Fault] = []
        self.subscribers: list[Subscriber] = []
        # A test can hold events back, and drop or double them.
        self.deliver = True
        self.events_sent = 0

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        path = request.path
        if not path.startswith("/openapi/"):
            return web.Response(status=404, text="<html>not found</html>")
        endpoint = path.removeprefix(PATH)
        raw = await request.read()
        for fault in list(self.faults):
            if fault.endpoint in (None, endpoint) and fault.times != 0:
                if fault.times is not None:
                    fault.times -= 1
                response = await self._fail(fault, request)
                if response is not None:
                    return response
        if path.startswith(PATH) and endpoint == SUBSCRIBE:
            return await self._subscribe(request)
        return _closing(
            self.reply(
                request.method,
                path,
                dict(request.query.items()),
                raw,
                request.remote or "",
                request.headers.get("User-Agent"),
            )
        )

    def reply(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        raw: bytes,
        address: str = "127.0.0.1",
        agent: str | None = "OpenAPI",
    ) -> Json:
        """Return the answer to a request."""
        try:
            return self._reply(method, path, query, raw, address, agent)
        except Refused as err:
            return answer(err.code, **err.more)

    def _reply(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        raw: bytes,
        address: str,
        agent: str | None,
    ) -> Json:
        if not path.startswith(PATH):
            raise Refused(10003)
        endpoint = path.removeprefix(PATH)
        if not self._switches.address_allowed:
            raise Refused(70087)
        if not self._switches.api_on:
            raise Refused(70123)
        if (until := self._tokens.blocked(address)) is not None:
            raise Refused(70004, block_expire_time=int(until))
        if not agent:
            raise Refused(40002)
        query = dict(query)
        token = query.pop("access_token", "")
        body = self._body(raw) if method == "POST" else None
        self.requests.append(Request(method, endpoint, query, body))
        if endpoint in ("get_token", "refresh_token"):
            if method != "POST" or not isinstance(body, dict):
                raise Refused(10001)
            pair = (
                self._log_in(body, address)
                if endpoint == "get_token"
                else self._tokens.refreshed(required(body, "refresh_token"))
            )
            if pair is None:
                raise Refused(60002 if endpoint == "get_token" else 10004)
            return answer(
                access_token_expire_time=self._switches.access_lifetime,
                access_token=pair.access,
                refresh_token_expire_time=self._switches.refresh_lifetime,
                refresh_token=pair.refresh,
            )
        if not self._tokens.valid(token):
            raise Refused(10004)
        if endpoint == "del_token" and method == "GET":
            self._tokens.delete(token)
            return answer()
        if method == "GET" and endpoint in self.endpoints.get:
            return self.endpoints.get[endpoint](query)
        if method == "POST" and endpoint in self.endpoints.post:
            if not isinstance(body, dict):
                raise Refused(40001)
            return self.endpoints.post[endpoint](body)
        raise Refused(10001)

    @staticmethod
    def _body(raw: bytes) -> Any:
        try:
            return json.loads(raw)
        except ValueError:
            begin = raw[:1].decode(errors="replace")
            text = f"invalid character '{begin}' looking for beginning of value"
            raise Refused(-2, invalid_param_list=[{"value": text}]) from None

    def _log_in(self, body: Json, address: str) -> Pair | None:
        name, password = required(body, "username"), required(body, "password")
        if (name, password) != (self._identity.username, self._identity.password):
            self._tokens.failed(address)
            wrong = [{"field": "username or password", "value": "error"}]
            raise Refused(-1, invalid_param_list=wrong)
        pair = self._tokens.new()
        if pair is not None:
            self._tokens.succeeded(address)
        return pair

    async def _fail(
        self, fault: Fault, request: web.BaseRequest
    ) -> web.StreamResponse | None:
        if fault.kind == "hang":
            await asyncio.sleep(3600)
        if fault.kind == "reset":
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        if fault.kind == "html":
            return web.Response(text="<html></html>", content_type="text/html")
        if fault.kind == "json":
            return web.json_response({"status": "ok"})
        if fault.kind.startswith("http_"):
            return web.Response(status=int(fault.kind.removeprefix("http_")))
        return _closing(answer(int(fault.kind)))

    # -- events

    async def _subscribe(self, request: web.BaseRequest) -> web.StreamResponse:
        token = request.query.get("access_token", "")
        if "User-Agent" not in request.headers or not self._tokens.valid(token):
            return _closing(answer(10004))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        transport = request.transport
        queue: asyncio.Queue[str] = asyncio.Queue(QUEUE)
        subscriber = Subscriber(
            token, queue.put_nowait, transport.abort if transport else lambda: None
        )
        self.subscribers.append(subscriber)
        writer = asyncio.create_task(_write(socket, queue))
        try:
            while True:
                message = await socket.receive(self._switches.silence_limit)
                if message.type is not WSMsgType.TEXT:
                    break
                self.hear(subscriber, message.data)
        except TimeoutError:
            pass
        finally:
            self.subscribers.remove(subscriber)
            writer.cancel()
            await socket.close()
        return socket

    def hear(self, subscriber: Subscriber, frame: str) -> None:
        """Answer a frame of a subscriber."""
        if frame == "heartbeat":
            if self._switches.heartbeats_answered:
                subscriber.put("heartbeat response")
            return
        try:
            topics = json.loads(frame)["topic_list"]
            subscriber.topics = {int(topic) for topic in topics}
        except ValueError, TypeError, KeyError:
            subscriber.put(json.dumps(answer(40002)))
            return
        match self._switches.subscription:
            case "refused":
                subscriber.put(json.dumps(answer(10005)))
            case "closed":
                subscriber.cut()
            case "event first":
                subscriber.put("heartbeat response")
                subscriber.put(json.dumps(answer()))
            case "success":
                subscriber.put(json.dumps(answer()))

    def send(self, kind: int, frame: str) -> None:
        """Send an event to each socket that wants it."""
        for subscriber in list(self.subscribers):
            expired = not self._tokens.valid(subscriber.token)
            if expired and self._switches.socket_at_expiry == "closed":
                subscriber.cut()
            elif self.deliver and kind in subscriber.topics:
                subscriber.put(frame)
                self.events_sent += 1

    async def cut_sockets(self) -> None:
        """Close every socket without a word."""
        for subscriber in list(self.subscribers):
            subscriber.cut()
        await asyncio.sleep(0)


async def _write(socket: web.WebSocketResponse, queue: asyncio.Queue[str]) -> None:
    """Send frames in turn."""
    while True:
        frame = await queue.get()
        try:
            await socket.send_str(frame)
        except ConnectionError:
            return


def _closing(body: Json) -> web.Response:
    response = web.json_response(body)
    response.force_close()
    return response
