"""The policy of supervision: the supervisors and extensions that the options allow."""

from collections.abc import Set as AbstractSet
from typing import Final

from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from ..client.model import Extension, PartyState
from ..const import DOMAIN
from ..hub.coordinator import PbxCoordinator
from ..hub.describe import spoken_name
from ..hub.options import PbxOptions, SupervisionPolicy
from ..hub.permission import Denial, NotPermitted, async_check_permission

# The characters of feature codes.
CODE_CHARACTERS: Final = frozenset("*#")
# The states of parties that nobody can hear.
NOT_HEARD: Final = frozenset({PartyState.RINGING, PartyState.DIALING, PartyState.GONE})


class SupervisionDenied(ServiceValidationError):
    """The options do not allow this supervision for any user."""

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
    """Raise unless the policy allows the supervision.

    An automation without a user acts for its owner.
    """
    options = coordinator.options
    parties = _parties(coordinator, extension.number)
    denial = not_a_supervisor(options, supervisor.number) or never_monitored(
        options, parties
    )
    if denial is not None:
        raise SupervisionDenied(denial, supervisor, extension)
    await async_check_permission(hass, context, coordinator, supervisor, extension)
    denial = await _denied_by_role(hass, options, context)
    if denial is not None:
        raise NotPermitted(denial, context)


def supervision_off(options: PbxOptions) -> Denial | None:
    """Return why there is no supervision at all, None if there is."""
    off = options.supervision is SupervisionPolicy.OFF
    return Denial.SUPERVISION_OFF if off else None


def not_a_supervisor(options: PbxOptions, number: str) -> Denial | None:
    """Return why an extension may not supervise for any user, None if it may."""
    if (denial := supervision_off(options)) is not None:
        return denial
    if options.supervisors and number not in options.supervisors:
        return Denial.NOT_A_SUPERVISOR
    return None


def never_monitored(options: PbxOptions, parties: AbstractSet[str]) -> Denial | None:
    """Return why nobody may join a call with these extensions, None if it is allowed."""
    return Denial.NEVER_MONITORED if options.never_monitored & parties else None


def role_denied(options: PbxOptions, user: User | None) -> Denial | None:
    """Return why a user may not supervise with any extension, None if they may."""
    if options.supervision is not SupervisionPolicy.ADMINISTRATORS:
        return None
    if user is not None and user.is_admin:
        return None
    return Denial.ADMINISTRATORS_ONLY


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
        or not_a_supervisor(options, extension.number)
        or await _denied_by_role(hass, options, context)
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


def connected_parties(coordinator: PbxCoordinator, number: str) -> set[str]:
    """Return the extensions that an extension can be connected to, itself included.

    Those that only ring, or are only dialled, are not heard.
    """
    return {number} | {
        party.number
        for call in coordinator.data.calls_of(number)
        for party in call.parties
        if party.extension and party.state not in NOT_HEARD
    }


async def _denied_by_role(
    hass: HomeAssistant, options: PbxOptions, context: Context
) -> Denial | None:
    """Return why the user of a context may not supervise; an automation may."""
    if context.user_id is None:
        return None
    return role_denied(options, await hass.auth.async_get_user(context.user_id))
