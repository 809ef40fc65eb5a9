"""What one report costs with more and more extensions, and what the obvious design would."""

from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
import gc
from pathlib import Path
from statistics import median
from time import process_time, thread_time
from unittest.mock import patch

from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from custom_components.pbx.const import DOMAIN as PBX
from custom_components.pbx.entity import async_add_for_each_extension
from custom_components.pbx.hub.coordinator import PbxCoordinator
from custom_components.pbx.runtime import PbxConfigEntry
from custom_components.pbx.sensor import ExtensionStatusSensor
from tests.demo.process import StageError

from .home import Home, no_garbage_collection
from .pbx import RecordedPbx
from .recording import numbers
from .reports import BUSY, IDLE, status_entity, status_report
from .table import say, show
from .trivial.const import DOMAIN as TRIVIAL, TrivialConfigEntry

# Home Assistant needs minutes to set up 60,000 entities, so the most extensions have one
# each, as have the fewest once more, to be compared with.
CASES = ((20, False), (200, False), (2000, False), (20, True), (10000, True))
COUNTS = tuple({count for count, _ in CASES})
ROUNDS = 20
PER_ROUND = 50
# So many listeners are called in all where every one of them is called.
LISTENERS_CALLED = 100_000
MOST_OBVIOUS = 100
GOAL = 1.2


@dataclass(slots=True)
class Cost:
    """CPU seconds of one report, at one number of extensions."""

    entities: int
    report: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    obvious: list[float] = field(default_factory=list)


async def measure(pbx: RecordedPbx, config: Path) -> None:
    """Measure each number of extensions, and print what came out."""
    costs = {}
    for count, bare in CASES:
        started = process_time()
        with only_status() if bare else nullcontext():
            costs[count, bare] = await cost(pbx, config, count)
        say(f"report: {count:,} extensions, {process_time() - started:.0f} s of CPU …")
    tell(costs)


@contextmanager
def only_status() -> Generator[None]:
    """Let an extension have no entity but its status."""

    def add(
        entry: PbxConfigEntry,
        async_add_entities: AddConfigEntryEntitiesCallback,
        create: Callable[[str], Iterable[Entity]],
    ) -> None:
        async_add_for_each_extension(
            entry,
            async_add_entities,
            lambda number: [
                entity
                for entity in create(number)
                if isinstance(entity, ExtensionStatusSensor)
            ],
        )

    with ExitStack() as stack:
        for platform in (
            *("binary_sensor", "button", "event"),
            *("select", "sensor", "switch"),
        ):
            stack.enter_context(
                patch(
                    f"custom_components.pbx.{platform}.async_add_for_each_extension",
                    add,
                )
            )
        yield


async def cost(pbx: RecordedPbx, config: Path, count: int) -> Cost:
    """Measure in one Home Assistant: the reports, one state written, all of them told."""
    await pbx.show(count)
    number = numbers(count)[-1]
    bodies = [status_report(number, word) for word in (BUSY, IDLE)]
    async with Home.running(pbx, config) as home:
        hass = home.hass
        entry = home.entry(PBX, count)
        # The garbage collector would only look for what is not there.
        with no_garbage_collection():
            await home.set_up(entry)
        trivial: TrivialConfigEntry = home.entry(TRIVIAL, 1)
        await home.set_up(trivial)
        sensor = next(iter(trivial.runtime_data.sensors.values()))[0]
        coordinator: PbxCoordinator = entry.runtime_data.coordinator
        assert coordinator.receiver is not None
        look_at = coordinator.receiver.async_take_body
        polling = coordinator.polling
        found = Cost(hass.states.async_entity_ids_count())
        gc.freeze()
        try:
            for round_ in range(ROUNDS + 1):
                with no_garbage_collection():
                    for index in range(PER_ROUND):
                        body, value = bodies[index % 2], ("busy", "idle")[index % 2]
                        started = thread_time()
                        look_at(body)
                        reported = thread_time()
                        sensor._attr_native_value = value
                        sensor.async_write_ha_state()
                        written = thread_time()
                        # The PBX is not asked meanwhile.
                        polling.async_cancel()
                        if round_:
                            found.report.append(reported - started)
                            found.floor.append(written - reported)
            reached = hass.states.get(status_entity(hass, number))
            if reached is None or reached.state != "idle":
                raise StageError(f"The reports did not reach {number}: {reached}")
            times = min(MOST_OBVIOUS, max(3, LISTENERS_CALLED // found.entities))
            with no_garbage_collection():
                for index in range(times):
                    started = thread_time()
                    look_at(bodies[index % 2])
                    coordinator.async_update_listeners()
                    found.obvious.append(thread_time() - started)
                    polling.async_cancel()
        finally:
            gc.unfreeze()
        return found


def tell(costs: dict[tuple[int, bool], Cost]) -> None:
    """Print the table."""
    rows = [
        [
            *("extensions", "entities", "report", "one state", "ratio"),
            *("all listeners", "to a report"),
        ]
    ]
    for (count, bare), found in costs.items():
        report, floor, obvious = (
            1e6 * median(values)
            for values in (found.report, found.floor, found.obvious)
        )
        rows.append(
            [
                f"{count:,}{', only their status' if bare else ''}",
                f"{found.entities:,}",
                *(f"{report:.1f} µs", f"{floor:.1f} µs", f"{report / floor:.2f}"),
                *(f"{obvious:,.0f} µs", f"{obvious / report:,.0f} x"),
            ]
        )
    for most, bare in ((2000, False), (10000, True)):
        first, final = costs[20, bare], costs[most, bare]
        rows.append(
            [
                *(f"{most:,} : 20{', only their status' if bare else ''}", ""),
                f"{median(final.report) / median(first.report):.2f}",
                f"{median(final.floor) / median(first.floor):.2f}",
                "",
                f"{median(final.obvious) / median(first.obvious):,.0f}",
                "",
            ]
        )
    rows.append(["goal", "", f"<= {GOAL}", "", "", "", ""])
    show(
        "Cost of one report",
        rows,
        "CPU time from the body of a report until all states are written: Busy and Idle in turn",
        "one state: that of one trivial sensor in the same Home Assistant, its own floor",
        "all listeners: the obvious design, every listener of the coordinator called as well",
        "Home Assistant adds at most 10,000 enabled entities for one entry; lifted here",
    )
