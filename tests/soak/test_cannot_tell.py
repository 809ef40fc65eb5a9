"""The table of what the wire cannot tell: in the documentation, and every line needed."""

from collections import Counter
from pathlib import Path
from typing import Final

from .board import Listening
from .cannot_tell import LINES, table
from .steps import LONG, SHORT, draw

PAGE: Final = Path(__file__).parents[2] / "docs" / "s-series-limits.md"


def test_the_documentation_shows_the_table() -> None:
    """Write it with `python -m tests.soak.cannot_tell > docs/s-series-limits.md`."""
    assert PAGE.read_text() == table()


def test_each_line_says_what_and_why() -> None:
    """With the section of the reference."""
    assert len({line.name for line in LINES}) == len(LINES)
    for line in LINES:
        assert line.fields
        assert all((line.what, line.instead, line.because, line.reference)), line.name


def test_every_line_is_needed() -> None:
    """One that excuses nothing goes."""
    used: Counter[str] = Counter()
    for seed in range(3000):
        length = LONG if seed % 4 == 0 else SHORT
        listening = Listening(draw(seed, length, faults=seed % 2 == 0))
        listening.live()
        used.update(listening.oracle.used)
        if len(used) == len(LINES):
            return
    assert {line.name for line in LINES} - set(used) == set()
