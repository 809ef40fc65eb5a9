"""What reports and polls of an S-Series say of calls, taken over into the ledger."""

from collections.abc import Set as AbstractSet
from typing import override

from ...calls.ledger import CallReader, Ledger, StatusOf
from ...model import ExtensionStatus
from ...report import (
    CallFailed,
    CallRecord,
    CallReleased,
    CallReport,
    CallTransferred,
    ExtensionReport,
    Report,
    Restarted,
)
from ...snapshot import Snapshot
from .reconciler import CallReconciler
from .told import ToldCalls


class YeastarCalls(CallReader):
    """Reads the calls of one S-Series PBX."""

    # A status report need not tell that a call is held, nor a fault of a phone (6.1).
    untold = frozenset({ExtensionStatus.ON_HOLD, ExtensionStatus.FAULT})

    def __init__(self, ledger: Ledger, status_of: StatusOf) -> None:
        """Keep where changes go; the statuses are looked up, never kept."""
        self._ledger = ledger
        self._told = ToldCalls(ledger, status_of)
        # Ids and keys of calls that were reported since the snapshot was asked for.
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
                # What the next poll does not show is over. One being read may have begun
                # before.
                self._before_restart = set(self._ledger.live)
                self._newer.update(self._ledger.live)
                return
            case _:
                return
        self._newer.add(report.call_id)

    @override
    def hear(self, report: ExtensionReport, now: float) -> bool:
        self._told.status(report.number, report.status, now)
        return True

    @override
    def expect(self) -> None:
        self._newer.clear()

    @override
    def read(self, snapshot: Snapshot, reported: AbstractSet[str], now: float) -> None:
        newer = self._newer | reported
        CallReconciler(self._ledger, snapshot, newer, self._before_restart, now).run()
        if not self._ledger.live:
            return
        for extension in snapshot.extensions:
            if extension.in_use and extension.number not in reported:
                self._told.status(extension.number, extension.status, now)
