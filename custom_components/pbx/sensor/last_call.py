"""The sensor of an extension's last call."""

from typing import Any, Final, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.util import dt as dt_util

from ..client.model import CallOutcome
from ..const import (
    ATTR_CALL_ID,
    ATTR_DIALED,
    ATTR_DIRECTION,
    ATTR_DURATION,
    ATTR_ENDED,
    ATTR_ENDED_BY,
    ATTR_NAME,
    ATTR_NUMBER,
    ATTR_OUTCOME,
    ATTR_RANG,
    ATTR_TALKED,
    ATTR_TRUNK,
    ATTR_VIA,
)
from ..entity import ExtensionEntity
from ..hub.describe import event_data
from ..hub.subscriptions import Part

LAST_CALL_ATTRIBUTES: Final = (
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

LAST_CALL = SensorEntityDescription(
    key="last_call",
    translation_key="last_call",
    # Not a primary entity: the status is the only word that conditions can be about.
    entity_category=EntityCategory.DIAGNOSTIC,
    device_class=SensorDeviceClass.ENUM,
    options=[outcome.value for outcome in CallOutcome],
)


class LastCallSensor(ExtensionEntity, RestoreSensor):
    """The outcome of an extension's last call."""

    _part = Part.LAST_CALL
    _unrecorded_attributes = frozenset(
        {ATTR_NUMBER, ATTR_NAME, ATTR_DIALED, ATTR_ENDED_BY}
    )
    _restored: dict[str, Any] | None = None
    _restored_outcome: str | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Restore the last call from before a restart."""
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
        """Return the outcome, None when it cannot be known."""
        event = self.coordinator.data.last_call(self._number)
        if event is None:
            return self._restored_outcome
        return event.outcome.value if event.outcome else None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the other party, the data of the call, and its times."""
        event = self.coordinator.data.last_call(self._number)
        if event is None:
            return self._restored or {}
        data = event_data(event, self.coordinator)
        del data[ATTR_OUTCOME]
        return {**data, ATTR_ENDED: dt_util.utc_from_timestamp(event.at)}
