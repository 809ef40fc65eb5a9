"""The policy of supervision: the supervisors and extensions that the options allow."""

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from ..client.model import Extension
from ..const import DOMAIN
from ..hub.coordinator import PbxCoordinator
from ..hub.describe import spoken_name
from ..hub.options import SupervisionPolicy
from ..hub.permission import Denial, NotPermitted, async_check_permission


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
    elif extension.number in options.never_monitored:
        denial = Denial.NEVER_MONITORED
    if denial is not None:
        raise SupervisionDenied(denial, supervisor, extension)
    await async_check_permission(hass, context, coordinator, supervisor, extension)
    if (
        options.supervision is SupervisionPolicy.ADMINISTRATORS
        and context.user_id is not None
    ):
        user = await hass.auth.async_get_user(context.user_id)
        if user is None or not user.is_admin:
            raise NotPermitted(Denial.ADMINISTRATORS_ONLY, context)
