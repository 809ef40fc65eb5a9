"""A switchboard beside a PBX with version 2, without Home Assistant: fixed days and fresh ones."""

from random import SystemRandom
import sys

import pytest

from tests.simulator.yeastar_s.v2.switches import V2Switches

from ..steps import LONG, SHORT
from ..still_wrong import allowed
from ..test_board import hold, sort_of
from .steps import VARIED_V2, draw

# Days of each sort, half of them the same in every run.
DAYS = {SHORT: 150, LONG: 30}

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize("faults", [False, True], ids=["quiet", "faults"])
@pytest.mark.parametrize("length", [SHORT, LONG], ids=["short", "long"])
@pytest.mark.parametrize("fresh", [False, True], ids=["fixed", "fresh"])
def test_days_are_right(
    length: tuple[int, int],
    faults: bool,
    fresh: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The first seed of fresh ones is printed, and plays them again."""
    first = SystemRandom().randrange(1_000_000, 1_000_000_000) if fresh else 0
    sort, count = f"s2 {sort_of(length, faults)}", DAYS[length]
    if fresh:
        with capsys.disabled():
            sys.stdout.write(f"\nsoak: {count} fresh days, {sort}, from seed {first}\n")
    days = (draw(seed, length, faults=faults) for seed in range(first, first + count))
    hold(days, allowed(sort, count, fresh=fresh))


def test_every_switch_of_the_wire_varies() -> None:
    """A new one has to be drawn, too; firmware without a request counts as version 1."""
    assert set(VARIED_V2) == set(V2Switches.__dataclass_fields__) - {"query_call"}
    assert all(len(set(map(str, values))) > 1 for values in VARIED_V2.values())
