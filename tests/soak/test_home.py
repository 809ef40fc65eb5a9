"""The running integration beside a PBX, over real sockets, with reports pushed to it."""

import asyncio
from collections.abc import Iterable
from itertools import count
import os
from random import SystemRandom
import sys
import time
from typing import Final

from freezegun.api import FrozenDateTimeFactory
import pytest

from .home import at_home, lived
from .oracle import Wrong
from .sow import Sown, sow
from .steps import SHORT, Day, draw
from .still_wrong import allowed

FIXED: Final = range(40)
FRESH: Final = 40
ROUNDS: Final = 2
# What script/soak asks for: seconds for each round, and the first seed.
SECONDS: Final = float(os.environ.get("PBX_SOAK_SECONDS", "0"))
SEED: Final = int(os.environ.get("PBX_SOAK_SEED", "0"))

pytestmark = pytest.mark.timeout(240)


def day_of(seed: int) -> tuple[Day, ...]:
    """Return the day of a seed, the same one for ever; each third seed has two PBXs."""
    faults = seed % 4 != 1
    first = at_home(draw(seed, SHORT, faults=faults), faults=faults)
    return (first, draw(seed + 1, SHORT)) if seed % 3 == 0 else (first,)


def live(
    seeds: Iterable[int], freezer: FrozenDateTimeFactory, until: float | None = None
) -> Sown:
    """Let days pass, each at home with one PBX or two."""

    def play(day: Day) -> list[Wrong]:
        days = day_of(int(day.name.split()[0]))
        return asyncio.run(lived(days, freezer))

    return sow((day_of(seed)[0] for seed in seeds), play, until)


def written(sown: Sown) -> str:
    """Return what came of the days, and all that was wrong in each wrong one."""
    lines = [
        f"{name}: " + "\n    ".join(map(str, wrong))
        for name, wrong in sown.wrong.items()
    ]
    return "\n".join([str(sown), *lines])


def hold(seeds: range, freezer: FrozenDateTimeFactory, *, fresh: bool) -> None:
    """Raise AssertionError with every wrong day, where there are more than before."""
    sown = live(seeds, freezer)
    at_most = allowed("home", len(seeds), fresh=fresh)
    assert len(sown.wrong) <= at_most, written(sown)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_home_assistant_shows_the_truth_on_fixed_days(
    number: int, socket_enabled: None, freezer: FrozenDateTimeFactory
) -> None:
    """Whatever happened before, and whatever was lost on the way."""
    hold(FIXED[number::ROUNDS], freezer, fresh=False)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_home_assistant_shows_the_truth_on_fresh_days(
    number: int,
    socket_enabled: None,
    freezer: FrozenDateTimeFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Other days in each run; the first seed is printed, and plays them again."""
    first = SystemRandom().randrange(1_000_000, 1_000_000_000)
    days = FRESH // ROUNDS
    with capsys.disabled():
        sys.stdout.write(f"\nsoak: {days} fresh days at home, from seed {first}\n")
    hold(range(first, first + days), freezer, fresh=True)


@pytest.mark.skipif(not SECONDS, reason="script/soak says for how long")
@pytest.mark.timeout(0)
@pytest.mark.parametrize("number", range(ROUNDS))
def test_home_assistant_shows_the_truth_for_as_long_as_script_soak_says(
    number: int, socket_enabled: None, freezer: FrozenDateTimeFactory
) -> None:
    """Each core has seeds of its own."""
    begun = time.monotonic()
    sown = live(count(SEED + number, ROUNDS), freezer, begun + SECONDS)
    assert not sown.wrong, written(sown)
