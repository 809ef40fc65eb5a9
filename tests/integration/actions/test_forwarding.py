"""Where calls are forwarded to: the action that sets it, the sensor that shows it."""

from pathlib import Path
from typing import Any

from homeassistant.auth.permissions.const import CAT_ENTITIES
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockUser
import voluptuous as vol
import yaml

from custom_components.pbx.actions.forwarding import DESTINATIONS, SITUATIONS
from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from custom_components.pbx.runtime import PbxRuntime
from tests.integration.conftest import state_of
from tests.integration.test_translations import ENGLISH
from tests.simulator import Fault, Simulator

SENSOR = "sensor.bruno_costa_forwarding"
COMPONENT = Path(__file__).parents[3] / "custom_components" / "pbx"


@pytest.fixture
async def office(
    everything: None, sim: Simulator, coordinator: PbxCoordinator
) -> Simulator:
    """Return a PBX that is set up, with every entity."""
    return sim


async def forward(hass: HomeAssistant, to: Any, **more: Any) -> Any:
    """Call the action as an automation does."""
    context = more.pop("context", None)
    return await hass.services.async_call(
        DOMAIN,
        "set_forwarding",
        {"extension": "1002", "to": to, **more},
        blocking=True,
        return_response=True,
        context=context,
    )


def written(sim: Simulator) -> Any:
    """Return the body of the one change."""
    (request,) = sim.requests_to("extension/update")
    return request.body


@pytest.mark.parametrize(
    ("data", "fields", "state", "number"),
    [
        (
            {"to": "voicemail"},
            {"alwaysforward": "on", "atransferto": "Voicemail"},
            "voicemail",
            None,
        ),
        (
            {"to": "extension", "number": "1005"},
            {
                "alwaysforward": "on",
                "atransferto": "Extension",
                "atransferext": "1005",
            },
            "extension",
            "1005",
        ),
        (
            {"to": "extension", "number": "sensor.sami_virtanen"},
            {
                "alwaysforward": "on",
                "atransferto": "Extension",
                "atransferext": "1005",
            },
            "extension",
            "1005",
        ),
        (
            {"to": "mobile", "prefix": 9},
            {
                "alwaysforward": "on",
                "atransferto": "Mobile Number",
                "atransferprefix": "9",
            },
            "mobile",
            None,
        ),
        (
            {"to": "number", "number": "040 123-4567"},
            {
                "alwaysforward": "on",
                "atransferto": "Custom Number",
                "atransferprefix": "",
                "atransfernum": "0401234567",
            },
            "number",
            "0401234567",
        ),
        ({"to": "last"}, {"alwaysforward": "on"}, "voicemail", None),
        ({"to": "off"}, {"alwaysforward": "off"}, "off", None),
        ({"to": False}, {"alwaysforward": "off"}, "off", None),
    ],
)
async def test_each_destination(
    hass: HomeAssistant,
    office: Simulator,
    data: dict[str, Any],
    fields: dict[str, str],
    state: str,
    number: str | None,
) -> None:
    """What goes over the wire, and what is shown afterwards."""
    assert state_of(hass, SENSOR) == "off"
    response = await forward(hass, **data)
    assert written(office) == {"extid": "1002", **fields}
    found = hass.states.get(SENSOR)
    assert found is not None
    assert found.state == state
    assert found.attributes.get("number") == number
    assert response == {
        "extension": "1002",
        "when": ["always"],
        "to": "off" if data["to"] is False else data["to"],
        "number": number,
    }


async def test_situations(hass: HomeAssistant, office: Simulator) -> None:
    """Several get the same destination with one request; each is shown."""
    await forward(
        hass, "extension", number=1005, when=["no_answer", "busy"], extension=1002
    )
    assert written(office) == {
        "extid": "1002",
        "noanswerforward": "on",
        "ntransferto": "Extension",
        "ntransferext": "1005",
        "busyforward": "on",
        "btransferto": "Extension",
        "btransferext": "1005",
    }
    found = hass.states.get(SENSOR)
    assert found is not None
    assert found.state == "off"
    shown = {
        key: found.attributes[key]
        for key in ("no_answer", "no_answer_number", "busy", "busy_number")
    }
    assert shown == {
        "no_answer": "extension",
        "no_answer_number": "1005",
        "busy": "extension",
        "busy_number": "1005",
    }


async def test_response_and_list_of_situations_are_optional(
    hass: HomeAssistant, office: Simulator
) -> None:
    """A single situation need not be a list."""
    await hass.services.async_call(
        DOMAIN,
        "set_forwarding",
        {"extension": "1002", "to": "voicemail", "when": "busy"},
        blocking=True,
    )
    assert office.extensions["1002"].busy_forward.on


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"to": "extension"}, "forwarding_needs_number"),
        ({"to": "number"}, "forwarding_needs_number"),
        ({"to": "voicemail", "number": "1005"}, "forwarding_takes_no_number"),
        ({"to": "off", "number": "1005"}, "forwarding_takes_no_number"),
        (
            {"to": "extension", "number": "1005", "prefix": "9"},
            "forwarding_takes_no_number",
        ),
        ({"to": "extension", "number": "1002"}, "forwarding_to_itself"),
        ({"to": "extension", "number": "4711"}, "unknown_extension"),
        ({"to": "number", "number": "help\r\nme"}, "not_a_number"),
        ({"to": "mobile", "prefix": "x"}, "not_a_number"),
        ({"to": "off", "extension": "4711"}, "unknown_extension"),
    ],
)
async def test_inconsistent_fields_raise_before_anything_is_sent(
    hass: HomeAssistant, office: Simulator, data: dict[str, Any], key: str
) -> None:
    """The error is a translated sentence."""
    with pytest.raises(ServiceValidationError) as err:
        await forward(hass, **data)
    assert err.value.translation_key == key
    assert key in ENGLISH["exceptions"]
    assert office.requests_to("extension/update") == []


@pytest.mark.parametrize(
    "data",
    [
        {"to": "moon"},
        {"to": True},
        {"to": "off", "when": "never"},
        {"to": "off", "when": []},
        {"to": "off", "prefix": " "},
    ],
)
async def test_unknown_destination_or_situation_fails_the_schema(
    hass: HomeAssistant, office: Simulator, data: dict[str, Any]
) -> None:
    """The editor shows the error."""
    with pytest.raises(vol.Invalid):
        await forward(hass, **data)


async def test_refused_by_the_pbx(hass: HomeAssistant, office: Simulator) -> None:
    """The user is told whose settings it was about."""
    office.faults.add(Fault(kind="errno", endpoint="extension/update", errno="10017"))
    with pytest.raises(ServiceValidationError) as err:
        await forward(hass, "voicemail")
    assert err.value.translation_key == "control_settings_rejected"
    assert state_of(hass, SENSOR) == "off"


async def test_forwarding_needs_control_of_the_extension(
    hass: HomeAssistant, office: Simulator, hass_admin_user: MockUser
) -> None:
    """A user without it cannot redirect the extension's calls."""
    user = MockUser(name="Guest").add_to_hass(hass)
    user.mock_policy({CAT_ENTITIES: {"entity_ids": {}}})
    with pytest.raises(Unauthorized):
        await forward(hass, "voicemail", context=Context(user_id=user.id))
    await forward(hass, "voicemail", context=Context(user_id=hass_admin_user.id))
    assert office.extensions["1002"].always_forward.on


@pytest.mark.parametrize(
    ("rewritten", "state"),
    [
        ({"alwaysforward": "on", "atransferto": "Moon"}, STATE_UNKNOWN),
        ({"alwaysforward": "?"}, STATE_UNKNOWN),
        ({"alwaysforward": "off", "busyforward": "?", "noanswerforward": "?"}, "off"),
    ],
)
async def test_unknown_destination_word_is_an_unknown_state(
    hass: HomeAssistant,
    office: Simulator,
    runtime: PbxRuntime,
    rewritten: dict[str, str],
    state: str,
) -> None:
    """It is neither forwarded nor not."""

    def rewrite(answer: dict[str, Any]) -> dict[str, Any]:
        infos = [{**info, **rewritten} for info in answer["extinfos"]]
        return {**answer, "extinfos": infos}

    office.faults.add(
        Fault(kind="rewrite", endpoint="extension/query", rewrite=rewrite)
    )
    runtime.settings.async_start()
    await hass.async_block_till_done(wait_background_tasks=True)
    found = hass.states.get(SENSOR)
    assert found is not None
    assert found.state == state
    assert "number" not in found.attributes


async def test_state_is_unknown_until_the_settings_are_read(
    hass: HomeAssistant, office: Simulator, runtime: PbxRuntime
) -> None:
    """No value is assumed."""
    office.faults.add(Fault(kind="reset", endpoint="extension/query"))
    runtime.settings.async_start()
    await hass.async_block_till_done(wait_background_tasks=True)
    found = hass.states.get(SENSOR)
    assert found is not None
    assert found.state == STATE_UNKNOWN
    assert not {"number", "busy", "no_answer"} & found.attributes.keys()


async def test_sensor_is_disabled_at_first(
    sim: Simulator, coordinator: PbxCoordinator, entity_registry: er.EntityRegistry
) -> None:
    """Ten thousand entities are not many for a large PBX."""
    found = entity_registry.async_get(SENSOR)
    assert found is not None
    assert found.disabled_by is er.RegistryEntryDisabler.INTEGRATION


def test_the_editor_offers_what_there_is() -> None:
    """The same words in the code, in the editor and in the texts."""
    text = (COMPONENT / "services.yaml").read_text(encoding="utf-8")
    fields = yaml.safe_load(text)["set_forwarding"]["fields"]
    offered = {
        key: fields[key]["selector"]["select"]["options"] for key in ("when", "to")
    }
    assert offered == {"when": list(SITUATIONS), "to": list(DESTINATIONS)}
    texts = ENGLISH["entity"]["sensor"]["forwarding"]
    shown = set(DESTINATIONS) - {"last"}
    assert set(texts["state"]) == shown
    for key in ("no_answer", "busy"):
        assert set(texts["state_attributes"][key]["state"]) == shown
    mode = ENGLISH["entity"]["select"]["monitor_mode"]["state"]
    assert set(mode) == {"disabled", "extensive", "listen", "whisper", "barge_in"}
