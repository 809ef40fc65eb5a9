"""The check of the blueprints sees what is wrong with one."""

import pytest

from .blueprints import FOLDER
from .checks import problems
from .repository import Repository


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("coach_on_long_calls", "domain: automation", "domain: script", "type script"),
        ("coach_on_long_calls", "mode: parallel", "[", "while scanning"),
        ("coach_on_long_calls", "blueprint:", "- blueprint:", "coach_on_long_calls"),
        ("coach_on_long_calls", "blob/main/", "blob/dev/", "source_url is not"),
        ("coach_on_long_calls", "2026.9.0", "2025.1.0", "min_version is not"),
        ("coach_on_long_calls", "integration: pbx", "domain: x", "all integrations"),
        ("coach_on_long_calls", "name: Extensions", "description: x", "has no name"),
        ("coach_on_long_calls", "!input duration", "!input time", "Missing input"),
        ("coach_on_long_calls", "pbx.listen", "pbx.hear", "no action pbx.hear"),
        ("coach_on_long_calls", "whispered:", "listened:", "has no field listened"),
        ("coach_on_long_calls", "whispered:", "wait:", "pbx.whisper needs whispered"),
        ("missed_call_notification", "call_missed", "rang", "no trigger pbx.rang"),
        ("on_air_light_and_media_pause", "_in_call", "_bored", "no condition pbx.ext"),
    ],
)
def test_blueprints(
    copy: Repository, name: str, old: str, new: str, problem: str
) -> None:
    """What would not work, or could not be imported."""
    path = copy.root / FOLDER / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert problem in "\n".join(problems(copy.root))


def test_blueprint_without_link(copy: Repository) -> None:
    """Nobody finds it."""
    path = copy.root / "README.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("doorbell_extension", "doorbell"), encoding="utf-8")
    assert "README.md has no link" in "\n".join(problems(copy.root))


def test_no_blueprints(copy: Repository) -> None:
    """They are part of the repository."""
    for path in (copy.root / FOLDER).glob("*.yaml"):
        path.unlink()
    assert "there are no blueprints" in "\n".join(problems(copy.root))
