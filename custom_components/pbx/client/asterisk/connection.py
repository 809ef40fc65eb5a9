"""A connection to the manager interface: its line protocol (reference, section 1).

Nothing that crosses the wire is ever logged: messages contain secrets.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import md5
import itertools
import logging
import socket
import ssl
from typing import Final, override

from ..errors import (
    PbxError,
    PbxLoginRejected,
    PbxNotTrusted,
    PbxRefused,
    PbxUnreachable,
    PbxWrongService,
    Unreachable,
    WrongService,
)
from ..pbx import Address
from ..texts import one_line
from ..tls import fingerprint_of, read_certificate
from .refusals import refusal_of

_LOGGER = logging.getLogger(__name__)

CONNECT_TIMEOUT: Final = 10.0
# Seconds to wait for an answer, and for `FullyBooted`, sent when the PBX has started.
ANSWER_TIMEOUT: Final = 10.0
# Seconds of silence after which a ping is sent, and to wait for its answer.
PING_AFTER: Final = 5.0
PING_TIMEOUT: Final = 8.0
# In bytes. A line of AMI has about 200; a message has a line per channel variable.
MAX_MESSAGE: Final = 256 * 1024
MAX_HEADERS: Final = 4000
# Rows of one list: a dozen for each extension.
MAX_ROWS: Final = 250_000
MAX_BANNER: Final = 256

_BANNER: Final = b"Asterisk Call Manager/"
_END: Final = b"\r\n\r\n"
_EVENT: Final = b"Event: "
_MAX_NAME: Final = 100
_COMPLETE: Final = b"Complete"
# The classes of events about calls, phones and trunks (section 2).
_EVENT_MASK: Final = "system,call,cdr,agent"

type Message = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ActionAnswer:
    """The answer to an action: its own fields, and the rows of a list."""

    fields: Message
    rows: tuple[Message, ...] = ()


@dataclass(slots=True)
class _Request:
    """A sent action that waits for its answer."""

    answer: asyncio.Future[ActionAnswer]
    fields: Message | None = None
    rows: list[Message] = field(default_factory=list)


class Connection(asyncio.Protocol):
    """One TCP or TLS connection to AMI; once over, it is not used again.

    Events are passed on in the order of their arrival, in the same turn of the loop:
    nothing is queued. `wanted` has the names of the events to pass on; all others, some
    of which contain SIP passwords, are dropped unread. Memory is bounded: a message or
    a list that grows without end cuts the connection off.
    """

    def __init__(
        self,
        wanted: Collection[str],
        take: Callable[[Message], None],
        lost: Callable[[PbxError], None],
    ) -> None:
        """Initialize a connection that is not open.

        `take` is called with each event, `lost` once when a logged-in connection ends.
        """
        self._wanted = frozenset(name.encode() for name in wanted)
        self._take = take
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._banner: asyncio.Future[None] | None = None
        self._booted: asyncio.Future[None] | None = None
        self._requests: dict[str, _Request] = {}
        self._ids = itertools.count(1)
        self._heard_at = 0.0
        self._keep_alive: asyncio.Task[None] | None = None
        self._logged_in = False
        # Why the connection is over; None while it is not.
        self._over: PbxError | None = None

    @property
    def alive(self) -> bool:
        """Return whether the connection is open and logged in."""
        return self._logged_in and self._over is None

    # -- opening

    async def open(self, address: Address, fingerprint: str | None) -> None:
        """Connect, over TLS if the address requires it, and wait for the banner.

        Before anything is sent, the certificate is verified, or compared with
        `fingerprint`, its SHA-256 in hex (reference, section 9). Raises PbxUnreachable,
        PbxNotTrusted and PbxWrongService.
        """
        loop = asyncio.get_running_loop()
        self._banner = loop.create_future()
        context = await _tls_context(fingerprint) if address.tls else None
        failure: PbxError
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await loop.create_connection(
                    lambda: self, address.host, address.port, ssl=context
                )
                self._check_certificate(fingerprint)
                await self._banner
                return
        except ssl.SSLCertVerificationError:
            failure = await _not_trusted(address)
        except ssl.SSLError:
            failure = PbxWrongService(WrongService.NOT_THE_API, "no TLS")
        except TimeoutError:
            failure = PbxUnreachable(Unreachable.TIMED_OUT)
        except socket.gaierror, UnicodeError:
            failure = PbxUnreachable(Unreachable.NAME_NOT_RESOLVED)
        except OSError:
            failure = PbxUnreachable(Unreachable.CANNOT_CONNECT)
        except PbxError as err:
            failure = err
        self._end(failure)
        raise failure

    def _check_certificate(self, fingerprint: str | None) -> None:
        """Raise PbxNotTrusted if the certificate is not the pinned one."""
        if fingerprint is None or self._transport is None:
            return
        session = self._transport.get_extra_info("ssl_object")
        if session is None:
            return
        certificate = session.getpeercert(binary_form=True) or b""
        if fingerprint_of(certificate) != fingerprint.lower():
            raise PbxNotTrusted(certificate)

    async def log_in(self, username: str, secret: str) -> None:
        """Log in without sending the secret, and wait for `FullyBooted`.

        The PBX sends that when it has loaded everything; nothing must be requested
        before (reference, section 1). Raises PbxLoginRejected and PbxUnreachable, with
        Unreachable.TIMED_OUT also for a user without the right to read the class
        `system`, to whom it is never sent.
        """
        self._booted = asyncio.get_running_loop().create_future()
        try:
            challenge = await self.request("Challenge", {"AuthType": "MD5"})
            text = challenge.fields.get("Challenge", "") + secret
            key = md5(text.encode(), usedforsecurity=False).hexdigest()
            await self.request(
                "Login",
                {
                    "AuthType": "MD5",
                    "Username": username,
                    "Key": key,
                    "Events": _EVENT_MASK,
                },
            )
            async with asyncio.timeout(ANSWER_TIMEOUT):
                await self._booted
        except PbxRefused:
            rejected = PbxLoginRejected()
            self._end(rejected)
            raise rejected from None
        except TimeoutError:
            late = PbxUnreachable(Unreachable.TIMED_OUT)
            self._end(late)
            raise late from None
        except PbxError as err:
            self._end(err)
            raise
        self._logged_in = True
        self._keep_alive = asyncio.create_task(self._ping())

    # -- actions

    async def request(
        self,
        action: str,
        fields: Mapping[str, str | list[str]] | None = None,
        *,
        acting: bool = False,
    ) -> ActionAnswer:
        """Send an action, once, and return its answer with all rows of a list.

        `acting` marks an action that changes something on the PBX. Raises PbxRefused
        for an error answer, PbxUnreachable, with `maybe_done` if an acting one was
        sent, and ValueError for a value of several lines.
        """
        if self._over is not None or self._transport is None:
            raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
        action_id = str(next(self._ids))
        lines = [f"Action: {action}", f"ActionID: {action_id}"]
        for key, value in (fields or {}).items():
            for part in value if isinstance(value, list) else [value]:
                if "\r" in part or "\n" in part:
                    raise ValueError("A value is one line")
                lines.append(f"{key}: {part}")
        request = _Request(asyncio.get_running_loop().create_future())
        self._requests[action_id] = request
        try:
            self._transport.write("\r\n".join((*lines, "", "")).encode())
            async with asyncio.timeout(ANSWER_TIMEOUT):
                return await request.answer
        except TimeoutError:
            # Answers come in order: one that does not come delays all others.
            self._end(PbxUnreachable(Unreachable.TIMED_OUT))
            raise PbxUnreachable(Unreachable.TIMED_OUT, maybe_done=acting) from None
        except PbxUnreachable as err:
            raise PbxUnreachable(err.reason, maybe_done=acting) from None
        finally:
            del self._requests[action_id]

    def cut_off(self) -> None:
        """End the connection because the PBX sent an invalid or excessive answer."""
        self._end(PbxUnreachable(Unreachable.BAD_ANSWER))

    async def close(self) -> None:
        """Log off and end the connection without calling `lost`. Raises nothing."""
        self._logged_in = False
        if self._over is None and self._transport is not None:
            with suppress(PbxError):
                await self.request("Logoff")
        self._end(PbxUnreachable(Unreachable.CANNOT_CONNECT))

    async def _ping(self) -> None:
        """Send pings on a silent connection; end it if one is not answered."""
        loop = asyncio.get_running_loop()
        while True:
            quiet = loop.time() - self._heard_at
            if quiet < PING_AFTER:
                await asyncio.sleep(PING_AFTER - quiet)
                continue
            try:
                async with asyncio.timeout(PING_TIMEOUT):
                    await self.request("Ping")
            except TimeoutError:
                self._end(PbxUnreachable(Unreachable.TIMED_OUT))
                return
            except PbxError:
                return

    # -- the wire

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport to write to."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        """Read the banner, then each complete message, from the received bytes."""
        if self._over is not None:
            return
        self._heard_at = asyncio.get_running_loop().time()
        buffer = self._buffer + data
        if self._banner is not None and not self._banner.done():
            line, end, buffer = buffer.partition(b"\r\n")
            if not _BANNER.startswith(line[: len(_BANNER)]) or len(line) > MAX_BANNER:
                answer = line[:MAX_BANNER].decode("ascii", "replace")
                self._end(PbxWrongService(WrongService.NOT_THE_API, answer))
                return
            if not end:
                self._buffer = line
                return
            self._banner.set_result(None)
        *messages, rest = buffer.split(_END)
        self._buffer = rest
        for message in messages:
            if self._transport is None or self._transport.is_closing():
                return
            if len(message) > MAX_MESSAGE or message.count(b"\n") > MAX_HEADERS:
                self.cut_off()
                return
            self._read(message)
        if len(rest) > MAX_MESSAGE:
            self.cut_off()

    def _read(self, raw: bytes) -> None:
        """Parse and dispatch a message, unless it is an event that is not wanted."""
        if raw.startswith(_EVENT):
            name, _, _ = raw[len(_EVENT) : _MAX_NAME].partition(b"\r\n")
            if name not in self._wanted and not name.endswith(_COMPLETE):
                return
        message = parse(raw)
        request = self._requests.get(message.get("ActionID", ""))
        if request is None or request.answer.done():
            self._take_event(message)
        elif "Response" in message:
            self._take_answer(request, message)
        elif "Event" in message:
            self._take_row(request, message)

    def _take_event(self, message: Message) -> None:
        """Pass on an event that is no part of an answer."""
        if "Event" not in message:
            return
        if message["Event"] == "FullyBooted" and self._booted is not None:
            if not self._booted.done():
                self._booted.set_result(None)
        self._take(message)

    def _take_answer(self, request: _Request, message: Message) -> None:
        """Handle the answer to an action; for a list, its rows follow."""
        if message["Response"] == "Error":
            refusal = refusal_of(message.get("Message", ""))
            request.answer.set_exception(PbxRefused(refusal))
        elif message.get("EventList", "").lower() == "start":
            request.fields = message
        else:
            request.answer.set_result(ActionAnswer(message))

    def _take_row(self, request: _Request, message: Message) -> None:
        """Handle a row of a list, or its end."""
        if request.fields is None:
            self._take_event(message)
        elif message.get("EventList", "").lower() == "complete":
            answer = ActionAnswer(request.fields, tuple(request.rows))
            request.answer.set_result(answer)
        elif len(request.rows) < MAX_ROWS:
            request.rows.append(message)
        else:
            self.cut_off()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Handle a connection that was closed or broke."""
        self._end(PbxUnreachable(Unreachable.CANNOT_CONNECT))

    def _end(self, why: PbxError) -> None:
        """End the connection, once, and raise the error in everything that waits.

        `lost` is called with the error if the connection was logged in.
        """
        if self._over is not None:
            return
        self._over = why
        self._buffer = b""
        _LOGGER.debug("Connection over: %s", why)
        if self._keep_alive is not None:
            self._keep_alive.cancel()
        if self._transport is not None:
            self._transport.abort()
        waiting = [request.answer for request in self._requests.values()]
        for future in (self._banner, self._booted, *waiting):
            if future is not None and not future.done():
                future.set_exception(why)
                future.exception()  # avoids a warning if no task waits for it
        if self._logged_in:
            self._lost(why)


def parse(raw: bytes) -> dict[str, str]:
    """Return the fields of a message; the last one if a name is repeated."""
    lines = raw.decode("utf-8", "replace").split("\r\n")
    # Nearly all messages need no cleaning, which one look at the whole tells.
    clean = str.strip if "".join(lines).isprintable() else one_line
    return {
        key: clean(value)
        for key, colon, value in (line.partition(":") for line in lines)
        if colon
    }


async def _tls_context(fingerprint: str | None) -> ssl.SSLContext:
    """Return a TLS context; a pin replaces the checks of name, validity and issuer."""
    if fingerprint is None:
        # This reads the system's certificates from disk, which would block the loop.
        return await asyncio.to_thread(ssl.create_default_context)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _not_trusted(address: Address) -> PbxError:
    """Return the error for a certificate that could not be verified, containing it."""
    try:
        return PbxNotTrusted(await read_certificate(address, CONNECT_TIMEOUT))
    except OSError:
        return PbxUnreachable(Unreachable.CANNOT_CONNECT)
