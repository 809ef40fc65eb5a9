"""The steps of a call, from one who joins it to the end that is told."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, override

from ..model import (
    IN_USE,
    CallEvent,
    CallEventType,
    CallOutcome,
    ExtensionStatus,
    Party,
    PartyState,
)
from .index import CallIndex
from .leg import BEGINNINGS, Leg
from .live_call import LiveCall, leg_key

# Seconds that an end waits for the PBX's record of it.
SETTLE: Final = 2.0
MAX_LIVE: Final = 2000

type StatusOf = Callable[[str], ExtensionStatus | None]


class CallTable(CallIndex):
    """The calls of one PBX, and what happens to them. Pure: time comes in as an argument.

    `events` and `touched` (extensions whose calls changed) collect what `drain` gives.
    While `silent`, no events are told.
    """

    def __init__(
        self, status_of: StatusOf, known: Callable[[str], bool] = lambda number: True
    ) -> None:
        """Begin without calls; the statuses are looked up, never kept."""
        super().__init__()
        self._status_of = status_of
        self._known = known
        self._unsettled: dict[LiveCall, None] = {}
        self.events: list[CallEvent] = []
        self.touched: set[str] = set()
        self.silent = False
        self.last: dict[str, CallEvent] = {}

    @property
    def next_deadline(self) -> float | None:
        """When something has to be settled, None when nothing waits."""
        return min(
            (
                leg.deadline
                for live in self._unsettled
                for leg in live
                if leg.deadline is not None
            ),
            default=None,
        )

    def drain(self) -> tuple[list[CallEvent], set[str]]:
        """Return what happened since the last time."""
        events = [
            event if event.party is not None else self._completed(event)
            for event in self.events
        ]
        touched = self.touched
        self.events, self.touched = [], set()
        return events, touched

    def _completed(self, event: CallEvent) -> CallEvent:
        """Add the other party: whoever a report names first joins the call alone."""
        for live in self._of.get(event.number, ()):
            if live.id == event.call.id and live.started_at == event.call.started_at:
                party = live.call.other(event.number)
                return replace(event, call=live.call, party=party)
        return event

    # -- steps, also for the reconciler

    @override
    def begin(self, call_id: str | None, now: float) -> LiveCall:
        """Open a call; of too many the oldest is over."""
        if len(self.live) >= MAX_LIVE:
            self.close(next(iter(self.live.values())), now, None)
        return super().begin(call_id, now)

    @override
    def identify(self, live: LiveCall, call_id: str) -> None:
        """Give a call the id that the PBX told at last."""
        super().identify(live, call_id)
        self.touched.update(leg.number for leg in live.extensions())

    def join(self, live: LiveCall, party: Party, now: float) -> None:
        """Let a party take part, or go on to what it does now."""
        leg = live.leg(party)
        if leg is None:
            leg = self.add(live, party, now)
            if leg.present:
                event = BEGINNINGS.get(leg.state)
                if leg.talking:
                    leg.answered_at = now
                self._tell(event, live, leg, now)
            return
        leg.learn(party)
        live.changed()
        if not leg.present:
            if not (party.state is PartyState.RINGING and self._rings_anew(live, leg)):
                return
            self.begin_again(live, leg, tell=leg.answered_at is not None)
            self.join(live, party, now)
            return
        if party.state is PartyState.GONE:
            self.leave(live, leg, now, SETTLE)
            return
        event = leg.advance(party.state, now)
        self._touch(live, leg)
        self._tell(event, live, leg, now)

    def begin_again(self, live: LiveCall, leg: Leg, *, tell: bool = False) -> None:
        """Drop the part of one who left: another begins."""
        self.settle_leg(live, leg, tell=tell)
        live.legs.pop(leg_key(leg.party()), None)

    def bring_back(self, live: LiveCall, leg: Leg) -> None:
        """Take back that a party left; once that was told, another part begins."""
        if leg.extension and leg.settled:
            self.begin_again(live, leg)
            return
        leg.settled = False
        leg.come_back()
        live.changed()
        self.enter(live, leg)
        self._touch(live, leg)

    def leave(self, live: LiveCall, leg: Leg, now: float, settle: float | None) -> None:
        """Let a party take no part any more."""
        leg.met = leg.met or live.met_by(leg)
        leg.leave(now, None if settle is None else self._deadline(now, settle))
        live.changed()
        self._touch(live, leg)
        self.exit(live, leg)
        self._await_end(live, leg)

    def depart(self, live: LiveCall, leg: Leg, now: float) -> None:
        """Let a party leave a call that goes on; unless it talked, its end waits for the call's."""
        self.leave(live, leg, now, None if leg.answered_at is None else SETTLE)

    def answered_elsewhere(self, live: LiveCall, leg: Leg, now: float) -> None:
        """Let a party stop ringing because another one picked up."""
        leg.outcome = CallOutcome.ANSWERED_ELSEWHERE
        self.leave(live, leg, now, 0)
        self.settle_leg(live, leg)

    def close(self, live: LiveCall, now: float, by: str | None) -> None:
        """End a call for all who take part."""
        last = live.present() or list(live)
        for leg in last:
            leg.met = leg.met or live.met_by(leg)
        for leg in live.present():
            self.leave(live, leg, now, SETTLE)
        live.end(now, last)
        live.ended_by = by
        for leg in live:
            if not leg.settled:
                leg.deadline = leg.deadline or self._deadline(now, SETTLE)
        if (forgotten := self.bury(live)) is not None:
            self.settle_all(forgotten)

    def restarted(self) -> None:
        """Note that the PBX has lost its calls: what the next poll does not show is over."""
        for live in self.live.values():
            live.before_restart = True

    def settle(self, now: float) -> None:
        """Tell the ends that waited long enough for a record."""
        for live in list(self._unsettled):
            for leg in list(live):
                if leg.deadline is not None and leg.deadline <= now:
                    self.settle_leg(live, leg)

    def settle_all(self, live: LiveCall) -> None:
        """Tell all ends of a call: there is nothing more to wait for."""
        for leg in list(live):
            self.settle_leg(live, leg)

    # -- parts of the above

    def add(self, live: LiveCall, party: Party, now: float) -> Leg:
        """Make a party's part in a call."""
        if (role := live.role_of(party)) is not party.caller:
            state = party.state
            if state is PartyState.DIALING and role is False:
                state = PartyState.RINGING
            party = replace(party, caller=role, state=state)
        leg = Leg(
            party.number,
            party.extension,
            party.state,
            now,
            party.caller,
            party.trunk,
            party.leg,
        )
        live.legs[leg_key(party)] = leg
        live.changed()
        if leg.present:
            self.enter(live, leg)
        else:
            leg.left_at = now
            self._await_end(live, leg)
        self._touch(live, leg)
        return leg

    def _rings_anew(self, live: LiveCall, leg: Leg) -> bool:
        """Return whether one who had left is called once more, as their phone rings.

        A queue rings its agents again and again, and a call is passed back: all who were
        called with them have stopped by then. Otherwise the report comes late.
        """
        left = leg.left_at or leg.joined_at
        return (
            leg.extension
            and self._status_of(leg.number) is ExtensionStatus.RINGING
            and not any(
                other.caller is False
                and other.joined_at < left
                and self._occupies(other)
                for other in live.extensions()
            )
        )

    def _occupies(self, leg: Leg) -> bool:
        """Return whether one who is in a single call is so by their own status, too."""
        status = self._status_of(leg.number)
        return len(self.live_of(leg.number)) == 1 and (
            status is ExtensionStatus.RINGING
            if leg.state is PartyState.RINGING
            else status in IN_USE
        )

    def _await_end(self, live: LiveCall, leg: Leg) -> None:
        """Note that the end of an extension's part has to be told; others' never is."""
        if leg.extension:
            self._unsettled[live] = None
        else:
            leg.settled, leg.deadline = True, None

    def _touch(self, live: LiveCall, leg: Leg) -> None:
        """Note that the call of these extensions is not what it was."""
        self.touched.update(other.number for other in live.extensions())
        if leg.extension:
            self.touched.add(leg.number)

    def _deadline(self, now: float, settle: float) -> float:
        """Return when an end is told at the latest; nobody waits for one that is not."""
        return now if self.silent else now + settle

    def _tell(
        self, event: CallEventType | None, live: LiveCall, leg: Leg, now: float
    ) -> None:
        """Add an event, unless it only says what was so already."""
        if event is not None and leg.extension and not self.silent:
            call = live.call
            self.events.append(
                CallEvent(event, leg.number, call, call.other(leg.number), at=now)
            )

    def settle_leg(self, live: LiveCall, leg: Leg, *, tell: bool = True) -> None:
        """Tell how a part in a call ended, once."""
        if leg.settled or leg.present:
            return
        leg.settled = True
        leg.deadline = None
        if not live.unsettled:
            self._unsettled.pop(live, None)
        if not leg.extension or not tell:
            return
        leg.outcome = live.outcome_for(leg)
        event = live.ending_of(leg)
        self.touched.add(leg.number)
        if self._known(leg.number):
            self.last[leg.number] = event
        if not self.silent:
            self.events.append(event)
