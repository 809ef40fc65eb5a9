"""Blueprints that need no phone: the on-air light, and declining after hours."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from .automations import extension_device
from .conftest import Push
from .phone import until
from .test_blueprints import a_moment, stop, use


def of(calls: list[ServiceCall]) -> list[dict[str, Any]]:
    """Return what actions were called with."""
    return [dict(call.data) for call in calls]


async def test_on_air_light_and_media_pause(pushing: Push, tmp_path: Path) -> None:
    """From the first call in the room to the end of the last; then all is as it was."""
    hass = pushing.hass
    await async_setup_component(hass, "homeassistant", {})
    await async_setup_component(hass, "scene", {})
    hass.states.async_set("light.door", "on", {"rgb_color": (0, 0, 9)})
    hass.states.async_set("switch.sign", "off")
    hass.states.async_set("media_player.radio", "playing")
    hass.states.async_set("media_player.tv", "off")
    lights_on = async_mock_service(hass, "light", "turn_on")
    signs_on = async_mock_service(hass, "switch", "turn_on")
    signs_off = async_mock_service(hass, "switch", "turn_off")
    pauses = async_mock_service(hass, "media_player", "media_pause")
    plays = async_mock_service(hass, "media_player", "media_play")
    devices = [extension_device(pushing, number) for number in ("1001", "1002")]
    inputs = {
        "extensions": devices,
        "on_air": ["light.door", "switch.sign"],
        "media_players": ["media_player.radio", "media_player.tv"],
    }
    await use(hass, tmp_path, "on_air_light_and_media_pause", inputs)

    first = pushing.sim.call("1001", "1005", answer=True)
    await until(lambda: len(lights_on) == 1)
    assert of(pauses) == [{"entity_id": ["media_player.radio"]}]
    assert of(lights_on) == [{"entity_id": ["light.door"], "rgb_color": [255, 0, 0]}]
    assert of(signs_on) == [{"entity_id": ["switch.sign"]}]
    hass.states.async_set("media_player.radio", "paused")
    hass.states.async_set("switch.sign", "on")
    hass.states.async_set("light.door", "on", {"rgb_color": (255, 0, 0)})

    second = pushing.sim.call("1006", "1002", answer=True)
    await a_moment(pushing)
    first.hang_up()
    await a_moment(pushing)
    assert (plays, signs_off) == ([], [])
    second.hang_up()
    await until(lambda: len(plays) == 1)
    assert of(plays) == [{"entity_id": ["media_player.radio"]}]
    assert of(signs_off) == [{"entity_id": "switch.sign"}]
    assert of(lights_on)[1:] == [{"entity_id": "light.door", "rgb_color": (0, 0, 9)}]
    await stop(hass)


async def test_on_air_with_defaults(pushing: Push, tmp_path: Path) -> None:
    """With nothing to switch or pause, nothing fails."""
    inputs = {"extensions": [extension_device(pushing, "1001")]}
    await use(pushing.hass, tmp_path, "on_air_light_and_media_pause", inputs)
    call = pushing.sim.call("1001", "1005", answer=True)
    await a_moment(pushing)
    automation = pushing.hass.states.get("automation.blueprint")
    assert automation is not None
    assert automation.attributes["current"] == 1
    call.hang_up()
    await until(lambda: running(pushing.hass) == 0)


def running(hass: HomeAssistant) -> int:
    """Return how many times the automation runs at this moment."""
    automation = hass.states.get("automation.blueprint")
    assert automation is not None
    return int(automation.attributes["current"])


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def clock(hours: int) -> str:
    """Return the time of day some hours from now."""
    return (dt_util.now() + timedelta(hours=hours)).strftime("%H:%M:%S")


@pytest.mark.parametrize(
    ("inputs", "caller", "refused"),
    [
        pytest.param(
            {"opening": -2, "closing": 2, "business_days": list(DAYS)},
            "0401234567",
            False,
            id="open",
        ),
        pytest.param(
            {"opening": 2, "closing": 4, "business_days": list(DAYS)},
            "0401234567",
            True,
            id="closed",
        ),
        pytest.param(
            {"opening": -2, "closing": 2, "business_days": []},
            "0401234567",
            True,
            id="holiday",
        ),
        pytest.param(
            {"business_days": [], "let_through": ["0401234567"]},
            "0401234567",
            False,
            id="let through",
        ),
        pytest.param({"business_days": []}, "1001", False, id="from inside"),
    ],
)
async def test_after_hours_refusal(
    pushing: Push, tmp_path: Path, inputs: dict[str, Any], caller: str, refused: bool
) -> None:
    """Calls from outside, when the office is closed, and nobody may call all the same."""
    hass = pushing.hass
    hang_ups = async_mock_service(hass, "pbx", "hang_up")
    device = extension_device(pushing, "1002")
    times: dict[str, Any] = {
        key: clock(inputs[key]) for key in ("opening", "closing") if key in inputs
    }
    inputs = {**inputs, **times, "extensions": {"device_id": device}}
    await use(hass, tmp_path, "after_hours_refusal", inputs)
    if caller == "1001":
        pushing.sim.call(caller, "1002")
    else:
        pushing.sim.inbound(caller, "1002")
    await pushing.settled()
    assert of(hang_ups) == ([{"extension": device}] if refused else [])


async def test_second_call_does_not_end_the_first(
    pushing: Push, tmp_path: Path
) -> None:
    """Hanging up concerns the extension: while it talks, nothing is done."""
    hang_ups = async_mock_service(pushing.hass, "pbx", "hang_up")
    inputs = {
        "business_days": [],
        "extensions": {"device_id": extension_device(pushing, "1002")},
    }
    await use(pushing.hass, tmp_path, "after_hours_refusal", inputs)
    pushing.sim.call("1001", "1002", answer=True)
    await pushing.settled()
    pushing.sim.inbound("0401234567", "1002")
    await pushing.settled()
    assert hang_ups == []
