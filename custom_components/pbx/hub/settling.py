"""Ends of calls that the PBX gives no record of: told when they were waited for enough."""

from collections.abc import Callable
from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..client.board.switchboard import Changes, Switchboard


def switchboard_time() -> float:
    """Return the time as the switchboard wants it."""
    return dt_util.utcnow().timestamp()


class Settling:
    """Lets one switchboard settle in time; `publish` tells what that changed."""

    def __init__(
        self,
        hass: HomeAssistant,
        board: Switchboard,
        publish: Callable[[Changes], None],
    ) -> None:
        """Begin without anything to wait for."""
        self._hass = hass
        self._board = board
        self._publish = publish
        self._cancel: CALLBACK_TYPE | None = None

    @callback
    def async_shutdown(self) -> None:
        """Wait no more."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @callback
    def async_wait(self) -> None:
        """Wait for the next end of a call that must not wait any longer."""
        if self._cancel is not None or (deadline := self._board.next_deadline) is None:
            return

        @callback
        def settle(_: datetime) -> None:
            """Tell how calls ended, as far as it is known."""
            self._cancel = None
            self._publish(self._board.settle(switchboard_time()))

        wait = max(0.0, deadline - switchboard_time())
        self._cancel = async_call_later(self._hass, wait, settle)
