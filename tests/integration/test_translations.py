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
    PbxRightMissing,
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
    MonitorMode,
    TrunkStatus,
)
from custom_components.pbx.client.pbx import Address
from custom_components.pbx.config_flow import (
    PbxConfigFlow,
    address_schema,
    credentials_schema,
)
from custom_components.pbx.const import (
    ISSUE_API_OFF,
    ISSUE_CERTIFICATE,
    ISSUE_LOCKED_OUT,
    ISSUE_MONITOR_MODE,
    ISSUE_MONITORING_FORBIDDEN,
    ISSUE_NOT_REPORTED,
    ISSUE_PANEL_RESOURCE,
    ISSUE_PORT_TAKEN,
    ISSUE_PUSH_MISSING,
)
from custom_components.pbx.flows.options import options_schema
from custom_components.pbx.hub.connect import failure
from custom_components.pbx.hub.families import FAMILIES, STEPS_OF_A_FAMILY, Family
from custom_components.pbx.hub.issues import CONNECTION_ISSUES, FIXABLE, OTHER_ISSUES
from custom_components.pbx.hub.options import SupervisionPolicy
from custom_components.pbx.hub.permission import Denial
from custom_components.pbx.hub.polling import PushMode
from custom_components.pbx.hub.request import REFUSALS, Kind
from custom_components.pbx.sensor.last_call import LAST_CALL_ATTRIBUTES
from custom_components.pbx.supervision.monitoring import MonitoringEventType
from tests.integration.stub import StubByPost
from tests.repository.languages import LANGUAGES

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
    PbxRightMissing("call", "read"),
    *(PbxUnreachable(reason) for reason in Unreachable),
    *(PbxWrongService(reason) for reason in WrongService),
]


def placeholders(text: str) -> set[str]:
    """Return the names a sentence wants to be filled with."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda one: one.key)
@pytest.mark.parametrize("err", FAILURES, ids=repr)
def test_each_failure_has_its_sentences(err: PbxError, family: Family) -> None:
    """In an exception and, unless it has a step of its own, in the form."""
    translation = failure(err, Address("pbx", 8088, True), family)
    key, filled = (
        translation["translation_key"],
        translation["translation_placeholders"],
    )
    assert placeholders(ENGLISH["exceptions"][key]["message"]) <= filled.keys()
    if not isinstance(err, PbxNotTrusted):
        assert placeholders(ENGLISH["config"]["error"][key]) <= filled.keys()


def failure_keys() -> set[str]:
    """Return the keys of the sentences about a failed connection, of all families."""
    return {
        failure(err, Address("", 0, True), family)["translation_key"]
        for err in FAILURES
        for family in FAMILIES.values()
    }


def test_no_failure_is_left_over() -> None:
    """What a family says in its own words can happen, and its form says it too."""
    suffixes = tuple(f"_{family.texts}" for family in FAMILIES.values() if family.texts)
    for texts in (ENGLISH["config"]["error"], ENGLISH["exceptions"]):
        assert {key for key in texts if key.endswith(suffixes)} == {
            key for key in failure_keys() if key.endswith(suffixes)
        }


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda one: one.key)
def test_each_family_has_its_steps(family: Family) -> None:
    """Each field of its form is named and described, and Home Assistant finds the step."""
    address = {str(key) for key in address_schema(family).schema}
    login = {str(key) for key in credentials_schema(family).schema}
    fields = {
        "user": address | login,
        "reauth_confirm": login,
        "reconfigure": address | login,
    }
    assert fields.keys() == set(STEPS_OF_A_FAMILY)
    for step, wanted in fields.items():
        texts = ENGLISH["config"]["step"][family.step_id(step)]
        assert texts["data"].keys() == texts["data_description"].keys() == wanted
        assert hasattr(PbxConfigFlow, f"async_step_{family.step_id(step)}")


def test_no_step_is_left_over() -> None:
    """What no family shows is deleted."""
    shared = {"family", "certificate"}
    assert ENGLISH["config"]["step"].keys() == shared | {
        family.step_id(step)
        for family in FAMILIES.values()
        for step in STEPS_OF_A_FAMILY
    }


def refusals(kind: Kind) -> set[str]:
    """Return the keys of what can be said when one kind of request fails."""
    return {f"{kind}_{key}" for key in (*REFUSALS[kind], "refused", "unanswered")}


@pytest.mark.parametrize("key", sorted(refusals(Kind.MONITOR)))
def test_each_refusal_to_monitor_has_its_sentence(key: str) -> None:
    """It names those whom its cause concerns."""
    wanted = placeholders(ENGLISH["exceptions"][key]["message"])
    assert wanted <= {"supervisor", "extension", "code"}


@pytest.mark.parametrize("key", sorted(refusals(Kind.CONTROL)))
def test_each_refusal_to_control_names_whom(key: str) -> None:
    """Whose call or phone it was about is in every refusal."""
    wanted = placeholders(ENGLISH["exceptions"][key]["message"])
    assert {"extension"} <= wanted <= {"extension", "code"}


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        (Kind.INBOUND, {"call"}),
        (Kind.SMS, {"trunk", "number"}),
        (Kind.HISTORY, {"subject"}),
    ],
)
def test_each_other_refusal_says_what_it_is_about(kind: Kind, named: set[str]) -> None:
    """The call, the message, the records. What only reads is never left unanswered."""
    keys = refusals(kind)
    if kind is Kind.HISTORY:
        keys.remove(f"{kind}_unanswered")
    for key in keys:
        wanted = placeholders(ENGLISH["exceptions"][key]["message"])
        assert named <= wanted <= named | {"code"}


def test_what_cannot_be_meant_is_filled_in() -> None:
    """Each sentence gets what it is filled with where it is raised."""
    for file in COMPONENT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "invalid":
                given = {keyword.arg for keyword in node.keywords}
                if None in given or not isinstance(node.args[0], ast.Constant):
                    continue
                message = ENGLISH["exceptions"][node.args[0].value]["message"]
                assert placeholders(message) <= given


def literal_keys() -> Iterator[str]:
    """Yield the exception keys written out in our code."""
    for file in COMPONENT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "_error",
                "invalid",
            ):
                assert node.args
                yield from literals(node.args[0])
            if isinstance(node, ast.keyword) and node.arg == "translation_key":
                yield from literals(node.value)


def literals(node: ast.expr) -> Iterator[str]:
    """Yield the text that an expression is, if it is one."""
    if isinstance(node, ast.Constant):
        yield str(node.value)


def test_every_key_in_the_code_exists() -> None:
    """Exceptions, entities and devices alike."""
    entities = {key for platform in ENGLISH["entity"].values() for key in platform}
    known = ENGLISH["exceptions"].keys() | ENGLISH["selector"].keys()
    assert set(literal_keys()) <= known | entities | ENGLISH["device"].keys()


def texts() -> Iterator[str]:
    """Yield every text in our code."""
    for file in COMPONENT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_no_sentence_is_left_over() -> None:
    """What nothing says any more is deleted."""
    used = (
        set(texts()) | failure_keys() | {key for kind in Kind for key in refusals(kind)}
    )
    assert ENGLISH["exceptions"].keys() <= used


SENSOR = ENGLISH["entity"]["sensor"]
CALL = ENGLISH["entity"]["event"]["call"]["state_attributes"]
MONITORING = ENGLISH["entity"]["event"]["monitoring"]["state_attributes"]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (SENSOR["extension_status"], ExtensionStatus),
        (SENSOR["trunk_status"], TrunkStatus),
        (SENSOR["last_call"], CallOutcome),
        (SENSOR["push_mode"], PushMode),
        (CALL["event_type"], CallEventType),
        (MONITORING["event_type"], MonitoringEventType),
        (MONITORING["mode"], MonitorMode),
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


def test_every_policy_has_a_name() -> None:
    """Who may supervise is chosen from words that say it."""
    assert set(ENGLISH["selector"]["supervision"]["options"]) == set(SupervisionPolicy)


CERTIFICATE = {"subject", "issuer", "valid_from", "valid_until", "fingerprint"}


@pytest.mark.parametrize(
    ("key", "filled"),
    [
        (ISSUE_API_OFF, {"pbx"}),
        (ISSUE_CERTIFICATE, {"pbx", *CERTIFICATE}),
        (ISSUE_LOCKED_OUT, {"pbx", "until"}),
        (ISSUE_MONITORING_FORBIDDEN, {"pbx", "extensions"}),
        (ISSUE_MONITOR_MODE, {"pbx", "extensions"}),
        (ISSUE_PUSH_MISSING, {"pbx", "address"}),
        (ISSUE_NOT_REPORTED, {"pbx", "extensions"}),
        (ISSUE_PORT_TAKEN, {"pbx", "port"}),
    ],
)
def test_each_repair_says_of_which_pbx(key: str, filled: set[str]) -> None:
    """And the rest it is filled with is said too."""
    issue = ENGLISH["issues"][key]
    title = placeholders(issue["title"])
    steps = issue.get("fix_flow", {}).get("step", {"": issue})
    (description,) = (placeholders(step["description"]) for step in steps.values())
    assert title == {"pbx"} | (title & filled)
    assert title | description == filled
    assert ("fix_flow" in issue) == (key in FIXABLE)


def test_repair_of_a_certificate_ends_in_sentences() -> None:
    """Each reason it can end for, with what it is filled with."""
    source = (COMPONENT / "repairs.py").read_text(encoding="utf-8")
    abort = ENGLISH["issues"][ISSUE_CERTIFICATE]["fix_flow"]["abort"]
    assert abort.keys() == set(re.findall(r'reason="(\w+)"', source))
    for text in abort.values():
        assert placeholders(text) == {"pbx", "address"}


def test_no_repair_is_left_over() -> None:
    """What nothing raises any more is deleted."""
    assert ENGLISH["issues"].keys() == {
        *CONNECTION_ISSUES,
        *OTHER_ISSUES,
        ISSUE_PANEL_RESOURCE,
    }


def test_every_option_is_explained() -> None:
    """Each field has a name and a description, each error a sentence."""
    options = ENGLISH["options"]
    step = options["step"]["init"]
    schema = options_schema(
        {}, StubByPost(Address("", 0, False)), collapsed=True
    ).schema
    assert step["sections"].keys() == {str(name) for name in schema}
    for name, found in schema.items():
        texts = step["sections"][str(name)]
        fields = {str(key) for key in found.schema.schema}
        assert texts["name"]
        assert texts["data"].keys() == texts["data_description"].keys() == fields
    source = (COMPONENT / "flows" / "options.py").read_text(encoding="utf-8")
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


# What a phone shows on two lines, with both names filled in.
LONGEST_ERROR = 160
FILLED_IN = {
    "address": "https://192.0.2.10:8088",
    "extension": "Bruno Costa (1002)",
    "number": "+358401234567",
    "supervisor": "Sami Virtanen (1005)",
}


def sentences(text: str) -> int:
    """Return how many sentences a text has; an error has no full stop at its end."""
    return len(re.findall(r"[.?!](?=\s|$)", text.rstrip(".") + "."))


@pytest.mark.parametrize("key", ENGLISH["exceptions"])
def test_errors_are_short(key: str) -> None:
    """Two sentences at most, each name once."""
    message = ENGLISH["exceptions"][key]["message"]
    names = re.findall(r"{(\w+)}", message)
    assert len(names) == len(set(names))
    assert sentences(message) <= 2
    for name in names:
        message = message.replace(f"{{{name}}}", FILLED_IN.get(name, "1234"))
    assert len(message) <= LONGEST_ERROR


# What a phone shows on two lines; Chinese characters are twice as wide.
LONGEST_REFUSAL = 100


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "key",
    [
        key
        for key in ENGLISH["exceptions"]
        if key.startswith("monitor_") or key in set(Denial)
    ],
)
def test_refusals_fit_two_lines_on_a_phone(language: str, key: str) -> None:
    """Whoever presses Whisper reads it in a moment."""
    path = COMPONENT / "translations" / f"{language}.json"
    texts = json.loads(path.read_text(encoding="utf-8"))
    message = texts["exceptions"][key]["message"]
    for name, text in FILLED_IN.items():
        message = message.replace(f"{{{name}}}", text)
    width = sum(1.7 if ord(letter) > 0x2E80 else 1 for letter in message)
    assert width <= LONGEST_REFUSAL


@pytest.mark.parametrize("key", ENGLISH["services"])
def test_actions_are_described_in_short(key: str) -> None:
    """An action in two sentences at most, a field in one."""
    action = ENGLISH["services"][key]
    assert sentences(action["description"]) <= 2
    for field in action["fields"].values():
        assert sentences(field["description"]) == 1
