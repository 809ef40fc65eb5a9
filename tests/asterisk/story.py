"""A story: the client's reports in lines, one for each moment without changes.

A moment lasts longer than `QUIET`, so neither the order in which an Asterisk ends the
legs of one call matters, nor that of phones that begin to ring together.
"""

from collections.abc import Iterable

from custom_components.pbx.client.model import ExtensionStatus
from custom_components.pbx.client.report import CallNow, ExtensionReport, Report

QUIET = 0.35


class Story:
    """A record of calls, of statuses of phones in use, and of how calls ended."""

    def __init__(self) -> None:
        """Initialize with all extensions idle."""
        self._calls: dict[str, CallNow] = {}
        self._over: dict[str, CallNow] = {}
        self._statuses: dict[str, ExtensionStatus | None] = {}
        self._changed_at: float | None = None
        self._lines: list[str] = []

    def feed(self, at: float, reports: Iterable[Report]) -> None:
        """Apply the reports of a time, in seconds."""
        for report in reports:
            if self._changed_at is not None and at - self._changed_at > QUIET:
                self._write()
            match report:
                case CallNow(parties=()):
                    self._changed_at = at
                    self._calls.pop(report.id, None)
                    self._over[report.id] = report
                case CallNow():
                    self._changed_at = at
                    self._calls[report.id] = report
                case ExtensionReport():
                    self._changed_at = at
                    self._statuses[report.number] = report.status

    @property
    def lines(self) -> list[str]:
        """Return the lines so far."""
        if self._changed_at is not None:
            self._write()
        return self._lines

    def _write(self) -> None:
        """Add a line for the current state, if it changed."""
        self._changed_at = None
        self._lines += sorted(_end(call) for call in self._over.values())
        self._over.clear()
        calls = " + ".join(sorted(_now(call) for call in self._calls.values()))
        statuses = " ".join(
            f"{number}={status}"
            for number, status in sorted(self._statuses.items())
            if status is not ExtensionStatus.IDLE
        )
        line = f"{calls or '-'} | {statuses or '-'}"
        if not self._lines or self._lines[-1] != line:
            self._lines.append(line)


def _now(call: CallNow) -> str:
    """Return the line of a current call."""
    parties = sorted(
        (
            f"{'*' if party.caller else ''}{party.number} {party.state}"
            for party in call.parties
        ),
        key=lambda text: (not text.startswith("*"), text),
    )
    return _facts(call, ", ".join(parties))


def _end(call: CallNow) -> str:
    """Return the line of an ended call: its outcomes, in all and by extension."""
    by = f" by {call.ended_by}" if call.ended_by else ""
    left = ", ".join(f"{number} {outcome}" for number, outcome in sorted(call.left))
    return _facts(call, f"ended {call.outcome}{by}: {left or '-'}")


def _facts(call: CallNow, text: str) -> str:
    """Return a line with the known facts of a call other than its parties."""
    facts = [
        f"{name} {value}"
        for name, value in (
            ("via", call.via),
            ("dialed", call.dialed),
            ("trunk", call.trunk),
        )
        if value
    ]
    return " ".join([f"{call.direction}:", text, *(f"({fact})" for fact in facts)])
