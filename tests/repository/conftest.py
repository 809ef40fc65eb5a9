"""A copy of the files that tests may break."""

from pathlib import Path
import shutil

import pytest

from .repository import Repository

ROOT = Path(__file__).parents[2]
TEXTS = shutil.ignore_patterns("__pycache__", "*.pyc", "client")


@pytest.fixture
def copy(tmp_path: Path) -> Repository:
    """Return a copy of what is looked at."""
    for name in ("hacs.json", "LICENSE", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(
        ROOT / "custom_components" / "pbx",
        tmp_path / "custom_components" / "pbx",
        ignore=TEXTS,
    )
    shutil.copytree(ROOT / "blueprints", tmp_path / "blueprints")
    return Repository(tmp_path)
