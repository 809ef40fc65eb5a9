"""The one answer to "when is the PBX read next"."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer
from homeassistant.util import dt as dt_util

from ..client.board.switchboard import Changes, Switchboard
from ..client.report import (
    ExtensionReport,
    Report,
    Restarted,
    SettingsChanged,
    Subject as Changed,
)
from ..const import LOGGER

FAST_POLL: Final = timedelta(seconds=10)
SLOW_POLL: Final = timedelta(seconds=60)
TRUNKS_EVERY: Final = timedelta(seconds=55)
# A stream tells its own end, so this is only for what no event tells.
STREAM_POLL: Final = timedelta(minutes=5)
# Seconds until a lost stream is opened again; twice as many after each failure.
FIRST_RETRY: Final = 1
LAST_RETRY: Final = 60
# Seconds in which a report may be explained by the next ones, before the PBX is read.
PATIENCE: Final = 2.0
# So many polls in a row must find unreported changes before the user is told.
EVIDENCE_NEEDED: Final = 3


class PushMode(StrEnum):
    """The state of a PBX's reports, as far as it is known."""

    WAITING = "waiting"
    WORKING = "working"
    MISSING = "missing"


class PushProof:
    """The evidence that a PBX reports what its polls find.

    A change that a poll finds may be reported a moment later, so it counts as evidence
    only when no report about that extension came until the next poll.
    """

    def __init__(self) -> None:
        """Initialize without evidence."""
        self._reported = False
        self._suspects: set[str] = set()
        self._silent_polls = 0
        self._unreported: dict[str, int] = {}

    @property
    def mode(self) -> PushMode:
        """Return the state of the reports."""
        if self._silent_polls:
            return PushMode.MISSING
        return PushMode.WORKING if self._reported else PushMode.WAITING

    @property
    def doubted(self) -> bool:
        """Return whether a change has been found that was not reported so far."""
        return bool(self._suspects or self._unreported)

    @property
    def missing(self) -> bool:
        """Return whether it is certain that reports do not arrive."""
        return self._silent_polls >= EVIDENCE_NEEDED

    @property
    def never_reported(self) -> list[str]:
        """Return the extensions the PBX does not report, though it reports others."""
        if self._silent_polls:
            return []
        return sorted(
            number
            for number, count in self._unreported.items()
            if count >= EVIDENCE_NEEDED
        )

    def reported(self, number: str | None) -> None:
        """Take a report as proof, and one about an extension as proof for that one."""
        self._reported = True
        self._silent_polls = 0
        if number is not None:
            self._suspects.discard(number)
            self._unreported.pop(number, None)

    def polled(self, unreported: Iterable[str], known: Iterable[str]) -> None:
        """Weigh the extensions whose change a poll found unreported."""
        confirmed = self._suspects.intersection(known) if self._suspects else set()
        self._suspects = set(unreported)
        if confirmed:
            self._silent_polls += 1
        for number in confirmed:
            self._unreported[number] = self._unreported.get(number, 0) + 1
        if self._unreported:
            for number in self._unreported.keys() - set(known):
                del self._unreported[number]

    def interrupted(self) -> None:
        """Drop the suspicions: a PBX that was away could not report."""
        self._suspects.clear()


class Polling:
    """Decides when one PBX is read, from all that speaks for an early reading.

    A PBX that posts its reports is polled fast until they are proven to arrive, and
    after evidence against it. A PBX whose stream is open is polled rarely.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        board: Switchboard,
        read: Callable[[], Awaitable[None]],
    ) -> None:
        """Initialize for a PBX that was not read yet; `read` reads it."""
        self._board = board
        self._read = read
        self.proof = PushProof()
        self.streaming: bool | None = None
        self._retry = FIRST_RETRY
        self._failed = True
        self._again_soon = False
        self._trunks_read: datetime | None = None
        # Extensions whose reports do not fit together, and doubt no report can settle.
        self._doubtful: set[str] = set()
        self._certain = False
        self._read_soon = Debouncer(
            hass,
            LOGGER,
            cooldown=PATIENCE,
            immediate=False,
            function=self._async_read_if_doubtful,
            background=True,
        )

    @callback
    def async_shutdown(self) -> None:
        """Cancel the reading that was asked for."""
        self._read_soon.async_shutdown()

    @callback
    def async_cancel(self) -> None:
        """Cancel the reading that was asked for, until it is asked for again."""
        self._read_soon.async_cancel()

    @property
    def mode(self) -> PushMode:
        """Return the state of the reports."""
        if self.streaming is None:
            return self.proof.mode
        return PushMode.WORKING if self.streaming else PushMode.MISSING

    @property
    def interval(self) -> timedelta:
        """Return the time until the next poll."""
        if self.streaming is False:
            return timedelta(seconds=self._retry)
        if self._failed or self._again_soon:
            return FAST_POLL
        if self.streaming:
            return STREAM_POLL
        proven = self.proof.mode is PushMode.WORKING and not self.proof.doubted
        return SLOW_POLL if proven else FAST_POLL

    @property
    def trunks_due(self) -> bool:
        """Return whether the next poll reads the trunks too."""
        read = self._trunks_read
        return read is None or dt_util.utcnow() - read >= TRUNKS_EVERY

    @callback
    def async_trunks_changed(self) -> None:
        """Read the trunks with the next poll."""
        self._trunks_read = None

    @callback
    def async_stream_opened(self) -> None:
        """Note that reports arrive on a connection that is open."""
        self.streaming = True

    @callback
    def async_stream_lost(self) -> None:
        """Note that the connection has broken."""
        self.streaming = False
        self._retry = FIRST_RETRY

    @callback
    def async_failed(self) -> None:
        """Poll again soon after a poll that failed."""
        self._failed = True
        if self.streaming is False:
            self._retry = min(2 * self._retry, LAST_RETRY)

    @callback
    def async_polled(
        self, changes: Changes, *, trunks: bool, again_soon: bool, silent: bool
    ) -> None:
        """Weigh a poll; a `silent` one is no evidence about the reports.

        `trunks` tells whether the trunks were asked for, `again_soon` whether the
        family wants another poll soon.
        """
        self._failed = False
        self._again_soon = again_soon
        if trunks:
            self._trunks_read = dt_util.utcnow()
        if silent:
            self.proof.interrupted()
        else:
            self.proof.polled(changes.unreported, self._board.extensions)
        if changes.doubtful:
            self.async_read_soon()

    @callback
    def async_reported(self, report: Report, changes: Changes) -> None:
        """Read the PBX in a moment where reports do not fit together, or tell not all."""
        certain = self._failed  # the PBX is back
        match report:
            case Restarted():
                certain = True
            case SettingsChanged():
                certain = True
                if report.subject is not Changed.EXTENSION:
                    self.async_trunks_changed()
            case ExtensionReport():
                certain = certain or report.number not in self._board.extensions
        self._doubtful.update(changes.changed, changes.calls)
        self._certain = self._certain or certain
        if self._open:
            self._read_soon.async_schedule_call()
        else:
            self._doubtful.clear()

    @callback
    def async_read_soon(self) -> None:
        """Read the PBX in a moment, whatever is reported until then."""
        self._certain = True
        self._read_soon.async_schedule_call()

    @property
    def _open(self) -> bool:
        """Return whether anything is doubtful now."""
        return self._certain or not all(map(self._board.consistent, self._doubtful))

    async def _async_read_if_doubtful(self) -> None:
        """Read the PBX, unless the reports that came since have settled everything."""
        doubtful = self._open
        self._certain = False
        self._doubtful.clear()
        if doubtful:
            await self._read()
