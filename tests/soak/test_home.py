"""The running integration beside a PBX, over real sockets, with reports pushed to it."""

import asyncio
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, seed
import pytest

from .draws import RUNS, SEED, TIMEOUT, draws
from .home import lived
from .steps import Firmware, Step, bad_days, firmwares

# Each round has a seed of its own, so that they can run side by side: 300 days in CI.
ROUNDS: Final = 6
DAYS: Final = max(1, RUNS // 5 // ROUNDS) if RUNS else 50

pytestmark = pytest.mark.timeout(TIMEOUT)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_every_entity_is_right_after_quiet_and_one_poll(
    number: int, socket_enabled: None, freezer: FrozenDateTimeFactory
) -> None:
    """Whatever happened before, and whatever was lost on the way."""

    @seed(SEED * ROUNDS + number)
    @draws(DAYS)
    @given(steps=bad_days, firmware=firmwares)
    def live(steps: list[Step], firmware: Firmware) -> None:
        asyncio.run(lived(steps, firmware, freezer))

    live()
