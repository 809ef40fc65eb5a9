"""The definition of an action, and the fields that all of them share."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..hub.acting import ACTING_USERS

# An entity, a device, or a bare number; the kind is determined when the action runs.
REFERENCE: Final = vol.All(cv.string, str.strip, vol.Length(min=1))
OF_PBX: Final = {vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string}


def as_list(value: object) -> list[Any]:
    """Return a list unchanged, another value as a list of one; texts are not split."""
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action of the domain; its handler always returns the response.

    `acts` tells that its handler is called with the user for whom an automation acts.
    """

    name: str
    handler: Callable[[ServiceCall], Coroutine[Any, Any, JsonObjectType]]
    schema: vol.Schema
    response: SupportsResponse = SupportsResponse.OPTIONAL
    acts: bool = True

    async def async_handle(self, call: ServiceCall) -> ServiceResponse:
        """Run the action, and return the response where it was asked for."""
        if self.acts:
            call = ServiceCall(
                call.hass,
                call.domain,
                call.service,
                dict(call.data),
                call.hass.data[ACTING_USERS].acting(call.context),
                call.return_response,
            )
        response = await self.handler(call)
        return response if call.return_response else None
