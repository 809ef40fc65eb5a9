"""Sensors of a PBX, its extensions, trunks and queues."""

from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import MAX_LENGTH_STATE_STATE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from ..client.model import ExtensionStatus, TrunkStatus
from ..client.pbx import Capability
from ..const import (
    ATTR_CALLER,
    ATTR_CALLS,
    ATTR_DIALED,
    ATTR_IS_EXTENSION,
    ATTR_MONITOR_MODE,
    ATTR_MONITORED_BY,
    ATTR_MONITORING_SINCE,
    ATTR_MONITORS,
    ATTR_NAME,
    ATTR_NUMBER,
    ATTR_PORT,
    ATTR_SINCE,
    ATTR_STATE,
    ATTR_TYPE,
    KEY_OTHER_PARTY,
    KEY_STATUS,
)
from ..entity import (
    ExtensionEntity,
    TrunkEntity,
    async_add_for_each_extension,
    async_add_for_each_mailbox,
    async_add_for_each_queue,
    async_add_for_each_trunk,
)
from ..hub.describe import call_data, party_data, party_name
from ..hub.subscriptions import Part, Topic
from ..runtime import PbxConfigEntry
from .forwarding import FORWARDING, ForwardingSensor
from .last_call import LAST_CALL, LastCallSensor
from .pbx import PBX_SENSORS, PbxSensor
from .queues import (
    PARKED_CALLS,
    QUEUE_SENSORS,
    VOICEMAIL,
    ParkedCallsSensor,
    QueueSensor,
    VoicemailSensor,
)

PARALLEL_UPDATES = 0

STATUS = SensorEntityDescription(
    key=KEY_STATUS,
    translation_key="extension_status",
    device_class=SensorDeviceClass.ENUM,
    options=[status.value for status in ExtensionStatus],
)

OTHER_PARTY = SensorEntityDescription(
    key=KEY_OTHER_PARTY,
    translation_key="other_party",
)

IN_CALL_SINCE = SensorEntityDescription(
    key="in_call_since",
    translation_key="in_call_since",
    device_class=SensorDeviceClass.TIMESTAMP,
)

TRUNK_STATUS = SensorEntityDescription(
    key=KEY_STATUS,
    translation_key="trunk_status",
    device_class=SensorDeviceClass.ENUM,
    options=[status.value for status in TrunkStatus],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of a PBX."""
    runtime = entry.runtime_data
    async_add_entities(
        PbxSensor(runtime, description, description.topic)
        for description in PBX_SENSORS
    )
    async_add_for_each_extension(
        entry,
        async_add_entities,
        lambda number: [
            ExtensionStatusSensor(runtime, number, STATUS),
            OtherPartySensor(runtime, number, OTHER_PARTY),
            InCallSinceSensor(runtime, number, IN_CALL_SINCE),
            LastCallSensor(runtime, number, LAST_CALL),
        ],
    )
    if runtime.settings.supported:
        async_add_for_each_extension(
            entry,
            async_add_entities,
            lambda number: [ForwardingSensor(runtime, number, FORWARDING)],
        )
    async_add_for_each_trunk(
        entry,
        async_add_entities,
        lambda name: [TrunkStatusSensor(runtime, name, TRUNK_STATUS)],
    )
    async_add_for_each_queue(
        entry,
        async_add_entities,
        lambda number: [
            QueueSensor(runtime, number, description) for description in QUEUE_SENSORS
        ],
    )
    if Capability.PARKED_CALLS in runtime.coordinator.pbx.capabilities:
        async_add_entities([ParkedCallsSensor(runtime, PARKED_CALLS, Topic.PARKED)])
    async_add_for_each_mailbox(
        entry,
        async_add_entities,
        lambda number: [VoicemailSensor(runtime, number, VOICEMAIL)],
    )


class ExtensionStatusSensor(ExtensionEntity, SensorEntity):
    """The status of an extension, the main entity of its device."""

    _attr_name = None

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the supervision of the extension, too."""
        await super().async_added_to_hass()
        subjects = self.coordinator.subscriptions.subjects
        self.async_on_remove(
            subjects.async_add(
                (Part.SUPERVISION, self._number), self.async_write_ha_state
            )
        )

    @property
    @override
    def native_value(self) -> str | None:
        """Return the status, None for an unknown status word of the PBX."""
        return self._extension.status

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return number, type and port, its supervisors, and whom it supervises."""
        extension = self._extension
        attributes: dict[str, Any] = {ATTR_NUMBER: extension.number}
        if extension.type:
            attributes[ATTR_TYPE] = extension.type
        if extension.port:
            attributes[ATTR_PORT] = extension.port
        if monitored := self._runtime.supervision.monitored_by(self._number):
            attributes[ATTR_MONITORED_BY] = monitored
        monitoring = self._runtime.supervision.monitoring_of(self._number)
        if monitoring is not None:
            since = dt_util.utc_from_timestamp(monitoring.since)
            attributes[ATTR_MONITORS] = monitoring.extension
            attributes[ATTR_MONITOR_MODE] = monitoring.mode.value
            attributes[ATTR_MONITORING_SINCE] = since
        return attributes


class OtherPartySensor(ExtensionEntity, SensorEntity):
    """The other party of an extension's current call; unknown without a call."""

    _part = Part.CALLS
    # People's numbers are not for the database.
    _unrecorded_attributes = frozenset({ATTR_NUMBER, ATTR_NAME, ATTR_DIALED})

    @property
    @override
    def native_value(self) -> str | None:
        """Return the name, else the number of the other party; blank for a hidden one."""
        call = self.coordinator.data.current_call(self._number)
        party = call.other(self._number) if call is not None else None
        if party is None:
            return None
        name = party_name(self.coordinator, party) or party.number
        return name[:MAX_LENGTH_STATE_STATE]

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the other party, the call, and the extension's own part in it."""
        board = self.coordinator.data
        tracked = board.current(self._number)
        if tracked is None:
            return {}
        call, own = tracked.picture, tracked.legs[self._number]
        other = call.other(self._number)
        return {
            **party_data(self.coordinator, other),
            ATTR_IS_EXTENSION: None if other is None else other.extension,
            ATTR_STATE: own.state.value,
            ATTR_CALLER: own.party.caller,
            ATTR_SINCE: dt_util.utc_from_timestamp(own.state_since),
            ATTR_CALLS: len(board.calls_of(self._number)),
            **call_data(call),
        }


class InCallSinceSensor(ExtensionEntity, SensorEntity):
    """The time since which an extension has been connected to another party."""

    _part = Part.CALLS

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return the time."""
        since = self.coordinator.data.in_call_since(self._number)
        return None if since is None else dt_util.utc_from_timestamp(since)


class TrunkStatusSensor(TrunkEntity, SensorEntity):
    """The status of a trunk, the main entity of its device."""

    _attr_name = None

    @property
    @override
    def native_value(self) -> str | None:
        """Return the status, None for an unknown status word of the PBX."""
        return self._trunk.status

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the type of the trunk, and the port of its line."""
        trunk = self._trunk
        attributes = {ATTR_TYPE: trunk.type, ATTR_PORT: trunk.port}
        return {key: value for key, value in attributes.items() if value}
