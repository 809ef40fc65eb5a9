"""Registration of the actions of the domain."""

from homeassistant.core import HomeAssistant, callback

from .actions.acting import ACTING_ACTIONS
from .actions.call_lists import LIST_ACTIONS
from .actions.calls import CALL_ACTIONS
from .actions.forwarding import FORWARDING_ACTIONS
from .actions.messages import MESSAGE_ACTIONS
from .actions.monitoring import MONITORING_ACTIONS
from .actions.queues import QUEUE_ACTIONS
from .const import DOMAIN
from .hub.acting import ACTING_USERS, ActingUsers

ACTIONS = (
    *MONITORING_ACTIONS,
    *CALL_ACTIONS,
    *QUEUE_ACTIONS,
    *FORWARDING_ACTIONS,
    *MESSAGE_ACTIONS,
    *LIST_ACTIONS,
    *ACTING_ACTIONS,
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register all actions of the domain, and note for whom they are run."""
    hass.data[ACTING_USERS] = ActingUsers(hass)
    for action in ACTIONS:
        hass.services.async_register(
            DOMAIN,
            action.name,
            action.async_handle,
            schema=action.schema,
            supports_response=action.response,
        )
