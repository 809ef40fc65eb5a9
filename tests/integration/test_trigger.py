"""Triggers in real automations, set off by what the PBX reports."""

import json

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    area_registry as ar,
    entity_registry as er,
    label_registry as lr,
)
import pytest

from custom_components.pbx.client.model import CallOutcome
from custom_components.pbx.trigger import async_get_triggers
from tests.repository.repository import Repository

from .automations import (
    REACHES,
    Reach,
    automate,
    call_entity,
    entity_of,
    extension_device,
    miss,
    status_entity,
    told_by,
    unplug,
)
from .conftest import Push
from .test_architecture import COMPONENT


async def ring(push: Push) -> None:
    """Let Anna call Bruno."""
    push.sim.call("1001", "1002")
    await push.settled()


@pytest.mark.parametrize("reach", REACHES)
async def test_extension_triggers(pushing: Push, reach: Reach) -> None:
    """Each is set off once, by the extension it targets, however it is targeted."""
    call, status = call_entity(pushing, "1002"), status_entity(pushing, "1002")
    target = reach(pushing.hass, [call, status])
    keys = [
        key
        for key in await async_get_triggers(pushing.hass)
        if key.startswith(("call", "extension"))
    ]
    calls = await automate(
        pushing.hass,
        [{"trigger": f"pbx.{key}", "id": key, "target": target} for key in keys],
    )

    async def told() -> set[tuple[str, str]]:
        """Return what was told since, and by whom."""
        await pushing.settled()
        found = {(call.data["trigger"], call.data["entity_id"]) for call in calls}
        assert len(found) == len(calls)
        calls.clear()
        return found

    talk = pushing.sim.call("1001", "1002")
    assert await told() == {("extension_started_ringing", call)}
    talk.answer()
    assert await told() == {("call_answered", call)}
    talk.hang_up()
    assert await told() == {("call_ended", call), ("extension_became_free", status)}
    await miss(pushing)
    assert await told() == {
        ("extension_started_ringing", call),
        ("call_missed", call),
        ("call_ended", call),
        ("extension_became_free", status),
    }
    await unplug(pushing)
    assert await told() == {("extension_went_offline", status)}


@pytest.mark.parametrize("reach", REACHES)
async def test_pbx_triggers(pushing: Push, reach: Reach) -> None:
    """A trunk nobody can call through, and a supervisor who is let into a call."""
    hass, serial = pushing.hass, pushing.sim.serial
    usable = entity_of(hass, "binary_sensor", f"{serial}_trunk_SIP-142_usable")
    monitoring = entity_of(hass, "event", f"{serial}_monitoring")
    target = reach(hass, [usable, monitoring])
    calls = await automate(
        hass,
        [
            {"trigger": "pbx.trunk_went_down", "target": target},
            {"trigger": "pbx.monitoring_started", "target": target},
        ],
    )
    pushing.sim.set_trunk_status("SIP-142", "Failure")
    pushing.coordinator.polling.async_trunks_changed()
    await pushing.coordinator.async_refresh()
    await pushing.settled()
    assert told_by(calls) == [usable]

    whisper = ("pbx", "whisper", {"whisperer": "1005", "whispered": "1002"})
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(*whisper, blocking=True)
    pushing.sim.call("1001", "1002", answer=True)
    await pushing.settled()
    assert len(calls) == 1
    await hass.services.async_call(*whisper, blocking=True)
    await pushing.settled()
    assert told_by(calls) == [usable, monitoring]


async def test_trigger_knows_who_calls(pushing: Push) -> None:
    """Actions use what the event says."""
    calls = await automate(
        pushing.hass,
        {
            "trigger": "pbx.call_missed",
            "target": {"device_id": extension_device(pushing, "1002")},
        },
    )
    call = await miss(pushing)
    assert calls[0].data["number"] == "no 0401234567"
    assert calls[0].data["call_id"] == f"id {call.call_id}"


async def test_only_our_own_entities_count(pushing: Push) -> None:
    """An area holds others' entities too, and one of ours may have any entity id."""
    hass = pushing.hass
    registry = er.async_get(hass)
    area = ar.async_get(hass).async_create("Office")
    foreign = registry.async_get_or_create("event", "doorbell", "1", original_name="x")
    registry.async_update_entity(foreign.entity_id, area_id=area.id)
    ours = call_entity(pushing, "1002")
    registry.async_update_entity(
        ours, area_id=area.id, new_entity_id="event.red_telephone"
    )
    await hass.async_block_till_done()
    calls = await automate(
        hass,
        {
            "trigger": "pbx.extension_started_ringing",
            "target": {
                "area_id": area.id,
                # Neither of another kind, nor in no registry at all.
                "entity_id": [foreign.entity_id, "event.nobody"],
            },
        },
    )
    for entity_id in (foreign.entity_id, "event.nobody"):
        hass.states.async_set(entity_id, "1", {"event_type": "answered"})
        hass.states.async_set(entity_id, "2", {"event_type": "ringing"})
    await hass.async_block_till_done()
    assert calls == []
    await ring(pushing)
    assert told_by(calls) == ["event.red_telephone"]


async def test_extension_that_comes_later_is_targeted(pushing: Push) -> None:
    """A target is looked at anew when the registry changes."""
    hass = pushing.hass
    label = lr.async_get(hass).async_create("Sales")
    calls = await automate(
        hass,
        {
            "trigger": "pbx.extension_started_ringing",
            "target": {"label_id": label.label_id},
        },
    )
    await ring(pushing)
    assert calls == []
    entity_id = call_entity(pushing, "1005")
    er.async_get(hass).async_update_entity(entity_id, labels={label.label_id})
    await hass.async_block_till_done()
    pushing.sim.call("1006", "1005")
    await pushing.settled()
    assert told_by(calls) == [entity_id]


async def test_two_ends_in_one_millisecond_are_two(pushing: Push) -> None:
    """The state of an event entity is a time; it alone does not tell them apart."""
    hass, entity_id = pushing.hass, call_entity(pushing, "1002")
    calls = await automate(
        hass, {"trigger": "pbx.call_ended", "target": {"entity_id": entity_id}}
    )

    def tell(call_id: str, **more: str) -> None:
        """Let the event entity tell of one end."""
        hass.states.async_set(
            entity_id,
            "2026-11-25T01:02:03.004+00:00",
            {"event_type": "ended", "call_id": call_id, **more},
        )

    tell("1.1")
    tell("1.2")
    tell("1.2", friendly_name="A new name is no news")
    await hass.async_block_till_done()
    assert [call.data["call_id"] for call in calls] == ["id 1.1", "id 1.2"]


async def test_reload_triggers_nothing(pushing: Push) -> None:
    """The restored state of an event entity is not a new event."""
    calls = await automate(
        pushing.hass,
        {
            "trigger": "pbx.call_missed",
            "target": {"entity_id": call_entity(pushing, "1002")},
        },
    )
    await miss(pushing)
    assert len(calls) == 1
    await pushing.hass.config_entries.async_reload(pushing.entry.entry_id)
    await pushing.settled()
    assert len(calls) == 1


async def test_registering_again_frees_nobody(pushing: Push) -> None:
    """Only who was called or in a call becomes free."""
    calls = await automate(
        pushing.hass,
        {
            "trigger": "pbx.extension_became_free",
            "target": {"entity_id": status_entity(pushing, "1002")},
        },
    )
    await unplug(pushing)
    pushing.sim.set_registered("1002", True)
    await pushing.settled()
    assert pushing.state(status_entity(pushing, "1002")) == "idle"
    assert calls == []
    await ring(pushing)
    assert calls == []
    await answer_and_end(pushing)
    assert len(calls) == 1


@pytest.mark.parametrize("status", ["Registered", None], ids=["registered", "no_word"])
async def test_odd_status_report_of_a_phone_in_a_call_frees_nobody(
    pushing: Push, status: str | None
) -> None:
    """A phone whose address changes goes on talking; without a word, nothing is said."""
    calls = await automate(
        pushing.hass,
        {
            "trigger": "pbx.extension_became_free",
            "target": {"entity_id": status_entity(pushing, "1002")},
        },
    )
    seen: list[str] = []

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state is not None and state.entity_id == status_entity(pushing, "1002"):
            seen.append(state.state)

    pushing.hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    pushing.sim.call("1001", "1002", answer=True)
    await pushing.settled()
    report = {"action": "ExtensionStatus", "extension": "1002"}
    if status is not None:
        report["status"] = status
    pushing.receiver.async_take_body(json.dumps(report).encode())
    await pushing.settled()
    assert pushing.state(status_entity(pushing, "1002")) == "busy"
    assert set(seen) <= {"ringing", "busy"}
    assert calls == []


async def answer_and_end(push: Push) -> None:
    """Let the only call be answered and end."""
    (call,) = push.sim.calls.values()
    call.answer()
    await push.settled()
    call.hang_up()
    await push.settled()


async def test_every_trigger_is_described(hass: HomeAssistant) -> None:
    """What the code knows, the editor shows, and the other way round."""
    path = COMPONENT / "triggers.yaml"
    described = Repository(COMPONENT.parents[1]).yaml(path)
    assert set(await async_get_triggers(hass)) == {
        key for key in described if not key.startswith(".")
    }
    outcome = described["call_ended"]["fields"]["outcome"]["selector"]["select"]
    assert outcome["options"] == [outcome.value for outcome in CallOutcome]
