"""The PBX's records of calls, downloaded as CSV (reference, section 3.11)."""

import codecs
import csv
from datetime import datetime
from heapq import heappush, heappushpop
import json
import logging
import re
from typing import Final, override

from ...dial_string import dial_string
from ...errors import PbxRefused, PbxUnreachable, Refusal, Unreachable
from ...model import HistoryCall
from ...pbx import HISTORY_LIMIT, Pbx, check_history
from ...report import CallRecord
from ..values import text
from . import errno, reports
from .session import Session

_LOGGER = logging.getLogger(__name__)

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_ROWS: Final = 100_000
_MAX_LINE: Final = 8192

_TIME: Final = "%Y-%m-%d %H:%M:%S"
_IS_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)

# In the order of the file; normally its first line names them.
_COLUMNS: Final = (
    "callid",
    "timestart",
    "callfrom",
    "callto",
    "callduraction",
    "talkduraction",
    "srctrunkname",
    "desttrunkname",
    "status",
    "type",
    "pincode",
    "recording",
    "didnumber",
    "sn",
)
_OTHER_NAMES: Final = {"dsttrunkname": "desttrunkname", "dstrunkname": "desttrunkname"}
# Dropped for privacy: the PIN codes that callers entered, and the paths of recordings.
_KEPT: Final = frozenset(_COLUMNS) - {"pincode", "recording", "sn"}

type _Row = dict[str, str]


class CallHistory(Pbx):
    """The call records of an S-Series PBX."""

    _session: Session

    @override
    async def call_history(
        self,
        start: datetime,
        end: datetime,
        number: str | None = None,
        limit: int = HISTORY_LIMIT,
    ) -> tuple[HistoryCall, ...]:
        """Read records of calls (reference, section 3.11), from version 1.1 of the API on.

        The PBX is not trusted to send the records of one extension only.

        Raises the errors of `check_history` and of `connect`; PbxRefused with Refusal.UNSUPPORTED and nothing sent for older versions, with
        Refusal.TOO_MUCH for more than 100,000 records or 16 MiB.
        """
        check_history(start, end, limit)
        span = {
            "extid": "all" if number is None else dial_string(number),
            "starttime": start.strftime(_TIME),
            "endtime": end.strftime(_TIME),
        }
        await self._session.log_in()
        # Version 2 has these requests, too; what it changed of them is not documented.
        if not self._session.dialect.history:
            raise PbxRefused(Refusal.UNSUPPORTED)
        table = Table(limit, number)
        try:
            answer = await self._session.request("cdr/get_random", span, v1=True)
            random = text(answer.get("random"))
            if not random:
                raise PbxUnreachable(Unreachable.BAD_ANSWER)
            await self._session.download(
                "cdr/download", {**span, "random": random}, table.write
            )
        except PbxRefused as err:
            if err.code == errno.NO_RECORDS:
                return ()
            raise
        return table.calls()


class Table:
    """A table of call records, parsed as it arrives; holds the newest only.

    The order of the records in the file is not documented.
    """

    def __init__(self, limit: int, number: str | None = None) -> None:
        """Initialize before the first line, for at most `limit` calls of an extension."""
        self._limit = limit
        self._number = number
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._rest = ""
        self._size = 0
        self._seen = 0
        # Those that count: of the extension, if one is given.
        self._rows = 0
        self._columns: tuple[str, ...] = ()
        # Ordered by time; records of the same second in the order of the file.
        self._newest: list[tuple[str, int, _Row]] = []

    def write(self, data: bytes) -> None:
        """Parse the next piece of the file. Raises PbxRefused when it is too large."""
        self._size += len(data)
        if self._size > MAX_BYTES:
            raise PbxRefused(Refusal.TOO_MUCH)
        self._take(self._decoder.decode(data))

    def calls(self) -> tuple[HistoryCall, ...]:
        """Return the calls, the newest first, after the end of the file.

        Raises PbxUnreachable when the file is not a table of call records.
        """
        self._take(self._decoder.decode(b"", final=True) + "\n")
        if not self._columns:
            raise PbxUnreachable(Unreachable.BAD_ANSWER)
        rows = sorted(self._newest, reverse=True, key=lambda row: row[:2])
        calls = tuple(call for _, _, row in rows if (call := _call(row)) is not None)
        if missing := min(self._rows, self._limit) - len(calls):
            _LOGGER.warning("%d records of calls could not be read", missing)
            if not calls:
                raise PbxUnreachable(Unreachable.BAD_ANSWER)
        return calls

    def _take(self, more: str) -> None:
        """Parse the lines that are complete."""
        *lines, self._rest = (self._rest + more).split("\n")
        if len(self._rest) > _MAX_LINE:
            raise PbxUnreachable(Unreachable.BAD_ANSWER)
        for line in lines:
            if line.strip():
                self._read(_cells(line))

    def _read(self, cells: list[str]) -> None:
        """Parse one line: the header, or a record."""
        if not self._columns:
            self._columns = _header(cells)
            return
        self._seen += 1
        if self._seen > MAX_ROWS:
            raise PbxRefused(Refusal.TOO_MUCH)
        row = {
            column: cell
            for column, cell in zip(self._columns, cells, strict=False)
            if column in _KEPT
        }
        if self._number is not None and not _is_of(row, self._number):
            return
        self._rows += 1
        started = row.get("timestart", "")
        if _IS_TIME.fullmatch(started):
            item = (started, self._rows, row)
            if len(self._newest) < self._limit:
                heappush(self._newest, item)
            else:
                heappushpop(self._newest, item)


def _cells(line: str) -> list[str]:
    """Return the cells of a line, an empty list for one that is not CSV."""
    try:
        return [cell.strip() for row in csv.reader([line]) for cell in row]
    except csv.Error:
        return []


def _header(cells: list[str]) -> tuple[str, ...]:
    """Return the names of the columns, the documented ones if the line has no names.

    Raises PbxUnreachable for a first line that cannot be one of this table.
    """
    names = tuple(_OTHER_NAMES.get(name, name) for name in map(str.lower, cells))
    if {"callid", "timestart"} <= set(names):
        return names
    if len(names) < len(_COLUMNS) - 1:
        raise PbxUnreachable(Unreachable.BAD_ANSWER)
    return _COLUMNS


def _is_of(row: _Row, number: str) -> bool:
    """Return whether an extension is a party of a call, also within a ring group."""
    callee = row.get("callto", "")
    reached = callee.removesuffix(")").rpartition("(")[2].strip()
    return number in (row.get("callfrom"), callee, reached)


def _call(row: _Row) -> HistoryCall | None:
    """Return one call; a row has the fields of a NewCdr report (section 5.3)."""
    received = reports.parse(json.dumps({"action": "NewCdr", **row}).encode())
    record = received.reports[0] if received else None
    if not isinstance(record, CallRecord):
        return None
    try:
        started_at = datetime.strptime(row["timestart"], _TIME)
    except ValueError:
        return None
    return HistoryCall(
        id=record.call_id,
        started_at=started_at,
        caller=record.caller,
        callee=record.callee,
        direction=record.direction,
        outcome=record.outcome,
        transfer=record.transfer,
        via=record.via,
        trunk=record.trunk,
        dialed=record.dialed,
        duration=record.duration,
        talked=record.talked,
    )
