"""README and docs/: every example works, and what they describe is what there is."""

from collections.abc import Iterator
import json
import re
from typing import Any, Final

from homeassistant.components.logger import CONFIG_SCHEMA as LOGGER_SCHEMA
from homeassistant.components.lovelace import CONFIG_SCHEMA as LOVELACE_SCHEMA
from homeassistant.components.recorder import CONFIG_SCHEMA as RECORDER_SCHEMA
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.pbx.client.model import (
    CallEventType,
    CallOutcome,
    QueueEventType,
)
from custom_components.pbx.client.pbx import Capability
from custom_components.pbx.const import CONF_NUMBERS_IN_NAMES, DOMAIN
from custom_components.pbx.hub.families import FAMILIES, create_pbx
from custom_components.pbx.services import ACTIONS
from tests.simulator import ManualClock, Simulator

from .act import act
from .conftest import Push, set_up_pushing
from .documents import (
    CONTRIBUTING,
    DOCS,
    DOCUMENTS,
    EXAMPLES,
    README,
    ROOT,
    Document,
    unresolved,
    words,
)
from .phone import until
from .test_seam import LACKS

COMPONENT = ROOT / "custom_components" / "pbx"
ENGLISH: dict[str, Any] = json.loads(
    (COMPONENT / "translations" / "en.json").read_text(encoding="utf-8")
)
MAX_WORDS = 1200
SCHEMAS = {
    "logger": LOGGER_SCHEMA,
    "lovelace": LOVELACE_SCHEMA,
    "recorder": RECORDER_SCHEMA,
}
AUTOMATIONS = {name: block for name, block in EXAMPLES.items() if "triggers" in block}
SCRIPTS = {
    name: block.get("actions", [block])
    for name, block in EXAMPLES.items()
    if name not in AUTOMATIONS and ("actions" in block or "action" in block)
}
CARDS = {name: block for name, block in EXAMPLES.items() if "tap_action" in block}
PANELS = {
    name: block
    for name, block in EXAMPLES.items()
    if block.get("type") == "custom:pbx-panel"
}
CONFIGURATIONS = {
    name: block for name, block in EXAMPLES.items() if block.keys() & SCHEMAS.keys()
}


def offered(file: str) -> dict[str, Any]:
    """Return what a YAML file of ours describes, by name."""
    content = parse_yaml((COMPONENT / f"{file}.yaml").read_text("utf-8"))
    assert isinstance(content, dict)
    return {name: value for name, value in content.items() if name[0] != "."}


SERVICES = offered("services")
TRIGGERS = offered("triggers")
CONDITIONS = offered("conditions")


@pytest.fixture
async def pushing(
    hass: HomeAssistant, sim: Simulator, clock: ManualClock, report_address: str
) -> Push:
    """Return a new PBX, which has the numbers in its names."""
    return await set_up_pushing(
        hass, sim, clock, report_address, options={CONF_NUMBERS_IN_NAMES: True}
    )


async def stop(hass: HomeAssistant, automation: str) -> None:
    """End an automation that waits."""
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": automation}, blocking=True
    )
    await hass.async_block_till_done()


def test_every_example_is_tried() -> None:
    """Each is of a kind that one of these tests loads."""
    kinds = (AUTOMATIONS, SCRIPTS, CARDS, PANELS, CONFIGURATIONS)
    assert EXAMPLES.keys() == set().union(*kinds)
    assert len(EXAMPLES) == sum(map(len, kinds))


@pytest.mark.parametrize("name", AUTOMATIONS)
async def test_automation(hass: HomeAssistant, pushing: Push, name: str) -> None:
    """It can be pasted into the editor as it stands."""
    config = {"automation": {"alias": "Example", **AUTOMATIONS[name]}}
    assert await async_setup_component(hass, "automation", config)
    await hass.async_block_till_done()
    state = hass.states.get("automation.example")
    assert state is not None
    assert state.state == "on"
    await stop(hass, "automation.example")


@pytest.mark.parametrize("name", SCRIPTS)
async def test_script(hass: HomeAssistant, pushing: Push, name: str) -> None:
    """Its steps are a valid script."""
    config = {"script": {"example": {"sequence": SCRIPTS[name]}}}
    assert await async_setup_component(hass, "script", config)
    await hass.async_block_till_done()
    state = hass.states.get("script.example")
    assert state is not None
    assert state.state == "off"


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_configuration(name: str) -> None:
    """It is valid in configuration.yaml."""
    block = CONFIGURATIONS[name]
    (integration,) = block
    assert SCHEMAS[integration](block)[integration]


def panel_options() -> set[str]:
    """Return the fields of the card's editor."""
    source = (ROOT / "frontend" / "src" / "editor.ts").read_text(encoding="utf-8")
    return set(re.findall(r'name: "(\w+)"', source))


@pytest.mark.parametrize("name", PANELS)
def test_panel(name: str) -> None:
    """It has options that the editor has, and the one that it has not."""
    assert PANELS[name].keys() <= panel_options() | {"type", "users"}


def test_options_of_the_panel() -> None:
    """Each is described, and no other."""
    table = DOCS["panel"].table("Card and options")
    assert {row[0].strip("`") for row in table} == panel_options()


def actions_in(node: Any) -> Iterator[dict[str, Any]]:
    """Yield all uses of our actions, however deep, dashboard buttons too."""
    if isinstance(node, dict):
        name = node.get("perform_action", node.get("action"))
        if isinstance(name, str) and name.startswith(f"{DOMAIN}."):
            yield {
                "name": name.removeprefix(f"{DOMAIN}."),
                "data": node.get("data", {}),
            }
        for value in node.values():
            yield from actions_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from actions_in(value)


@pytest.mark.parametrize(
    "use", actions_in(list(EXAMPLES.values())), ids=lambda use: use["name"]
)
def test_fields_of_examples(use: dict[str, Any]) -> None:
    """No example has a field that the action does not know, or lacks one it needs."""
    fields = SERVICES[use["name"]]["fields"]
    assert set(use["data"]) <= set(fields)
    assert {name for name, field in fields.items() if field.get("required")} <= set(
        use["data"]
    )


def used(node: Any, kind: str) -> set[str]:
    """Return which of our actions, triggers or conditions stand somewhere, however deep."""
    if isinstance(node, list):
        return set().union(*(used(value, kind) for value in node))
    if not isinstance(node, dict):
        return set()
    found = set().union(*(used(value, kind) for value in node.values()))
    name = node.get(kind)
    if isinstance(name, str) and name.startswith(f"{DOMAIN}."):
        found.add(name.removeprefix(f"{DOMAIN}."))
    return found


@pytest.mark.parametrize(
    ("kind", "names"),
    [("action", SERVICES), ("trigger", TRIGGERS), ("condition", CONDITIONS)],
)
def test_everything_has_an_example(kind: str, names: dict[str, Any]) -> None:
    """Users see how each is written."""
    assert used(list(EXAMPLES.values()), kind) == set(names)


def test_readme_is_short() -> None:
    """What is longer belongs into docs/."""
    assert len(README.text.split()) <= MAX_WORDS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links(document: Document) -> None:
    """Each link to a file or heading of ours leads somewhere."""
    problems = (unresolved(document, link) for link in document.links)
    assert [problem for problem in problems if problem] == []


def test_documentation_is_found() -> None:
    """Each page is linked from the README, the page on accuracy or CONTRIBUTING."""
    origins = (README, DOCS["accuracy"], CONTRIBUTING)
    linked = {link.rpartition("/")[2] for one in origins for link in one.links}
    assert {f"{stem}.md" for stem in DOCS} <= linked


def sections_of_actions() -> dict[str, str]:
    """Return where each action is described, by its name."""
    text = DOCS["actions"].text
    return {
        name: DOCS["actions"].section(heading)
        for heading in re.findall(r"^## (pbx\..*)$", text, re.MULTILINE)
        for name in re.findall(r"pbx\.(\w+)", heading)
    }


def test_every_action_is_described() -> None:
    """And no other."""
    assert sections_of_actions().keys() == {action.name for action in ACTIONS}


@pytest.mark.parametrize("name", SERVICES)
def test_every_field_is_described(name: str) -> None:
    """Which PBX is meant is described for all actions at once."""
    described = words(sections_of_actions()[name])
    assert SERVICES[name]["fields"].keys() - {"config_entry_id"} <= described
    assert "`config_entry_id`" in DOCS["actions"].section("What all actions share")


@pytest.mark.parametrize(
    ("heading", "names"), [("Triggers", TRIGGERS), ("Conditions", CONDITIONS)]
)
def test_every_trigger_and_condition_is_described(
    heading: str, names: dict[str, Any]
) -> None:
    """Each has its row, and no other has; the fields are those there are."""
    rows = DOCS["automations"].table(heading)
    assert {name for row in rows for name in words(row[0])} == {
        f"{DOMAIN}.{name}" for name in names
    }
    if heading == "Triggers":
        for name, _, _, fields in rows:
            (key,) = words(name)
            wanted = names[key.removeprefix(f"{DOMAIN}.")].get("fields", {})
            assert words(fields) == set(wanted), key


# What the form of any family asks for, as an entry keeps it.
DATA: Final = {
    "host": "192.0.2.1",
    "port": 1,
    "ssl": False,
    "username": "x",
    "password_md5": "0" * 32,
    "secret": "x",
    "client_secret": "x",
}


async def test_systems_of_actions(hass: HomeAssistant) -> None:
    """The table has each action once, and a column for each family that is right."""
    needs = {
        action: capability for capability, (sent, _) in LACKS.items() for action in sent
    }
    text = DOCS["actions"].section("Which system has which action")
    head = next(line for line in text.splitlines() if line.startswith("| action"))
    names = [cell.strip() for cell in head.strip("| ").split("|")][1:]
    assert names == [family.name for family in FAMILIES.values()]
    found: list[str] = []
    for actions, *cells in DOCS["actions"].table("Which system has which action"):
        for family, cell in zip(FAMILIES.values(), cells, strict=True):
            pbx = create_pbx(hass, {**DATA, "family": family.key})
            for word in words(actions):
                action = word.removeprefix(f"{DOMAIN}.")
                needed = needs.get(action, Capability(0))
                if cell in ("yes", "no"):
                    assert (needed in pbx.capabilities) == (cell == "yes"), action
                else:
                    assert cell.startswith(("if ", "FreePBX only")), cell
        found += words(actions)
    assert sorted(found) == sorted(f"{DOMAIN}.{name}" for name in SERVICES)


def test_names_in_prose_exist() -> None:
    """No text mentions an action, trigger or condition that there is not."""
    known = {*SERVICES, *TRIGGERS, *CONDITIONS}
    mentioned = {
        name
        for document in DOCUMENTS
        for name in re.findall(r"`pbx\.(\w+)`", document.prose)
    }
    assert mentioned <= known


# The rows about the main entities, which are named like their devices.
MAIN = {
    "the extension's name": ("sensor", "extension_status"),
    "the trunk's name": ("sensor", "trunk_status"),
}


def rows_of_entities() -> dict[tuple[str, str], list[str]]:
    """Return the row of each entity, by platform and translation key."""
    by_name = {
        (platform.replace("_", " "), entity["name"]): (platform, key)
        for platform, entities in ENGLISH["entity"].items()
        for key, entity in entities.items()
        if "name" in entity
    }
    rows = [
        row
        for heading in ("Extension", "Trunk", "Queue", "PBX")
        for row in DOCS["entities"].table(heading)
    ]
    return {
        MAIN[row[0]]
        if row[0] in MAIN
        else by_name[row[1].partition(",")[0], row[0]]: row
        for row in rows
    }


def test_every_entity_is_described() -> None:
    """And no other; the table of a kind of device has a row for each."""
    assert rows_of_entities().keys() == {
        (platform, key)
        for platform, entities in ENGLISH["entity"].items()
        for key in entities
    }


@pytest.mark.parametrize(
    ("platform", "key"),
    [
        (platform, key)
        for platform, entities in ENGLISH["entity"].items()
        for key in entities
        if platform not in ("binary_sensor", "event")
    ],
)
def test_states_and_attributes_of_entities(platform: str, key: str) -> None:
    """The row of an entity names its states and its attributes, and nothing else."""
    entity = ENGLISH["entity"][platform][key]
    row = rows_of_entities()[platform, key]
    if platform == "sensor" and key == "last_call":
        described = words(DOCS["entities"].section("Outcomes"))
        assert described == set(entity["state"])
    else:
        assert words(row[2]) == set(entity.get("state", ()))
    attributes = row[3] if len(row) > 3 else ""
    assert words(attributes) == set(entity.get("state_attributes", ()))


def test_data_of_calls() -> None:
    """Each kind of event and each attribute is described, and no other."""
    kinds, data = (DOCS["entities"].table("Call events", which) for which in (0, 1))
    assert {word for row in kinds for word in words(row[0])} == set(CallEventType)
    attributes = ENGLISH["entity"]["event"]["call"]["state_attributes"].keys()
    assert {word for row in data for word in words(row[0])} == attributes - {
        "event_type"
    }
    assert words(DOCS["entities"].section("Outcomes")) == set(CallOutcome)


def test_data_of_queues() -> None:
    """Each kind of event and each attribute is described, and no other."""
    kinds, data = (DOCS["entities"].table("Queue events", which) for which in (0, 1))
    assert {word for row in kinds for word in words(row[0])} == set(QueueEventType)
    attributes = ENGLISH["entity"]["event"]["queue"]["state_attributes"].keys()
    assert {word for row in data for word in words(row[0])} == attributes - {
        "event_type"
    }


def test_data_of_monitoring() -> None:
    """Each attribute is described, and no other, and each kind of event."""
    rows = DOCS["supervision"].table("What is logged")
    entity = ENGLISH["entity"]["event"]["monitoring"]["state_attributes"]
    assert {word for row in rows for word in words(row[0])} == entity.keys()
    assert words(rows[0][1]) == entity["event_type"]["state"].keys()


def test_every_option_is_described() -> None:
    """By the name that the form shows."""
    names = [row[0] for row in DOCS["options"].table("Options")]
    sections = ENGLISH["options"]["step"]["init"]["sections"].values()
    texts = [text for section in sections for text in section["data"].values()]
    assert sorted(names) == sorted(texts)


def test_connection() -> None:
    """Each field of the forms that add a PBX is described, and no other."""
    cells = [row[0] for row in DOCS["options"].table("Connection")]
    steps = ENGLISH["config"]["step"].items()
    texts = {
        text
        for step, texts in steps
        if step.split("_")[0] in ("family", "user")
        for text in texts["data"].values()
    }
    assert sorted(", ".join(cells).split(", ")) == sorted(texts)


def every_text(node: Any) -> Iterator[str]:
    """Yield every text that the user interface shows."""
    if isinstance(node, dict):
        for value in node.values():
            yield from every_text(value)
    else:
        yield str(node)


@pytest.mark.parametrize(
    ("document", "heading"),
    [
        (README, "Troubleshooting"),
        *(
            (DOCS["troubleshooting"], heading)
            for heading in ("Connection", "Reports", "Actions", "Entities")
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_quoted_messages_are_shown_somewhere(document: Document, heading: str) -> None:
    """Users find what they read on the screen."""
    texts = [*every_text(ENGLISH), "Unavailable", "Unknown"]
    for problem, _ in document.table(heading):
        for quoted in re.findall(r"\*([^*]+)\*", problem):
            parts = [part.strip() for part in quoted.split("…")]
            assert any(all(part in text for part in parts) for text in texts), quoted


async def test_lamp_shows_supervision(hass: HomeAssistant, pushing: Push) -> None:
    """It is on from the start of the supervision until its end."""
    lamp = [async_mock_service(hass, "light", f"turn_{word}") for word in ("on", "off")]
    (block,) = (
        block for block in AUTOMATIONS.values() if "monitoring_started" in str(block)
    )
    config = {"automation": {"alias": "Supervised", **block}}
    assert await async_setup_component(hass, "automation", config)
    await hass.async_block_till_done()
    pushing.sim.call("1001", "1002", answer=True)
    await pushing.settled()

    # The automation waits meanwhile, so nobody may wait for it.
    await act(hass, "whisper", whisperer="1005", whispered="1002")
    await until(lambda: [len(calls) for calls in lamp] == [1, 0])
    await act(hass, "stop_monitoring", supervisor="1005")
    await until(lambda: [len(calls) for calls in lamp] == [1, 1])
    await stop(hass, "automation.supervised")
