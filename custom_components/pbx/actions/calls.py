"""The actions on calls: dial, hang up, hold, mute, transfer, accept and refuse."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..client.model import DestinationKind, Extension
from ..client.pbx import Capability, Pbx
from ..const import (
    ATTR_AUTO_ANSWER,
    ATTR_CALL_ID,
    ATTR_DESTINATION,
    ATTR_EXTENSION,
    ATTR_TO,
    KEY_CALLS,
    SERVICE_ACCEPT_CALL,
    SERVICE_DIAL,
    SERVICE_HANG_UP,
    SERVICE_HOLD,
    SERVICE_MUTE,
    SERVICE_REFUSE_CALL,
    SERVICE_RESUME,
    SERVICE_TRANSFER,
    SERVICE_UNMUTE,
)
from ..hub.describe import spoken_name
from ..hub.permission import async_check_control, async_check_permission
from ..hub.request import async_act, require
from ..supervision.policy import async_check_code
from .definition import OF_PBX, REFERENCE, Action
from .destinations import (
    Destination,
    async_find_outside_call,
    find_call,
    find_connection,
)
from .targets import Target, find_extension, invalid

type ExtensionRequest = Callable[[Pbx, str], Awaitable[None]]


async def _async_connection(call: ServiceCall) -> Target[Extension, Destination]:
    """Return an extension and its destination, where the user may use the extension.

    Its user can call any number from its phone: only the extension itself is checked.
    """
    target = find_connection(
        call.hass,
        call.data[ATTR_EXTENSION],
        call.data[ATTR_TO],
        call.data.get(ATTR_CONFIG_ENTRY_ID),
    )
    extension = target.subject
    if target.other.number == extension.number:
        raise invalid("same_number", extension=spoken_name(extension))
    await async_check_permission(call.hass, call.context, target.coordinator, extension)
    await async_check_code(
        call.hass, target.coordinator, call.context, extension, target.other.number
    )
    return target


async def _async_dial(call: ServiceCall) -> JsonObjectType:
    """Call an extension's phone and, once it is picked up, another number."""
    target = await _async_connection(call)
    extension, to = target.subject, target.other
    call_id = await async_act(
        target.coordinator,
        Capability.DIAL,
        lambda pbx: pbx.dial(
            extension.number,
            to.number,
            outside=to.outside,
            auto_answer=call.data[ATTR_AUTO_ANSWER],
        ),
        {"extension": spoken_name(extension)},
    )
    return {ATTR_CALL_ID: call_id, ATTR_EXTENSION: extension.number, ATTR_TO: to.number}


async def _async_control(
    capability: Capability, request: ExtensionRequest, call: ServiceCall
) -> JsonObjectType:
    """Control the call of an extension; of several calls, the PBX chooses."""
    target = find_extension(
        call.hass, call.data[ATTR_EXTENSION], call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    coordinator, extension = target.coordinator, target.subject
    await async_check_permission(call.hass, call.context, coordinator, extension)
    calls = coordinator.data.calls_of(extension.number)
    await async_act(
        coordinator,
        capability,
        lambda pbx: request(pbx, extension.number),
        {"extension": spoken_name(extension)},
    )
    return {
        ATTR_CALL_ID: calls[0].id if len(calls) == 1 else None,
        ATTR_EXTENSION: extension.number,
    }


async def _async_transfer(call: ServiceCall) -> JsonObjectType:
    """Connect the outside party of an extension's call with another destination."""
    target = await _async_connection(call)
    coordinator, extension, to = target.coordinator, target.subject, target.other
    names = {"extension": spoken_name(extension)}
    require(coordinator, Capability.TRANSFER, names)
    kind: DestinationKind = call.data[ATTR_DESTINATION]
    if not to.outside:
        kind = DestinationKind.EXTENSION
    elif kind is DestinationKind.EXTENSION:
        raise invalid("unknown_extension", reference=call.data[ATTR_TO])
    chosen = await async_find_outside_call(
        coordinator, extension, call.data.get(ATTR_CALL_ID)
    )
    call_id = await async_act(
        coordinator,
        Capability.TRANSFER,
        lambda pbx: pbx.transfer(chosen, to.number, kind, permission=extension.number),
        names,
    )
    return {
        ATTR_CALL_ID: call_id or chosen.id,
        ATTR_EXTENSION: extension.number,
        ATTR_TO: to.number,
        ATTR_DESTINATION: kind.value,
    }


async def _async_decide(
    request: Callable[[Pbx, str], Awaitable[None]], call: ServiceCall
) -> JsonObjectType:
    """Accept or refuse an inbound call.

    It has not reached an extension yet, so the user must be allowed to control the
    sensor that stands for all calls of the PBX.
    """
    target = find_call(
        call.hass, call.data[ATTR_CALL_ID], call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    coordinator, call_id = target.coordinator, target.subject
    await async_check_control(
        call.hass,
        call.context,
        coordinator,
        {KEY_CALLS: coordinator.config_entry.title},
    )
    try:
        await async_act(
            coordinator,
            Capability.INBOUND_CONTROL,
            lambda pbx: request(pbx, call_id),
            {"call": call_id},
        )
    except ValueError as err:
        raise invalid("inbound_not_in_call", call=call_id) from err
    return {ATTR_CALL_ID: call_id}


def _on_extension(
    name: str, capability: Capability, request: ExtensionRequest
) -> Action:
    """Return an action that takes an extension and nothing else."""
    return Action(
        name=name,
        handler=partial(_async_control, capability, request),
        schema=vol.Schema({vol.Required(ATTR_EXTENSION): REFERENCE, **OF_PBX}),
    )


def _on_inbound_call(
    name: str, request: Callable[[Pbx, str], Awaitable[None]]
) -> Action:
    """Return one of the two answers to a PBX that asks about a call."""
    return Action(
        name=name,
        handler=partial(_async_decide, request),
        schema=vol.Schema({vol.Required(ATTR_CALL_ID): REFERENCE, **OF_PBX}),
    )


CALL_ACTIONS: Final = (
    Action(
        name=SERVICE_DIAL,
        handler=_async_dial,
        schema=vol.Schema(
            {
                vol.Required(ATTR_EXTENSION): REFERENCE,
                vol.Required(ATTR_TO): REFERENCE,
                vol.Optional(ATTR_AUTO_ANSWER, default=False): cv.boolean,
                **OF_PBX,
            }
        ),
    ),
    _on_extension(
        SERVICE_HANG_UP, Capability.HANG_UP, lambda pbx, number: pbx.hang_up(number)
    ),
    _on_extension(SERVICE_HOLD, Capability.HOLD, lambda pbx, number: pbx.hold(number)),
    _on_extension(
        SERVICE_RESUME, Capability.HOLD, lambda pbx, number: pbx.resume(number)
    ),
    _on_extension(SERVICE_MUTE, Capability.MUTE, lambda pbx, number: pbx.mute(number)),
    _on_extension(
        SERVICE_UNMUTE, Capability.MUTE, lambda pbx, number: pbx.unmute(number)
    ),
    Action(
        name=SERVICE_TRANSFER,
        handler=_async_transfer,
        schema=vol.Schema(
            {
                vol.Required(ATTR_EXTENSION): REFERENCE,
                vol.Required(ATTR_TO): REFERENCE,
                vol.Optional(
                    ATTR_DESTINATION, default=DestinationKind.OUTSIDE
                ): vol.Coerce(DestinationKind),
                vol.Optional(ATTR_CALL_ID): REFERENCE,
                **OF_PBX,
            }
        ),
    ),
    _on_inbound_call(SERVICE_ACCEPT_CALL, lambda pbx, call: pbx.accept_call(call)),
    _on_inbound_call(SERVICE_REFUSE_CALL, lambda pbx, call: pbx.refuse_call(call)),
)
