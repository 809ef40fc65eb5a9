"""The running integration beside a PBX, over real sockets, with reports pushed to it."""

import asyncio

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, settings

from .home import lived
from .steps import Firmware, Step, bad_days, firmwares
from .test_board import RUNS, SETTINGS


def test_every_entity_is_right_after_quiet_and_one_poll(
    socket_enabled: None, freezer: FrozenDateTimeFactory
) -> None:
    """Whatever happened before, and whatever was lost on the way."""

    @settings(SETTINGS, max_examples=RUNS // 5 or 60)
    @given(steps=bad_days, firmware=firmwares)
    def live(steps: list[Step], firmware: Firmware) -> None:
        asyncio.run(lived(steps, firmware, freezer))

    live()
