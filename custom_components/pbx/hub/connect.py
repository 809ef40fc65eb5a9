"""Failures to reach or enter a PBX: their sentences, and how long a lock-out lasts."""

from typing import TypedDict

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..client.errors import (
    PbxError,
    PbxLockedOut,
    PbxLoginRejected,
    PbxNotTrusted,
    PbxRefused,
    PbxUnreachable,
    PbxWrongService,
)
from ..client.pbx import Address
from ..const import DOMAIN

# When a locked-out address may log in again, by entry, in the event loop's time. It
# outlives the coordinator: every retry of a set-up makes a new one, and none of them
# may log in before.
LOCKED_UNTIL: HassKey[dict[str, float]] = HassKey(f"{DOMAIN}_locked_until")


class Translation(TypedDict):
    """The arguments that make an exception of Home Assistant a translated sentence."""

    translation_domain: str
    translation_key: str
    translation_placeholders: dict[str, str]


def failure_key(err: PbxError) -> str:
    """Return the translation key for a failure to reach or enter a PBX.

    The keys stand under `exceptions` as well as under `config.error`.
    """
    match err:
        case PbxLoginRejected():
            return "invalid_auth"
        case PbxLockedOut():
            return "locked_out"
        case PbxNotTrusted():
            return "not_trusted"
        case PbxUnreachable() | PbxWrongService():
            return err.reason.value
        case PbxRefused():
            return "refused"
        case _:
            return "unknown"


def failure_placeholders(err: PbxError, address: Address) -> dict[str, str]:
    """Return what the sentences of `failure_key` are filled with."""
    placeholders = {"address": address.url}
    if isinstance(err, PbxLockedOut):
        placeholders["minutes"] = str(max(1, round(err.retry_after / 60)))
    elif isinstance(err, PbxRefused):
        placeholders["code"] = str(err.code or "-")
    return placeholders


def failure(err: PbxError, address: Address) -> Translation:
    """Return the sentence for a failure to reach or enter a PBX."""
    return {
        "translation_domain": DOMAIN,
        "translation_key": failure_key(err),
        "translation_placeholders": failure_placeholders(err, address),
    }


class LockOut:
    """The time that is left until a PBX lets this address log in again."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Initialize for one entry."""
        self._hass = hass
        self._entry_id = entry_id

    @property
    def rest(self) -> float | None:
        """Return the seconds until a login makes sense again, None without a lock-out.

        Not positive when it makes sense now.
        """
        until = self._until.get(self._entry_id)
        return None if until is None else until - self._hass.loop.time()

    @callback
    def async_remember(self, err: PbxLockedOut) -> None:
        """Remember when a login makes sense again."""
        self._until[self._entry_id] = self._hass.loop.time() + err.retry_after

    @callback
    def async_forget(self) -> None:
        """Forget the lock-out."""
        self._until.pop(self._entry_id, None)

    @property
    def _until(self) -> dict[str, float]:
        """Return the lock-outs of all entries."""
        return self._hass.data.setdefault(LOCKED_UNTIL, {})
