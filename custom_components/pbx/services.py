"""The actions of the domain, registered once."""

from homeassistant.core import HomeAssistant, callback

from .actions.call_lists import LIST_ACTIONS
from .actions.calls import CALL_ACTIONS
from .actions.forwarding import FORWARDING_ACTIONS
from .actions.messages import MESSAGE_ACTIONS
from .actions.monitoring import MONITORING_ACTIONS
from .const import DOMAIN

ACTIONS = (
    *MONITORING_ACTIONS,
    *CALL_ACTIONS,
    *FORWARDING_ACTIONS,
    *MESSAGE_ACTIONS,
    *LIST_ACTIONS,
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for action in ACTIONS:
        hass.services.async_register(
            DOMAIN,
            action.name,
            action.async_handle,
            schema=action.schema,
            supports_response=action.response,
        )
