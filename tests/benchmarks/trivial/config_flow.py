"""What Home Assistant wants to see before it sets up an entry."""

from homeassistant.config_entries import ConfigFlow

from .const import DOMAIN


class TrivialConfigFlow(ConfigFlow, domain=DOMAIN):
    """A flow that nobody walks through."""
