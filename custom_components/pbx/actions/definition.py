"""What an action consists of, and what the fields of all of them share."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

# An entity, a device, or a bare number: which of them is found out when it is called.
REFERENCE: Final = vol.All(cv.string, str.strip, vol.Length(min=1))
OF_PBX: Final = {vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string}


def as_list(value: object) -> list[Any]:
    """Return one value or several as several; a text is one, commas and all."""
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action of the domain."""

    name: str
    handler: Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]
    schema: vol.Schema
    response: SupportsResponse = SupportsResponse.OPTIONAL
