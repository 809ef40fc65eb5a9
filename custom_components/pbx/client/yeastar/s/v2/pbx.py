"""Version 2.0.0 of the API: calls are what the PBX tells, without inference."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from ....errors import PbxRefused, PbxUnreachable, Refusal, Unreachable
from ....model import CallDirection, Extension, ExtensionStatus, Party, PartyState
from ....report import (
    CallFailed,
    CallNow,
    CallRecord,
    ExtensionReport,
    OtherReport,
    Received,
    Report,
    Restarted,
    SettingsChanged,
)
from ....snapshot import Snapshot
from ...members import MemberTable
from ...values import Answer
from .. import answers, reports
from ..answers import ExtensionList
from ..identity import Identity
from ..parties import identifier
from ..reports import Told
from ..session import Session
from . import calls
from .calls import Calls, Members
from .control import MemberControl

_OFFERS: Final = frozenset({"invite", "incoming"})
_FREE: Final = ExtensionStatus.IDLE
_IN_CALL: Final = frozenset({ExtensionStatus.BUSY, ExtensionStatus.ON_HOLD})


class VersionTwo(MemberControl):
    """The calls of an S-Series PBX with version 2 of the API: reading and acting.

    `clock` returns seconds since the epoch.
    """

    def __init__(
        self, session: Session, identity: Identity, clock: Callable[[], float]
    ) -> None:
        """Initialize for the session with a PBX."""
        self._session = session
        self._identity = identity
        self._clock = clock
        self._list = ExtensionList()
        self._table = MemberTable()
        # The status of each extension in the PBX's own word, and as told last.
        self._words: dict[str, ExtensionStatus | None] = {}
        self._told: dict[str, ExtensionStatus | None] = {}
        # The extensions whose word was reported since the current reading began.
        self._newer: set[str] = set()

    # -- reports

    def parse(self, body: bytes) -> Received | None:
        """Return a parsed report (reference, section 5.4)."""
        told = reports.read(body)
        if told is None:
            return None
        known = self._identity.serial_number
        if told.serial_number not in (None, known):
            # It is from another PBX, and must change nothing.
            return Received((OtherReport(told.name),), told.serial_number)
        return Received(tuple(self._reports(told)), told.serial_number)

    def _reports(self, told: Told) -> Iterable[Report]:
        """Yield what a report tells: first the calls, then statuses that follow."""
        name, call_id = told.name.lower(), identifier(told.fields, "callid")
        if members := calls.told(told.members):
            yield from self._apply(call_id, members, whole=name == "callstatus")
        elif name in _OFFERS and (callers := calls.offered(told.members)):
            yield from self._apply(call_id, callers, whole=False)
        report = reports.report_of(told)
        match report:
            case CallFailed():
                at = next((one.number for one in report.parties if one.extension), None)
                yield from self._table.fail(report.call_id, report.outcome, at)
            case CallRecord() if self._table.unseen(report.call_id):
                yield self._over(report)
            case CallRecord():
                yield from self._table.record(
                    report.call_id,
                    report.outcome,
                    report.duration,
                    report.talked,
                    report.callee if report.callee in self._words else None,
                )
            case ExtensionReport():
                yield self._hear(report)
            case SettingsChanged() | Restarted():
                yield report
            case OtherReport() if not members:
                yield report

    def _apply(
        self, call_id: str, members: Members, *, whole: bool
    ) -> Iterable[Report]:
        """Apply the members of a call, and yield what that changes."""
        if not call_id:
            return
        try:
            told = self._table.tell(call_id, members, self._clock(), whole=whole)
        except OverflowError:
            # No real PBX has so many members: what it told is forgotten, and polled.
            self._table = MemberTable()
            return
        yield from told
        # Whether a call is on hold is in no status that is reported (section 6.1).
        for number in {member.number for member, _ in members if member.extension}:
            status = self._status(number)
            if number in self._told and self._told[number] is not status:
                self._told[number] = status
                yield ExtensionReport(number, status)

    def _over(self, record: CallRecord) -> CallNow:
        """Return a call of which only the record is told: no phone rang for it."""
        inbound = record.direction is CallDirection.INBOUND
        caller = Party(
            record.caller,
            not inbound and record.caller in self._words,
            PartyState.GONE,
            True,
            record.trunk if inbound else None,
        )
        callee = Party(
            record.callee,
            record.callee in self._words,
            PartyState.GONE,
            False,
            None if inbound else record.trunk,
        )
        outside = record.direction is CallDirection.OUTBOUND
        service = None if callee.extension or outside else record.callee
        failure, at = self._table.failure(record.call_id)
        called = outside or (callee.extension and at in (None, callee.number))
        return CallNow(
            record.call_id,
            (caller, callee) if called else (caller,),
            record.direction,
            record.dialed,
            record.via or service,
            record.trunk,
            outcome=failure or record.outcome,
            duration=record.duration,
            talked=record.talked,
            recorded=True,
        )

    def _hear(self, report: ExtensionReport) -> ExtensionReport:
        """Return a reported status, corrected by what is known of the calls.

        The word for a free phone is also that for one whose address has changed, so
        that it does not end a call (section 6.1).
        """
        number, word = report.number, report.status
        if number not in self._words:
            return report
        self._newer.add(number)
        self._words[number] = word
        status = self._told[number] = self._status(number)
        in_call = word is _FREE and status is not _FREE
        return replace(report, status=status, registration=in_call)

    def _status(self, number: str) -> ExtensionStatus | None:
        """Return the status of an extension by its word and its calls."""
        word = self._words.get(number)
        if word not in _IN_CALL and word is not _FREE:
            return word
        states = {member.state for _, member in self._table.members_of(number)}
        if states == {PartyState.HELD}:
            return ExtensionStatus.ON_HOLD
        if word is ExtensionStatus.ON_HOLD and states:
            return ExtensionStatus.BUSY
        if word is _FREE and states:
            ringing = states == {PartyState.RINGING}
            return ExtensionStatus.RINGING if ringing else ExtensionStatus.BUSY
        return word

    # -- polls

    async def snapshot(self, *, trunks: bool) -> Snapshot:
        """Read calls, extensions and trunks (reference, sections 3.3, 3.5, 3.7, 3.8).

        What was reported since the request counts as newer.
        """
        self._newer.clear()
        self._table.begin_reading()
        dialect = self._session.dialect
        listed = await self._calls()
        answer = await self._required(dialect.extension_list)
        found, complete = self._list.read(answer, dialect)
        lines = None
        if trunks:
            lines = answers.trunks(await self._required(dialect.trunk_list))
        now = None if listed is None else self._table.read(listed, self._clock())
        return Snapshot(
            # After a new login, it is another one.
            await self._identity.read(),
            self._with_calls(found),
            complete,
            lines,
            calls_now=now,
            again_soon=listed is None,
        )

    async def _calls(self) -> Calls | None:
        """Return all calls, None if a list was not understood.

        One list has the calls of extensions, two others those with outside lines, which
        are newer.
        """
        own = calls.of_extensions(
            await self._required(calls.OF_EXTENSIONS, number="all")
        )
        inbound = calls.of_lines(await self._required(calls.OF_LINES, type="inbound"))
        outbound = calls.of_lines(await self._required(calls.OF_LINES, type="outbound"))
        if own is None or inbound is None or outbound is None:
            return None
        return own | inbound | outbound

    async def _required(self, endpoint: str, **body: str) -> Answer:
        """Return an answer of a poll.

        Where the PBX does not know the request any more, its version is found anew with
        the next poll.
        """
        try:
            return await self._session.request(endpoint, body)
        except PbxRefused as err:
            if err.refusal is not Refusal.UNSUPPORTED:
                raise
        await self._session.find_version()
        raise PbxUnreachable(Unreachable.BAD_ANSWER)

    def _with_calls(self, found: Iterable[Extension]) -> tuple[Extension, ...]:
        """Return the listed extensions, with the status that their calls tell."""
        words = {one.number: one.status for one in found}
        for number in self._newer & words.keys() & self._words.keys():
            words[number] = self._words[number]
        self._words = words
        self._told = {number: self._status(number) for number in words}
        return tuple(
            one if one.status is self._told[one.number] else self._changed(one)
            for one in found
        )

    def _changed(self, extension: Extension) -> Extension:
        """Return an extension with the status that was told last."""
        return replace(extension, status=self._told[extension.number])
