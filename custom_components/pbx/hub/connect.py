"""Failures to connect or log in to a PBX: their sentences, and the time of lock-outs."""

from typing import TypedDict

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..client.errors import (
    PbxError,
    PbxLockedOut,
    PbxLoginRejected,
    PbxNotTrusted,
    PbxRefused,
    PbxRightMissing,
    PbxUnreachable,
    PbxWrongService,
)
from ..client.pbx import Address
from ..const import DOMAIN
from .families import Family

# The time of the event loop at which a locked-out address may log in again, by entry. It
# outlives the coordinator, as every retry of a set-up makes a new one, and none of them
# may log in earlier.
LOCKED_UNTIL: HassKey[dict[str, float]] = HassKey(f"{DOMAIN}_locked_until")


class Translation(TypedDict):
    """The arguments that make an exception of Home Assistant a translated sentence."""

    translation_domain: str
    translation_key: str
    translation_placeholders: dict[str, str]


def failure_key(err: PbxError) -> str:
    """Return the translation key for a failure to connect or log in to a PBX.

    The keys exist under `exceptions` as well as under `config.error`.
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
        case PbxRightMissing():
            return "right_missing"
        case PbxRefused():
            return "refused"
        case _:
            return "unknown"


def failure_placeholders(err: PbxError, address: Address) -> dict[str, str]:
    """Return the placeholders of the sentences of `failure_key`."""
    placeholders = {"address": address.shown}
    if isinstance(err, PbxLockedOut):
        placeholders["minutes"] = str(max(1, round(err.retry_after / 60)))
    elif isinstance(err, PbxWrongService):
        placeholders["answer"] = err.answer or "?"
    elif isinstance(err, PbxRightMissing):
        placeholders |= {"right": err.right, "where": err.where}
    elif isinstance(err, PbxRefused):
        placeholders["code"] = str(err.code or "-")
    return placeholders


def failure(err: PbxError, address: Address, family: Family) -> Translation:
    """Return the sentence for a failure to connect or log in to a PBX of a family."""
    return {
        "translation_domain": DOMAIN,
        "translation_key": family.failure_key(failure_key(err)),
        "translation_placeholders": failure_placeholders(err, address),
    }


class LockOut:
    """The time until a PBX permits another login from this address."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Initialize for one entry."""
        self._hass = hass
        self._entry_id = entry_id

    @property
    def rest(self) -> float | None:
        """Return the seconds until a login may succeed again, None without a lock-out.

        They are zero or negative when it may succeed now.
        """
        until = self._until.get(self._entry_id)
        return None if until is None else until - self._hass.loop.time()

    @callback
    def async_remember(self, err: PbxLockedOut) -> None:
        """Store the time at which a login may succeed again."""
        self._until[self._entry_id] = self._hass.loop.time() + err.retry_after

    @callback
    def async_forget(self) -> None:
        """Forget the lock-out."""
        self._until.pop(self._entry_id, None)

    @property
    def _until(self) -> dict[str, float]:
        """Return the lock-outs of all entries."""
        return self._hass.data.setdefault(LOCKED_UNTIL, {})
