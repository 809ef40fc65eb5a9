"""The action by which a run of an automation acts for a user."""

from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..const import ATTR_EXTENSION, ATTR_USER, SERVICE_ACT_FOR_USER
from ..hub.acting import ACTING_USERS, NOBODY
from ..hub.permission import async_check_permission
from .definition import OF_PBX, REFERENCE, Action
from .targets import find_extension, invalid


async def _async_act_for_user(call: ServiceCall) -> JsonObjectType:
    """Make the rest of a run act for a user; end it unless they may control an extension.

    A run that goes on after an error acts for nobody, and is refused everything.
    """
    users = call.hass.data[ACTING_USERS]
    user_id: str | None = call.data[ATTR_USER]
    user = await call.hass.auth.async_get_user(user_id) if user_id else None
    if call.context.user_id is not None:
        # A run that a user has started cannot become one of another user.
        if user is None or user.id != call.context.user_id:
            raise invalid("other_user")
    else:
        users.async_set(call.context, NOBODY if user is None else user.id)
    if user is None or not user.is_active:
        raise invalid("unknown_user")
    reference = call.data.get(ATTR_EXTENSION)
    if reference is None:
        return {ATTR_USER: user.id}
    target = find_extension(call.hass, reference, call.data.get(ATTR_CONFIG_ENTRY_ID))
    await async_check_permission(
        call.hass, users.acting(call.context), target.coordinator, target.subject
    )
    return {ATTR_USER: user.id, ATTR_EXTENSION: target.subject.number}


ACTING_ACTIONS: Final = (
    Action(
        name=SERVICE_ACT_FOR_USER,
        handler=_async_act_for_user,
        acts=False,
        schema=vol.Schema(
            {
                vol.Required(ATTR_USER): vol.Any(None, cv.string),
                vol.Optional(ATTR_EXTENSION): REFERENCE,
                **OF_PBX,
            }
        ),
    ),
)
