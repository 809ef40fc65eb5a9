"""Sensors: what extensions and trunks are doing, who talks to whom, and how calls ended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from .call_data import call_data, event_data, party_name
from .client.model import CallOutcome, ExtensionStatus, TrunkStatus
from .const import (
    ATTR_CALL_ID,
    ATTR_DIALED,
    ATTR_DIRECTION,
    ATTR_DURATION,
    ATTR_ENDED,
    ATTR_ENDED_BY,
    ATTR_MONITORED_BY,
    ATTR_NAME,
    ATTR_NUMBER,
    ATTR_OUTCOME,
    ATTR_PORT,
    ATTR_RANG,
    ATTR_TALKED,
    ATTR_TRUNK,
    ATTR_TYPE,
    ATTR_VIA,
    KEY_OTHER_PARTY,
    KEY_STATUS,
)
from .coordinator import PbxConfigEntry, PbxCoordinator
from .entity import (
    ExtensionEntity,
    PbxEntity,
    TrunkEntity,
    async_add_for_each_extension,
    async_add_for_each_trunk,
)
from .forwarding_sensor import FORWARDING, ForwardingSensor
from .listeners import Part, Topic
from .proof import PushMode

PARALLEL_UPDATES = 0

LAST_CALL_ATTRIBUTES = (
    ATTR_CALL_ID,
    ATTR_DIRECTION,
    ATTR_TRUNK,
    ATTR_VIA,
    ATTR_DIALED,
    ATTR_NUMBER,
    ATTR_NAME,
    ATTR_RANG,
    ATTR_TALKED,
    ATTR_DURATION,
    ATTR_ENDED_BY,
    ATTR_ENDED,
)


@dataclass(frozen=True, kw_only=True)
class PbxSensorDescription(SensorEntityDescription):
    """Describe a sensor of the PBX."""

    topic: Topic
    value_fn: Callable[[PbxCoordinator], StateType | datetime]


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

LAST_CALL = SensorEntityDescription(
    key="last_call",
    translation_key="last_call",
    device_class=SensorDeviceClass.ENUM,
    options=[outcome.value for outcome in CallOutcome],
)

TRUNK_STATUS = SensorEntityDescription(
    key=KEY_STATUS,
    translation_key="trunk_status",
    device_class=SensorDeviceClass.ENUM,
    options=[status.value for status in TrunkStatus],
)

PBX_SENSORS: tuple[PbxSensorDescription, ...] = (
    PbxSensorDescription(
        key="extensions_registered",
        translation_key="extensions_registered",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        topic=Topic.REGISTERED,
        value_fn=lambda coordinator: coordinator.data.registered_count,
    ),
    PbxSensorDescription(
        key="extensions_in_use",
        translation_key="extensions_in_use",
        state_class=SensorStateClass.MEASUREMENT,
        topic=Topic.IN_USE,
        value_fn=lambda coordinator: coordinator.data.in_use_count,
    ),
    PbxSensorDescription(
        key="calls",
        translation_key="calls",
        state_class=SensorStateClass.MEASUREMENT,
        topic=Topic.CALLS,
        value_fn=lambda coordinator: coordinator.data.call_count,
    ),
    PbxSensorDescription(
        key="push_mode",
        translation_key="push_mode",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.ENUM,
        options=[mode.value for mode in PushMode],
        topic=Topic.PUSH,
        value_fn=lambda coordinator: coordinator.push_mode.value,
    ),
    PbxSensorDescription(
        key="last_report",
        translation_key="last_report",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        device_class=SensorDeviceClass.TIMESTAMP,
        topic=Topic.REPORTS,
        value_fn=lambda coordinator: coordinator.receiver.last_report,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of a PBX."""
    coordinator = entry.runtime_data
    async_add_entities(
        PbxSensor(coordinator, description, description.topic)
        for description in PBX_SENSORS
    )
    async_add_for_each_extension(
        entry,
        async_add_entities,
        lambda number: [
            ExtensionStatusSensor(coordinator, number, STATUS),
            OtherPartySensor(coordinator, number, OTHER_PARTY),
            InCallSinceSensor(coordinator, number, IN_CALL_SINCE),
            LastCallSensor(coordinator, number, LAST_CALL),
        ],
    )
    if coordinator.settings.supported:
        async_add_for_each_extension(
            entry,
            async_add_entities,
            lambda number: [ForwardingSensor(coordinator, number, FORWARDING)],
        )
    async_add_for_each_trunk(
        entry,
        async_add_entities,
        lambda name: [TrunkStatusSensor(coordinator, name, TRUNK_STATUS)],
    )


class PbxSensor(PbxEntity, SensorEntity):
    """A value that concerns the whole PBX."""

    entity_description: PbxSensorDescription

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return the value."""
        return self.entity_description.value_fn(self.coordinator)


class ExtensionStatusSensor(ExtensionEntity, SensorEntity):
    """What an extension is doing: the main entity of its device."""

    _attr_name = None

    @property
    @override
    def native_value(self) -> str | None:
        """Return the status, None for a word of the PBX that nobody knows."""
        return self._extension.status

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return which extension this is, and of what kind."""
        extension = self._extension
        attributes: dict[str, Any] = {ATTR_NUMBER: extension.number}
        if extension.type:
            attributes[ATTR_TYPE] = extension.type
        if extension.port:
            attributes[ATTR_PORT] = extension.port
        if monitored := self.coordinator.supervision.monitored_by(self._number):
            attributes[ATTR_MONITORED_BY] = monitored
        return attributes


class OtherPartySensor(ExtensionEntity, SensorEntity):
    """Who an extension is connected to, or who calls it; unknown while there is nobody."""

    _part = Part.CALLS
    # People's numbers are not for the database.
    _unrecorded_attributes = frozenset({ATTR_NAME, ATTR_DIALED})

    @property
    @override
    def native_value(self) -> str | None:
        """Return the number; blank for one that hides it."""
        call = self.coordinator.data.current_call(self._number)
        party = call.other(self._number) if call is not None else None
        return party.number if party is not None else None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the name, and what kind of call it is."""
        call = self.coordinator.data.current_call(self._number)
        if call is None:
            return {}
        name = party_name(self.coordinator, call.other(self._number))
        return {ATTR_NAME: name, **call_data(call)}


class InCallSinceSensor(ExtensionEntity, SensorEntity):
    """Since when an extension has been connected to somebody."""

    _part = Part.CALLS

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return the time."""
        since = self.coordinator.data.in_call_since(self._number)
        return None if since is None else dt_util.utc_from_timestamp(since)


class LastCallSensor(ExtensionEntity, RestoreSensor):
    """How an extension's last call ended."""

    _part = Part.LAST_CALL
    _unrecorded_attributes = frozenset(
        {ATTR_NUMBER, ATTR_NAME, ATTR_DIALED, ATTR_ENDED_BY}
    )
    _restored: dict[str, Any] | None = None
    _restored_outcome: str | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Remember the last call from before a restart."""
        await super().async_added_to_hass()
        state = await self.async_get_last_state()
        data = await self.async_get_last_sensor_data()
        if state is not None and data is not None:
            if data.native_value in CallOutcome:
                self._restored_outcome = str(data.native_value)
            self._restored = {
                key: state.attributes[key]
                for key in LAST_CALL_ATTRIBUTES
                if key in state.attributes
            }

    @property
    @override
    def native_value(self) -> str | None:
        """Return the outcome, None while nobody can know it."""
        event = self.coordinator.data.last_call(self._number)
        if event is None:
            return self._restored_outcome
        return event.outcome.value if event.outcome else None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return who it was with, and how long it took."""
        event = self.coordinator.data.last_call(self._number)
        if event is None:
            return self._restored or {}
        data = event_data(event, self.coordinator)
        del data[ATTR_OUTCOME]
        return {**data, ATTR_ENDED: dt_util.utc_from_timestamp(event.at)}


class TrunkStatusSensor(TrunkEntity, SensorEntity):
    """What a trunk is doing: the main entity of its device."""

    _attr_name = None

    @property
    @override
    def native_value(self) -> str | None:
        """Return the status, None for a word of the PBX that nobody knows."""
        return self._trunk.status

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return of what kind it is, and where its line is plugged in."""
        trunk = self._trunk
        attributes = {ATTR_TYPE: trunk.type, ATTR_PORT: trunk.port}
        return {key: value for key, value in attributes.items() if value}
