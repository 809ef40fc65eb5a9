"""What a poll found of the calls, taken over into the table."""

from collections import Counter
from collections.abc import Set as AbstractSet

from .call_table import CallTable
from .leg import Leg
from .live_call import LiveCall
from .model import (
    IN_USE,
    CallDirection,
    ExtensionStatus,
    FoundCall,
    Party,
    PartyState,
    Snapshot,
)


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
        self._snapshot = snapshot
        self._touched = touched
        self._now = now
        self._statuses = {
            extension.number: extension.status for extension in snapshot.extensions
        }
        self._calls_of = Counter(
            number for found in snapshot.calls or () for number in found.numbers
        )
        self._on_line: dict[str | None, LiveCall] = {
            leg.line: live for live in table.live.values() for leg in live if leg.line
        }
        self._seen: set[str] = set()

    def run(self) -> None:
        """Do it."""
        for found in self._snapshot.calls or ():
            self._take(found)
        for live in list(self._table.live.values()):
            if live.key not in self._seen and not self._is_touched(live):
                self._check_unseen(live)

    def _status(self, number: str) -> ExtensionStatus | None:
        """Return an extension's status; one that is not listed is gone, if all are."""
        missing = ExtensionStatus.OFFLINE if self._snapshot.complete else None
        return self._statuses.get(number, missing)

    def _in_use(self, number: str) -> bool:
        """Return whether an extension can be in a call."""
        status = self._status(number)
        return status is None or status in IN_USE

    def _is_touched(self, live: LiveCall) -> bool:
        """Return whether a call was reported while the snapshot was under way."""
        return live.key in self._touched or any(
            leg.number in self._touched for leg in live.extensions()
        )

    def _take(self, found: FoundCall) -> None:
        """Take one found call over."""
        live = self._match(found)
        if (
            found.id in self._touched
            or not self._touched.isdisjoint(found.numbers)
            or (live is not None and self._is_touched(live))
        ):
            if live is not None:
                self._seen.add(live.key)
            return
        if live is None:
            if self._is_part(found):
                return
            live = self._table.begin(found.id, self._now)
        elif not live.live:
            self._table.reopen(live)
        elif live.id is None and found.id is not None:
            self._table.identify(live, found.id)
        self._seen.add(live.key)
        live.learn(found.direction, found.dialed)
        for party in found.outside:
            leg = live.leg(party)
            if leg is not None and not leg.present:
                self._table.bring_back(live, leg)
            self._table.join(live, party, self._now)
        for index, number in enumerate(found.numbers):
            other = self._known_beside(live, found, number)
            if other is not None:
                self._seen.add(other.key)
                continue
            self._take_extension(live, found, number, first=index == 0)
        self._drop_others(live, found)

    def _known_beside(
        self, live: LiveCall, found: FoundCall, number: str
    ) -> LiveCall | None:
        """Return the call of its own in which one who rings is known to be called.

        Of a caller with two calls all who ring are found as if it were one.
        """
        if found.direction is not CallDirection.INTERNAL or len(found.numbers) < 3:
            return None
        if number in live.legs or number == found.numbers[0]:
            return None
        for other in self._table.live_of(number):
            caller = other.legs.get(found.numbers[0])
            if other is not live and caller and caller.caller and caller.present:
                return other
        return None

    def _take_extension(
        self, live: LiveCall, found: FoundCall, number: str, *, first: bool
    ) -> None:
        """Let an extension take part as it was found."""
        if not self._in_use(number):
            return  # the list is the newer of the two
        party = self._party(found, number, first=first)
        leg = live.legs.get(number)
        if leg is not None and leg.present:
            rings_for_this = (
                leg.state is PartyState.RINGING and self._calls_of[number] < 2
            )
            if (
                found.direction is CallDirection.INTERNAL
                and not rings_for_this
                and any(self._busy_elsewhere(n, live) for n in found.numbers)
            ):
                return  # its status may be that of another call
        elif leg is not None:
            if (
                found.direction is CallDirection.OUTBOUND
                and number not in self._snapshot.looked_into
                and (live.extensions() or self._table.live_of(number))
            ):
                return  # such a call names who dialled it, also when they have left
            self._table.bring_back(live, leg)
        self._table.join(live, party, self._now)

    def _party(self, found: FoundCall, number: str, *, first: bool) -> Party:
        """Return an extension as a party of a found call."""
        status = self._status(number)
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

    def _match(self, found: FoundCall) -> LiveCall | None:
        """Return the call that was found, if it is known."""
        table = self._table
        if found.id is not None:
            known = table.live.get(found.id) or table.remembered(found.id)
            if known is not None:
                return known
        for party in found.outside:
            live = self._on_line.get(party.leg)
            if live is not None and self._may_be(live, found):
                return live
        candidates = [
            live for number in found.numbers for live in table.live_of(number)
        ] or list(table.live.values())
        # Of two that it may be the older one has ended unseen.
        for suits in (_alike, self._begun):
            for live in reversed(candidates):
                if self._may_be(live, found) and suits(live, found):
                    return live
        return None

    def _begun(self, live: LiveCall, found: FoundCall) -> bool:
        """Return whether a call is known by one extension alone, who was found in another.

        Whom it rings at, or is passed on to, is not always reported.
        """
        # Who rang, and is free by now, has not taken the call.
        there = [
            leg
            for leg in live.extensions()
            if leg.state is not PartyState.RINGING or self._in_use(leg.number)
        ]
        return (
            live.direction in (None, CallDirection.INTERNAL, found.direction)
            and not live.outside
            and len(there) == 1
            and there[0].number in found.numbers
            # Who talks, and nobody has left, talks to a service of the PBX.
            and (len(live.legs) > 1 or not there[0].talking)
        )

    def _busy_elsewhere(self, number: str, here: LiveCall) -> bool:
        """Return whether an extension's status may be that of another call.

        One to a service of the PBX is not found, but may have been reported.
        """
        return self._calls_of[number] > 1 or any(
            live is not here and live.legs[number].talking and len(live.present()) == 1
            for live in self._table.live_of(number)
        )

    def _is_part(self, found: FoundCall) -> bool:
        """Return whether this is one more line or pair of a call that was found already."""
        if found.direction is not CallDirection.INTERNAL:
            # A call that was handed on to the outside has two lines there.
            lines = {self._on_line.get(party.leg) for party in found.outside}
            return any(live is not None and live.key in self._seen for live in lines)
        numbers = set(found.numbers)
        return any(
            live.key in self._seen
            and not live.outside
            and numbers <= {leg.number for leg in live.extensions()}
            for live in self._table.live_of(found.numbers[0])
        )

    def _may_be(self, live: LiveCall, found: FoundCall) -> bool:
        """Return whether nothing speaks against two calls being one."""
        return live.key not in self._seen and (found.id is None or live.id is None)

    def _drop_others(self, live: LiveCall, found: FoundCall) -> None:
        """Let those leave who are not in the call any more."""
        # Of a call to the outside, or inside, it is not told who else takes part.
        whole = found.direction is CallDirection.INBOUND or (
            found.direction is CallDirection.INTERNAL and found.answered
        )
        for leg in live.extensions():
            if (
                not self._in_use(leg.number)
                or (
                    whole
                    and leg.number not in found.numbers
                    and not self._told_otherwise(leg.number, found)
                )
                or self._denies(leg, live)
            ):
                if leg.state is PartyState.RINGING and found.answered and found.numbers:
                    self._table.answered_elsewhere(live, leg, self._now)
                else:
                    self._table.depart(live, leg, self._now)

    def _denies(self, leg: Leg, live: LiveCall) -> bool:
        """Return whether an extension, asked for its calls, does not name this one.

        One that talks may have more calls than it names.
        """
        if leg.number not in self._snapshot.looked_into:
            return False
        others = {other.number for other in live.extensions() if other is not leg}
        return not any(
            leg.number in found.numbers
            and (
                leg.state is not PartyState.RINGING
                or found.outside
                or not others.isdisjoint(found.numbers)
            )
            for found in self._snapshot.calls or ()
        )

    def _told_otherwise(self, number: str, found: FoundCall) -> bool:
        """Return whether another pair of a call between many shows an extension.

        Each of those who ring is told with the caller, and with nobody else.
        """
        return any(
            number in other.numbers and not set(other.numbers).isdisjoint(found.numbers)
            for other in self._snapshot.calls or ()
            if other is not found and other.direction is CallDirection.INTERNAL
        )

    def _check_unseen(self, live: LiveCall) -> None:
        """End what the PBX does not know any more."""
        if live.outside:
            if self._snapshot.calls is not None or not any(
                self._in_use(leg.number) for leg in live.extensions()
            ):
                self._table.close(live, self._now, None)
            return
        gone = [leg for leg in live.extensions() if not self._in_use(leg.number)]
        there = [leg for leg in live.extensions() if self._in_use(leg.number)]
        asked = any(leg.number in self._snapshot.looked_into for leg in there)
        # Somebody alone may talk to the voicemail, unless another call occupies them.
        alone = (
            len(there) == 1
            and len(self._table.live_of(there[0].number)) == 1
            and (
                there[0].state is PartyState.RINGING
                or self._status(there[0].number) is not ExtensionStatus.RINGING
            )
        )
        if not alone and (len(there) < 2 or asked):
            self._table.close(live, self._now, None)
            return
        for leg in gone:
            self._table.depart(live, leg, self._now)


def _alike(live: LiveCall, found: FoundCall) -> bool:
    """Return whether who takes part in two calls suggests that they are one."""
    if live.direction not in (None, found.direction):
        return False
    if found.outside:
        lines = {party.number: party.leg for party in found.outside}
        return any(
            leg.number in lines and leg.line in (None, lines[leg.number])
            for leg in live
            if not leg.extension
        )
    # One extension may have two calls, but two of them are in the same one.
    there = [leg for leg in live.extensions() if leg.number in found.numbers]
    swapped = found.caller_known and any(
        leg.caller and not leg.talking and leg.number != found.numbers[0]
        for leg in there
    )
    return not live.outside and len(there) > 1 and not swapped
