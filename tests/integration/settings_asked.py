"""Do-not-disturb at the phone and in Home Assistant, and what the PBX was asked for."""

import logging
from typing import Any

from homeassistant.core import HomeAssistant

from tests.simulator import Simulator
from tests.simulator.exchange.events import SettingsChanged

ANNA, BRUNO, SAMI = (
    f"switch.{name}_do_not_disturb"
    for name in ("anna_berg", "bruno_costa", "sami_virtanen")
)
EVERYONE = {"extid": "1001,1002,1003,1005,1006"}
CLIENT = "custom_components.pbx.client.yeastar.s.settings"


async def call(hass: HomeAssistant, action: str, **data: Any) -> None:
    """Act as an automation does."""
    domain, _, name = action.partition(".")
    await hass.services.async_call(domain, name, data, blocking=True)


async def dnd(hass: HomeAssistant, word: str, *entity_ids: str) -> None:
    """Switch do-not-disturb."""
    await call(hass, f"switch.turn_{word}", entity_id=list(entity_ids))


def asked(sim: Simulator) -> list[Any]:
    """Return for whose settings the PBX was asked, and forget that."""
    found = [request.body for request in sim.requests_to("extension/query")]
    sim.requests.clear()
    return found


def ours(record: logging.LogRecord) -> bool:
    """Return whether we said something that users see."""
    return "pbx" in record.name and record.levelno >= logging.WARNING


def change(sim: Simulator, number: str, on: bool = True) -> None:
    """Let somebody switch do-not-disturb at the phone, and the PBX report it."""
    sim.extensions[number].dnd = on
    sim.exchange.emit(SettingsChanged("extension", number, "update"))
