"""The calls of one PBX: one way to change them, and one source of what is told of them."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Set as AbstractSet
from dataclasses import replace
from itertools import takewhile
from typing import Final, Protocol

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

# Seconds that an end waits for the PBX's record of it.
SETTLE: Final = 2.0
MAX_LIVE: Final = 2000
# What ended is remembered, so that a late or doubled report finds it ended.
MAX_ENDED: Final = 500

# What is told of a party's first state.
_BEGINNINGS: Final = {
    PartyState.RINGING: CallEventType.RINGING,
    PartyState.DIALING: CallEventType.DIALING,
}
_ENDINGS: Final = frozenset(
    {CallEventType.ENDED, CallEventType.MISSED, CallEventType.FAILED}
)

type StatusOf = Callable[[str], ExtensionStatus | None]


class CallReader(Protocol):
    """A family's reader of calls: makes changes of one ledger from reports and snapshots.

    `untold` are the statuses of extensions that no report of the family tells: that a
    snapshot finds one is no evidence against the reports.
    """

    untold: frozenset[ExtensionStatus] = frozenset()

    def tell(self, report: Report, now: float) -> None:
        """Take over a report about calls, or that the PBX has started anew."""

    def hear(self, report: ExtensionReport, now: float) -> bool:
        """Take over what a status says of calls; return whether it is the extension's."""

    def expect(self) -> None:
        """Note that a snapshot is asked for: what is told from now on may be newer."""

    def read(self, snapshot: Snapshot, reported: AbstractSet[str], now: float) -> None:
        """Take over a snapshot; of extensions `reported` meanwhile it may be older."""


type MakeReader = Callable[["Ledger", StatusOf], CallReader]


class Ledger:
    """The calls of one PBX, live and lately ended. Pure: time comes in as an argument.

    Calls and legs are frozen; `put` is the only change. `events` and `touched` (the
    extensions whose calls changed) collect what `drain` gives. While `silent`, no events
    are told. `known` tells the extensions whose last call is remembered.
    """

    def __init__(self, known: Callable[[str], bool] = lambda number: True) -> None:
        """Begin without calls."""
        self.known = known
        self.live: dict[int, TrackedCall] = {}
        self.last: dict[str, CallEvent] = {}
        self.silent = False
        self._ended: OrderedDict[int, TrackedCall] = OrderedDict()
        self._keys: dict[str, int] = {}
        self._of: dict[str, dict[int, None]] = {}
        self._waiting: dict[int, float] = {}
        self._events: list[CallEvent] = []
        self._touched: set[str] = set()
        self._next = 0

    # -- looking

    @property
    def wait(self) -> float:
        """How long an end waits for more: nobody waits for one that is not told."""
        return 0.0 if self.silent else SETTLE

    @property
    def next_deadline(self) -> float | None:
        """When something has to be settled, None when nothing waits."""
        return min(self._waiting.values(), default=None)

    def get(self, key: int) -> TrackedCall | None:
        """Return a call, also one that ended not long ago."""
        return self.live.get(key) or self._ended.get(key)

    def find(self, call_id: str) -> TrackedCall | None:
        """Return the call of an id, also one that ended not long ago."""
        key = self._keys.get(call_id)
        return None if key is None else self.get(key)

    def of(self, number: str) -> list[TrackedCall]:
        """Return the live calls of an extension, the oldest first."""
        keys = self._of.get(number)
        if not keys:
            return []
        calls = [self.live[key] for key in keys]
        # One that an extension came back to is not where it began.
        calls.sort(key=lambda call: call.started_at)
        return calls

    def ended_since(self, since: float) -> Iterator[TrackedCall]:
        """Iterate over the calls that ended not before then, the last one first."""
        return takewhile(
            lambda call: call.ended_at is not None and call.ended_at >= since,
            reversed(self._ended.values()),
        )

    # -- changing

    def begin(
        self, call_id: str | None, now: float, started_at: float | None = None
    ) -> TrackedCall:
        """Return a new call without parties; it is not in the ledger until it is put."""
        self._next += 1
        started = now if started_at is None else started_at
        return TrackedCall(self._next, call_id, started, {})

    def put(self, after: TrackedCall, now: float) -> None:
        """Take over a call as it is now: the only change there is."""
        before = self.get(after.key)
        if after is before:
            return
        if before is None and len(self.live) >= MAX_LIVE:
            oldest = next(iter(self.live.values()))
            self.put(steps.close(oldest, now, None, self.wait), now)
        self._change(before, after, now)
        if len(self._ended) > MAX_ENDED:
            # What is forgotten has nothing more to wait for.
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
        """Move legs from a call into another, and return that one.

        They come with what happened to them so far, and nothing is told of it.
        """
        if not moved:
            return into
        rest = {key: leg for key, leg in source.legs.items() if key not in moved}
        silent, self.silent = self.silent, True
        self.put(replace(source, legs=rest), now)
        into = replace(into, legs={**into.legs, **moved})
        self.put(into, now)
        self.silent = silent
        return into

    def _change(
        self, before: TrackedCall | None, after: TrackedCall, now: float
    ) -> None:
        """Tell what happened between two states of a call, and keep the second one."""
        after = _told(after, now)
        self._index(before, after)
        for event in difference(before, after, now):
            if event.type in _ENDINGS:
                self._touched.add(event.number)
                if self.known(event.number):
                    self.last[event.number] = event
            if not self.silent:
                self._events.append(event)
        if before is None or before.picture != after.picture:
            for call in (before, after):
                if call is not None:
                    self._touched.update(leg.number for leg in call.extensions())

    def settle(self, now: float) -> None:
        """Tell the ends that waited long enough for more."""
        for key, due in list(self._waiting.items()):
            call = self.get(key)
            if due <= now and call is not None:
                self._change(call, call, now)

    def drain(self) -> tuple[list[CallEvent], set[str]]:
        """Return what happened since the last time."""
        events, touched = self._events, self._touched
        self._events, self._touched = [], set()
        return events, touched

    def _index(self, before: TrackedCall | None, after: TrackedCall) -> None:
        """Keep a call where it is looked for."""
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
    """Return whether the end of an extension's leg is still to be told, and is due some day."""
    return (
        leg.due is not None and not leg.told and not leg.present and leg.party.extension
    )


def _told(call: TrackedCall, now: float) -> TrackedCall:
    """Return a call with the ends that are due marked as told."""
    due = {
        key: replace(leg, told=True, outcome=call.outcome_for(leg))
        for key, leg in call.legs.items()
        if _waits(leg) and leg.due is not None and leg.due <= now
    }
    return replace(call, legs={**call.legs, **due}) if due else call


def difference(
    before: TrackedCall | None, after: TrackedCall, now: float
) -> Iterator[CallEvent]:
    """Yield what happened to the extensions between two states of a call."""
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
    """Return what happened to a party that is in the call."""
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
    """Return what is told of the end of a leg."""
    party, rang, talked, left = call.ending_of(leg)
    picture: Call = call.picture
    return CallEvent(
        leg.ending(), leg.number, picture, party, leg.outcome, rang, talked, left
    )
