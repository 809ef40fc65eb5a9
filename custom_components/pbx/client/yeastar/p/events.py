"""The events of a PBX over a WebSocket (reference, section 5.1)."""

import asyncio
from collections import deque
from collections.abc import Callable
import json
import logging
from typing import Any, Final

import aiohttp

from ...errors import PbxError, PbxUnreachable, Unreachable
from ..values import decode, text
from . import errcode
from .session import TokenSession
from .transport import OpenApiTransport, error_code

_LOGGER = logging.getLogger(__name__)

REGISTRATION: Final = 30007
EXTENSION_STATUS: Final = 30008
PRESENCE: Final = 30009
TRUNK_STATUS: Final = 30010
CALL_STATUS: Final = 30011
CALL_RECORD: Final = 30012
CALL_TRANSFER: Final = 30013
CALL_FORWARD: Final = 30014
CALL_FAILED: Final = 30015
CALL_OFFERED: Final = 30016
EXTENSION_CHANGED: Final = 30022
TRUNK_CHANGED: Final = 30023
AGENT_PAUSED: Final = 30025
AGENT_RANG: Final = 30026
AGENT_STATUS: Final = 30029
TOPICS: Final = (
    REGISTRATION,
    EXTENSION_STATUS,
    PRESENCE,
    TRUNK_STATUS,
    CALL_STATUS,
    CALL_RECORD,
    CALL_TRANSFER,
    CALL_FORWARD,
    CALL_FAILED,
    CALL_OFFERED,
    EXTENSION_CHANGED,
    TRUNK_CHANGED,
    AGENT_PAUSED,
    AGENT_RANG,
    AGENT_STATUS,
)

# Seconds. The PBX closes a socket without traffic after 60 s.
HEARTBEAT_EVERY: Final = 25.0
SILENCE: Final = 70.0
ANSWER_WITHIN: Final = 10.0
# While the sockets of two tokens are open, an event arrives on both; then no longer.
OVERLAP: Final = 0.5
SEEN_FOR: Final = 1.0
_HEARTBEAT: Final = "heartbeat"
_DUPLICATES: Final = 256


class EventStream:
    """The stream of events; its socket is replaced when the token is renewed.

    `take` is called with the type, the serial number and the body of each event, `lost`
    once when the stream breaks. Events are applied in order.
    """

    def __init__(
        self,
        transport: OpenApiTransport,
        session: TokenSession,
        take: Callable[[int, str, Any], None],
        lost: Callable[[PbxError], None],
    ) -> None:
        """Initialize without a socket."""
        self._transport = transport
        self._session = session
        self._take = take
        self._lost = lost
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._task: asyncio.Task[None] | None = None
        # Events that came on the socket being replaced, and will come on the new one.
        self._seen: deque[str] = deque(maxlen=_DUPLICATES)
        self._seen_until = 0.0

    async def start(self) -> None:
        """Open the socket, subscribe, and begin to read.

        Raises the errors of `TokenSession.token` and `OpenApiTransport.subscribe`, and
        PbxUnreachable if the PBX does not confirm.
        """
        self._socket = await self._subscribed(await self._session.renewed_token())
        self._task = asyncio.create_task(self._run(), name="P-Series events")

    async def stop(self) -> None:
        """Close the socket without calling `lost`. Raises nothing."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _subscribed(self, token: str) -> aiohttp.ClientWebSocketResponse:
        """Return a new socket, once the PBX has confirmed the subscription."""
        socket = await self._transport.subscribe(token)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await socket.send_str(json.dumps({"topic_list": TOPICS}))
                while not self._confirmed(await socket.receive()):
                    pass
        except TimeoutError:
            await socket.close()
            raise PbxUnreachable(Unreachable.TIMED_OUT) from None
        except BaseException:
            # A cancelled task must not leave the socket open either.
            await socket.close()
            raise
        return socket

    def _confirmed(self, message: aiohttp.WSMessage) -> bool:
        """Return whether a message confirms the subscription; apply an event.

        Raises PbxUnreachable for a refusal and a closed socket.
        """
        code: int | None = -1
        if message.type is aiohttp.WSMsgType.TEXT:
            answer = decode(message.data)
            code = None if answer is None else error_code(answer)
        if code is None:
            self._apply(message.data)
        elif code != errcode.SUCCESS:
            raise PbxUnreachable(Unreachable.BAD_ANSWER)
        return code is not None

    async def _run(self) -> None:
        """Read until the stream breaks; renew the token in time."""
        failure: PbxError
        loop = asyncio.get_running_loop()
        heard = loop.time()
        try:
            while True:
                wait = min(HEARTBEAT_EVERY, self._session.renewal_in)
                socket = self._current()
                try:
                    message = await socket.receive(wait)
                except TimeoutError:
                    if self._session.renewal_in <= 0:
                        await self._replace()
                    if loop.time() - heard > SILENCE:
                        failure = PbxUnreachable(Unreachable.TIMED_OUT)
                        break
                    await self._current().send_str(_HEARTBEAT)
                    continue
                heard = loop.time()
                if message.type is not aiohttp.WSMsgType.TEXT:
                    failure = PbxUnreachable(Unreachable.CANNOT_CONNECT)
                    break
                self._hear(message.data)
        except PbxError as err:
            failure = err
        except aiohttp.ClientError, OSError, OverflowError:
            failure = PbxUnreachable(Unreachable.CANNOT_CONNECT)
        except Exception:
            # What an event has left half done is read anew after the next connection.
            # The event is not logged, as it may contain numbers of people.
            _LOGGER.exception("Unexpected error with an event")
            failure = PbxUnreachable(Unreachable.BAD_ANSWER)
        finally:
            await self._current().close()
        self._lost(failure)

    def _current(self) -> aiohttp.ClientWebSocketResponse:
        """Return the open socket."""
        if self._socket is None:
            raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
        return self._socket

    async def _replace(self) -> None:
        """Open a socket with a new token, then read the old one to its end.

        No event is lost in between; those that come on both are applied once.
        """
        old = self._current()
        self._socket = await self._subscribed(await self._session.renewed_token())
        self._seen_until = asyncio.get_running_loop().time() + OVERLAP + SEEN_FOR
        try:
            async with asyncio.timeout(OVERLAP):
                while (message := await old.receive()).type is aiohttp.WSMsgType.TEXT:
                    self._seen.append(message.data)
                    self._apply(message.data)
        except TimeoutError:
            pass
        finally:
            await old.close()

    def _hear(self, frame: str) -> None:
        """Apply an event, unless it came on the socket before."""
        if self._seen:
            if asyncio.get_running_loop().time() > self._seen_until:
                self._seen.clear()
            elif frame in self._seen:
                self._seen.remove(frame)
                return
        self._apply(frame)

    def _apply(self, frame: str) -> None:
        """Pass an event on; ignore anything else (sections 5.1 and 5.3)."""
        event = decode(frame)
        if event is None:
            return
        try:
            kind = int(text(event.get("type")))
        except ValueError:
            return
        body = event.get("msg")
        if isinstance(body, str):
            body = decode(body)
        self._take(kind, text(event.get("sn")), body)
