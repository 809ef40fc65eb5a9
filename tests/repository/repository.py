"""The files of the repository, read in one place."""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any

import yaml

type Problems = Iterator[str]


class FileError(Exception):
    """A file is missing or cannot be read; the text says which and why."""


class Repository:
    """A checkout, or a copy of the part of it that is looked at."""

    def __init__(self, root: Path) -> None:
        """Look at the checkout at `root`."""
        self.root = root
        self.component = root / "custom_components" / "pbx"

    def json(self, path: Path) -> dict[str, Any]:
        """Return a JSON file that holds an object without doubled keys."""
        try:
            content = json.loads(
                path.read_text(encoding="utf-8"), object_pairs_hook=self._unique
            )
        except (OSError, ValueError) as err:
            raise FileError(f"{self.name(path)}: {err}") from err
        return self._mapping(path, content)

    def yaml(self, path: Path) -> dict[str, Any]:
        """Return a YAML file that holds a mapping."""
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError) as err:
            raise FileError(f"{self.name(path)}: {err}") from err
        return self._mapping(path, content)

    def translations(self) -> dict[str, Any]:
        """Return the English texts, the ones that have to be complete."""
        return self.json(self.component / "translations" / "en.json")

    def name(self, path: Path) -> str:
        """Return a path as a person would say it."""
        return str(path.relative_to(self.root))

    def _mapping(self, path: Path, content: object) -> dict[str, Any]:
        if not isinstance(content, dict):
            raise FileError(f"{self.name(path)}: is not a mapping")
        return content

    @staticmethod
    def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise ValueError(f"the key {key!r} is there twice")
            found[key] = value
        return found


def at(content: object, *keys: str) -> dict[str, Any]:
    """Return a mapping deep in others, an empty one when it is not there."""
    for key in keys:
        content = content.get(key, {}) if isinstance(content, dict) else {}
    return content if isinstance(content, dict) else {}
