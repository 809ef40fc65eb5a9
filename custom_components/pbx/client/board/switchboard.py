"""The one picture of a PBX: a mutable table of immutable values, without any I/O."""

from collections.abc import Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from ..calls.reconciler import CallReconciler
from ..calls.told import Calls
from ..model import (
    Call,
    CallEvent,
    Extension,
    ExtensionStatus,
    Party,
    PartyState,
    Trunk,
)
from ..report import (
    CallFailed,
    CallRecord,
    CallReleased,
    CallReport,
    CallTransferred,
    ExtensionReport,
    Report,
    Restarted,
)
from ..snapshot import Snapshot
from .roster import ExtensionRoster, Roster

# Which of several calls is shown: what is talked on comes first.
_CURRENT: Final = (
    PartyState.TALKING,
    PartyState.RINGING,
    PartyState.DIALING,
    PartyState.HELD,
)

_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Changes:
    """What a snapshot or a report changed: extensions by number, trunks by name.

    `changed` extensions are still known: with another value, or absent, or listed
    again. Of these, `presence` are absent or listed again, and the registration or use
    of the present ones in `registered` and `in_use` has changed. `calls` are extensions
    whose calls changed. `unreported` are extensions whose status no report told before
    the snapshot did. `doubtful` says that snapshot and reports contradict each other:
    reading again will tell.
    """

    added: frozenset[str] = _NONE
    changed: frozenset[str] = _NONE
    presence: frozenset[str] = _NONE
    registered: frozenset[str] = _NONE
    in_use: frozenset[str] = _NONE
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
        self,
        known: Iterable[str] = (),
        known_trunks: Iterable[str] = (),
        untold: AbstractSet[ExtensionStatus] = frozenset(),
    ) -> None:
        """Initialize the board with the numbers and names known from an earlier run.

        `untold` are the statuses that no report of this PBX tells.
        """
        self._untold = untold
        self._extensions = ExtensionRoster(known)
        self.extensions: Mapping[str, Extension] = self._extensions.items
        self._trunks = Roster[Trunk](known_trunks)
        self.trunks: Mapping[str, Trunk] = self._trunks.items
        self._calls = Calls(self._extensions.status_of, self.present)
        # Extensions and ids of calls that were reported since the snapshot was asked for.
        self._touched: set[str] = set()
        # Extensions that the snapshot is asked for all calls of.
        self._asked: frozenset[str] = frozenset()

    # -- looking

    @property
    def known(self) -> bool:
        """Whether there is any extension, now or from before."""
        return self._extensions.known

    @property
    def registered_count(self) -> int:
        """How many extensions the PBX can reach."""
        return self._extensions.registered_count

    @property
    def in_use_count(self) -> int:
        """How many extensions ring, talk, or hold a call."""
        return self._extensions.in_use_count

    def present(self, number: str) -> bool:
        """Return whether the last complete snapshot listed an extension."""
        return self._extensions.present(number)

    def trunk_present(self, name: str) -> bool:
        """Return whether the last reading of the trunks listed one."""
        return self._trunks.present(name)

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
        extension = self.extensions.get(number)
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
        self._extensions.forget(number)
        self._calls.last.pop(number, None)

    def forget_trunk(self, name: str) -> None:
        """Drop a trunk that is not present; listed again, it counts as added.

        Raises ValueError for one that is present.
        """
        self._trunks.forget(name)

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
            case Restarted():
                self._calls.restarted()
                # A snapshot being read may have begun before.
                self._touched.update(self._calls.live)
        return self._drain(Changes(changed=changed))

    def _apply_status(self, report: ExtensionReport, now: float) -> frozenset[str]:
        """Take over an extension's status."""
        number = report.number
        self._touched.add(number)
        if not self.present(number):
            return _NONE
        self._calls.status(number, report.status, now)
        changed = self._extensions.set_status(number, report.status)
        return frozenset((number,)) if changed else _NONE

    def _touch(self, call_id: str, parties: Iterable[Party]) -> None:
        """Note that a call is reported while a snapshot may be under way."""
        self._touched.add(call_id)
        self._touched.update(party.number for party in parties if party.extension)

    def settle(self, now: float) -> Changes:
        """Tell the ends of calls that waited long enough for the PBX's record."""
        self._calls.settle(now)
        return self._drain(Changes())

    @property
    def next_deadline(self) -> float | None:
        """When `settle` has something to do, None when nothing waits."""
        return self._calls.next_deadline

    # -- snapshots

    def expect_snapshot(self) -> frozenset[str]:
        """Note from when on a report may be newer than the snapshot being read.

        Returns the extensions in several calls: they are to be asked for all of them.
        """
        self._touched.clear()
        self._asked = self._calls.in_several()
        return self._asked

    def reconcile(
        self, snapshot: Snapshot, now: float = 0.0, *, silent: bool = False
    ) -> Changes:
        """Take over what a snapshot says, and return what that changed.

        `silent` tells no events: everything may have been so for a long time.
        """
        listed, unreported, doubtful = self._compare(snapshot.extensions)
        extensions = self._extensions.take(listed, complete=snapshot.complete)
        for number in extensions.removed:
            self._calls.last.pop(number, None)
        self._reconcile_calls(snapshot, now, silent=silent)
        more = self._calls.in_several() - self._asked
        changes = Changes(
            added=extensions.added,
            changed=extensions.changed,
            presence=extensions.presence,
            removed=extensions.removed,
            unreported=unreported,
            doubtful=doubtful or bool(more),
        )
        if snapshot.trunks is not None:
            trunks = self._trunks.take({trunk.name: trunk for trunk in snapshot.trunks})
            changes = replace(
                changes,
                trunks_added=trunks.added,
                trunks_changed=trunks.changed,
                trunks_removed=trunks.removed,
            )
        return self._drain(changes)

    def _compare(
        self, extensions: Iterable[Extension]
    ) -> tuple[dict[str, Extension], frozenset[str], bool]:
        """Return what a snapshot lists, which of it was unreported, and any doubt.

        The status of an extension that was reported while the snapshot was read stays:
        the report may be newer.
        """
        listed: dict[str, Extension] = {}
        unreported: set[str] = set()
        doubtful = False
        known = self.extensions
        for extension in extensions:
            number = extension.number
            before = known.get(number, extension)
            if before is not extension and before.status is not extension.status:
                if number in self._touched:
                    doubtful = True
                    extension = replace(extension, status=before.status)
                elif self._untold.isdisjoint((before.status, extension.status)):
                    unreported.add(number)
            listed[number] = extension
        return listed, frozenset(unreported), doubtful

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

    def _drain(self, changes: Changes) -> Changes:
        """Return all that changed, calls included."""
        events, calls = self._calls.drain()
        registered, in_use = self._extensions.drain()
        return replace(
            changes,
            registered=registered,
            in_use=in_use,
            calls=frozenset(calls),
            events=tuple(events),
        )
