"""A switchboard hears an exchange, without Home Assistant: fixed days and fresh ones."""

from collections.abc import Iterable
from random import SystemRandom
import sys
from typing import Final

import pytest

from tests.simulator import Switches

from .sow import day_named, shrink, sow, trace, written
from .steps import LONG, SHORT, VARIED, Day, Firmware, draw
from .still_wrong import allowed

# Seeds of the fixed days of each sort, and how many fresh ones are drawn besides.
FIXED: Final = range(400)
FIXED_LONG: Final = range(100)
FRESH: Final = 400
FRESH_LONG: Final = 100
SHOWN: Final = 3

pytestmark = pytest.mark.timeout(240)


def hold(days: Iterable[Day], at_most: int) -> None:
    """Raise AssertionError with every wrong day, where there are more than before."""
    sown = sow(days)
    if len(sown.wrong) <= at_most:
        return
    lines = [str(sown), *(f"{name}: {wrong[0]}" for name, wrong in sown.wrong.items())]
    for name in list(sown.wrong)[:SHOWN]:
        small = shrink(day_named(name), seconds=5.0)
        lines += ["", written(small), trace(small)]
    raise AssertionError("\n".join(lines))


def sort_of(length: tuple[int, int], faults: bool) -> str:
    """Return the name of a sort of days."""
    return f"{'faults' if faults else 'quiet'} {length[0]}-{length[1]}"


@pytest.mark.parametrize("faults", [False, True], ids=["quiet", "faults"])
@pytest.mark.parametrize(
    ("length", "seeds"), [(SHORT, FIXED), (LONG, FIXED_LONG)], ids=["short", "long"]
)
def test_fixed_days_are_right(
    length: tuple[int, int], seeds: range, faults: bool
) -> None:
    """The same days in every run."""
    days = (draw(seed, length, faults=faults) for seed in seeds)
    hold(days, allowed(sort_of(length, faults), len(seeds)))


@pytest.mark.parametrize("faults", [False, True], ids=["quiet", "faults"])
@pytest.mark.parametrize(
    ("length", "count"), [(SHORT, FRESH), (LONG, FRESH_LONG)], ids=["short", "long"]
)
def test_fresh_days_are_right(
    length: tuple[int, int],
    count: int,
    faults: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Other days in each run; the first seed is printed, and plays them again."""
    first = SystemRandom().randrange(1_000_000, 1_000_000_000)
    with capsys.disabled():
        sort = sort_of(length, faults)
        sys.stdout.write(f"\nsoak: {count} fresh days, {sort}, from seed {first}\n")
    seeds = range(first, first + count)
    days = (draw(seed, length, faults=faults) for seed in seeds)
    hold(days, allowed(sort, count, fresh=True))


def test_every_switch_of_the_simulator_varies() -> None:
    """A new one has to be drawn, too."""
    assert set(VARIED) == set(Switches.__dataclass_fields__)
    assert all(len(set(map(str, values))) > 1 for values in VARIED.values())
    assert Firmware().switches.report_hold is True
