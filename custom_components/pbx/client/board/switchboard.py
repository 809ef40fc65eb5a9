"""The switchboard: the state of one PBX, as a table of immutable values, no I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..calls.call import TrackedCall
from ..calls.ledger import Ledger, MakeReader
from ..calls.whole import WholeCalls
from ..model import (
    Call,
    CallEvent,
    Extension,
    ExtensionStatus,
    Mailbox,
    ParkedCall,
    PartyState,
    Queue,
    Trunk,
)
from ..report import (
    CallRecord,
    ExtensionReport,
    MailboxNow,
    OtherReport,
    ParkedNow,
    QueueNow,
    Report,
    Restarted,
    SettingsChanged,
)
from ..snapshot import Snapshot
from .queues import NO_QUEUE_CHANGES, QueueBoard, QueueChanges
from .roster import NO_CHANGES, ExtensionRoster, Roster

# The order in which one of an extension's calls is shown: the conversation first.
_CURRENT: Final = (
    PartyState.TALKING,
    PartyState.RINGING,
    PartyState.DIALING,
    PartyState.UNKNOWN,
    PartyState.HELD,
)

_NONE: Final[frozenset[str]] = frozenset()
_NO_KEYS: Final[frozenset[int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes made by a snapshot or a report: extensions by number, trunks by name.

    `changed` extensions are still known: with another value, or absent, or listed
    again. Of these, `presence` are absent or listed again. `registered` are present
    extensions whose registration has changed, `calls` extensions whose calls have
    changed, `keys` these calls, and `recent` the recent calls that have been added to.
    `unreported` are extensions whose new status was found by
    the snapshot without a report. `doubtful` tells that snapshot and reports contradict
    each other, or that a reported status may not be true, so that the PBX should be
    read again.
    """

    added: frozenset[str] = _NONE
    changed: frozenset[str] = _NONE
    presence: frozenset[str] = _NONE
    registered: frozenset[str] = _NONE
    removed: frozenset[str] = _NONE
    calls: frozenset[str] = _NONE
    keys: frozenset[int] = _NO_KEYS
    recent: frozenset[int] = _NO_KEYS
    events: tuple[CallEvent, ...] = ()
    unreported: frozenset[str] = _NONE
    doubtful: bool = False
    trunks_added: frozenset[str] = _NONE
    trunks_changed: frozenset[str] = _NONE
    trunks_removed: frozenset[str] = _NONE
    queues: QueueChanges = NO_QUEUE_CHANGES


class Switchboard:
    """The extensions, calls, trunks and queues of one PBX.

    An extension, trunk or queue missing from a complete snapshot is absent; missing from two
    in a row, it is removed. One missing from an incomplete snapshot is left as it is.
    Times are seconds since the epoch.
    """

    def __init__(
        self,
        known: Iterable[str] = (),
        known_trunks: Iterable[str] = (),
        known_queues: Iterable[str] = (),
        *,
        reader: MakeReader = WholeCalls,
    ) -> None:
        """Initialize the board with the numbers and names known from an earlier run.

        `reader` creates the family's reader of calls.
        """
        self._extensions = ExtensionRoster(known)
        self.extensions: Mapping[str, Extension] = self._extensions.items
        self._trunks = Roster[Trunk](known_trunks)
        self.trunks: Mapping[str, Trunk] = self._trunks.items
        self._queues = QueueBoard(known_queues)
        self.queues: Mapping[str, Queue] = self._queues.queues.items
        self.mailboxes: Mapping[str, Mailbox] = self._queues.mailboxes.items
        self._ledger = Ledger(self.present)
        self._reader = reader(self._ledger, self._extensions.status_of)
        # Extensions reported since the snapshot was requested: the report may be newer.
        self._reported: set[str] = set()

    # -- queries

    @property
    def known(self) -> bool:
        """Return whether there is any extension, now or from an earlier run."""
        return self._extensions.known

    @property
    def registered_count(self) -> int:
        """Return the number of registered extensions."""
        return self._extensions.registered_count

    @property
    def in_use_count(self) -> int:
        """Return the number of extensions that are ringing, in a call or on hold."""
        return self._extensions.in_use_count

    def present(self, number: str) -> bool:
        """Return whether the last complete snapshot listed an extension."""
        return self._extensions.present(number)

    def trunk_present(self, name: str) -> bool:
        """Return whether the last list of trunks contained a trunk."""
        return self._trunks.present(name)

    def queue_present(self, number: str) -> bool:
        """Return whether the last list of queues contained a queue."""
        return self._queues.queues.present(number)

    def mailbox_present(self, number: str) -> bool:
        """Return whether the last list of voicemail boxes contained an extension's."""
        return self._queues.mailboxes.present(number)

    @property
    def parked(self) -> tuple[ParkedCall, ...] | None:
        """Return the parked calls, None while they are not known."""
        return self._queues.parked

    @property
    def call_count(self) -> int:
        """Return the number of calls in progress."""
        return len(self._ledger.live)

    @property
    def calls(self) -> list[Call]:
        """Return the calls in progress, the oldest first."""
        return [call.picture for call in self._ledger.live.values()]

    @property
    def live(self) -> Mapping[int, TrackedCall]:
        """Return the calls in progress by key, the oldest first."""
        return self._ledger.live

    @property
    def recent(self) -> Mapping[int, tuple[CallEvent, ...]]:
        """Return the ends of extensions' parts in recent calls, the latest call last."""
        return self._ledger.recent

    def calls_of(self, number: str) -> list[Call]:
        """Return an extension's calls in progress, the oldest first."""
        return [call.picture for call in self._ledger.of(number)]

    def current_call(self, number: str) -> Call | None:
        """Return an extension's main call: by its own state, then the newest."""
        call = self.current(number)
        return None if call is None else call.picture

    def current(self, number: str) -> TrackedCall | None:
        """Return an extension's main call with the legs of all parties."""
        best: tuple[int, TrackedCall] | None = None
        for call in self._ledger.of(number):
            rank = _CURRENT.index(call.legs[number].state)
            if best is None or rank <= best[0]:
                best = (rank, call)
        return best[1] if best else None

    def in_call_since(self, number: str) -> float | None:
        """Return the time since which an extension is connected without a break."""
        return min(
            (
                leg.answered_at
                for call in self._ledger.of(number)
                if (leg := call.legs[number]).answered_at is not None
            ),
            default=None,
        )

    def last_call(self, number: str) -> CallEvent | None:
        """Return the event that ended an extension's last call."""
        return self._ledger.last.get(number)

    def consistent(self, number: str) -> bool:
        """Return whether an extension's status and its calls agree.

        A contradiction is no proof of an error: the phone of a supervisor is in use
        without being a party of a call.
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

    def forget_queue(self, number: str) -> None:
        """Drop a queue that is not present; listed again, it counts as added.

        Raises ValueError for one that is present.
        """
        self._queues.queues.forget(number)

    # -- reports

    def apply(self, report: Report, now: float) -> Changes:
        """Apply a report, and return the changes."""
        match report:
            case ExtensionReport():
                return self._drain(self._apply_status(report, now))
            case SettingsChanged() | OtherReport():
                return Changes()
            case QueueNow() | ParkedNow() | MailboxNow():
                queues = self._queues.apply(report, now)
                return Changes(queues=queues, doubtful=queues.doubtful)
            case Restarted() | CallRecord():
                pass
            case _:
                self._reported.update(
                    party.number for party in report.parties if party.extension
                )
        self._reader.tell(report, now)
        return self._drain(Changes())

    def _apply_status(self, report: ExtensionReport, now: float) -> Changes:
        """Apply the reported status of an extension."""
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
        """Emit the ends of calls that have waited long enough for the PBX's record."""
        self._ledger.settle(now)
        return self._drain(Changes())

    @property
    def next_deadline(self) -> float | None:
        """Return the time at which to call `settle`, None when no end waits."""
        return self._ledger.next_deadline

    # -- snapshots

    def expect_snapshot(self) -> None:
        """Mark the start of a snapshot: later reports may be newer than it."""
        self._reported.clear()
        self._queues.expect_snapshot()
        self._reader.expect()

    def reconcile(
        self, snapshot: Snapshot, now: float = 0.0, *, silent: bool = False
    ) -> Changes:
        """Apply a snapshot, and return the changes.

        `silent` emits no call events, as the state may have lasted for a long time.
        """
        if self._extensions.is_as_listed(snapshot.extensions):
            extensions, unreported, doubtful = NO_CHANGES, _NONE, False
        else:
            listed, unreported, doubtful = self._compare(snapshot.extensions)
            extensions = self._extensions.take(listed, complete=snapshot.complete)
            if snapshot.complete and not doubtful:
                self._extensions.listed_as(snapshot.extensions)
        for number in extensions.removed:
            self._ledger.last.pop(number, None)
        self._reconcile_calls(snapshot, now, silent=silent)
        queues = self._queues.reconcile(snapshot, self.extensions, now, silent=silent)
        changes = Changes(
            added=extensions.added,
            changed=extensions.changed,
            presence=extensions.presence,
            removed=extensions.removed,
            unreported=unreported,
            doubtful=doubtful or queues.doubtful,
            queues=queues,
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
        """Return the listed extensions, those with an unreported status, and any doubt.

        The status of an extension that was reported while the snapshot was read is
        kept, as the report may be newer.
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
        """Apply the calls of a snapshot."""
        self._ledger.settle(now)
        self._ledger.silent = silent
        try:
            self._reader.read(snapshot, self._reported, now)
            self._ledger.settle(now)
        finally:
            self._ledger.silent = False

    def _drain(self, changes: Changes) -> Changes:
        """Add the collected changes of calls and registrations to the changes."""
        drained = self._ledger.drain()
        registered = self._extensions.drain()
        if not (any(drained) or registered):
            return changes
        return replace(
            changes,
            registered=registered,
            calls=frozenset(drained.touched),
            keys=frozenset(drained.changed),
            recent=frozenset(drained.listed),
            events=tuple(drained.events),
        )
