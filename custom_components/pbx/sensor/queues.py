"""The sensors of what waits: queues, parked calls, unread messages."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.util import dt as dt_util

from ..client.model import Queue, QueueAgent
from ..client.pbx import Capability
from ..const import (
    ATTR_AGENTS,
    ATTR_CALLERS,
    ATTR_CALLS,
    ATTR_NUMBER,
    KEY_CALLERS_WAITING,
    KEY_PARKED_CALLS,
    KEY_VOICEMAIL,
)
from ..entity import ExtensionEntity, PbxEntity, QueueEntity
from ..hub.coordinator import PbxCoordinator
from ..hub.describe import caller_data, parked_data
from ..hub.subscriptions import Part

# Callers, agents and parked calls in attributes: a state is read as a whole.
SHOWN: Final = 20


@dataclass(frozen=True, kw_only=True)
class QueueSensorDescription(SensorEntityDescription):
    """Describe a sensor of a queue."""

    value_fn: Callable[[Queue], int | datetime | None]
    attributes_fn: Callable[[Queue, PbxCoordinator], dict[str, Any]]


def _waiting(queue: Queue, coordinator: PbxCoordinator) -> dict[str, Any]:
    """Return the number of a queue, and its first callers."""
    attributes: dict[str, Any] = {ATTR_NUMBER: queue.number}
    if queue.callers is not None:
        attributes[ATTR_CALLERS] = [
            caller_data(coordinator, caller) for caller in queue.callers[:SHOWN]
        ]
    return attributes


def _waiting_since(queue: Queue) -> datetime | None:
    """Return the time since which a caller has waited longest."""
    since = queue.waiting_since
    return None if since is None else dt_util.utc_from_timestamp(since)


def _agents(
    key: str, state: Callable[[QueueAgent], bool | None]
) -> QueueSensorDescription:
    """Return the description of a sensor that counts the agents in a state."""

    def count(queue: Queue) -> int | None:
        """Return the number of agents, None where it is not known."""
        found = queue.agents_that(state)
        return None if found is None else len(found)

    def numbers(queue: Queue, _: PbxCoordinator) -> dict[str, Any]:
        """Return the numbers of the agents."""
        found = queue.agents_that(state)
        return {} if found is None else {ATTR_AGENTS: _numbers(found)}

    return QueueSensorDescription(
        key=key,
        translation_key=key,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=count,
        attributes_fn=numbers,
    )


def _numbers(agents: Iterable[QueueAgent]) -> list[str]:
    """Return the numbers of agents."""
    return [agent.number for agent in agents][:SHOWN]


QUEUE_SENSORS: Final = (
    QueueSensorDescription(
        key=KEY_CALLERS_WAITING,
        translation_key="callers_waiting",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda queue: queue.waiting,
        attributes_fn=_waiting,
    ),
    QueueSensorDescription(
        key="waiting_since",
        translation_key="waiting_since",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=_waiting_since,
        attributes_fn=lambda *_: {},
    ),
    _agents("agents_logged_in", lambda agent: agent.logged_in),
    _agents("agents_paused", lambda agent: agent.paused),
    _agents("agents_talking", lambda agent: agent.talking),
)

PARKED_CALLS = SensorEntityDescription(
    key=KEY_PARKED_CALLS,
    translation_key="parked_calls",
    state_class=SensorStateClass.MEASUREMENT,
)

VOICEMAIL = SensorEntityDescription(
    key=KEY_VOICEMAIL,
    translation_key="voicemail",
    state_class=SensorStateClass.MEASUREMENT,
)


class QueueSensor(QueueEntity, SensorEntity):
    """A sensor of a queue."""

    entity_description: QueueSensorDescription
    # People's numbers are not for the database, nor lists that change with each call.
    _unrecorded_attributes = frozenset({ATTR_AGENTS, ATTR_CALLERS})

    @property
    @override
    def native_value(self) -> int | datetime | None:
        """Return the value, None where the PBX does not tell it."""
        return self.entity_description.value_fn(self._queue)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return whom the value is about."""
        return self.entity_description.attributes_fn(self._queue, self.coordinator)


class ParkedCallsSensor(PbxEntity, SensorEntity):
    """The calls that are parked at the PBX."""

    _unrecorded_attributes = frozenset({ATTR_CALLS})

    @property
    @override
    def available(self) -> bool:
        """Return whether the PBX answers, and still tells parked calls."""
        capabilities = self.coordinator.pbx.capabilities
        return super().available and Capability.PARKED_CALLS in capabilities

    @property
    @override
    def native_value(self) -> int | None:
        """Return the number of calls, None while it is not known."""
        parked = self.coordinator.data.parked
        return None if parked is None else len(parked)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the calls with their slots, the longest parked first."""
        parked = self.coordinator.data.parked
        if parked is None:
            return {}
        calls = sorted(parked, key=lambda call: call.since)[:SHOWN]
        return {ATTR_CALLS: [parked_data(self.coordinator, call) for call in calls]}


class VoicemailSensor(ExtensionEntity, SensorEntity):
    """The unread messages in the voicemail box of an extension."""

    _part = Part.VOICEMAIL

    @property
    @override
    def available(self) -> bool:
        """Return whether the PBX answers, and still tells the extension's box."""
        coordinator = self.coordinator
        return (
            super().available
            and coordinator.data.mailbox_present(self._number)
            and Capability.VOICEMAIL in coordinator.pbx.capabilities
        )

    @property
    @override
    def native_value(self) -> int | None:
        """Return the number of unread messages, None where the PBX does not tell it."""
        return self.coordinator.data.mailboxes[self._number].unread
