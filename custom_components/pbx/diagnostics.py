"""Diagnostics of a PBX, without secrets and without names of people."""

from collections import Counter
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_MAC, CONF_USERNAME, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .client.model import Call, Extension, Queue, Trunk
from .const import (
    CONF_CONTACTS,
    CONF_FINGERPRINT,
    CONF_REPORT_ADDRESS,
    CONF_REPORT_SENDERS,
)
from .hub.coordinator import PbxCoordinator
from .hub.families import secret_keys
from .runtime import PbxConfigEntry

TO_REDACT = {
    CONF_CONTACTS,
    CONF_FINGERPRINT,
    CONF_HOST,
    CONF_MAC,
    CONF_REPORT_ADDRESS,
    CONF_REPORT_SENDERS,
    CONF_USERNAME,
    CONF_WEBHOOK_ID,
    "name",
    "serial_number",
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: PbxConfigEntry
) -> dict[str, Any]:
    """Return diagnostics of a PBX; only the configuration of one that is not loaded."""
    configured = {
        "entry": async_redact_data(dict(entry.data), TO_REDACT | secret_keys()),
        "options": async_redact_data(dict(entry.options), TO_REDACT),
        "state": entry.state.value,
    }
    if entry.state is not ConfigEntryState.LOADED:
        failure = entry.error_reason_translation_key
        return configured | {
            "connection": {"connected": False, "last_failure": failure}
        }
    coordinator = entry.runtime_data.coordinator
    settings = entry.runtime_data.settings
    extensions = coordinator.data.extensions.values()
    return configured | {
        "pbx": async_redact_data(asdict(coordinator.info), TO_REDACT),
        "connection": {
            "connected": coordinator.last_update_success,
            # The key only, as the sentence contains the address.
            "last_failure": getattr(
                coordinator.last_exception, "translation_key", None
            ),
        },
        "push": _push(coordinator),
        "settings": {
            "known": settings.known_count,
            "refused": settings.refused,
        },
        "calls": {
            "total": coordinator.data.call_count,
            "each": [_call(call) for call in coordinator.data.calls],
        },
        "trunks": _trunks(coordinator.data.trunks.values()),
        "queues": {
            "total": len(coordinator.data.queues),
            "each": [_queue(queue) for queue in coordinator.data.queues.values()],
        },
        "parked_calls": None
        if coordinator.data.parked is None
        else len(coordinator.data.parked),
        "voicemail_boxes": len(coordinator.data.mailboxes),
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
    """Return diagnostics of one extension or queue, or of the PBX."""
    if entry.state is not ConfigEntryState.LOADED:
        return await async_get_config_entry_diagnostics(hass, entry)
    coordinator = entry.runtime_data.coordinator
    queue = coordinator.devices.queue_number(device)
    if queue is not None and queue in coordinator.data.queues:
        return _queue(coordinator.data.queues[queue])
    number = coordinator.devices.extension_number(device)
    extension = coordinator.data.extensions.get(number) if number else None
    if extension is None:
        return await async_get_config_entry_diagnostics(hass, entry)
    return _describe(entry, extension)


def _push(coordinator: PbxCoordinator) -> dict[str, Any]:
    """Return the state of the reports and their counts, without their address."""
    last, interval = coordinator.last_report, coordinator.update_interval
    receiver = coordinator.receiver
    return {
        "mode": coordinator.polling.mode.value,
        "address_overridden": coordinator.options.report_address is not None,
        "accepted": receiver.accepted if receiver else None,
        "dropped": {
            reason.value: count
            for reason, count in (receiver.dropped.items() if receiver else ())
        },
        "last_report": last.isoformat() if last else None,
        "poll_interval": interval.total_seconds() if interval else None,
        "extensions_not_reported": len(coordinator.polling.proof.never_reported),
    }


def _call(call: Call) -> dict[str, Any]:
    """Return a call without numbers and names."""
    return {
        "id_known": call.id is not None,
        "direction": call.direction.value if call.direction else None,
        "parties": [
            {"extension": party.extension, "state": party.state.value}
            for party in call.parties
        ],
        "held": call.held,
        "answered": call.answered_at is not None,
        "via_group": call.via is not None,
    }


def _trunks(trunks: Collection[Trunk]) -> dict[str, Any]:
    """Return the counts of trunks by type and status; their names may be numbers."""
    return {
        "total": len(trunks),
        "by_type": dict(Counter(str(trunk.type) for trunk in trunks)),
        "by_status": dict(Counter(str(trunk.status) for trunk in trunks)),
    }


def _queue(queue: Queue) -> dict[str, Any]:
    """Return the state of a queue without the numbers and names of people."""
    agents = queue.agents
    return {
        "number": queue.number,
        "waiting": queue.waiting,
        "agents": None
        if agents is None
        else [
            {
                "logged_in": agent.logged_in,
                "paused": agent.paused,
                "talking": agent.talking,
                "dynamic": agent.dynamic,
            }
            for agent in agents
        ],
    }


def _describe(entry: PbxConfigEntry, extension: Extension) -> dict[str, Any]:
    """Return an extension without its name, which is that of a person."""
    return {
        **async_redact_data(asdict(extension), TO_REDACT),
        "listed": entry.runtime_data.coordinator.data.present(extension.number),
    }
