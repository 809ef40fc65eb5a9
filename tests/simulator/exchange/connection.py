"""The two ends of a call, and what is known of it."""

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from .cdr import CallRecord, Outcome
from .events import CallEvent, Failure, LegKind, Party
from .leg import Leg

if TYPE_CHECKING:
    from .exchange import Exchange
    from .monitoring import MonitorLeg

type CallKind = Literal["internal", "inbound", "outbound"]


class CallState(StrEnum):
    """Where a call is in its life."""

    INVITED = "invited"
    DIALLING = "dialling"
    RINGING = "ringing"
    QUEUED = "queued"
    TALKING = "talking"
    HELD = "held"
    VOICEMAIL = "voicemail"
    ENDED = "ended"


class Connection:
    """The caller waits at one end, the callees ring or talk at the other."""

    def __init__(
        self,
        exchange: Exchange,
        call_id: str,
        kind: CallKind,
        caller: Leg,
        dialled: str,
        by_api: bool = False,
    ) -> None:
        """Begin a call that has not reached anybody yet."""
        self._exchange = exchange
        self.call_id = call_id
        self.kind: CallKind = kind
        self.caller = caller
        self.callees: list[Leg] = []
        self.dialled = dialled
        self.by_api = by_api
        self.state = CallState.RINGING
        self.outcome: Outcome | None = None
        self.failure: Failure | None = None
        self.monitors: list[MonitorLeg] = []
        self.via = ""
        self.record_kind: str = kind
        self.forwarded = 0
        self.started = exchange.clock.now()
        self.answered_at: float | None = None
        self.first_answer: float | None = None
        self.did = ""
        self.told: list[CallEvent] = []

    @property
    def sequence(self) -> int:
        """Return the place of the call in the order in which calls began."""
        return int(self.call_id.rpartition(".")[2])

    @property
    def legs(self) -> list[Leg]:
        """Return both ends, the caller's first."""
        return [self.caller, *self.callees]

    @property
    def parties(self) -> tuple[Party, ...]:
        """Return both ends as they are now, the caller's first."""
        return tuple(leg.party() for leg in self.legs)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Return the numbers of both ends, the caller's first."""
        return tuple(leg.number for leg in self.legs)

    @property
    def live(self) -> bool:
        """Return whether the call has not ended."""
        return self.state is not CallState.ENDED

    @property
    def connected(self) -> bool:
        """Return whether two people are connected, talking or on hold."""
        return self.state in (CallState.TALKING, CallState.HELD)

    def leg_of(self, number: str) -> Leg | None:
        """Return the leg of an extension."""
        for leg in self.legs:
            if leg.number == number and leg.kind is LegKind.EXTENSION:
                return leg
        return None

    def other(self, leg: Leg) -> Leg | None:
        """Return the first leg at the other end."""
        if leg is self.caller:
            return self.callees[0] if self.callees else None
        return self.caller

    def record(self, outcome: Outcome, callee: Leg | None) -> CallRecord:
        """Return the record of the call, or of the part that ends now."""
        last = self.callees[0] if self.callees else callee
        reached, trunk = self.via or self.dialled, ""
        if last is not None and last is not self.caller:
            reached, trunk = last.number, last.trunk
        nobody = self.first_answer is None and len(self.callees) > 1
        if nobody and self._exchange.switches.unanswered_group_cdr == "group":
            reached = self.via
        elif self.via and self.via != reached:
            reached = f"{self.via}({reached})"
        return CallRecord(
            self.call_id,
            self.record_kind,
            self.caller.number,
            reached,
            self.caller.trunk,
            trunk,
            self.started,
            self.first_answer,
            self._exchange.clock.now(),
            outcome,
            self.did,
            recorded=self.first_answer is not None
            and self._exchange.switches.recordings,
        )
