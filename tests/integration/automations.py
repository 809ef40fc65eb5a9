"""Real automations, as a user clicks them together, and what they did."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.pbx.const import DOMAIN
from tests.simulator.exchange import SimCall

from .conftest import Push

type Target = dict[str, Any]
type Reach = Callable[[HomeAssistant, list[str]], Target]


def entity_of(hass: HomeAssistant, platform: str, unique_id: str) -> str:
    """Return the id of an entity of ours."""
    found = er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id)
    assert found is not None
    return found


def call_entity(push: Push, number: str) -> str:
    """Return the event entity of an extension."""
    return entity_of(push.hass, "event", f"{push.sim.serial}_{number}_call")


def status_entity(push: Push, number: str) -> str:
    """Return the status sensor of an extension."""
    return entity_of(push.hass, "sensor", f"{push.sim.serial}_{number}_status")


def device_of_entity(hass: HomeAssistant, entity_id: str) -> str:
    """Return the device an entity belongs to."""
    entry = er.async_get(hass).async_get(entity_id)
    assert entry is not None
    assert entry.device_id is not None
    return entry.device_id


def extension_device(push: Push, number: str) -> str:
    """Return the id of an extension's device."""
    return device_of_entity(push.hass, status_entity(push, number))


def _change_devices(hass: HomeAssistant, entity_ids: list[str], **changes: Any) -> None:
    """Change the devices of entities; trunks have child devices."""
    registry = dr.async_get(hass)
    for device_id in {device_of_entity(hass, entity_id) for entity_id in entity_ids}:
        if isinstance(registry.async_get(device_id), dr.ChildDeviceEntry):
            registry.async_update_child_device(device_id, **changes)
        else:
            registry.async_update_device(device_id, **changes)


def by_entity(hass: HomeAssistant, entity_ids: list[str]) -> Target:
    """Target the entities themselves."""
    return {"entity_id": entity_ids}


def by_device(hass: HomeAssistant, entity_ids: list[str]) -> Target:
    """Target the devices, with all their entities."""
    return {"device_id": [device_of_entity(hass, one) for one in entity_ids]}


def by_area(hass: HomeAssistant, entity_ids: list[str]) -> Target:
    """Target the room that the devices are in."""
    area = ar.async_get(hass).async_create("Office")
    _change_devices(hass, entity_ids, area_id=area.id)
    return {"area_id": area.id}


def by_label(hass: HomeAssistant, entity_ids: list[str]) -> Target:
    """Target a label that the devices have."""
    label = lr.async_get(hass).async_create("Sales")
    _change_devices(hass, entity_ids, labels={label.label_id})
    return {"label_id": label.label_id}


REACHES: tuple[Reach, ...] = (by_entity, by_device, by_area, by_label)


async def automate(
    hass: HomeAssistant,
    triggers: dict[str, Any] | list[dict[str, Any]],
    conditions: dict[str, Any] | list[dict[str, Any]] | None = None,
) -> list[ServiceCall]:
    """Set an automation up; return the list of what it will do."""
    calls: list[ServiceCall] = async_mock_service(hass, "test", "done")
    config = {
        "alias": "Told",
        "triggers": triggers,
        "conditions": conditions or [],
        "actions": {
            "action": "test.done",
            "data": {
                "trigger": "{{ trigger.id }}",
                "entity_id": "{{ trigger.entity_id }}",
                "call_id": "id {{ trigger.to_state.attributes.call_id if 'to_state' in trigger }}",
                "number": "no {{ trigger.to_state.attributes.number if 'to_state' in trigger }}",
            },
        },
        "mode": "queued",
        "max": 50,
    }
    assert await async_setup_component(hass, "automation", {"automation": config})
    await hass.async_block_till_done()
    # One that does not validate is unavailable, with an error in the log.
    state = hass.states.get("automation.told")
    assert state is not None
    assert state.state == "on"
    return calls


def told_by(calls: list[ServiceCall]) -> list[str]:
    """Return the entities that set the automation off, in order."""
    return [call.data["entity_id"] for call in calls]


async def miss(push: Push) -> SimCall:
    """Let somebody outside call Bruno until they give up."""
    call = push.sim.inbound("0401234567", "1002")
    await push.settled()
    call.hang_up()
    await push.settled()
    return call


async def unplug(push: Push) -> None:
    """Take Bruno's phone off the network."""
    push.sim.set_registered("1002", False)
    await push.settled()
