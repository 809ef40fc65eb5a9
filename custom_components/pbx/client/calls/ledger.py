"""The ledger of one PBX's calls: the only place to change them and to emit events."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Set as AbstractSet
from dataclasses import replace
from itertools import takewhile
from typing import Final, NamedTuple, Protocol

from ..model import (
    Call,
    CallEvent,
    CallEventType,
    CallOutcome,
    ExtensionStatus,
    PartyState,
)
from ..report import ExtensionReport, Report
from ..snapshot import Snapshot
from . import steps
from .call import CONNECTED, Leg, TrackedCall

# Seconds that the end of a leg waits for the PBX's record of the call.
SETTLE: Final = 2.0
MAX_LIVE: Final = 2000
# The number of ended calls kept, so that a late or repeated report finds its call.
MAX_ENDED: Final = 500
# The number of ended calls whose ends are kept for a list of recent calls.
MAX_RECENT: Final = 100

# The events for the first state of a party.
_BEGINNINGS: Final = {
    PartyState.RINGING: CallEventType.RINGING,
    PartyState.DIALING: CallEventType.DIALING,
}
_ENDINGS: Final = frozenset(
    {CallEventType.ENDED, CallEventType.MISSED, CallEventType.FAILED}
)

type StatusOf = Callable[[str], ExtensionStatus | None]


class CallReader(Protocol):
    """A family's reader of calls, from reports and snapshots into one ledger.

    `untold` are the extension statuses that the family never reports: such a status in
    a snapshot is no evidence of missing reports.
    """

    untold: frozenset[ExtensionStatus] = frozenset()

    def tell(self, report: Report, now: float) -> None:
        """Apply a report about calls, or about a restart of the PBX."""

    def hear(self, report: ExtensionReport, now: float) -> bool:
        """Apply a reported status to the calls.

        Return whether it is the true status of the extension.
        """

    def expect(self) -> None:
        """Mark the start of a snapshot: reports from now on may be newer than it."""

    def read(self, snapshot: Snapshot, reported: AbstractSet[str], now: float) -> None:
        """Apply the calls of a snapshot.

        The snapshot may be outdated for extensions `reported` since it was requested.
        """


type MakeReader = Callable[["Ledger", StatusOf], CallReader]


class Drained(NamedTuple):
    """The changes since the last time.

    `touched` are the extensions whose calls changed. `changed` are the keys of calls
    with another picture, `listed` those of the recent calls that were added to.
    """

    events: list[CallEvent]
    touched: set[str]
    changed: set[int]
    listed: set[int]


class Ledger:
    """The calls of one PBX, live or recently ended, without I/O or a clock.

    Times are arguments. Calls and legs are frozen; `put` stores all changes. Events and
    the extensions whose calls changed are collected until `drain` returns them. While
    `silent` is set, no events are emitted. `known` selects the extensions whose last
    call is stored, and listed among the recent ones.
    """

    def __init__(self, known: Callable[[str], bool] = lambda number: True) -> None:
        """Initialize without calls."""
        self.known = known
        self.live: dict[int, TrackedCall] = {}
        self.last: dict[str, CallEvent] = {}
        # The ends of the extensions' parts in a call, by the key of the call.
        self.recent: OrderedDict[int, tuple[CallEvent, ...]] = OrderedDict()
        self.silent = False
        self._ended: OrderedDict[int, TrackedCall] = OrderedDict()
        self._keys: dict[str, int] = {}
        self._of: dict[str, dict[int, None]] = {}
        self._waiting: dict[int, float] = {}
        self._events: list[CallEvent] = []
        self._touched: set[str] = set()
        self._changed: set[int] = set()
        self._listed: set[int] = set()
        self._next = 0

    # -- queries

    @property
    def wait(self) -> float:
        """Return the seconds that the end of a leg waits, 0 while `silent` is set."""
        return 0.0 if self.silent else SETTLE

    @property
    def next_deadline(self) -> float | None:
        """Return the time at which to call `settle`, None when no end waits."""
        return min(self._waiting.values(), default=None)

    def get(self, key: int) -> TrackedCall | None:
        """Return the call with a key, live or recently ended."""
        return self.live.get(key) or self._ended.get(key)

    def find(self, call_id: str) -> TrackedCall | None:
        """Find the call with an id of the PBX, live or recently ended."""
        key = self._keys.get(call_id)
        return None if key is None else self.get(key)

    def of(self, number: str) -> list[TrackedCall]:
        """Return the live calls of an extension, the oldest first."""
        keys = self._of.get(number)
        if not keys:
            return []
        calls = [self.live[key] for key in keys]
        # A call that the extension left and came back to is not indexed by its start.
        calls.sort(key=lambda call: call.started_at)
        return calls

    def ended_since(self, since: float) -> Iterator[TrackedCall]:
        """Iterate over the calls that ended at or after a time, the latest first."""
        return takewhile(
            lambda call: call.ended_at is not None and call.ended_at >= since,
            reversed(self._ended.values()),
        )

    # -- changes

    def begin(
        self, call_id: str | None, now: float, started_at: float | None = None
    ) -> TrackedCall:
        """Return a new call without parties; only `put` stores it in the ledger."""
        self._next += 1
        started = now if started_at is None else started_at
        return TrackedCall(self._next, call_id, started, {})

    def put(self, after: TrackedCall, now: float) -> None:
        """Store the new state of a call, and emit the resulting events.

        All changes of calls are made by this method.
        """
        before = self.get(after.key)
        if after is before:
            return
        if before is None and len(self.live) >= MAX_LIVE:
            oldest = next(iter(self.live.values()))
            self.put(steps.close(oldest, now, None, self.wait), now)
        self._change(before, after, now)
        if len(self._ended) > MAX_ENDED:
            # Emit the waiting ends of a call before it is removed.
            oldest = next(iter(self._ended.values()))
            self._change(oldest, steps.hurry(oldest, now), now)
            del self._ended[oldest.key]
            if oldest.id is not None and self._keys.get(oldest.id) == oldest.key:
                del self._keys[oldest.id]

    def move(
        self,
        source: TrackedCall,
        into: TrackedCall,
        moved: Mapping[str, Leg],
        now: float,
    ) -> TrackedCall:
        """Move legs from one call into another, and return the latter.

        The legs keep their history, and the move emits no events.
        """
        if not moved:
            return into
        rest = {
            key: replace(leg, met=leg.met or source.met_by(leg))
            for key, leg in source.legs.items()
            if key not in moved
        }
        silent, self.silent = self.silent, True
        self.put(replace(source, legs=rest), now)
        into = replace(into, legs={**into.legs, **moved})
        self.put(into, now)
        self.silent = silent
        return into

    def _change(
        self, before: TrackedCall | None, after: TrackedCall, now: float
    ) -> None:
        """Store the new state of a call, and emit the events since the previous one."""
        after = _told(after, now)
        self._index(before, after)
        for event in difference(before, after, now):
            if event.type in _ENDINGS:
                self._touched.add(event.number)
                if self.known(event.number):
                    self.last[event.number] = event
                    self._list_recent(after.key, event)
            if not self.silent:
                self._events.append(event)
        if before is None or before.picture != after.picture:
            self._changed.add(after.key)
            for call in (before, after):
                if call is not None:
                    self._touched.update(leg.number for leg in call.extensions())

    def settle(self, now: float) -> None:
        """Emit the ends of legs that have waited long enough."""
        for key, due in list(self._waiting.items()):
            call = self.get(key)
            if due <= now and call is not None:
                self._change(call, call, now)

    def _list_recent(self, key: int, event: CallEvent) -> None:
        """Add the end of an extension's part to the recent calls."""
        self.recent[key] = (*self.recent.pop(key, ()), event)
        self._listed.add(key)
        if len(self.recent) > MAX_RECENT:
            self.recent.popitem(last=False)

    def drain(self) -> Drained:
        """Return and clear what has happened since the last time."""
        drained = Drained(self._events, self._touched, self._changed, self._listed)
        self._events, self._touched = [], set()
        self._changed, self._listed = set(), set()
        return drained

    def _index(self, before: TrackedCall | None, after: TrackedCall) -> None:
        """Update the indexes of calls by key, id, extension and deadline."""
        key = after.key
        if after.live:
            self.live[key] = after
            self._ended.pop(key, None)
        else:
            self.live.pop(key, None)
            self._ended[key] = after
        if after.id is not None and (before is None or before.id != after.id):
            self._keys[after.id] = key
        were = set() if before is None else {leg.number for leg in before.extensions()}
        are = {leg.number for leg in after.extensions()}
        for number in are - were:
            self._of.setdefault(number, {})[key] = None
        for number in were - are:
            calls = self._of[number]
            del calls[key]
            if not calls:
                del self._of[number]
        dues = [leg.due for leg in after if leg.due is not None and _waits(leg)]
        waiting = min(dues, default=None)
        if waiting is not None:
            self._waiting[key] = waiting
        else:
            self._waiting.pop(key, None)


def _waits(leg: Leg) -> bool:
    """Return whether an extension's leg has an end that is scheduled but not told."""
    return (
        leg.due is not None and not leg.told and not leg.present and leg.party.extension
    )


def _told(call: TrackedCall, now: float) -> TrackedCall:
    """Mark the due ends of a call as told, and return the call."""
    due = {
        key: replace(leg, told=True, outcome=call.outcome_for(leg))
        for key, leg in call.legs.items()
        if _waits(leg) and leg.due is not None and leg.due <= now
    }
    return replace(call, legs={**call.legs, **due}) if due else call


def difference(
    before: TrackedCall | None, after: TrackedCall, now: float
) -> Iterator[CallEvent]:
    """Yield the events of the extensions between two states of a call."""
    ended: list[CallEvent] = []
    for key, leg in after.legs.items():
        if not leg.party.extension:
            continue
        was = None if before is None else before.legs.get(key)
        if before is not None and was is not None and was.part != leg.part:
            if not was.told:
                outcome = before.outcome_for(was) or CallOutcome.MISSED
                yield _ending(before, replace(was, outcome=outcome))
            was = None
        happened = _happened(was, leg)
        if happened is not None:
            call = after.picture
            yield CallEvent(happened, leg.number, call, call.other(leg.number), at=now)
        if leg.told and (was is None or not was.told):
            ended.append(_ending(after, leg))
    yield from ended


def _happened(was: Leg | None, leg: Leg) -> CallEventType | None:
    """Return the type of the event for a present party, None without an event."""
    if not leg.present:
        return None
    if leg.answered_at is not None and (was is None or was.answered_at is None):
        return CallEventType.ANSWERED
    if was is None:
        return _BEGINNINGS.get(leg.state)
    if was.state is leg.state:
        return None
    if leg.state is PartyState.HELD:
        return None if was.state is PartyState.UNKNOWN else CallEventType.HELD
    if leg.state is PartyState.TALKING:
        return CallEventType.RESUMED if was.state is PartyState.HELD else None
    if was.state in CONNECTED or was.state is PartyState.GONE:
        return None
    return _BEGINNINGS.get(leg.state)


def _ending(call: TrackedCall, leg: Leg) -> CallEvent:
    """Return the event for the end of a leg."""
    party, rang, talked, left = call.ending_of(leg)
    picture: Call = call.picture
    return CallEvent(
        leg.ending(), leg.number, picture, party, leg.outcome, rang, talked, left
    )
