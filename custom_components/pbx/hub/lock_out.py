"""How long a PBX that has blocked this address must be left alone."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..client.errors import PbxLockedOut
from ..const import DOMAIN

# When a locked-out address may log in again, by entry. It outlives the coordinator:
# every retry of a set-up makes a new one, and each must not knock again.
LOCKED_UNTIL: HassKey[dict[str, float]] = HassKey(f"{DOMAIN}_locked_until")


class LockOut:
    """What is remembered of one PBX that does not let this address log in."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Remember for one entry."""
        self._hass = hass
        self._entry_id = entry_id

    @property
    def rest(self) -> float | None:
        """In how many seconds a login makes sense again; None when nothing is known.

        Not positive when it makes sense now.
        """
        until = self._until.get(self._entry_id)
        return None if until is None else until - self._hass.loop.time()

    @callback
    def async_remember(self, err: PbxLockedOut) -> None:
        """Note when a login makes sense again."""
        self._until[self._entry_id] = self._hass.loop.time() + err.retry_after

    @callback
    def async_forget(self) -> None:
        """Try again from now on."""
        self._until.pop(self._entry_id, None)

    @property
    def _until(self) -> dict[str, float]:
        """What is remembered of all entries, in the event loop's time."""
        return self._hass.data.setdefault(LOCKED_UNTIL, {})
