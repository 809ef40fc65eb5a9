"""Calling actions as automations do, and looking at what was asked of the PBX."""

from typing import Any

from homeassistant.core import Context, HomeAssistant

from custom_components.pbx.const import DOMAIN
from tests.simulator import Simulator

SAMI = "sensor.sami_virtanen"
BRUNO = "sensor.bruno_costa"


async def act(
    hass: HomeAssistant, action: str, *, user: str | None = None, **data: Any
) -> Any:
    """Call an action, as a user if one is named, and return its response."""
    return await hass.services.async_call(
        DOMAIN,
        action,
        data,
        blocking=True,
        return_response=True,
        context=Context(user_id=user) if user else None,
    )


def bodies(sim: Simulator, endpoint: str) -> list[dict[str, Any] | None]:
    """Return what was sent to one endpoint."""
    return [request.body for request in sim.requests_to(endpoint)]


def acted(sim: Simulator) -> list[str]:
    """Return the endpoints that were asked to do something."""
    return [
        request.endpoint
        for request in sim.requests
        if request.endpoint not in ("login", "heartbeat", "logout", "cdr/get_random")
        and not request.endpoint.endswith("/query")
    ]
