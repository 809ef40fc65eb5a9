"""Waiting until a phone does something, reading the PBX where it does not report."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_time_interval

from ..hub.coordinator import PbxCoordinator
from ..hub.subscriptions import Part

ASK_EVERY: Final = timedelta(seconds=2)


class Waiting:
    """The actions that wait for phones of one PBX; none of them outlives it."""

    def __init__(self, hass: HomeAssistant, coordinator: PbxCoordinator) -> None:
        """Initialize without any."""
        self._hass = hass
        self._coordinator = coordinator
        self._turns: set[asyncio.Event] = set()
        self.over = False

    @callback
    def async_wake(self) -> None:
        """Wake all that wait, so that they check again."""
        for turn in self._turns:
            turn.set()

    @callback
    def async_end(self) -> None:
        """End all waiting."""
        self.over = True
        self.async_wake()

    async def until(
        self, number: str, done: Callable[[], bool], seconds: float
    ) -> bool:
        """Return whether a condition became true in time.

        It is checked with each status of an extension, and after each wake.
        """
        coordinator = self._coordinator
        turn = asyncio.Event()
        late = False

        @callback
        def ask(_: datetime) -> None:
            """Read the PBX: it may not report what the phone does."""
            coordinator.polling.async_read_soon()

        @callback
        def give_up(_: datetime) -> None:
            """End the waiting."""
            nonlocal late
            late = True
            turn.set()

        stops = (
            coordinator.async_add_listener(turn.set, (Part.STATUS, number)),
            async_track_time_interval(self._hass, ask, ASK_EVERY),
            async_call_later(self._hass, seconds, give_up),
        )
        self._turns.add(turn)
        try:
            while not (done() or late or self.over):
                await turn.wait()
                turn.clear()
        finally:
            self._turns.discard(turn)
            for stop in stops:
                stop()
        return done()
