"""Every sentence our code can ask for is there, with what it is filled with."""

import ast
from collections.abc import Iterator
from enum import StrEnum
import json
from pathlib import Path
import re
from string import Formatter
from typing import Any

import pytest

from custom_components.pbx.client.errors import (
    PbxError,
    PbxLockedOut,
    PbxLoginRejected,
    PbxNotTrusted,
    PbxRefused,
    PbxUnreachable,
    PbxWrongService,
    Refusal,
    Unreachable,
    WrongService,
)
from custom_components.pbx.client.model import (
    CallDirection,
    CallEventType,
    CallOutcome,
    ExtensionStatus,
    TrunkStatus,
)
from custom_components.pbx.client.pbx import Address
from custom_components.pbx.connection import failure
from custom_components.pbx.const import (
    ISSUE_NOT_REPORTED,
    ISSUE_PORT_TAKEN,
    ISSUE_PUSH_MISSING,
)
from custom_components.pbx.request import REFUSALS, Kind
from custom_components.pbx.options_flow import OPTIONS_SCHEMA
from custom_components.pbx.proof import PushMode
from custom_components.pbx.sensor import LAST_CALL_ATTRIBUTES

COMPONENT = Path(__file__).parents[2] / "custom_components" / "pbx"
ENGLISH: dict[str, Any] = json.loads(
    (COMPONENT / "translations" / "en.json").read_text(encoding="utf-8")
)
FAILURES: list[PbxError] = [
    PbxError(),
    PbxLoginRejected(),
    PbxLockedOut(600),
    PbxNotTrusted(b""),
    PbxRefused(Refusal.UNKNOWN, 31337),
    *(PbxUnreachable(reason) for reason in Unreachable),
    *(PbxWrongService(reason) for reason in WrongService),
]


def placeholders(text: str) -> set[str]:
    """Return the names a sentence wants to be filled with."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("err", FAILURES, ids=repr)
def test_each_failure_has_its_sentences(err: PbxError) -> None:
    """In an exception and, unless it has a step of its own, in the form."""
    translation = failure(err, Address("pbx", 8088, True))
    key, filled = (
        translation["translation_key"],
        translation["translation_placeholders"],
    )
    assert placeholders(ENGLISH["exceptions"][key]["message"]) <= filled.keys()
    if not isinstance(err, PbxNotTrusted):
        assert placeholders(ENGLISH["config"]["error"][key]) <= filled.keys()


@pytest.mark.parametrize("key", [*sorted(REFUSALS[Kind.MONITOR]), "refused", "unanswered"])
def test_each_refusal_names_both(key: str) -> None:
    """Who wanted what from whom is in every refusal."""
    wanted = placeholders(ENGLISH["exceptions"][f"monitor_{key}"]["message"])
    assert {"supervisor", "extension"} <= wanted <= {"supervisor", "extension", "code"}


def literal_keys() -> Iterator[str]:
    """Yield the exception keys written out in our code."""
    for file in COMPONENT.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "_invalid"
            ):
                assert isinstance(node.args[0], ast.Constant)
                yield str(node.args[0].value)
            if (
                isinstance(node, ast.keyword)
                and node.arg == "translation_key"
                and isinstance(node.value, ast.Constant)
            ):
                yield str(node.value.value)


def test_every_key_in_the_code_exists() -> None:
    """Exceptions and entities alike."""
    entities = {key for platform in ENGLISH["entity"].values() for key in platform}
    assert set(literal_keys()) <= ENGLISH["exceptions"].keys() | entities


def test_no_sentence_is_left_over() -> None:
    """What nothing says any more is deleted."""
    used = (
        set(literal_keys())
        | {failure(err, Address("", 0, True))["translation_key"] for err in FAILURES}
        | {f"monitor_{key}" for key in (*REFUSALS[Kind.MONITOR], "refused")}
        | {"not_permitted"}
    )
    assert ENGLISH["exceptions"].keys() <= used


SENSOR = ENGLISH["entity"]["sensor"]
CALL = ENGLISH["entity"]["event"]["call"]["state_attributes"]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (SENSOR["extension_status"], ExtensionStatus),
        (SENSOR["trunk_status"], TrunkStatus),
        (SENSOR["last_call"], CallOutcome),
        (SENSOR["push_mode"], PushMode),
        (CALL["event_type"], CallEventType),
        (CALL["outcome"], CallOutcome),
        (CALL["direction"], CallDirection),
        (SENSOR["last_call"]["state_attributes"]["direction"], CallDirection),
        (SENSOR["other_party"]["state_attributes"]["direction"], CallDirection),
    ],
)
def test_every_word_has_a_name(texts: dict[str, Any], words: type[StrEnum]) -> None:
    """What a state or an attribute can be is the enum's words, all of them translated."""
    assert set(texts["state"]) == {word.value for word in words}


def test_every_attribute_of_a_call_has_a_name() -> None:
    """The last call says the same as the event, except what is its state, and when."""
    last = set(SENSOR["last_call"]["state_attributes"])
    assert last == set(LAST_CALL_ATTRIBUTES)
    assert set(CALL) == last - {"ended"} | {"event_type", "outcome"}


@pytest.mark.parametrize(
    ("key", "filled"),
    [
        (ISSUE_PUSH_MISSING, {"pbx", "address"}),
        (ISSUE_NOT_REPORTED, {"pbx", "extensions"}),
        (ISSUE_PORT_TAKEN, {"pbx", "port"}),
    ],
)
def test_each_repair_says_of_which_pbx(key: str, filled: set[str]) -> None:
    """And the rest it is filled with is said too."""
    title, description = (
        placeholders(ENGLISH["issues"][key][part]) for part in ("title", "description")
    )
    assert "pbx" in title
    assert title | description == filled


def test_no_repair_is_left_over() -> None:
    """What nothing raises any more is deleted."""
    used = {ISSUE_PUSH_MISSING, ISSUE_NOT_REPORTED, ISSUE_PORT_TAKEN}
    assert ENGLISH["issues"].keys() == used


def test_every_option_is_explained() -> None:
    """Each field has a name and a description, each error a sentence."""
    options = ENGLISH["options"]
    step = options["step"]["init"]
    fields = {str(key) for key in OPTIONS_SCHEMA.schema}
    assert step["data"].keys() == step["data_description"].keys() == fields
    source = (COMPONENT / "options_flow.py").read_text(encoding="utf-8")
    assert options["error"].keys() == set(re.findall(r'= "(invalid_\w+)"', source))
    for text in options["error"].values():
        assert placeholders(text) <= {"line", "sender"}


def test_errors_of_the_flow_are_all_translated() -> None:
    """What the flow can show, and the reasons it ends for."""
    source = (COMPONENT / "config_flow.py").read_text(encoding="utf-8")
    shown = set(re.findall(r'_show_form\("(\w+)"', source))
    aborted = set(re.findall(r'reason="(\w+)"', source))
    assert shown
    assert shown <= ENGLISH["config"]["error"].keys()
    assert aborted <= ENGLISH["config"]["abort"].keys()
