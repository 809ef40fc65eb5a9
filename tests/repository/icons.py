"""icons.json, as hassfest wants it, and icons that exist."""

import json
from pathlib import Path
import re
from typing import Any, Final

from .repository import Problems, Repository, at

NAME: Final = "icons.json"
ICON: Final = re.compile(r"mdi:[a-z0-9]+(-[a-z0-9]+)*")
TOP: Final = {
    "conditions",
    "config",
    "entity",
    "issues",
    "options",
    "services",
    "triggers",
}
ENTITY: Final = {"default", "range", "state", "state_attributes"}
# Section of icons.json, the key that holds the icon, the file that describes the thing.
DESCRIBED: Final = {
    "services": ("service", "services.yaml"),
    "triggers": ("trigger", "triggers.yaml"),
    "conditions": ("condition", "conditions.yaml"),
}


def check_icons(repository: Repository) -> Problems:
    """Check icons.json."""
    icons = repository.json(repository.component / NAME)
    english = repository.translations()
    for key in icons.keys() - TOP:
        yield f"{NAME}: {key} is nothing Home Assistant knows"
    existing = _existing_icons()
    for place, icon in _icons(icons, ""):
        if not isinstance(icon, str) or not ICON.fullmatch(icon):
            yield f"{NAME}: {place} {icon!r} is not a mdi: icon"
        elif existing and icon.removeprefix("mdi:") not in existing:
            yield f"{NAME}: {place} the icon {icon} does not exist"
    for platform, entities in at(icons, "entity").items():
        for key, entity in entities.items():
            yield from _check_entity(
                f"entity.{platform}.{key}", entity, at(english, "entity", platform, key)
            )
            if not at(english, "entity", platform, key):
                yield f"{NAME}: entity.{platform}.{key} is not in en.json"
    for section, (kind, file) in DESCRIBED.items():
        path = repository.component / file
        described = set(repository.yaml(path)) if path.exists() else set()
        described = {key for key in described if not key.startswith(".")}
        for key, entry in at(icons, section).items():
            if kind not in entry:
                yield f"{NAME}: {section}.{key} has no {kind}"
        for key in at(icons, section).keys() - described:
            yield f"{NAME}: {section}.{key} is not in {file}"
        for key in described - at(icons, section).keys():
            yield f"{NAME}: {section}.{key} has no icon"


def _check_entity(
    place: str, entity: dict[str, Any], texts: dict[str, Any]
) -> Problems:
    for key in entity.keys() - ENTITY:
        yield f"{NAME}: {place}.{key} is nothing Home Assistant knows"
    for attribute, content in (
        (place, entity),
        *at(entity, "state_attributes").items(),
    ):
        default = content.get("default")
        for state, icon in at(content, "state").items():
            if icon == default:
                yield f"{NAME}: {attribute}.state.{state} is the default anyway"
        levels = [float(level) for level in at(content, "range")]
        if levels != sorted(levels):
            yield f"{NAME}: {attribute}.range does not ascend"
    if translated := at(texts, "state"):
        for state in at(entity, "state").keys() - translated.keys():
            yield f"{NAME}: {place}.state.{state} is no state in en.json"


def _icons(content: object, place: str) -> list[tuple[str, object]]:
    if not isinstance(content, dict):
        return [(place, content)]
    return [
        found
        for key, value in content.items()
        for found in _icons(value, f"{place}.{key}" if place else key)
    ]


def _existing_icons() -> set[str]:
    """Return the names of all icons the frontend has, none where it is not installed."""
    try:
        import hass_frontend  # noqa: PLC0415
    except ImportError:
        return set()
    folder = Path(str(hass_frontend.where())) / "static" / "mdi"
    parts = json.loads((folder / "iconMetadata.json").read_bytes())["parts"]
    return {
        icon
        for part in parts
        for icon in json.loads((folder / f"{part['file']}.json").read_bytes())
    }
