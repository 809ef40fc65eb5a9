"""What a PBX consists of, in the words of the field; the same for every kind of PBX."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ExtensionStatus(StrEnum):
    """What an extension is doing, as the PBX itself says it."""

    IDLE = "idle"
    RINGING = "ringing"
    BUSY = "busy"
    ON_HOLD = "on_hold"
    OFFLINE = "offline"
    FAULT = "fault"


IN_USE = frozenset(
    {ExtensionStatus.RINGING, ExtensionStatus.BUSY, ExtensionStatus.ON_HOLD}
)
OUT_OF_REACH = frozenset({ExtensionStatus.OFFLINE, ExtensionStatus.FAULT})


class MonitorMode(StrEnum):
    """How a supervisor joins somebody else's call."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE_IN = "barge_in"


class DestinationKind(StrEnum):
    """What kind of destination a call is transferred to."""

    EXTENSION = "extension"
    IVR = "ivr"
    QUEUE = "queue"
    RING_GROUP = "ring_group"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension of a PBX.

    `number` is a string: leading zeros exist. `status` is None when the PBX used a
    word nobody knows; such an extension is neither free nor gone.
    """

    number: str
    name: str
    status: ExtensionStatus | None
    type: str | None = None
    port: str | None = None

    @property
    def registered(self) -> bool | None:
        """Whether the PBX can reach the phone; None when the status is not known."""
        return None if self.status is None else self.status not in OUT_OF_REACH

    @property
    def in_use(self) -> bool:
        """Whether the phone rings, talks or holds a call."""
        return self.status in IN_USE


class TrunkStatus(StrEnum):
    """What a trunk is doing; one enum for lines of every kind."""

    IDLE = "idle"
    BUSY = "busy"
    REGISTERED = "registered"
    REGISTERING = "registering"
    UNREGISTERED = "unregistered"
    UP = "up"
    DOWN = "down"
    ALARM = "alarm"
    FAULT = "fault"
    DISABLED = "disabled"
    POWER_OFF = "power_off"
    NO_SIM = "no_sim"
    NO_SIGNAL = "no_signal"
    PIN_ERROR = "pin_error"


USABLE = frozenset(
    {TrunkStatus.IDLE, TrunkStatus.BUSY, TrunkStatus.REGISTERED, TrunkStatus.UP}
)


@dataclass(frozen=True, slots=True)
class Trunk:
    """One line to the outside; its name is what tells it from the others.

    `status` is None when the PBX used a word nobody knows.
    """

    name: str
    type: str | None
    status: TrunkStatus | None
    port: str | None = None

    @property
    def usable(self) -> bool | None:
        """Whether calls can pass; None when the status is not known."""
        return None if self.status is None else self.status in USABLE


class CallDirection(StrEnum):
    """Where a call comes from and goes to, as the PBX sees it."""

    INTERNAL = "internal"
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CallOutcome(StrEnum):
    """How a call ended for one who took part in it."""

    ANSWERED = "answered"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    MISSED = "missed"
    BUSY = "busy"
    REJECTED = "rejected"
    FAILED = "failed"
    VOICEMAIL = "voicemail"


class PartyState(StrEnum):
    """What one party of a call is doing; the order is that of a call's life.

    UNKNOWN is what cannot be known: the party takes part, and no more is told.
    """

    DIALING = "dialing"
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Party:
    """One end of a call: an extension's phone, or somebody outside.

    An outside party has the `trunk` it is reached through, and `leg`, the PBX's own id
    of that line. `caller` is None where the PBX did not tell who called whom.
    """

    number: str
    extension: bool
    state: PartyState
    caller: bool | None = None
    trunk: str | None = None
    leg: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as it is or as it ended.

    `id` is None until the PBX has told it. `parties` are those who take part, at the
    end those who took part last, the caller first where that is known. `via` is the
    ring group or queue that passed it on, `dialed` the number an outside caller
    dialed. Times are seconds since the epoch on our own clock: the PBX's may be
    wrong. `answered_at` of a call found already answered is when it was found.
    `duration` and `talked` are whole seconds, from the PBX's own record.
    """

    id: str | None
    direction: CallDirection | None
    parties: tuple[Party, ...]
    started_at: float
    trunk: str | None = None
    via: str | None = None
    dialed: str | None = None
    answered_at: float | None = None
    held: bool = False
    ended_at: float | None = None
    ended_by: str | None = None
    outcome: CallOutcome | None = None
    duration: int | None = None
    talked: int | None = None

    def other(self, number: str) -> Party | None:
        """Return who an extension is connected to: of several, the one it talks to."""
        others = [
            party
            for party in self.parties
            if not (party.extension and party.number == number)
        ]
        for party in others:
            if party.state in (PartyState.TALKING, PartyState.HELD):
                return party
        return others[0] if others else None


class CallEventType(StrEnum):
    """What can happen to an extension's part in a call."""

    RINGING = "ringing"
    DIALING = "dialing"
    ANSWERED = "answered"
    HELD = "held"
    RESUMED = "resumed"
    ENDED = "ended"
    MISSED = "missed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CallEvent:
    """Something that happened to an extension's part in a call, told once.

    `party` is the other one; `call` is the call as it was then. `outcome` is how it
    ended for this extension, None while it has not, and where nobody can know.
    `talked` and `rang` are seconds of this extension's own part.
    """

    type: CallEventType
    number: str
    call: Call
    party: Party | None
    outcome: CallOutcome | None = None
    rang: float | None = None
    talked: float | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class HistoryCall:
    """One call of the PBX's own records, or one part of a transferred one.

    `started_at` is the PBX's local time, without a zone: only the PBX knows which.
    `callee` is who was reached, `via` the ring group or queue that passed the call on,
    `dialed` the number an outside caller dialed. `duration` and `talked` are whole
    seconds. What the PBX did not tell, in words that are known, is None.
    """

    id: str
    started_at: datetime
    caller: str
    callee: str
    direction: CallDirection | None = None
    outcome: CallOutcome | None = None
    transfer: bool = False
    via: str | None = None
    trunk: str | None = None
    dialed: str | None = None
    duration: int | None = None
    talked: int | None = None


@dataclass(frozen=True, slots=True)
class PbxInfo:
    """Who the PBX is."""

    serial_number: str
    name: str
    manufacturer: str
    model: str
    hardware_version: str | None
    firmware_version: str | None
    api_version: str
