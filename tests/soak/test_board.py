"""A switchboard hears an exchange, without Home Assistant between."""

import asyncio
import os

from hypothesis import HealthCheck, given, settings

from .board import heard
from .steps import Firmware, Step, bad_days, firmwares, quiet_days, talkative

RUNS = int(os.environ.get("PBX_SOAK_RUNS", "0"))
SETTINGS = settings(
    max_examples=RUNS or 400,
    derandomize=not RUNS,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)


@SETTINGS
@given(steps=quiet_days, firmware=talkative)
def test_reports_alone_tell_everything(steps: list[Step], firmware: Firmware) -> None:
    """As long as reports arrive, nothing has to be asked for."""
    asyncio.run(heard(steps, firmware, polled=False))


@SETTINGS
@given(steps=bad_days, firmware=firmwares)
def test_one_poll_makes_everything_right(steps: list[Step], firmware: Firmware) -> None:
    """Whatever was lost, doubled, late or damaged."""
    asyncio.run(heard(steps, firmware, polled=True))
