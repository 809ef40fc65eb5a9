"""Sows days: many random ones, each from a seed of its own; what is wrong is shrunk."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count
from multiprocessing import get_context
import os
import sys
import time
from typing import Final

from . import board, steps
from .asterisk import board as asterisk_board, steps as asterisk_steps
from .oracle import Wrong
from .steps import LONG, SHORT, Chosen, Day, Firmware, Step
from .yeastar_p import board as p_board, steps as p_steps
from .yeastar_s2 import board as s2_board, steps as s2_steps

type Play = Callable[[Day], list[Wrong]]
type Draw = Callable[..., Day]

ASTERISK: Final = "asterisk"
S_SERIES_2: Final = "s2"
YEASTAR_P: Final = "yeastar-p"
LIVES: Final[Mapping[type[Chosen], Callable[..., list[Wrong]]]] = {
    Firmware: board.live,
    asterisk_steps.Installation: asterisk_board.live,
    s2_steps.FirmwareTwo: s2_board.live,
    p_steps.Box: p_board.live,
}
# What draws the days of a wire that is named before their seeds.
DRAWS: Final[Mapping[str, Draw]] = {
    ASTERISK: asterisk_steps.draw,
    S_SERIES_2: s2_steps.draw,
    YEASTAR_P: p_steps.draw,
}

# Length, and whether anything goes wrong on the way; in turn.
SORTS: Final = ((SHORT, True), (SHORT, False), (LONG, True), (LONG, False))
SHRINK_SECONDS: Final = 20.0


@dataclass(slots=True)
class Sown:
    """How many days of a sort passed, and which were wrong, by their names."""

    days: int = 0
    seconds: float = 0.0
    wrong: dict[str, list[Wrong]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def per_thousand(self) -> float:
        """Return the wrong days of 1,000."""
        return 1000 * len(self.wrong) / self.days if self.days else 0.0

    def note(self, day: Day, wrong: list[Wrong]) -> None:
        """Count a day."""
        self.days += 1
        if wrong:
            self.wrong[day.name] = wrong
            self.kinds.update({one.field for one in wrong})

    def add(self, other: Sown) -> None:
        """Count the days of another."""
        self.days += other.days
        self.seconds += other.seconds
        self.wrong |= other.wrong
        self.kinds += other.kinds

    def __str__(self) -> str:
        """Return it as a line; the speed is that of one core."""
        speed = self.days / self.seconds if self.seconds else 0.0
        return (
            f"{self.days} days, {speed:.0f} a second, {len(self.wrong)} wrong "
            f"({self.per_thousand:.2f} per 1,000)"
        )


def live(day: Day, trace: list[str] | None = None) -> list[Wrong]:
    """Let a day pass on its wire, and return what was wrong."""
    return LIVES[type(day.firmware)](day, trace)


def played(day: Day, play: Play = live) -> list[Wrong]:
    """Return what was wrong in a day; what it raises is wrong, too."""
    try:
        return play(day)
    except Exception as error:  # noqa: BLE001 - whatever it is, this day found it
        return [Wrong("raised", f"{type(error).__name__}: {error}")]


def day_named(name: str) -> Day:
    """Return the day that `Day.name` names, as it is printed."""
    *wire, seed, kind, length = name.split()
    low, _, high = length.partition("-")
    return draw_of(wire)(int(seed), (int(low), int(high)), faults=kind == "faults")


def draw_of(wire: list[str]) -> Draw:
    """Return what draws the days of a wire: none is named for the S-Series."""
    return DRAWS[wire[0]] if wire else steps.draw


def sow(days: Iterable[Day], play: Play = live, until: float | None = None) -> Sown:
    """Let days pass, going on after wrong ones."""
    sown = Sown()
    begun = time.process_time()
    for day in days:
        sown.note(day, played(day, play))
        if until is not None and time.monotonic() > until:
            break
    sown.seconds = time.process_time() - begun
    return sown


def shrink(day: Day, play: Play = live, seconds: float = SHRINK_SECONDS) -> Day:
    """Return the shortest day found that is wrong in the same way.

    Leaves out ever smaller runs of steps, then puts the switches back to the first.
    """
    kinds = {one.field for one in played(day, play)}
    if not kinds:
        return day
    end = time.monotonic() + seconds

    def still(steps: tuple[Step, ...], of: Day) -> bool:
        found = played(replace(of, steps=steps), play)
        return bool(kinds & {one.field for one in found})

    steps = day.steps
    size = max(1, len(steps) // 2)
    while time.monotonic() < end:
        start, smaller = 0, False
        while start < len(steps) and time.monotonic() < end:
            rest = steps[:start] + steps[start + size :]
            if still(rest, day):
                steps, smaller = rest, True
            else:
                start += size
        if size == 1 and not smaller:
            break
        size = max(1, size // 2)
    day = replace(day, steps=steps)
    for name in sorted(day.firmware.chosen):
        chosen = {k: v for k, v in day.firmware.chosen.items() if k != name}
        plain = replace(day, firmware=replace(day.firmware, chosen=chosen))
        if time.monotonic() < end and still(steps, plain):
            day = plain
    return day


def written(day: Day) -> str:
    """Return a day as the source text that makes it."""
    steps = ", ".join(
        f'Step("{step.what}", {step.who}, {step.whom})' for step in day.steps
    )
    return f"Day(({steps},), {day.firmware!r})"


def trace(day: Day) -> str:
    """Return all that a day's steps caused: reports, polls, what was told, what is wrong."""
    lines: list[str] = [f"day {day.name}", repr(day.firmware)]
    try:
        live(day, lines)
    except Exception as error:  # noqa: BLE001 - it belongs to the trace
        lines.append(f"raised {type(error).__name__}: {error}")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Sow for so many seconds, or play or shrink one day: see README.md."""
    wire = [one for one in arguments[:1] if one in DRAWS]
    match arguments[len(wire) :]:
        case ["trace", *name]:
            sys.stdout.write(trace(day_named(" ".join((*wire, *name)))) + "\n")
        case ["shrink", *name]:
            day = shrink(day_named(" ".join((*wire, *name))))
            sys.stdout.write(trace(day) + "\n" + written(day) + "\n")
        case ["days", number, first, *name]:
            sorts = [
                (length, faults)
                for length, faults in SORTS
                if not name
                or name == ["faults" if faults else "quiet", f"{length[0]}-{length[1]}"]
            ]
            return _days(draw_of(wire), int(number), int(first), sorts)
        case [seconds, first]:
            return _sow_for(wire, float(seconds), int(first))
        case _:
            sys.stderr.write("usage: see tests/soak/README.md\n")
            return 2
    return 0


def _report(sort: str, sown: Sown) -> None:
    sys.stdout.write(f"{sort}: {sown}\n")
    for kind, found in sown.kinds.most_common():
        sys.stdout.write(f"    {found:5} {kind}\n")
    for name, wrong in sown.wrong.items():
        sys.stdout.write(f"  {name}: {wrong[0]}\n")
    sys.stdout.flush()


def _days(
    draw: Draw, number: int, first: int, sorts: list[tuple[tuple[int, int], bool]]
) -> int:
    failed = False
    for length, faults in sorts:
        days = (
            draw(seed, length, faults=faults) for seed in range(first, first + number)
        )
        sown = sow(days)
        _report(f"{'faults' if faults else 'quiet'} {length[0]}-{length[1]}", sown)
        failed = failed or bool(sown.wrong)
    return int(failed)


def _sow_sort(task: tuple[list[str], tuple[int, int], bool, float, int, int]) -> Sown:
    """Sow one share of a sort of days; runs in a process of its own."""
    wire, length, faults, seconds, first, step = task
    until = time.monotonic() + seconds
    draw = draw_of(wire)
    days = (draw(seed, length, faults=faults) for seed in count(first, step))
    return sow(days, until=until)


def _sow_for(wire: list[str], seconds: float, first: int) -> int:
    """Sow on all cores: of each sort each core has seeds of its own."""
    cores = os.cpu_count() or 1
    failed = False
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        for length, faults in SORTS:
            tasks = [
                (wire, length, faults, seconds / len(SORTS), first + core, cores)
                for core in range(cores)
            ]
            whole = Sown()
            for part in pool.map(_sow_sort, tasks):
                whole.add(part)
            _report(f"{'faults' if faults else 'quiet'} {length[0]}-{length[1]}", whole)
            failed = failed or bool(whole.wrong)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
