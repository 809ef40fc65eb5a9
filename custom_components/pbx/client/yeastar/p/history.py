"""The PBX's records of calls (reference, section 3.4)."""

from datetime import datetime
import re
from typing import Any, Final, override

from ...dial_string import dial_string
from ...errors import PbxRefused, PbxUnreachable, Refusal, Unreachable
from ...model import CallDirection, HistoryCall
from ...pbx import HISTORY_LIMIT, Pbx, check_history
from ...texts import outside_number
from ..member_words import objects
from ..values import integer, text
from . import errcode, words
from .session import TokenSession

PAGE_SIZE: Final = 1000
MAX_PAGES: Final = 100
# The formats of dates that the PBX can be set to; only the first two are unmistakable.
_DATES: Final = {
    "YYYY/MM/DD": "%Y/%m/%d",
    "YYYY-MM-DD": "%Y-%m-%d",
    "MM/DD/YYYY": "%m/%d/%Y",
    "MM-DD-YYYY": "%m-%d-%Y",
    "DD/MM/YYYY": "%d/%m/%Y",
    "DD-MM-YYYY": "%d-%m-%Y",
}
_CLOCK_24: Final = "%H:%M:%S"
_CLOCK_12: Final = "%I:%M:%S %p"
# `Name<number>`, or the number alone.
_PARTY: Final = re.compile(r".*<([^<>]+)>\s*", re.DOTALL)
_DIRECTIONS: Final = {
    "internal": CallDirection.INTERNAL,
    "inbound": CallDirection.INBOUND,
    "outbound": CallDirection.OUTBOUND,
}


class RecordSearch(Pbx):
    """The call records of a P-Series PBX."""

    _session: TokenSession

    @override
    async def call_history(
        self,
        start: datetime,
        end: datetime,
        number: str | None = None,
        limit: int = HISTORY_LIMIT,
    ) -> tuple[HistoryCall, ...]:
        """Read records of calls, the newest first.

        The PBX is trusted neither to filter nor to sort. Raises the errors of
        `check_history` and of `connect`, and PbxRefused with Refusal.TOO_MUCH for more
        than 100,000 records, with Refusal.UNSUPPORTED for an unknown format of dates.
        """
        check_history(start, end, limit)
        own = None if number is None else dial_string(number)
        form = await self._time_format()
        query = {
            "start_time": start.strftime(form),
            "end_time": end.strftime(form),
            "sort_by": "time",
            "order_by": "desc",
            "page_size": str(PAGE_SIZE),
        }
        found: dict[str, HistoryCall] = {}
        seen: set[str] = set()
        unreadable = 0
        for page in range(1, MAX_PAGES + 1):
            answer = await self._page({**query, "page": str(page)})
            rows = list(objects(answer.get("data")))
            new = [row for row in rows if _key(row) not in seen]
            seen.update(map(_key, rows))
            for row in new:
                call = _call(row, form)
                if call is None:
                    unreadable += 1
                elif start <= call.started_at <= end and (
                    own is None or own in (call.caller, call.callee)
                ):
                    found[_key(row)] = call
            if not new or len(seen) >= (integer(answer.get("total_number")) or 0):
                break
        else:
            raise PbxRefused(Refusal.TOO_MUCH)
        if unreadable and not found:
            raise PbxUnreachable(Unreachable.BAD_ANSWER)
        newest = sorted(found.values(), key=lambda call: call.started_at, reverse=True)
        return tuple(newest[:limit])

    async def _page(self, query: dict[str, str]) -> dict[str, Any]:
        """Return a page of records, an empty one if there are none."""
        try:
            return await self._session.request("cdr/search", query)
        except PbxRefused as err:
            if err.code == errcode.NO_DATA:
                return {}
            raise

    async def _time_format(self) -> str:
        """Return the format in which the PBX shows and reads times (section 3.1).

        Older firmware does not name the order of day, month and year: then only times
        that begin with the year can be read.
        """
        answer = await self._session.request("system/information")
        info = answer.get("data")
        if not isinstance(info, dict):
            raise PbxUnreachable(Unreachable.BAD_ANSWER)
        now = text(info.get("system_time"))
        named = text(info.get("system_date_format")).upper()
        dates = [_DATES[named]] if named in _DATES else list(_DATES.values())[:2]
        for date in dates:
            for clock in (_CLOCK_24, _CLOCK_12):
                form = f"{date} {clock}"
                if _time(now, form) is not None:
                    return form
        raise PbxRefused(Refusal.UNSUPPORTED)


def _key(row: dict[str, Any]) -> str:
    """Return the id of a record."""
    return text(row.get("uid")) or text(row.get("id"))


def _time(value: str, form: str) -> datetime | None:
    """Return a time, None if it does not have the format."""
    try:
        return datetime.strptime(value, form)
    except ValueError:
        return None


def _party(value: object) -> str:
    """Return the number of a party."""
    shown = text(value)
    match = _PARTY.fullmatch(shown)
    return outside_number(match[1] if match else shown)


def _call(row: dict[str, Any], form: str) -> HistoryCall | None:
    """Return the call of a record, None without an id or a readable time."""
    started_at = _time(text(row.get("time")), form)
    if started_at is None or not _key(row):
        return None
    inbound_number = text(row.get("did_number"))
    return HistoryCall(
        id=_key(row),
        started_at=started_at,
        caller=_party(row.get("call_from")),
        callee=_party(row.get("call_to")),
        direction=_DIRECTIONS.get(text(row.get("call_type")).lower()),
        outcome=words.outcome_of_record(text(row.get("disposition"))),
        trunk=text(row.get("src_trunk")) or text(row.get("dst_trunk")) or None,
        dialed=outside_number(inbound_number) if inbound_number else None,
        duration=integer(row.get("duration")),
        talked=integer(row.get("talk_duration")),
    )
