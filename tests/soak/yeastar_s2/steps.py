"""What can happen in a day at an S-Series PBX with version 2, drawn from one seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.simulator.chance import Chance
from tests.simulator.clock import Clock
from tests.simulator.simulator import Simulator
from tests.simulator.yeastar_s.v2.switches import V2Switches

from ..steps import SHORT, VARIED, Day, Firmware, draw as draw_v1, office

# The switches of version 2 that calls depend on; the first is what tells most.
VARIED_V2: Final[Mapping[str, tuple[Any, ...]]] = {
    "refresh_tokens": (False, True),
    "token_of_any_version": (True, False),
    "idle_in_calllist": (False, True),
    "unknown_in_query_call": ("10006", "omit"),
    "byes": ("each", "together"),
    "byes_repeated": (False, True),
    "status_first": (False, True),
    "monitor_shown": ("hidden", "own", "member"),
    "path_when_direct": (False, True),
}
VERSIONS: Final = ("v1.1.0", "v2.0.0")


@dataclass(frozen=True, slots=True)
class FirmwareTwo(Firmware):
    """A PBX with version 2 of the API."""

    @property
    def switches_v2(self) -> V2Switches:
        """Return the switches of version 2."""
        names = V2Switches.__dataclass_fields__
        first = {name: values[0] for name, values in VARIED_V2.items()}
        chosen = {key: value for key, value in self.chosen.items() if key in names}
        return V2Switches(**{**first, **chosen})

    @property
    def v1(self) -> Firmware:
        """Return the switches of the exchange, and of what both versions share."""
        shared = {key: value for key, value in self.chosen.items() if key in VARIED}
        return Firmware(shared)


def building(clock: Clock, firmware: FirmwareTwo) -> Simulator:
    """Return the office of version 1, with version 2 as well."""
    sim = office(clock, firmware.v1)
    sim.pbx.versions = frozenset(VERSIONS)
    for name in V2Switches.__dataclass_fields__:
        setattr(sim.pbx.v2, name, getattr(firmware.switches_v2, name))
    return sim


def draw(seed: int, length: tuple[int, int] = SHORT, *, faults: bool = True) -> Day:
    """Return the day of a seed; the same one for ever."""
    day = draw_v1(seed, length, faults=faults)
    chance = Chance(f"s2 {seed} {length} {faults}")
    share = chance.choice((0.0, 0.5, 0.5, 0.8))
    chosen = {
        name: chance.choice(values)
        for name, values in VARIED_V2.items()
        if chance.random() < share
    }
    firmware = FirmwareTwo({**day.firmware.chosen, **chosen}, "2.0.0")
    return Day(day.steps, firmware, f"s2 {day.name}")
