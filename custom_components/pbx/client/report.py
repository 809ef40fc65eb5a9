"""Reports: the messages that a PBX sends unasked, the same for every family."""

from dataclasses import dataclass
from enum import StrEnum

from .model import (
    CallDirection,
    CallOutcome,
    ExtensionStatus,
    Mailbox,
    ParkedCall,
    Party,
    Queue,
)


@dataclass(frozen=True, slots=True)
class ExtensionReport:
    """A new status of an extension; `status` is None for an unknown status word.

    `registration` tells that the phone has registered. A phone in a call may register
    once more, so its status need not be true then.
    """

    number: str
    status: ExtensionStatus | None
    registration: bool = False


@dataclass(frozen=True, slots=True)
class CallReport:
    """The present states of some parties of a call.

    A party that is not named has not left: a report names only the one or two parties
    it concerns. `via` is the ring group, queue or IVR that the call came through, where
    the PBX tells it.
    """

    call_id: str
    parties: tuple[Party, ...]
    direction: CallDirection | None = None
    dialed: str | None = None
    via: str | None = None


@dataclass(frozen=True, slots=True)
class CallNow:
    """The complete present state of a call.

    `parties` are all present parties with their states, the caller first where it is
    known; a call without parties has ended. Parties that are all gone are those of a
    call that was over before anything else was told of it. `left` are the extensions that took part
    and left, each with its outcome, None where it is not told. `outcome` is that of the
    call as a whole, `ended_by` the number of the party that hung up; both may be told
    before the end. `started_at` and `answered_at` are seconds since the epoch on our
    own clock, None for the time of this report. `duration` and `talked` are whole
    seconds from the PBX's own record, None while there is none. `recorded` marks the
    last report of a call that has ended. `unrung` is an extension among those that left
    whose phone did not ring, so that nothing else tells of it. `absorbed` are the ids of calls that became
    part of this one; a party of theirs that is named here has not left anything.
    `since` has the extensions that were found in a call in progress, each with the time
    at which it came into the call, in seconds since the epoch on our own clock.
    """

    id: str
    parties: tuple[Party, ...] = ()
    direction: CallDirection | None = None
    dialed: str | None = None
    via: str | None = None
    trunk: str | None = None
    left: tuple[tuple[str, CallOutcome | None], ...] = ()
    outcome: CallOutcome | None = None
    ended_by: str | None = None
    started_at: float | None = None
    answered_at: float | None = None
    duration: int | None = None
    talked: int | None = None
    recorded: bool = False
    unrung: str | None = None
    absorbed: tuple[str, ...] = ()
    since: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class CallReleased:
    """A party hung up; it is the first of `parties`, the others were connected with it."""

    call_id: str
    parties: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class CallTransferred:
    """A call was transferred or forwarded.

    The first of `parties` is the transferor, which left the call to the others. An
    extension that forwards a call leaves it before it takes part.
    """

    call_id: str
    parties: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class CallFailed:
    """A call could not be connected; `parties` has the callee it failed at, if told."""

    call_id: str
    parties: tuple[Party, ...]
    outcome: CallOutcome


@dataclass(frozen=True, slots=True)
class CallRecord:
    """The PBX's record of a call, or of one part of a transferred call.

    `duration` and `talked` are whole seconds, None where the PBX gave none. `callee` is
    the party that was reached, `via` the ring group or queue that the call came through.
    """

    call_id: str
    caller: str
    callee: str
    outcome: CallOutcome | None
    direction: CallDirection | None
    transfer: bool = False
    via: str | None = None
    trunk: str | None = None
    dialed: str | None = None
    duration: int | None = None
    talked: int | None = None


@dataclass(frozen=True, slots=True)
class QueueNow:
    """The complete present state of a queue; a change of one caller or agent, too."""

    queue: Queue


@dataclass(frozen=True, slots=True)
class ParkedNow:
    """All calls that are parked at present."""

    calls: tuple[ParkedCall, ...]


@dataclass(frozen=True, slots=True)
class MailboxNow:
    """The present state of a voicemail box."""

    mailbox: Mailbox


class Subject(StrEnum):
    """The subject whose settings were changed."""

    EXTENSION = "extension"
    TRUNK = "trunk"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The configuration of the PBX was changed; `number` is the extension, if told."""

    subject: Subject
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Restarted:
    """The PBX has just started; all calls and sessions have ended."""


@dataclass(frozen=True, slots=True)
class OtherReport:
    """A report without effect on the model; `name` is the PBX's own word for it."""

    name: str


type Report = (
    ExtensionReport
    | CallNow
    | CallReport
    | CallReleased
    | CallTransferred
    | CallFailed
    | CallRecord
    | QueueNow
    | ParkedNow
    | MailboxNow
    | SettingsChanged
    | Restarted
    | OtherReport
)


@dataclass(frozen=True, slots=True)
class Received:
    """The reports of one message, with the serial number of its PBX if it names one."""

    reports: tuple[Report, ...]
    serial_number: str | None
