"""What the PBX tells its application server, in two formats: reference 5.3."""

from collections.abc import Iterable
from dataclasses import dataclass
import time
from typing import Any

from tests.simulator.exchange.cdr import CallRecord
from tests.simulator.exchange.events import (
    Booted,
    CallEvent,
    CallFailed,
    CallRecorded,
    Event,
    ExtensionState,
    LegKind,
    MessageSent,
    Party,
    PromptEnded,
    Reregistered,
    SettingsChanged,
    StateChanged,
)
from tests.simulator.switches import Switches

from .answers import encode
from .identity import Identity
from .words import CALL_TYPES, FAILURE_WORDS, OUTCOME_WORDS, REPORT_WORDS

type Pairs = list[tuple[str, Any]]

# `Tranfer` is how the wire spells it; `Invite` and `Incoming` are not in capitals.
ACTIONS = {
    "ring": "RING",
    "alert": "ALERT",
    "answer": "ANSWER",
    "answered": "ANSWERED",
    "bye": "BYE",
    "transfer": "Tranfer",
    "invite": "Invite",
    "incoming": "Incoming",
    "dtmf": "DTMF",
}


@dataclass(frozen=True, slots=True)
class Report:
    """One report, ready to be sent."""

    action: str
    body: bytes


def report_time(moment: float, identity: Identity) -> str:
    """Return a time as the PBX prints it: local, without a zone (reference 1.4)."""
    return time.strftime("%Y-%m-%d %H:%M:%S", identity.local_time(moment))


def reports_of(
    event: Event, report_format: str, identity: Identity, switches: Switches
) -> list[Report]:
    """Return the reports an event causes in one format; none when it is not reported."""
    legacy = report_format == "legacy"
    if isinstance(event, CallEvent):
        return [
            _finish(pairs, legacy, identity, switches)
            for pairs in _call_events(event, legacy, switches)
        ]
    pairs = _flat(event, identity, switches)
    return [] if pairs is None else [_finish(pairs, legacy, identity, switches)]


def _finish(
    pairs: Pairs, legacy: bool, identity: Identity, switches: Switches
) -> Report:
    """Add the serial number, and write it."""
    if switches.report_serial == "all" or (
        switches.report_serial == "not_legacy" and not legacy
    ):
        pairs = [*pairs, ("sn", identity.serial)]
    return written(pairs)


def written(pairs: Pairs) -> Report:
    """Return a report: one line of JSON that may repeat keys."""
    members = ",".join(f"{encode(key)}:{encode(value)}" for key, value in pairs)
    return Report(pairs[0][1], f"{{{members}}}".encode())


def _call_events(event: CallEvent, legacy: bool, switches: Switches) -> Iterable[Pairs]:
    if event.kind in ("ring", "alert"):
        if switches.ring_reports == "none":
            return
        if switches.ring_reports == "api" and not event.by_api:
            return
    parties = [_party(p) for p in event.parties if p.kind in PARTY_KEYS]
    # Who answered or hung up may be the voicemail, for which there is no party. When it
    # hangs up, the other end is released all the same.
    about_service = event.parties[0].kind not in PARTY_KEYS
    if not parties or (about_service and event.kind != "bye"):
        return
    head: Pairs = [("action", ACTIONS[event.kind]), ("callid", event.call_id)]
    if event.kind == "dtmf":
        for flag, key in enumerate(event.digits):
            last: Pairs = [("info", key)]
            yield [
                *head,
                *_joined(parties, legacy),
                *last,
                *([] if legacy else _flag(flag)),
            ]
        return
    yield [*head, *_joined(parties, legacy)]
    # Reference 5.3: 1.0.2 sends BYE twice, the second time with the order swapped.
    if event.kind == "bye" and not legacy and len(parties) > 1:
        yield [*head, *_joined(parties[::-1], legacy)]


def _flag(index: int) -> Pairs:
    return [("flag", str(index))]


def _joined(parties: Pairs, legacy: bool) -> Pairs:
    """Return the parties as repeated keys, or as elements of `call`."""
    return parties if legacy else [("call", [dict([party]) for party in parties])]


PARTY_KEYS = {
    LegKind.EXTENSION: "ext",
    LegKind.INBOUND: "inbound",
    LegKind.OUTBOUND: "outbound",
}


def _party(party: Party) -> tuple[str, dict[str, str]]:
    if party.kind is LegKind.EXTENSION:
        return "ext", {"extid": party.number}
    key = PARTY_KEYS[party.kind]
    return key, {
        "from": party.from_number,
        "to": party.to_number,
        "trunk": party.trunk,
        f"{key}id": party.leg_id,
    }


def _flat(event: Event, identity: Identity, switches: Switches) -> Pairs | None:
    match event:
        case CallFailed():
            return [
                ("action", "CallFailed"),
                ("reason", FAILURE_WORDS[switches.failure_words][event.why]),
                ("callid", event.call_id),
                *(_party(p) for p in event.parties if p.kind in PARTY_KEYS),
            ]
        case StateChanged():
            word = _status_word(event, switches)
            if word is None:
                return None
            return [
                ("action", "ExtensionStatus"),
                ("extension", event.number),
                ("status", word),
            ]
        case Reregistered():
            return [
                ("action", "ExtensionStatus"),
                ("extension", event.number),
                ("status", "Registered"),
            ]
        case SettingsChanged():
            key = "extid" if event.subject == "extension" else "trunkname"
            return [
                ("action", "ConfigChange"),
                ("type", event.subject),
                (key, event.name),
                ("operation", event.operation),
            ]
        case CallRecorded():
            return _cdr(event.record, identity)
        case PromptEnded():
            return [
                ("action", "PlayPromptEnd"),
                ("callid", event.call_id),
                _prompt_listener(event.to),
                ("prompt", event.prompt),
            ]
        case MessageSent():
            return [
                ("action", "sms-send"),
                ("status", "Success" if event.delivered else "Failed"),
                ("smsid", event.message_id),
            ]
        case Booted():
            return [("action", "BootUp")]
    return None


def _prompt_listener(party: Party) -> tuple[str, dict[str, str]]:
    """Return who heard a prompt: only here a trunk is called `trunkname` (reference 8.31)."""
    if party.kind is LegKind.EXTENSION:
        return _party(party)
    return "outbound", {"trunkname": party.trunk}


def _status_word(event: StateChanged, switches: Switches) -> str | None:
    """Return the word of ExtensionStatus (reference 6.1), None when it was the last one too."""
    if event.state is ExtensionState.FREE and event.before is ExtensionState.ABSENT:
        return "Registered"
    # To a report that knows no Hold, a phone with its call on hold is off-hook.
    held = "Hold" if switches.report_hold else "Busy"
    words = {**REPORT_WORDS, ExtensionState.HOLD: held}
    word = words.get(event.state)
    return None if word == words.get(event.before) else word


def _cdr(record: CallRecord, identity: Identity) -> Pairs:
    """Return NewCdr; empty members are left out (reference 5.3)."""
    kind = CALL_TYPES[record.kind]
    pairs: Pairs = [
        ("action", "NewCdr"),
        ("callid", record.call_id),
        ("timestart", report_time(record.started, identity)),
        ("callfrom", record.caller),
        ("callto", record.callee),
        ("srctrunkname", record.source_trunk),
        ("desttrunkname", record.destination_trunk),
        ("callduraction", str(record.duration)),
        ("talkduraction", str(record.talked)),
        ("status", OUTCOME_WORDS[record.outcome]),
        ("type", kind),
        ("recording", recording_name(record, identity)),
        ("didnumber", record.did),
    ]
    return [(key, value) for key, value in pairs if value]


def recording_name(record: CallRecord, identity: Identity) -> str:
    """Return the file name of the recording (reference 3.11)."""
    kind = CALL_TYPES[record.kind]
    if not record.recorded or record.answered is None:
        return ""
    stamp = time.strftime("%Y%m%d%H%M%S", identity.local_time(record.answered))
    return f"{stamp}-{record.call_id}-{record.caller}-{record.callee}-{kind}.wav"
