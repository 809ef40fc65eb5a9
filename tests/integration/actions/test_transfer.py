"""`pbx.transfer`: which call, where to, and what the user is told."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers.template import Template
import pytest
import voluptuous as vol

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.integration.act import BRUNO, SAMI, act, acted, bodies
from tests.integration.conftest import Push
from tests.simulator import Fault, SimCall, Simulator

from .test_monitoring import user_with

IVR, QUEUE, RING_GROUP = "6500", "6700", "6200"


@pytest.fixture(autouse=True)
def groups(sim: Simulator) -> None:
    """Give the PBX something to transfer calls to."""
    sim.exchange.ivrs[IVR] = "Welcome"
    sim.exchange.queues[QUEUE] = ["1001"]
    sim.exchange.ring_groups[RING_GROUP] = ["1001", "1006"]


@pytest.fixture
async def customer(pushing: Push) -> SimCall:
    """Return the call of a customer whom 1002 talks to."""
    call = pushing.sim.inbound("0401", "1002", answer=True)
    await pushing.settled()
    return call


@pytest.mark.parametrize(
    ("to", "destination", "told", "permission", "there"),
    [
        (SAMI, None, "extension", "", "1005"),
        ("1005", None, "extension", "", "1005"),
        # A known extension is one, whatever the form says.
        ("1005", "outside", "extension", "", "1005"),
        ("1005", "extension", "extension", "", "1005"),
        (IVR, "ivr", "ivr", "", IVR),
        (QUEUE, "queue", "queue", "", "1001"),
        (RING_GROUP, "ring_group", "ring_group", "", "1001"),
        ("040 765-4321", None, "outside", "1002", "0407654321"),
        ("040 765-4321", "outside", "outside", "1002", "0407654321"),
    ],
)
async def test_each_destination_takes_one_request(
    hass: HomeAssistant,
    pushing: Push,
    customer: SimCall,
    to: str,
    destination: str | None,
    told: str,
    permission: str,
    there: str,
) -> None:
    """The outside party reaches it, and the extension is free."""
    more = {} if destination is None else {"destination": destination}
    response = await act(hass, "transfer", extension=BRUNO, to=to, **more)

    sim = pushing.sim
    number = {"040 765-4321": "0407654321", SAMI: "1005"}.get(to, to)
    assert bodies(sim, "inbound/transfer_number") == [
        {"inboundid": customer.call_id, "number": number, "fromext": permission}
    ]
    assert acted(sim) == ["inbound/transfer_number"]
    assert response == {
        "call_id": customer.call_id,
        "extension": "1002",
        "to": number,
        "destination": told,
    }
    assert customer.numbers[:2] == ("0401", there)
    assert sim.status_of("1002") == "Registered"


async def test_call_to_the_outside(hass: HomeAssistant, pushing: Push) -> None:
    """It makes no difference who called whom, except on the wire."""
    call = pushing.sim.outbound("1002", "0401", answer=True)
    (line,) = (leg.leg_id for leg in call.callees)
    await pushing.settled()
    await act(hass, "transfer", extension="1002", to="1005")
    assert bodies(pushing.sim, "outbound/transfer_number") == [
        {"outboundid": line, "number": "1005", "fromext": ""}
    ]
    assert acted(pushing.sim) == ["outbound/transfer_number"]
    assert call.numbers == ("0401", "1005")


async def test_ringing_call(hass: HomeAssistant, pushing: Push) -> None:
    """Need not be answered first."""
    call = pushing.sim.inbound("0401", "1002")
    await pushing.settled()
    await act(hass, "transfer", extension="1002", to="1005")
    assert call.numbers == ("0401", "1005")
    assert pushing.sim.status_of("1002") == "Registered"


async def test_transfer_is_seen_soon(in_time: Push) -> None:
    """The PBX does not report it."""
    sim = in_time.sim
    sim.inbound("0401", "1002", answer=True)
    await in_time.settled()
    await act(in_time.hass, "transfer", extension="1002", to=IVR, destination="ivr")
    await in_time.pass_time(3)
    assert in_time.coordinator.data.calls_of("1002") == []
    assert in_time.state("sensor.bruno_costa_other_party") == "unknown"


async def test_current_call_is_transferred_unless_another_is_named(
    hass: HomeAssistant, pushing: Push
) -> None:
    """The id of a call chooses the other one."""
    sim = pushing.sim
    first = sim.inbound("0401", "1002", answer=True)
    second = sim.inbound("0402", "1002")
    await pushing.settled()
    sim.pick_up("1002")
    await pushing.settled()

    response = await act(
        hass, "transfer", extension="1002", to="1005", call_id=first.call_id
    )
    assert response["call_id"] == first.call_id
    assert (first.numbers, second.numbers) == (("0401", "1005"), ("0402", "1002"))
    response = await act(hass, "transfer", extension="1002", to="1001")
    assert response["call_id"] == second.call_id


async def test_call_with_an_outside_party_is_transferred_of_two(
    hass: HomeAssistant, pushing: Push
) -> None:
    """Also while the extension talks to a colleague."""
    sim = pushing.sim
    outside = sim.inbound("0401", "1002", answer=True)
    sim.call("1002", "1005", answer=True)
    await pushing.settled()
    await act(hass, "transfer", extension="1002", to="1001")
    assert outside.numbers == ("0401", "1001")


async def test_id_that_a_template_made_a_number_of(
    hass: HomeAssistant, pushing: Push
) -> None:
    """Which loses the zero at its end."""
    sim = pushing.sim
    sim.exchange.next_sequence = 20
    call = sim.inbound("0401", "1002", answer=True)
    await pushing.settled()
    assert call.call_id.endswith(".20")
    made = Template("{{ id }}", hass).async_render({"id": call.call_id})
    assert isinstance(made, float)
    await act(hass, "transfer", extension="1002", to="1005", call_id=made)
    assert call.numbers == ("0401", "1005")


async def test_call_that_nobody_reported(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """The PBX is asked for it once."""
    call = sim.inbound("0401", "1002", answer=True)
    assert coordinator.data.calls == []
    await act(hass, "transfer", extension="1002", to="1005")
    assert call.numbers == ("0401", "1005")


@pytest.mark.parametrize(
    ("more", "key"),
    [({}, "no_outside_call"), ({"call_id": "1495698433.203"}, "no_such_call")],
)
async def test_no_call_to_transfer(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    more: dict[str, Any],
    key: str,
) -> None:
    """A call between two extensions is none."""
    sim.call("1001", "1002", answer=True)
    with pytest.raises(ServiceValidationError, match="Bruno Costa") as err:
        await act(hass, "transfer", extension="1002", to="1005", **more)
    assert err.value.translation_key == key
    assert acted(sim) == []


@pytest.mark.parametrize(
    ("to", "destination", "key"),
    [
        ("4711", "extension", "unknown_extension"),
        ("1002", "extension", "same_number"),
        ("Anna", "queue", "not_a_number"),
        ("0" * 32, "outside", "not_a_number"),
        ("67\n00", "queue", "not_a_number"),
    ],
)
async def test_what_cannot_be_meant(
    hass: HomeAssistant,
    pushing: Push,
    customer: SimCall,
    to: str,
    destination: str,
    key: str,
) -> None:
    """The user is told before the PBX is asked."""
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, "transfer", extension="1002", to=to, destination=destination)
    assert err.value.translation_key == key
    assert acted(pushing.sim) == []


async def test_kind_that_does_not_exist(
    hass: HomeAssistant, pushing: Push, customer: SimCall
) -> None:
    """It does not pass the schema."""
    with pytest.raises(vol.Invalid):
        await act(hass, "transfer", extension="1002", to="1", destination="moon")


@pytest.mark.parametrize("to", ["6999", IVR])
async def test_what_the_number_is_the_pbx_decides(
    hass: HomeAssistant, pushing: Push, customer: SimCall, to: str
) -> None:
    """Nothing is refused because of what we do not know."""
    await act(hass, "transfer", extension="1002", to=to)
    assert customer.numbers == ("0401", to)


@pytest.mark.parametrize(
    ("errno", "key"),
    [
        (10006, "control_no_such_extension"),
        (10007, "control_not_in_call"),
        (10012, "control_no_such_destination"),
        (10024, "control_outbound_forbidden"),
        (10099, "control_refused"),
        (30001, "control_internal_error"),
    ],
)
async def test_each_refusal_is_a_sentence(
    hass: HomeAssistant, pushing: Push, customer: SimCall, errno: int, key: str
) -> None:
    """It names the extension, and nothing is asked twice."""
    sim = pushing.sim
    sim.faults.add(Fault(kind="errno", endpoint="inbound/transfer_number", errno=errno))
    with pytest.raises(ServiceValidationError, match="Bruno Costa") as err:
        await act(hass, "transfer", extension="1002", to="1005")
    assert err.value.translation_key == key
    assert acted(sim) == ["inbound/transfer_number"]


async def test_lost_answer(
    hass: HomeAssistant, pushing: Push, customer: SimCall
) -> None:
    """It may be transferred: the user is told, and nothing is asked twice."""
    pushing.sim.faults.add(Fault(kind="empty", endpoint="inbound/transfer_number"))
    with pytest.raises(HomeAssistantError) as err:
        await act(hass, "transfer", extension="1002", to="1005")
    assert err.value.translation_key == "control_unanswered"
    assert acted(pushing.sim) == ["inbound/transfer_number"]
    assert customer.numbers == ("0401", "1005")


async def test_user_needs_control_of_the_extension(
    hass: HomeAssistant, pushing: Push, customer: SimCall
) -> None:
    """Whose call it is."""
    stranger = user_with(hass, {SAMI: True})
    with pytest.raises(Unauthorized, match="Bruno Costa"):
        await act(hass, "transfer", extension="1002", to="1005", user=stranger.id)
    assert acted(pushing.sim) == []
    owner = user_with(hass, {BRUNO: True})
    await act(hass, "transfer", extension="1002", to="1005", user=owner.id)
    assert customer.numbers == ("0401", "1005")


async def test_without_response(
    hass: HomeAssistant, pushing: Push, customer: SimCall
) -> None:
    """Nobody has to take the answer."""
    data = {"extension": "1002", "to": "1005"}
    await hass.services.async_call(DOMAIN, "transfer", data, blocking=True)
    assert customer.numbers == ("0401", "1005")
