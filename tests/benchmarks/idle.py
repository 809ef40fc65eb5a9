"""What a poll costs that finds nothing new, and what comes of that in an hour."""

from collections import defaultdict
import gc
import json
from pathlib import Path
import random
from statistics import median
from time import process_time

from custom_components.pbx.client.yeastar.s.session import HEARTBEAT_AFTER
from custom_components.pbx.const import DOMAIN as PBX
from custom_components.pbx.hub.coordinator import PbxCoordinator
from custom_components.pbx.hub.polling import FAST_POLL, SLOW_POLL

from .home import Home, no_garbage_collection
from .pbx import RecordedPbx
from .recording import POLL, SLOW_POLL as ASKED
from .table import show

COUNTS = (20, 2000)
ROUNDS = 40
GOAL = 3
HOUR = 3600.0

type Samples = defaultdict[str, list[float]]


async def measure(pbx: RecordedPbx, config: Path) -> None:
    """Measure each number of extensions, and print what came out."""
    found = {count: await polls(pbx, config, count) for count in COUNTS}
    tell_poll(found)
    tell_hour(found)


async def polls(pbx: RecordedPbx, config: Path, count: int) -> Samples:
    """Poll again and again while nothing changes."""
    await pbx.show(count)
    samples: Samples = defaultdict(list)
    async with Home.running(pbx, config) as home:
        entry = home.entry(PBX, count)
        await home.set_up(entry)
        coordinator: PbxCoordinator = entry.runtime_data.coordinator
        bodies = await pbx.ask(ASKED)
        before = await pbx.requests()
        coordinator.polling.async_trunks_changed()
        await coordinator.async_refresh()
        samples["asked"].append(await pbx.requests() - before)
        steps = ["poll", "fast poll", "requests", "request", "parse"]
        order = random.Random(0)  # noqa: S311
        gc.freeze()
        try:
            for _ in range(ROUNDS):
                order.shuffle(steps)
                with no_garbage_collection():
                    for step in steps:
                        if step == "poll":
                            coordinator.polling.async_trunks_changed()
                        started = process_time()
                        match step:
                            case "poll" | "fast poll":
                                await coordinator.async_refresh()
                            case "requests":
                                await pbx.ask(ASKED)
                            case "request":
                                await pbx.post("heartbeat", {})
                            case "parse":
                                for body in bodies:
                                    json.loads(body)
                        samples[step].append(process_time() - started)
        finally:
            gc.unfreeze()
    return samples


def tell_poll(found: dict[int, Samples]) -> None:
    """Print what one poll costs."""
    rows = [
        ["extensions", "poll", "requests", "", "json.loads", "less requests", "goal"]
    ]
    for count, samples in found.items():
        poll, requests, parse = (
            1e6 * median(samples[step]) for step in ("poll", "requests", "parse")
        )
        rows.append(
            [
                *(f"{count:,}", f"{poll:,.0f} µs"),
                *(f"{samples['asked'][0]:.0f}", f"{requests:,.0f} µs"),
                *(f"{parse:,.0f} µs", f"{(poll - requests) / parse:.2f}"),
                f"<= {GOAL}" if count == COUNTS[-1] else "",
            ]
        )
    show(
        "One slow poll, nothing changed",
        rows,
        "CPU time. less requests: the poll without as many bare requests, to json.loads of",
        "the same bodies",
    )


def tell_hour(found: dict[int, Samples]) -> None:
    """Print what an hour without any call costs."""
    rows = [
        ["extensions", "poll every", "requests an hour", "CPU an hour", "of one core"]
    ]
    for count, samples in found.items():
        for interval in (SLOW_POLL, FAST_POLL):
            times = HOUR / interval.total_seconds()
            slow = HOUR / SLOW_POLL.total_seconds()
            # The trunks are read once a minute, however often is polled.
            requests = times * len(POLL) + slow * (len(ASKED) - len(POLL))
            cpu = slow * median(samples["poll"])
            cpu += (times - slow) * median(samples["fast poll"])
            # A heartbeat goes before the first poll after that time.
            beats = HOUR / (HEARTBEAT_AFTER + interval.total_seconds())
            cpu += beats * median(samples["request"])
            rows.append(
                [
                    *(f"{count:,}", f"{interval.total_seconds():.0f} s"),
                    *(f"{requests + beats:.0f}", f"{cpu:.2f} s"),
                    f"{cpu / HOUR:.4%}",
                ]
            )
    show(
        "Idle, computed from the measured polls",
        rows,
        f"{SLOW_POLL.total_seconds():.0f} s once reports are proven to arrive, until then"
        f" {FAST_POLL.total_seconds():.0f} s; heartbeats included",
    )
