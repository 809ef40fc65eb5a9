"""A call from its first ring to its record: the state machine."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulator.clock import Alarm

from .cdr import Outcome
from .connection import CallKind, CallState, Connection
from .errors import NoSuchCall, NotPossible
from .events import (
    CallEvent,
    CallEventKind,
    CallFailed,
    CallRecorded,
    Failure,
    LegKind,
    LegState,
)
from .leg import Leg

if TYPE_CHECKING:
    from .exchange import Exchange

OUTCOME_OF_FAILURE = {
    Failure.BUSY: Outcome.BUSY,
    Failure.DECLINED: Outcome.BUSY,
    Failure.DO_NOT_DISTURB: Outcome.BUSY,
}


class SimCall(Connection):
    """One call and what can happen to it."""

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
        super().__init__(exchange, call_id, kind, caller, dialled, by_api)
        self.when_picked_up: Callable[[], None] | None = None
        # Whether it ended because nobody answered in time: no party hung up.
        self.ran_out = False
        # The call that an attended transfer is joining with this one.
        self.consulted: SimCall | None = None
        self._timer: Alarm | None = None

    def emit(self, kind: CallEventKind, *legs: Leg | None, digits: str = "") -> None:
        """Tell what happened, the leg it is about first."""
        parties = tuple(leg.party() for leg in legs if leg is not None)
        event = CallEvent(kind, self.call_id, parties, self.by_api, digits)
        self.told.append(event)
        self._exchange.emit(event)

    def timer(self, seconds: float | None, action: Callable[[], None]) -> None:
        """Let something happen after a while, unless the call moves on before."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if seconds is not None:
            self._timer = self._exchange.later(seconds, action)

    def no_timer(self) -> None:
        """Forget what was to happen."""
        self.timer(None, lambda: None)

    def ring(
        self, legs: list[Leg], seconds: float, unanswered: Callable[[], None]
    ) -> None:
        """Let the callees ring."""
        self.callees = legs
        self.state = CallState.RINGING
        self.caller.state = LegState.CALLING
        self._exchange.touch(self.caller)
        for leg in legs:
            leg.state = LegState.RINGING
            self._exchange.occupy(leg)
            self.emit("ring", leg, self.caller)
        self.emit("alert", self.caller)
        after = self._exchange.switches.answer_after
        if after is not None and after < seconds:
            self.timer(after, self.answer)
        else:
            self.timer(seconds, unanswered)

    def answer(self, by: str | None = None) -> None:
        """Pick up: the caller's phone after a dial by API, else a callee's."""
        if self.state is CallState.DIALLING:
            self.no_timer()
            self.caller.state = LegState.CALLING
            self._exchange.only_talks_here(self.caller)
            self._exchange.touch(self.caller)
            if self.when_picked_up is not None:
                self.when_picked_up()
            return
        ringing = [leg for leg in self.callees if leg.state is LegState.RINGING]
        chosen = next((leg for leg in ringing if by in (None, leg.number)), None)
        if self.state is not CallState.RINGING or chosen is None:
            raise NotPossible(f"Nothing rings here: {self.state}")
        for leg in ringing:
            if leg is not chosen:
                self._exchange.release(leg)
        self.connect(chosen)

    def connect(self, leg: Leg) -> None:
        """Connect the caller with one leg."""
        self.no_timer()
        self.callees = [leg]
        leg.state = self.caller.state = LegState.TALKING
        self.state = CallState.TALKING
        self.answered_at = self._exchange.clock.now()
        if self.first_answer is None:
            self.first_answer = self.answered_at
        for end in self.legs:
            self._exchange.only_talks_here(end)
        self._exchange.occupy(leg)
        self._exchange.touch(self.caller)
        self.emit("answer", leg, self.caller)
        self.emit("answered", self.caller, leg)

    def reject(self, by: str | None = None) -> None:
        """Decline while it rings."""
        if self.state is CallState.DIALLING:
            self.fail(Failure.DECLINED, self.caller)
            return
        ringing = [leg for leg in self.callees if leg.state is LegState.RINGING]
        chosen = next((leg for leg in ringing if by in (None, leg.number)), None)
        if self.state is not CallState.RINGING or chosen is None:
            raise NotPossible(f"Nothing rings here: {self.state}")
        chosen.declined = True
        if len(ringing) > 1:
            self._exchange.release(chosen)
            self.callees.remove(chosen)
        elif not self._exchange.go_on_after_reject(self, chosen):
            self.fail(Failure.DECLINED, chosen)

    def fail(self, why: Failure, leg: Leg | None) -> None:
        """End because it could not be put through; `leg` is who it failed at."""
        self.failure = why
        party = () if leg is None else (leg.party(),)
        if leg is not None and leg is not self.caller and leg.outside:
            party = (*party, self.caller.party())
        self._exchange.emit(CallFailed(self.call_id, why, party))
        self._close(OUTCOME_OF_FAILURE.get(why, Outcome.FAILED), leg)

    def to_service(self, kind: LegKind, number: str) -> None:
        """Connect the caller with a service of the PBX: voicemail, an IVR."""
        for leg in self.callees:
            self._exchange.release(leg)
        self.connect(self._exchange.new_leg(kind, number, self.call_id))
        if kind is LegKind.VOICEMAIL:
            self.state = CallState.VOICEMAIL
            self.timer(self._exchange.switches.voicemail_seconds, self.hang_up)

    def wait_in_queue(self, number: str) -> None:
        """Wait with music until an agent is free."""
        self.no_timer()
        self.state = CallState.QUEUED
        self.caller.state = (
            LegState.TALKING if self.caller.outside else LegState.CALLING
        )
        self.callees = [self._exchange.new_leg(LegKind.QUEUE, number, self.call_id)]
        self.via = number
        self._exchange.touch(self.caller)

    def hold(self, by: str | None = None) -> None:
        """Put the call on hold from one end, the first extension's when none is named."""
        leg = self._end_of(by, LegState.TALKING)
        leg.state = LegState.HELD
        self.state = CallState.HELD
        self._exchange.touch(leg)

    def unhold(self, by: str | None = None) -> None:
        """Take the call back."""
        leg = self._end_of(by, LegState.HELD)
        self._exchange.only_talks_here(leg)
        leg.state = LegState.TALKING
        if not any(end.state is LegState.HELD for end in self.legs):
            self.state = CallState.TALKING
        self._exchange.touch(leg)

    def mute(self, by: str, muted: bool = True) -> None:
        """Silence one end, or let it be heard again."""
        leg = self.leg_of(by)
        if leg is None or not self.connected:
            raise NoSuchCall(by)
        leg.muted = muted

    def press(self, digits: str, by: str | None = None) -> None:
        """Press keys during the call."""
        leg = self.caller if by is None else self.leg_of(by)
        if leg is None or not self.connected:
            raise NoSuchCall(by)
        self.emit("dtmf", leg, digits=digits)

    def hang_up(self, by: str | None = None) -> None:
        """End the call; `by` is the number that hangs up first, else the caller."""
        if not self.live:
            raise NoSuchCall(self.call_id)
        first = next((leg for leg in self.legs if leg.number == by), self.caller)
        self.hang_up_leg(first)

    def hang_up_leg(self, first: Leg) -> None:
        """End the call from one end."""
        if self.first_answer is not None:
            voicemail = self.state is CallState.VOICEMAIL
            outcome = Outcome.VOICEMAIL if voicemail else Outcome.ANSWERED
        else:
            outcome = Outcome.NO_ANSWER
        second = self.other(first)
        self.emit("bye", first, second)
        self._close(outcome, second if first is self.caller else first)

    def drop(self) -> None:
        """Vanish without a trace, as when the PBX loses power or a call is refused."""
        self.no_timer()
        self.state = CallState.ENDED
        for leg in self.legs:
            leg.state = LegState.ENDED

    def transfer(
        self, to: str, by: str | None = None, trunk: str | None = None
    ) -> None:
        """Transfer by a user: `by` leaves (else the first extension that talks to the caller)."""
        leaving = self.leg_of(by) if by is not None else self._leaving()
        staying = None if leaving is None else self.other(leaving)
        # Who is only called, and a service of the PBX, cannot be put through to another.
        phone = staying is not None and (
            staying.outside or staying.kind is LegKind.EXTENSION
        )
        if leaving is None or staying is None or not phone or not self.live:
            raise NotPossible(f"Nobody can transfer this call: {self.state}")
        if staying.state is LegState.RINGING:
            raise NotPossible(f"{staying.number} still rings")
        self._exchange.check_destination(to)
        self.emit("transfer", leaving, staying)
        self.hand_over(staying)
        self._exchange.route(self, to, trunk)

    def hand_over(self, staying: Leg) -> None:
        """Let one end wait alone for a new destination; the other leaves with a record."""
        self.no_timer()
        leaving = [leg for leg in self.legs if leg is not staying]
        if self._exchange.switches.transfer_cdr == "segments" and leaving:
            talked = Outcome.NO_ANSWER if self.answered_at is None else Outcome.ANSWERED
            self._write(talked, leaving[0])
            self.started = self._exchange.clock.now()
            self.first_answer = None
            self.record_kind = "transfer"
        self.answered_at = None
        self.via = ""
        for leg in leaving:
            self._exchange.release(leg)
        self.caller = staying
        self.callees = []
        staying.state = LegState.CALLING

    # -- parts of the above

    def _end_of(self, by: str | None, state: LegState) -> Leg:
        for leg in self.legs:
            mine = leg.kind is LegKind.EXTENSION and by in (None, leg.number)
            if mine and leg.state is state and self.connected:
                return leg
        raise NoSuchCall(by or self.call_id)

    def _leaving(self) -> Leg | None:
        extensions = [leg for leg in self.legs if leg.kind is LegKind.EXTENSION]
        if self.caller.outside:
            return extensions[0] if extensions else None
        outside = any(leg.outside for leg in self.callees)
        return self.caller if outside else next(iter(extensions[1:]), None)

    def _close(self, outcome: Outcome, callee: Leg | None) -> None:
        """Release everybody, write the record, forget the call."""
        self.no_timer()
        self.state = CallState.ENDED
        self.outcome = outcome
        self._exchange.end_monitors_of(self)
        record = self.record(outcome, callee)
        for leg in self.legs:
            self._exchange.release(leg)
        self._exchange.calls.pop(self.call_id, None)
        self._exchange.emit(CallRecorded(record))

    def _write(self, outcome: Outcome, callee: Leg | None) -> None:
        self._exchange.emit(CallRecorded(self.record(outcome, callee)))
