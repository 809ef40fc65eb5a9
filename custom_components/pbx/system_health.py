"""System health: the state of each PBX, without names."""

import asyncio
from typing import Any, Final

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .runtime import PbxConfigEntry

TIMEOUT: Final = 5.0


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register the system health callback."""
    register.async_register_info(async_info)


async def async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the state of all PBXs, in the same order in each line."""
    entries: list[PbxConfigEntry] = hass.config_entries.async_entries(
        DOMAIN, include_ignore=False, include_disabled=False
    )
    info: dict[str, Any] = {"pbxs": len(entries)}
    if entries:
        info |= {
            "connection": ", ".join(map(_connection, entries)),
            "push_mode": ", ".join(map(_push_mode, entries)),
            "firmware": ", ".join(map(_firmware, entries)),
            "can_reach_pbx": _can_reach(entries[0]),
        }
    return info


def _connection(entry: PbxConfigEntry) -> str:
    """Return whether a PBX answers, or else the key of the failure."""
    if entry.state is not ConfigEntryState.LOADED:
        return entry.error_reason_translation_key or entry.state.value
    coordinator = entry.runtime_data.coordinator
    if coordinator.last_update_success:
        return "connected"
    return getattr(coordinator.last_exception, "translation_key", None) or "unknown"


def _push_mode(entry: PbxConfigEntry) -> str:
    """Return the state of the reports of a PBX."""
    if entry.state is not ConfigEntryState.LOADED:
        return "-"
    return entry.runtime_data.coordinator.polling.mode.value


def _firmware(entry: PbxConfigEntry) -> str:
    """Return the firmware version of a PBX."""
    if entry.state is not ConfigEntryState.LOADED:
        return "-"
    return entry.runtime_data.coordinator.info.firmware_version or "-"


async def _can_reach(entry: PbxConfigEntry) -> str | dict[str, str]:
    """Return whether a connection to the address of a PBX is accepted.

    Home Assistant's own check asks for a page, which fails for every certificate that
    a PBX signed itself.
    """
    try:
        async with asyncio.timeout(TIMEOUT):
            _, writer = await asyncio.open_connection(
                entry.data[CONF_HOST], entry.data[CONF_PORT]
            )
    except TimeoutError:
        return {"type": "failed", "error": "timeout"}
    except OSError:
        return {"type": "failed", "error": "unreachable"}
    writer.close()
    return "ok"
