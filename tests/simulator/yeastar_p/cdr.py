"""The records of calls: reference 3.4, 6.6 and 8.3."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.simulator.exchange import Exchange
from tests.simulator.exchange.cdr import CallRecord, Outcome
from tests.simulator.yeastar_s.identity import Identity

from .errors import Refused
from .switches import PSwitches

DATES = {
    "YYYY/MM/DD": "%Y/%m/%d",
    "MM/DD/YYYY": "%m/%d/%Y",
    "DD-MM-YYYY": "%d-%m-%Y",
}
OUTCOME_WORDS = {
    Outcome.ANSWERED: "ANSWERED",
    Outcome.NO_ANSWER: "NO ANSWER",
    Outcome.BUSY: "BUSY",
    Outcome.FAILED: "FAILED",
    Outcome.VOICEMAIL: "VOICEMAIL",
}


def time_format(switches: PSwitches) -> str:
    """Return the format in which times are shown and read."""
    clock = "%I:%M:%S %p" if switches.twelve_hours else "%H:%M:%S"
    return f"{DATES[switches.date_format]} {clock}"


def local_time(moment: float, identity: Identity) -> datetime:
    """Return a moment as the PBX's wall clock shows it."""
    ahead = timedelta(hours=identity.utc_offset)
    return datetime.fromtimestamp(moment, UTC).replace(tzinfo=None) + ahead


def shown_time(moment: float, identity: Identity, switches: PSwitches) -> str:
    """Return a moment in the PBX's format."""
    return local_time(moment, identity).strftime(time_format(switches))


class Records:
    """What cdr/search finds."""

    def __init__(
        self, exchange: Exchange, identity: Identity, switches: PSwitches
    ) -> None:
        """Search the records of an exchange."""
        self._exchange = exchange
        self._identity = identity
        self._switches = switches

    def search(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return the records of a span of time, the newest first if that is wanted."""
        rows = list(enumerate(self._exchange.records, start=1))
        if self._switches.records_filtered:
            begin, end = (
                self._limit(query, "start_time"),
                self._limit(query, "end_time"),
            )
            rows = [
                (index, record)
                for index, record in rows
                if begin <= local_time(record.started, self._identity) <= end
            ]
        if query.get("order_by") == "desc":
            rows.reverse()
        return [self._row(index, record) for index, record in rows]

    def _limit(self, query: Mapping[str, str], name: str) -> datetime:
        if name not in query:
            return datetime.min if name == "start_time" else datetime.max
        try:
            found = datetime.strptime(query[name], time_format(self._switches))
        except ValueError:
            raise Refused(40002) from None
        # Records have fractions of seconds, which are not shown.
        return found if name == "start_time" else found + timedelta(seconds=0.999999)

    def _row(self, index: int, record: CallRecord) -> dict[str, Any]:
        blank = " " if self._switches.blanks_as_space else ""
        kind = record.kind if record.kind != "transfer" else "internal"
        return {
            "id": index,
            "time": shown_time(record.started, self._identity, self._switches),
            "call_from": self._party(record.caller),
            "call_to": self._party(record.callee.rpartition("(")[2].rstrip(")")),
            "timestamp": int(record.started),
            "uid": f"2026{record.call_id.replace('.', '')}D{index}",
            "src_addr": "192.168.5.53",
            "src_trunk": record.source_trunk or blank,
            "dst_trunk": record.destination_trunk or blank,
            "duration": record.duration,
            "ring_duration": record.duration - record.talked,
            "talk_duration": record.talked,
            "disposition": OUTCOME_WORDS[record.outcome],
            "call_type": kind.capitalize(),
            "reason": "",
            "did_number": record.did or blank,
            "dod_number": blank,
        }

    def _party(self, number: str) -> str:
        extension = self._exchange.extensions.get(number)
        name = number if extension is None else extension.name
        return f"{name}<{number}>"
