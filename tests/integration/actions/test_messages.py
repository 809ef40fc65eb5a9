"""`pbx.send_sms` and `pbx.play_prompt`: through which line, to whom, and what is told."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.integration.act import BRUNO, SAMI, act, acted, bodies
from tests.integration.conftest import device_of, entry_for, small_office
from tests.simulator import Fault, Simulator

from .test_monitoring import user_with

GSM = "GSM2-7"


@pytest.fixture(autouse=True)
def lines(sim: Simulator) -> None:
    """Give the PBX a mobile line that works."""
    sim.trunks[GSM].status = "Idle"


def trunk_entity(hass: HomeAssistant, sim: Simulator, name: str = GSM) -> str:
    """Return the status sensor of a trunk."""
    found = er.async_get(hass).async_get_entity_id(
        "sensor", DOMAIN, f"{sim.serial}_trunk_{name}_status"
    )
    assert found is not None
    return found


# -- text messages


async def test_text_message_is_sent_with_one_request(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """It arrives as it was written."""
    text = "Ovikello! 10 % & 你好"
    response = await act(
        hass, "send_sms", trunk=GSM, number="040 123-4567", message=f"  {text}\n"
    )
    (body,) = bodies(sim, "sms/send")
    assert body == {
        "trunk": GSM,
        "phonenumber": "0401234567",
        "message": "Ovikello%21%2010%20%25%20%26%20%E4%BD%A0%E5%A5%BD",
    }
    assert acted(sim) == ["sms/send"]
    assert sim.pbx.messages == [(GSM, "0401234567", text)]
    assert response["message_id"].startswith("0401234567-")
    assert (response["trunk"], response["number"]) == (GSM, "0401234567")


async def test_trunk_by_entity_and_by_device(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """As well as by its name."""
    entity_id = trunk_entity(hass, sim)
    entity = er.async_get(hass).async_get(entity_id)
    assert entity
    assert entity.device_id
    for trunk in (entity_id, entity.device_id):
        await act(hass, "send_sms", trunk=trunk, number="0401", message="Hello")
    assert [trunk for trunk, _, _ in sim.pbx.messages] == [GSM, GSM]


async def test_reference_to_anything_but_a_trunk_is_refused(
    hass: HomeAssistant,
    sim: Simulator,
    entry: MockConfigEntry,
    coordinator: PbxCoordinator,
    device_registry: dr.DeviceRegistry,
) -> None:
    """For example an extension, or a device of another integration."""
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    stranger = device_registry.async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", "x")}
    )
    bruno = device_of(device_registry, entry, "1002")
    assert bruno
    for trunk in ("GSM9", "sensor.nothing", BRUNO, bruno.id, stranger.id, "a\r\nb"):
        with pytest.raises(ServiceValidationError) as err:
            await act(hass, "send_sms", trunk=trunk, number="0401", message="Hello")
        assert err.value.translation_key == "unknown_trunk"
    assert acted(sim) == []


@pytest.mark.parametrize(
    "message",
    ["", "   ", "two\nlines", "bell\x07", "\x85", "smile 😀", "x" * 2001, "好" * 1001],
)
async def test_message_that_cannot_be_sent(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator, message: str
) -> None:
    """One sentence says what can; nothing is sent."""
    if message.strip():
        message = f"a{message}b"
    with pytest.raises(ServiceValidationError, match="one line") as err:
        await act(hass, "send_sms", trunk=GSM, number="0401", message=message)
    assert err.value.translation_key == "not_a_message"
    assert acted(sim) == []


@pytest.mark.parametrize("number", ["Anna", "040\n1", "1" * 32])
async def test_number_that_cannot_be_dialled(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator, number: str
) -> None:
    """Nothing is sent."""
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, "send_sms", trunk=GSM, number=number, message="Hello")
    assert err.value.translation_key == "not_a_number"
    assert acted(sim) == []


@pytest.mark.parametrize(
    ("name", "status"), [(GSM, "Busy"), (GSM, "No SIM"), ("SIP-142", "Registered")]
)
async def test_line_that_cannot_send(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    name: str,
    status: str,
) -> None:
    """The PBX itself refuses."""
    sim.trunks[name].status = status
    with pytest.raises(ServiceValidationError, match=name) as err:
        await act(hass, "send_sms", trunk=name, number="0401", message="Hello")
    assert err.value.translation_key == "sms_trunk_unavailable"


@pytest.mark.parametrize(
    ("errno", "key"),
    [
        (10026, "sms_trunk_unavailable"),
        (10027, "sms_trunk_unavailable"),
        (10029, "sms_internal_error"),
        (10031, "sms_no_such_number"),
        (10003, "sms_unsupported"),
        (10099, "sms_refused"),
    ],
)
async def test_each_refusal_of_a_message_is_a_sentence(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    errno: int,
    key: str,
) -> None:
    """It names line and number, and nothing is asked twice."""
    sim.faults.add(Fault(kind="errno", endpoint="sms/send", errno=errno))
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, "send_sms", trunk=GSM, number="0401", message="Hello")
    assert err.value.translation_key == key
    assert GSM in str(err.value)
    assert "0401" in str(err.value)
    assert acted(sim) == ["sms/send"]


async def test_lost_answer_to_a_message(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """It may have been sent: never twice."""
    sim.faults.add(Fault(kind="empty", endpoint="sms/send"))
    with pytest.raises(HomeAssistantError) as err:
        await act(hass, "send_sms", trunk=GSM, number="0401", message="Hello")
    assert err.value.translation_key == "sms_unanswered"
    assert len(sim.pbx.messages) == 1


async def test_user_needs_control_of_the_trunk(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """A message costs money."""
    data = {"trunk": GSM, "number": "0401", "message": "Hello"}
    stranger = user_with(hass, {BRUNO: True, trunk_entity(hass, sim, "SIP-142"): True})
    with pytest.raises(Unauthorized, match=GSM):
        await act(hass, "send_sms", **data, user=stranger.id)
    assert acted(sim) == []
    user = user_with(hass, {trunk_entity(hass, sim): True})
    await act(hass, "send_sms", **data, user=user.id)
    await hass.services.async_call(DOMAIN, "send_sms", data, blocking=True)
    assert len(sim.pbx.messages) == 2


# -- prompts


async def test_play_to_an_extension(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Its phone rings, and whoever picks up hears it."""
    response = await act(
        hass, "play_prompt", to=BRUNO, prompts=["hello111", "appletest"]
    )
    assert bodies(sim, "extension/playprompt") == [
        {"extid": "1002", "prompt": "hello111+appletest", "autoanswer": "no"}
    ]
    assert acted(sim) == ["extension/playprompt"]
    (call,) = sim.calls.values()
    assert response == {"call_id": call.call_id, "to": "1002"}
    assert sim.status_of("1002") == "Ringing"


@pytest.mark.parametrize("to", ["1002", " 10-02 ", 1002])
async def test_one_prompt_answered_by_itself(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator, to: Any
) -> None:
    """One name need not be a list."""
    await act(hass, "play_prompt", to=to, prompts="hello111", auto_answer=True)
    assert bodies(sim, "extension/playprompt") == [
        {"extid": "1002", "prompt": "hello111", "autoanswer": "yes"}
    ]
    assert sim.status_of("1002") == "Busy"


async def test_play_to_an_outside_number(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Somebody's permission to call out is used."""
    response = await act(
        hass,
        "play_prompt",
        to="040 123-4567",
        prompts=["hello111"],
        permission_of=SAMI,
    )
    assert bodies(sim, "outbound/playprompt") == [
        {"outto": "0401234567", "prompt": "hello111", "fromext": "1005"}
    ]
    assert response["to"] == "0401234567"
    (call,) = sim.calls.values()
    assert call.kind == "outbound"


async def test_permission_is_not_needed_inside(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Who names it all the same may even name the one that is called."""
    for other in (SAMI, BRUNO):
        await act(
            hass, "play_prompt", to="1002", prompts="hello111", permission_of=other
        )
    assert (
        bodies(sim, "extension/playprompt")
        == [{"extid": "1002", "prompt": "hello111", "autoanswer": "no"}] * 2
    )


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"to": "0401234567"}, "permission_of_missing"),
        ({"to": "4711"}, "permission_of_missing"),
        ({"to": "Anna"}, "not_a_number"),
        ({"to": "0401234567", "permission_of": "4711"}, "unknown_extension"),
        ({"to": "1002", "prompts": "12345"}, "not_a_prompt"),
        ({"to": "1002", "prompts": "a+b"}, "not_a_prompt"),
        ({"to": "1002", "prompts": ["hello111", " "]}, "not_a_prompt"),
        ({"to": "1002", "prompts": "a\r\nb"}, "not_a_prompt"),
        ({"to": "1002", "prompts": "x" * 129}, "not_a_prompt"),
        ({"to": "1002", "prompts": "../../etc/passwd"}, "not_a_prompt"),
        ({"to": "1002", "prompts": "..\\hello"}, "not_a_prompt"),
        ({"to": "1002", "prompts": "/etc/passwd"}, "not_a_prompt"),
        ({"to": "1002", "prompts": ".hidden"}, "not_a_prompt"),
    ],
)
async def test_invalid_prompt_is_refused_before_a_request(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    data: dict[str, Any],
    key: str,
) -> None:
    """Nothing is sent to the PBX."""
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, "play_prompt", **{"prompts": "hello111", **data})
    assert err.value.translation_key == key
    assert acted(sim) == []


@pytest.mark.parametrize("prompts", [[], None, [None], ["a"] * 11, [["a"]], {"a": 1}])
async def test_what_is_no_list_of_names(
    hass: HomeAssistant, coordinator: PbxCoordinator, prompts: Any
) -> None:
    """It does not pass the schema."""
    with pytest.raises(vol.Invalid):
        await act(hass, "play_prompt", to="1002", prompts=prompts)


async def test_prompt_that_the_pbx_does_not_have(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """The PBX itself refuses."""
    with pytest.raises(ServiceValidationError, match="Bruno Costa") as err:
        await act(hass, "play_prompt", to="1002", prompts="nothing")
    assert err.value.translation_key == "control_not_found"
    assert sim.calls == {}


async def test_lost_answer_to_a_prompt(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """The phone may be ringing: it is not called twice."""
    sim.faults.add(Fault(kind="empty", endpoint="extension/playprompt"))
    with pytest.raises(HomeAssistantError) as err:
        await act(hass, "play_prompt", to="1002", prompts="hello111")
    assert err.value.translation_key == "control_unanswered"
    assert len(sim.calls) == 1


async def test_user_needs_control_of_the_extension_used(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """The one that is called, or whose permission is used."""
    user = user_with(hass, {SAMI: True})
    data = {"prompts": "hello111", "auto_answer": True, "user": user.id}
    with pytest.raises(Unauthorized, match="Bruno Costa"):
        await act(hass, "play_prompt", to="1002", permission_of="1005", **data)
    with pytest.raises(Unauthorized, match="Bruno Costa"):
        await act(hass, "play_prompt", to="0401", permission_of="1002", **data)
    assert acted(sim) == []
    await act(hass, "play_prompt", to="1005", **data)
    await act(hass, "play_prompt", to="0401", permission_of="1005", **data)
    assert acted(sim) == ["extension/playprompt", "outbound/playprompt"]


async def test_response_is_optional(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """The actions also work without a response."""
    data = {"to": "1002", "prompts": ["hello111"]}
    await hass.services.async_call(DOMAIN, "play_prompt", data, blocking=True)
    assert acted(sim) == ["extension/playprompt"]


# -- two PBXs


async def test_name_or_number_on_two_pbxs_needs_an_entry(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Without it the reference is ambiguous."""
    other = small_office(sim.clock, serial="555555555555")
    other.trunks[GSM].status = "Idle"
    async with other.running():
        entry = entry_for(other, "Branch")
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        message = {"number": "0401", "message": "Hello"}
        with pytest.raises(ServiceValidationError) as err:
            await act(hass, "send_sms", trunk=GSM, **message)
        assert err.value.translation_key == "several_pbxs"
        with pytest.raises(ServiceValidationError) as err:
            await act(
                hass,
                "send_sms",
                trunk=trunk_entity(hass, sim),
                config_entry_id=entry.entry_id,
                **message,
            )
        assert err.value.translation_key == "unknown_trunk"
        with pytest.raises(ServiceValidationError) as err:
            await act(hass, "play_prompt", to="1002", prompts="hello111")
        assert err.value.translation_key == "ambiguous_extension"
        assert acted(sim) == acted(other) == []

        await act(
            hass, "send_sms", trunk=GSM, config_entry_id=entry.entry_id, **message
        )
        await act(hass, "send_sms", trunk=trunk_entity(hass, sim), **message)
        assert acted(sim) == acted(other) == ["sms/send"]
        await act(
            hass, "play_prompt", to="0401", prompts="hello111", permission_of=SAMI
        )
        assert acted(sim) == ["sms/send", "outbound/playprompt"]
        await hass.config_entries.async_unload(entry.entry_id)
