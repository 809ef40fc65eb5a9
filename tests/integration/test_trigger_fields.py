"""The fields of triggers: how a call ended, for how long, of how many."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import async_validate_trigger_config
import pytest
import voluptuous as vol

from .automations import automate, call_entity, miss, status_entity, told_by, unplug
from .conftest import Push


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({}, ["1001", "1002", "1005"]),
        ({"outcome": []}, ["1001", "1002", "1005"]),
        ({"outcome": "rejected"}, ["1005"]),
        ({"outcome": ["missed", "rejected"]}, ["1002", "1005"]),
        ({"outcome": ["voicemail"]}, []),
    ],
)
async def test_call_ended_by_outcome(
    pushing: Push, options: dict[str, Any], numbers: list[str]
) -> None:
    """Any end, or those that are asked for."""
    wanted = ("1001", "1002", "1005")
    calls = await automate(
        pushing.hass,
        {
            "trigger": "pbx.call_ended",
            "target": {"entity_id": [call_entity(pushing, n) for n in wanted]},
            "options": options,
        },
    )
    talked = pushing.sim.call("1001", "1006", answer=True)
    await pushing.settled()
    talked.hang_up()
    await pushing.settled()
    await miss(pushing)
    rejected = pushing.sim.call("1005", "1006")
    await pushing.settled()
    rejected.reject()
    await pushing.settled()
    assert told_by(calls) == [call_entity(pushing, number) for number in numbers]


async def test_offline_trigger_waits_for_its_duration(in_time: Push) -> None:
    """A phone that registers again in time does not trigger."""
    calls = await automate(
        in_time.hass,
        {
            "trigger": "pbx.extension_went_offline",
            "target": {"entity_id": status_entity(in_time, "1002")},
            "options": {"for": "00:00:30"},
        },
    )
    await unplug(in_time)
    await in_time.pass_time(20)
    in_time.sim.set_registered("1002", True)
    await in_time.settled()
    await in_time.pass_time(20)
    assert calls == []
    await unplug(in_time)
    await in_time.pass_time(31)
    assert len(calls) == 1


@pytest.mark.parametrize(("behavior", "count"), [("each", 2), ("first", 1), ("all", 1)])
async def test_several_targets(pushing: Push, behavior: str, count: int) -> None:
    """Each phone, the first, or when none is left."""
    calls = await automate(
        pushing.hass,
        {
            "trigger": "pbx.extension_went_offline",
            "target": {
                "entity_id": [
                    status_entity(pushing, "1001"),
                    status_entity(pushing, "1002"),
                ]
            },
            "options": {"behavior": behavior},
        },
    )
    await unplug(pushing)
    pushing.sim.set_registered("1001", False)
    await pushing.settled()
    assert len(calls) == count


@pytest.mark.parametrize(
    "config",
    [
        {"trigger": "pbx.call_missed"},
        {
            "trigger": "pbx.call_ended",
            "target": {"entity_id": "event.x"},
            "options": {"outcome": ["forgotten"]},
        },
        {
            "trigger": "pbx.call_missed",
            "target": {"entity_id": "event.x"},
            "options": {"for": "00:00:30"},
        },
        {
            "trigger": "pbx.extension_became_free",
            "target": {"entity_id": "event.x"},
            "options": {"behavior": "sometimes"},
        },
    ],
)
@pytest.mark.usefixtures("pushing")
async def test_nonsense_does_not_validate(
    hass: HomeAssistant, config: dict[str, Any]
) -> None:
    """No target, unknown words, and fields of other triggers."""
    with pytest.raises(vol.Invalid):
        await async_validate_trigger_config(hass, cv.TRIGGER_SCHEMA([config]))
