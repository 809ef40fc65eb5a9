"""Counts what was told of calls, and how often it may have been."""

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Final

from custom_components.pbx.client import CallEvent as ToldEvent
from tests.simulator import Simulator
from tests.simulator.exchange import CallState
from tests.simulator.exchange.events import CallEvent, CallRecorded, Event, LegKind
from tests.simulator.exchange.leg import Leg

from .knowable import phones
from .steps import PHONES

# An answer that was not seen begins a part; what began, began once.
STARTS: Final = frozenset({"ringing", "dialing"})
ENDS: Final = frozenset({"ended", "missed", "failed"})


class Account:
    """Counts the parts that phones have in calls, and what is told of them."""

    def __init__(self, sim: Simulator) -> None:
        """Count the parts in calls from now on."""
        self._sim = sim
        self._legs: Counter[tuple[str, str]] = Counter()
        self._told: Counter[tuple[str, str]] = Counter()
        # Calls that a queue has let ring.
        self._queued: set[str] = set()
        # How often a phone's call seemed to have ended, as another one had.
        self._mistaken: Counter[str] = Counter()
        # Of each phone, when calls without an id ended, and which were over when told.
        self._nameless: dict[str, list[tuple[float, set[str]]]] = {}
        self.events: list[ToldEvent] = []
        make = sim.exchange.new_leg

        def new_leg(kind: LegKind, number: str, call_id: str = "") -> Leg:
            leg = make(kind, number, call_id)
            self._legs[number, leg.call_id] += kind is LegKind.EXTENSION
            return leg

        sim.exchange.new_leg = new_leg  # type: ignore[method-assign]
        sim.exchange.listeners.append(self._happened)

    def reloaded(self) -> None:
        """Begin to count anew: what was told before is not remembered."""
        self._told.clear()
        self._nameless.clear()
        self._mistaken.clear()
        self.events.clear()

    def told(self, events: Iterable[ToldEvent]) -> None:
        """Note what was told."""
        for event in events:
            self.events.append(event)
            self._note_unknowable(event)
            for kind, words in (
                ("start", STARTS),
                ("answer", {"answered"}),
                ("end", ENDS),
            ):
                self._told[event.number, kind] += event.type.value in words

    def too_many(self) -> Iterable[str]:
        """Yield which beginnings, answers and ends were told of more parts than there were."""
        for (number, kind), count in self._told.items():
            parts = self._parts(number)
            if count > parts:
                yield f"{number}: {count} times told of {kind}, {parts} parts"

    def doubles(self) -> Iterable[str]:
        """Yield what was told twice of one part."""
        told = Counter(
            (e.number, e.call.id, e.type.value)
            for e in self.events
            if e.call.id and e.type.value not in ("held", "resumed")
        )
        for (number, call_id, word), count in told.items():
            if count > max(1, self._legs[number, call_id]):
                yield f"{number} {call_id} {word} was told {count} times"

    def _happened(self, event: Event) -> None:
        """Count who is named by a record alone, though no phone rang there."""
        if isinstance(event, CallEvent) and event.kind == "transfer":
            # Where that is not reported, nothing tells it from a new call.
            for number in phones(self._sim.calls[event.call_id]):
                self._legs[number, event.call_id] += 1
        if isinstance(event, CallEvent) and event.kind == "ring":
            call = self._sim.calls.get(event.call_id)  # none is who supervises
            if call is not None and call.via in self._sim.exchange.queues:
                self._queued.add(event.call_id)
        if isinstance(event, CallRecorded):
            record = event.record
            for number in {record.caller, record.callee}.intersection(PHONES):
                key = number, record.call_id
                self._legs[key] = max(1, self._legs[key])

    def _parts(self, number: str) -> int:
        own = sum(count for (who, _), count in self._legs.items() if who == number)
        return own + self._mistaken[number] + self._told_again(number)

    def _told_again(self, number: str) -> int:
        """Count the calls whose reports all came after polls had seen them begin and end.

        A poll tells no id of a call inside, and the reports of a redial differ by that
        alone. What an id says of time is on the PBX's clock, which may be any.
        """
        first: dict[str, float] = {}
        for event in self.events:
            if event.number == number and event.call.id is not None:
                first.setdefault(event.call.id, event.at)
        again: set[str] = set()
        for ended, over in self._nameless.get(number, ()):
            late = (one for one in sorted(over - again) if first.get(one, 0.0) >= ended)
            again.update(islice(late, 1))
        return len(again)

    def _note_unknowable(self, event: ToldEvent) -> None:
        """Note what may be told though it is not so, as nobody can know that."""
        number, call_id = event.number, event.call.id
        if call_id is None and event.type.value in ENDS:
            over = {known for who, known in self._legs if who == number}
            over -= self._sim.calls.keys()
            self._nameless.setdefault(number, []).append((event.at, over))
        if (
            event.type.value in ENDS
            and call_id is not None
            and call_id not in self._sim.calls
            and not self._legs[number, call_id]
            and any(len(phones(c)) > 2 for c in self._sim.exchange.calls_of(number))
        ):
            # A late end of a call between two looks like that of a group they are in now,
            # as long as nobody has told its id.
            self._mistaken[number] += 1
        if call_id in self._queued and event.type.value == "ringing":
            # A late end, and a late RING, look as if the queue tried once more; not so
            # while others whom it rang with them ring on.
            call = self._sim.calls.get(call_id)
            others = (
                call is not None
                and call.state is CallState.RINGING
                and call.leg_of(number) is None
            )
            again = self._rings_told(number, call_id) > self._legs[number, call_id]
            self._legs[number, call_id] += again and not others

    def _rings_told(self, number: str, call_id: str) -> int:
        """Return how often it was told that a phone rings in a call."""
        return sum(
            (e.number, e.call.id, e.type.value) == (number, call_id, "ringing")
            for e in self.events
        )
