"""The client could be published as it stands."""

import ast
from collections.abc import Iterator
from pathlib import Path
import sys

import pytest

CLIENT = Path(__file__).parents[2] / "custom_components" / "pbx" / "client"


def imported(file: Path) -> Iterator[tuple[int, str]]:
    """Yield how far up, and what, each import of a file goes."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""


@pytest.mark.parametrize(
    "file",
    sorted(CLIENT.rglob("*.py")),
    ids=lambda file: str(file.relative_to(CLIENT)),
)
def test_imports_only_itself_aiohttp_and_the_standard_library(file: Path) -> None:
    """Neither Home Assistant nor anything outside of the folder."""
    depth = len(file.relative_to(CLIENT).parts)
    for level, name in imported(file):
        if level:
            assert level <= depth
        else:
            assert name.split(".")[0] in {"aiohttp", *sys.stdlib_module_names}
