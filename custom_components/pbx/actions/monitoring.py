"""The actions of a supervisor: listen, whisper, barge in, and stop."""

from functools import partial
from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
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
from ..hub.permission import async_check_permission
from .definition import OF_PBX, REFERENCE, Action
from .targets import find_extension, find_monitored


async def _async_monitor(
    mode: MonitorMode, supervisor: str, extension: str, call: ServiceCall
) -> JsonObjectType:
    """Join a supervisor to an extension's call; the fields are named as the mode wants."""
    target = find_monitored(
        call.hass,
        call.data[supervisor],
        call.data[extension],
        call.data.get(ATTR_CONFIG_ENTRY_ID),
    )
    call_id = await target.runtime.supervision.async_start(
        mode, target.other, target.subject, call.context, wait=call.data[ATTR_WAIT]
    )
    return {
        ATTR_CALL_ID: call_id,
        supervisor: target.other.number,
        extension: target.subject.number,
    }


async def _async_stop(call: ServiceCall) -> JsonObjectType:
    """Take a supervisor out of the call they joined."""
    target = find_extension(
        call.hass, call.data[ATTR_SUPERVISOR], call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    supervisor = target.subject
    await async_check_permission(
        call.hass, call.context, target.coordinator, supervisor
    )
    extension = await target.runtime.supervision.async_stop(supervisor, call.context)
    return {ATTR_SUPERVISOR: supervisor.number, ATTR_EXTENSION: extension}


def _monitoring(
    name: str, mode: MonitorMode, supervisor: str, extension: str
) -> Action:
    """Return the action of one mode."""
    return Action(
        name=name,
        handler=partial(_async_monitor, mode, supervisor, extension),
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
