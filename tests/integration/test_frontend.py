"""Every name of ours that the front end uses exists in Python, and no text is left unused."""

from functools import cache
import json
from pathlib import Path
import re
from typing import Any, cast

from homeassistant.helpers.selector import selector as _selector
import pytest
import yaml

from custom_components.pbx.client.extension_settings import ForwardTo
from custom_components.pbx.client.model import (
    CallDirection,
    CallOutcome,
    ExtensionStatus,
    MonitorMode,
    PartyState,
    TrunkStatus,
)
from custom_components.pbx.client.pbx import Capability
from custom_components.pbx.const import DOMAIN
from custom_components.pbx.panel.describe import capabilities_data

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "frontend" / "src"
COMPONENT = ROOT / "custom_components" / "pbx"
MODES = {mode.value for mode in MonitorMode}
# Texts whose key is put together: the beginning, and where the ends come from.
ENDS = {
    **{f"{begin}_": MODES for begin in ("you", "they", "x", "hears", "pick_up")},
    "confirm_": MODES - {"whisper"} | {"hang_up"},
    "edit_": {
        "config_entry_id",
        "extensions",
        "me",
        "parts",
        "sort",
        "layout",
        "long_call",
        "show_numbers",
        "actions",
    },
    "help_": {"me", "long_call", "actions"},
    "part_": {"you", "search", "queues", "calls", "people", "recent"},
    "sort_": {"number", "name", "state"},
    "layout_": {"automatic", "wallboard"},
}


@cache
def source(name: str) -> str:
    """Return a source file without its comments."""
    text = (SOURCES / name).read_text(encoding="utf-8")
    return re.sub(
        r"^\s*(//[^\n]*|/\*.*?\*/)$", "", text, flags=re.DOTALL | re.MULTILINE
    )


@cache
def everything() -> str:
    """Return all sources."""
    return "\n".join(source(path.name) for path in sorted(SOURCES.glob("*.ts")))


def words(text: str) -> set[str]:
    """Return the strings of a piece of source."""
    return set(re.findall(r'"(\w+)"', text))


@cache
def english() -> dict[str, Any]:
    """Return the English texts."""
    path = COMPONENT / "translations" / "en.json"
    return cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))


def asked_texts() -> set[str]:
    """Return the keys of the texts that are asked for by a call of `words` or `text`."""
    found: set[str] = set()
    for start in re.finditer(r"\b(?:words|text)\(", everything()):
        depth, end = 1, start.end()
        while depth and everything()[end] != "{":
            depth += {"(": 1, ")": -1}.get(everything()[end], 0)
            end += 1
        argument = everything()[start.end() : end].split(", ")[0]
        found |= set(re.findall(r'(?:^|\? |: )"(\w+)"', argument))
    return found


def interface(name: str) -> set[str]:
    """Return the members of an interface of the contract."""
    match = re.search(
        rf"export interface {name}[^{{]*\{{(.*?)\n\}}", source("contract.ts"), re.DOTALL
    )
    assert match is not None, name
    return set(re.findall(r"^  (\w+)\??:", match[1], re.MULTILINE))


def test_texts_exist() -> None:
    """No button is without a word."""
    texts = {key.removeprefix("panel_") for key in english()["common"]}
    asked = asked_texts()
    assert len(asked) > 80
    assert asked - texts == set()
    assert {p + end for p, ends in ENDS.items() for end in ends} - texts == set()


def test_no_text_is_left_unused() -> None:
    """What the front end no longer says is not translated."""
    texts = {key.removeprefix("panel_") for key in english()["common"]}
    said = words(everything()) | {p + end for p, ends in ENDS.items() for end in ends}
    assert texts - said == set()


def test_editor_fields_have_a_label() -> None:
    """The keys that are put together are those of the form."""
    fields = set(re.findall(r'\{ name: "(\w+)"', source("editor.ts")))
    assert fields == ENDS["edit_"]


def test_actions_and_their_fields_exist() -> None:
    """A button calls an action that Home Assistant knows, with fields that it takes."""
    services = yaml.safe_load((COMPONENT / "services.yaml").read_text(encoding="utf-8"))
    calls = re.findall(r"\bact\(\w+, ([^{;]*?), (\{[^{}]*\})", everything())
    assert len(calls) >= 15
    for actions, data in calls:
        given = set(re.findall(r"[{,] (\w+)", data))
        # "toggle" is an action of Home Assistant's switches.
        for name in (words(actions) or MODES - {"whisper"}) - {"toggle"}:
            fields = services[name]["fields"]
            assert given <= set(fields), name
            assert {key for key in fields if fields[key]["required"]} <= given, name


def test_entities_are_found_by_their_translation_keys() -> None:
    """The registries are read by keys that our entities have."""
    known = {key for platform in english()["entity"].values() for key in platform}
    used = set(re.findall(r"\bkeys\.(\w+)", source("directory.ts")))
    used |= set(re.findall(r'translation_key !==? "(\w+)"', everything()))
    for keys in re.findall(r"section\([^\[]*\[([^\]]*)\]", source("strategy.ts")):
        used |= words(keys)
    assert len(used) > 8
    assert used - known == set()


def test_states_and_attributes_exist() -> None:
    """A tile knows every status, and no status that there is not."""
    look = source("look.ts")
    for status in ExtensionStatus:
        if status is not ExtensionStatus.IDLE:
            assert f'"{status.value}"' in look, status
    parties = re.search(r"state: (.*);\n  since", source("contract.ts"))
    assert parties is not None
    assert words(parties[1]) == {*PartyState} - {PartyState.GONE}
    directions = re.search(r"direction: (.*) \| null;", source("contract.ts"))
    assert directions is not None
    assert words(directions[1]) == {direction.value for direction in CallDirection}
    signs = source("recent.ts").split("SIGNS:")[1].split("};")[0]
    outcomes = set(re.findall(r"^  (\w+): \{", signs, re.MULTILINE))
    assert outcomes <= {outcome.value for outcome in CallOutcome}
    off = source("health.ts").split("OFF_ON_PURPOSE = new Set(")[1].split(")")[0]
    assert words(off) <= {status.value for status in TrunkStatus}
    forwards = re.findall(r'set\(button, "(\w+)"', source("sheet.ts"))
    assert set(forwards) <= {"off"} | {to.value for to in ForwardTo}
    attributes = set(re.findall(r"attributes\.(\w+)", everything()))
    assert attributes == {"number", "since", "max_age"}


def test_modes_and_capabilities_are_those_of_the_integration() -> None:
    """What can be done is named the same on both sides."""
    modes = re.search(r"export type Mode = (.*);", source("contract.ts"))
    assert modes is not None
    assert words(modes[1]) == MODES
    assert interface("Capabilities") <= set(capabilities_data(Capability(0)))


@pytest.mark.parametrize("name", ["pbx/subscribe_calls", "pbx/recent_calls"])
def test_commands_exist(name: str) -> None:
    """The commands that are asked are registered."""
    commands = (COMPONENT / "panel" / "commands.py").read_text(encoding="utf-8")
    assert name in everything()
    assert f"{{DOMAIN}}{name.removeprefix(DOMAIN)}" in commands


def test_refusals_have_a_sentence() -> None:
    """Each refusal that is explained beforehand has the words of its error."""
    order = source("offer.ts").split("const order = [")[1].split("]")[0]
    refusals = words(order) - {"monitor_mode"}
    assert refusals <= set(english()["exceptions"])


def test_selectors_of_the_editor_are_valid() -> None:
    """The form uses selectors that Home Assistant has."""
    for name in set(re.findall(r"selector: \{ (\w+):", source("editor.ts"))):
        _selector({name: {}} if name != "select" else {name: {"options": []}})
