"""The events of version 2: reference 5.4."""

from typing import Any

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

from ..identity import Identity
from ..reports import Pairs, Report, recording_name, report_time, written
from ..words import CALL_TYPES, FAILURE_WORDS, OUTCOME_WORDS, REPORT_WORDS
from .calls import CallChanged, Calls

KEYS = {
    LegKind.EXTENSION: "ext",
    LegKind.INBOUND: "inbound",
    LegKind.OUTBOUND: "outbound",
}
# Reference 6.1: here, the end of a call is told as `Registered`, and never `Idle`.
WORDS = {**REPORT_WORDS, ExtensionState.FREE: "Registered", ExtensionState.HOLD: "Busy"}


def reports_of(
    event: Event | CallChanged, calls: Calls, identity: Identity, switches: Switches
) -> list[Report]:
    """Return the reports an event causes; none when it is not reported."""
    if isinstance(event, CallEvent):
        found = list(_call_events(event, calls))
    else:
        pairs = _flat(event, calls, identity, switches)
        found = [] if pairs is None else [pairs]
    return [written([*pairs, ("sn", identity.serial)]) for pairs in found]


def _member(party: Party, calls: Calls) -> dict[str, Any]:
    """Return a member without a status: the samples of these events have none."""
    channel = {"channelid": calls.channel_of(party)}
    if party.kind is LegKind.EXTENSION:
        return {"ext": {"number": party.number, **channel}}
    return {
        KEYS[party.kind]: {
            "from": party.from_number,
            "to": party.to_number,
            "trunkname": party.trunk,
            **channel,
        }
    }


def _members(parties: tuple[Party, ...], calls: Calls) -> list[dict[str, Any]]:
    return [_member(party, calls) for party in parties if party.kind in KEYS]


def _call_events(event: CallEvent, calls: Calls) -> list[Pairs]:
    members = _members(event.parties, calls)
    match event.kind:
        case "invite" | "incoming":
            name = event.kind.capitalize()
            return [[("event", name), ("callid", event.call_id), ("members", members)]]
        case "dtmf":
            return [
                [
                    ("event", "DTMF"),
                    ("callid", event.call_id),
                    ("members", members),
                    ("infos", event.digits),
                    ("flag", str(flag)),
                    ("info", key),
                ]
                for flag, key in enumerate(event.digits)
            ]
    # CallStatus replaces the others; the event of a transfer is not documented.
    return []


def _flat(
    event: Event | CallChanged, calls: Calls, identity: Identity, switches: Switches
) -> Pairs | None:
    match event:
        case CallChanged():
            return [
                ("event", "CallStatus"),
                ("callid", event.call_id),
                ("members", list(event.members)),
            ]
        case CallFailed():
            return [
                ("event", "CallFailed"),
                ("callid", event.call_id),
                ("reason", FAILURE_WORDS[switches.failure_words][event.why]),
                ("members", _members(event.parties, calls)),
            ]
        case StateChanged() | Reregistered():
            word = _word(event)
            if word is None:
                return None
            return [
                ("event", "ExtensionStatus"),
                ("extension", event.number),
                ("status", word),
            ]
        case SettingsChanged():
            key = "extid" if event.subject == "extension" else "trunkname"
            return [
                ("event", "ConfigChange"),
                ("type", event.subject),
                (key, event.name),
                ("operation", event.operation),
            ]
        case CallRecorded():
            record = event.record
            return [
                ("event", "NewCdr"),
                ("callid", record.call_id),
                ("timestart", report_time(record.started, identity)),
                ("callfrom", record.caller),
                ("callto", record.callee),
                ("callduraction", str(record.duration)),
                ("talkduraction", str(record.talked)),
                ("srctrunkname", record.source_trunk),
                ("dsttrcunkname", record.destination_trunk),
                ("pincode", ""),
                ("status", OUTCOME_WORDS[record.outcome]),
                ("type", CALL_TYPES[record.kind]),
                ("recording", recording_name(record, identity)),
                ("didnumber", record.did),
                ("agentringtime", "0"),
            ]
        case PromptEnded():
            return [
                ("event", "PlayPromptEnd"),
                ("callid", event.call_id),
                ("members", _members((event.to,), calls)),
                ("prompt", event.prompt),
            ]
        case MessageSent():
            return [
                ("event", "sms-send"),
                ("status", "Success" if event.delivered else "Failed"),
                ("smsid", event.message_id),
            ]
        case Booted():
            return [("event", "BootUp")]
    return None


def _word(event: StateChanged | Reregistered) -> str | None:
    """Return the word of ExtensionStatus, None when it was the last one too."""
    if isinstance(event, Reregistered):
        return "Registered"
    word = WORDS.get(event.state)
    return None if word == WORDS.get(event.before) else word
