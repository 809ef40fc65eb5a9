"""How many days are drawn, and from which seed: the same ones in CI, any others in script/soak."""

import os
from typing import Final

from hypothesis import HealthCheck, settings

# So many for each test, 0 for as many as CI draws.
RUNS: Final = int(os.environ.get("PBX_SOAK_RUNS", "0"))
SEED: Final = int(os.environ.get("PBX_SOAK_SEED", "0"))
# Seconds for one test; a search takes as long as it takes.
TIMEOUT: Final = 0 if RUNS else 300


def draws(count: int) -> settings:
    """Return the settings that draw so many days, and remember none from other runs."""
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
