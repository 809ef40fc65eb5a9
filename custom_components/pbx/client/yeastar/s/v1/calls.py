"""The reader of an S-Series PBX's calls, from its reports and polls."""

from collections.abc import Set as AbstractSet
from typing import override

from ....calls.ledger import CallReader, Ledger, StatusOf
from ....model import IN_USE, ExtensionStatus
from ....report import (
    CallFailed,
    CallRecord,
    CallReleased,
    CallReport,
    CallTransferred,
    ExtensionReport,
    Report,
    Restarted,
)
from ....snapshot import Snapshot
from .found import PolledSnapshot
from .polled import PolledCalls
from .told import ToldCalls


class YeastarCalls(CallReader):
    """The reader of the calls of one S-Series PBX."""

    # Status reports do not always show a held call or a fault of a phone (6.1).
    untold = frozenset({ExtensionStatus.ON_HOLD, ExtensionStatus.FAULT})

    def __init__(self, ledger: Ledger, status_of: StatusOf) -> None:
        """Initialize for a ledger; statuses are read from `status_of`, never stored."""
        self._ledger = ledger
        self._status_of = status_of
        self._told = ToldCalls(ledger, status_of)
        # Ids and keys of calls that were reported since the snapshot was requested.
        self._newer: set[str | int] = set()
        self._before_restart: set[int] = set()

    @override
    def tell(self, report: Report, now: float) -> None:
        match report:
            case CallReport():
                self._told.report(report, now)
            case CallReleased():
                self._told.release(report, now)
            case CallTransferred():
                self._told.transfer(report, now)
            case CallFailed():
                self._told.fail(report, now)
            case CallRecord():
                self._told.record(report, now)
            case Restarted():
                # Calls that the next poll does not show are over. A poll that is being
                # read now may have begun before the restart.
                self._before_restart = set(self._ledger.live)
                self._newer.update(self._ledger.live)
                self._told.restarted = set(self._ledger.live)
                return
            case _:
                return
        self._newer.add(report.call_id)

    @override
    def hear(self, report: ExtensionReport, now: float) -> bool:
        number = report.number
        status = self._status_of(number)
        if report.registration and (
            status in IN_USE
            or (status is ExtensionStatus.IDLE and self._ledger.of(number))
        ):
            return False  # A changed address is no hang-up (reference, 6.1).
        if report.status is not ExtensionStatus.BUSY:
            self._told.hidden.discard(number)
        self._told.stopped.discard(number)
        self._told.status(number, report.status, now)
        return True

    @override
    def expect(self) -> None:
        self._newer.clear()
        self._told.prune()

    @override
    def read(self, snapshot: Snapshot, reported: AbstractSet[str], now: float) -> None:
        if not isinstance(snapshot, PolledSnapshot):
            return
        over = self._before_restart if snapshot.calls is not None else set()
        polled = PolledCalls(
            self._ledger, self._told, snapshot, self._newer | reported, now
        )
        found = polled.run(over)
        over &= self._newer
        if not self._ledger.live:
            return
        # For a call that no list shows, only the status shows that it is held.
        for extension in snapshot.extensions:
            number = extension.number
            if extension.in_use and number not in reported and number not in found:
                self._told.status(number, extension.status, now)
