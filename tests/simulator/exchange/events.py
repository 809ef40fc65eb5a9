"""What happens inside the PBX, before any wire puts it into words."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from .cdr import CallRecord

type CallEventKind = Literal[
    "ring",
    "alert",
    "answer",
    "answered",
    "bye",
    "transfer",
    "invite",
    "incoming",
    "dtmf",
]


class LegKind(StrEnum):
    """What stands at one end of a call."""

    EXTENSION = "extension"
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    VOICEMAIL = "voicemail"
    IVR = "ivr"
    QUEUE = "queue"
    PROMPT = "prompt"
    CONFERENCE = "conference"
    PARKING = "parking"


class LegState(StrEnum):
    """What one end of a call is doing."""

    CALLING = "calling"
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    ENDED = "ended"


class ExtensionState(StrEnum):
    """What an extension is doing, in no wire's words."""

    ABSENT = "absent"
    FREE = "free"
    RINGING = "ringing"
    BUSY = "busy"
    HOLD = "hold"
    FAULT = "fault"
    NO_PORT = "no_port"


class Failure(StrEnum):
    """Why a call came to nothing."""

    BUSY = "busy"
    DECLINED = "declined"
    DO_NOT_DISTURB = "do_not_disturb"
    UNREACHABLE = "unreachable"
    NO_SUCH_NUMBER = "no_such_number"
    NO_PERMISSION = "no_permission"
    NO_LINE = "no_line"


@dataclass(frozen=True, slots=True)
class Party:
    """One end of a call at one moment."""

    kind: LegKind
    number: str
    state: LegState
    leg_id: str
    from_number: str = ""
    to_number: str = ""
    trunk: str = ""


@dataclass(frozen=True, slots=True)
class CallEvent:
    """Something happened to a call; the party it is about comes first."""

    kind: CallEventKind
    call_id: str
    parties: tuple[Party, ...]
    by_api: bool = False
    digits: str = ""


@dataclass(frozen=True, slots=True)
class CallFailed:
    """A call could not be put through."""

    call_id: str
    why: Failure
    parties: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class CallRecorded:
    """A call was released and its record written."""

    record: CallRecord


@dataclass(frozen=True, slots=True)
class StateChanged:
    """An extension does something else now."""

    number: str
    state: ExtensionState
    before: ExtensionState


@dataclass(frozen=True, slots=True)
class Reregistered:
    """A phone has registered anew from another address; what it does is unchanged."""

    number: str


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The administrator or the API changed an extension or a trunk."""

    subject: Literal["extension", "trunk"]
    name: str
    operation: Literal["add", "update", "del"]


@dataclass(frozen=True, slots=True)
class PromptEnded:
    """The prompts that a call was made for have been played; `to` is who heard them."""

    call_id: str
    to: Party
    prompt: str


@dataclass(frozen=True, slots=True)
class MessageSent:
    """A text message has left the PBX, or could not."""

    message_id: str
    delivered: bool


@dataclass(frozen=True, slots=True)
class Booted:
    """The PBX has just started."""


type Event = (
    CallEvent
    | CallFailed
    | CallRecorded
    | StateChanged
    | Reregistered
    | SettingsChanged
    | PromptEnded
    | MessageSent
    | Booted
)
