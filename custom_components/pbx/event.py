"""Events of the calls of each extension, of queues, and of supervision."""

from typing import Any, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client.model import CallEvent, CallEventType, QueueEvent, QueueEventType
from .const import (
    ATTR_CALL_ID,
    ATTR_DIALED,
    ATTR_ENDED_BY,
    ATTR_EXTENSION,
    ATTR_MODE,
    ATTR_NAME,
    ATTR_NUMBER,
    ATTR_REASON,
    ATTR_SUPERVISOR,
    ATTR_USER,
    ATTR_WAITED,
    ATTR_WAITING,
)
from .entity import (
    ExtensionEntity,
    PbxEntity,
    QueueEntity,
    async_add_for_each_extension,
    async_add_for_each_queue,
)
from .hub.describe import event_data, number_name
from .hub.subscriptions import Part
from .runtime import PbxConfigEntry
from .supervision.monitoring import MonitoringEvent, MonitoringEventType

PARALLEL_UPDATES = 0

CALL = EventEntityDescription(
    key="call",
    translation_key="call",
    event_types=[event_type.value for event_type in CallEventType],
)

MONITORING = EventEntityDescription(
    key="monitoring",
    translation_key="monitoring",
    event_types=[event_type.value for event_type in MonitoringEventType],
)


QUEUE = EventEntityDescription(
    key="queue",
    translation_key="queue",
    event_types=[event_type.value for event_type in QueueEventType],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the events of a PBX."""
    runtime = entry.runtime_data
    if runtime.supervision.supported:
        async_add_entities([MonitoringEventEntity(runtime, MONITORING)])
    async_add_for_each_extension(
        entry,
        async_add_entities,
        lambda number: [CallEventEntity(runtime, number, CALL)],
    )
    async_add_for_each_queue(
        entry,
        async_add_entities,
        lambda number: [QueueEventEntity(runtime, number, QUEUE)],
    )


class CallEventEntity(ExtensionEntity, EventEntity):
    """The events of an extension's calls; each is fired once."""

    _part = Part.PRESENCE
    # Numbers and names of people are kept out of the database, for privacy.
    _unrecorded_attributes = frozenset(
        {ATTR_NUMBER, ATTR_NAME, ATTR_DIALED, ATTR_ENDED_BY}
    )

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the events of the extension's calls."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.subscriptions.calls.async_add(self._number, self._happened)
        )

    @property
    @override
    def available(self) -> bool:
        """Return whether the PBX lists the extension: reports arrive while polls fail."""
        return self.coordinator.data.present(self._number)

    @callback
    def _happened(self, event: CallEvent) -> None:
        """Fire a call event."""
        data: dict[str, Any] = event_data(event, self.coordinator)
        self._trigger_event(event.type.value, data)
        self.async_write_ha_state()


class QueueEventEntity(QueueEntity, EventEntity):
    """The events of the callers of a queue; each is fired once."""

    # Numbers and names of people are kept out of the database, for privacy.
    _unrecorded_attributes = frozenset({ATTR_NUMBER, ATTR_NAME})

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the events of the queue."""
        await super().async_added_to_hass()
        queues = self.coordinator.subscriptions.queues
        self.async_on_remove(queues.async_add(self._number, self._happened))

    @property
    @override
    def available(self) -> bool:
        """Return whether the PBX lists the queue: reports arrive while polls fail."""
        return self.coordinator.data.queue_present(self._number)

    @callback
    def _happened(self, event: QueueEvent) -> None:
        """Fire an event of the queue."""
        caller = event.caller
        data: dict[str, Any] = {
            ATTR_NUMBER: caller.number,
            ATTR_NAME: number_name(self.coordinator, caller.number),
            ATTR_CALL_ID: caller.call_id,
            ATTR_WAITING: self._queue.waiting,
        }
        if event.type is QueueEventType.CALLER_LEFT:
            data[ATTR_WAITED] = round(event.at - caller.since)
        self._trigger_event(event.type.value, data)
        self.async_write_ha_state()


class MonitoringEventEntity(PbxEntity, EventEntity):
    """The starts, ends and refusals of supervision, with the user that caused them."""

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the events of supervision."""
        await super().async_added_to_hass()
        self.async_on_remove(self._runtime.supervision.async_subscribe(self._happened))

    @callback
    def _happened(self, event: MonitoringEvent) -> None:
        """Fire an event of supervision."""
        self._trigger_event(
            event.type.value,
            {
                ATTR_MODE: event.mode.value if event.mode else None,
                ATTR_SUPERVISOR: event.supervisor,
                ATTR_EXTENSION: event.extension,
                ATTR_USER: event.user,
                ATTR_REASON: event.reason.value if event.reason else None,
            },
        )
        # For the logbook: the context of the action, or an empty one for an end that no
        # user asked for.
        self.async_set_context(event.context or Context())
        self.async_write_ha_state()
