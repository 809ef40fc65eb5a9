"""Set-up, poll and memory with more and more extensions, beside trivial entities."""

from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
import gc
import json
from pathlib import Path
import random
from statistics import median
from time import process_time
import tracemalloc

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx.const import DOMAIN as PBX
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.demo.process import StageError

from .home import Home, configuration, no_garbage_collection
from .pbx import RecordedPbx
from .recording import POLL, callers
from .table import say, show
from .trivial.const import DOMAIN as TRIVIAL, TrivialEntities

COUNTS = (20, 100, 500, 2000)
SET_UP_ROUNDS = 3
POLL_ROUNDS = 30


@dataclass(slots=True)
class Figures:
    """What was measured with one number of extensions: CPU seconds, and bytes."""

    set_up: dict[str, list[float]] = field(
        default_factory=lambda: {PBX: [], TRIVIAL: []}
    )
    memory: dict[str, int] = field(default_factory=dict)
    polls: defaultdict[str, list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )


async def run(folder: Path) -> None:
    """Measure, and print what came out."""
    figures = {count: Figures() for count in COUNTS}
    with configuration(folder) as config:
        async with RecordedPbx.running(folder, COUNTS) as pbx:
            say(f"scale: set-up, {SET_UP_ROUNDS} rounds …")
            await set_up_rounds(pbx, config, figures)
            say("scale: memory …")
            for count in COUNTS:
                for domain in (PBX, TRIVIAL):
                    size = await memory_of(pbx, config, domain, count)
                    figures[count].memory[domain] = size
            say(f"scale: polls, {POLL_ROUNDS} rounds …")
            await poll_rounds(pbx, config, figures)
    report_set_up(figures)
    report_polls(figures)
    report_memory(figures)
    say()
    say(
        "  CPU time of our process, so that neither waiting for the PBX nor what else this"
    )
    say(
        "  machine does counts. Medians; both sides take turns in random order; gc off."
    )
    say(
        "  Trivial entities: as many devices and entities of the same platforms, set up by the same"
    )
    say(
        "  Home Assistant from an integration that has nothing behind them. Its limit of 10,000"
    )
    say("  entities for an entry is lifted: with 2,000 extensions there are 16,000.")


async def set_up_rounds(
    pbx: RecordedPbx, config: Path, figures: dict[int, Figures]
) -> None:
    """Set everything up again and again, each time in a Home Assistant of its own."""
    order = random.Random(0)  # noqa: S311
    cases = [(count, domain) for count in COUNTS for domain in (PBX, TRIVIAL)]
    # The first ones import and compile.
    for domain in (PBX, TRIVIAL):
        await set_up_time(pbx, config, domain, COUNTS[0])
    for _ in range(SET_UP_ROUNDS):
        order.shuffle(cases)
        for count, domain in cases:
            seconds = await set_up_time(pbx, config, domain, count)
            figures[count].set_up[domain].append(seconds)


async def set_up_time(pbx: RecordedPbx, config: Path, domain: str, count: int) -> float:
    """Return what it takes to set up one entry in a new Home Assistant."""
    await pbx.show(count)
    async with Home.running(pbx, config) as home:
        entry = home.entry(domain, count)
        with no_garbage_collection():
            started = process_time()
            await home.set_up(entry)
            return process_time() - started


async def memory_of(pbx: RecordedPbx, config: Path, domain: str, count: int) -> int:
    """Return how many bytes more are allocated once one entry is set up."""
    await pbx.show(count)
    async with Home.running(pbx, config) as home:
        entry = home.entry(domain, count)
        gc.collect()
        tracemalloc.start()
        try:
            await home.set_up(entry)
            gc.collect()
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()


@dataclass(frozen=True, slots=True)
class Polled:
    """One number of extensions, set up, beside as many trivial ones."""

    count: int
    coordinator: PbxCoordinator
    trivial: TrivialEntities


async def poll_rounds(
    pbx: RecordedPbx, config: Path, figures: dict[int, Figures]
) -> None:
    """Poll again and again; each time another 1 % have begun or ended a call."""
    async with AsyncExitStack() as stack:
        polled = []
        for count in COUNTS:
            await pbx.show(count)
            home = await stack.enter_async_context(Home.running(pbx, config))
            entries: dict[str, MockConfigEntry] = {}
            for domain in (PBX, TRIVIAL):
                entries[domain] = home.entry(domain, count)
                await home.set_up(entries[domain])
            polled.append(
                Polled(
                    count,
                    entries[PBX].runtime_data.coordinator,
                    entries[TRIVIAL].runtime_data,
                )
            )
        order = random.Random(0)  # noqa: S311
        gc.freeze()
        try:
            for number in range(POLL_ROUNDS):
                order.shuffle(polled)
                with no_garbage_collection():
                    for one in polled:
                        await poll(pbx, one, (number + 1) % 2, figures, order)
        finally:
            gc.unfreeze()


async def poll(
    pbx: RecordedPbx,
    one: Polled,
    which: int,
    figures: dict[int, Figures],
    order: random.Random,
) -> None:
    """Measure one poll that brings changes, one that brings none, and their floors."""
    found = figures[one.count]
    await pbx.show(one.count, 1 - which)
    await one.coordinator.async_refresh()
    bodies = await pbx.ask(POLL)
    steps = ["same", "changed", "request", "parse", "write"]
    order.shuffle(steps)
    for step in steps:
        if step == "changed":
            await pbx.show(one.count, which)
        started = process_time()
        match step:
            case "same" | "changed":
                await one.coordinator.async_refresh()
            case "request":
                await pbx.ask(POLL)
            case "parse":
                for body in bodies:
                    json.loads(body)
            case "write":
                write_trivial(one, which)
        found.polls[step].append(process_time() - started)
    busy = one.coordinator.data.in_use_count
    if busy != which * len(callers(one.count)):
        raise StageError(f"{busy} extensions in use after a poll of picture {which}")


def write_trivial(one: Polled, which: int) -> None:
    """Write the states of as many trivial entities as the poll concerns."""
    value = ("idle", "busy")[which]
    for number in callers(one.count):
        # Status, other party and since when; how the last call ended comes later.
        for sensor in one.trivial.sensors[number][:3]:
            sensor._attr_native_value = value
            sensor.async_write_ha_state()
        one.trivial.binary_sensors[number].async_write_ha_state()
        one.trivial.events[number]._trigger_event("happened")
        one.trivial.events[number].async_write_ha_state()
    for entity in one.trivial.hub:
        entity.async_write_ha_state()


def report_set_up(figures: dict[int, Figures]) -> None:
    """Print how long a set-up takes."""
    rows = [["extensions", "pbx", "each", "trivial", "each", "ratio"]]
    for count, found in figures.items():
        ours, floor = (median(found.set_up[domain]) for domain in (PBX, TRIVIAL))
        rows.append(
            [
                f"{count:,}",
                *(f"{1e3 * ours:.1f} ms", f"{1e6 * ours / count:.0f} µs"),
                *(f"{1e3 * floor:.1f} ms", f"{1e6 * floor / count:.0f} µs"),
                f"{ours / floor:.2f}",
            ]
        )
    show("Set-up", rows)


def report_polls(figures: dict[int, Figures]) -> None:
    """Print what a poll takes, without changes and with."""
    same = [["extensions", "poll", "each", "requests", "parse", "ratio", "less"]]
    changed = [["extensions", "changed", "poll", "added", "trivial writes", "ratio"]]
    for count, found in figures.items():
        poll, request, parse, write = (
            1e6 * median(found.polls[step])
            for step in ("same", "request", "parse", "write")
        )
        same.append(
            [
                f"{count:,}",
                *(f"{poll:.0f} µs", f"{poll / count:.1f} µs"),
                *(f"{request:.0f} µs", f"{parse:.0f} µs"),
                f"{poll / (request + parse):.2f}",
                f"{(poll - request) / parse:.1f}",
            ]
        )
        after = 1e6 * median(found.polls["changed"])
        added = after - poll
        changed.append(
            [
                f"{count:,}",
                f"{len(callers(count))}",
                f"{after:.0f} µs",
                *(f"{added:.0f} µs", f"{write:.0f} µs"),
                f"{added / write:.1f}",
            ]
        )
    show(
        "Poll, nothing changed",
        same,
        "ratio: the poll to as many bare aiohttp POSTs for the same lists plus json.loads of them",
        "less: what the poll takes beyond the requests, to json.loads alone",
    )
    show(
        "Poll, 1 % changed",
        changed,
        "added: beyond the poll without changes",
        "trivial writes: of as many entities, as many of them with another state",
    )


def report_memory(figures: dict[int, Figures]) -> None:
    """Print how much memory extensions take."""
    rows = [["extensions", "pbx", "each", "trivial", "each", "ratio"]]
    for count, found in figures.items():
        ours, floor = found.memory[PBX], found.memory[TRIVIAL]
        rows.append(
            [
                f"{count:,}",
                *(f"{ours / 1e6:.2f} MB", f"{ours / count / 1e3:.1f} kB"),
                *(f"{floor / 1e6:.2f} MB", f"{floor / count / 1e3:.1f} kB"),
                f"{ours / floor:.2f}",
            ]
        )
    show(
        "Memory",
        rows,
        "tracemalloc: what Python has allocated more after set-up, Home Assistant's part included",
    )
