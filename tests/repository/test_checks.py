"""Our files are as they have to be, and the checks see it when they are not."""

from pathlib import Path

import pytest

from .breaking import Break, broken, drop, put
from .checks import problems
from .repository import Repository

WHISPER = ("services", "whisper")
TRIGGER = {
    "extension_rang": {
        "target": {"entity": {"integration": "pbx", "domain": "event"}},
        "fields": {
            "how": {
                "selector": {
                    "select": {"options": ["a", "b"], "translation_key": "how"}
                }
            }
        },
    }
}


def test_our_files_have_no_problems() -> None:
    """The checkout itself."""
    assert problems(Path(__file__).parents[2]) == []


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("A <b>bold</b> word", "HTML"),
        ("See https://example.com", "an address"),
        (" A space", "begins or ends with a space"),
        ("It's '{name}'", "single quotes"),
        ("{0}", "not an identifier"),
        ("{name", "unbalanced braces"),
        ("[%key:common::error%]", "a reference"),
        ("", "is empty"),
        (3, "is not a text"),
    ],
)
def test_texts(copy: Repository, value: object, problem: str) -> None:
    """What hassfest forbids in a text."""
    change = put("config", "error", "unknown", value=value)
    assert problem in "\n".join(broken(copy, "translations/en.json", change))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (put("config", "error", "Not_so", value="x"), "is not a key"),
        (put("config", "error", "not__so", value="x"), "is not a key"),
        (put("config", "error", "-so", value="x"), "is not a key"),
        (
            put("config", "step", "user", "data_description", "no", value="x"),
            "describes no field",
        ),
        (
            put(
                "config",
                "step",
                "user",
                "sections",
                value={"s": {"data_description": {"no": "x"}}},
            ),
            "user.s.data_description.no describes no field",
        ),
        (put("config", "step", "user", "help", value="x"), "step.user.help is nothing"),
        (put("settings", "x", value="x"), "settings is nothing"),
        (put("config", "steps", value={}), "config.steps is nothing"),
        (put("entity", "sensor", "x", value={"title": "x"}), "x.title is nothing"),
        (put("issues", "x", value={"title": "x"}), "needs title, and description"),
        (
            put(
                "issues",
                "x",
                value={"title": "x", "fix_flow": {"step": {"a": {"b": "c"}}}},
            ),
            "fix_flow.step.a.b is nothing",
        ),
        (put("exceptions", "x", value={"text": "x"}), "is not just a message"),
        (put("selector", "x", value={}), "has no options"),
        (put("config_subentries", "x", value={}), "needs entry_type"),
    ],
)
def test_structure_of_texts(copy: Repository, change: Break, problem: str) -> None:
    """What hassfest forbids around the texts."""
    assert problem in "\n".join(broken(copy, "translations/en.json", change))


def test_doubled_key(copy: Repository) -> None:
    """JSON takes the last of two; somebody's text is lost."""
    path = copy.component / "translations" / "en.json"
    path.write_text('{"config": {}, "config": {}}', encoding="utf-8")
    assert "is there twice" in "\n".join(problems(copy.root))


@pytest.mark.parametrize("content", ["", "[]", "{", "- a"])
def test_unreadable_files(copy: Repository, content: str) -> None:
    """Problems, not tracebacks."""
    (copy.component / "services.yaml").write_text(content, encoding="utf-8")
    assert "services.yaml: " in "\n".join(problems(copy.root))


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("translations/en.json", drop(*WHISPER, "name"), "whisper has no name"),
        (
            "translations/en.json",
            drop(*WHISPER, "fields", "whisperer", "description"),
            "whisper.whisperer has no description",
        ),
        (
            "translations/en.json",
            put(*WHISPER, "fields", "x", value={"name": "x"}),
            "has no field x",
        ),
        (
            "translations/en.json",
            put("services", "x", value={}),
            "x is not in services",
        ),
        ("services.yaml", put("Dial", value={}), "not a key in snake_case"),
        ("services.yaml", put("whisper", "response", value={}), "response is nothing"),
        (
            "services.yaml",
            put("whisper", "fields", "whisperer", "advanced", value=True),
            "advanced is nothing",
        ),
        (
            "services.yaml",
            put("whisper", "fields", "whisperer", "selector", value={"x": {}}),
            "no valid selector",
        ),
        (
            "services.yaml",
            drop("whisper", "fields", "whisperer", "selector"),
            "has no selector",
        ),
        (
            "services.yaml",
            put("whisper", "fields", "whisperer", "filter", value={}),
            "only with a target",
        ),
        (
            "services.yaml",
            put("whisper", "fields", "more", value={"fields": {}, "open": True}),
            "more.open is nothing",
        ),
        (
            "services.yaml",
            put("whisper", "fields", "more", value={"fields": {"x": {}}}),
            "the section more has no name",
        ),
    ],
)
def test_actions(copy: Repository, name: str, change: Break, problem: str) -> None:
    """Actions without texts, and fields nobody can fill in."""
    assert problem in "\n".join(broken(copy, name, change))


def test_actions_without_description(copy: Repository) -> None:
    """The code registers actions, so the file must be there."""
    (copy.component / "services.yaml").unlink()
    assert "services.yaml is missing" in "\n".join(problems(copy.root))


def test_triggers_are_held_to_the_same(copy: Repository) -> None:
    """Texts, options of selectors, and icons."""
    found = "\n".join(
        broken(copy, "triggers.yaml", lambda content: content.update(TRIGGER))
    )
    assert "extension_rang has no name" in found
    assert "selector.how.options.a is not in en.json" in found
    assert "triggers.extension_rang has no icon" in found


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        (
            "translations/en.json",
            drop("triggers", "call_missed", "name"),
            "triggers.yaml: call_missed has no name",
        ),
        (
            "translations/en.json",
            drop("conditions", "pbx_is_connected", "fields", "for"),
            "conditions.yaml: pbx_is_connected.for has no name",
        ),
        (
            "translations/en.json",
            drop("selector", "call_outcome", "options", "busy"),
            "selector.call_outcome.options.busy is not in en.json",
        ),
        ("triggers.yaml", drop("call_missed"), "call_missed is not in triggers.yaml"),
        ("conditions.yaml", drop("pbx_is_connected"), "is not in conditions.yaml"),
        (
            "triggers.yaml",
            put("call_missed", "target", "entity", value=[{"domain": "event"}]),
            "call_missed.target is not restricted",
        ),
        ("conditions.yaml", drop("pbx_is_connected", "target"), "not restricted"),
        ("icons.json", drop("triggers", "call_missed"), "call_missed has no icon"),
    ],
)
def test_triggers_and_conditions(
    copy: Repository, name: str, change: Break, problem: str
) -> None:
    """Without texts or icons, or with entities of others to choose from."""
    assert problem in "\n".join(broken(copy, name, change))


@pytest.mark.parametrize("name", ["triggers.yaml", "conditions.yaml"])
def test_triggers_without_description(copy: Repository, name: str) -> None:
    """The code has them, so the file must be there."""
    (copy.component / name).unlink()
    assert f"{name} is missing" in "\n".join(problems(copy.root))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (put("services", "whisper", value={}), "whisper has no service"),
        (drop("services", "whisper"), "whisper has no icon"),
        (put("services", "x", value={"service": "mdi:phone"}), "x is not in services"),
        (put("services", "whisper", "service", value="phone"), "is not a mdi: icon"),
        (put("services", "whisper", "service", value="mdi:fone"), "does not exist"),
        (
            put(
                "entity",
                "sensor",
                "extension_status",
                "state",
                "idle",
                value="mdi:phone",
            ),
            "is the default anyway",
        ),
        (
            put("entity", "sensor", "extension_status", "state", "x", value="mdi:bee"),
            "is no state in en.json",
        ),
        (
            put(
                "entity",
                "sensor",
                "x",
                value={"range": {"9": "mdi:bee", "1": "mdi:bee"}},
            ),
            "does not ascend",
        ),
        (put("entity", "sensor", "x", value={"icon": "mdi:bee"}), "x.icon is nothing"),
        (put("entity", "sensor", "x", value={}), "entity.sensor.x is not in en.json"),
        (put("platforms", value={}), "platforms is nothing"),
    ],
)
def test_icons(copy: Repository, change: Break, problem: str) -> None:
    """Icons that are missing, misspelt, or of nothing."""
    assert problem in "\n".join(broken(copy, "icons.json", change))
