"""What a poll found of the calls, taken over into the table."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from ..model import CallDirection, ExtensionStatus, Party, PartyState
from ..snapshot import FoundCall, Snapshot
from .found import FoundCalls
from .leg import Leg
from .live_call import LiveCall
from .matcher import CallMatcher
from .table import CallTable


class CallReconciler:
    """Makes one table of calls agree with one snapshot.

    `touched` are the extensions and the ids of calls that were reported while the
    snapshot was under way: the report may be the newer one, so they stay as they are.
    """

    def __init__(
        self,
        table: CallTable,
        snapshot: Snapshot,
        touched: AbstractSet[str],
        now: float,
    ) -> None:
        """Keep what is to be made to agree."""
        self._table = table
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

    def _is_touched(self, live: LiveCall) -> bool:
        """Return whether a call was reported while the snapshot was under way."""
        return live.key in self._touched or any(
            leg.number in self._touched for leg in live.extensions()
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
            self._table.reopen(live)
        elif live.id is None and found.id is not None:
            self._table.identify(live, found.id)
        self._matcher.seen.add(live.key)
        live.before_restart = False
        live.learn(found.direction, found.dialed)
        for party in found.outside:
            leg = live.leg(party)
            if leg is not None and not leg.present:
                self._table.bring_back(live, leg)
            self._table.join(live, party, self._now)
        if found.out_of_reach is not None:
            self._take_lost(live, found.numbers[0], found.out_of_reach)
        else:
            self._take_extensions(live, found)
        self._drop_others(live, found)

    def _take_lost(self, live: LiveCall, number: str, lost: str) -> None:
        """Let both ends talk when the phone in reach rang, and is busy now."""
        leg = live.legs[number]
        if (
            leg.state is PartyState.RINGING
            and self._read.status(number) is not ExtensionStatus.RINGING
            and not self._matcher.busy_elsewhere(number, live)
        ):
            for one in (number, lost):
                party = Party(one, extension=True, state=PartyState.TALKING)
                self._table.join(live, party, self._now)

    def _take_extensions(self, live: LiveCall, found: FoundCall) -> None:
        """Let the extensions take part as they were found."""
        for index, number in enumerate(found.numbers):
            other = self._matcher.known_beside(live, found, number)
            if other is not None:
                self._matcher.seen.add(other.key)
                continue
            self._take_extension(live, found, number, first=index == 0)

    def _take_extension(
        self, live: LiveCall, found: FoundCall, number: str, *, first: bool
    ) -> None:
        """Let an extension take part as it was found."""
        if not self._read.in_use(number):
            return  # the list is the newer of the two
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
                return  # its status may be that of another call
        elif leg is not None:
            if (
                found.direction is CallDirection.OUTBOUND
                and number not in self._read.asked
                and (live.extensions() or self._table.live_of(number))
            ):
                return  # such a call names who dialled it, also when they have left
            self._table.bring_back(live, leg)
        elif self._is_called(live, found, number):
            party = replace(party, state=PartyState.RINGING)
        self._table.join(live, party, self._now)

    def _is_called(self, live: LiveCall, found: FoundCall, number: str) -> bool:
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

    def _drop_others(self, live: LiveCall, found: FoundCall) -> None:
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
                    self._table.answered_elsewhere(live, leg, self._now)
                else:
                    self._table.depart(live, leg, self._now)

    def _check_unseen(self, live: LiveCall) -> None:
        """End what the PBX does not know any more."""
        if live.before_restart and self._read.were_read:
            self._table.close(live, self._now, None)
            return
        if live.outside:
            if self._read.were_read or not any(
                self._read.in_use(leg.number) for leg in live.extensions()
            ):
                self._table.close(live, self._now, None)
            return
        gone = [leg for leg in live.extensions() if not self._there(leg)]
        there = [leg for leg in live.extensions() if self._there(leg)]
        asked = any(leg.number in self._read.asked for leg in there)
        alone = len(there) == 1 and self._may_be_alone(live, there[0])
        if not alone and (len(there) < 2 or asked):
            self._table.close(live, self._now, None)
            return
        for leg in gone:
            self._table.depart(live, leg, self._now)

    def _there(self, leg: Leg) -> bool:
        """Return whether an extension can still take part in a call that was not found.

        Where one of several rang, and was found in another call, they may wait for others.
        """
        return self._read.in_use(leg.number) and not (
            leg.state is PartyState.RINGING
            and self._read.of(leg.number)
            and self._read.status(leg.number) is not ExtensionStatus.RINGING
        )

    def _may_be_alone(self, live: LiveCall, leg: Leg) -> bool:
        """Return whether somebody may talk to the voicemail, or wait in a queue.

        Not if another call occupies them, unless that only rings meanwhile.
        """
        if leg.state is not PartyState.RINGING and (
            self._read.status(leg.number) is ExtensionStatus.RINGING
        ):
            return False
        others = [
            other.legs[leg.number]
            for other in self._table.live_of(leg.number)
            if other is not live
        ]
        return not others or (
            leg.state is not PartyState.RINGING
            and all(other.state is PartyState.RINGING for other in others)
        )
