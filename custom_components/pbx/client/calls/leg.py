"""One party's part in one call, from the first ring to the event that ends it."""

from dataclasses import dataclass
from typing import Final

from ..model import CallEventType, CallOutcome, Party, PartyState

# How far a party's part in a call has come: it never goes back.
_PROGRESS: Final = {
    PartyState.RINGING: 0,
    PartyState.DIALING: 0,
    PartyState.TALKING: 1,
    PartyState.HELD: 1,
    PartyState.GONE: 2,
}


@dataclass(slots=True, eq=False)
class Leg:
    """One party's part; times are seconds since the epoch, None for not yet.

    `settled` once its end was told. `deadline` is when it is told at the latest.
    """

    number: str
    extension: bool
    state: PartyState
    joined_at: float
    caller: bool | None = None
    trunk: str | None = None
    line: str | None = None
    answered_at: float | None = None
    left_at: float | None = None
    met: Party | None = None
    outcome: CallOutcome | None = None
    deadline: float | None = None
    settled: bool = False

    @property
    def present(self) -> bool:
        """Whether it still takes part."""
        return self.state is not PartyState.GONE

    @property
    def talking(self) -> bool:
        """Whether it is connected, on hold or not."""
        return self.state in (PartyState.TALKING, PartyState.HELD)

    def party(self) -> Party:
        """Return it as others see it."""
        return Party(
            self.number, self.extension, self.state, self.caller, self.trunk, self.line
        )

    def learn(self, party: Party) -> None:
        """Take over what was not known of it yet."""
        if self.caller is None:
            self.caller = party.caller
        self.trunk = self.trunk or party.trunk
        self.line = self.line or party.leg

    def advance(self, state: PartyState, now: float) -> CallEventType | None:
        """Go on to a state, if that is no step back; return what to tell of it.

        Not to GONE: that is `leave`.
        """
        before = self.state
        if state is before or _PROGRESS[state] < _PROGRESS[before]:
            return None
        if state is PartyState.RINGING or (
            state is PartyState.DIALING and self.caller is False
        ):
            return None
        self.state = state
        if before is PartyState.TALKING:
            return CallEventType.HELD
        if before is PartyState.HELD:
            return CallEventType.RESUMED
        if self.talking:
            self.answered_at = now
        return BEGINNINGS[state]

    def leave(self, now: float, deadline: float | None) -> None:
        """Take no part any more; the end is told by the deadline, if there is one."""
        self.state = PartyState.GONE
        self.left_at = now
        self.deadline = deadline

    def come_back(self) -> None:
        """Take part again as before: it had not left."""
        if self.answered_at is not None:
            self.state = PartyState.TALKING
        else:
            self.state = PartyState.DIALING if self.caller else PartyState.RINGING
        self.left_at = self.deadline = self.met = self.outcome = None

    def ending(self) -> CallEventType:
        """Return how its end is told."""
        match self.outcome:
            case None | CallOutcome.ANSWERED | CallOutcome.ANSWERED_ELSEWHERE:
                return CallEventType.ENDED
            case CallOutcome.BUSY | CallOutcome.FAILED:
                return CallEventType.FAILED if self.caller else CallEventType.MISSED
            case CallOutcome.REJECTED:
                return CallEventType.FAILED if self.caller else CallEventType.ENDED
            case _:
                return CallEventType.ENDED if self.caller else CallEventType.MISSED


# What is told of a party's first state, and of the first one in which it talks.
BEGINNINGS: Final = {
    PartyState.RINGING: CallEventType.RINGING,
    PartyState.DIALING: CallEventType.DIALING,
    PartyState.TALKING: CallEventType.ANSWERED,
    PartyState.HELD: CallEventType.ANSWERED,
}
