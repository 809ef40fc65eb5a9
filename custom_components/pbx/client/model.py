"""The model of a PBX, the same for every family: extensions, trunks, calls, queues."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ExtensionStatus(StrEnum):
    """The status of an extension, as reported by the PBX itself."""

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
    """The mode in which a supervisor joins the call of an extension."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE_IN = "barge_in"


class DestinationKind(StrEnum):
    """The kind of destination that a call is transferred to."""

    EXTENSION = "extension"
    IVR = "ivr"
    QUEUE = "queue"
    RING_GROUP = "ring_group"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension of a PBX.

    `number` is a string, as it may have leading zeros. `status` is None for an unknown
    status word of the PBX; such an extension counts neither as idle nor as offline.
    """

    number: str
    name: str
    status: ExtensionStatus | None
    type: str | None = None
    port: str | None = None

    @property
    def registered(self) -> bool | None:
        """Return whether the phone is registered, None when the status is unknown."""
        return None if self.status is None else self.status not in OUT_OF_REACH

    @property
    def in_use(self) -> bool:
        """Return whether the phone is ringing, in a call, or has a call on hold."""
        return self.status in IN_USE


class TrunkStatus(StrEnum):
    """The status of a trunk of any type."""

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
    """One trunk (outside line) of a PBX, identified by its name.

    `status` is None for an unknown status word of the PBX.
    """

    name: str
    type: str | None
    status: TrunkStatus | None
    port: str | None = None

    @property
    def usable(self) -> bool | None:
        """Return whether the trunk can carry calls, None when the status is unknown."""
        return None if self.status is None else self.status in USABLE


class CallDirection(StrEnum):
    """The direction of a call, seen from the PBX."""

    INTERNAL = "internal"
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CallOutcome(StrEnum):
    """The outcome of an ended call for one of its parties."""

    ANSWERED = "answered"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    MISSED = "missed"
    BUSY = "busy"
    REJECTED = "rejected"
    FAILED = "failed"
    VOICEMAIL = "voicemail"


class PartyState(StrEnum):
    """The state of one party of a call; the members are in the order of a call's life.

    UNKNOWN is a party that takes part in a call while its state cannot be known.
    """

    DIALING = "dialing"
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Party:
    """One party of a call: an extension, or an outside party.

    For an outside party, `trunk` is the trunk it is connected through and `leg` the
    PBX's own id of that line. `caller` tells the caller from a callee; it is None where
    the PBX did not tell.
    """

    number: str
    extension: bool
    state: PartyState
    caller: bool | None = None
    trunk: str | None = None
    leg: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call, in progress or ended.

    `id` is None until the PBX has told it. `parties` are the present parties, or the
    last ones of an ended call, with the caller first where it is known. `via` is the
    ring group or queue that the call came through, `dialed` the number that an outside
    caller dialed. Times are seconds since the epoch on our own clock, as the clock of
    the PBX may be wrong. For a call that was already answered when it was discovered,
    `answered_at` is the time of the discovery. `duration` and `talked` are whole
    seconds from the PBX's own record.
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
        """Return the other party of an extension; of several, the one in conversation."""
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
    """The type of a call event."""

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
    """An event of one extension's part in a call; each is emitted once.

    `party` is the other party, `call` the call at the time of the event. `outcome` is
    the outcome for this extension, None before the end and where it cannot be known.
    `rang` and `talked` are seconds of this extension's own part; `at` is seconds since
    the epoch.
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
class QueueCaller:
    """A caller who waits in a queue.

    `number` is blank if it is hidden. `since` is the time of entering, in seconds since
    the epoch on our own clock. `call_id` is the id of the call, None where it is not
    told.
    """

    number: str
    since: float
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class QueueAgent:
    """An agent of a queue: an extension, or a number outside.

    `logged_in`, `paused` and `talking` are None where the PBX does not tell. `talking`
    tells that the agent talks to a caller of this queue. `reason` is that of a pause.
    `dynamic` is False for an agent who cannot log in and out, but is in the queue by
    its configuration; None where it is not told.
    """

    number: str
    name: str = ""
    logged_in: bool | None = None
    paused: bool | None = None
    talking: bool | None = None
    reason: str | None = None
    dynamic: bool | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue, with its waiting callers and its agents.

    `number` is the number to dial, which identifies it. `callers` wait in the order of
    their turn. `callers` or `agents` is None where the PBX does not tell.
    """

    number: str
    name: str = ""
    callers: tuple[QueueCaller, ...] | None = None
    agents: tuple[QueueAgent, ...] | None = None

    @property
    def waiting(self) -> int | None:
        """Return the number of waiting callers, None where it is not known."""
        return None if self.callers is None else len(self.callers)

    @property
    def waiting_since(self) -> float | None:
        """Return the time since which a caller has waited longest, None without one."""
        return min((caller.since for caller in self.callers or ()), default=None)

    def agents_that(
        self, state: Callable[[QueueAgent], bool | None]
    ) -> list[QueueAgent] | None:
        """Return the agents in a state, None where the state of any is not known."""
        if self.agents is None:
            return None
        states = [state(agent) for agent in self.agents]
        if None in states:
            return None
        return [agent for agent, so in zip(self.agents, states, strict=True) if so]


class QueueEventType(StrEnum):
    """The type of an event of a queue."""

    CALLER_ENTERED = "caller_entered"
    CALLER_LEFT = "caller_left"


@dataclass(frozen=True, slots=True)
class QueueEvent:
    """An event of a queue; `at` is seconds since the epoch."""

    type: QueueEventType
    queue: str
    caller: QueueCaller
    at: float


@dataclass(frozen=True, slots=True)
class ParkedCall:
    """A call that is parked: one of its parties waits in a slot of the PBX.

    `slot` is the number to dial to pick it up, `party` who waits. `since` is seconds
    since the epoch on our own clock. `parked_by` is the number of the extension that
    parked the call, None where it is not told.
    """

    slot: str
    party: Party
    since: float
    parked_by: str | None = None
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The voicemail box of an extension.

    `unread` is the number of messages that were not listened to, None where it is not
    told.
    """

    number: str
    unread: int | None


@dataclass(frozen=True, slots=True)
class HistoryCall:
    """One call of the PBX's own records, or one part of a transferred call.

    `started_at` is the PBX's local time without a zone, as the PBX does not tell its
    zone. `callee` is the party that was reached, `via` the ring group or queue that the
    call came through, `dialed` the number that an outside caller dialed. `duration` and
    `talked` are whole seconds. Values that the PBX did not tell, or told in an unknown
    word, are None.
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
    """The identity and the versions of a PBX."""

    serial_number: str
    name: str
    manufacturer: str
    model: str
    hardware_version: str | None
    firmware_version: str | None
    api_version: str
