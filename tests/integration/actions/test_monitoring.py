"""`pbx.whisper`: who is meant, what goes over the wire, what the user is told."""

from typing import Any

from homeassistant.auth.permissions.const import CAT_ENTITIES
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.template import Template
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous as vol

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.integration.conftest import entry_for, small_office
from tests.simulator import Fault, SimExtension, Simulator

SUPERVISOR = "sensor.sami_virtanen"
AGENT = "sensor.bruno_costa"


async def whisper(
    hass: HomeAssistant, whisperer: Any, whispered: Any, **more: Any
) -> Any:
    """Call the action as an automation does."""
    context = more.pop("context", None)
    return await hass.services.async_call(
        DOMAIN,
        "whisper",
        {"whisperer": whisperer, "whispered": whispered, **more},
        blocking=True,
        return_response=True,
        context=context,
    )


@pytest.fixture
async def talking(sim: Simulator, coordinator: PbxCoordinator) -> Simulator:
    """Return a PBX on which 1002 is in a call and 1005 may supervise."""
    sim.call("1001", "1002", answer=True)
    return sim


async def test_whisper_is_one_request_and_joins_the_call(
    hass: HomeAssistant, talking: Simulator
) -> None:
    """The supervisor's phone is in the call, and nothing else was asked."""
    before = len(talking.requests)
    response = await whisper(hass, "1005", "1002")

    (request,) = list(talking.requests)[before:]
    assert request.endpoint == "extension/whisper"
    assert request.method == "POST"
    assert request.body == {"whisperer": "1005", "whisperedext": "1002"}
    assert response == {"call_id": None, "whisperer": "1005", "whispered": "1002"}
    (call,) = talking.calls.values()
    (leg,) = call.monitors
    assert (leg.mode, leg.supervisor, leg.extension) == ("whisper", "1005", "1002")
    assert talking.status_of("1005") == "Busy"


async def test_response_is_optional(hass: HomeAssistant, talking: Simulator) -> None:
    """The actions also work without a response."""
    await hass.services.async_call(
        DOMAIN, "whisper", {"whisperer": 1005, "whispered": 1002}, blocking=True
    )
    assert len(talking.requests_to("extension/whisper")) == 1


async def test_phone_without_auto_answer_rings_first(
    hass: HomeAssistant, talking: Simulator
) -> None:
    """Success means that the phone is being called."""
    talking.extensions["1005"].auto_answer = False
    await whisper(hass, "1005", "1002")

    assert talking.status_of("1005") == "Ringing"
    talking.pick_up("1005")
    assert talking.status_of("1005") == "Busy"


@pytest.mark.parametrize(
    ("whisperer", "whispered"),
    [
        ("1005", "1002"),
        (1005, 1002),
        (" 1005 ", "1002"),
        (SUPERVISOR, AGENT),
        (SUPERVISOR, 1002),
        ("binary_sensor.sami_virtanen_registered", AGENT),
    ],
)
async def test_extensions_may_be_entities_or_numbers(
    hass: HomeAssistant, talking: Simulator, whisperer: Any, whispered: Any
) -> None:
    """Numbers may be strings or integers."""
    response = await whisper(hass, whisperer, whispered)
    assert (response["whisperer"], response["whispered"]) == ("1005", "1002")


async def test_devices_can_be_named(
    hass: HomeAssistant,
    talking: Simulator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """A device stands for its extension."""
    ids = []
    for number in ("1005", "1002"):
        device = device_registry.async_get_device_by_identifier(
            (DOMAIN, f"{talking.serial}_{number}"), entry.entry_id
        )
        assert device is not None
        ids.append(device.id)
    assert (await whisper(hass, *ids))["whisperer"] == "1005"


async def test_templates_work(hass: HomeAssistant, talking: Simulator) -> None:
    """What a template makes of a number is understood."""
    made = Template("{{ state_attr('sensor.sami_virtanen', 'number') }}", hass)
    assert (await whisper(hass, made.async_render(), "1002"))["whisperer"] == "1005"


async def test_leading_zeros_are_part_of_the_number(
    hass: HomeAssistant, talking: Simulator, coordinator: PbxCoordinator
) -> None:
    """0100 and 100 are two extensions."""
    talking.add_extension(SimExtension("0100", "Zero", monitor_mode="Extensive"))
    await coordinator.async_refresh()

    assert (await whisper(hass, "0100", "1002"))["whisperer"] == "0100"
    with pytest.raises(ServiceValidationError) as err:
        await whisper(hass, "100", "1002")
    assert err.value.translation_key == "unknown_extension"


@pytest.mark.parametrize(
    ("whisperer", "whispered", "key"),
    [
        ("4711", "1002", "unknown_extension"),
        ("1005", "4711", "unknown_extension"),
        ("1005", "1005", "same_extension"),
        (SUPERVISOR, "1005", "same_extension"),
        ("sensor.not_there", "1002", "not_an_extension"),
        ("sensor.yeastar_s100_extensions_in_use", "1002", "not_an_extension"),
    ],
)
async def test_what_cannot_be_meant_never_reaches_the_wire(
    hass: HomeAssistant,
    talking: Simulator,
    whisperer: str,
    whispered: str,
    key: str,
) -> None:
    """The user is told before the PBX is asked."""
    before = len(talking.requests)
    with pytest.raises(ServiceValidationError) as err:
        await whisper(hass, whisperer, whispered)
    assert err.value.translation_key == key
    assert len(talking.requests) == before


@pytest.mark.parametrize("whisperer", ["", "  ", None, ["1005", "1002"], {"a": 1}])
async def test_what_is_not_a_reference_is_refused(
    hass: HomeAssistant, talking: Simulator, whisperer: Any
) -> None:
    """Blank and structured values do not pass the schema."""
    with pytest.raises(vol.Invalid):
        await whisper(hass, whisperer, "1002")


async def test_device_of_another_integration_is_no_extension(
    hass: HomeAssistant, talking: Simulator, device_registry: dr.DeviceRegistry
) -> None:
    """Somebody else's sensor has no phone."""
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    device = device_registry.async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", "x")}
    )
    with pytest.raises(ServiceValidationError) as err:
        await whisper(hass, device.id, "1002")
    assert err.value.translation_key == "service_device_wrong_domain"


@pytest.mark.parametrize(
    ("errno", "key"),
    [
        (10004, "monitor_missing_parameter"),
        (10006, "monitor_no_such_extension"),
        (10007, "monitor_not_in_call"),
        (10008, "monitor_not_idle"),
        (10009, "monitor_monitoring_forbidden"),
        (10010, "monitor_monitor_mode_mismatch"),
        (30001, "monitor_internal_error"),
        (10099, "monitor_refused"),
        (10003, "monitor_unsupported"),
    ],
)
async def test_each_refusal_is_a_sentence_about_its_cause(
    hass: HomeAssistant, talking: Simulator, errno: int, key: str
) -> None:
    """The user reads whose phone it is about, once, and what to do."""
    talking.faults.add(Fault(kind="errno", endpoint="extension/whisper", errno=errno))
    with pytest.raises(ServiceValidationError) as err:
        await whisper(hass, "1005", "1002")

    assert err.value.translation_key == key
    text = str(err.value)
    assert all(text.count(name) <= 1 for name in ("Sami Virtanen", "Bruno Costa"))
    of_whom = {10008: "Sami", 10009: "Bruno", 10010: "Sami", 10007: "Bruno"}
    assert of_whom.get(errno, "") in text
    if key == "monitor_refused":
        assert str(errno) in text
    assert len(talking.requests_to("extension/whisper")) == 1


async def test_extension_without_a_name_is_called_by_its_number(
    hass: HomeAssistant, talking: Simulator, coordinator: PbxCoordinator
) -> None:
    """Not "1007 (1007)"."""
    talking.add_extension(SimExtension("1007", "1007"))
    await coordinator.async_refresh()
    with pytest.raises(
        ServiceValidationError, match="set Monitor Mode of 1007 to this kind"
    ):
        await whisper(hass, "1007", "1002")


@pytest.mark.parametrize(
    ("forbid", "key"),
    [
        ({"number": "1002", "allow_being_monitored": False}, "monitoring_forbidden"),
        ({"number": "1005", "monitor_mode": "Listen"}, "monitor_mode_mismatch"),
        ({"number": "1005", "registered": False}, "not_idle"),
    ],
)
async def test_rules_of_the_pbx(
    hass: HomeAssistant, talking: Simulator, forbid: dict[str, Any], key: str
) -> None:
    """The PBX itself refuses, not a picture of it that may be stale."""
    extension = talking.extensions[forbid.pop("number")]
    for attribute, value in forbid.items():
        setattr(extension, attribute, value)
    with pytest.raises(ServiceValidationError) as err:
        await whisper(hass, "1005", "1002")
    assert err.value.translation_key == f"monitor_{key}"


async def test_idle_extension_cannot_be_whispered_to(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """There is no call to join."""
    with pytest.raises(ServiceValidationError, match="is not in a call") as err:
        await whisper(hass, "1005", "1002")
    assert err.value.translation_key == "monitor_not_in_call"


async def test_dead_token_is_renewed_and_the_whisper_still_happens_once(
    hass: HomeAssistant, talking: Simulator
) -> None:
    """A refused token proves that nothing was done, so asking again is safe."""
    talking.expire_tokens()
    await whisper(hass, "1005", "1002")

    (call,) = talking.calls.values()
    assert len(call.monitors) == 1


@pytest.mark.parametrize("kind", ["reset", "html", "empty", "truncated", "http_500"])
async def test_answer_that_got_lost_is_not_asked_for_again(
    hass: HomeAssistant, talking: Simulator, kind: str
) -> None:
    """The phone may be ringing: the user is told to look."""
    talking.faults.add(Fault(kind=kind, endpoint="extension/whisper"))
    with pytest.raises(HomeAssistantError) as err:
        await whisper(hass, "1005", "1002")
    assert err.value.translation_key == "monitor_unanswered"
    assert len(talking.requests_to("extension/whisper")) == 1


async def test_monitoring_on_an_unreachable_pbx_says_that_nothing_was_sent(
    hass: HomeAssistant, talking: Simulator
) -> None:
    """The sentence differs from that of a lost answer."""
    await talking.go_offline()
    with pytest.raises(HomeAssistantError) as err:
        await whisper(hass, "1005", "1002")
    assert err.value.translation_key == "cannot_connect"


async def test_rejected_credentials_start_a_new_sign_in(
    hass: HomeAssistant, talking: Simulator
) -> None:
    """The user is asked for the password, whoever noticed that it changed."""
    talking.password = "Changed-On-The-Pbx-1"
    talking.expire_tokens()
    with pytest.raises(HomeAssistantError) as err:
        await whisper(hass, "1005", "1002")
    await hass.async_block_till_done()

    assert err.value.translation_key == "invalid_auth"
    assert len(hass.config_entries.flow.async_progress_by_handler(DOMAIN)) == 1


async def test_lock_out_noticed_by_the_action_keeps_polls_quiet(
    hass: HomeAssistant, talking: Simulator, coordinator: PbxCoordinator
) -> None:
    """Nothing knocks at a locked door."""
    talking.expire_tokens()
    talking.faults.add(Fault(kind="errno", endpoint="login", errno=20002))
    with pytest.raises(HomeAssistantError, match="10 minutes"):
        await whisper(hass, "1005", "1002")
    before = len(talking.requests)
    await coordinator.async_refresh()
    assert len(talking.requests) == before


async def test_no_pbx_loaded(
    hass: HomeAssistant, talking: Simulator, entry: MockConfigEntry
) -> None:
    """An action outlives its entries, and says so."""
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError) as err:
        await whisper(hass, "1005", "1002")
    assert err.value.translation_key == "not_loaded"
    with pytest.raises(ServiceValidationError) as err:
        await whisper(hass, "1005", "1002", config_entry_id=entry.entry_id)
    assert err.value.translation_key == "service_config_entry_not_loaded"


async def test_numbers_on_two_pbxs_need_an_entity_or_an_entry(
    hass: HomeAssistant, talking: Simulator
) -> None:
    """Without it the numbers are ambiguous."""
    other = small_office(talking.clock, serial="555555555555")
    other.rename_extension("1005", "Other Boss")
    other.add_extension(SimExtension("9000", "Only There"))
    async with other.running():
        other.call("1001", "1002", answer=True)
        entry = entry_for(other, "Branch")
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()

        with pytest.raises(ServiceValidationError) as err:
            await whisper(hass, "1005", "1002")
        assert err.value.translation_key == "ambiguous"

        with pytest.raises(ServiceValidationError) as err:
            await whisper(hass, SUPERVISOR, "9000")
        assert err.value.translation_key == "different_pbxs"

        with pytest.raises(ServiceValidationError) as err:
            await whisper(hass, SUPERVISOR, AGENT, config_entry_id=entry.entry_id)
        assert err.value.translation_key == "not_on_this_pbx"

        await whisper(hass, "sensor.other_boss", "1002")
        assert len(other.requests_to("extension/whisper")) == 1
        await whisper(hass, SUPERVISOR, 1002)
        assert len(talking.requests_to("extension/whisper")) == 1
        await hass.config_entries.async_unload(entry.entry_id)


def user_with(
    hass: HomeAssistant, allowed: dict[str, bool] | None, *, admin: bool = False
) -> MockUser:
    """Return a user who may control the given entities."""
    user = MockUser(is_owner=admin)
    user.add_to_hass(hass)
    policy = {} if allowed is None else {CAT_ENTITIES: {"entity_ids": allowed}}
    user.mock_policy(policy)
    return user


@pytest.mark.parametrize(
    ("allowed", "named"),
    [
        (None, "Sami Virtanen (1005)"),
        ({SUPERVISOR: True}, "Bruno Costa (1002)"),
        ({AGENT: True}, "Sami Virtanen (1005)"),
    ],
)
async def test_user_without_control_of_both_is_refused(
    hass: HomeAssistant,
    talking: Simulator,
    allowed: dict[str, bool] | None,
    named: str,
) -> None:
    """Supervision is a power; the refusal says over whom."""
    user = user_with(hass, allowed)
    with pytest.raises(Unauthorized) as err:
        await whisper(hass, "1005", "1002", context=Context(user_id=user.id))
    assert named in str(err.value)
    assert talking.requests_to("extension/whisper") == []


@pytest.mark.parametrize(
    ("allowed", "admin"), [({SUPERVISOR: True, AGENT: True}, False), (None, True)]
)
async def test_user_with_control_of_both_may(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    talking: Simulator,
    allowed: dict[str, bool] | None,
    admin: bool,
) -> None:
    """Whoever may control both, and every administrator, may whisper."""
    options = {"supervision": "controllers"}
    hass.config_entries.async_update_entry(entry, options=options)
    user = user_with(hass, allowed, admin=admin)
    await whisper(hass, "1005", "1002", context=Context(user_id=user.id))
    assert len(talking.requests_to("extension/whisper")) == 1


async def test_user_who_does_not_exist(hass: HomeAssistant, talking: Simulator) -> None:
    """A stale context opens nothing."""
    with pytest.raises(Unauthorized):
        await whisper(hass, "1005", "1002", context=Context(user_id="nobody"))
