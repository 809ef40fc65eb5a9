"""Waiting for what a phone does next, asking the PBX where it does not tell."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_time_interval

from ..hub.subscriptions import Part

if TYPE_CHECKING:
    from ..hub.coordinator import PbxCoordinator

ASK_EVERY: Final = timedelta(seconds=2)


class Waiting:
    """Those who wait on one PBX; none of them outlives it."""

    def __init__(self, hass: HomeAssistant, coordinator: PbxCoordinator) -> None:
        """Begin with nobody."""
        self._hass = hass
        self._coordinator = coordinator
        self._turns: set[asyncio.Event] = set()
        self.over = False

    @callback
    def async_wake(self) -> None:
        """Let all look again whether it is so."""
        for turn in self._turns:
            turn.set()

    @callback
    def async_end(self) -> None:
        """Let nobody wait any longer."""
        self.over = True
        self.async_wake()

    async def until(
        self, number: str, done: Callable[[], bool], seconds: float
    ) -> bool:
        """Return whether something became so in time: with an extension's next status, or a wake."""
        coordinator = self._coordinator
        turn = asyncio.Event()
        late = False

        @callback
        def ask(_: datetime) -> None:
            """Look at the phone: nobody may tell."""
            coordinator.async_ask_soon()

        @callback
        def give_up(_: datetime) -> None:
            """Let the time be over."""
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
