"""Which of the known calls it is that a poll has found."""

from ...calls.call import TrackedCall
from ...calls.ledger import Ledger
from ...model import CallDirection, PartyState
from .found import FoundCall, FoundCalls


class CallMatcher:
    """Finds the calls of one table in one snapshot; `seen` are the keys of those found."""

    def __init__(self, table: Ledger, read: FoundCalls) -> None:
        """Keep where to look."""
        self._table = table
        self._read = read
        self._on_line: dict[str | None, TrackedCall] = {
            leg.party.leg: live
            for live in table.live.values()
            for leg in live
            if leg.party.leg
        }
        self.seen: set[int] = set()

    def match(self, found: FoundCall) -> TrackedCall | None:
        """Return the call that was found, if it is known."""
        table = self._table
        if found.id is not None:
            known = table.find(found.id)
            if known is not None:
                return known
        for party in found.outside:
            live = self._on_line.get(party.leg)
            if live is not None and self._may_be(live, found):
                return table.get(live.key)
        candidates = [
            live for number in found.numbers for live in table.of(number)
        ] or list(table.live.values())
        # Of two that it may be the older one has ended unseen.
        for suits in (_alike, self._begun) if found.out_of_reach is None else (_lost,):
            for live in reversed(candidates):
                if self._may_be(live, found) and suits(live, found):
                    return live
        return None

    def is_part(self, found: FoundCall) -> bool:
        """Return whether this is one more line or pair of a call that was found already."""
        if found.direction is not CallDirection.INTERNAL:
            # A call that was handed on to the outside has two lines there.
            lines = {self._on_line.get(party.leg) for party in found.outside}
            return any(live is not None and live.key in self.seen for live in lines)
        numbers = set(found.numbers)
        return any(
            live.key in self.seen
            and not live.outside
            and numbers <= {leg.number for leg in live.extensions()}
            for live in self._table.of(found.numbers[0])
        )

    def known_beside(
        self, live: TrackedCall, found: FoundCall, number: str
    ) -> TrackedCall | None:
        """Return the call of its own in which one who rings is known to be called.

        Of a caller with two calls all who ring are found as if it were one.
        """
        if found.direction is not CallDirection.INTERNAL or len(found.numbers) < 3:
            return None
        if number in live.legs or number == found.numbers[0]:
            return None
        for other in self._table.of(number):
            caller = other.legs.get(found.numbers[0])
            if (
                other.key != live.key
                and caller
                and caller.party.caller
                and caller.present
            ):
                return other
        return None

    def paired_otherwise(
        self, live: TrackedCall, found: FoundCall, number: str
    ) -> bool:
        """Return whether another pair of a call between many shows an extension.

        Each of those who ring is told with the caller, and with nobody else. A pair
        that has a call of its own says nothing of this one.
        """
        return any(
            not set(other.numbers).isdisjoint(found.numbers)
            and not self._has_its_own(other, live)
            for other in self._read.of(number)
            if other is not found and other.direction is CallDirection.INTERNAL
        )

    def _has_its_own(self, pair: FoundCall, live: TrackedCall) -> bool:
        """Return whether those of a pair are known to be in another call than this one."""
        return any(
            set(pair.numbers) <= {leg.number for leg in other.extensions()}
            for other in self._table.of(pair.numbers[0])
            if other.key != live.key
        )

    def busy_elsewhere(self, number: str, here: TrackedCall) -> bool:
        """Return whether an extension's status may be that of another call.

        One to a service of the PBX is not found, but may have been reported.
        """
        return len(self._read.of(number)) > 1 or any(
            live.key != here.key
            and live.legs[number].state is not PartyState.RINGING
            and len(live.present()) == 1
            for live in self._table.of(number)
        )

    def _begun(self, live: TrackedCall, found: FoundCall) -> bool:
        """Return whether a call is known by one extension alone, who was found in another.

        Whom it rings at, or is passed on to, is not always reported.
        """
        # Who rang, and is free by now, has not taken the call.
        there = [
            leg
            for leg in live.extensions()
            if leg.state is not PartyState.RINGING or self._read.in_use(leg.number)
        ]
        return (
            live.direction in (None, CallDirection.INTERNAL, found.direction)
            and not live.outside
            and len(there) == 1
            and there[0].number in found.numbers
            # Who talks, and nobody they talked to has left, talks to a service.
            and (
                not there[0].connected
                or any(leg.answered_at and not leg.present for leg in live)
            )
        )

    def _may_be(self, live: TrackedCall, found: FoundCall) -> bool:
        """Return whether nothing speaks against two calls being one."""
        return live.key not in self.seen and (found.id is None or live.id is None)


def _alike(live: TrackedCall, found: FoundCall) -> bool:
    """Return whether who takes part in two calls suggests that they are one."""
    if live.direction not in (None, found.direction):
        return False
    if found.outside:
        lines = {party.number: party.leg for party in found.outside}
        return any(
            leg.number in lines and leg.party.leg in (None, lines[leg.number])
            for leg in live
            if not leg.party.extension
        )
    # One extension may have two calls, but two of them are in the same one.
    there = [leg for leg in live.extensions() if leg.number in found.numbers]
    swapped = found.caller_known and any(
        leg.party.caller and not leg.connected and leg.number != found.numbers[0]
        for leg in there
    )
    return not live.outside and len(there) > 1 and not swapped


def _lost(live: TrackedCall, found: FoundCall) -> bool:
    """Return whether a call inside has the two ends of which one is out of reach."""
    leg = live.legs.get(found.numbers[0])
    return (
        leg is not None
        and leg.present
        and found.out_of_reach in live.legs
        and not live.outside
    )
