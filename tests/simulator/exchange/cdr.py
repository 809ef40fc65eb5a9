"""The record that remains of a call."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a call ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    VOICEMAIL = "voicemail"


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call, or one part of a transferred call; times are seconds since the epoch."""

    call_id: str
    kind: str
    caller: str
    callee: str
    source_trunk: str
    destination_trunk: str
    started: float
    answered: float | None
    ended: float
    outcome: Outcome
    did: str = ""
    recorded: bool = False

    @property
    def duration(self) -> int:
        """Return the whole seconds from the first ring to the end."""
        return int(self.ended - self.started)

    @property
    def talked(self) -> int:
        """Return the whole seconds of conversation."""
        return 0 if self.answered is None else int(self.ended - self.answered)
