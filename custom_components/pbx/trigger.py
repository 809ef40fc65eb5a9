"""Triggers: what happens to calls, extensions, trunks and under supervision."""

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
from .hub.own_entities import own_entities
from .supervision.supervision import MonitoringEventType

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
        """Keep to that kind."""
        return own_entities(
            self._hass, super().entity_filter(entities), self._translation_key
        )


class EventTrigger(OwnTrigger, StatelessEntityTriggerBase):
    """A trigger on what an event entity of ours tells."""

    _domain_specs = {EVENT_DOMAIN: DomainSpec()}
    _event_types: ClassVar[frozenset[str]]

    @override
    def is_valid_transition(self, from_state: State, to_state: State) -> bool:
        """Check that something happened; two things may in one millisecond."""
        return _happening(from_state) != _happening(to_state)

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Check that it is what is waited for."""
        return state.attributes.get(ATTR_EVENT_TYPE) in self._event_types


def _happening(state: State) -> tuple[object, ...]:
    """Return what tells one thing that happened from another."""
    attributes = state.attributes
    return state.state, attributes.get(ATTR_EVENT_TYPE), attributes.get(ATTR_CALL_ID)


class RangTrigger(EventTrigger):
    """Somebody calls an extension; each call counts."""

    _translation_key = "call"
    _event_types = frozenset({CallEventType.RINGING})


class AnsweredTrigger(EventTrigger):
    """An extension is connected to somebody."""

    _translation_key = "call"
    _event_types = frozenset({CallEventType.ANSWERED})


class EndedTrigger(EventTrigger):
    """An extension's part in a call is over, however it ended."""

    _translation_key = "call"
    _event_types = frozenset(
        {CallEventType.ENDED, CallEventType.MISSED, CallEventType.FAILED}
    )
    _schema = OUTCOME_SCHEMA

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Keep the outcomes that are waited for; none means any."""
        super().__init__(hass, config)
        self._outcomes = frozenset(self._options[ATTR_OUTCOME])

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Check that a call ended, and how."""
        return super().is_valid_state(state, report_not_triggered) and (
            not self._outcomes or state.attributes.get(ATTR_OUTCOME) in self._outcomes
        )


class MissedTrigger(EventTrigger):
    """Somebody called an extension and nobody took the call."""

    _translation_key = "call"
    _event_types = frozenset({CallEventType.MISSED})


class MonitoringTrigger(EventTrigger):
    """A supervisor joins somebody else's call."""

    _translation_key = "monitoring"
    _event_types = frozenset({MonitoringEventType.STARTED})


class BecameFreeTrigger(OwnTrigger, EntityTransitionTriggerBase):
    """An extension rang or was in a call, and is free.

    A phone that was out of reach and registers again had no call: it does not count,
    or each restart of the PBX would free the whole office.
    """

    _translation_key = "extension_status"
    _domain_specs = {SENSOR_DOMAIN: DomainSpec()}
    _from_states = set(IN_USE)
    _to_states = {ExtensionStatus.IDLE}


class WentOfflineTrigger(OwnTrigger, EntityTargetStateTriggerBase):
    """The PBX cannot reach an extension's phone any more."""

    _translation_key = "extension_status"
    _domain_specs = {SENSOR_DOMAIN: DomainSpec()}
    _to_states = {ExtensionStatus.OFFLINE}


class TrunkDownTrigger(OwnTrigger, EntityTargetStateTriggerBase):
    """No call can pass through a trunk any more."""

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
