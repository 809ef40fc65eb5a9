"""The order and the times in which the settings of extensions are read."""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

# Seconds in which more reports of changes are waited for, before the PBX is asked.
SETTLED: Final = 2.0
# The number of extensions read in one request: the answer is long.
CHUNK: Final = 50
# Seconds until a reading that failed is tried again; twice as many after each failure.
RETRY_AFTER: Final = 60.0
RETRY_AT_MOST: Final = 3600.0
# Seconds between two readings of everything, however often the connection comes and goes.
ALL_EVERY: Final = 60.0


class Schedule:
    """The extensions to read now, and those to read when a timer has run down."""

    def __init__(self, hass: HomeAssistant, read: Callable[[], None]) -> None:
        """Initialize with nothing to read; `read` is called when there is something."""
        self._hass = hass
        self._read = read
        # In the order of reading.
        self._due: dict[str, None] = {}
        self._later: set[str] = set()
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._timer_at = 0.0
        self._retry_after = RETRY_AFTER
        # When everything was read last, or will be.
        self._all_at = 0.0

    @callback
    def async_clear(self) -> None:
        """Remove everything that was to be read."""
        self._due.clear()
        self._later.clear()

    @callback
    def async_shutdown(self) -> None:
        """Remove everything, and cancel the timer."""
        self.async_clear()
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    @property
    def due(self) -> tuple[str, ...]:
        """Return the extensions to read next; none when there is nothing to read."""
        return tuple(islice(self._due, CHUNK))

    @callback
    def async_taken(self, numbers: Iterable[str]) -> None:
        """Mark extensions as read; a change reported from now on is read anew."""
        self._later.difference_update(numbers)
        for number in numbers:
            self._due.pop(number, None)

    @callback
    def async_now(self, number: str) -> None:
        """Read an extension's settings as soon as there is time."""
        self._due[number] = None

    @callback
    def async_all_now(self, numbers: Iterable[str]) -> None:
        """Read the settings of all extensions, at once."""
        self._all_at = self._hass.loop.time()
        self._due = dict.fromkeys(numbers)
        self._read()

    @callback
    def async_all_soon(self, numbers: Iterable[str]) -> None:
        """Read the settings of all extensions in a moment, and not too often."""
        now = self._hass.loop.time()
        if self._all_at <= now:
            self._all_at = max(now + SETTLED, self._all_at + ALL_EVERY)
        self._later_by(numbers, self._all_at - now)

    @callback
    def async_soon(self, numbers: Iterable[str]) -> None:
        """Read the settings of some extensions in a moment."""
        self._later_by(numbers, SETTLED)

    @callback
    def async_succeeded(self) -> None:
        """Reset the delay after failures."""
        self._retry_after = RETRY_AFTER

    @callback
    def async_failed(self, numbers: Iterable[str]) -> None:
        """Try again later, with all the rest."""
        waiting = (*numbers, *self._due)
        self._due.clear()
        self._later_by(waiting, self._retry_after)
        self._retry_after = min(2 * self._retry_after, RETRY_AT_MOST)

    @callback
    def _later_by(self, numbers: Iterable[str], seconds: float) -> None:
        """Read some extensions' settings when a while has passed, or before that."""
        self._later.update(numbers)
        at = self._hass.loop.time() + seconds
        if self._cancel_timer is not None:
            if self._timer_at <= at:
                return
            self._cancel_timer()
        self._timer_at = at

        @callback
        def read(_: datetime) -> None:
            """Read the extensions that waited."""
            self._cancel_timer = None
            self._all_at = min(self._all_at, self._timer_at)
            self._due.update(dict.fromkeys(sorted(self._later)))
            self._read()

        self._cancel_timer = async_call_later(self._hass, seconds, read)
