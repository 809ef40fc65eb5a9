"""Home Assistant with the PBX of the rig: added by its form, looked at, acted on."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.pbx.const import DOMAIN

from .office import OUTSIDE
from .remote import RemoteRig

# Has the rights that the form asks for, and no others.
USER: Final = "homeassistant"
AGENT, CUSTOMER, SUPERVISOR = (
    "sensor.anna_berg_1001",
    "sensor.ben_cole_1002",
    "sensor.sam_super_1005",
)
PHONES: Final = {AGENT: "1001", CUSTOMER: "1002", SUPERVISOR: "1005"}
# The customers of the agent, inside and outside, and how each calls.
CUSTOMERS: Final = {"1002": "1002 dial 1001", OUTSIDE: f"{OUTSIDE} call_in 5550101"}


async def until(so: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not so():
            await asyncio.sleep(0.01)


def state(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the state of an entity, None when there is none."""
    found = hass.states.get(entity_id)
    return None if found is None else found.state


def attribute(hass: HomeAssistant, entity_id: str, name: str) -> Any:
    """Return an attribute of an entity, None when it has none."""
    found = hass.states.get(entity_id)
    return None if found is None else found.attributes.get(name)


async def act(hass: HomeAssistant, action: str, **data: Any) -> Any:
    """Call an action and return its response."""
    return await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )


async def open_form(hass: HomeAssistant) -> ConfigFlowResult:
    """Choose the family."""
    manager = hass.config_entries.flow
    flow = await manager.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert flow["step_id"] == "family"
    form = await manager.async_configure(flow["flow_id"], {"family": "asterisk"})
    assert form["step_id"] == "user_asterisk"
    return form


def filled_in(port: int, user: str = USER, **changes: Any) -> dict[str, Any]:
    """Return what a user fills in."""
    return {
        "host": "127.0.0.1",
        "port": port,
        "ssl": False,
        "username": user,
        "password": f"{user}-secret",
        **changes,
    }


async def submit(
    hass: HomeAssistant, form: ConfigFlowResult, user_input: dict[str, Any]
) -> ConfigFlowResult:
    """Submit a form or choose from a menu."""
    return await hass.config_entries.flow.async_configure(form["flow_id"], user_input)


async def add(hass: HomeAssistant, port: int, user: str = USER) -> ConfigEntry:
    """Add the PBX as a user does."""
    result = await submit(hass, await open_form(hass), filled_in(port, user))
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()
    return result["result"]


async def talk(hass: HomeAssistant, rig: RemoteRig, customer: str = "1002") -> None:
    """Let a customer call the agent, whose phone answers by itself."""
    before = state(hass, "event.anna_berg_1001_call")
    await rig.do(CUSTOMERS[customer])
    await until(
        lambda: (
            state(hass, "event.anna_berg_1001_call") != before
            and attribute(hass, "event.anna_berg_1001_call", "event_type") == "answered"
        )
    )
    await until(lambda: state(hass, AGENT) == "busy")
    if customer == PHONES[CUSTOMER]:
        await until(lambda: state(hass, CUSTOMER) == "busy")
