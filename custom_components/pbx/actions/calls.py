"""The actions on calls: dial, hang up, hold, mute, transfer, let in or turn away."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..client.model import DestinationKind
from ..client.pbx import Pbx
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
from ..hub.names import spoken_name
from ..hub.request import Kind, async_act
from .definition import OF_PBX, REFERENCE, Action
from .destinations import (
    Connection,
    async_find_outside_call,
    find_call,
    find_connection,
)
from .targets import (
    async_check_control,
    async_check_permission,
    find_extension,
    invalid,
)


async def _async_connection(call: ServiceCall) -> Connection:
    """Return the extension that is used and whom to connect it with.

    Its user can call everybody from its phone: only the extension itself is asked for.
    """
    connection = find_connection(
        call.hass,
        call.data[ATTR_EXTENSION],
        call.data[ATTR_TO],
        call.data.get(ATTR_CONFIG_ENTRY_ID),
    )
    extension = connection.extension
    if connection.to.number == extension.number:
        raise invalid("same_number", extension=spoken_name(extension))
    await async_check_permission(
        call.hass, call.context, connection.coordinator, extension
    )
    return connection


async def _async_dial(call: ServiceCall) -> ServiceResponse:
    """Call an extension's phone and, once it is picked up, another number."""
    connection = await _async_connection(call)
    coordinator, extension, to = (
        connection.coordinator,
        connection.extension,
        connection.to,
    )
    call_id = await async_act(
        coordinator,
        coordinator.pbx.dial(
            extension.number,
            to.number,
            outside=to.outside,
            auto_answer=call.data[ATTR_AUTO_ANSWER],
        ),
        Kind.CONTROL,
        {"extension": spoken_name(extension)},
    )
    if not call.return_response:
        return None
    return {
        ATTR_CALL_ID: call_id,
        ATTR_EXTENSION: extension.number,
        ATTR_TO: to.number,
    }


async def _async_control(
    request: Callable[[Pbx, str], Awaitable[None]], call: ServiceCall
) -> ServiceResponse:
    """Do something to the call of an extension; which of several, the PBX decides."""
    coordinator, extension = find_extension(
        call.hass, call.data[ATTR_EXTENSION], call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    await async_check_permission(call.hass, call.context, coordinator, extension)
    calls = coordinator.data.calls_of(extension.number)
    await async_act(
        coordinator,
        request(coordinator.pbx, extension.number),
        Kind.CONTROL,
        {"extension": spoken_name(extension)},
    )
    if not call.return_response:
        return None
    return {
        ATTR_CALL_ID: calls[0].id if len(calls) == 1 else None,
        ATTR_EXTENSION: extension.number,
    }


async def _async_transfer(call: ServiceCall) -> ServiceResponse:
    """Connect the outside party of an extension's call with somebody else."""
    connection = await _async_connection(call)
    coordinator, extension, to = (
        connection.coordinator,
        connection.extension,
        connection.to,
    )
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
        coordinator.pbx.transfer(chosen, to.number, kind, permission=extension.number),
        Kind.CONTROL,
        {"extension": spoken_name(extension)},
    )
    if not call.return_response:
        return None
    return {
        ATTR_CALL_ID: call_id or chosen.id,
        ATTR_EXTENSION: extension.number,
        ATTR_TO: to.number,
        ATTR_DESTINATION: kind.value,
    }


async def _async_decide(
    request: Callable[[Pbx, str], Awaitable[None]], call: ServiceCall
) -> ServiceResponse:
    """Let an inbound call in, or turn it away.

    It has not reached any extension yet, so who decides must be allowed to control the
    sensor that stands for all calls of the PBX.
    """
    coordinator, call_id = find_call(
        call.hass, call.data[ATTR_CALL_ID], call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    await async_check_control(
        call.hass,
        call.context,
        coordinator,
        {KEY_CALLS: coordinator.config_entry.title},
    )
    try:
        await async_act(
            coordinator,
            request(coordinator.pbx, call_id),
            Kind.INBOUND,
            {"call": call_id},
        )
    except ValueError as err:
        raise invalid("inbound_not_in_call", call=call_id) from err
    return {ATTR_CALL_ID: call_id} if call.return_response else None


def _on_extension(name: str, request: Callable[[Pbx, str], Awaitable[None]]) -> Action:
    """Return one of the actions that take an extension and nothing else."""
    return Action(
        name=name,
        handler=partial(_async_control, request),
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
    _on_extension(SERVICE_HANG_UP, lambda pbx, number: pbx.hang_up(number)),
    _on_extension(SERVICE_HOLD, lambda pbx, number: pbx.hold(number)),
    _on_extension(SERVICE_RESUME, lambda pbx, number: pbx.resume(number)),
    _on_extension(SERVICE_MUTE, lambda pbx, number: pbx.mute(number)),
    _on_extension(SERVICE_UNMUTE, lambda pbx, number: pbx.unmute(number)),
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
