"""Requests of actions to the PBX; each failure is raised as a translated sentence."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..client.errors import (
    PbxError,
    PbxLockedOut,
    PbxLoginRejected,
    PbxRefused,
    PbxUnreachable,
    Refusal,
)
from ..client.pbx import Capability, Pbx
from ..const import DOMAIN
from .connect import Translation, failure
from .coordinator import PbxCoordinator
from .permission import Denial


class Kind(StrEnum):
    """The kind of a request, which determines the sentences of its failures."""

    MONITOR = "monitor"
    CONTROL = "control"
    INBOUND = "inbound"
    SMS = "sms"
    HISTORY = "history"
    QUEUE = "queue"


def kind_of(capability: Capability) -> Kind:
    """Return the kind of requests that need a capability."""
    if capability in Capability.MONITOR:
        return Kind.MONITOR
    match capability:
        case Capability.INBOUND_CONTROL:
            return Kind.INBOUND
        case Capability.SMS:
            return Kind.SMS
        case Capability.HISTORY:
            return Kind.HISTORY
        case Capability.AGENT_LOGIN | Capability.AGENT_PAUSE:
            return Kind.QUEUE
        case _:
            return Kind.CONTROL


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
            Refusal.UNSUPPORTED,
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
            Refusal.NOT_PARKED,
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
    Kind.QUEUE: frozenset(
        {
            Refusal.NO_SUCH_EXTENSION,
            Refusal.NO_SUCH_QUEUE,
            Refusal.NOT_AN_AGENT,
            Refusal.FIXED_AGENT,
            Refusal.UNSUPPORTED,
            Refusal.INTERNAL_ERROR,
        }
    ),
}


class RequestRefused(ServiceValidationError):
    """The PBX refused a request; `refusal` is the reason."""

    def __init__(
        self, refusal: Refusal, key: str, placeholders: dict[str, str]
    ) -> None:
        """Initialize the error with its sentence."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders=placeholders,
        )
        self.refusal: Refusal | Denial = refusal


class RequestFailed(HomeAssistantError):
    """A request got no answer; `maybe_done` tells whether it may have been carried out."""

    def __init__(self, sentence: Translation, *, maybe_done: bool = False) -> None:
        """Initialize the error with its sentence."""
        super().__init__(**sentence)
        self.refusal = Denial.UNANSWERED if maybe_done else Denial.UNREACHABLE
        self.maybe_done = maybe_done


def refused_as(capability: Capability, refusal: Refusal) -> str:
    """Return the key of the sentence for a refusal of a request."""
    return f"{kind_of(capability)}_{refusal}"


def require(
    coordinator: PbxCoordinator, capability: Capability, placeholders: dict[str, str]
) -> None:
    """Raise RequestRefused where the PBX lacks a capability."""
    if capability not in coordinator.pbx.capabilities:
        key = refused_as(capability, Refusal.UNSUPPORTED)
        raise RequestRefused(Refusal.UNSUPPORTED, key, placeholders)


async def async_request[T](
    coordinator: PbxCoordinator,
    capability: Capability,
    request: Callable[[Pbx], Awaitable[T]],
    placeholders: dict[str, str],
) -> T:
    """Return the answer to a request that needs a capability.

    Raises RequestRefused or RequestFailed with a sentence about the failure, filled with
    `placeholders`.
    """
    require(coordinator, capability, placeholders)
    kind = kind_of(capability)
    try:
        return await request(coordinator.pbx)
    except PbxRefused as err:
        key = err.refusal if err.refusal in REFUSALS[kind] else "refused"
        code = {"code": str(err.code or "-")}
        raise RequestRefused(err.refusal, f"{kind}_{key}", placeholders | code) from err
    except PbxError as err:
        if isinstance(err, PbxUnreachable) and err.maybe_done:
            sentence = Translation(
                translation_domain=DOMAIN,
                translation_key=f"{kind}_unanswered",
                translation_placeholders=placeholders,
            )
            raise RequestFailed(sentence, maybe_done=True) from err
        if isinstance(err, PbxLoginRejected):
            coordinator.config_entry.async_start_reauth(coordinator.hass)
        elif isinstance(err, PbxLockedOut):
            coordinator.lock_out.async_remember(err)
        raise RequestFailed(
            failure(err, coordinator.pbx.address, coordinator.family)
        ) from err


async def async_act[T](
    coordinator: PbxCoordinator,
    capability: Capability,
    request: Callable[[Pbx], Awaitable[T]],
    placeholders: dict[str, str],
) -> T:
    """Return the answer to a request that acts on calls, and schedule an early poll.

    The PBX does not report all changes of calls by requests. After a refusal, or when it
    is not known whether the PBX acted, the known state may be wrong too.
    """
    require(coordinator, capability, placeholders)
    try:
        answer = await async_request(coordinator, capability, request, placeholders)
    except RequestRefused:
        coordinator.polling.async_read_soon()
        raise
    except RequestFailed as err:
        if err.maybe_done:
            coordinator.polling.async_read_soon()
        raise
    coordinator.polling.async_read_soon()
    return answer
