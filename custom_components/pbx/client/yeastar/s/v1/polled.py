"""The application of a poll to the ledger.

The picture after a poll is a function of the poll. It consists of calls on lines and of
ties between phones. A found call takes its id, roles and times from a remembered call
only if nothing in the poll contradicts that call. A call that was not found is over.
"""

from collections import Counter
from collections.abc import Iterator, Set as AbstractSet
from dataclasses import replace

from ....calls import steps
from ....calls.call import Leg, TrackedCall
from ....calls.ledger import Ledger
from ....model import (
    IN_USE,
    OUT_OF_REACH,
    CallDirection,
    ExtensionStatus,
    Party,
    PartyState,
)
from .found import FoundCall, PolledSnapshot, Ties
from .possible import Picture, Possible
from .told import SOUGHT, TAKEN, ToldCalls, answered_elsewhere, bring_back


class PolledCalls:
    """The application of one snapshot to the ledger.

    `newer` are the extensions, and the ids and keys of calls, that were reported while
    the snapshot was being read: they stay unchanged.
    """

    def __init__(
        self,
        ledger: Ledger,
        told: ToldCalls,
        snapshot: PolledSnapshot,
        newer: AbstractSet[str | int],
        now: float,
    ) -> None:
        """Initialize with the statuses and the tied phones of a snapshot."""
        self._ledger = ledger
        self._now = now
        self._newer = newer
        self._told = told
        self._hidden = told.hidden
        self._stopped = told.stopped
        self._read = snapshot.calls is not None
        self._rows = snapshot.calls or ()
        self._ties = snapshot.ties
        self._missing = ExtensionStatus.OFFLINE if snapshot.complete else None
        self._statuses = {one.number: one.status for one in snapshot.extensions}
        self._pairs = self._find_pairs()
        self._seen: set[int] = set()
        self._pictures: list[Picture] = []

    def run(self, over: AbstractSet[int]) -> set[str]:
        """Apply the snapshot, and return the extensions that were found in calls.

        `over` are the calls that a restart of the PBX has ended.
        """
        for row in self._rows:
            self._add_row(row)
        self._add_ties()
        kept = {call.key: self._alone(call) for call in self._unfound(over)}
        alone = {leg.number for call in kept.values() for leg in call.extensions()}
        self._find_hidden(alone)
        possible = Possible(self._status, self._pictures, alone | self._hidden)
        for picture in self._pictures:
            self._take(picture, possible)
        for call in list(self._ledger.live.values()):
            if call.key in kept:
                self._ledger.put(kept[call.key], self._now)
            elif call.key not in self._seen and not self._is_newer(call):
                if all(self._lost(leg.number) for leg in call.present()):
                    self._told.unreachable.add(call.key)
                    self._hidden.update(
                        leg.number for leg in call.extensions() if leg.connected
                    )
                self._told.unseen.add(call.key)
                over_now = steps.close(call, self._now, None, self._ledger.wait)
                self._ledger.put(over_now, self._now)
        return {number for one in self._pictures for number in one.numbers}

    def _unfound(self, over: AbstractSet[int]) -> list[TrackedCall]:
        """Return the calls that continue although no list shows them.

        Of two calls in which the same phone is alone, the one without an id is the same
        call as the one with an id, so it is left out.
        """
        found = [
            call
            for call in self._ledger.live.values()
            if call.key not in over and self._stays(call)
        ]
        alone = {
            call.key: legs[0].number
            for call in found
            if len(legs := self._alone(call).extensions()) == 1 and not call.outside
        }
        named = {alone.get(call.key) for call in found if call.id is not None}
        return [
            call
            for call in found
            if call.id is not None or alone.get(call.key, "") not in named
        ]

    def _find_hidden(self, alone: AbstractSet[str]) -> None:
        """Update the set of phones that are in use by a call that nothing shows."""
        busy = {
            number
            for number, status in self._statuses.items()
            # Most extensions are idle, and this test is the cheaper one.
            if status is not ExtensionStatus.IDLE and status in TAKEN
        }
        found = {number for one in self._pictures for number in one.numbers}
        known = {n for n in busy - found - alone if self._ledger.of(n)}
        self._hidden &= {
            n
            for n in self._hidden
            if n in self._statuses and (self._in_use(n) or self._lost(n))
        }
        self._hidden |= (busy & self._ties.keys()) - found - alone - known - self._newer
        for picture in self._pictures:
            if picture.row is None and len(picture.numbers) == 2:
                self._find_hidden_beside(picture)

    def _find_hidden_beside(self, picture: Picture) -> None:
        """Add the one of two phones that dialled earlier: it is in an unlisted call.

        The callee's phone would have rung first if it had been free.
        """
        first, second = picture.numbers
        order = list(self._told.dialled)
        new = [
            number
            for number in (first, second)
            if number in order and not self._ledger.of(number)
        ]
        new.sort(key=order.index)
        if len(new) == 2 or (len(new) == 1 and picture.call is not None):
            self._hidden.add(new[0])

    # -- statuses and reports of the extensions

    def _status(self, number: str) -> ExtensionStatus | None:
        """Return an extension's status in the list, None for an unknown status word."""
        return self._statuses.get(number, self._missing)

    def _in_use(self, number: str) -> bool:
        """Return whether an extension can be in a call, according to the list."""
        status = self._status(number)
        return status is None or status in IN_USE

    def _lost(self, number: str) -> bool:
        """Return whether an extension's phone is out of reach; this ends no call."""
        return self._statuses.get(number) in OUT_OF_REACH

    def _is_newer(self, call: TrackedCall) -> bool:
        """Return whether a call was reported while the snapshot was being read."""
        return (
            call.key in self._newer
            or call.id in self._newer
            or any(leg.number in self._newer for leg in call.extensions())
        )

    # -- calls on lines

    def _add_row(self, row: FoundCall) -> None:
        """Add a call on a line, with the extensions that are on that line."""
        lines = {party.leg for party in row.outside}
        on_it = [
            n for n, ties in self._ties.items() if not lines.isdisjoint(ties.lines)
        ]
        inbound = row.direction is CallDirection.INBOUND
        dialed = {
            party.leg
            for other in self._rows
            for party in other.outside
            if party.caller is False
        }
        for number in row.numbers:
            # An inbound row names the ringing phones, an outbound row the caller.
            ties = self._ties.get(number)
            left = not inbound and (
                on_it
                or (ties is not None and (ties.whole or dialed.isdisjoint(ties.lines)))
                or not self._in_use(number)
            )
            if number not in on_it and not left:
                on_it.insert(0, number)
        numbers = [n for n in on_it if self._in_use(n) or self._lost(n)]
        picture = Picture(row.direction, numbers, row, list(row.outside))
        call = self._known_line(row, numbers)
        if call is not None and call.key in self._seen:
            # A call that was transferred to the outside has two outside lines.
            for other in self._pictures:
                if other.call is not None and other.call.key == call.key:
                    other.lines += row.outside
                    other.numbers += [n for n in numbers if n not in other.numbers]
            return
        self._add(picture, call)

    def _add(self, picture: Picture, call: TrackedCall | None) -> None:
        """Add a call, unless a report about it is newer."""
        newer = not self._newer.isdisjoint(picture.numbers) or (
            picture.row is not None and picture.row.id in self._newer
        )
        if call is not None:
            self._seen.add(call.key)
            newer = newer or self._is_newer(call)
        if not newer:
            picture.call = call
            self._pictures.append(picture)

    def _known_line(self, row: FoundCall, numbers: list[str]) -> TrackedCall | None:
        """Return the remembered call of a row: by its id, its line, or its parties."""
        known = None if row.id is None else self._ledger.find(row.id)
        if known is not None:
            return known
        lines = {party.leg for party in row.outside if party.leg}
        outside = {party.number for party in row.outside}
        unnamed, passed_on = [], []
        for call in self._ledger.live.values():
            if row.id is not None and call.id is not None:
                continue
            legs = [leg.party for leg in call if not leg.party.extension]
            if any(party.leg in lines for party in legs):
                return call
            if (
                call.key not in self._seen
                and any(p.leg is None and p.number in outside for p in legs)
                and call.direction in (None, row.direction)
            ):
                unnamed.append(call)
            if (
                not row.numbers
                and call.direction is not CallDirection.INBOUND
                and not call.extensions()
                and any(leg.number == row.caller and leg.present for leg in call)
            ):
                passed_on.append(call)
        if unnamed or passed_on:
            return (unnamed or passed_on)[-1]
        lost = [number for number in row.numbers if self._lost(number)]
        return self._begun(row.direction, numbers or lost)

    # -- internal calls

    def _add_ties(self) -> None:
        """Add the calls between extensions, the remembered ones first."""
        ties = list(self._pairs)
        # Of more calls between two phones than they name, the oldest ended unseen.
        for call in reversed(list(self._ledger.live.values())):
            if call.outside or call.key in self._seen:
                continue
            there = {leg.number for leg in call.extensions()}
            # A queue rings its agents again and again.
            rang = {leg.number for leg in call if leg.answered_at is None}
            mine = [
                pair
                for pair in dict.fromkeys(ties)
                if pair <= there | rang and not pair.isdisjoint(there)
            ]
            if not mine or self._contradicted(call, mine):
                continue
            numbers = list(dict.fromkeys(n for pair in mine for n in sorted(pair)))
            self._add(Picture(CallDirection.INTERNAL, numbers), call)
            for pair in mine:
                ties.remove(pair)
        for caller, called, calls in self._groups(ties):
            known = self._rung_on(caller, called) if calls else None
            if known is not None:
                known.numbers += [n for n in called if n not in known.numbers]
                continue
            numbers = [caller, *called]
            self._add(
                Picture(
                    CallDirection.INTERNAL, numbers, caller=caller if calls else None
                ),
                self._begun(CallDirection.INTERNAL, numbers)
                or self._ended_unseen(numbers),
            )

    def _find_pairs(self) -> list[frozenset[str]]:
        """Return the pair of extensions of each call, as often as one end names it."""
        found: dict[frozenset[str], int] = {}
        for number, ties in self._ties.items():
            for other, calls in Counter(ties.others).items():
                pair = frozenset((number, other))
                if len(pair) == 2 and (self._in_use(other) or self._lost(other)):
                    found[pair] = max(found.get(pair, 0), calls)
        return [pair for pair, calls in found.items() for _ in range(calls)]

    def _contradicted(self, call: TrackedCall, pairs: list[frozenset[str]]) -> bool:
        """Return whether a remembered call cannot be the call of the tied phones."""
        for leg in call.extensions():
            if not any(leg.number in pair for pair in pairs):
                continue
            rings = (
                self._status(leg.number) is ExtensionStatus.RINGING
                and leg.number not in self._hidden
            )
            only = self._only_tie(leg.number)
            if only and rings and (leg.connected or leg.state is PartyState.DIALING):
                return True
        return False

    def _only_tie(self, number: str) -> bool:
        """Return whether a phone has at most one call, by all ties and lines."""
        ties = self._ties.get(number, Ties())
        pairs = sum(number in pair for pair in self._pairs)
        return max(pairs, len(ties.others)) + len(ties.lines) < 2

    def _groups(
        self, pairs: list[frozenset[str]]
    ) -> Iterator[tuple[str, list[str], bool]]:
        """Yield each caller with its callees, and whether its role as caller is known.

        Of several callees, a caller names the first one.
        """
        rung: dict[str, list[str]] = {}
        for pair in pairs:
            first, second = sorted(pair)
            caller = self._caller(first, second)
            if caller is None:
                yield first, [second], False
            else:
                (other,) = pair - {caller}
                rung.setdefault(caller, []).append(other)
        for caller, called in rung.items():
            ties = self._ties.get(caller)
            named = [n for n in called if ties is not None and n in ties.others]
            if ties is None or not ties.whole or len(named) < 2:
                yield caller, called, True
                continue
            rest = [n for n in called if n not in named]
            for index, number in enumerate(named):
                last = index == len(named) - 1
                yield caller, [number, *(rest if last else ())], True

    def _caller(self, first: str, second: str) -> str | None:
        """Return the caller of two phones, None where nothing shows it.

        A phone that does not name the other one, which names it, has several callees.
        """
        for one, other in ((first, second), (second, first)):
            ties = self._ties.get(one)
            if ties is not None and ties.whole and other not in ties.others:
                return one
        rings = [
            number
            for number in (first, second)
            if self._status(number) is ExtensionStatus.RINGING
        ]
        if len(rings) == 2:
            rings = [number for number in rings if self._only_tie(number)]
        if len(rings) != 1:
            return None
        return second if rings[0] == first else first

    def _rung_on(self, caller: str, called: list[str]) -> Picture | None:
        """Return the remembered call of a caller that now rings at more phones.

        A caller names one phone of each of its calls.
        """
        ties = self._ties.get(caller)
        if ties is None or (
            ties.whole
            and len(ties.others) > 1
            and any(number in ties.others for number in called)
        ):
            return None
        for picture in self._pictures:
            call = picture.call
            if call is None or picture.row is not None or caller not in picture.numbers:
                continue
            leg = call.legs.get(caller)
            if leg is not None and leg.party.caller and not leg.connected:
                return picture
        return None

    def _begun(
        self, direction: CallDirection, numbers: list[str]
    ) -> TrackedCall | None:
        """Return a remembered call with a single party, now found with others."""
        for number in numbers:
            for call in reversed(self._ledger.of(number)):
                # A phone out of reach that the other does not name has left.
                named = self._ties.get(number, Ties()).others
                legs = [
                    leg
                    for leg in call.extensions()
                    if leg.number in (number, *named) or not self._lost(leg.number)
                ]
                if (
                    call.key not in self._seen
                    and call.key not in self._told.served
                    and not call.outside
                    and len(legs) == 1
                    and not (legs[0].connected and self._unlisted(call))
                    and call.direction in (None, CallDirection.INTERNAL, direction)
                    # A party that talks while no other has left talks to a service.
                    and (
                        not legs[0].connected
                        or any(leg.answered_at and not leg.present for leg in call)
                    )
                ):
                    return call
        return None

    def _ended_unseen(self, numbers: list[str]) -> TrackedCall | None:
        """Return a reopened call that ended because its phones were out of reach."""
        for key in self._told.unreachable:
            call = self._ledger.get(key)
            if (
                call is None
                or call.live
                or call.released
                or call.records
                or not set(call.last) <= set(numbers) <= call.legs.keys()
            ):
                continue
            self._told.unreachable.discard(key)
            before, call = call, steps.reopen(call)
            for number in numbers:
                leg = before.legs[number]
                call = steps.again(
                    call, steps.come_back(before, number).legs[number].party, self._now
                )
                if leg.answered_at is not None:
                    call = steps.answered(
                        call, number, leg.answered_at, exact=leg.exact
                    )
            return call
        return None

    # -- calls that are not found

    def _stays(self, call: TrackedCall) -> bool:
        """Return whether a call that was not found may continue nevertheless.

        A party alone talks to a service of the PBX, or waits in a queue: no list shows
        that. Extensions that were not queried may be in calls that no list shows.
        """
        if call.key in self._seen or self._is_newer(call):
            return False
        if call.outside:
            # A row may be damaged: an extension that names the line is still on it.
            return any(
                self._on_line(call, leg.number)
                or (not self._read and self._possible(leg.number))
                for leg in call.extensions()
            )
        if not self._read and any(self._lost(leg.number) for leg in call.extensions()):
            return True  # No phone that would name the call was queried.
        there = [leg for leg in call.extensions() if self._in_use(leg.number)]
        if self._unlisted(call):
            return True
        legs = call.extensions()
        # If the other parties only rang, the voicemail may have answered instead.
        alone = [
            leg
            for leg in there
            if leg.party.caller is not False or len(legs) == 1
            if not any(other.answered_at for other in legs if other is not leg)
        ]
        return len(alone) == 1 and self._may_be_alone(call, alone[0])

    def _unlisted(self, call: TrackedCall) -> bool:
        """Return whether no phone of a call would name it, though one is in use.

        A phone out of reach, or one that was not queried, names no call; some firmware
        names only one of the calls of a phone.
        """
        legs = call.extensions()
        return (
            len(legs) > 1
            and any(self._in_use(leg.number) for leg in legs)
            and all(
                self._lost(leg.number)
                or (
                    self._in_use(leg.number)
                    and (
                        (ties := self._ties.get(leg.number)) is None
                        or (not ties.whole and bool(ties.others))
                    )
                )
                for leg in legs
            )
        )

    def _possible(self, number: str) -> bool:
        """Return whether an extension can be in a call that no list shows."""
        return self._in_use(number) or self._lost(number)

    def _on_line(self, call: TrackedCall, number: str) -> bool:
        """Return whether an extension's ties name a line of a call."""
        lines = self._ties.get(number, Ties()).lines
        return any(leg.party.leg in lines for leg in call if leg.party.leg)

    def _may_be_alone(self, call: TrackedCall, leg: Leg) -> bool:
        """Return whether only being alone in this call explains a phone's status."""
        if leg.state is PartyState.RINGING:
            return self._status(leg.number) is ExtensionStatus.RINGING and not any(
                leg.number in picture.numbers for picture in self._pictures
            )
        if self._status(leg.number) is ExtensionStatus.RINGING:
            return False
        if self._status(leg.number) is ExtensionStatus.ON_HOLD and leg.state in SOUGHT:
            # The call on hold was answered: it is another connected call, if any.
            return not any(
                other is not call and other.legs[leg.number].connected
                for other in self._ledger.of(leg.number)
            )
        return all(
            (other := picture.known(leg.number)) is None
            or other.state is PartyState.RINGING
            for picture in self._pictures
            if leg.number in picture.numbers
        )

    def _alone(self, call: TrackedCall) -> TrackedCall:
        """Return a call without the extensions that can no longer be in it."""
        if self._unlisted(call):
            for leg in call.extensions():
                if leg.state is PartyState.RINGING and self._lost(leg.number):
                    call = steps.depart(call, leg.number, self._now, self._ledger.wait)
            return call
        possible = self._in_use if self._read else self._possible
        there = [leg for leg in call.extensions() if possible(leg.number)]
        asked = any(leg.number in self._ties for leg in there)
        for leg in call.extensions():
            stays = leg in there and (
                leg.party.caller
                or not asked
                or len(there) < 2
                or self._on_line(call, leg.number)
            )
            if not stays:
                call = steps.depart(call, leg.number, self._now, self._ledger.wait)
        return call

    # -- the changes of the ledger

    def _take(self, picture: Picture, possible: Possible) -> None:
        """Apply one call to the ledger as it was found."""
        now, row = self._now, picture.row
        call = picture.call
        known = None if call is None else self._ledger.get(call.key)
        reopened = known is not None and call is not known and not known.live
        if call is None:
            if not picture.numbers and row is None:
                return
            call = self._ledger.begin(row.id if row else None, now)
        elif not call.live:
            call = steps.reopen(call)
        elif call.id is None and row is not None and row.id is not None:
            call = replace(call, id=row.id)
        self._seen.add(call.key)
        call = steps.learn(call, picture.direction, row.dialed if row else None)
        for party in picture.lines:
            call = self._seat(call, party)
        for number in picture.numbers:
            state, connected = possible.state(picture, number)
            caller: bool | None = None
            if picture.direction is CallDirection.INBOUND or (
                row is not None and number not in row.numbers
            ):
                caller = False  # The row names another caller.
            elif picture.caller is not None:
                caller = number == picture.caller
            party = Party(number, extension=True, state=state, caller=caller)
            call = self._seat(call, party, connected=connected)
        answered = any(leg.connected for leg in call.extensions())
        for leg in call.extensions():
            if leg.number in picture.numbers or self._stays_on_line(picture, leg):
                continue
            if leg.state is PartyState.RINGING and answered:
                call = answered_elsewhere(call, leg.number, now)
            else:
                call = steps.depart(call, leg.number, now, self._ledger.wait)
        silent = self._ledger.silent
        # A call that seemed over, as its phones were out of reach, goes on.
        self._ledger.silent = silent or reopened
        self._ledger.put(call, now)
        self._ledger.silent = silent

    def _stays_on_line(self, picture: Picture, leg: Leg) -> bool:
        """Return whether an extension that no row names may still be on the line."""
        if picture.direction is CallDirection.INBOUND:
            return False
        if self._lost(leg.number):
            return picture.row is not None
        return self._in_use(leg.number) and leg.number not in self._ties

    def _seat(
        self, call: TrackedCall, party: Party, *, connected: bool = False
    ) -> TrackedCall:
        """Return a call in which a party is present with the state that was found.

        A party that was connected once stays so while the PBX calls another end for it.
        """
        leg, key, state = call.leg(party), call.key_of(party), party.state
        if leg is None:
            call = steps.sit(call, party, self._now)
        elif not leg.present:
            rang = party.number not in self._stopped
            call = bring_back(call, party, self._now, rang=rang)
        elif leg.answered_at is not None and state in SOUGHT:
            if party.extension and state is PartyState.RINGING:
                return steps.again(call, party, self._now)
            state = leg.state
        known = call.legs[key].state
        call = steps.sit(call, replace(party, state=known), self._now)
        call = steps.set_state(call, key, state, self._now)
        if connected and call.legs[key].answered_at is None:
            call = steps.answered(call, key, self._now, exact=False)
        return call
