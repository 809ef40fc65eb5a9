"""What can happen in a day at a P-Series PBX, drawn from one seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.simulator import Switches
from tests.simulator.chance import Chance
from tests.simulator.yeastar_p import PSwitches

from ..steps import CALLS, MORE, SHORT, WAITS, Chosen, Day, Step

# The switches of the wire, and what they are drawn from.
VARIED: Final[Mapping[str, tuple[Any, ...]]] = {
    "access_lifetime": (1800, 60),
    "refresh_lifetime": (86_400, 90),
    "token_limit": (8, 2),
    "members_told": ("all", "changed"),
    "body_encoding": ("string", "object"),
    "no_calls": ("empty", "null", "missing", "60001"),
    "monitor_listed": (True, False),
    "monitor_forbidden": ("silent", "70084"),
    "socket_at_expiry": ("kept", "closed"),
    "subscription": ("success", "event first"),
    "max_page_size": (1000, 3),
    "blanks_as_space": (True, False),
    "presence_monitored": (True, False),
}
# Those without effect on calls, and the faults that have tests of their own.
FIXED: Final = frozenset(
    {
        *("failures_until_blocked", "blocked_seconds", "api_on", "address_allowed"),
        *("heartbeats_answered", "silence_limit", "date_format", "twelve_hours"),
        *("formats_told", "records_filtered"),
    }
)
# Never at the same time as a step.
OF_THE_EXCHANGE: Final[Mapping[str, tuple[Any, ...]]] = {
    "answer_after": (None, None, None, 7.1),
    "voicemail_seconds": (20.1, 4.1),
    "queue_retry": (5.1, 1.1),
    "auto_answer_delay": (0.0, 2.1),
    "transfer_cdr": ("segments", "once"),
}
FAULTS: Final = (
    *("late", "deliver", "cut", "freeze", "mend", "mend", "restart", "reload"),
    *("race", "race", "race", "clock", "garble", "double", "expire", "damage"),
    *("poll", "wait", "wait_long"),
)


@dataclass(frozen=True, slots=True)
class Box(Chosen):
    """A P-Series PBX: the switches that are not the first of what they are drawn from."""

    @property
    def api(self) -> PSwitches:
        """Return the switches of the wire."""
        first: dict[str, Any] = {name: values[0] for name, values in VARIED.items()}
        drawn = {key: value for key, value in self.chosen.items() if key in VARIED}
        return PSwitches(**{**first, **drawn})

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
    chance = Chance(f"yeastar-p {seed} {length} {faults}")
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
    return Day(tuple(steps), Box(chosen), f"yeastar-p {seed} {kind_name}")
