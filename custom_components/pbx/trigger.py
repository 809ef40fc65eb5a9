"""Triggers on calls, extensions, trunks and supervision."""

from typing import ClassVar, override

from homeassistant.components.binary_sensor import DOMAIN as BINARY_SENSOR_DOMAIN
from homeassistant.components.event import ATTR_EVENT_TYPE, DOMAIN as EVENT_DOMAIN
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import CONF_OPTIONS, STATE_OFF
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    ENTITY_STATE_TRIGGER_SCHEMA,
    EntityTargetStateTriggerBase,
    EntityTransitionTriggerBase,
    EntityTriggerBase,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
    TriggerConfig,
)
import voluptuous as vol

from .actions.definition import as_list
from .client.model import IN_USE, CallEventType, CallOutcome, ExtensionStatus
from .const import ATTR_CALL_ID, ATTR_OUTCOME
from .hub.registry import own_entities
from .supervision.monitoring import MonitoringEventType

OUTCOME_SCHEMA = ENTITY_STATE_TRIGGER_SCHEMA.extend(
    {
        vol.Required(CONF_OPTIONS, default={}): {
            vol.Optional(ATTR_OUTCOME, default=[]): vol.All(
                as_list, [vol.In([outcome.value for outcome in CallOutcome])]
            )
        }
    }
)


class OwnTrigger(EntityTriggerBase):
    """A trigger that looks at one kind of our own entities."""

    _translation_key: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the entities of that kind."""
        return own_entities(
            self._hass, super().entity_filter(entities), self._translation_key
        )


class EventTrigger(OwnTrigger, StatelessEntityTriggerBase):
    """A trigger on events of our own event entities."""

    _domain_specs = {EVENT_DOMAIN: DomainSpec()}
    _event_types: ClassVar[frozenset[str]]

    @override
    def is_valid_transition(self, from_state: State, to_state: State) -> bool:
        """Check that there is a new event; two events may have the same time."""
        return _happening(from_state) != _happening(to_state)

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Check that the event has the right type."""
        return state.attributes.get(ATTR_EVENT_TYPE) in self._event_types


def _happening(state: State) -> tuple[object, ...]:
    """Return the values that tell one event from another."""
    attributes = state.attributes
    return state.state, attributes.get(ATTR_EVENT_TYPE), attributes.get(ATTR_CALL_ID)


class RangTrigger(EventTrigger):
    """Trigger when an extension starts ringing; each call counts."""

    _translation_key = "call"
    _event_types = frozenset({CallEventType.RINGING})


class AnsweredTrigger(EventTrigger):
    """Trigger when an extension is connected with another party."""

    _translation_key = "call"
    _event_types = frozenset({CallEventType.ANSWERED})


class EndedTrigger(EventTrigger):
    """Trigger when an extension's part in a call has ended, with any outcome."""

    _translation_key = "call"
    _event_types = frozenset(
        {CallEventType.ENDED, CallEventType.MISSED, CallEventType.FAILED}
    )
    _schema = OUTCOME_SCHEMA

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Initialize with the wanted outcomes; none means any."""
        super().__init__(hass, config)
        self._outcomes = frozenset(self._options[ATTR_OUTCOME])

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Check that a call ended, with a wanted outcome."""
        return super().is_valid_state(state, report_not_triggered) and (
            not self._outcomes or state.attributes.get(ATTR_OUTCOME) in self._outcomes
        )


class MissedTrigger(EventTrigger):
    """Trigger when a call to an extension was not answered."""

    _translation_key = "call"
    _event_types = frozenset({CallEventType.MISSED})


class MonitoringTrigger(EventTrigger):
    """Trigger when a supervisor joins the call of an extension."""

    _translation_key = "monitoring"
    _event_types = frozenset({MonitoringEventType.STARTED})


class BecameFreeTrigger(OwnTrigger, EntityTransitionTriggerBase):
    """Trigger when an extension that rang or was in a call becomes free.

    A phone that registers again does not count, or each restart of the PBX would
    trigger for the whole office.
    """

    _translation_key = "extension_status"
    _domain_specs = {SENSOR_DOMAIN: DomainSpec()}
    _from_states = set(IN_USE)
    _to_states = {ExtensionStatus.IDLE}


class WentOfflineTrigger(OwnTrigger, EntityTargetStateTriggerBase):
    """Trigger when an extension's phone is not registered any more."""

    _translation_key = "extension_status"
    _domain_specs = {SENSOR_DOMAIN: DomainSpec()}
    _to_states = {ExtensionStatus.OFFLINE}


class TrunkDownTrigger(OwnTrigger, EntityTargetStateTriggerBase):
    """Trigger when a trunk becomes unusable."""

    _translation_key = "trunk_usable"
    _domain_specs = {BINARY_SENSOR_DOMAIN: DomainSpec()}
    _to_states = {STATE_OFF}


TRIGGERS: dict[str, type[Trigger]] = {
    "call_answered": AnsweredTrigger,
    "call_ended": EndedTrigger,
    "call_missed": MissedTrigger,
    "extension_became_free": BecameFreeTrigger,
    "extension_started_ringing": RangTrigger,
    "extension_went_offline": WentOfflineTrigger,
    "monitoring_started": MonitoringTrigger,
    "trunk_went_down": TrunkDownTrigger,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers by name."""
    return TRIGGERS
