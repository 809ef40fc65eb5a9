"""The policy of supervision: the supervisors and extensions that the options allow."""

from typing import Final

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from ..client.model import Extension
from ..const import DOMAIN
from ..hub.coordinator import PbxCoordinator
from ..hub.describe import spoken_name
from ..hub.options import PbxOptions, SupervisionPolicy
from ..hub.permission import Denial, NotPermitted, async_check_permission

# The characters of feature codes.
CODE_CHARACTERS: Final = frozenset("*#")


class SupervisionDenied(ServiceValidationError):
    """The options do not allow this supervision, whoever asks for it."""

    def __init__(
        self, denial: Denial, supervisor: Extension, extension: Extension
    ) -> None:
        """Initialize the error with its sentence."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=denial.value,
            translation_placeholders={
                "supervisor": spoken_name(supervisor),
                "extension": spoken_name(extension),
            },
        )
        self.refusal = denial


class CodeDenied(ServiceValidationError):
    """A number with a feature code was given by someone who may not use codes."""

    def __init__(self, number: str) -> None:
        """Initialize the error with its sentence."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key="code_denied",
            translation_placeholders={"number": number},
        )


async def async_check_policy(
    hass: HomeAssistant,
    coordinator: PbxCoordinator,
    context: Context,
    supervisor: Extension,
    extension: Extension,
) -> None:
    """Raise unless the policy allows it; an automation without a user acts for its owner."""
    options = coordinator.options
    denial = None
    if options.supervision is SupervisionPolicy.OFF:
        denial = Denial.SUPERVISION_OFF
    elif options.supervisors and supervisor.number not in options.supervisors:
        denial = Denial.NOT_A_SUPERVISOR
    elif options.never_monitored & _parties(coordinator, extension.number):
        denial = Denial.NEVER_MONITORED
    if denial is not None:
        raise SupervisionDenied(denial, supervisor, extension)
    await async_check_permission(hass, context, coordinator, supervisor, extension)
    if not await _allowed_by_role(hass, options, context):
        raise NotPermitted(Denial.ADMINISTRATORS_ONLY, context)


async def async_check_code(
    hass: HomeAssistant,
    coordinator: PbxCoordinator,
    context: Context,
    extension: Extension,
    number: str,
) -> None:
    """Raise where a number to dial is a feature code that is not allowed.

    By codes a phone joins the calls of others, or changes what the PBX does. So they
    are for users who may supervise with this extension, unless the options allow codes
    for all; an automation without a user may dial none.
    """
    options = coordinator.options
    if options.allow_codes or CODE_CHARACTERS.isdisjoint(number):
        return
    if (
        context.user_id is None
        or options.supervision is SupervisionPolicy.OFF
        or (options.supervisors and extension.number not in options.supervisors)
        or not await _allowed_by_role(hass, options, context)
    ):
        raise CodeDenied(number)


def _parties(coordinator: PbxCoordinator, number: str) -> set[str]:
    """Return the extensions in all calls of an extension, itself included."""
    return {number} | {
        party.number
        for call in coordinator.data.calls_of(number)
        for party in call.parties
        if party.extension
    }


async def _allowed_by_role(
    hass: HomeAssistant, options: PbxOptions, context: Context
) -> bool:
    """Return whether a user is an administrator, where the policy asks for one."""
    if (
        options.supervision is not SupervisionPolicy.ADMINISTRATORS
        or context.user_id is None
    ):
        return True
    user = await hass.auth.async_get_user(context.user_id)
    return user is not None and user.is_admin
