"""`pbx.accept_call` and `pbx.refuse_call`: what the PBX asks about before a phone rings."""

from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.integration.act import BRUNO, act, acted, bodies
from tests.integration.conftest import Push, entry_for, small_office
from tests.simulator import Fault, SimCall, Simulator

from .test_monitoring import user_with

ACTIONS = Path(__file__).parents[3] / "docs" / "actions.md"
LINE = "SIP-142"
BOTH = [("accept_call", "inbound/accept"), ("refuse_call", "inbound/refuse")]


@pytest.fixture(autouse=True)
def asks(sim: Simulator) -> None:
    """Let the PBX ask about the calls that come in."""
    sim.trunks[LINE].control_answering = True


@pytest.fixture
async def waiting(pushing: Push) -> SimCall:
    """Return a call that the PBX asks about."""
    call = pushing.sim.inbound("0401", "1002", LINE)
    await pushing.settled()
    return call


async def test_accept(hass: HomeAssistant, pushing: Push, waiting: SimCall) -> None:
    """The phone rings."""
    response = await act(hass, "accept_call", call_id=waiting.call_id)
    assert bodies(pushing.sim, "inbound/accept") == [{"inboundid": waiting.call_id}]
    assert acted(pushing.sim) == ["inbound/accept"]
    assert response == {"call_id": waiting.call_id}
    assert pushing.sim.status_of("1002") == "Ringing"


async def test_refuse(hass: HomeAssistant, pushing: Push, waiting: SimCall) -> None:
    """No phone ever rings."""
    response = await act(hass, "refuse_call", call_id=waiting.call_id)
    assert bodies(pushing.sim, "inbound/refuse") == [{"inboundid": waiting.call_id}]
    assert response == {"call_id": waiting.call_id}
    assert not waiting.live
    assert pushing.sim.status_of("1002") == "Registered"


async def test_caller_is_found_among_the_calls(
    hass: HomeAssistant, pushing: Push, waiting: SimCall
) -> None:
    """That is where an automation takes the id from."""
    (call,) = (await act(hass, "get_calls"))["calls"]
    assert call["call_id"] == waiting.call_id
    assert call["parties"][0]["number"] == "0401"
    await act(hass, "refuse_call", call_id=call["call_id"])
    assert not waiting.live


async def test_automation_of_the_documentation(
    hass: HomeAssistant, pushing: Push
) -> None:
    """It turns away the one number and nobody else, whatever digits the id ends in."""
    blocks = re.findall(r"```yaml\n(.*?)```", ACTIONS.read_text("utf-8"), re.DOTALL)
    (block,) = (block for block in blocks if "pbx.refuse_call" in block)
    automation = parse_yaml(block)
    assert isinstance(automation, dict)
    config = {"automation": {"alias": "Unwanted", **automation}}
    assert await async_setup_component(hass, "automation", config)
    sim = pushing.sim
    sim.exchange.next_sequence = 30
    unwanted = sim.inbound("0700123456", "1002", LINE)
    await pushing.settled()
    assert unwanted.call_id.endswith(".30")
    again = sim.inbound("0700123456", "1002", LINE)
    wanted = sim.inbound("0401", "1002", LINE)
    await pushing.settled()
    assert [call.live for call in (unwanted, again, wanted)] == [False, False, True]
    assert set(acted(sim)) == {"inbound/refuse"}


@pytest.mark.parametrize(("action", "endpoint"), BOTH)
async def test_too_late(
    hass: HomeAssistant, pushing: Push, waiting: SimCall, action: str, endpoint: str
) -> None:
    """After ten seconds the PBX has decided."""
    pushing.clock.advance(10.1)
    await pushing.settled()
    with pytest.raises(ServiceValidationError, match="too late") as err:
        await act(hass, action, call_id=waiting.call_id)
    assert err.value.translation_key == "inbound_too_late"
    assert waiting.call_id in str(err.value)
    assert acted(pushing.sim) == [endpoint]
    await pushing.settled()


@pytest.mark.parametrize(
    "call_id",
    ["no id", "17\r\nHost: x", "1495698433.203;x", "1" * 65, "../apply", "ä"],
)
async def test_what_is_no_id_is_not_sent(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator, call_id: str
) -> None:
    """No line break and no control character comes near the wire."""
    for action, _ in BOTH:
        with pytest.raises(ServiceValidationError) as err:
            await act(hass, action, call_id=call_id)
        assert err.value.translation_key == "inbound_not_in_call"
    assert acted(sim) == []


@pytest.mark.parametrize(
    ("errno", "key"),
    [
        (10007, "inbound_not_in_call"),
        (10016, "inbound_too_late"),
        (10003, "inbound_unsupported"),
        (30001, "inbound_internal_error"),
        (10099, "inbound_refused"),
    ],
)
@pytest.mark.parametrize(("action", "endpoint"), BOTH)
async def test_each_refusal_is_a_sentence(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    action: str,
    endpoint: str,
    errno: int,
    key: str,
) -> None:
    """It names the call, and nothing is asked twice."""
    sim.faults.add(Fault(kind="errno", endpoint=endpoint, errno=errno))
    with pytest.raises(ServiceValidationError, match=r"1495698433\.203") as err:
        await act(hass, action, call_id="1495698433.203")
    assert err.value.translation_key == key
    assert bodies(sim, endpoint) == [{"inboundid": "1495698433.203"}]


@pytest.mark.parametrize(("action", "endpoint"), BOTH)
async def test_lost_answer(
    hass: HomeAssistant, pushing: Push, waiting: SimCall, action: str, endpoint: str
) -> None:
    """The user is told, and nothing is asked twice."""
    pushing.sim.faults.add(Fault(kind="reset", endpoint=endpoint))
    with pytest.raises(HomeAssistantError) as err:
        await act(hass, action, call_id=waiting.call_id)
    assert err.value.translation_key == "inbound_unanswered"
    assert acted(pushing.sim) == [endpoint]


async def test_user_needs_control_of_the_calls_of_the_pbx(
    hass: HomeAssistant, pushing: Push, waiting: SimCall
) -> None:
    """No extension is concerned yet, so none is enough."""
    call_id = waiting.call_id
    agent = user_with(hass, {BRUNO: True})
    for action, _ in BOTH:
        with pytest.raises(Unauthorized, match="Yeastar S100"):
            await act(hass, action, call_id=call_id, user=agent.id)
    assert acted(pushing.sim) == []
    calls = er.async_get(hass).async_get_entity_id(
        "sensor", DOMAIN, f"{pushing.sim.serial}_calls"
    )
    assert calls is not None
    desk = user_with(hass, {calls: True})
    await act(hass, "accept_call", call_id=call_id, user=desk.id)
    assert pushing.sim.status_of("1002") == "Ringing"


@pytest.mark.parametrize(("action", "endpoint"), BOTH)
async def test_without_response(
    hass: HomeAssistant, pushing: Push, waiting: SimCall, action: str, endpoint: str
) -> None:
    """Nobody has to take the answer."""
    data: dict[str, Any] = {"call_id": waiting.call_id}
    await hass.services.async_call(DOMAIN, action, data, blocking=True)
    assert acted(pushing.sim) == [endpoint]


async def test_two_pbxs(
    hass: HomeAssistant, pushing: Push, waiting: SimCall, sim: Simulator
) -> None:
    """Who knows the call is asked; where nobody does, it must be said who is meant."""
    other = small_office(sim.clock, serial="555555555555")
    async with other.running():
        entry = entry_for(other, "Branch")
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        with pytest.raises(ServiceValidationError) as err:
            await act(hass, "accept_call", call_id="1495698433.203")
        assert err.value.translation_key == "several_pbxs"
        with pytest.raises(ServiceValidationError) as err:
            await act(
                hass,
                "accept_call",
                call_id="1495698433.203",
                config_entry_id=entry.entry_id,
            )
        assert err.value.translation_key == "inbound_not_in_call"
        assert (acted(sim), acted(other)) == ([], ["inbound/accept"])
        await act(hass, "accept_call", call_id=waiting.call_id)
        assert acted(sim) == ["inbound/accept"]
        await hass.config_entries.async_unload(entry.entry_id)
