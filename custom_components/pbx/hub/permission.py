"""Permission of a user, or of an automation's owner, to act on a PBX."""

from collections.abc import Mapping
from enum import StrEnum

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized

from ..client.model import Extension
from ..const import DOMAIN, KEY_STATUS
from .coordinator import PbxCoordinator
from .describe import spoken_name
from .registry import sensor_id


class Denial(StrEnum):
    """The reason why a request failed, other than a refusal by the PBX."""

    ADMINISTRATORS_ONLY = "administrators_only"
    NEVER_MONITORED = "never_monitored"
    NOT_A_SUPERVISOR = "not_a_supervisor"
    NOT_FREE_IN_TIME = "not_free_in_time"
    NOT_LEFT = "not_left"
    NOT_LOADED = "not_loaded"
    NOT_PERMITTED = "not_permitted"
    SUPERVISION_OFF = "supervision_off"
    UNANSWERED = "unanswered"
    UNREACHABLE = "unreachable"


class NotPermitted(Unauthorized):
    """The user lacks the permission; the error has a translated sentence."""

    def __init__(self, denial: Denial, context: Context, **placeholders: str) -> None:
        """Initialize the error for the context of the user."""
        super().__init__(context=context, permission=POLICY_CONTROL)
        self.refusal = denial
        self.translation_domain = DOMAIN
        self.translation_key = denial.value
        self.translation_placeholders = placeholders
        self.generate_message = True


async def async_check_permission(
    hass: HomeAssistant,
    context: Context,
    coordinator: PbxCoordinator,
    *extensions: Extension,
) -> None:
    """Raise unless the user may control the status of all these extensions."""
    await async_check_control(
        hass,
        context,
        coordinator,
        {
            f"{extension.number}_{KEY_STATUS}": spoken_name(extension)
            for extension in extensions
        },
    )


async def async_check_control(
    hass: HomeAssistant,
    context: Context,
    coordinator: PbxCoordinator,
    sensors: Mapping[str, str],
) -> None:
    """Raise unless the user may control all these sensors of a PBX.

    `sensors` are the ends of their unique ids, each with the name that the error gives
    to what the sensor shows. An automation without a user acts for its owner.
    """
    if context.user_id is None:
        return
    user = await hass.auth.async_get_user(context.user_id)
    for key, name in sensors.items():
        if not may(hass, user, coordinator.serial_number, key, POLICY_CONTROL):
            raise NotPermitted(Denial.NOT_PERMITTED, context, extension=name)


def may_control(
    hass: HomeAssistant, user: User | None, serial_number: str, number: str
) -> bool:
    """Return whether a user may control the status of an extension."""
    return may(hass, user, serial_number, f"{number}_{KEY_STATUS}", POLICY_CONTROL)


def may(
    hass: HomeAssistant, user: User | None, serial_number: str, key: str, policy: str
) -> bool:
    """Return whether a user may read or control a sensor of a PBX.

    `key` is the end of the sensor's unique id.
    """
    if user is None or not user.is_active:
        return False
    if user.is_admin:
        return True
    entity_id = sensor_id(hass, serial_number, key)
    return entity_id is not None and user.permissions.check_entity(entity_id, policy)
