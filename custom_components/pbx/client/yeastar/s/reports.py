"""The parser of the PBX's reports (reference, section 5)."""

from collections.abc import Callable, Mapping
from functools import partial
import re
from typing import Final, NamedTuple

from ...model import CallDirection, CallOutcome, Party, PartyState
from ...report import (
    CallFailed,
    CallRecord,
    CallReleased,
    CallReport,
    CallTransferred,
    ExtensionReport,
    OtherReport,
    Received,
    Report,
    Restarted,
    SettingsChanged,
    Subject,
)
from ...texts import outside_number
from ..values import text
from . import lenient_json
from .answers import extension_status
from .parties import (
    Fields,
    Member,
    extension_number,
    first_of,
    identifier,
    members_of,
    party_of,
)

type _Reader = Callable[[Fields, list[Member]], Report | None]

_MAX_NAME: Final = 40
# The digits of a plausible duration: a billion seconds are thirty years.
_MAX_DIGITS: Final = 9
_NUMBER: Final = re.compile("[0-9]+")
_COMPOSITE: Final = re.compile(r"([^()]+)\(([^()]+)\)")

# Keyed by the leading number, else the whole text (section 5.3); others are FAILED.
_FAILURES: Final[Mapping[str, CallOutcome]] = {
    "486": CallOutcome.BUSY,
    "600": CallOutcome.BUSY,
    "user busy": CallOutcome.BUSY,
    "603": CallOutcome.REJECTED,
    "declined": CallOutcome.REJECTED,
    "dnd": CallOutcome.REJECTED,
    "487": CallOutcome.MISSED,
}

# Section 5.3, including the misspellings in its tables.
_OUTCOMES: Final[Mapping[str, CallOutcome]] = {
    "answered": CallOutcome.ANSWERED,
    "answerd": CallOutcome.ANSWERED,
    "no answer": CallOutcome.MISSED,
    "no answered": CallOutcome.MISSED,
    "busy": CallOutcome.BUSY,
    "failed": CallOutcome.FAILED,
    "voicemail": CallOutcome.VOICEMAIL,
}

_DIRECTIONS: Final[Mapping[str, CallDirection]] = {
    "internal": CallDirection.INTERNAL,
    "inbound": CallDirection.INBOUND,
    "outbound": CallDirection.OUTBOUND,
    "callback": CallDirection.OUTBOUND,
}

_SUBJECTS: Final[Mapping[str, Subject]] = {
    "extension": Subject.EXTENSION,
    "trunk": Subject.TRUNK,
}


class Told(NamedTuple):
    """A report before it is interpreted: its name, fields and parties in order."""

    name: str
    fields: Fields
    members: list[Member]
    serial_number: str | None


def read(body: bytes | bytearray) -> Told | None:
    """Return what a body has, None if it is not a report; never raises (5.5)."""
    pairs = lenient_json.read(body)
    if pairs is None:
        return None
    fields = dict(pairs)
    name = first_of(fields, "event", "action")
    if not name:
        return None
    return Told(name, fields, members_of(pairs), text(fields.get("sn")) or None)


def report_of(told: Told) -> Report:
    """Return a report about what every version of the API tells, or of parts of calls.

    One about an unsupported subject, or without the fields that make it useful, becomes
    an `OtherReport`.
    """
    reader = _READERS.get(told.name.lower())
    report = None if reader is None else reader(told.fields, told.members)
    if report is None:
        name = told.name[:_MAX_NAME]
        report = OtherReport("".join(c if c.isprintable() else "?" for c in name))
    return report


def parse(body: bytes | bytearray) -> Received | None:
    """Return a parsed report, None if the body is not a report; never raises."""
    told = read(body)
    if told is None:
        return None
    return Received((report_of(told),), told.serial_number)


def _known(*parties: Party | None) -> tuple[Party, ...]:
    """Return the parties that could be identified."""
    return tuple(party for party in parties if party is not None)


def _call_report(
    fields: Fields, members: list[Member], *parties: Party | None
) -> CallReport | None:
    """Return a report of a live call, None without a call id or a party."""
    call_id = identifier(fields, "callid")
    known = _known(*parties)
    if not call_id or not known:
        return None
    kinds = [kind for kind, _ in members]
    direction = None
    dialed = None
    if "inbound" in kinds:
        direction = CallDirection.INBOUND
        dialed = outside_number(first_of(members[kinds.index("inbound")][1], "to"))
    elif "outbound" in kinds:
        direction = CallDirection.OUTBOUND
    elif sum(party.extension for party in known) > 1:
        direction = CallDirection.INTERNAL
    via = next(
        (path for _, told in members if (path := first_of(told, "callpath"))), None
    )
    return CallReport(call_id, known, direction, dialed or None, via)


def _progress(
    first: bool,
    alone: bool | None,
    calling: PartyState,
    called: PartyState,
    fields: Fields,
    members: list[Member],
) -> CallReport | None:
    """Return a report of a call's progress (section 5.3, the order rule).

    `first` is True if the first party is the caller; `alone` is the same for a party
    that is reported alone. `calling` and `called` are the states of the caller and of
    the callee.
    """
    kinds = {kind for kind, _ in members}
    parties = []
    for index, member in enumerate(members):
        caller: bool | None = first if index == 0 else not first
        if len(members) == 1:
            caller = alone
        elif kinds >= {"ext", "inbound"}:
            caller = False
        elif kinds >= {"ext", "outbound"}:
            caller = True
        parties.append(party_of(member, calling if caller else called, caller))
    return _call_report(fields, members, *parties)


def _offered(fields: Fields, members: list[Member]) -> CallReport | None:
    """Return a report of an inbound call that does not ring at any phone yet (5.3)."""
    callers = [member for member in members if member[0] == "inbound"]
    return _progress(
        True, True, PartyState.DIALING, PartyState.RINGING, fields, callers
    )


def _released(fields: Fields, members: list[Member]) -> CallReleased | None:
    """Return a report of a hang-up by the first party (5.3)."""
    call_id = identifier(fields, "callid")
    parties = _known(*(party_of(member, PartyState.GONE) for member in members))
    return CallReleased(call_id, parties) if call_id and parties else None


def _transferred(fields: Fields, members: list[Member]) -> CallTransferred | None:
    """Return a report of a transfer; the first party is the transferor (5.3)."""
    call_id = identifier(fields, "callid")
    states = [PartyState.GONE] + [PartyState.TALKING] * len(members)
    parties = _known(*map(party_of, members, states, strict=False))
    return CallTransferred(call_id, parties) if call_id and parties else None


def _failed(fields: Fields, members: list[Member]) -> CallFailed | None:
    """Return a report of a failed call, with the reason (5.3)."""
    call_id = identifier(fields, "callid")
    if not call_id:
        return None
    reason = first_of(fields, "reason").lower()
    number = _NUMBER.match(reason)
    return CallFailed(
        call_id,
        _known(*(party_of(member, PartyState.GONE) for member in members)),
        _FAILURES.get(number[0] if number else reason, CallOutcome.FAILED),
    )


def _record(fields: Fields, _members: list[Member]) -> CallRecord | None:
    """Return the PBX's record of a call (5.3, 5.4)."""
    call_id = identifier(fields, "callid")
    if not call_id:
        return None
    kind = first_of(fields, "type").lower()
    callee = first_of(fields, "callto")
    composite = _COMPOSITE.fullmatch(callee)
    trunks = ["desttrunkname", "dstrunkname", "dsttrcunkname", "srctrunkname"]
    if kind == "inbound":
        trunks.insert(0, "srctrunkname")
    return CallRecord(
        call_id=call_id,
        caller=outside_number(first_of(fields, "callfrom")),
        callee=outside_number(composite[2].strip() if composite else callee),
        outcome=_OUTCOMES.get(first_of(fields, "status").lower()),
        direction=_DIRECTIONS.get(kind),
        transfer=kind == "transfer",
        via=composite[1].strip() if composite else None,
        trunk=first_of(fields, *trunks) or None,
        dialed=outside_number(first_of(fields, "didnumber")) or None,
        duration=_seconds(first_of(fields, "callduraction", "callduration")),
        talked=_seconds(first_of(fields, "talkduraction", "talkduration")),
    )


def _seconds(value: str) -> int | None:
    """Return a duration in seconds, None if the value is not a duration."""
    if len(value) <= _MAX_DIGITS and _NUMBER.fullmatch(value):
        return int(value)
    return None


def _extension_report(fields: Fields, _members: list[Member]) -> ExtensionReport | None:
    """Return the status of an extension, None without a status word (5.3, 6.1)."""
    number, word = extension_number(fields), first_of(fields, "status")
    if not number or not word:
        return None
    # In the v2 format, this word also reports the end of a call.
    again = word.lower() == _REGISTERED and "event" not in fields
    return ExtensionReport(number, extension_status(word), again)


def _settings_changed(fields: Fields, _members: list[Member]) -> SettingsChanged:
    """Return a report of changed settings, with their subject (5.3)."""
    subject = _SUBJECTS.get(first_of(fields, "type").lower(), Subject.OTHER)
    number = extension_number(fields) if subject is Subject.EXTENSION else ""
    return SettingsChanged(subject, number or None)


def _restarted(_fields: Fields, _members: list[Member]) -> Restarted:
    """Return a report that the PBX has started (5.3)."""
    return Restarted()


# This word is also sent when the address of a phone changes (section 6.1).
_REGISTERED: Final = "registered"
_TALKING: Final = (PartyState.TALKING, PartyState.TALKING)
_RINGING: Final = (PartyState.DIALING, PartyState.RINGING)

# Keyed by the name in lower case; `Tranfer` is the PBX's spelling.
_READERS: Final[Mapping[str, _Reader]] = {
    "ring": partial(_progress, False, None, *_RINGING),
    "alert": partial(_progress, True, True, *_RINGING),
    "answer": partial(_progress, False, False, *_TALKING),
    "answered": partial(_progress, True, True, *_TALKING),
    "invite": _offered,
    "incoming": _offered,
    "bye": _released,
    "tranfer": _transferred,
    "transfer": _transferred,
    "callfailed": _failed,
    "newcdr": _record,
    "extensionstatus": _extension_report,
    "configchange": _settings_changed,
    "bootup": _restarted,
}
