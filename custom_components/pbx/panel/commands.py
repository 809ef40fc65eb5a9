"""The WebSocket commands of the panel."""

from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
import voluptuous as vol

from ..client.calls.ledger import MAX_RECENT
from ..const import ATTR_CALLS, ATTR_LIMIT, DOMAIN
from ..runtime import PbxConfigEntry
from .access import Access
from .feed import async_feed_of, recent_calls

ENTRY_ID: Final = "entry_id"
DEFAULT_LIMIT: Final = 20


@callback
def async_setup_commands(hass: HomeAssistant) -> None:
    """Register the commands."""
    websocket_api.async_register_command(hass, _subscribe_calls)
    websocket_api.async_register_command(hass, _recent_calls)


def _entry(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> PbxConfigEntry | None:
    """Return the entry of a command; answer with an error if there is none."""
    entry = hass.config_entries.async_get_entry(msg[ENTRY_ID])
    if entry is None or entry.domain != DOMAIN:
        connection.send_error(
            msg["id"], websocket_api.ERR_NOT_FOUND, "No PBX has this config entry"
        )
        return None
    return entry


@websocket_api.websocket_command(
    {vol.Required("type"): f"{DOMAIN}/subscribe_calls", vol.Required(ENTRY_ID): str}
)
@callback
def _subscribe_calls(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Send the calls of a PBX, and then what changes."""
    if (entry := _entry(hass, connection, msg)) is None:
        return
    feed, iden = async_feed_of(hass, entry), msg["id"]
    connection.subscriptions[iden] = feed.async_open(connection, iden)
    connection.send_result(iden)
    feed.async_send_all(connection, iden)


@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/recent_calls",
        vol.Required(ENTRY_ID): str,
        vol.Optional(ATTR_LIMIT, default=DEFAULT_LIMIT): vol.All(
            int, vol.Range(min=1, max=MAX_RECENT)
        ),
    }
)
@callback
def _recent_calls(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Return the calls of a PBX that ended last, the latest first."""
    if (entry := _entry(hass, connection, msg)) is None:
        return
    calls: list[dict[str, Any]] = []
    if entry.state is ConfigEntryState.LOADED:
        runtime = entry.runtime_data
        board = runtime.coordinator.data
        access = Access(hass, runtime, connection.user)
        calls = recent_calls(access, runtime, [*board.recent][::-1])
    connection.send_result(msg["id"], {ATTR_CALLS: calls[: msg[ATTR_LIMIT]]})
