"""Automations that users start with events, and for whom they then act."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from tests.integration.conftest import Push
from tests.integration.phone import MOBILE_APP, Phone, phone_of, until
from tests.integration.supervised import Told, act, agents_call, legs, listen_to

WHISPER = {
    "action": "pbx.whisper",
    "data": {"whisperer": "1005", "whispered": "1002"},
}
PRESSED = {"trigger": "event", "event_type": "pressed"}


@pytest.fixture(autouse=True)
async def _mobile_app(hass: HomeAssistant) -> None:
    """Set the app's component up before Home Assistant serves on a socket."""
    assert await async_setup_component(hass, MOBILE_APP, {})
    await hass.async_block_till_done()


@pytest.fixture
async def phone(
    pushing: Push, report_address: str, hass_admin_user: MockUser
) -> AsyncGenerator[Phone]:
    """Return an administrator's phone, while an extension is in a call."""
    agents_call(pushing.sim)
    await pushing.settled()
    async with phone_of(pushing.hass, report_address, hass_admin_user) as found:
        yield found


@pytest.fixture
def told(hass: HomeAssistant) -> Told:
    """Return what is told of supervision."""
    return listen_to(hass)


@pytest.fixture
def user(hass: HomeAssistant) -> MockUser:
    """Return a user who may control everything, but is no administrator."""
    user = MockUser(name="Worker").add_to_hass(hass)
    user.mock_policy({"entities": True})
    return user


async def automate(hass: HomeAssistant, *automations: dict[str, Any]) -> None:
    """Set automations up."""
    config = [{"alias": f"A {number}", **one} for number, one in enumerate(automations)]
    assert await async_setup_component(hass, "automation", {"automation": config})
    await hass.async_block_till_done()


async def test_event_of_a_user_starts_an_automation_with_their_permissions(
    pushing: Push, phone: Phone, told: Told, user: MockUser
) -> None:
    """Each user can fire any event, so the automation acts for them."""
    await automate(pushing.hass, {"triggers": PRESSED, "actions": WHISPER})
    await phone.fire("pressed", {}, by=user)
    await until(lambda: told.types == ["refused"])
    assert told.reasons == ["administrators_only"]
    assert told.events[0][0]["user"] == user.id
    assert not pushing.sim.requests_to("extension/whisper")
    await phone.fire("pressed", {})
    await until(lambda: len(told.events) == 2)
    assert told.types[1] == "started"
    assert told.events[1][0]["user"] == phone.user.id


async def test_user_is_known_through_an_automation_that_fires_an_event(
    pushing: Push, phone: Phone, told: Told, user: MockUser
) -> None:
    """A second automation on the way changes nothing, nor does a delay or a script."""
    assert await async_setup_component(
        pushing.hass, "script", {"script": {"join": {"sequence": [WHISPER]}}}
    )
    await automate(
        pushing.hass,
        {"triggers": PRESSED, "actions": [{"event": "second"}]},
        {
            "triggers": {"trigger": "event", "event_type": "second"},
            "actions": [{"delay": {"milliseconds": 50}}, {"action": "script.join"}],
        },
    )
    await phone.fire("pressed", {}, by=user)
    await until(lambda: told.types == ["refused"])
    assert told.events[0][0]["user"] == user.id
    assert legs(pushing.sim) == []


async def test_many_events_do_not_make_an_automation_forget_its_user(
    pushing: Push, phone: Phone, told: Told, user: MockUser
) -> None:
    """Even while it waits; the user of a run is kept apart from those of events."""
    actions = [{"delay": {"milliseconds": 200}}, WHISPER]
    await automate(pushing.hass, {"triggers": PRESSED, "actions": actions})
    await phone.fire("pressed", {}, by=user)
    for _ in range(2_000):
        pushing.hass.bus.async_fire("other", context=Context(user_id=user.id))
    await until(lambda: told.types == ["refused"])
    assert legs(pushing.sim) == []


async def test_automation_that_a_user_runs_acts_for_them(
    pushing: Push, phone: Phone, told: Told, user: MockUser
) -> None:
    """Who may control an automation may run it, without its trigger and conditions."""
    await automate(
        pushing.hass,
        {
            "triggers": {"trigger": "event", "event_type": "never"},
            "conditions": "{{ false }}",
            "variables": {"whispered": "1003"},
            "actions": {
                "action": "pbx.whisper",
                "data": {"whisperer": "1005", "whispered": "{{ whispered }}"},
            },
        },
    )
    run = {"entity_id": "automation.a_0", "variables": {"whispered": "1002"}}
    for context in (Context(user_id=user.id), Context(user_id=phone.user.id)):
        await pushing.hass.services.async_call(
            "automation", "trigger", run, context=context
        )
        await until(lambda: bool(told.types))
        assert told.events.pop()[0]["user"] == context.user_id
    assert [leg[:3] for leg in legs(pushing.sim)] == [("1005", "whisper", "1002")]


async def test_forgotten_run_acts_for_nobody(
    pushing: Push, phone: Phone, told: Told, user: MockUser
) -> None:
    """So many runs that the first is forgotten do not give it its owner's rights."""
    actions = [{"delay": {"seconds": 2}}, WHISPER]
    await automate(pushing.hass, {"triggers": PRESSED, "actions": actions})
    await phone.fire("pressed", {}, by=user)
    for _ in range(10_001):
        event = Context(user_id=user.id)
        pushing.hass.bus.async_fire("other", context=event)
        pushing.hass.bus.async_fire(
            "automation_triggered", context=Context(parent_id=event.id)
        )
    await until(lambda: told.types == ["refused"])
    assert told.reasons == ["not_permitted"]
    assert legs(pushing.sim) == []


async def test_automation_without_a_user_acts_for_its_owner(
    pushing: Push, phone: Phone, user: MockUser
) -> None:
    """An event of Home Assistant, or a switch that a user may press, is no such event."""
    switch: dict[str, Any] = {"input_boolean": {"coach": {}}}
    assert await async_setup_component(pushing.hass, "input_boolean", switch)
    pressed = {"trigger": "state", "entity_id": "input_boolean.coach", "to": "on"}
    await automate(
        pushing.hass,
        {"triggers": PRESSED, "actions": WHISPER},
        {"triggers": pressed, "actions": WHISPER},
    )
    pushing.hass.bus.async_fire("pressed")
    await until(lambda: len(legs(pushing.sim)) == 1)
    await act(pushing.hass, "stop_monitoring", supervisor="1005")
    await pushing.hass.services.async_call(
        "input_boolean",
        "turn_on",
        {"entity_id": "input_boolean.coach"},
        context=Context(user_id=user.id),
    )
    await until(lambda: len(legs(pushing.sim)) == 1)


@pytest.mark.parametrize("named", [None, "", "nobody"])
async def test_unknown_user_is_refused_and_so_is_the_rest_of_the_run(
    pushing: Push, phone: Phone, told: Told, named: str | None
) -> None:
    """A run that goes on after the error does not go on as its owner's."""
    actions = [
        {
            "action": "pbx.act_for_user",
            "data": {"user": named},
            "continue_on_error": True,
        },
        WHISPER,
    ]
    await automate(pushing.hass, {"triggers": PRESSED, "actions": actions})
    pushing.hass.bus.async_fire("pressed")
    await until(lambda: told.types == ["refused"])
    assert legs(pushing.sim) == []


async def test_run_ends_unless_the_user_may_control_the_extension(
    pushing: Push, phone: Phone, hass_read_only_user: MockUser, user: MockUser
) -> None:
    """What follows may be an action that Home Assistant does not check."""
    opened: list[str] = []
    pushing.hass.bus.async_listen("opened", lambda _: opened.append("door"))
    actions = [
        {"wait_for_trigger": PRESSED},
        {
            "action": "pbx.act_for_user",
            "data": {
                "user": "{{ wait.trigger.event.context.user_id }}",
                "extension": "1006",
            },
        },
        {"event": "opened"},
    ]
    rings = {"trigger": "event", "event_type": "rings"}
    await automate(pushing.hass, {"triggers": rings, "actions": actions})
    for presser, count in ((hass_read_only_user, 0), (user, 1)):
        pushing.hass.bus.async_fire("rings")
        await until(lambda: "pressed" in pushing.hass.bus.async_listeners())
        await phone.fire("pressed", {}, by=presser)
        await until(lambda: "pressed" not in pushing.hass.bus.async_listeners())
        await asyncio.sleep(0.05)
        assert len(opened) == count


async def test_user_acts_for_nobody_else(
    pushing: Push, phone: Phone, user: MockUser
) -> None:
    """A script that a user runs cannot be given an administrator's rights."""
    script = {
        "join": {
            "sequence": [
                {"action": "pbx.act_for_user", "data": {"user": "{{ whom }}"}},
                WHISPER,
            ]
        }
    }
    assert await async_setup_component(pushing.hass, "script", {"script": script})
    for whom in (phone.user.id, "nobody", user.id):
        with pytest.raises(HomeAssistantError):
            await pushing.hass.services.async_call(
                "script",
                "join",
                {"whom": whom},
                blocking=True,
                context=Context(user_id=user.id),
            )
    assert legs(pushing.sim) == []
    context = Context(user_id=user.id)
    assert await act(
        pushing.hass, "act_for_user", context, user=user.id, extension="1002"
    ) == {"user": user.id, "extension": "1002"}


async def test_deactivated_user_may_nothing(
    pushing: Push, phone: Phone, user: MockUser
) -> None:
    """The app of a user who was deactivated still fires events."""
    user.is_active = False
    with pytest.raises(HomeAssistantError, match="does not know the user"):
        await act(pushing.hass, "act_for_user", user=user.id)
    with pytest.raises(HomeAssistantError, match="not permitted"):
        await act(pushing.hass, "hang_up", Context(user_id=user.id), extension="1002")
