"""The client of a Yeastar P-Series PBX."""

import asyncio
from collections.abc import Callable, Iterable
import time
from typing import Any, Final, override

import aiohttp

from ...errors import PbxError, PbxRefused, PbxUnreachable, Unreachable
from ...model import Extension, ExtensionStatus, PbxInfo, Trunk
from ...pbx import Address, Capability, ReportsByStream
from ...report import (
    CallNow,
    ExtensionReport,
    OtherReport,
    Report,
    SettingsChanged,
    Subject,
)
from ...snapshot import Snapshot
from ..member_words import objects
from ..members import Member, MemberTable
from ..values import Answer, integer, text
from . import errcode, events, words
from .control import OpenApiControl
from .events import EventStream
from .history import RecordSearch
from .presence import PresenceAccess
from .session import TokenSession
from .transport import OpenApiTransport

CAPABILITIES: Final = (
    Capability.MONITOR
    | Capability.DIAL
    | Capability.HANG_UP
    | Capability.HOLD
    | Capability.MUTE
    | Capability.TRANSFER
    | Capability.INBOUND_CONTROL
    | Capability.PROMPT
    | Capability.SETTINGS
    | Capability.HISTORY
)
PAGE_SIZE: Final = 500
# Seconds in which the events of a supervisor's phone that is called must have begun.
CALLED_WITHIN: Final = 5.0
# Enough for 20,000 extensions.
MAX_PAGES: Final = 40

_CALL_EVENTS: Final = frozenset(
    {
        events.CALL_STATUS,
        events.CALL_TRANSFER,
        events.CALL_FORWARD,
        events.CALL_OFFERED,
    }
)
# Event 30008.
_STATUS_WORDS: Final = {
    "ringing": ExtensionStatus.RINGING,
    "busy": ExtensionStatus.BUSY,
    "idle": ExtensionStatus.IDLE,
}


class YeastarP(OpenApiControl, PresenceAccess, RecordSearch, ReportsByStream):
    """The P-Series API v1.0, over HTTP or HTTPS, with events over a WebSocket."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        address: Address,
        client_id: str,
        client_secret: str,
        *,
        fingerprint: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Initialize without a connection; nothing is sent before the first request.

        `fingerprint` pins a certificate by its SHA-256 in hex; without it, the CAs of
        `session` decide. `session` is used but never closed. `clock` returns monotonic
        seconds, `wall_clock` seconds since the epoch. Raises ValueError for an invalid
        fingerprint.
        """
        self.address = address
        self._wall_clock = wall_clock
        self._transport = OpenApiTransport(session, address, fingerprint)
        self._session = TokenSession(self._transport, client_id, client_secret, clock)
        self._table = MemberTable()
        self._stream: EventStream | None = None
        self._take: Callable[[Report], None] | None = None
        self._info: PbxInfo | None = None
        self._info_generation = 0
        self._ids: dict[str, str] = {}
        self._presences: dict[str, str] = {}
        # The kinds of registered phones of each extension, and the last status word.
        self._registered: dict[str, set[str]] = {}
        self._words: dict[str, ExtensionStatus] = {}
        self._told: dict[str, ExtensionStatus | None] = {}
        # The extensions with an event since the current reading began.
        self._newer: set[str] = set()
        # The extensions whose reports are switched off, None if the PBX does not tell.
        self._unmonitored: set[str] | None = set()
        self._switches_read = False
        self._called: dict[str, asyncio.Event] = {}
        self._reading = asyncio.Lock()

    @property
    @override
    def capabilities(self) -> Capability:
        """Return the capabilities of the API (reference, section 3.3)."""
        return CAPABILITIES

    @override
    async def connect(self) -> PbxInfo:
        """Log in and read the identity of the PBX (reference, sections 2.1 and 3.1).

        The identity is read once after each login: the address may now belong to
        another device. Raises PbxLoginRejected, PbxLockedOut, PbxWrongService,
        PbxNotTrusted, PbxUnreachable and PbxRefused.
        """
        await self._session.token()
        if self._info is None or self._info_generation != self._session.generation:
            return await self._identify()
        return self._info

    async def _identify(self) -> PbxInfo:
        """Read the identity of the PBX; a token that it no longer accepts is renewed."""
        info = words.pbx_info(await self._session.request("system/information"))
        if info is None:
            raise PbxUnreachable(Unreachable.BAD_ANSWER)
        self._info, self._info_generation = info, self._session.generation
        return info

    @override
    async def listen(
        self, take: Callable[[Report], None], lost: Callable[[PbxError], None]
    ) -> None:
        """Connect, and receive events from now on (reference, section 5.1).

        The token is tried first: how the PBX refuses a WebSocket with a token that has
        ended, as after a restart, is not documented (section 9).
        """
        await self._identify()
        await self._stop_stream()
        self._take = take
        self._switches_read = False
        self._words.clear()

        def end(why: PbxError) -> None:
            """Pass on that the stream broke."""
            self._take = None
            self._words.clear()
            lost(why)

        stream = EventStream(self._transport, self._session, self._take_event, end)
        await stream.start()
        self._stream = stream

    @override
    async def snapshot(self, *, trunks: bool = True) -> Snapshot:
        """Read extensions, calls and trunks (reference, sections 3.2 to 3.4).

        What was reported since the request counts as newer. Raises the same as
        `connect`.
        """
        async with self._reading:
            info = await self.connect()
            self._newer.clear()
            self._table.begin_reading()
            listed, complete = await self._pages("extension/list", "number")
            calls = self._table.read(await self._calls(), self._wall_clock())
            found = self._extensions(listed)
            lines: tuple[Trunk, ...] | None = None
            if trunks:
                rows, _ = await self._pages("trunk/list", "id")
                lines = tuple(
                    line for row in rows if (line := words.trunk(row)) is not None
                )
            if not self._switches_read:
                self._unmonitored = await self._read_switches()
                self._switches_read = True
            return Snapshot(
                info,
                found,
                complete and len(found) == len(listed),
                lines,
                calls_now=calls,
                # Whether each change is reported depends on settings of the PBX, and a
                # lost end of a call would otherwise show for minutes (section 8.4).
                again_soon=self._table.live or self._unmonitored != set(),
            )

    async def _pages(
        self, endpoint: str, sort_by: str
    ) -> tuple[list[dict[str, Any]], bool]:
        """Return all items of a list, and whether the list is complete."""
        items: list[dict[str, Any]] = []
        for page in range(1, MAX_PAGES + 1):
            answer = await self._optional(
                endpoint,
                {
                    "page": str(page),
                    "page_size": str(PAGE_SIZE),
                    "sort_by": sort_by,
                    "order_by": "asc",
                },
            )
            more = list(objects(answer.get("data")))
            items += more
            total = integer(answer.get("total_number"))
            if total is None or len(items) >= total:
                return items, True
            if not more:
                break
        return items, False

    async def _optional(self, endpoint: str, query: dict[str, str]) -> Answer:
        """Return an answer, empty when there is no data (section 7)."""
        try:
            return await self._session.request(endpoint, query)
        except PbxRefused as err:
            if err.code == errcode.NO_DATA:
                return {}
            raise

    async def _read_switches(self) -> set[str] | None:
        """Return the extensions whose reports are switched off (section 3.2.4).

        Returns None for a PBX that refuses to tell.
        """
        try:
            switches, complete = await self._pages(
                "extension_status_monitor/list", "ext_id"
            )
        except PbxRefused:
            return None
        off = {
            text(switch.get("number"))
            for switch in switches
            for name in ("enb_call_status", "enb_register_status")
            if integer(switch.get(name)) == 0
        }
        return off if complete else None

    def _extensions(self, listed: Iterable[dict[str, Any]]) -> tuple[Extension, ...]:
        """Return the listed extensions with their present status, each number once."""
        found: dict[str, Extension] = {}
        registered: dict[str, set[str]] = {}
        ids: dict[str, str] = {}
        presences: dict[str, str] = {}
        for item in listed:
            number = text(item.get("number"))
            if not number or not number.isascii() or number in found:
                continue
            if number in self._newer and number in self._registered:
                registered[number] = self._registered[number]
            else:
                registered[number] = words.registered_phones(item)
            found[number] = Extension(number, text(item.get("caller_id_name")), None)
            presences[number] = text(item.get("presence_status"))
            if integer(identity := item.get("id")) is not None:
                ids[number] = text(identity)
        self._registered, self._ids = registered, ids
        known, self._presences = self._presences, presences
        for number, presence in presences.items():
            if known.get(number, presence) != presence:
                # The event for it depends on a setting of the PBX.
                self._report(SettingsChanged(Subject.EXTENSION, number))
        self._told = {number: self._status(number) for number in found}
        return tuple(
            Extension(one.number, one.name, self._told[one.number])
            for one in found.values()
        )

    def _status(self, number: str) -> ExtensionStatus | None:
        """Return the status of an extension, None for one that is not listed."""
        registered = self._registered.get(number)
        if registered is None:
            return None
        if (in_call := self._table.status(number)) is not None:
            return in_call
        if not registered:
            return ExtensionStatus.OFFLINE
        # The call of a supervisor may be in no list (section 9): only this tells it.
        return self._words.get(number, ExtensionStatus.IDLE)

    @override
    async def _is_called(self, number: str) -> bool:
        told = self._called.setdefault(number, asyncio.Event())
        try:
            async with asyncio.timeout(CALLED_WITHIN):
                while not self._in_use(number):
                    told.clear()
                    await told.wait()
        except TimeoutError:
            off = self._unmonitored
            return self._take is None or off is None or number in off
        finally:
            self._called.pop(number, None)
        return True

    @override
    def _in_use(self, number: str) -> bool:
        idle = (None, ExtensionStatus.IDLE)
        return bool(self._table.members_of(number)) or (
            self._words.get(number) not in idle
        )

    # -- events

    def _take_event(self, kind: int, serial_number: str, body: Any) -> None:
        """Apply an event, and pass on what it changes (reference, sections 5.4 to 5.6)."""
        own = "" if self._info is None else self._info.serial_number
        if serial_number and serial_number != own:
            return
        if kind in (events.EXTENSION_CHANGED, events.PRESENCE):
            self._take_setting(body)
        elif kind in (events.TRUNK_CHANGED, events.TRUNK_STATUS):
            self._report(SettingsChanged(Subject.TRUNK))
        elif not isinstance(body, dict):
            self._report(OtherReport(str(kind)))
        elif kind == events.REGISTRATION:
            self._take_registration(body)
        elif kind == events.EXTENSION_STATUS:
            self._take_word(body)
        elif kind in _CALL_EVENTS:
            self._take_call(body)
        elif kind == events.CALL_FAILED:
            self._take_call(body)
            outcome = words.outcome_of_failure(text(body.get("reason")))
            self._tell(self._table.fail(text(body.get("call_id")), outcome))
        elif kind == events.CALL_RECORD:
            self._tell(
                self._table.record(
                    text(body.get("call_id")),
                    words.outcome_of_record(text(body.get("status"))),
                    integer(body.get("call_duration")),
                    integer(body.get("talk_duration")),
                )
            )

    def _take_setting(self, body: Any) -> None:
        """Report a changed setting or presence of an extension (30022 and 30009)."""
        fields = body if isinstance(body, dict) else {}
        number = text(fields.get("ext_number")) or text(fields.get("extension"))
        if number in self._presences and (presence := text(fields.get("status"))):
            self._presences[number] = presence
        self._report(SettingsChanged(Subject.EXTENSION, number or None))

    def _take_call(self, body: dict[str, Any]) -> None:
        """Apply the members of a call (events 30011 to 30016)."""
        if (told := words.call(body)) is None:
            return
        call_id, members = told
        self._tell(self._table.tell(call_id, members, self._wall_clock()))
        self._tell_status(members)

    def _take_registration(self, body: dict[str, Any]) -> None:
        """Apply a phone's registration: one event for each kind of phone (30007)."""
        number, phone = text(body.get("extension")), text(body.get("kind")).lower()
        word = text(body.get("status")).lower()
        if number not in self._registered or word not in ("registered", "unregistered"):
            return
        self._newer.add(number)
        phones = self._registered[number]
        if word == "registered":
            phones.add(phone)
        else:
            phones.discard(phone)
        self._tell_number(number)

    def _take_word(self, body: dict[str, Any]) -> None:
        """Apply a status word (event 30008)."""
        number = text(body.get("extension"))
        status = _STATUS_WORDS.get(text(body.get("status")).lower())
        if number in self._registered and status is not None:
            self._newer.add(number)
            self._words[number] = status
            self._tell_number(number)

    def _tell(self, calls: Iterable[CallNow]) -> None:
        """Report calls."""
        for call in calls:
            self._report(call)

    def _tell_status(self, members: Iterable[tuple[Member, bool]]) -> None:
        """Report the changed status of extensions that are members of a call."""
        for number in {member.number for member, _ in members if member.extension}:
            self._tell_number(number)

    def _tell_number(self, number: str) -> None:
        """Report the status of an extension if it has changed."""
        status = self._status(number)
        if (called := self._called.get(number)) is not None:
            called.set()
        if number in self._registered and self._told.get(number) is not status:
            self._told[number] = status
            self._report(ExtensionReport(number, status))

    def _report(self, report: Report) -> None:
        """Pass on a report, if there is a listener."""
        if self._take is not None:
            self._take(report)

    async def _stop_stream(self) -> None:
        """Close the stream of events, if there is one."""
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.stop()

    @override
    async def close(self) -> None:
        """Close the stream and log out within five seconds. Raises nothing."""
        self._take = None
        await self._stop_stream()
        await self._session.log_out()
