"""What a PBX tells by itself, in no PBX's own words."""

from dataclasses import dataclass
from enum import StrEnum

from .model import CallDirection, CallOutcome, ExtensionStatus, Party


@dataclass(frozen=True, slots=True)
class ExtensionReport:
    """What an extension does now; `status` is None for a word that nobody knows.

    `registration` says that its phone has registered, which a phone in a call may do
    once more: then the status need not be true.
    """

    number: str
    status: ExtensionStatus | None
    registration: bool = False


@dataclass(frozen=True, slots=True)
class CallReport:
    """Who takes part in a call, and what each of them does now.

    A party that is not named has not left: a report speaks of the two it concerns,
    or of one. `via` is the ring group, queue or IVR the call passed, where told.
    """

    call_id: str
    parties: tuple[Party, ...]
    direction: CallDirection | None = None
    dialed: str | None = None
    via: str | None = None


@dataclass(frozen=True, slots=True)
class CallNow:
    """A call as it is now, whole.

    `parties` are all who take part now, with their states, the caller first where that
    is known; with none the call is over. `left` are the extensions that took part and
    left, with how that ended for them, None where it is not told. `outcome` is how the
    call as a whole ended, `ended_by` the number of the party that hung up; both may be
    told before it is over. `started_at` and `answered_at` are seconds since the epoch
    on our own clock, None for the moment of this report. `duration` and `talked` are
    whole seconds from the PBX's own record, None while there is none. `recorded` says
    that nothing more will be told of a call that is over.
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


@dataclass(frozen=True, slots=True)
class CallReleased:
    """Somebody hung up; `parties` are those it concerned, who hung up first."""

    call_id: str
    parties: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class CallTransferred:
    """The first party left the call to the others; by forwarding, before it was in."""

    call_id: str
    parties: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class CallFailed:
    """A call could not be put through; `parties` is who it failed at, if told."""

    call_id: str
    parties: tuple[Party, ...]
    outcome: CallOutcome


@dataclass(frozen=True, slots=True)
class CallRecord:
    """The PBX's record of a call, or of one part of a transferred one.

    `duration` and `talked` are whole seconds, None where the PBX gave none. `callee`
    is the one reached; `via` the ring group or queue that passed the call on.
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


class Subject(StrEnum):
    """Whose settings were changed."""

    EXTENSION = "extension"
    TRUNK = "trunk"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """Somebody changed the configuration of the PBX; `number` is the extension, if told."""

    subject: Subject
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Restarted:
    """The PBX has just started: calls and sessions are gone."""


@dataclass(frozen=True, slots=True)
class OtherReport:
    """A report that changes nothing here; `name` is the PBX's own word for it."""

    name: str


type Report = (
    ExtensionReport
    | CallNow
    | CallReport
    | CallReleased
    | CallTransferred
    | CallFailed
    | CallRecord
    | SettingsChanged
    | Restarted
    | OtherReport
)


@dataclass(frozen=True, slots=True)
class Received:
    """A report, and the serial number of the PBX it says it comes from, if it does."""

    report: Report
    serial_number: str | None
