"""The actions: registered once, from tables; each lives with its kind."""

from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .monitoring_actions import MONITORING_ACTIONS


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for action in MONITORING_ACTIONS:
        hass.services.async_register(
            DOMAIN,
            action.name,
            action.handler,
            schema=action.schema,
            supports_response=action.response,
        )
