"""Collects what the event entities tell."""

from typing import Any

from homeassistant.components.event import ATTR_EVENT_TYPE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

type Told = list[tuple[str, str, dict[str, Any]]]

NAMES = {
    "event.anna_berg_call": "1001",
    "event.bruno_costa_call": "1002",
    "event.chloe_dubois_call": "1003",
    "event.sami_virtanen_call": "1005",
    "event.door_call": "1006",
}


def collect_events(hass: HomeAssistant) -> Told:
    """Collect number, type and data of each event that is fired."""
    found: Told = []

    @callback
    def collect(event: Event[EventStateChangedData]) -> None:
        state, old = event.data["new_state"], event.data["old_state"]
        if state is None or state.domain != "event":
            return
        kind = state.attributes[ATTR_EVENT_TYPE]
        if kind is not None and (old is None or old.state != "unavailable"):
            found.append((NAMES[state.entity_id], kind, dict(state.attributes)))

    hass.bus.async_listen("state_changed", collect)
    return found


def types(told: Told, number: str) -> list[str]:
    """Return what happened to one extension's calls, in order."""
    return [kind for other, kind, _ in told if other == number]
