"""What a poll found of the calls, taken over into the table."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from ...calls import steps
from ...calls.call import Leg, TrackedCall
from ...calls.ledger import Ledger
from ...model import CallDirection, ExtensionStatus, Party, PartyState
from ...snapshot import Snapshot
from .found import FoundCall, FoundCalls
from .matcher import CallMatcher
from .told import answered_elsewhere, bring_back


class CallReconciler:
    """Makes one table of calls agree with one snapshot.

    `touched` are the extensions and the ids of calls that were reported while the
    snapshot was under way: the report may be the newer one, so they stay as they are.
    """

    def __init__(
        self,
        table: Ledger,
        snapshot: Snapshot,
        touched: AbstractSet[str | int],
        before_restart: set[int],
        now: float,
    ) -> None:
        """Keep what is to be made to agree."""
        self._table = table
        self._before_restart = before_restart
        self._touched = touched
        self._now = now
        self._read = FoundCalls(snapshot)
        self._matcher = CallMatcher(table, self._read)

    def run(self) -> None:
        """Do it."""
        for found in self._read.calls:
            self._take(found)
        for live in list(self._table.live.values()):
            if live.key not in self._matcher.seen and not self._is_touched(live):
                self._check_unseen(live)

    def _is_touched(self, live: TrackedCall) -> bool:
        """Return whether a call was reported while the snapshot was under way."""
        return (
            live.key in self._touched
            or live.id in self._touched
            or any(leg.number in self._touched for leg in live.extensions())
        )

    def _take(self, found: FoundCall) -> None:
        """Take one found call over."""
        live = self._matcher.match(found)
        if (
            found.id in self._touched
            or not self._touched.isdisjoint(found.numbers)
            or (live is not None and self._is_touched(live))
        ):
            if live is not None:
                self._matcher.seen.add(live.key)
            return
        if live is None:
            if found.out_of_reach is not None or self._matcher.is_part(found):
                return
            live = self._table.begin(found.id, self._now)
        elif not live.live:
            live = steps.reopen(live)
        elif live.id is None and found.id is not None:
            live = replace(live, id=found.id)
        self._matcher.seen.add(live.key)
        self._before_restart.discard(live.key)
        live = steps.learn(live, found.direction, found.dialed)
        for party in found.outside:
            leg = live.leg(party)
            if leg is not None and not leg.present:
                live = bring_back(live, party, self._now)
            live = steps.sit(live, party, self._now)
        # Others look it up, too.
        self._table.put(live, self._now)
        if found.out_of_reach is not None:
            live = self._take_lost(live, found.numbers[0], found.out_of_reach)
        else:
            live = self._take_extensions(live, found)
        self._table.put(self._drop_others(live, found), self._now)

    def _take_lost(self, live: TrackedCall, number: str, lost: str) -> TrackedCall:
        """Let both ends talk when the phone in reach rang, and is busy now."""
        leg = live.legs[number]
        if (
            leg.state is PartyState.RINGING
            and self._read.status(number) is not ExtensionStatus.RINGING
            and not self._matcher.busy_elsewhere(number, live)
        ):
            for one in (number, lost):
                party = Party(one, extension=True, state=PartyState.TALKING)
                live = steps.sit(live, party, self._now)
        return live

    def _take_extensions(self, live: TrackedCall, found: FoundCall) -> TrackedCall:
        """Let the extensions take part as they were found."""
        for index, number in enumerate(found.numbers):
            other = self._matcher.known_beside(live, found, number)
            if other is not None:
                self._matcher.seen.add(other.key)
                continue
            live = self._take_extension(live, found, number, first=index == 0)
            self._table.put(live, self._now)
        return live

    def _take_extension(
        self, live: TrackedCall, found: FoundCall, number: str, *, first: bool
    ) -> TrackedCall:
        """Let an extension take part as it was found."""
        if not self._read.in_use(number):
            return live  # the list is the newer of the two
        party = self._party(found, number, first=first)
        leg = live.legs.get(number)
        if leg is not None and leg.present:
            rings_for_this = (
                leg.state is PartyState.RINGING
                and not self._matcher.busy_elsewhere(number, live)
            )
            if (
                found.direction is CallDirection.INTERNAL
                and not rings_for_this
                and any(self._matcher.busy_elsewhere(n, live) for n in found.numbers)
            ):
                return live  # its status may be that of another call
        elif leg is not None:
            if (
                found.direction is CallDirection.OUTBOUND
                and number not in self._read.asked
                and (live.extensions() or self._table.of(number))
            ):
                return (
                    live  # such a call names who dialled it, also when they have left
                )
            live = bring_back(live, party, self._now)
        elif self._is_called(live, found, number):
            party = replace(party, state=PartyState.RINGING)
        return steps.sit(live, party, self._now)

    def _is_called(self, live: TrackedCall, found: FoundCall, number: str) -> bool:
        """Return whether an extension that is busy with another call rings in this one."""
        return (
            found.direction is CallDirection.INTERNAL
            and self._matcher.busy_elsewhere(number, live)
            and any(leg.state is PartyState.DIALING for leg in live.extensions())
        )

    def _party(self, found: FoundCall, number: str, *, first: bool) -> Party:
        """Return an extension as a party of a found call."""
        status = self._read.status(number)
        caller: bool | None = None
        if found.direction is CallDirection.INBOUND:
            caller = False
        elif found.caller_known:
            caller = first
        if status is ExtensionStatus.RINGING:
            state = PartyState.RINGING
        elif found.answered:
            on_hold = status is ExtensionStatus.ON_HOLD
            state = PartyState.HELD if on_hold else PartyState.TALKING
        else:
            state = PartyState.DIALING if caller else PartyState.RINGING
        return Party(number, extension=True, state=state, caller=caller)

    def _drop_others(self, live: TrackedCall, found: FoundCall) -> TrackedCall:
        """Let those leave who are not in the call any more."""
        # Of a call to the outside, or inside, it is not told who else takes part.
        whole = found.direction is CallDirection.INBOUND or (
            found.direction is CallDirection.INTERNAL and found.answered
        )
        for leg in live.extensions():
            if (
                not (
                    self._read.in_use(leg.number)
                    or self._read.lost_in(leg.number, found)
                )
                or (
                    whole
                    and leg.number not in found.numbers
                    and not self._matcher.paired_otherwise(live, found, leg.number)
                )
                or self._read.denies(leg, live)
            ):
                if leg.state is PartyState.RINGING and found.answered and found.numbers:
                    live = answered_elsewhere(live, leg.number, self._now)
                else:
                    live = steps.depart(live, leg.number, self._now, self._table.wait)
        return live

    def _check_unseen(self, live: TrackedCall) -> None:
        """End what the PBX does not know any more."""
        if live.key in self._before_restart and self._read.were_read:
            self._close(live)
            return
        if live.outside:
            if self._read.were_read or not any(
                self._read.in_use(leg.number) for leg in live.extensions()
            ):
                self._close(live)
            return
        gone = [leg for leg in live.extensions() if not self._there(leg)]
        there = [leg for leg in live.extensions() if self._there(leg)]
        asked = any(leg.number in self._read.asked for leg in there)
        alone = len(there) == 1 and self._may_be_alone(live, there[0])
        if not alone and (len(there) < 2 or asked):
            self._close(live)
            return
        for leg in gone:
            live = steps.depart(live, leg.number, self._now, self._table.wait)
        self._table.put(live, self._now)

    def _close(self, live: TrackedCall) -> None:
        """End a call."""
        self._table.put(steps.close(live, self._now, None, self._table.wait), self._now)

    def _there(self, leg: Leg) -> bool:
        """Return whether an extension can still take part in a call that was not found.

        Where one of several rang, and was found in another call, they may wait for others.
        """
        return self._read.in_use(leg.number) and not (
            leg.state is PartyState.RINGING
            and self._read.of(leg.number)
            and self._read.status(leg.number) is not ExtensionStatus.RINGING
        )

    def _may_be_alone(self, live: TrackedCall, leg: Leg) -> bool:
        """Return whether somebody may talk to the voicemail, or wait in a queue.

        Not if another call occupies them, unless that only rings meanwhile.
        """
        if leg.state is not PartyState.RINGING and (
            self._read.status(leg.number) is ExtensionStatus.RINGING
        ):
            return False
        others = [
            other.legs[leg.number]
            for other in self._table.of(leg.number)
            if other.key != live.key
        ]
        return not others or (
            leg.state is not PartyState.RINGING
            and all(other.state is PartyState.RINGING for other in others)
        )
