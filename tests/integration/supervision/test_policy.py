"""The policy of supervision: who may supervise whom, as the options say."""

import asyncio
from typing import Any

from homeassistant.auth.permissions.const import CAT_ENTITIES
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from tests.integration.conftest import Push, set_up_pushing
from tests.integration.supervised import (
    AGENT,
    SUPERVISOR,
    act,
    agents_call,
    legs,
    listen_to,
    monitor,
    monitored_by,
)
from tests.simulator import Fault, ManualClock, Simulator

BOTH = {SUPERVISOR: True, AGENT: True}
MODES = ("listen", "whisper", "barge_in")


@pytest.fixture
def office(
    hass: HomeAssistant, sim: Simulator, clock: ManualClock, report_address: str
) -> Any:
    """Return what sets up a PBX with options and a call to supervise."""

    async def set_up(**options: Any) -> Push:
        push = await set_up_pushing(hass, sim, clock, report_address, options=options)
        agents_call(sim)
        await push.settled()
        return push

    return set_up


def user_with(
    hass: HomeAssistant, allowed: dict[str, bool], *, admin: bool = False
) -> Context:
    """Return the context of a user who may control the given entities."""
    user = MockUser(is_owner=admin)
    user.add_to_hass(hass)
    user.mock_policy({CAT_ENTITIES: {"entity_ids": allowed}} if allowed else {})
    return Context(user_id=user.id)


async def refused(push: Push, mode: str, context: Context | None = None) -> str:
    """Return with which sentence a user is refused; the PBX is never asked."""
    told = listen_to(push.hass)
    with pytest.raises((ServiceValidationError, Unauthorized)) as err:
        await monitor(push, mode, context=context)
    await push.settled()
    assert legs(push.sim) == []
    assert not push.sim.requests_to(f"extension/{mode.removesuffix('_in')}")
    ((attributes, by),) = told.events
    key = err.value.translation_key or "not_permitted"
    assert (attributes["event_type"], attributes["reason"]) == ("refused", key)
    assert (attributes["mode"], attributes["supervisor"]) == (mode, "1005")
    user = context.user_id if context else None
    assert attributes["user"] == by.user_id == user
    return str(err.value)


@pytest.mark.parametrize("mode", MODES)
async def test_policy_off_refuses_every_user(office: Any, mode: str) -> None:
    """Also automations and administrators."""
    push = await office(supervision="off")
    assert "turned off" in await refused(push, mode)
    administrator = user_with(push.hass, {}, admin=True)
    assert "turned off" in await refused(push, mode, administrator)


async def test_what_was_begun_can_be_stopped_when_it_is_off(office: Any) -> None:
    """An end is always allowed to whoever may control the supervisor's phone."""
    push = await office()
    await monitor(push, "listen")
    push.hass.config_entries.async_update_entry(
        push.entry, options={**push.entry.options, "supervision": "off"}
    )
    user = user_with(push.hass, {SUPERVISOR: True})
    await act(push.hass, "stop_monitoring", user, supervisor="1005")
    assert legs(push.sim) == []


async def test_stop_needs_control_of_the_supervisor(office: Any) -> None:
    """Nobody else's phone is hung up."""
    push = await office()
    await monitor(push, "listen")
    user = user_with(push.hass, {AGENT: True})
    with pytest.raises(Unauthorized, match="Sami Virtanen"):
        await act(push.hass, "stop_monitoring", user, supervisor="1005")
    assert len(legs(push.sim)) == 1


@pytest.mark.parametrize("mode", MODES)
async def test_administrators_only(office: Any, mode: str) -> None:
    """Control of both phones is not enough; the refusal is a sentence."""
    push = await office(supervision="administrators")
    sentence = await refused(push, mode, user_with(push.hass, BOTH))
    assert sentence.startswith("Only administrators may")
    await monitor(push, mode, context=user_with(push.hass, {}, admin=True))
    assert len(legs(push.sim)) == 1


@pytest.mark.parametrize("policy", ["administrators", "controllers"])
async def test_automation_acts_for_its_owner(office: Any, policy: str) -> None:
    """Whoever may write an automation is an administrator."""
    push = await office(supervision=policy)
    await monitor(push, "whisper")
    assert monitored_by(push) == ["1005"]


async def test_controllers(office: Any) -> None:
    """Whoever may control both phones may supervise; nobody else."""
    push = await office(supervision="controllers")
    for allowed, named in (
        ({}, "Sami Virtanen (1005)"),
        ({SUPERVISOR: True}, "Bruno Costa (1002)"),
        ({AGENT: True}, "Sami Virtanen (1005)"),
    ):
        sentence = await refused(push, "listen", user_with(push.hass, allowed))
        assert sentence.startswith("You are not permitted to control")
        assert named in sentence
    await monitor(push, "listen", context=user_with(push.hass, BOTH))
    assert len(legs(push.sim)) == 1


@pytest.mark.parametrize("policy", ["administrators", "controllers"])
async def test_user_who_does_not_exist(office: Any, policy: str) -> None:
    """A stale context opens nothing."""
    push = await office(supervision=policy)
    assert await refused(push, "whisper", Context(user_id="nobody"))


async def test_list_of_supervisors(office: Any) -> None:
    """Who is not on it may not, whoever asks."""
    push = await office(supervisors=["1001"])
    assert "is not a supervisor" in await refused(push, "barge_in")
    administrator = user_with(push.hass, {}, admin=True)
    assert "Sami Virtanen" in await refused(push, "barge_in", administrator)


async def test_who_is_on_the_list_still_needs_permission(office: Any) -> None:
    """The list narrows the policy, and opens nothing."""
    push = await office(supervisors=["1005"])
    assert "not permitted" in await refused(push, "listen", user_with(push.hass, {}))
    await monitor(push, "listen")
    assert len(legs(push.sim)) == 1


async def test_administrators_are_the_default(office: Any) -> None:
    """Until somebody chooses a wider circle, control of the phones is not enough."""
    push = await office()
    sentence = await refused(push, "listen", user_with(push.hass, BOTH))
    assert "administrators" in sentence
    await monitor(push, "listen", context=user_with(push.hass, {}, admin=True))
    assert len(legs(push.sim)) == 1


async def test_never_monitored(office: Any) -> None:
    """The works council's phone is off limits, whoever it talks to; the others are not."""
    push = await office(never_monitored=["1002"])
    assert "never" in await refused(push, "whisper")
    with pytest.raises(ServiceValidationError) as err:
        await act(push.hass, "whisper", whisperer="1005", whispered="1001")
    assert err.value.translation_key == "never_monitored"
    assert not push.sim.requests_to("extension/whisper")
    for call in list(push.sim.calls.values()):
        call.hang_up()
    push.sim.call("1001", "1006", answer=True)
    await push.settled()
    await act(push.hass, "whisper", whisperer="1005", whispered="1001")
    assert legs(push.sim) == [("1005", "whisper", "1001", "active")]


async def test_policy_is_checked_when_the_phone_is_free(office: Any) -> None:
    """An extension may have entered the call while the action waited for the phone."""
    push = await office(never_monitored=["1006"])
    told = listen_to(push.hass)
    (call,) = push.sim.calls.values()
    slow = Fault(kind="latency", endpoint="extension/listen", times=1, seconds=0.5)
    push.sim.faults.add(slow)
    first = push.hass.async_create_task(monitor(push, "listen"))
    await asyncio.sleep(0.1)
    second = push.hass.async_create_task(monitor(push, "whisper"))
    await asyncio.sleep(0.1)
    call.hang_up()
    push.sim.call("1006", "1002", answer=True)
    await asyncio.gather(first, second, return_exceptions=True)
    for _ in range(5):
        await push.settled()
    assert not push.sim.requests_to("extension/whisper")
    assert legs(push.sim) == []
    assert ("refused", "never_monitored") in zip(told.types, told.reasons, strict=True)


async def test_supervision_ends_when_a_never_monitored_extension_joins(
    office: Any,
) -> None:
    """A transfer brings it into a call that was joined before; ringing is not enough."""
    push = await office(never_monitored=["1006"])
    await monitor(push, "listen")
    await push.settled()
    told = listen_to(push.hass)
    (call,) = push.sim.calls.values()
    waiting = push.sim.call("1006", "1002")
    await push.settled()
    assert len(legs(push.sim)) == 1
    waiting.hang_up()
    await push.settled()
    call.transfer("1006", by="1001")
    await push.settled()
    assert len(legs(push.sim)) == 1
    call.answer("1006")
    for _ in range(5):
        await push.settled()
    assert legs(push.sim) == []
    assert (told.types, told.reasons) == (["stopped"], ["never_monitored"])
    assert monitored_by(push) is None
    # The others go on talking.
    assert push.sim.status_of("1002") == "Busy"
