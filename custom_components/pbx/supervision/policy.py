"""The policy of supervision: who may supervise whom, as the options say."""

from enum import StrEnum
from typing import TYPE_CHECKING

from homeassistant.core import Context, HomeAssistant

from ..actions.targets import NotPermitted, async_check_permission, invalid
from ..client.model import Extension
from ..const import CONF_NEVER_MONITORED, CONF_SUPERVISION, CONF_SUPERVISORS
from ..hub.names import spoken_name

if TYPE_CHECKING:
    from ..hub.coordinator import PbxCoordinator


class Policy(StrEnum):
    """Who may supervise at all."""

    OFF = "off"
    ADMINISTRATORS = "administrators"
    CONTROLLERS = "controllers"


async def async_check_policy(
    hass: HomeAssistant,
    coordinator: PbxCoordinator,
    context: Context,
    supervisor: Extension,
    extension: Extension,
) -> None:
    """Let through what the policy allows; an automation without a user acts for its owner."""
    options = coordinator.config_entry.options
    policy = Policy(options.get(CONF_SUPERVISION, Policy.CONTROLLERS))
    names = {
        "supervisor": spoken_name(supervisor),
        "extension": spoken_name(extension),
    }
    supervisors = options.get(CONF_SUPERVISORS, ())
    key = None
    if policy is Policy.OFF:
        key = "supervision_off"
    elif supervisors and supervisor.number not in supervisors:
        key = "not_a_supervisor"
    elif extension.number in options.get(CONF_NEVER_MONITORED, ()):
        key = "never_monitored"
    if key is not None:
        raise invalid(key, **names)
    await async_check_permission(hass, context, coordinator, supervisor, extension)
    if policy is Policy.ADMINISTRATORS and context.user_id is not None:
        user = await hass.auth.async_get_user(context.user_id)
        if user is None or not user.is_admin:
            raise NotPermitted("administrators_only", context)
