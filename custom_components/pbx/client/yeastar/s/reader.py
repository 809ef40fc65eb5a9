"""The reader of an S-Series PBX's calls, whichever version of the API it has."""

from collections.abc import Set as AbstractSet
from typing import Final, override

from ...calls.ledger import CallReader, Ledger, StatusOf
from ...calls.whole import WholeCalls
from ...model import ExtensionStatus
from ...report import ExtensionReport, Report, Restarted
from ...snapshot import Snapshot
from .v1.calls import YeastarCalls
from .v1.found import PolledSnapshot

# Where calls are told whole, they show what is on hold; a fault is only listed (6.1).
_UNTOLD: Final = frozenset({ExtensionStatus.FAULT})


class SeriesCalls(CallReader):
    """A reader that changes with the version: each snapshot shows which one it is of."""

    def __init__(self, ledger: Ledger, status_of: StatusOf) -> None:
        """Initialize for a ledger."""
        self._parts = YeastarCalls(ledger, status_of)
        self._whole = WholeCalls(ledger, status_of)
        self._reader: CallReader = self._parts
        self.untold = self._parts.untold

    @override
    def tell(self, report: Report, now: float) -> None:
        if isinstance(report, Restarted) and self._reader is self._whole:
            # It may have arrived late. The poll that follows shows what is over.
            return
        self._reader.tell(report, now)

    @override
    def hear(self, report: ExtensionReport, now: float) -> bool:
        return self._reader.hear(report, now)

    @override
    def expect(self) -> None:
        self._reader.expect()

    @override
    def read(self, snapshot: Snapshot, reported: AbstractSet[str], now: float) -> None:
        if isinstance(snapshot, PolledSnapshot):
            self._reader, self.untold = self._parts, self._parts.untold
        else:
            self._reader, self.untold = self._whole, _UNTOLD
        self._reader.read(snapshot, reported, now)
