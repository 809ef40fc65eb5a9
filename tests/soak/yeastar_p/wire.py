"""The client's requests and its WebSocket, which lead to a simulated PBX in process."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
import json
from typing import Any, Final

import aiohttp
from aiohttp import WSMessage, WSMsgType

from custom_components.pbx.client.errors import PbxUnreachable, Unreachable
from custom_components.pbx.client.yeastar.values import Answer, decode
from tests.simulator.yeastar_p import PSimulator
from tests.simulator.yeastar_p.front import PATH, Subscriber

CLOSED: Final = WSMessage(WSMsgType.CLOSED, None, None)
# Neither an event nor an answer.
GARBAGE: Final = (
    '{"type":30011,"msg":"{"}',
    "heartbeat response",
    '{"type":30011,"sn":"3631A2124001","msg":{"call_id":7,"members":[{},7]}}',
)


class Socket:
    """Stands in for a WebSocket: frames arrive in order and at once, or not at all."""

    def __init__(self, wire: Wire, token: str) -> None:
        """Initialize a socket that is open."""
        self._wire = wire
        self._frames: deque[str | None] = deque()
        self._held: deque[str] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._over = False
        self.late = False
        self.double = 0
        self.subscriber = Subscriber(token, self.put, self.end)
        wire.sim.front.subscribers.append(self.subscriber)

    # -- the end of the PBX

    def put(self, frame: str) -> None:
        """Send a frame to the client."""
        if self._wire.frozen or self._over:
            return
        if self.late:
            self._held.append(frame)
            return
        times = 1
        if self.double and '"type"' in frame:
            self.double -= 1
            times = 2
        for _ in range(times):
            self._arrive(frame)

    def tick(self) -> None:
        """Let the client notice that time has passed."""
        if not self._frames:
            self._arrive(None)

    def deliver(self) -> None:
        """Let the frames arrive that were late."""
        self.late = False
        while self._held:
            self._arrive(self._held.popleft())

    def end(self) -> None:
        """End the socket without a word."""
        self._over = True
        self._held.clear()
        if self.subscriber in self._wire.sim.front.subscribers:
            self._wire.sim.front.subscribers.remove(self.subscriber)
        self._wake()

    def _arrive(self, frame: str | None) -> None:
        self._frames.append(frame)
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    # -- the end of the client

    async def receive(self, timeout: float | None = None) -> WSMessage:
        """Return the next frame; raise TimeoutError when it is time for a heartbeat."""
        while not self._frames and not self._over:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        if not self._frames:
            return CLOSED
        frame = self._frames.popleft()
        if frame is None:
            raise TimeoutError
        return WSMessage(WSMsgType.TEXT, frame, None)

    async def send_str(self, text: str) -> None:
        """Send a frame to the PBX."""
        if self._over:
            raise ConnectionResetError
        if not self._wire.frozen:
            self._wire.sim.front.hear(self.subscriber, text)

    async def close(self) -> None:
        """Close the socket."""
        self.end()


class Wire:
    """Stands in for the client's transport.

    `asked` is called before each request is answered, `answered` after it: then what the
    client gets is older than what happened.
    """

    local_ip = remote_ip = "192.0.2.9"

    def __init__(self, sim: PSimulator) -> None:
        """Lead to a simulated PBX."""
        self.sim = sim
        self.cut = False
        self.frozen = False
        self.socket: Socket | None = None
        self.damage: str | None = None
        self.asked: Callable[[str], None] = lambda endpoint: None
        self.answered: Callable[[str], None] = lambda endpoint: None

    async def send(
        self,
        endpoint: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None,
        *,
        acting: bool = False,
    ) -> Answer:
        """Carry out one request."""
        self.asked(endpoint)
        await asyncio.sleep(0)
        if self.cut or self.frozen:
            raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
        if self.damage is not None and endpoint.endswith(("list", "query")):
            code, self.damage = self.damage, None
            if code == "502":
                raise PbxUnreachable(Unreachable.BAD_ANSWER)
            return {"errcode": code, "errmsg": "FAILURE"}
        reply = self.sim.front.reply(
            "GET" if body is None else "POST",
            f"{PATH}{endpoint}",
            dict(query),
            b"" if body is None else json.dumps(body).encode(),
        )
        self.answered(endpoint)
        await asyncio.sleep(0)
        answer = decode(json.dumps(reply).encode())
        assert answer is not None
        return answer

    async def subscribe(self, token: str) -> aiohttp.ClientWebSocketResponse:
        """Open a socket."""
        if self.cut or self.frozen or not self.sim.tokens.valid(token):
            raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
        self.socket = Socket(self, token)
        return self.socket  # type: ignore[return-value]

    def lose(self) -> None:
        """Lose every socket, with all that was under way."""
        for subscriber in list(self.sim.front.subscribers):
            subscriber.cut()

    def garble(self, index: int) -> None:
        """Send a frame that means nothing."""
        if self.socket is not None:
            self.socket.put(GARBAGE[index % len(GARBAGE)])
