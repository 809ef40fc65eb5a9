"""The table of live calls and what remains of those that ended: the steps of a call."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from .leg import BEGINNINGS, Leg
from .live_call import LiveCall, leg_key
from .model import (
    Call,
    CallEvent,
    CallEventType,
    CallOutcome,
    ExtensionStatus,
    Party,
    PartyState,
)

# Seconds that an end waits for the PBX's record of it.
SETTLE: Final = 2.0
# What ended is remembered, so that a late or doubled report finds it ended.
MAX_ENDED: Final = 500
MAX_LIVE: Final = 2000

type StatusOf = Callable[[str], ExtensionStatus | None]


class CallTable:
    """The calls of one PBX, keyed by call id. Pure: time comes in as an argument.

    A call whose id the PBX has not told yet has a key of our own until it does.
    `events` and `touched` (extensions whose calls changed) collect what `drain` gives.
    While `silent`, no events are told.
    """

    def __init__(
        self, status_of: StatusOf, known: Callable[[str], bool] = lambda number: True
    ) -> None:
        """Begin without calls; the statuses are looked up, never kept."""
        self._status_of = status_of
        self._known = known
        self.live: dict[str, LiveCall] = {}
        self._of: dict[str, dict[str, LiveCall]] = {}
        self._ended: OrderedDict[str, LiveCall] = OrderedDict()
        self._unsettled: dict[str, LiveCall] = {}
        self._provisional = 0
        self.events: list[CallEvent] = []
        self.touched: set[str] = set()
        self.silent = False
        self.last: dict[str, CallEvent] = {}

    # -- looking

    def of(self, number: str) -> list[Call]:
        """Return the live calls of an extension, the oldest first."""
        return [live.call for live in self.live_of(number)]

    def live_of(self, number: str) -> list[LiveCall]:
        """Return the same as they are kept."""
        # A call that was given its id late is not where it began.
        return sorted(
            self._of.get(number, {}).values(), key=lambda live: live.started_at
        )

    @property
    def next_deadline(self) -> float | None:
        """When something has to be settled, None when nothing waits."""
        return min(
            (
                leg.deadline
                for live in self._unsettled.values()
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
        for live in self._of.get(event.number, {}).values():
            if live.id == event.call.id and live.started_at == event.call.started_at:
                party = live.call.other(event.number)
                return replace(event, call=live.call, party=party)
        return event

    # -- steps, also for the reconciler

    def begin(self, call_id: str | None, now: float) -> LiveCall:
        """Open a call."""
        if call_id is None:
            self._provisional += 1
            key = f"?{self._provisional}"
        else:
            key = call_id
        if len(self.live) >= MAX_LIVE:
            self.close(next(iter(self.live.values())), now, None)
        live = self.live[key] = LiveCall(key, call_id, now)
        return live

    def reopen(self, live: LiveCall) -> None:
        """Let a call go on that seemed to have ended."""
        self._ended.pop(live.key, None)
        live.ended_at = live.ended_by = None
        live.released = False
        live.changed()
        self.live[live.key] = live

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
            ringing = self._status_of(leg.number) is ExtensionStatus.RINGING
            if not (leg.extension and party.state is PartyState.RINGING and ringing):
                return
            # A queue rings its agents again and again; a call is passed back to others.
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
        self._in(live, leg)
        self._touch(live, leg)

    def leave(self, live: LiveCall, leg: Leg, now: float, settle: float | None) -> None:
        """Let a party take no part any more."""
        leg.met = leg.met or live.met_by(leg)
        leg.leave(now, None if settle is None else self._deadline(now, settle))
        live.changed()
        self._touch(live, leg)
        if leg.extension:
            self._out(leg.number, live)
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
        self.live.pop(live.key, None)
        self._ended[live.key] = live
        while len(self._ended) > MAX_ENDED:
            _, oldest = self._ended.popitem(last=False)
            self.settle_all(oldest)

    def settle(self, now: float) -> None:
        """Tell the ends that waited long enough for a record."""
        for live in list(self._unsettled.values()):
            for leg in list(live):
                if leg.deadline is not None and leg.deadline <= now:
                    self.settle_leg(live, leg)

    def settle_all(self, live: LiveCall) -> None:
        """Tell all ends of a call: there is nothing more to wait for."""
        for leg in list(live):
            self.settle_leg(live, leg)

    def status(self, number: str, status: ExtensionStatus | None, now: float) -> None:
        """Take over what an extension's status says of its calls: hold is told nowhere else."""
        legs = [(live, live.legs[number]) for live in self.live_of(number)]
        if status is ExtensionStatus.IDLE:
            # No report tells that a queue or a group rings somebody no more.
            for live, leg in legs:
                if leg.state is PartyState.RINGING:
                    self.depart(live, leg, now)
            return
        if status is ExtensionStatus.ON_HOLD:
            wanted = PartyState.HELD
            legs = [
                (live, leg) for live, leg in legs if leg.state is PartyState.TALKING
            ]
        elif status is ExtensionStatus.BUSY:
            wanted = PartyState.TALKING
            if any(leg.state is not PartyState.HELD for _, leg in legs):
                return  # it is the other call that keeps it busy
        else:
            return
        for live, leg in legs:
            event = leg.advance(wanted, now)
            live.changed()
            self._touch(live, leg)
            # Which of several was taken back, nobody can know.
            if wanted is PartyState.HELD or len(legs) == 1:
                self._tell(event, live, leg, now)

    def identify(self, live: LiveCall, call_id: str) -> None:
        """Give a call the id that the PBX told at last."""
        calls = self.live if live.live else self._ended
        calls.pop(live.key, None)
        self._unsettled.pop(live.key, None)
        for leg in live.extensions():
            self._out(leg.number, live)
        live.key = live.id = call_id
        live.changed()
        calls[call_id] = live
        for leg in live.extensions():
            self._in(live, leg)
            self._touch(live, leg)
        if live.unsettled:
            self._unsettled[call_id] = live

    def remembered(self, call_id: str) -> LiveCall | None:
        """Return a call that ended not long ago."""
        return self._ended.get(call_id)

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
            self._in(live, leg)
        else:
            leg.left_at = now
            self._await_end(live, leg)
        self._touch(live, leg)
        return leg

    def _await_end(self, live: LiveCall, leg: Leg) -> None:
        """Note that the end of an extension's part has to be told; others' never is."""
        if leg.extension:
            self._unsettled[live.key] = live
        else:
            leg.settled, leg.deadline = True, None

    def _in(self, live: LiveCall, leg: Leg) -> None:
        """Put a call on an extension's list."""
        if leg.extension:
            self._of.setdefault(leg.number, {})[live.key] = live

    def _out(self, number: str, live: LiveCall) -> None:
        """Take a call off an extension's list."""
        calls = self._of.get(number, {})
        calls.pop(live.key, None)
        if not calls:
            self._of.pop(number, None)

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
            self._unsettled.pop(live.key, None)
        if not leg.extension or not tell:
            return
        leg.outcome = live.outcome_for(leg)
        event = live.ending_of(leg)
        self.touched.add(leg.number)
        if self._known(leg.number):
            self.last[leg.number] = event
        if not self.silent:
            self.events.append(event)
