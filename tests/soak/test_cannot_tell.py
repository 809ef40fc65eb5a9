"""The table of what the wire cannot tell: in the documentation, and every line needed."""

from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Final

from .board import Listening
from .cannot_tell import LINES, table
from .steps import LONG, SHORT, Day, Firmware, Step, draw

PAGE: Final = Path(__file__).parents[2] / "docs" / "s-series-limits.md"


# Days that need a line which hardly any other does.
PASSED_ON: Final = draw(1480, LONG)
RARE: Final = Day(
    (
        Step("group_inbound", 1, 4),
        Step("delay", 0, 3),
        Step("other_hangs_up", 0, 4),
        Step("restart", 1, 4),
        Step("to_group", 0, 3),
        Step("talk", 3, 1),
    ),
    Firmware(chosen={"call_objects": "object"}),
)


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
    days = (
        draw(seed, LONG if seed % 4 == 0 else SHORT, faults=seed % 2 == 0)
        for seed in range(3000)
    )
    for day in chain((RARE, PASSED_ON), days):
        listening = Listening(day)
        listening.live()
        used.update(listening.oracle.used)
        if len(used) == len(LINES):
            return
    assert {line.name for line in LINES} - set(used) == set()
