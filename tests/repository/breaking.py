"""Ways to break a copy of our files."""

from collections.abc import Callable
import json
from typing import Any

import yaml

from .checks import problems
from .repository import Repository

type Break = Callable[[dict[str, Any]], object]


def put(*path: str, value: object) -> Break:
    """Return what sets a value deep in a mapping."""

    def change(content: dict[str, Any]) -> None:
        for key in path[:-1]:
            content = content.setdefault(key, {})
        content[path[-1]] = value

    return change


def drop(*path: str) -> Break:
    """Return what removes a value deep in a mapping."""

    def change(content: dict[str, Any]) -> None:
        for key in path[:-1]:
            content = content[key]
        del content[path[-1]]

    return change


def reverse(content: dict[str, Any]) -> None:
    """Turn the order of the keys around."""
    items = list(content.items())
    content.clear()
    content.update(reversed(items))


def broken(copy: Repository, name: str, change: Break) -> list[str]:
    """Change a JSON or YAML file of the component or beside it; return the problems."""
    path = copy.component / name
    if name == "hacs.json":
        path = copy.root / name
    if path.suffix == ".json":
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(json.dumps(content), encoding="utf-8")
    else:
        content = (
            yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        )
        change(content)
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return problems(copy.root)
