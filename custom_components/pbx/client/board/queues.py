"""The queues, parked calls and voicemail boxes of one PBX: what waits for somebody."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..model import Mailbox, ParkedCall, Queue, QueueCaller, QueueEvent, QueueEventType
from ..report import MailboxNow, ParkedNow, QueueNow
from ..snapshot import Snapshot
from .roster import NO_CHANGES, Roster, RosterChanges

# Seconds by which two readings of one beginning differ: a PBX tells whole seconds, and
# answers late.
_SAME: Final = 5.0


@dataclass(frozen=True, slots=True)
class QueueChanges:
    """The changes of queues and voicemail boxes, by number, and of parked calls.

    `doubtful` tells that the PBX should be read again, as snapshot and reports
    contradict each other, or a report is about something that is not listed.
    """

    queues: RosterChanges = NO_CHANGES
    events: tuple[QueueEvent, ...] = ()
    parked: bool = False
    mailboxes: RosterChanges = NO_CHANGES
    doubtful: bool = False


NO_QUEUE_CHANGES: Final = QueueChanges()


class QueueBoard:
    """The queues, parked calls and voicemail boxes; times are seconds since the epoch.

    `parked` is None while it is not known.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        """Initialize with the numbers of the queues known from an earlier run."""
        self.queues = Roster[Queue](known)
        self.mailboxes = Roster[Mailbox]()
        self.parked: tuple[ParkedCall, ...] | None = None
        # What was reported since the snapshot was requested: it may be newer.
        self._reported: set[tuple[type, str]] = set()

    def expect_snapshot(self) -> None:
        """Mark the start of a snapshot: later reports may be newer than it."""
        self._reported.clear()

    def apply(
        self, report: QueueNow | ParkedNow | MailboxNow, now: float
    ) -> QueueChanges:
        """Apply a report, and return the changes."""
        match report:
            case QueueNow(queue=queue):
                return self._apply_queue(queue, now)
            case MailboxNow(mailbox=mailbox):
                number = mailbox.number
                self._reported.add((Mailbox, number))
                if not self.mailboxes.present(number):
                    return QueueChanges(doubtful=True)
                if not self.mailboxes.put(number, mailbox):
                    return NO_QUEUE_CHANGES
                return QueueChanges(mailboxes=_changed(number))
            case ParkedNow(calls=calls):
                self._reported.add((ParkedCall, ""))
                return QueueChanges(parked=self._park(calls))

    def _apply_queue(self, queue: Queue, now: float) -> QueueChanges:
        """Apply the reported state of a queue."""
        number = queue.number
        self._reported.add((Queue, number))
        if not self.queues.present(number):
            return QueueChanges(doubtful=True)
        before = self.queues.items[number]
        after = _with_known_times(before, queue)
        if not self.queues.put(number, after):
            return NO_QUEUE_CHANGES
        return QueueChanges(
            queues=_changed(number), events=tuple(_events(before, after, now))
        )

    def _park(self, calls: Iterable[ParkedCall]) -> bool:
        """Set the parked calls; return whether they have changed."""
        before = self.parked
        known = {(call.slot, call.call_id): call.since for call in before or ()}
        self.parked = tuple(
            replace(
                call, since=_settled(known.get((call.slot, call.call_id)), call.since)
            )
            for call in calls
        )
        return self.parked != before

    def reconcile(
        self,
        snapshot: Snapshot,
        extensions: Container[str],
        now: float,
        *,
        silent: bool,
    ) -> QueueChanges:
        """Apply a snapshot, and return the changes; `silent` emits no events.

        What was reported while the snapshot was read is kept. A voicemail box without
        one of the extensions is left out.
        """
        queues = mailboxes = NO_CHANGES
        events: list[QueueEvent] = []
        parked = doubtful = False
        if snapshot.queues is not None:
            found = {queue.number: queue for queue in snapshot.queues}
            for number, before in self._known(self.queues.items, found):
                found[number] = after = _with_known_times(before, found[number])
                if before == after:
                    continue
                if (Queue, number) in self._reported:
                    found[number], doubtful = before, True
                elif not silent:
                    events += _events(before, after, now)
            queues = self.queues.take(found)
        if snapshot.mailboxes is not None:
            boxes = {
                mailbox.number: mailbox
                for mailbox in snapshot.mailboxes
                if mailbox.number in extensions
            }
            for number, box in self._known(self.mailboxes.items, boxes):
                if box != boxes[number] and (Mailbox, number) in self._reported:
                    boxes[number], doubtful = box, True
            mailboxes = self.mailboxes.take(boxes)
        if snapshot.parked is not None and (ParkedCall, "") not in self._reported:
            parked = self._park(snapshot.parked)
        return QueueChanges(queues, tuple(events), parked, mailboxes, doubtful)

    @staticmethod
    def _known[Item](
        known: Mapping[str, Item], listed: Iterable[str]
    ) -> list[tuple[str, Item]]:
        """Return the listed items that are known, as they were."""
        return [(number, known[number]) for number in listed if number in known]


def _changed(number: str) -> RosterChanges:
    """Return the change of one present item."""
    return replace(NO_CHANGES, changed=frozenset((number,)))


def _with_known_times(before: Queue, after: Queue) -> Queue:
    """Return a queue in which callers who still wait keep their time of entering."""
    if not before.callers or not after.callers:
        return after
    known = {_identity(caller): caller.since for caller in before.callers}
    callers = tuple(
        replace(caller, since=_settled(known.get(_identity(caller)), caller.since))
        for caller in after.callers
    )
    return replace(after, callers=callers)


def _events(before: Queue, after: Queue, now: float) -> Iterator[QueueEvent]:
    """Iterate over the events between two states of a queue, those of leaving first."""
    if before.callers is None or after.callers is None:
        return
    gone = {_identity(caller): caller for caller in before.callers}
    new = [caller for caller in after.callers if not gone.pop(_identity(caller), None)]
    for caller in gone.values():
        yield QueueEvent(QueueEventType.CALLER_LEFT, after.number, caller, now)
    for caller in new:
        yield QueueEvent(QueueEventType.CALLER_ENTERED, after.number, caller, now)


def _identity(caller: QueueCaller) -> tuple[str, float | None]:
    """Return what tells one caller from another: the call, else number and time."""
    if caller.call_id is not None:
        return (caller.call_id, None)
    return (caller.number, caller.since)


def _settled(known: float | None, told: float) -> float:
    """Return the known time of a beginning, unless another one is told."""
    return told if known is None or abs(told - known) > _SAME else known
