"""A switchboard hears an exchange, without Home Assistant between: fixed days and fresh ones."""

from collections.abc import Iterable
from random import SystemRandom
import sys
from typing import Final

import pytest

from tests.simulator import Switches

from .sow import day_named, shrink, sow, trace, written
from .steps import LONG, SHORT, VARIED, Day, Firmware, draw

# Seeds of the fixed days of each sort, and how many fresh ones are drawn besides.
FIXED: Final = range(400)
FIXED_LONG: Final = range(100)
FRESH: Final = 400
FRESH_LONG: Final = 100
SHOWN: Final = 3

pytestmark = pytest.mark.timeout(240)


def hold(days: Iterable[Day]) -> None:
    """Raise AssertionError with every wrong day, the first few of them shrunk."""
    sown = sow(days)
    if not sown.wrong:
        return
    lines = [str(sown), *(f"{name}: {wrong[0]}" for name, wrong in sown.wrong.items())]
    for name in list(sown.wrong)[:SHOWN]:
        small = shrink(day_named(name), seconds=5.0)
        lines += ["", written(small), trace(small)]
    raise AssertionError("\n".join(lines))


@pytest.mark.parametrize("faults", [False, True], ids=["quiet", "faults"])
@pytest.mark.parametrize(
    ("length", "seeds"), [(SHORT, FIXED), (LONG, FIXED_LONG)], ids=["short", "long"]
)
def test_fixed_days_are_right(
    length: tuple[int, int], seeds: range, faults: bool
) -> None:
    """The same days in every run."""
    hold(draw(seed, length, faults=faults) for seed in seeds)


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
        kind = f"{'faults' if faults else 'quiet'} {length[0]}-{length[1]}"
        sys.stdout.write(f"\nsoak: {count} fresh days, {kind}, from seed {first}\n")
    hold(draw(seed, length, faults=faults) for seed in range(first, first + count))


def test_every_switch_of_the_simulator_varies() -> None:
    """A new one has to be drawn, too."""
    assert set(VARIED) == set(Switches.__dataclass_fields__)
    assert all(len(set(map(str, values))) > 1 for values in VARIED.values())
    assert Firmware().switches.report_hold is True
