"""The actions that say something: a text message, a prompt played to a phone."""

from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..const import (
    ATTR_AUTO_ANSWER,
    ATTR_CALL_ID,
    ATTR_MESSAGE,
    ATTR_NUMBER,
    ATTR_PERMISSION_OF,
    ATTR_PROMPTS,
    ATTR_TO,
    ATTR_TRUNK,
    KEY_STATUS,
    SERVICE_PLAY_PROMPT,
    SERVICE_SEND_SMS,
)
from ..hub.names import spoken_name
from ..hub.registry import TRUNK
from ..hub.request import Kind, async_act, async_request
from .definition import OF_PBX, REFERENCE, Action, as_list
from .destinations import find_destination, find_trunk, number_to_dial
from .targets import async_check_control, async_check_permission, invalid

ATTR_MESSAGE_ID: Final = "message_id"


async def _async_send_sms(call: ServiceCall) -> ServiceResponse:
    """Send a text message through a mobile trunk."""
    coordinator, trunk = find_trunk(
        call.hass, call.data[ATTR_TRUNK], call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    number = number_to_dial(call.data[ATTR_NUMBER])
    await async_check_control(
        call.hass,
        call.context,
        coordinator,
        {f"{TRUNK}{trunk.name}_{KEY_STATUS}": trunk.name},
    )
    try:
        message_id = await async_request(
            coordinator,
            coordinator.pbx.send_sms(trunk.name, number, call.data[ATTR_MESSAGE]),
            Kind.SMS,
            {"trunk": trunk.name, "number": number},
        )
    except ValueError as err:
        raise invalid("not_a_message") from err
    if not call.return_response:
        return None
    return {ATTR_MESSAGE_ID: message_id, ATTR_TRUNK: trunk.name, ATTR_NUMBER: number}


async def _async_play_prompt(call: ServiceCall) -> ServiceResponse:
    """Call somebody and play prompts to them."""
    prompts: list[str] = call.data[ATTR_PROMPTS]
    connection = find_destination(
        call.hass,
        call.data[ATTR_TO],
        call.data.get(ATTR_PERMISSION_OF),
        call.data.get(ATTR_CONFIG_ENTRY_ID),
    )
    coordinator, used, to = (
        connection.coordinator,
        connection.extension,
        connection.to,
    )
    await async_check_permission(call.hass, call.context, coordinator, used)
    try:
        call_id = await async_act(
            coordinator,
            coordinator.pbx.play_prompt(
                to.number,
                prompts,
                outside=to.outside,
                auto_answer=call.data[ATTR_AUTO_ANSWER],
                permission=used.number if to.outside else None,
            ),
            Kind.CONTROL,
            {"extension": spoken_name(used)},
        )
    except ValueError as err:
        raise invalid("not_a_prompt", prompts=", ".join(prompts)) from err
    if not call.return_response:
        return None
    return {ATTR_CALL_ID: call_id, ATTR_TO: to.number}


MESSAGE_ACTIONS: Final = (
    Action(
        name=SERVICE_SEND_SMS,
        handler=_async_send_sms,
        schema=vol.Schema(
            {
                vol.Required(ATTR_TRUNK): REFERENCE,
                vol.Required(ATTR_NUMBER): REFERENCE,
                vol.Required(ATTR_MESSAGE): vol.All(cv.string, str.strip),
                **OF_PBX,
            }
        ),
    ),
    Action(
        name=SERVICE_PLAY_PROMPT,
        handler=_async_play_prompt,
        schema=vol.Schema(
            {
                vol.Required(ATTR_TO): REFERENCE,
                vol.Required(ATTR_PROMPTS): vol.All(
                    as_list, [cv.string], vol.Length(min=1, max=10)
                ),
                vol.Optional(ATTR_AUTO_ANSWER, default=False): cv.boolean,
                vol.Optional(ATTR_PERMISSION_OF): REFERENCE,
                **OF_PBX,
            }
        ),
    ),
)
