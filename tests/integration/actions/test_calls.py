"""Dial, hang up, hold, resume, mute, unmute: who is meant, what the exchange does, what is told."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.template import Template
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.integration.act import BRUNO, SAMI, act, acted, bodies
from tests.integration.conftest import Push, device_of, entry_for, small_office
from tests.simulator import Fault, SimExtension, Simulator

from .test_monitoring import user_with

ON_EXTENSION = {
    "hang_up": "extension/hangup",
    "hold": "extension/hold",
    "resume": "extension/unhold",
    "mute": "extension/mute",
    "unmute": "extension/unmute",
}


# -- dial


@pytest.mark.usefixtures("coordinator")
async def test_dial_an_extension(hass: HomeAssistant, sim: Simulator) -> None:
    """One request; the extension's phone rings first."""
    response = await act(hass, "dial", extension=SAMI, to=BRUNO)

    (call,) = sim.calls.values()
    assert bodies(sim, "extension/dial_extension") == [
        {"caller": "1005", "callee": "1002", "autoanswer": "no"}
    ]
    assert acted(sim) == ["extension/dial_extension"]
    assert response == {"call_id": call.call_id, "extension": "1005", "to": "1002"}
    assert sim.status_of("1005") == "Ringing"
    sim.pick_up("1005")
    assert sim.status_of("1002") == "Ringing"


@pytest.mark.usefixtures("coordinator")
async def test_dial_with_auto_answer(hass: HomeAssistant, sim: Simulator) -> None:
    """The phone picks up by itself, and the other one rings at once."""
    await act(hass, "dial", extension=1005, to=1002, auto_answer=True)
    assert bodies(sim, "extension/dial_extension") == [
        {"caller": "1005", "callee": "1002", "autoanswer": "yes"}
    ]
    assert sim.status_of("1002") == "Ringing"


@pytest.mark.parametrize(
    ("to", "dialled"),
    [
        ("0401234567", "0401234567"),
        ("+358 40 123-4567", "+358401234567"),
        ("(09) 123.45/67", "091234567"),
        ("tel:+358-40-1234567", "+358401234567"),
        ("0\u00a040\u2009123\u2013456\u20117", "0401234567"),
        ("\u202a0401234567\u202c", "0401234567"),
        ("1" * 31, "1" * 31),
        (401234567, "401234567"),
        ("  0401234567\n", "0401234567"),
    ],
)
@pytest.mark.usefixtures("coordinator")
async def test_outside_numbers_as_people_write_them(
    hass: HomeAssistant, sim: Simulator, to: Any, dialled: str
) -> None:
    """What only makes them readable is left out."""
    response = await act(hass, "dial", extension="1005", to=to)
    assert bodies(sim, "extension/dial_outbound") == [
        {"extid": "1005", "outto": dialled, "autoanswer": "no"}
    ]
    assert response["to"] == dialled
    (call,) = sim.calls.values()
    assert call.kind == "outbound"


@pytest.mark.parametrize("to", [1002.0, "1002.0", "{{ 1002.0 }}"])
@pytest.mark.usefixtures("coordinator")
async def test_decimal_of_a_number_is_not_dialled(
    hass: HomeAssistant, sim: Simulator, to: Any
) -> None:
    """The state of a number helper has one; 10020 is someone else."""
    if isinstance(to, str):
        to = Template(to, hass).async_render()
    await act(hass, "dial", extension="1005", to=to)
    assert bodies(sim, "extension/dial_extension") == [
        {"caller": "1005", "callee": "1002", "autoanswer": "no"}
    ]


@pytest.mark.parametrize(
    "to",
    [
        "1" * 32,
        "Anna",
        "sensor.nobody",
        "040\r\n123",
        "040\t123",
        "040\x00123",
        "040;123",
        "040&x=1",
        "٠٤٠١٢٣",
        "--",
        "tel:",
        "040,,1",
        "040w1",
        "040p1",
        "\uff0a901002",
        "\uff11\uff10\uff10\uff12",
        "sip:1002@pbx",
        "tel:1002;phone-context=x",
        "tel:tel:1002",
        "1002@from-internal",
        "${EXTEN}",
        "Local/1002",
    ],
)
async def test_what_is_no_number_is_not_sent(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator, to: str
) -> None:
    """No line break and no control character comes near the wire."""
    before = len(sim.requests)
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, "dial", extension="1005", to=to)
    assert err.value.translation_key == "not_a_number"
    assert len(sim.requests) == before


@pytest.mark.parametrize("to", ["1005", " 10-05", 1005, SAMI])
async def test_nobody_dials_their_own_number(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator, to: Any
) -> None:
    """Said before the PBX is asked."""
    with pytest.raises(ServiceValidationError, match="Sami Virtanen") as err:
        await act(hass, "dial", extension="1005", to=to)
    assert err.value.translation_key == "same_number"
    assert acted(sim) == []


async def test_devices_can_be_dialled(
    hass: HomeAssistant,
    sim: Simulator,
    entry: MockConfigEntry,
    coordinator: PbxCoordinator,
    device_registry: dr.DeviceRegistry,
) -> None:
    """A device stands for its extension, that of the PBX for none."""
    caller, callee = (
        device_of(device_registry, entry, number) for number in ("1005", "1002")
    )
    pbx = device_of(device_registry, entry)
    assert caller
    assert callee
    assert pbx
    await act(hass, "dial", extension=caller.id, to=callee.id)
    assert bodies(sim, "extension/dial_extension") == [
        {"caller": "1005", "callee": "1002", "autoanswer": "no"}
    ]
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, "dial", extension="1001", to=pbx.id)
    assert err.value.translation_key == "not_an_extension"


@pytest.mark.usefixtures("coordinator")
async def test_number_from_a_template(hass: HomeAssistant, sim: Simulator) -> None:
    """A template makes a number of what looks like one, and drops the plus."""
    number = "+358401234567"
    plain = Template("{{ number }}", hass).async_render({"number": number})
    assert plain == 358401234567
    made = Template("tel:{{ number }}", hass).async_render({"number": number})
    await act(hass, "dial", extension="1005", to=made)
    assert bodies(sim, "extension/dial_outbound") == [
        {"extid": "1005", "outto": number, "autoanswer": "no"}
    ]


@pytest.mark.parametrize(
    ("errno", "key"),
    [
        (10004, "control_refused"),
        (10006, "control_no_such_extension"),
        (10008, "control_not_idle"),
        (10011, "control_no_such_number"),
        (10015, "control_not_connected"),
        (10024, "control_outbound_forbidden"),
        (10027, "control_trunk_unavailable"),
        (10003, "control_unsupported"),
        (30001, "control_internal_error"),
        (10099, "control_refused"),
    ],
)
async def test_each_refusal_is_a_sentence(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    errno: int,
    key: str,
) -> None:
    """It names the extension, and nothing is asked twice."""
    sim.faults.add(Fault(kind="errno", endpoint="extension/dial_outbound", errno=errno))
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, "dial", extension="1005", to="0401234567")
    assert err.value.translation_key == key
    if key != "control_no_such_number":
        assert "Sami Virtanen (1005)" in str(err.value)
    if key == "control_refused":
        assert str(errno) in str(err.value)
    assert len(sim.requests_to("extension/dial_outbound")) == 1


@pytest.mark.usefixtures("coordinator")
async def test_extension_may_not_dial_out(hass: HomeAssistant, sim: Simulator) -> None:
    """The PBX itself decides."""
    sim.extensions["1005"].may_dial_out = False
    with pytest.raises(ServiceValidationError, match="may not dial") as err:
        await act(hass, "dial", extension="1005", to="0401234567")
    assert err.value.translation_key == "control_outbound_forbidden"
    assert sim.calls == {}


@pytest.mark.parametrize(
    ("kind", "carried_out"),
    [("reset", None), ("truncated", None), ("empty", None), ("http_502", True)],
)
async def test_lost_answer_is_told_and_not_asked_for_again(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    kind: str,
    carried_out: bool | None,
) -> None:
    """The phone may be ringing: the user is told to look, and we look ourselves."""
    sim.faults.add(
        Fault(
            kind=kind,
            endpoint="extension/dial_outbound",
            times=1,
            carried_out=carried_out,
        )
    )
    with pytest.raises(HomeAssistantError) as err:
        await act(hass, "dial", extension="1005", to="0401234567")
    assert err.value.translation_key == "control_unanswered"
    assert not isinstance(err.value, ServiceValidationError)
    assert acted(sim) == ["extension/dial_outbound"]


async def test_after_a_lost_answer_the_pbx_is_asked_what_came_of_it(
    in_time: Push,
) -> None:
    """Reports or not."""
    sim = in_time.sim
    sim.faults.add(Fault(kind="empty", endpoint="extension/hold", times=1))
    sim.inbound("0401", "1002", answer=True)
    await in_time.settled()
    with pytest.raises(HomeAssistantError) as err:
        await act(in_time.hass, "hold", extension="1002")
    assert err.value.translation_key == "control_unanswered"
    assert in_time.state(BRUNO) == "busy"
    await in_time.pass_time(3)
    assert in_time.state(BRUNO) == "on_hold"


async def test_action_on_an_unreachable_pbx_says_that_nothing_was_sent(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """The sentence differs from that of a lost answer."""
    await sim.go_offline()
    with pytest.raises(HomeAssistantError) as err:
        await act(hass, "dial", extension="1005", to="0401234567")
    assert err.value.translation_key == "cannot_connect"


# -- hang up, hold, resume, mute, unmute


async def test_hold_and_resume_are_seen_soon(in_time: Push) -> None:
    """No report tells of either; who asked for them need not wait for the next poll."""
    sim, hass = in_time.sim, in_time.hass
    call = sim.inbound("0401", "1002", answer=True)
    await in_time.settled()
    assert in_time.state(BRUNO) == "busy"

    response = await act(hass, "hold", extension=BRUNO)
    assert response == {"call_id": call.call_id, "extension": "1002"}
    assert sim.status_of("1002") == "Hold"
    await in_time.pass_time(3)
    assert in_time.state(BRUNO) == "on_hold"

    await act(hass, "resume", extension=BRUNO)
    assert sim.status_of("1002") == "Busy"
    await in_time.pass_time(3)
    assert in_time.state(BRUNO) == "busy"
    assert [e for e in acted(sim) if "hold" in e] == [
        "extension/hold",
        "extension/unhold",
    ]


async def test_mute_and_unmute(hass: HomeAssistant, pushing: Push) -> None:
    """The other party does not hear the extension, and hears it again."""
    sim = pushing.sim
    call = sim.inbound("0401", "1002", answer=True)
    await pushing.settled()
    await act(hass, "mute", extension="1002")
    assert [leg.muted for leg in call.callees] == [True]
    await act(hass, "unmute", extension="1002")
    assert [leg.muted for leg in call.callees] == [False]


async def test_hang_up(hass: HomeAssistant, pushing: Push) -> None:
    """The call is over."""
    call = pushing.sim.inbound("0401", "1002", answer=True)
    await pushing.settled()
    response = await act(hass, "hang_up", extension="1002")
    await pushing.settled()
    assert response == {"call_id": call.call_id, "extension": "1002"}
    assert not call.live
    assert pushing.state(BRUNO) == "idle"


async def test_hang_up_a_supervisor(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """The phone that listens in hangs up; the call goes on."""
    call = sim.call("1001", "1002", answer=True)
    await act(hass, "listen", supervisor="1005", extension="1002")
    await act(hass, "hang_up", extension="1005")
    assert call.live
    assert sim.monitors == {}


async def test_which_of_two_calls_is_not_guessed(
    hass: HomeAssistant, pushing: Push
) -> None:
    """The PBX decides, and the response does not pretend to know."""
    sim = pushing.sim
    sim.inbound("0401", "1002", answer=True)
    sim.inbound("0402", "1002")
    await pushing.settled()
    response = await act(hass, "hang_up", extension="1002")
    assert response == {"call_id": None, "extension": "1002"}


@pytest.mark.parametrize(("action", "endpoint"), ON_EXTENSION.items())
async def test_one_request_each(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    action: str,
    endpoint: str,
) -> None:
    """An idle extension has nothing to do it with; the PBX says so."""
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, action, extension="1002")
    assert err.value.translation_key == "control_not_in_call"
    assert "Bruno Costa (1002)" in str(err.value)
    assert bodies(sim, endpoint) == [{"extid": "1002"}]
    assert acted(sim) == [endpoint]


@pytest.mark.parametrize("action", [*ON_EXTENSION, "dial"])
async def test_response_is_optional(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator, action: str
) -> None:
    """The actions also work without a response."""
    sim.call("1001", "1002", answer=True)
    if action == "resume":
        sim.calls[next(iter(sim.calls))].hold("1002")
    data = {"extension": "1002"} | ({"to": "1005"} if action == "dial" else {})
    result = await hass.services.async_call(DOMAIN, action, data, blocking=True)
    assert result is None
    assert len(acted(sim)) == 1


@pytest.mark.parametrize("action", ["hang_up", "hold", "resume", "mute", "unmute"])
@pytest.mark.parametrize("extension", ["", "  ", None, ["1002"], {"a": 1}])
async def test_what_is_not_a_reference_is_refused(
    hass: HomeAssistant, coordinator: PbxCoordinator, action: str, extension: Any
) -> None:
    """Blank and structured values do not pass the schema."""
    with pytest.raises(vol.Invalid):
        await act(hass, action, extension=extension)


async def test_unknown_extension(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """An extension is needed to do something with it."""
    for action in ("hang_up", "dial"):
        data = {"extension": "4711"} | ({"to": "1005"} if action == "dial" else {})
        with pytest.raises(ServiceValidationError) as err:
            await act(hass, action, **data)
        assert err.value.translation_key == "unknown_extension"
    assert acted(sim) == []


# -- who may


async def test_user_needs_control_of_the_extension_used(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Not of the one that is called: anybody may call anybody."""
    user = user_with(hass, {SAMI: True})
    await act(hass, "dial", extension="1005", to="1002", user=user.id)
    assert acted(sim) == ["extension/dial_extension"]
    with pytest.raises(Unauthorized, match="Bruno Costa"):
        await act(hass, "dial", extension="1002", to="1005", user=user.id)
    for action in ON_EXTENSION:
        with pytest.raises(Unauthorized, match="Bruno Costa"):
            await act(hass, action, extension="1002", user=user.id)
    with pytest.raises(Unauthorized):
        await act(hass, "hang_up", extension="1002", user="nobody")
    assert acted(sim) == ["extension/dial_extension"]


# -- two PBXs


async def test_bare_numbers_are_ambiguous_with_two_pbxs(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """The number to dial does not tell which PBX is meant, an extension's entity does."""
    other = small_office(sim.clock, serial="555555555555")
    other.rename_extension("1005", "Other Boss")
    other.add_extension(SimExtension("9000", "Only There"))
    async with other.running():
        entry = entry_for(other, "Branch")
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()

        for data in (
            {"extension": "1005", "to": "0401234567"},
            # Seen from the first PBX, that is a number outside.
            {"extension": "1005", "to": "9000"},
        ):
            with pytest.raises(ServiceValidationError) as err:
                await act(hass, "dial", **data)
            assert err.value.translation_key == "ambiguous_extension"
        with pytest.raises(ServiceValidationError) as err:
            await act(hass, "dial", extension="sensor.other_boss", to=BRUNO)
        assert err.value.translation_key == "different_pbxs"
        with pytest.raises(ServiceValidationError) as err:
            await act(hass, "hold", extension="1005")
        assert err.value.translation_key == "ambiguous_extension"
        with pytest.raises(ServiceValidationError) as err:
            await act(hass, "hold", extension=SAMI, config_entry_id=entry.entry_id)
        assert err.value.translation_key == "not_on_this_pbx"
        assert acted(sim) == acted(other) == []

        await act(hass, "dial", extension="1005", to="sensor.only_there")
        await act(
            hass, "dial", extension="1001", to=9000, config_entry_id=entry.entry_id
        )
        assert acted(sim) == []
        assert acted(other) == ["extension/dial_extension"] * 2
        await act(hass, "dial", extension=SAMI, to="9000")
        assert acted(sim) == ["extension/dial_outbound"]
        await hass.config_entries.async_unload(entry.entry_id)


async def test_no_pbx_loaded(
    hass: HomeAssistant, entry: MockConfigEntry, coordinator: PbxCoordinator
) -> None:
    """An action outlives its entries, and says so."""
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, "dial", extension="1005", to="1002")
    assert err.value.translation_key == "not_loaded"
