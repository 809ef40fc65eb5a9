"""The sensor of an extension's call forwarding."""

from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory

from ..client.extension_settings import Forwarding, ForwardTo
from ..const import ATTR_NUMBER, ATTR_PREFIX
from ..entity import SettingEntity

OFF: Final = "off"
ATTR_BUSY: Final = "busy"
ATTR_BUSY_NUMBER: Final = "busy_number"
ATTR_NO_ANSWER: Final = "no_answer"
ATTR_NO_ANSWER_NUMBER: Final = "no_answer_number"

FORWARDING = SensorEntityDescription(
    key="forwarding",
    translation_key="forwarding",
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
    device_class=SensorDeviceClass.ENUM,
    options=[OFF, *(to.value for to in ForwardTo)],
)


class ForwardingSensor(SettingEntity, SensorEntity):
    """The destination that all calls are forwarded to.

    Forwarding of calls to a busy or unanswered phone is told by the attributes.
    """

    # People's numbers are not for the database.
    _unrecorded_attributes = frozenset(
        {ATTR_NUMBER, ATTR_PREFIX, ATTR_BUSY_NUMBER, ATTR_NO_ANSWER_NUMBER}
    )

    @property
    @override
    def native_value(self) -> str | None:
        """Return the kind of destination, None when it is not known."""
        return _to(self._settings.forward_always) if self._settings else None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the number, and the forwarding in the other situations."""
        settings = self._settings
        if settings is None:
            return {}
        always = settings.forward_always
        no_answer, busy = settings.forward_no_answer, settings.forward_busy
        attributes = {
            ATTR_NUMBER: always.number if always else None,
            ATTR_PREFIX: always.prefix if always else None,
            ATTR_NO_ANSWER: _to(no_answer),
            ATTR_NO_ANSWER_NUMBER: no_answer.number if no_answer else None,
            ATTR_BUSY: _to(busy),
            ATTR_BUSY_NUMBER: busy.number if busy else None,
        }
        return {key: value for key, value in attributes.items() if value is not None}


def _to(forwarding: Forwarding | None) -> str | None:
    """Return the kind of destination that calls are forwarded to, None if not known."""
    if forwarding is None:
        return None
    return forwarding.to if forwarding.on else OFF
