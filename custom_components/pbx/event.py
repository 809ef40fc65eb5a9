"""Events: what happens to the calls of each extension, and who supervises whom."""

from typing import Any, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client.model import CallEvent, CallEventType
from .const import (
    ATTR_DIALED,
    ATTR_ENDED_BY,
    ATTR_EXTENSION,
    ATTR_MODE,
    ATTR_NAME,
    ATTR_NUMBER,
    ATTR_REASON,
    ATTR_SUPERVISOR,
    ATTR_USER,
)
from .entity import ExtensionEntity, PbxEntity, async_add_for_each_extension
from .hub.describe import event_data
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


class CallEventEntity(ExtensionEntity, EventEntity):
    """What happens to an extension's calls, each thing once."""

    _part = Part.PRESENCE
    # Who called whom stays out of the database; the logbook shows what happened.
    _unrecorded_attributes = frozenset(
        {ATTR_NUMBER, ATTR_NAME, ATTR_DIALED, ATTR_ENDED_BY}
    )

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for what happens."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.subscriptions.calls.async_add(self._number, self._happened)
        )

    @callback
    def _happened(self, event: CallEvent) -> None:
        """Fire."""
        data: dict[str, Any] = event_data(event, self.coordinator)
        self._trigger_event(event.type.value, data)
        self.async_write_ha_state()


class MonitoringEventEntity(PbxEntity, EventEntity):
    """Each start and end of supervision, and each refusal, with who did it."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for what happens."""
        await super().async_added_to_hass()
        self.async_on_remove(self._runtime.supervision.async_subscribe(self._happened))

    @callback
    def _happened(self, event: MonitoringEvent) -> None:
        """Fire."""
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
        # So that the logbook names who did it, and nobody for what came by itself.
        self.async_set_context(event.context or Context())
        self.async_write_ha_state()
