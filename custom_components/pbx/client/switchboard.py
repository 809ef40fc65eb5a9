"""The one picture of a PBX: a mutable table of immutable values, without any I/O."""

from collections.abc import Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass, replace
from types import MappingProxyType

from .call_reconciler import CallReconciler
from .calls import Calls
from .model import (
    Call,
    CallEvent,
    Extension,
    ExtensionStatus,
    Party,
    PartyState,
    Snapshot,
    Trunk,
)
from .report import (
    CallFailed,
    CallRecord,
    CallReleased,
    CallReport,
    CallTransferred,
    ExtensionReport,
    Report,
)

# How many complete snapshots in a row must lack an extension before it is gone.
READS_UNTIL_GONE = 2
# No report tells of these, so a poll that finds them is no evidence of anything.
UNREPORTED = frozenset({ExtensionStatus.ON_HOLD, ExtensionStatus.FAULT})

# Which of several calls is shown: what is talked on comes first.
_CURRENT = (
    PartyState.TALKING,
    PartyState.RINGING,
    PartyState.DIALING,
    PartyState.HELD,
)

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Changes:
    """What a snapshot or a report changed: extensions by number, trunks by name.

    `changed` holds extensions that are still in the table: with another value, or not
    listed any more, or listed again; `calls` those whose calls changed. `unreported`
    are those whose status nobody reported before the snapshot found it. `doubtful`
    says that snapshot and reports contradict each other: reading again will tell.
    """

    added: frozenset[str] = _NONE
    changed: frozenset[str] = _NONE
    removed: frozenset[str] = _NONE
    calls: frozenset[str] = _NONE
    events: tuple[CallEvent, ...] = ()
    unreported: frozenset[str] = _NONE
    doubtful: bool = False
    trunks_added: frozenset[str] = _NONE
    trunks_changed: frozenset[str] = _NONE
    trunks_removed: frozenset[str] = _NONE


class Switchboard:
    """What is known of a PBX's extensions, calls and trunks.

    An extension or trunk that one complete snapshot lacks is absent, after the second
    one in a row it is gone. A snapshot that is not complete proves nothing by what it
    lacks. Times are seconds since the epoch.
    """

    def __init__(
        self, known: Iterable[str] = (), known_trunks: Iterable[str] = ()
    ) -> None:
        """Begin with nothing but the numbers and names known from before, if any."""
        self._extensions: dict[str, Extension] = {}
        self._missed: dict[str, int] = dict.fromkeys(known, 0)
        self.extensions: Mapping[str, Extension] = MappingProxyType(self._extensions)
        self._trunks: dict[str, Trunk] = {}
        self._missed_trunks: dict[str, int] = dict.fromkeys(known_trunks, 0)
        self.trunks: Mapping[str, Trunk] = MappingProxyType(self._trunks)
        self._calls = Calls(self._status_of, self.present)
        # Extensions and ids of calls that were reported since the snapshot was asked for.
        self._touched: set[str] = set()
        self.registered_count = 0
        self.in_use_count = 0
        self.on_hold_count = 0

    # -- looking

    @property
    def known(self) -> bool:
        """Whether there is any extension, now or from before."""
        return bool(self._extensions or self._missed)

    def present(self, number: str) -> bool:
        """Return whether the last complete snapshot listed an extension."""
        return number in self._extensions and number not in self._missed

    def trunk_present(self, name: str) -> bool:
        """Return whether the last reading of the trunks listed one."""
        return name in self._trunks and name not in self._missed_trunks

    @property
    def call_count(self) -> int:
        """How many calls are in progress."""
        return len(self._calls.live)

    @property
    def calls(self) -> list[Call]:
        """The calls in progress, the oldest first."""
        return [live.call for live in self._calls.live.values()]

    def calls_of(self, number: str) -> list[Call]:
        """Return the calls of an extension in progress, the oldest first."""
        return self._calls.of(number)

    def current_call(self, number: str) -> Call | None:
        """Return the call of an extension that matters most: talked on, then newest."""
        best: tuple[int, Call] | None = None
        for live in self._calls.live_of(number):
            state = live.legs[number].state
            rank = _CURRENT.index(state)
            if best is None or rank <= best[0]:
                best = (rank, live.call)
        return best[1] if best else None

    def in_call_since(self, number: str) -> float | None:
        """Return since when an extension has been connected without a break."""
        return min(
            (
                leg.answered_at
                for live in self._calls.live_of(number)
                if (leg := live.legs[number]).answered_at is not None
            ),
            default=None,
        )

    def last_call(self, number: str) -> CallEvent | None:
        """Return how an extension's last call ended."""
        return self._calls.last.get(number)

    def consistent(self, number: str) -> bool:
        """Return whether an extension's status and its calls agree.

        They need not: who supervises a call is in use without a call of their own.
        """
        extension = self._extensions.get(number)
        if extension is None or extension.status is None:
            return True
        legs = [live.legs[number] for live in self._calls.live_of(number)]
        if extension.status is ExtensionStatus.RINGING:
            return any(leg.state is PartyState.RINGING for leg in legs)
        return bool(legs) == extension.in_use

    def forget(self, number: str) -> None:
        """Drop an extension that is not present; listed again, it counts as added.

        Raises ValueError for one that is present.
        """
        if self.present(number):
            raise ValueError(f"Extension {number} is present")
        self._missed.pop(number, None)
        self._extensions.pop(number, None)
        self._calls.last.pop(number, None)

    # -- reports

    def apply(self, report: Report, now: float) -> Changes:
        """Take over what the PBX told by itself, and return what that changed."""
        changed = _NONE
        match report:
            case ExtensionReport():
                changed = self._apply_status(report, now)
            case CallReport():
                self._calls.report(report, now)
                self._touch(report.call_id, report.parties)
            case CallReleased():
                self._calls.release(report, now)
                self._touch(report.call_id, report.parties)
            case CallTransferred():
                self._calls.transfer(report, now)
                self._touch(report.call_id, report.parties)
            case CallFailed():
                self._calls.fail(report, now)
                self._touch(report.call_id, report.parties)
            case CallRecord():
                self._calls.record(report, now)
                self._touched.add(report.call_id)
        return self._drain(changed=changed)

    def _apply_status(self, report: ExtensionReport, now: float) -> frozenset[str]:
        """Take over an extension's status."""
        number = report.number
        self._touched.add(number)
        before = self._extensions.get(number)
        if before is None or not self.present(number):
            return _NONE
        self._calls.status(number, report.status, now)
        if before.status is report.status:
            return _NONE
        after = replace(before, status=report.status)
        self._count(before, -1)
        self._count(after, 1)
        self._extensions[number] = after
        return frozenset((number,))

    def _touch(self, call_id: str, parties: Iterable[Party]) -> None:
        """Note that a call is reported while a snapshot may be under way."""
        self._touched.add(call_id)
        self._touched.update(party.number for party in parties if party.extension)

    def settle(self, now: float) -> Changes:
        """Tell the ends of calls that waited long enough for the PBX's record."""
        self._calls.settle(now)
        return self._drain()

    @property
    def next_deadline(self) -> float | None:
        """When `settle` has something to do, None when nothing waits."""
        return self._calls.next_deadline

    # -- snapshots

    def expect_snapshot(self) -> None:
        """Note from when on a report may be newer than the snapshot being read."""
        self._touched.clear()

    def reconcile(
        self, snapshot: Snapshot, now: float = 0.0, *, silent: bool = False
    ) -> Changes:
        """Take over what a snapshot says, and return what that changed.

        `silent` tells no events: everything may have been so for a long time.
        """
        added: set[str] = set()
        changed: set[str] = set()
        unreported: set[str] = set()
        doubtful = False
        touched = self._touched
        for extension in snapshot.extensions:
            number = extension.number
            before = self._extensions.get(number)
            missed = self._missed.pop(number, None) if self._missed else None
            if before is extension and missed is None:
                continue
            if before is None:
                added.add(number)
            elif before == extension and missed is None:
                continue
            else:
                if before.status is not extension.status:
                    if number in touched:
                        # The report may be the newer one; reading again will tell.
                        doubtful = True
                        extension = replace(extension, status=before.status)
                        if before == extension and missed is None:
                            continue
                    elif UNREPORTED.isdisjoint((before.status, extension.status)):
                        unreported.add(number)
                changed.add(number)
            self._count(before if missed is None else None, -1)
            self._count(extension, 1)
            self._extensions[number] = extension
        removed: set[str] = set()
        if snapshot.complete and (
            self._missed or len(snapshot.extensions) != len(self._extensions)
        ):
            listed = {extension.number for extension in snapshot.extensions}
            removed = self._miss(listed, changed)
        self._reconcile_calls(snapshot, now, silent=silent)
        trunks = self._reconcile_trunks(snapshot.trunks)
        return self._drain(
            added=frozenset(added),
            changed=frozenset(changed),
            removed=frozenset(removed),
            unreported=frozenset(unreported),
            doubtful=doubtful,
            trunks=trunks,
        )

    def _reconcile_calls(self, snapshot: Snapshot, now: float, *, silent: bool) -> None:
        """Take over what a snapshot says of the calls."""
        calls = self._calls
        calls.settle(now)
        calls.silent = silent
        try:
            CallReconciler(calls, snapshot, self._touched, now).run()
            if calls.live:
                for extension in snapshot.extensions:
                    if extension.in_use and extension.number not in self._touched:
                        calls.status(extension.number, extension.status, now)
            calls.settle(now)
        finally:
            calls.silent = False

    def _reconcile_trunks(
        self, trunks: Iterable[Trunk] | None
    ) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """Take over a list of trunks; return which appeared, differ, and are gone."""
        if trunks is None:
            return _NONE, _NONE, _NONE
        listed = {trunk.name: trunk for trunk in trunks}
        added = listed.keys() - self._trunks.keys()
        changed = {
            name
            for name, trunk in listed.items()
            if name not in added
            and (self._trunks[name] != trunk or name in self._missed_trunks)
        }
        self._trunks.update(listed)
        removed: set[str] = set()
        for name in listed.keys() & self._missed_trunks.keys():
            del self._missed_trunks[name]
        for name in (self._trunks.keys() | self._missed_trunks.keys()) - listed.keys():
            missed = self._missed_trunks.get(name, 0) + 1
            self._missed_trunks[name] = missed
            changed.add(name)
            if missed >= READS_UNTIL_GONE:
                del self._missed_trunks[name]
                self._trunks.pop(name, None)
                removed.add(name)
        return frozenset(added), frozenset(changed - removed), frozenset(removed)

    def _drain(
        self,
        *,
        added: frozenset[str] = _NONE,
        changed: frozenset[str] = _NONE,
        removed: frozenset[str] = _NONE,
        unreported: frozenset[str] = _NONE,
        doubtful: bool = False,
        trunks: tuple[frozenset[str], frozenset[str], frozenset[str]] | None = None,
    ) -> Changes:
        """Return all that changed, calls included."""
        events, calls = self._calls.drain()
        trunks_added, trunks_changed, trunks_removed = trunks or (_NONE, _NONE, _NONE)
        return Changes(
            added,
            changed,
            removed,
            frozenset(calls),
            tuple(events),
            unreported,
            doubtful,
            trunks_added,
            trunks_changed,
            trunks_removed,
        )

    def _status_of(self, number: str) -> ExtensionStatus | None:
        """Return an extension's status."""
        extension = self._extensions.get(number)
        return None if extension is None else extension.status

    def _miss(self, listed: AbstractSet[str], changed: set[str]) -> set[str]:
        """Note which extensions are not listed, and drop those that are gone."""
        removed: set[str] = set()
        for number in self._extensions.keys() - listed - self._missed.keys():
            self._missed[number] = 0
        for number in self._missed.keys() - listed:
            if self._missed[number] == 0:
                self._count(self._extensions.get(number), -1)
                if number in self._extensions:
                    changed.add(number)
            self._missed[number] += 1
            if self._missed[number] >= READS_UNTIL_GONE:
                del self._missed[number]
                self._extensions.pop(number, None)
                self._calls.last.pop(number, None)
                removed.add(number)
        return removed

    def _count(self, extension: Extension | None, step: int) -> None:
        """Keep the counts of listed extensions."""
        if extension is None:
            return
        if extension.registered:
            self.registered_count += step
        if extension.in_use:
            self.in_use_count += step
        if extension.status is ExtensionStatus.ON_HOLD:
            self.on_hold_count += step
