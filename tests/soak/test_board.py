"""A switchboard hears an exchange, without Home Assistant between."""

import asyncio

from hypothesis import given, seed
import pytest

from .board import heard
from .draws import RUNS, SEED, TIMEOUT, draws
from .steps import Firmware, Step, bad_days, firmwares, quiet_days, talkative

pytestmark = pytest.mark.timeout(TIMEOUT)


@seed(SEED)
@draws(RUNS or 400)
@given(steps=quiet_days, firmware=talkative)
def test_reports_alone_tell_everything(steps: list[Step], firmware: Firmware) -> None:
    """As long as reports arrive, nothing has to be asked for."""
    asyncio.run(heard(steps, firmware, polled=False))


@seed(SEED)
@draws(RUNS or 400)
@given(steps=bad_days, firmware=firmwares)
def test_one_poll_makes_everything_right(steps: list[Step], firmware: Firmware) -> None:
    """Whatever was lost, doubled, late or damaged."""
    asyncio.run(heard(steps, firmware, polled=True))
