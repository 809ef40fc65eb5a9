"""Conditions in real automations, with phones that really are in calls."""

from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import condition, config_validation as cv
import pytest
import voluptuous as vol

from custom_components.pbx.condition import async_get_conditions
from tests.repository.repository import Repository

from .automations import (
    REACHES,
    Reach,
    automate,
    entity_of,
    extension_device,
    status_entity,
    unplug,
)
from .conftest import Push
from .test_architecture import COMPONENT

CONDITIONS = (
    "extension_in_call",
    "extension_is_free",
    "extension_is_ringing",
    "extension_is_offline",
    "extension_is_monitored",
)


async def passing(
    hass: HomeAssistant, target: dict[str, Any], **options: Any
) -> set[str]:
    """Return the conditions that pass for a target."""
    found = set()
    for key in CONDITIONS:
        config = {"condition": f"pbx.{key}", "target": target, "options": options}
        if await check(hass, config):
            found.add(key)
    return found


async def check(hass: HomeAssistant, config: dict[str, Any]) -> bool:
    """Return whether a condition passes, as one in an automation would."""
    valid = await condition.async_validate_condition_config(
        hass, cv.CONDITION_SCHEMA(config)
    )
    checker = await condition.async_from_config(hass, valid)
    try:
        return bool(checker.async_check())
    finally:
        checker.async_unload()


async def ask(push: Push, calls: list[ServiceCall]) -> bool:
    """Let the automation look, and return whether it did what it should."""
    calls.clear()
    push.hass.bus.async_fire("look")
    await push.hass.async_block_till_done()
    return bool(calls)


@pytest.mark.parametrize("reach", REACHES)
async def test_extension_conditions(pushing: Push, reach: Reach) -> None:
    """One after the other is true of a phone, however it is targeted."""
    hass, sim = pushing.hass, pushing.sim
    target = reach(hass, [status_entity(pushing, "1002")])
    assert await passing(hass, target) == {"extension_is_free"}
    call = sim.call("1001", "1002")
    await pushing.settled()
    assert await passing(hass, target) == {"extension_is_ringing"}
    call.answer()
    await pushing.settled()
    assert await passing(hass, target) == {"extension_in_call"}
    call.hold("1002")
    await pushing.coordinator.async_refresh()
    await pushing.settled()
    assert pushing.state(status_entity(pushing, "1002")) == "on_hold"
    assert await passing(hass, target) == {"extension_in_call"}
    call.hang_up()
    await unplug(pushing)
    assert await passing(hass, target) == {"extension_is_offline"}


async def test_extension_is_monitored(pushing: Push) -> None:
    """While a supervisor is in the call, let in through Home Assistant."""
    hass, sim = pushing.hass, pushing.sim
    target = {"device_id": extension_device(pushing, "1002")}
    sim.call("1001", "1002", answer=True)
    await pushing.settled()
    data = {"whisperer": "1005", "whispered": "1002"}
    await hass.services.async_call("pbx", "whisper", data, blocking=True)
    await pushing.settled()
    assert await passing(hass, target) == {
        "extension_in_call",
        "extension_is_monitored",
    }
    sim.exchange.hang_up_extension("1005")
    await pushing.settled()
    assert await passing(hass, target) == {"extension_in_call"}


@pytest.mark.parametrize("reach", REACHES)
async def test_pbx_is_connected(pushing: Push, reach: Reach) -> None:
    """Also by device, though the connection is a diagnostic entity."""
    hass = pushing.hass
    unique_id = f"{pushing.sim.serial}_connection"
    target = reach(hass, [entity_of(hass, "binary_sensor", unique_id)])
    config = {"condition": "pbx.pbx_is_connected", "target": target}
    assert await check(hass, config)
    await pushing.sim.go_offline()
    await pushing.coordinator.async_refresh()
    await hass.async_block_till_done()
    assert not await check(hass, config)


async def test_condition_in_an_automation(pushing: Push) -> None:
    """Of any, or of all; and nothing is true of all when nothing is known."""
    devices = [extension_device(pushing, number) for number in ("1001", "1002")]
    free = {"condition": "pbx.extension_is_free", "target": {"device_id": devices}}
    calls = await automate(
        pushing.hass,
        {"trigger": "event", "event_type": "look"},
        [{**free, "options": {"behavior": "all"}}],
    )
    assert await ask(pushing, calls)
    call = pushing.sim.call("1001", "1005", answer=True)
    await pushing.settled()
    assert not await ask(pushing, calls)
    assert await check(pushing.hass, free)
    call.hang_up()
    await pushing.settled()
    assert await ask(pushing, calls)
    await pushing.sim.go_offline()
    await pushing.coordinator.async_refresh()
    assert not await ask(pushing, calls)
    assert not await check(pushing.hass, free)


async def test_in_a_call_for_at_least(in_time: Push) -> None:
    """A hold does not begin the time anew; the end of the call does."""
    calls = await automate(
        in_time.hass,
        {"trigger": "event", "event_type": "look"},
        {
            "condition": "pbx.extension_in_call",
            "target": {"entity_id": status_entity(in_time, "1002")},
            "options": {"for": {"seconds": 60}},
        },
    )
    call = in_time.sim.call("1001", "1002", answer=True)
    await in_time.settled()
    await in_time.pass_time(40, step=10)
    call.hold("1002")
    await in_time.coordinator.async_refresh()
    await in_time.pass_time(19, step=1)
    assert in_time.state(status_entity(in_time, "1002")) == "on_hold"
    assert not await ask(in_time, calls)
    await in_time.pass_time(2)
    assert await ask(in_time, calls)
    call.hang_up()
    await in_time.settled()
    in_time.sim.call("1001", "1002", answer=True)
    await in_time.settled()
    assert not await ask(in_time, calls)


@pytest.mark.parametrize(
    "config",
    [
        {"condition": "pbx.extension_is_free"},
        {
            "condition": "pbx.extension_is_free",
            "target": {"entity_id": "sensor.x"},
            "options": {"behavior": "most"},
        },
        {
            "condition": "pbx.extension_is_bored",
            "target": {"entity_id": "sensor.x"},
        },
    ],
)
@pytest.mark.usefixtures("pushing")
async def test_nonsense_does_not_validate(
    hass: HomeAssistant, config: dict[str, Any]
) -> None:
    """No target, unknown words, and no condition of ours."""
    with pytest.raises(vol.Invalid):
        await check(hass, config)


async def test_every_condition_is_described(hass: HomeAssistant) -> None:
    """What the code knows, the editor shows, and the other way round."""
    path = COMPONENT / "conditions.yaml"
    described = Repository(COMPONENT.parents[1]).yaml(path)
    assert set(await async_get_conditions(hass)) == {
        key for key in described if not key.startswith(".")
    }
