"""services.yaml, triggers.yaml and conditions.yaml, and the texts and icons that belong to them."""

import re
from typing import Any, Final

from homeassistant.helpers.selector import validate_selector
import voluptuous as vol

from .repository import Problems, Repository, at

KINDS: Final = {
    "services": "services.yaml",
    "triggers": "triggers.yaml",
    "conditions": "conditions.yaml",
}
SLUG: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
KEYS: Final = {"description_placeholders", "fields", "target"}
FIELD_KEYS: Final = {
    "default",
    "description_placeholders",
    "example",
    "filter",
    "required",
    "selector",
}
SECTION_KEYS: Final = {"collapsed", "fields"}
REGISTERS: Final = re.compile(
    r"services\.(async_)?register\w*\(|\bservice\.\w*register\w*\("
)


def check_actions(repository: Repository) -> Problems:
    """Check that actions, triggers and conditions are described and translated."""
    english = repository.translations()
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in repository.component.rglob("*.py")
    )
    needed = {
        "services": bool(REGISTERS.search(source)),
        "triggers": (repository.component / "trigger.py").exists(),
        "conditions": (repository.component / "condition.py").exists(),
    }
    for kind, file in KINDS.items():
        path = repository.component / file
        if not path.exists():
            if needed[kind]:
                yield f"{file} is missing, though the code has {kind}"
            continue
        described = {
            key: value or {}
            for key, value in repository.yaml(path).items()
            if not key.startswith(".")
        }
        for key, value in described.items():
            yield from _check_one(file, key, value, at(english, kind, key), english)
            if kind != "services":
                yield from _check_target(f"{file}: {key}", value)
        for key in at(english, kind).keys() - described.keys():
            yield f"translations/en.json: {kind}.{key} is not in {file}"


def _check_one(
    file: str,
    key: str,
    value: dict[str, Any],
    texts: dict[str, Any],
    english: dict[str, Any],
) -> Problems:
    name = f"{file}: {key}"
    if not SLUG.fullmatch(key):
        yield f"{name} is not a key in snake_case"
    for unknown in value.keys() - KEYS:
        yield f"{name}.{unknown} is nothing Home Assistant knows"
    yield from _check_texts(name, texts)
    if "target" in value:
        yield from _check_selector(
            f"{name}.target", {"target": value["target"]}, english
        )
    for field, content in at(value, "fields").items():
        if "fields" not in content:
            yield from _check_field(name, field, content, value, texts, english)
            continue
        for unknown in content.keys() - SECTION_KEYS:
            yield f"{name}.{field}.{unknown} is nothing Home Assistant knows"
        if not at(texts, "sections", field).get("name"):
            yield f"{name}: the section {field} has no name in en.json"
        for inner, inner_content in content["fields"].items():
            yield from _check_field(name, inner, inner_content, value, texts, english)
    known = set(_field_names(value))
    for field in at(texts, "fields").keys() - known:
        yield f"{name} has no field {field}, but en.json describes it"


def _check_target(name: str, value: dict[str, Any]) -> Problems:
    """Check that the editor offers entities of ours only."""
    entities = at(value, "target").get("entity", {})
    for entity in entities if isinstance(entities, list) else [entities]:
        if at(entity).get("integration") != "pbx":
            yield f"{name}.target is not restricted to our integration"


def _field_names(value: dict[str, Any]) -> list[str]:
    names: list[str] = []
    for field, content in at(value, "fields").items():
        names.extend(content.get("fields", [field]))
    return names


def _check_field(
    name: str,
    field: str,
    content: dict[str, Any],
    value: dict[str, Any],
    texts: dict[str, Any],
    english: dict[str, Any],
) -> Problems:
    place = f"{name}.{field}"
    for unknown in content.keys() - FIELD_KEYS:
        yield f"{place}.{unknown} is nothing Home Assistant knows, or no longer to be used"
    if "filter" in content and "target" not in value:
        yield f"{place}.filter works only with a target"
    yield from _check_texts(place, at(texts, "fields", field))
    if "selector" not in content:
        yield f"{place} has no selector"
    else:
        yield from _check_selector(place, content["selector"], english)


def _check_texts(place: str, texts: dict[str, Any]) -> Problems:
    for part in ("name", "description"):
        if not texts.get(part):
            yield f"{place} has no {part} in en.json"


def _check_selector(place: str, selector: Any, english: dict[str, Any]) -> Problems:
    try:
        validate_selector(selector)
    except (vol.Invalid, TypeError) as err:
        yield f"{place} has no valid selector: {err}"
        return
    select = at(selector, "select")
    if key := select.get("translation_key"):
        options = {
            option["value"] if isinstance(option, dict) else str(option)
            for option in select["options"]
        }
        for option in options - at(english, "selector", key, "options").keys():
            yield f"{place}: selector.{key}.options.{option} is not in en.json"
