"""The proof can fail: each planted lie is noticed within so many days."""

from typing import Final

import pytest

from .lies import LIES, LIES_OF_QUEUES, Lie, told
from .sow import ASTERISK, S_SERIES_2, YEASTAR_P, draw_of, played
from .steps import SHORT

DAYS: Final = 400
# Days in a row of which the first seed is this.
FIRST: Final = 7_000_000


def noticed(lie: Lie, wire: list[str]) -> int | None:
    """Return after how many days a lie is noticed that is no fault without it."""
    for index in range(DAYS):
        # Half of them without faults, as in those nothing may be lost.
        day = draw_of(wire)(FIRST + index, SHORT, faults=index % 2 == 1)
        with told(lie):
            lied = {str(one) for one in played(day)}
        if lied and lied - {str(one) for one in played(day)}:
            return index + 1
    return None


@pytest.mark.parametrize(
    "wire",
    [[], [S_SERIES_2], [YEASTAR_P], [ASTERISK]],
    ids=["s_series_1", "s_series_2", "p_series", "asterisk"],
)
@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.name.replace(" ", "_"))
def test_a_lie_is_noticed(lie: Lie, wire: list[str]) -> None:
    """What an honest switchboard shows on the same day does not count."""
    assert noticed(lie, wire) is not None


@pytest.mark.parametrize(
    "lie", LIES_OF_QUEUES, ids=lambda lie: lie.name.replace(" ", "_")
)
def test_a_lie_about_queues_is_noticed(lie: Lie) -> None:
    """By the wire that tells them."""
    assert noticed(lie, [ASTERISK]) is not None


def test_there_are_lies_enough() -> None:
    """At least 25, each with a name of its own."""
    assert len({lie.name for lie in LIES}) == len(LIES) >= 25
