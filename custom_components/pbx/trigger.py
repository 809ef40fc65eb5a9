"""Triggers on calls, extensions, trunks, queues and supervision."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, override

from homeassistant.components.binary_sensor import DOMAIN as BINARY_SENSOR_DOMAIN
from homeassistant.components.event import ATTR_EVENT_TYPE, DOMAIN as EVENT_DOMAIN
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import (
    ATTR_ENTITY_ID,
    CONF_FOR,
    CONF_OPTIONS,
    STATE_OFF,
    STATE_UNAVAILABLE,
)
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, State, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.target import (
    TargetStateChangedData,
    async_track_target_selector_state_change_event,
)
from homeassistant.helpers.trigger import (
    ENTITY_STATE_TRIGGER_SCHEMA,
    EntityTargetStateTriggerBase,
    EntityTransitionTriggerBase,
    EntityTriggerBase,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .actions.definition import as_list
from .client.model import (
    IN_USE,
    CallEventType,
    CallOutcome,
    ExtensionStatus,
    QueueEventType,
)
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


WAIT_SCHEMA = ENTITY_STATE_TRIGGER_SCHEMA.extend(
    {
        vol.Required(CONF_OPTIONS): {
            vol.Required(CONF_FOR): cv.positive_time_period,
        }
    }
)

# States tell whole seconds: nobody has waited too long before the end of that second.
ROUNDING = timedelta(seconds=1)


class OwnTrigger(EntityTriggerBase):
    """A trigger on one kind of our own entities."""

    _translation_key: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the entities of the trigger's kind."""
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
    """Return the values that distinguish one event from another."""
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


class CallerEnteredTrigger(EventTrigger):
    """Trigger when a caller enters a queue; each caller counts."""

    _translation_key = "queue"
    _event_types = frozenset({QueueEventType.CALLER_ENTERED})


class WaitExceededTrigger(OwnTrigger):
    """Trigger when the longest wait in a queue exceeds a duration.

    It triggers once while the wait is too long, whoever waits, and not for a wait that
    was too long already when the automation was set up.
    """

    _translation_key = "waiting_since"
    _domain_specs = {SENSOR_DOMAIN: DomainSpec()}
    _schema = WAIT_SCHEMA

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Attach the trigger to the runner of its actions."""
        watches: dict[str, QueueWatch] = {}
        limit = self._options[CONF_FOR] + ROUNDING

        @callback
        def changed(data: TargetStateChangedData) -> None:
            """Handle another caller who waits longest, or none."""
            event = data.state_change_event
            watch = watches[event.data["entity_id"]]
            watch.see(event.data["new_state"], event.context)

        @callback
        def targeted(
            added: set[str], removed: set[str], states: Mapping[str, State | None]
        ) -> None:
            """Handle queues that are targeted from now on, or not any more."""
            for entity_id in removed & watches.keys():
                watches.pop(entity_id).stop()
            for entity_id in added:
                watch = QueueWatch(self._hass, entity_id, limit, run_action)
                watches[entity_id] = watch
                watch.see(states.get(entity_id), None)

        remove = await async_track_target_selector_state_change_event(
            self._hass, self._target, changed, self.entity_filter, targeted
        )

        @callback
        def detach() -> None:
            """Stop watching."""
            remove()
            for one in watches.values():
                one.stop()

        return detach


class QueueWatch:
    """The watch over the longest wait in one queue."""

    def __init__(
        self,
        hass: HomeAssistant,
        entity_id: str,
        limit: timedelta,
        run_action: TriggerActionRunner,
    ) -> None:
        """Initialize for the sensor of a queue in which nobody waits."""
        self._hass = hass
        self._entity_id = entity_id
        self._limit = limit
        self._run_action = run_action
        self._first = True
        self._too_long = False
        self._cancel: CALLBACK_TYPE | None = None

    @callback
    def stop(self) -> None:
        """Stop watching."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @callback
    def see(self, state: State | None, context: Context | None) -> None:
        """Look at a state; the first one that is known runs no action at once."""
        self.stop()
        if state is None or state.state == STATE_UNAVAILABLE:
            return  # Once it is available, it is another wait or still the same.
        first, self._first = self._first, False
        since = dt_util.parse_datetime(state.state)
        if since is None:
            self._too_long = False
            return

        @callback
        def exceeded(_: datetime | None = None) -> None:
            """Run the actions for a wait that is too long."""
            self._cancel = None
            self._too_long = True
            self._run_action(
                {
                    ATTR_ENTITY_ID: self._entity_id,
                    "to_state": state,
                    "for": self._limit - ROUNDING,
                },
                f"wait in {self._entity_id}",
                context,
            )

        end = since + self._limit
        if end > dt_util.utcnow():
            self._too_long = False
            self._cancel = async_track_point_in_utc_time(self._hass, exceeded, end)
        elif first:
            self._too_long = True
        elif not self._too_long:
            exceeded()


class MonitoringTrigger(EventTrigger):
    """Trigger when a supervisor joins the call of an extension."""

    _translation_key = "monitoring"
    _event_types = frozenset({MonitoringEventType.STARTED})


class BecameFreeTrigger(OwnTrigger, EntityTransitionTriggerBase):
    """Trigger when an extension that rang or was in a call becomes free.

    A phone that registers again does not count, otherwise each restart of the PBX would
    trigger for all extensions.
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
    "caller_entered_queue": CallerEnteredTrigger,
    "extension_became_free": BecameFreeTrigger,
    "extension_started_ringing": RangTrigger,
    "extension_went_offline": WentOfflineTrigger,
    "monitoring_started": MonitoringTrigger,
    "queue_wait_exceeded": WaitExceededTrigger,
    "trunk_went_down": TrunkDownTrigger,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers by name."""
    return TRIGGERS
