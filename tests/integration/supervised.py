"""What the tests of supervision share: an office in which one call is supervised."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from homeassistant.components.event import ATTR_EVENT_TYPE
from homeassistant.core import (
    Context,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)

from custom_components.pbx.const import DOMAIN
from tests.simulator import SimCall, Simulator

from .conftest import Push

SUPERVISOR = "sensor.sami_virtanen"
AGENT = "sensor.bruno_costa"
MONITORING = "event.yeastar_s100_monitoring"


async def act(
    hass: HomeAssistant, action: str, context: Context | None = None, **data: Any
) -> Any:
    """Call an action as an automation does, or as a user where there is a context."""
    answer = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True, context=context
    )
    # The action returns with the PBX's answer; states and events follow.
    await asyncio.sleep(0)
    return answer


async def monitor(push: Push, mode: str, **more: Any) -> Any:
    """Let 1005 join the call of 1002."""
    names = {"supervisor": "1005", "extension": "1002"}
    if mode == "whisper":
        names = {"whisperer": "1005", "whispered": "1002"}
    return await act(push.hass, mode, **names | more)


@dataclass
class Told:
    """What the event entity told, in order."""

    events: list[tuple[dict[str, Any], Context]] = field(default_factory=list)

    @callback
    def collect(self, event: Event[EventStateChangedData]) -> None:
        """Take one over."""
        state, old = event.data["new_state"], event.data["old_state"]
        if state is None or state.entity_id != MONITORING:
            return
        if state.state not in ("unknown", "unavailable") and (
            old is not None and old.state != "unavailable"
        ):
            self.events.append((dict(state.attributes), state.context))

    @property
    def types(self) -> list[str]:
        """Return what happened."""
        return [attributes[ATTR_EVENT_TYPE] for attributes, _ in self.events]

    @property
    def reasons(self) -> list[str | None]:
        """Return why it happened."""
        return [attributes["reason"] for attributes, _ in self.events]


def listen_to(hass: HomeAssistant) -> Told:
    """Collect what is told from now on."""
    told = Told()
    hass.bus.async_listen("state_changed", told.collect)
    return told


def legs(sim: Simulator) -> list[tuple[str, str, str, str]]:
    """Return who really takes part in whose call, how, and whether the phone still rings."""
    return sorted(
        (leg.supervisor, leg.mode, leg.extension, leg.state)
        for leg in sim.monitors.values()
    )


def monitored_by(push: Push, entity_id: str = AGENT) -> list[str] | None:
    """Return what a dashboard says of an extension."""
    state = push.hass.states.get(entity_id)
    assert state is not None
    found: list[str] | None = state.attributes.get("monitored_by")
    return found


def agents_call(sim: Simulator) -> SimCall:
    """Return a call of 1002 that can be supervised."""
    return sim.call("1001", "1002", answer=True)
