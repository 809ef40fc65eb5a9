"""The actions of a supervisor: listen, whisper, barge in, and stop."""

from functools import partial
from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..client.model import MonitorMode
from ..const import (
    ATTR_CALL_ID,
    ATTR_EXTENSION,
    ATTR_SUPERVISOR,
    ATTR_WAIT,
    ATTR_WHISPERED,
    ATTR_WHISPERER,
    SERVICE_BARGE_IN,
    SERVICE_LISTEN,
    SERVICE_STOP_MONITORING,
    SERVICE_WHISPER,
)
from .definition import OF_PBX, REFERENCE, Action
from .targets import async_check_permission, find_extension, find_pair


async def _async_monitor(
    mode: MonitorMode, fields: tuple[str, str], call: ServiceCall
) -> ServiceResponse:
    """Let a supervisor join the call of an extension."""
    pair = find_pair(
        call.hass,
        call.data[fields[0]],
        call.data[fields[1]],
        call.data.get(ATTR_CONFIG_ENTRY_ID),
    )
    call_id = await pair.coordinator.supervision.async_start(
        mode, pair.supervisor, pair.extension, call.context, wait=call.data[ATTR_WAIT]
    )
    if not call.return_response:
        return None
    return {
        ATTR_CALL_ID: call_id,
        fields[0]: pair.supervisor.number,
        fields[1]: pair.extension.number,
    }


async def _async_stop(call: ServiceCall) -> ServiceResponse:
    """Let a supervisor leave the call they joined."""
    coordinator, supervisor = find_extension(
        call.hass, call.data[ATTR_SUPERVISOR], call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    await async_check_permission(call.hass, call.context, coordinator, supervisor)
    extension = await coordinator.supervision.async_stop(supervisor, call.context)
    if not call.return_response:
        return None
    return {ATTR_SUPERVISOR: supervisor.number, ATTR_EXTENSION: extension}


def _monitoring(
    name: str, mode: MonitorMode, supervisor: str, extension: str
) -> Action:
    """Return one of the three ways of monitoring; they differ in their words only."""
    return Action(
        name=name,
        handler=partial(_async_monitor, mode, (supervisor, extension)),
        schema=vol.Schema(
            {
                vol.Required(supervisor): REFERENCE,
                vol.Required(extension): REFERENCE,
                vol.Optional(ATTR_WAIT, default=False): cv.boolean,
                **OF_PBX,
            }
        ),
    )


MONITORING_ACTIONS: Final = (
    _monitoring(SERVICE_WHISPER, MonitorMode.WHISPER, ATTR_WHISPERER, ATTR_WHISPERED),
    _monitoring(SERVICE_LISTEN, MonitorMode.LISTEN, ATTR_SUPERVISOR, ATTR_EXTENSION),
    _monitoring(
        SERVICE_BARGE_IN, MonitorMode.BARGE_IN, ATTR_SUPERVISOR, ATTR_EXTENSION
    ),
    Action(
        name=SERVICE_STOP_MONITORING,
        handler=_async_stop,
        schema=vol.Schema({vol.Required(ATTR_SUPERVISOR): REFERENCE, **OF_PBX}),
    ),
)
