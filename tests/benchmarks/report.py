"""What a report takes and costs, with open panels too, and a poll that finds nothing."""

from pathlib import Path

from . import arrival, cost, idle, panels
from .home import configuration
from .pbx import RecordedPbx
from .table import say


async def run(folder: Path) -> None:
    """Measure, and print what came out."""
    counts = sorted({arrival.EXTENSIONS, *cost.COUNTS, *idle.COUNTS, panels.EXTENSIONS})
    with configuration(folder) as config:
        async with RecordedPbx.running(folder, tuple(counts)) as pbx:
            say("report: from the wire to the state …")
            await arrival.measure(pbx, config)
            await idle.measure(pbx, config)
            await panels.measure(pbx, config)
            await cost.measure(pbx, config)
    say()
    say("  Medians. Both sides take turns; gc off; the PBX is a process of its own.")
