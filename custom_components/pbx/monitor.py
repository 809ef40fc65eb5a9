"""Monitoring: a supervisor joins an extension's call, or the refusal is one sentence."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .client.errors import (
    PbxError,
    PbxLockedOut,
    PbxLoginRejected,
    PbxRefused,
    PbxUnreachable,
    Refusal,
)
from .client.model import Extension, MonitorMode
from .connection import failure
from .const import DOMAIN
from .coordinator import PbxCoordinator

MONITOR_REFUSALS = frozenset(
    {
        Refusal.MISSING_PARAMETER,
        Refusal.NO_SUCH_EXTENSION,
        Refusal.NOT_IN_CALL,
        Refusal.NOT_IDLE,
        Refusal.MONITORING_FORBIDDEN,
        Refusal.MONITOR_MODE_MISMATCH,
        Refusal.INTERNAL_ERROR,
    }
)


def spoken_name(extension: Extension) -> str:
    """Return an extension as a sentence names it."""
    if extension.name in ("", extension.number):
        return extension.number
    return f"{extension.name} ({extension.number})"


async def async_monitor(
    coordinator: PbxCoordinator,
    mode: MonitorMode,
    supervisor: Extension,
    extension: Extension,
) -> str | None:
    """Let a supervisor join an extension's call; return the id of his own call."""
    names = {
        "supervisor": spoken_name(supervisor),
        "extension": spoken_name(extension),
    }
    pbx = coordinator.pbx
    try:
        return await pbx.monitor(mode, supervisor.number, extension.number)
    except PbxRefused as err:
        key = err.refusal if err.refusal in MONITOR_REFUSALS else "refused"
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=f"monitor_{key}",
            translation_placeholders=names | {"code": str(err.code or "-")},
        ) from err
    except PbxError as err:
        if isinstance(err, PbxUnreachable) and err.maybe_done:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="monitor_unanswered",
                translation_placeholders=names,
            ) from err
        if isinstance(err, PbxLoginRejected):
            coordinator.config_entry.async_start_reauth(coordinator.hass)
        elif isinstance(err, PbxLockedOut):
            coordinator.remember_lock_out(err)
        raise HomeAssistantError(**failure(err, pbx.address)) from err
