"""One request of an action to the PBX; what can go wrong becomes one sentence."""

from collections.abc import Awaitable
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..client.errors import (
    PbxError,
    PbxLockedOut,
    PbxLoginRejected,
    PbxRefused,
    PbxUnreachable,
    Refusal,
)
from ..const import DOMAIN
from .connect import failure

if TYPE_CHECKING:
    from .coordinator import PbxCoordinator


class Kind(StrEnum):
    """Which sentences a request has for what goes wrong."""

    MONITOR = "monitor"
    CONTROL = "control"
    INBOUND = "inbound"
    SMS = "sms"
    HISTORY = "history"


# The refusals that have a sentence of their own; others name the PBX's code.
REFUSALS: Final = {
    Kind.MONITOR: frozenset(
        {
            Refusal.MISSING_PARAMETER,
            Refusal.NO_SUCH_EXTENSION,
            Refusal.NOT_IN_CALL,
            Refusal.NOT_IDLE,
            Refusal.MONITORING_FORBIDDEN,
            Refusal.MONITOR_MODE_MISMATCH,
            Refusal.INTERNAL_ERROR,
        }
    ),
    Kind.CONTROL: frozenset(
        {
            Refusal.NO_SUCH_EXTENSION,
            Refusal.NOT_IN_CALL,
            Refusal.NOT_IDLE,
            Refusal.NO_SUCH_NUMBER,
            Refusal.NO_SUCH_DESTINATION,
            Refusal.NOT_CONNECTED,
            Refusal.SETTINGS_REJECTED,
            Refusal.OUTBOUND_FORBIDDEN,
            Refusal.TOO_OFTEN,
            Refusal.TRUNK_UNAVAILABLE,
            Refusal.NOT_FOUND,
            Refusal.UNSUPPORTED,
            Refusal.INTERNAL_ERROR,
        }
    ),
    Kind.INBOUND: frozenset(
        {
            Refusal.NOT_IN_CALL,
            Refusal.TOO_LATE,
            Refusal.UNSUPPORTED,
            Refusal.INTERNAL_ERROR,
        }
    ),
    Kind.SMS: frozenset(
        {
            Refusal.TRUNK_UNAVAILABLE,
            Refusal.NO_SUCH_NUMBER,
            Refusal.UNSUPPORTED,
            Refusal.INTERNAL_ERROR,
        }
    ),
    Kind.HISTORY: frozenset(
        {
            Refusal.NO_SUCH_EXTENSION,
            Refusal.TOO_MUCH,
            Refusal.UNSUPPORTED,
            Refusal.INTERNAL_ERROR,
        }
    ),
}


async def async_request[T](
    coordinator: PbxCoordinator,
    request: Awaitable[T],
    kind: Kind,
    placeholders: dict[str, str],
) -> T:
    """Return the answer to a request, or raise the sentence for what went wrong.

    ServiceValidationError when the PBX refused, HomeAssistantError for the rest.
    """
    try:
        return await request
    except PbxRefused as err:
        key = err.refusal if err.refusal in REFUSALS[kind] else "refused"
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=f"{kind}_{key}",
            translation_placeholders=placeholders | {"code": str(err.code or "-")},
        ) from err
    except PbxError as err:
        if isinstance(err, PbxUnreachable) and err.maybe_done:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key=f"{kind}_unanswered",
                translation_placeholders=placeholders,
            ) from err
        if isinstance(err, PbxLoginRejected):
            coordinator.config_entry.async_start_reauth(coordinator.hass)
        elif isinstance(err, PbxLockedOut):
            coordinator.lock_out.async_remember(err)
        raise HomeAssistantError(**failure(err, coordinator.pbx.address)) from err


async def async_act[T](
    coordinator: PbxCoordinator,
    request: Awaitable[T],
    kind: Kind,
    placeholders: dict[str, str],
) -> T:
    """Return the answer to a request that acts on calls, and see what came of it.

    The PBX does not report all that is done to calls, holding them for one. It is asked
    too when it refused, and when nobody knows whether it acted: both say that the
    picture may be wrong.
    """
    try:
        answer = await async_request(coordinator, request, kind, placeholders)
    except HomeAssistantError as err:
        if (err.translation_key or "").startswith(f"{kind}_"):
            coordinator.async_ask_soon()
        raise
    coordinator.async_ask_soon()
    return answer
