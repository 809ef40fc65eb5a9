"""The definition of an action, and the fields that all of them share."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

# An entity, a device, or a bare number: they are told apart when the action runs.
REFERENCE: Final = vol.All(cv.string, str.strip, vol.Length(min=1))
OF_PBX: Final = {vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string}


def as_list(value: object) -> list[Any]:
    """Return a list as it is, and another value as a list of one; texts are not split."""
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action of the domain; its handler always returns the response."""

    name: str
    handler: Callable[[ServiceCall], Coroutine[Any, Any, JsonObjectType]]
    schema: vol.Schema
    response: SupportsResponse = SupportsResponse.OPTIONAL

    async def async_handle(self, call: ServiceCall) -> ServiceResponse:
        """Run the action, and return the response where it was asked for."""
        response = await self.handler(call)
        return response if call.return_response else None
