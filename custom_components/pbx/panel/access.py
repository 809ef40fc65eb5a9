"""The access of one user to a PBX: which calls they see, and what they may do."""

from typing import Any, Final

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.core import HomeAssistant

from ..client.errors import Refusal
from ..client.extension_settings import ExtensionSettings, MonitorPermission
from ..client.model import MonitorMode
from ..client.pbx import Capability
from ..const import KEY_CALLERS_WAITING, KEY_OTHER_PARTY, KEY_PARKED_CALLS, KEY_STATUS
from ..hub.options import PbxOptions
from ..hub.permission import Denial, may, may_control
from ..hub.registry import QUEUE
from ..hub.request import refused_as
from ..runtime import PbxRuntime
from ..supervision.policy import (
    never_monitored,
    not_a_supervisor,
    role_denied,
    supervision_off,
)
from ..supervision.supervision import CAPABILITIES

type Answer = bool | str

# The PBX's own setting of the supervisor's phone. It has a word of the panel instead of
# a sentence, as the refusal of the action says how to change it.
MONITOR_MODE: Final = "monitor_mode"
ATTR_CONTROL: Final = "control"
ATTR_NUMBERS: Final = "numbers"


class Access:
    """The access of one user to one PBX, as it is at the time of asking."""

    def __init__(self, hass: HomeAssistant, runtime: PbxRuntime, user: User) -> None:
        """Initialize for a user."""
        self._hass = hass
        self._runtime = runtime
        self._coordinator = runtime.coordinator
        self.user = user

    @property
    def reads_all(self) -> bool:
        """Return whether the user may read the calls of all extensions."""
        return self.user.is_admin or all(
            map(self.reads_calls, self._coordinator.data.extensions)
        )

    def reads_calls(self, number: str) -> bool:
        """Return whether the user may read the calls of an extension."""
        return self._reads(number, KEY_OTHER_PARTY)

    def reads_queue(self, number: str) -> bool:
        """Return whether the user may read who waits in a queue."""
        return self._reads(f"{QUEUE}{number}", KEY_CALLERS_WAITING)

    @property
    def reads_parked(self) -> bool:
        """Return whether the user may read the parked calls."""
        serial_number = self._coordinator.serial_number
        return may(self._hass, self.user, serial_number, KEY_PARKED_CALLS, POLICY_READ)

    def of_queue(self, number: str) -> Answer:
        """Return whether the user may change the agents of a queue."""
        key = f"{QUEUE}{number}_{KEY_CALLERS_WAITING}"
        serial_number = self._coordinator.serial_number
        allowed = may(self._hass, self.user, serial_number, key, POLICY_CONTROL)
        return _answer(None if allowed else Denial.NOT_PERMITTED)

    def reads_status(self, number: str) -> bool:
        """Return whether the user may read the status of an extension."""
        return self._reads(number, KEY_STATUS)

    def _reads(self, number: str, key: str) -> bool:
        """Return whether the user may read a sensor of an extension or queue."""
        serial_number = self._coordinator.serial_number
        return may(self._hass, self.user, serial_number, f"{number}_{key}", POLICY_READ)

    def answers(self) -> list[dict[str, Any]]:
        """Return what the user may do; extensions with the same answers share an item."""
        coordinator = self._coordinator
        options = coordinator.options
        role = role_denied(options, self.user)
        missing = {
            mode: refused_as(capability, Refusal.UNSUPPORTED)
            for mode, capability in CAPABILITIES.items()
            if capability not in coordinator.pbx.capabilities
        }
        groups: dict[str, dict[str, Any]] = {}
        for number in coordinator.data.extensions:
            answers = self._answers(number, options, role, missing)
            group = groups.setdefault(str(answers), {ATTR_NUMBERS: [], **answers})
            group[ATTR_NUMBERS].append(number)
        return list(groups.values())

    def _answers(
        self,
        number: str,
        options: PbxOptions,
        role: Denial | None,
        missing: dict[MonitorMode, str],
    ) -> dict[str, Any]:
        """Return what the user may do with one extension."""
        serial_number = self._coordinator.serial_number
        control = (
            None
            if may_control(self._hass, self.user, serial_number, number)
            else Denial.NOT_PERMITTED
        )
        settings = self._runtime.settings.of(number)
        supervisor = not_a_supervisor(options, number) or control or role
        monitored = (
            supervision_off(options)
            or never_monitored(options, {number})
            or control
            or role
        )
        return {
            ATTR_CONTROL: _answer(control),
            **{
                mode.value: _answer(
                    missing.get(mode) or monitored or _forbids(settings)
                )
                for mode in MonitorMode
            },
            "supervise": {
                mode.value: _answer(
                    missing.get(mode) or supervisor or _limits(settings, mode)
                )
                for mode in MonitorMode
            },
        }


def _answer(refusal: str | None) -> Answer:
    """Return the answer to whether something is allowed: True, or the refusal."""
    return True if refusal is None else str(refusal)


def _limits(settings: ExtensionSettings | None, mode: MonitorMode) -> str | None:
    """Return the refusal of a phone that the PBX lets supervise in other modes only."""
    allowed = None if settings is None else settings.monitor_mode
    fits = allowed in (None, MonitorPermission.EXTENSIVE, MonitorPermission(mode))
    return None if fits else MONITOR_MODE


def _forbids(settings: ExtensionSettings | None) -> str | None:
    """Return the refusal of an extension that the PBX does not let be monitored."""
    if settings is None or settings.may_be_monitored is not False:
        return None
    return refused_as(Capability.LISTEN, Refusal.MONITORING_FORBIDDEN)
