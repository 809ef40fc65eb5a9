"""The one picture of a PBX: a mutable table of immutable values, without any I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..calls.ledger import Ledger, MakeReader
from ..calls.whole import WholeCalls
from ..model import Call, CallEvent, Extension, ExtensionStatus, PartyState, Trunk
from ..report import (
    CallRecord,
    ExtensionReport,
    OtherReport,
    Report,
    Restarted,
    SettingsChanged,
)
from ..snapshot import Snapshot
from .roster import ExtensionRoster, Roster

# Which of several calls is shown: what is talked on comes first.
_CURRENT: Final = (
    PartyState.TALKING,
    PartyState.RINGING,
    PartyState.DIALING,
    PartyState.UNKNOWN,
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
    the snapshot did. `doubtful` says that snapshot and reports contradict each other, or
    that a status was reported which need not be true: reading again will tell.
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
        *,
        reader: MakeReader = WholeCalls,
    ) -> None:
        """Initialize the board with the numbers and names known from an earlier run.

        `reader` makes the reader of calls of this family of PBX.
        """
        self._extensions = ExtensionRoster(known)
        self.extensions: Mapping[str, Extension] = self._extensions.items
        self._trunks = Roster[Trunk](known_trunks)
        self.trunks: Mapping[str, Trunk] = self._trunks.items
        self._ledger = Ledger(self.present)
        self._reader = reader(self._ledger, self._extensions.status_of)
        self._asked: frozenset[str] = frozenset()
        # Extensions that were reported since the snapshot was asked for.
        self._reported: set[str] = set()

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
        return len(self._ledger.live)

    @property
    def calls(self) -> list[Call]:
        """The calls in progress, the oldest first."""
        return [call.picture for call in self._ledger.live.values()]

    def calls_of(self, number: str) -> list[Call]:
        """Return the calls of an extension in progress, the oldest first."""
        return [call.picture for call in self._ledger.of(number)]

    def current_call(self, number: str) -> Call | None:
        """Return the call of an extension that matters most: talked on, then newest."""
        best: tuple[int, Call] | None = None
        for call in self._ledger.of(number):
            rank = _CURRENT.index(call.legs[number].state)
            if best is None or rank <= best[0]:
                best = (rank, call.picture)
        return best[1] if best else None

    def in_call_since(self, number: str) -> float | None:
        """Return since when an extension has been connected without a break."""
        return min(
            (
                leg.answered_at
                for call in self._ledger.of(number)
                if (leg := call.legs[number]).answered_at is not None
            ),
            default=None,
        )

    def last_call(self, number: str) -> CallEvent | None:
        """Return how an extension's last call ended."""
        return self._ledger.last.get(number)

    def consistent(self, number: str) -> bool:
        """Return whether an extension's status and its calls agree.

        They need not: who supervises a call is in use without a call of their own.
        """
        extension = self.extensions.get(number)
        if extension is None or extension.status is None:
            return True
        legs = [call.legs[number] for call in self._ledger.of(number)]
        if extension.status is ExtensionStatus.RINGING:
            return any(leg.state is PartyState.RINGING for leg in legs)
        return bool(legs) == extension.in_use

    def forget(self, number: str) -> None:
        """Drop an extension that is not present; listed again, it counts as added.

        Raises ValueError for one that is present.
        """
        self._extensions.forget(number)
        self._ledger.last.pop(number, None)

    def forget_trunk(self, name: str) -> None:
        """Drop a trunk that is not present; listed again, it counts as added.

        Raises ValueError for one that is present.
        """
        self._trunks.forget(name)

    # -- reports

    def apply(self, report: Report, now: float) -> Changes:
        """Take over what the PBX told by itself, and return what that changed."""
        match report:
            case ExtensionReport():
                return self._drain(self._apply_status(report, now))
            case SettingsChanged() | OtherReport():
                return Changes()
            case Restarted() | CallRecord():
                pass
            case _:
                self._reported.update(
                    party.number for party in report.parties if party.extension
                )
        self._reader.tell(report, now)
        return self._drain(Changes())

    def _apply_status(self, report: ExtensionReport, now: float) -> Changes:
        """Take over an extension's status."""
        number = report.number
        if not self.present(number):
            self._reported.add(number)
            return Changes()
        if not self._reader.hear(report, now):
            return Changes(doubtful=True)
        self._reported.add(number)
        changed = self._extensions.set_status(number, report.status)
        return Changes(changed=frozenset((number,)) if changed else _NONE)

    def settle(self, now: float) -> Changes:
        """Tell the ends of calls that waited long enough for the PBX's record."""
        self._ledger.settle(now)
        return self._drain(Changes())

    @property
    def next_deadline(self) -> float | None:
        """When `settle` has something to do, None when nothing waits."""
        return self._ledger.next_deadline

    # -- snapshots

    def expect_snapshot(self) -> frozenset[str]:
        """Note from when on a report may be newer than the snapshot being read.

        Returns the extensions in several calls: they are to be asked for all of them.
        """
        self._reported.clear()
        self._reader.expect()
        self._asked = self._ledger.in_several()
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
            self._ledger.last.pop(number, None)
        self._reconcile_calls(snapshot, now, silent=silent)
        more = self._ledger.in_several() - self._asked
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
                if number in self._reported:
                    doubtful = True
                    extension = replace(extension, status=before.status)
                elif self._reader.untold.isdisjoint((before.status, extension.status)):
                    unreported.add(number)
            listed[number] = extension
        return listed, frozenset(unreported), doubtful

    def _reconcile_calls(self, snapshot: Snapshot, now: float, *, silent: bool) -> None:
        """Take over what a snapshot says of the calls."""
        self._ledger.settle(now)
        self._ledger.silent = silent
        try:
            self._reader.read(snapshot, self._reported, now)
            self._ledger.settle(now)
        finally:
            self._ledger.silent = False

    def _drain(self, changes: Changes) -> Changes:
        """Return all that changed, calls included."""
        events, calls = self._ledger.drain()
        registered, in_use = self._extensions.drain()
        if not (events or calls or registered or in_use):
            return changes
        return replace(
            changes,
            registered=registered,
            in_use=in_use,
            calls=frozenset(calls),
            events=tuple(events),
        )
