"""The action that forwards an extension's calls."""

from typing import Any, Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..client.extension_settings import Forwarding, ForwardTo, SettingsChange
from ..const import (
    ATTR_EXTENSION,
    ATTR_NUMBER,
    ATTR_PREFIX,
    ATTR_TO,
    ATTR_WHEN,
    SERVICE_SET_FORWARDING,
)
from ..hub.describe import spoken_name
from ..hub.permission import async_check_permission
from ..supervision.policy import async_check_code
from .definition import OF_PBX, REFERENCE, Action, as_list
from .destinations import number_to_dial
from .targets import find_extension, invalid

# The situations in which calls are forwarded, as the settings name them.
SITUATIONS: Final = ("always", "no_answer", "busy")
OFF: Final = "off"
# The destination from before it was switched off.
LAST: Final = "last"
DESTINATIONS: Final = (OFF, *(to.value for to in ForwardTo), LAST)
WITH_NUMBER: Final = (ForwardTo.EXTENSION, ForwardTo.NUMBER)
WITH_PREFIX: Final = (ForwardTo.MOBILE, ForwardTo.NUMBER)


def _destination(value: Any) -> Any:
    """Return a destination; YAML reads a bare `off` as False."""
    return OFF if value is False else value


async def _async_set_forwarding(call: ServiceCall) -> JsonObjectType:
    """Forward an extension's calls, or stop forwarding them."""
    target = find_extension(
        call.hass, call.data[ATTR_EXTENSION], call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    coordinator, extension = target.coordinator, target.subject
    await async_check_permission(call.hass, call.context, coordinator, extension)
    to = call.data[ATTR_TO]
    number: str | None = call.data.get(ATTR_NUMBER)
    prefix: str | None = call.data.get(ATTR_PREFIX)
    if (number is not None and to not in WITH_NUMBER) or (
        prefix is not None and to not in WITH_PREFIX
    ):
        raise invalid("forwarding_takes_no_number")
    if number is None:
        if to in WITH_NUMBER:
            raise invalid("forwarding_needs_number")
    elif to == ForwardTo.EXTENSION:
        destination = find_extension(
            call.hass, number, coordinator.config_entry.entry_id
        ).subject
        if destination.number == extension.number:
            raise invalid("forwarding_to_itself", extension=spoken_name(extension))
        number = destination.number
    else:
        number = number_to_dial(number)
    if prefix is not None:
        prefix = number_to_dial(prefix)
    await async_check_code(
        call.hass, coordinator, call.context, extension, f"{prefix or ''}{number or ''}"
    )
    if to == OFF:
        forwarding = Forwarding(on=False)
    elif to == LAST:
        forwarding = Forwarding(on=True)
    else:
        forwarding = Forwarding(True, ForwardTo(to), number, prefix)
    changes: dict[str, Any] = {
        f"forward_{when}": forwarding for when in call.data[ATTR_WHEN]
    }
    await target.runtime.settings.async_change(extension, SettingsChange(**changes))
    return {
        ATTR_EXTENSION: extension.number,
        ATTR_WHEN: call.data[ATTR_WHEN],
        ATTR_TO: to,
        ATTR_NUMBER: number,
    }


FORWARDING_ACTIONS: Final = (
    Action(
        name=SERVICE_SET_FORWARDING,
        handler=_async_set_forwarding,
        schema=vol.Schema(
            {
                vol.Required(ATTR_EXTENSION): REFERENCE,
                vol.Optional(ATTR_WHEN, default=["always"]): vol.All(
                    as_list, [vol.In(SITUATIONS)], vol.Length(min=1)
                ),
                vol.Required(ATTR_TO): vol.All(_destination, vol.In(DESTINATIONS)),
                vol.Optional(ATTR_NUMBER): REFERENCE,
                vol.Optional(ATTR_PREFIX): vol.All(
                    cv.string, str.strip, vol.Length(min=1)
                ),
                **OF_PBX,
            }
        ),
    ),
)
