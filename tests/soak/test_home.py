"""The running integration beside a PBX, over real sockets, with reports pushed to it."""

import asyncio
from collections.abc import Iterable
from random import SystemRandom
from typing import Final

from freezegun.api import FrozenDateTimeFactory
import pytest

from .home import lived
from .oracle import Wrong
from .sow import sow
from .steps import SHORT, Day, draw

FIXED: Final = range(40)
FRESH: Final = 40
ROUNDS: Final = 2

pytestmark = pytest.mark.timeout(240)


def hold(seeds: Iterable[int], freezer: FrozenDateTimeFactory) -> None:
    """Raise AssertionError with every wrong day; each third one has two PBXs."""

    def play(day: Day) -> list[Wrong]:
        seed = int(day.name.split()[0])
        days = [day, draw(seed + 1, SHORT)] if seed % 3 == 0 else [day]
        return asyncio.run(lived(days, freezer))

    sown = sow((draw(seed, SHORT, faults=seed % 4 != 1) for seed in seeds), play)
    lines = [
        f"{name}: " + "\n    ".join(map(str, wrong))
        for name, wrong in sown.wrong.items()
    ]
    assert not lines, "\n".join([str(sown), *lines])


@pytest.mark.parametrize("number", range(ROUNDS))
def test_home_assistant_shows_the_truth_on_fixed_days(
    number: int, socket_enabled: None, freezer: FrozenDateTimeFactory
) -> None:
    """Whatever happened before, and whatever was lost on the way."""
    hold(FIXED[number::ROUNDS], freezer)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_home_assistant_shows_the_truth_on_fresh_days(
    number: int,
    socket_enabled: None,
    freezer: FrozenDateTimeFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Other days in each run; the first seed is printed, and plays them again."""
    first = SystemRandom().randrange(1_000_000, 1_000_000_000)
    count = FRESH // ROUNDS
    with capsys.disabled():
        print(f"\nsoak: {count} fresh days of the integration, from seed {first}")
    hold(range(first, first + count), freezer)
