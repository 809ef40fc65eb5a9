"""The actions: registered once, from tables; each lives with its kind."""

from homeassistant.core import HomeAssistant, callback

from .call_actions import CALL_ACTIONS
from .call_lists import LIST_ACTIONS
from .const import DOMAIN
from .forwarding_action import FORWARDING_ACTIONS
from .message_actions import MESSAGE_ACTIONS
from .monitoring_actions import MONITORING_ACTIONS

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
            action.handler,
            schema=action.schema,
            supports_response=action.response,
        )
