"""Diagnostics: what a person needs to help, and nothing that opens a door."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST, CONF_MAC, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .client.model import Extension
from .const import CONF_FINGERPRINT, CONF_PASSWORD_MD5
from .coordinator import PbxConfigEntry

TO_REDACT = {
    CONF_FINGERPRINT,
    CONF_HOST,
    CONF_MAC,
    CONF_PASSWORD_MD5,
    CONF_USERNAME,
    "name",
    "serial_number",
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: PbxConfigEntry
) -> dict[str, Any]:
    """Return diagnostics of a PBX."""
    coordinator = entry.runtime_data
    extensions = coordinator.data.extensions.values()
    return {
        "entry": async_redact_data(dict(entry.data), TO_REDACT),
        "pbx": async_redact_data(asdict(coordinator.info), TO_REDACT),
        "connection": {
            "connected": coordinator.last_update_success,
            # The key alone: the sentence names the address.
            "last_failure": getattr(
                coordinator.last_exception, "translation_key", None
            ),
        },
        "extensions": {
            "total": len(extensions),
            "by_status": dict(Counter(str(ext.status) for ext in extensions)),
            "by_type": dict(Counter(str(ext.type) for ext in extensions)),
            "each": [_describe(entry, extension) for extension in extensions],
        },
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: PbxConfigEntry, device: dr.AnyDeviceEntry
) -> dict[str, Any]:
    """Return diagnostics of one extension, or of the PBX."""
    number = entry.runtime_data.devices.extension_number(device)
    extension = entry.runtime_data.data.extensions.get(number) if number else None
    if extension is None:
        return await async_get_config_entry_diagnostics(hass, entry)
    return _describe(entry, extension)


def _describe(entry: PbxConfigEntry, extension: Extension) -> dict[str, Any]:
    """Return an extension without its owner's name."""
    return {
        **async_redact_data(asdict(extension), TO_REDACT),
        "listed": entry.runtime_data.data.present(extension.number),
    }
