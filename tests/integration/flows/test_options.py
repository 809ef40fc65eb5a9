"""Options: checked where they are typed, and in force at once."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx.flows.address import is_address
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.integration.conftest import state_of
from tests.simulator import Simulator

CONTACTS = "# customers\n+358 40 123 4567 = Anna\n\n0800* = Free"
EVERYTHING = {
    "report_address": "ha.example.com:8124",
    "report_port": 9000,
    "report_senders": ["192.0.2.7", "2001:db8::7"],
    "contacts": CONTACTS,
    "supervision": "administrators",
    "supervisors": ["1005", "1006"],
    "never_monitored": ["1001"],
    "allow_codes": True,
    "numbers_in_names": True,
}
SECTIONS = {
    "supervision": ("supervision", "supervisors", "never_monitored", "allow_codes"),
    "contacts": ("contacts", "numbers_in_names"),
    "live_updates": ("report_address", "report_port", "report_senders"),
}
SECTION_OF = {field: name for name, fields in SECTIONS.items() for field in fields}


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the form."""
    return await hass.config_entries.options.async_init(entry.entry_id)


async def fill_in(
    hass: HomeAssistant, flow: ConfigFlowResult, user_input: dict[str, Any]
) -> ConfigFlowResult:
    """Submit the form; the fields go into their sections."""
    sections: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
    for field, value in user_input.items():
        sections[SECTION_OF[field]][field] = value
    result = await hass.config_entries.options.async_configure(
        flow["flow_id"], sections
    )
    await hass.async_block_till_done()
    return result


def suggested(flow: ConfigFlowResult) -> dict[str, Any]:
    """Return what the form is filled with."""
    schema = flow["data_schema"]
    assert schema is not None
    return {
        str(key): key.description["suggested_value"]
        for found in schema.schema.values()
        for key in found.schema.schema
        if key.description
    }


@pytest.mark.usefixtures("coordinator")
async def test_options_are_kept_as_typed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """What is entered once is there when the form is opened again."""
    flow = await start(hass, entry)
    assert flow["type"] is FlowResultType.FORM
    assert flow["step_id"] == "init"
    assert flow["errors"] == {}
    assert suggested(flow) == {}

    result = await fill_in(hass, flow, EVERYTHING)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == EVERYTHING
    assert suggested(await start(hass, entry)) == EVERYTHING


@pytest.mark.usefixtures("coordinator")
async def test_empty_fields_are_left_out(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """What is emptied is as if it had never been entered."""
    await fill_in(hass, await start(hass, entry), EVERYTHING)
    for empty in (
        {},
        {
            "report_address": " ",
            "report_senders": ["", " "],
            "contacts": "\n ",
            "supervisors": [],
            "never_monitored": [],
        },
    ):
        result = await fill_in(hass, await start(hass, entry), empty)
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert entry.options == {
            "report_port": 8260,
            "supervision": "administrators",
            "allow_codes": False,
            "numbers_in_names": False,
        }


async def test_pbx_is_told_the_address_at_once(
    hass: HomeAssistant,
    sim: Simulator,
    entry: MockConfigEntry,
    coordinator: PbxCoordinator,
) -> None:
    """The entry is loaded anew, and the login names the address."""
    await fill_in(
        hass,
        await start(hass, entry),
        {"report_address": " 127.0.0.1:8124 ", "report_senders": [" 192.0.2.7 "]},
    )
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data is not coordinator
    assert entry.options["report_address"] == "127.0.0.1:8124"
    assert entry.options["report_senders"] == ["192.0.2.7"]
    (session,) = sim.pbx.sessions.targets()
    assert str(session.target).startswith("http://127.0.0.1:8124/api/webhook/")


async def test_contacts_give_names_at_once(
    hass: HomeAssistant, sim: Simulator, entry: MockConfigEntry
) -> None:
    """A caller from outside is called by the name the user gave."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await fill_in(
        hass, await start(hass, entry), {"contacts": "+358 40 123 4567 = Anna"}
    )
    sim.inbound("0401234567", "1002", answer=True)
    await entry.runtime_data.coordinator.async_refresh()
    await hass.async_block_till_done()
    party = "sensor.bruno_costa_other_party"
    assert state_of(hass, party) == "Anna"
    state = hass.states.get(party)
    assert state is not None
    assert state.attributes["number"] == "0401234567"


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    ("wrong", "error", "placeholder"),
    [
        ({"report_address": "http://pbx"}, "invalid_address", {}),
        ({"report_address": "2001:db8::1"}, "invalid_address", {}),
        (
            {"report_senders": ["192.0.2.7", "proxy.example.com"]},
            "invalid_sender",
            {"sender": "proxy.example.com"},
        ),
        (
            {"contacts": "0401234567 = Anna\n\n+358 40 = \n0800* = Free"},
            "invalid_contact",
            {"line": "3"},
        ),
        ({"contacts": "Anna = 0401234567"}, "invalid_contact", {"line": "1"}),
    ],
)
async def test_mistakes_are_named_and_corrected(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    wrong: dict[str, Any],
    error: str,
    placeholder: dict[str, str],
) -> None:
    """The error stands at its section, and what was typed stays in the form."""
    (field,) = wrong
    result = await fill_in(hass, await start(hass, entry), {**EVERYTHING, **wrong})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {SECTION_OF[field]: error}
    assert placeholder.items() <= dict(result["description_placeholders"] or {}).items()
    assert suggested(result) == {**EVERYTHING, **wrong}
    assert entry.options == {}

    result = await fill_in(hass, result, EVERYTHING)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == EVERYTHING


@pytest.mark.usefixtures("coordinator")
async def test_all_mistakes_are_named_together(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """One of each section; a section with a mistake is open."""
    wrong = {"report_address": "a b", "report_senders": ["x"], "contacts": "x"}
    flow = await start(hass, entry)
    assert flow["data_schema"] is not None
    assert {
        str(name): found.options["collapsed"]
        for name, found in flow["data_schema"].schema.items()
    } == {"supervision": False, "contacts": False, "live_updates": True}
    result = await fill_in(hass, flow, wrong)
    assert result["errors"] == {
        "live_updates": "invalid_address",
        "contacts": "invalid_contact",
    }
    assert result["data_schema"] is not None
    assert not result["data_schema"].schema["live_updates"].options["collapsed"]
    result = await fill_in(hass, result, EVERYTHING)
    assert result["type"] is FlowResultType.CREATE_ENTRY


def offered(flow: ConfigFlowResult, field: str) -> list[dict[str, str]]:
    """Return the extensions that a field offers."""
    assert flow["data_schema"] is not None
    found = flow["data_schema"].schema[SECTION_OF[field]].schema
    config: dict[str, Any] = found.schema[field].config
    return list(config["options"])


async def test_extensions_are_chosen_by_name(
    hass: HomeAssistant,
    sim: Simulator,
    entry: MockConfigEntry,
    coordinator: PbxCoordinator,
) -> None:
    """A typo would protect nobody; one that is gone for a while stays protected."""
    flow = await start(hass, entry)
    bruno = {"value": "1002", "label": "Bruno Costa (1002)"}
    assert bruno in offered(flow, "never_monitored")
    assert offered(flow, "never_monitored") == offered(flow, "supervisors")
    with pytest.raises(InvalidData):
        await fill_in(hass, flow, {"never_monitored": ["1020"]})
    await fill_in(hass, flow, {"never_monitored": ["1002"]})

    sim.remove_extension("1002")
    for _ in range(2):
        await entry.runtime_data.coordinator.async_refresh()
    await hass.async_block_till_done()
    flow = await start(hass, entry)
    assert {"value": "1002", "label": "1002"} in offered(flow, "never_monitored")
    await fill_in(hass, flow, {"never_monitored": ["1002"]})
    assert entry.options["never_monitored"] == ["1002"]


async def test_numbers_in_names_are_found_by_pickers(
    hass: HomeAssistant,
    sim: Simulator,
    entry: MockConfigEntry,
    coordinator: PbxCoordinator,
) -> None:
    """Pickers search the names of devices; entity ids stay as they are."""
    devices = dr.async_get(hass)

    def names() -> set[str | None]:
        """Return the names of the extensions' devices."""
        found = dr.async_entries_for_config_entry(devices, entry.entry_id)
        return {device.name for device in found if device.model_id == "extension"}

    assert "Bruno Costa" in names()
    await fill_in(hass, await start(hass, entry), {"numbers_in_names": True})
    assert "Bruno Costa (1002)" in names()
    assert "Bruno Costa" not in names()
    assert state_of(hass, "sensor.bruno_costa") == "idle"
    bruno = {"value": "1002", "label": "Bruno Costa (1002)"}
    assert bruno in offered(await start(hass, entry), "never_monitored")
    sim.rename_extension("1002", "Benno Costa")
    await entry.runtime_data.coordinator.async_refresh()
    await hass.async_block_till_done()
    assert "Benno Costa (1002)" in names()
    await fill_in(hass, await start(hass, entry), {})
    assert "Benno Costa" in names()


@pytest.mark.usefixtures("coordinator")
async def test_policy_is_one_of_three(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Whoever fills the form in by a program cannot make up a fourth."""
    flow = await start(hass, entry)
    with pytest.raises(InvalidData):
        await fill_in(hass, flow, {"supervision": "everybody"})
    result = await fill_in(hass, flow, {"supervision": "off"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["supervision"] == "off"


@pytest.mark.parametrize(
    "text",
    [
        "homeassistant",
        "home_assistant.local.",
        "ha.example.com:8123",
        "192.0.2.1",
        "192.0.2.1:1",
        "[2001:db8::1]",
        "[2001:db8::1]:65535",
    ],
)
def test_addresses(text: str) -> None:
    """A host, or a host and a port."""
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":8123",
        "ha:",
        "ha:0",
        "ha:70000",
        "ha:port",
        "ha/path",
        "ha?x",
        "ha#x",
        "user@ha",
        "a b",
        "-ha",
        "ha..local",
        "192.0.2.999",
        "192.0.2",
        "[::1",
        "[ha]",
        "2001:db8::1",
        "2001:db8::1:8123",
        "https://ha.example.com",
    ],
)
def test_what_is_no_address(text: str) -> None:
    """Nothing that the PBX could not use, and nothing that would silently be lost."""
    assert not is_address(text)
