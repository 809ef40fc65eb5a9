"""translations/en.json, as hassfest wants it."""

from collections.abc import Iterator
import re
from string import Formatter
from typing import Any, Final

from .repository import Problems, Repository, at

NAME: Final = "translations/en.json"
KEY: Final = re.compile(r"(?!.*(?:--|__|-_|_-))[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
HTML: Final = re.compile(r"<\s*/?\s*[a-zA-Z!]")
URL: Final = re.compile(r"\bhttps?://|\bwww\.", re.IGNORECASE)
QUOTED: Final = re.compile(r"'\{[^}]*\}'")
REFERENCE: Final = re.compile(r"\[%key:")

TOP: Final = {
    "common",
    "conditions",
    "config",
    "config_subentries",
    "device",
    "entity",
    "exceptions",
    "issues",
    "options",
    "selector",
    "services",
    "system_health",
    "title",
    "triggers",
}
FLOW: Final = {"abort", "create_entry", "error", "flow_title", "progress", "step"}
SUBENTRY: Final = FLOW | {"entry_type", "initiate_flow"}
STEP: Final = {
    "data",
    "data_description",
    "description",
    "menu_option_descriptions",
    "menu_options",
    "sections",
    "submit",
    "title",
}
ENTITY: Final = {"name", "state", "state_attributes", "unit_of_measurement"}
ISSUE: Final = {"description", "fix_flow", "title"}


def check_translations(repository: Repository) -> Problems:
    """Check the English texts."""
    english = repository.translations()
    for path, text in texts(english):
        yield from (f"{NAME}: {'.'.join(path)} {fault}" for fault in faults(text))
    for path in paths(english):
        # `_` holds the texts of a whole entity component, device or attribute.
        if path[-1] != "_" and not KEY.fullmatch(path[-1]):
            yield f"{NAME}: {'.'.join(path)} is not a key of a-z, 0-9, - and _"
    yield from _check_structure(english)
    for flow in _flows(english):
        yield from _check_steps(flow, at(english, *flow, "step"))


def _check_structure(english: dict[str, Any]) -> Problems:
    yield from _unknown("", english, TOP)
    for key in ("config", "options"):
        yield from _unknown(f"{key}.", at(english, key), FLOW)
    for kind, subentry in at(english, "config_subentries").items():
        prefix = f"config_subentries.{kind}"
        yield from _unknown(f"{prefix}.", subentry, SUBENTRY)
        if "entry_type" not in subentry or not at(subentry, "initiate_flow").get(
            "user"
        ):
            yield f"{NAME}: {prefix} needs entry_type and initiate_flow.user"
    for platform, entities in at(english, "entity").items():
        for key, entity in entities.items():
            yield from _unknown(f"entity.{platform}.{key}.", entity, ENTITY)
    for key, issue in at(english, "issues").items():
        yield from _unknown(f"issues.{key}.", issue, ISSUE)
        if "title" not in issue or ("description" in issue) == ("fix_flow" in issue):
            yield f"{NAME}: issues.{key} needs title, and description or fix_flow"
    for key, exception in at(english, "exceptions").items():
        if set(exception) != {"message"}:
            yield f"{NAME}: exceptions.{key} is not just a message"
    for key, selector in at(english, "selector").items():
        if not at(selector, "options") and not at(selector, "fields"):
            yield f"{NAME}: selector.{key} has no options"


def _flows(english: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    yield ("config",)
    yield ("options",)
    for kind in at(english, "config_subentries"):
        yield ("config_subentries", kind)
    for key, issue in at(english, "issues").items():
        if "fix_flow" in issue:
            yield ("issues", key, "fix_flow")


def _check_steps(flow: tuple[str, ...], steps: dict[str, Any]) -> Problems:
    for key, step in steps.items():
        name = ".".join((*flow, "step", key))
        yield from _unknown(f"{name}.", step, STEP)
        sections = at(step, "sections")
        for place, form in (
            (name, step),
            *((f"{name}.{one}", sections[one]) for one in sections),
        ):
            for field in at(form, "data_description").keys() - at(form, "data").keys():
                yield f"{NAME}: {place}.data_description.{field} describes no field of data"


def _unknown(prefix: str, content: dict[str, Any], known: set[str]) -> Problems:
    for key in content.keys() - known:
        yield f"{NAME}: {prefix}{key} is nothing Home Assistant knows"


def texts(
    content: object, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield every text, with the keys that lead to it."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from texts(value, (*path, key))
    else:
        yield path, content


def paths(content: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the keys that lead to every text and every group of texts."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield (*path, key)
            yield from paths(value, (*path, key))


def faults(text: object) -> Iterator[str]:
    """Yield what hassfest forbids in a text."""
    if not isinstance(text, str):
        yield "is not a text"
        return
    if not text:
        yield "is empty"
    if text != text.strip():
        yield "begins or ends with a space"
    for pattern, fault in (
        (HTML, "has HTML in it"),
        (URL, "has an address in it; pass it as a placeholder"),
        (QUOTED, "has a placeholder in single quotes"),
        (REFERENCE, "is a reference, which is resolved for core only"),
    ):
        if pattern.search(text):
            yield fault
    try:
        fields = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        yield "has unbalanced braces"
    else:
        if not all(name.isidentifier() for name in fields):
            yield "has a placeholder that is not an identifier"
