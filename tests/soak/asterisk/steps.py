"""What can happen in a day at an Asterisk, drawn from one seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.simulator import Switches
from tests.simulator.asterisk import AsteriskSwitches
from tests.simulator.chance import Chance

from ..steps import CALLS, MORE, SHORT, WAITS, Chosen, Day, Step

# The switches, and what they are drawn from: those of the wire, of the exchange, and
# whether what is sent arrives in pieces.
VARIED: Final[Mapping[str, tuple[Any, ...]]] = {
    "version": ("22", "16"),
    "freepbx": (True, False),
    "records": (False, True),
    "noise": (False, True),
    "local_stays": (False, True),
    "bye_after": (0.0, 0.0, 0.7, 3.0),
    "clean_stop": (True, False),
    "trunk_rings": (False, True),
    "timestamps": (False, True),
    "shuffled_rows": (False, True),
    "blank_values": ("blank", "bare"),
    "pieces": (False, True),
}
OF_THE_EXCHANGE: Final[Mapping[str, tuple[Any, ...]]] = {
    "answer_after": (None, None, None, 7.0),
    "voicemail_seconds": (20.0, 4.0),
    "queue_retry": (5.0, 1.0),
    "auto_answer_delay": (0.0, 2.0),
}
FAULTS: Final = (
    *("late", "deliver", "cut", "freeze", "mend", "mend", "restart", "reload"),
    *("race", "race", "race", "clock", "garble", "poll", "wait", "wait_long"),
)


@dataclass(frozen=True, slots=True)
class Installation(Chosen):
    """An Asterisk: the switches that are not the first of what they are drawn from."""

    @property
    def pieces(self) -> bool:
        """Return whether what is sent arrives in pieces."""
        return bool(self.chosen.get("pieces"))

    @property
    def asterisk(self) -> AsteriskSwitches:
        """Return the switches of the wire."""
        names = AsteriskSwitches.__dataclass_fields__
        return AsteriskSwitches(
            **{key: value for key, value in self.chosen.items() if key in names}
        )

    @property
    def switches(self) -> Switches:
        """Return the switches of the exchange."""
        return Switches(
            **{
                key: value
                for key, value in self.chosen.items()
                if key in OF_THE_EXCHANGE
            }
        )


def draw(seed: int, length: tuple[int, int] = SHORT, *, faults: bool = True) -> Day:
    """Return the day of a seed; the same one for ever."""
    chance = Chance(f"asterisk {seed} {length} {faults}")
    steps = []
    for _ in range(chance.randint(*length)):
        kind = chance.random()
        if kind < 0.33:
            what = chance.choice(CALLS)
        elif kind < (0.72 if faults else 0.87):
            what = chance.choice(MORE)
        else:
            what = chance.choice(FAULTS if faults else WAITS)
        steps.append(Step(what, chance.randrange(6), chance.randrange(6)))
    share = chance.choice((0.0, 0.5, 0.5, 0.8))
    chosen = {
        name: chance.choice(values)
        for name, values in {**VARIED, **OF_THE_EXCHANGE}.items()
        if chance.random() < share
    }
    kind_name = f"{'faults' if faults else 'quiet'} {length[0]}-{length[1]}"
    return Day(tuple(steps), Installation(chosen), f"asterisk {seed} {kind_name}")
