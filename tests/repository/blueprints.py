"""The blueprints: valid, to be imported from where the README says, and about what exists."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.errors import BlueprintException
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.yaml import parse_yaml

from .repository import Problems, Repository, at

FOLDER: Final = Path("blueprints") / "automation" / "pbx"
SOURCE: Final = "https://github.com/ha-pbx/ha-pbx/blob/main"
IMPORT: Final = "https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url="
# What a step of an automation is, where its fields are, and the file that describes it.
STEPS: Final = {
    "action": ("data", "services.yaml"),
    "trigger": ("options", "triggers.yaml"),
    "condition": ("options", "conditions.yaml"),
}


def check_blueprints(repository: Repository) -> Problems:
    """Check every blueprint."""
    paths = sorted((repository.root / FOLDER).glob("*.yaml"))
    if not paths:
        yield f"{FOLDER}: there are no blueprints"
    readme = (repository.root / "README.md").read_text(encoding="utf-8")
    oldest = repository.json(repository.root / "hacs.json").get("homeassistant")
    for path in paths:
        name = repository.name(path)
        try:
            data = parse_yaml(path.read_text(encoding="utf-8"))
            blueprint = Blueprint(
                data if isinstance(data, dict) else {},
                path=path.name,
                expected_domain="automation",
                schema=AUTOMATION_BLUEPRINT_SCHEMA,
            )
        except (HomeAssistantError, BlueprintException) as err:
            yield f"{name}: {err}"
            continue
        url = f"{SOURCE}/{FOLDER.as_posix()}/{path.name}"
        if blueprint.metadata.get("source_url") != url:
            yield f"{name}: source_url is not {url}"
        if at(blueprint.metadata, "homeassistant").get("min_version") != oldest:
            yield f"{name}: min_version is not {oldest}, as in hacs.json"
        if IMPORT + quote(url, safe="") not in readme:
            yield f"{name}: README.md has no link to import it"
        for key, value in blueprint.inputs.items():
            yield from _check_input(f"{name}: {key}", value)
        for step in _mappings(data):
            yield from _check_step(repository, name, step)


def _check_input(place: str, value: Any) -> Problems:
    if not at(value).get("name"):
        yield f"{place} has no name"
    for kind, content in at(value, "selector").items():
        filters = at(content).get("entity" if kind == "target" else "filter", {})
        if kind in ("device", "target") and not all(
            at(one).get("integration")
            for one in (filters if isinstance(filters, list) else [filters])
        ):
            yield f"{place} offers devices of all integrations"


def _check_step(repository: Repository, name: str, step: dict[str, Any]) -> Problems:
    for kind, (fields, file) in STEPS.items():
        called = step.get(kind)
        if not isinstance(called, str) or not called.startswith("pbx."):
            continue
        described = repository.yaml(repository.component / file)
        key = called.removeprefix("pbx.")
        if key not in described:
            yield f"{name}: there is no {kind} {called}"
            continue
        known = at(described, key, "fields")
        given = at(step, fields)
        for field in given.keys() - known.keys():
            yield f"{name}: {called} has no field {field}"
        if kind == "action":
            needed = {field for field in known if at(known, field).get("required")}
            for field in needed - given.keys():
                yield f"{name}: {called} needs {field}"


def _mappings(content: object) -> Iterator[dict[str, Any]]:
    """Yield every mapping, however deep."""
    if isinstance(content, dict):
        yield content
        for value in content.values():
            yield from _mappings(value)
    elif isinstance(content, list):
        for value in content:
            yield from _mappings(value)
