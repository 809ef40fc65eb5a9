"""The actions that send a text message, and play a prompt to a phone."""

from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..client.pbx import Capability
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
from ..hub.describe import spoken_name
from ..hub.permission import async_check_control, async_check_permission
from ..hub.registry import TRUNK
from ..hub.request import async_act, async_request
from ..supervision.policy import async_check_code
from .definition import OF_PBX, REFERENCE, Action, as_list
from .destinations import find_destination, number_to_dial
from .targets import find_trunk, invalid

ATTR_MESSAGE_ID: Final = "message_id"


async def _async_send_sms(call: ServiceCall) -> JsonObjectType:
    """Send a text message through a mobile trunk."""
    target = find_trunk(
        call.hass, call.data[ATTR_TRUNK], call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    trunk = target.subject.name
    number = number_to_dial(call.data[ATTR_NUMBER])
    await async_check_control(
        call.hass,
        call.context,
        target.coordinator,
        {f"{TRUNK}{trunk}_{KEY_STATUS}": trunk},
    )
    try:
        message_id = await async_request(
            target.coordinator,
            Capability.SMS,
            lambda pbx: pbx.send_sms(trunk, number, call.data[ATTR_MESSAGE]),
            {"trunk": trunk, "number": number},
        )
    except ValueError as err:
        raise invalid("not_a_message") from err
    return {ATTR_MESSAGE_ID: message_id, ATTR_TRUNK: trunk, ATTR_NUMBER: number}


async def _async_play_prompt(call: ServiceCall) -> JsonObjectType:
    """Call a phone and play prompts to it."""
    prompts: list[str] = call.data[ATTR_PROMPTS]
    target = find_destination(
        call.hass,
        call.data[ATTR_TO],
        call.data.get(ATTR_PERMISSION_OF),
        call.data.get(ATTR_CONFIG_ENTRY_ID),
    )
    coordinator, used, to = target.coordinator, target.subject, target.other
    await async_check_permission(call.hass, call.context, coordinator, used)
    await async_check_code(call.hass, coordinator, call.context, used, to.number)
    try:
        call_id = await async_act(
            coordinator,
            Capability.PROMPT,
            lambda pbx: pbx.play_prompt(
                to.number,
                prompts,
                outside=to.outside,
                auto_answer=call.data[ATTR_AUTO_ANSWER],
                permission=used.number if to.outside else None,
            ),
            {"extension": spoken_name(used)},
        )
    except ValueError as err:
        raise invalid("not_a_prompt", prompts=", ".join(prompts)) from err
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
