"""Conditions on extensions and on the connection to their PBX."""

from typing import ClassVar, override

from homeassistant.components.binary_sensor import DOMAIN as BINARY_SENSOR_DOMAIN
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import (
    Condition,
    EntityConditionBase,
    EntityStateConditionBase,
)

from .client.model import ExtensionStatus
from .const import ATTR_MONITORED_BY
from .hub.registry import own_entities


class OwnCondition(EntityConditionBase):
    """A condition that looks at one kind of our own entities."""

    _translation_key: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the entities of that kind."""
        return own_entities(
            self._hass, super().entity_filter(entities), self._translation_key
        )

    @override
    def _check_all_match_state(self, states: list[State]) -> bool:
        """Test all states; without any known state the test fails."""
        return bool(states) and super()._check_all_match_state(states)


class StatusCondition(OwnCondition, EntityStateConditionBase):
    """A condition on the status of extensions."""

    _translation_key = "extension_status"
    _domain_specs = {SENSOR_DOMAIN: DomainSpec()}


class InCallCondition(StatusCondition):
    """Test if extensions are in a call, on hold or not."""

    _states = {ExtensionStatus.BUSY, ExtensionStatus.ON_HOLD}


class FreeCondition(StatusCondition):
    """Test if extensions are idle."""

    _states = {ExtensionStatus.IDLE}


class RingingCondition(StatusCondition):
    """Test if extensions are ringing."""

    _states = {ExtensionStatus.RINGING}


class OfflineCondition(StatusCondition):
    """Test if the phones of extensions are not registered."""

    _states = {ExtensionStatus.OFFLINE}


class MonitoredCondition(OwnCondition):
    """Test if supervisors have joined the calls of extensions through Home Assistant."""

    _translation_key = "extension_status"
    _domain_specs = {SENSOR_DOMAIN: DomainSpec(value_source=ATTR_MONITORED_BY)}

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        """Check that there is a supervisor."""
        return bool(entity_state.attributes.get(ATTR_MONITORED_BY))


class ConnectedCondition(OwnCondition, EntityStateConditionBase):
    """Test if PBXs answer."""

    _translation_key = "connection"
    _domain_specs = {BINARY_SENSOR_DOMAIN: DomainSpec()}
    _states = {STATE_ON}
    # The connection is a diagnostic entity.
    _primary_entities_only = False


CONDITIONS: dict[str, type[Condition]] = {
    "extension_in_call": InCallCondition,
    "extension_is_free": FreeCondition,
    "extension_is_monitored": MonitoredCondition,
    "extension_is_offline": OfflineCondition,
    "extension_is_ringing": RingingCondition,
    "pbx_is_connected": ConnectedCondition,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions by name."""
    return CONDITIONS
