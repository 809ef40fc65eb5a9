"""Doubt in what the PBX told: it is asked when nothing has come since that settles it."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer

from ..client.board.switchboard import Switchboard
from ..const import LOGGER

# Seconds in which what follows a report is waited for, before the PBX is asked.
PATIENCE: Final = 2.0


class Doubt:
    """Which extensions do not fit together, and whether something else is doubtful."""

    def __init__(
        self,
        hass: HomeAssistant,
        board: Switchboard,
        ask: Callable[[], Awaitable[None]],
    ) -> None:
        """Begin without any; `ask` reads the PBX."""
        self._board = board
        self._ask = ask
        self._extensions: set[str] = set()
        self._certain = False
        self._ask_soon = Debouncer(
            hass,
            LOGGER,
            cooldown=PATIENCE,
            immediate=False,
            function=self._async_ask_if_doubtful,
            background=True,
        )

    @callback
    def async_shutdown(self) -> None:
        """Ask no more."""
        self._ask_soon.async_shutdown()

    @callback
    def async_weigh(self, numbers: Iterable[str], *, certain: bool) -> None:
        """Look at extensions that were reported; ask in a moment where doubt stays.

        `certain` is doubt that no report can settle.
        """
        self._extensions.update(numbers)
        self._certain = self._certain or certain
        if self._open:
            self._ask_soon.async_schedule_call()
        else:
            self._extensions.clear()

    @callback
    def async_ask_soon(self) -> None:
        """Ask the PBX in a moment, whatever is reported until then."""
        self._certain = True
        self._ask_soon.async_schedule_call()

    @property
    def _open(self) -> bool:
        """Whether anything is doubtful now."""
        return self._certain or not all(map(self._board.consistent, self._extensions))

    async def _async_ask_if_doubtful(self) -> None:
        """Ask the PBX, unless what came since has settled everything."""
        doubtful = self._open
        self._certain = False
        self._extensions.clear()
        if doubtful:
            await self._ask()
