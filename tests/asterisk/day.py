"""A day in an office: phones that call each other, so that there is something to see."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
import time

from .ami import Failed
from .office import OUTSIDE
from .rig import Rig

# They talk most of the time, so that there is a call to join.
TALKERS = ("1002", "1001")
# Their phones stay free: 1005 for the person who watches, 1008 for automations.
SUPERVISORS = frozenset({"1005", "1008"})
TRUNK = "itsp"
# In seconds: recordings of phones are kept that long, as they fill the disk.
KEEP_RECORDINGS = 60


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the day: the phones in it, and how it is played."""

    cast: tuple[str, ...]
    play: Callable[[Day], None]


class Day:
    """The events of a day, played on a rig, each pause shortened by `pace`.

    A person may interfere, such as by hanging up: what cannot go on then is over.
    """

    def __init__(self, rig: Rig, pace: float = 1.0) -> None:
        """Initialize with all phones free."""
        self.rig = rig
        self._pace = pace

    def pause(self, seconds: float) -> None:
        """Let some time pass."""
        time.sleep(seconds * self._pace)

    def play(self) -> list[str]:
        """Play each event once; return the names of those that were cut short."""
        cut_short = []
        for name, event in EVENTS.items():
            with suppress(Failed, LookupError):
                self._talk()
            try:
                event.play(self)
            except Failed, LookupError:
                cut_short.append(name)
            self._clear(event)
            self.pause(3)
        self.rig.pbx_hang_up(TALKERS[0])
        self.rig.forget(KEEP_RECORDINGS)
        return cut_short

    def _talk(self) -> None:
        """Let the talkers talk, where they do not yet."""
        if not any(self.rig.pbx_channels(number) for number in TALKERS):
            self.rig.dial(*TALKERS)
            self.rig.until_talking(*TALKERS)

    def _clear(self, event: Event) -> None:
        """Make the phones of an event ready for the next one."""
        for number in (*event.cast, TRUNK):
            self.rig.pbx_hang_up(number)
        for number in (*event.cast, OUTSIDE):
            self.rig.does(number, "answer")
        with suppress(Failed):
            self.rig.until(
                lambda: (
                    not any(
                        self.rig.pbx_channels(number) for number in (*event.cast, TRUNK)
                    )
                )
            )


def _queue(day: Day) -> None:
    """A customer waits in the queue; 1003 answers, and puts the customer on hold."""
    rig = day.rig
    for number in ("1003", "1004"):
        rig.does(number, "ring")
    rig.call_in(OUTSIDE, "5550103")
    rig.until_ringing("1003")
    day.pause(4)
    rig.answer("1003")
    rig.until_talking("1003")
    day.pause(8)
    rig.hold("1003")
    day.pause(6)
    rig.resume("1003")
    day.pause(6)
    rig.hang_up("1003")


def _ring_group(day: Day) -> None:
    """A customer rings the whole group; 1004 is the first to answer."""
    rig = day.rig
    for number in ("1003", "1004", "1006"):
        rig.does(number, "ring")
    rig.call_in(OUTSIDE, "5550102")
    rig.until_ringing("1004")
    day.pause(3)
    rig.answer("1004")
    rig.until_talking("1004")
    day.pause(15)
    rig.hang_up("1004")


def _voicemail(day: Day) -> None:
    """Nobody answers at 1007, and the customer leaves a message."""
    rig = day.rig
    rig.does("1007", "ring")
    rig.call_in(OUTSIDE, "5550104")
    rig.until_ringing("1007")
    day.pause(12)


def _outbound(day: Day) -> None:
    """1006 calls a customer."""
    rig = day.rig
    rig.dial("1006", OUTSIDE)
    rig.until_talking("1006")
    day.pause(12)
    rig.hang_up(OUTSIDE)


def _transfer(day: Day) -> None:
    """1007 answers a customer, and transfers the call to 1003."""
    rig = day.rig
    rig.call_in(OUTSIDE, "5550104")
    rig.until_talking("1007")
    day.pause(6)
    rig.does("1003", "ring")
    rig.blind("1007", "1003")
    rig.until_ringing("1003")
    day.pause(3)
    rig.answer("1003")
    rig.until_talking("1003")
    day.pause(8)
    rig.hang_up("1003")


def _parked(day: Day) -> None:
    """1007 parks a customer, and 1004 takes the call from its slot."""
    rig = day.rig
    rig.call_in(OUTSIDE, "5550104")
    rig.until_talking("1007")
    day.pause(5)
    rig.blind("1007", "70")
    rig.until(lambda: not rig.pbx_channels("1007"), why="1007 did not park")
    day.pause(6)
    rig.dial("1004", "71")
    rig.until_talking("1004")
    day.pause(8)
    rig.hang_up("1004")


def _missed(day: Day) -> None:
    """1003 calls 1006 and gives up; later 1006 is out of order for a moment."""
    rig = day.rig
    rig.does("1006", "ring")
    rig.dial("1003", "1006")
    rig.until_ringing("1006")
    day.pause(3)
    rig.give_up("1003")
    day.pause(3)
    rig.unregister("1006")
    day.pause(8)
    rig.register("1006")
    rig.wait_registered()


EVENTS = {
    "queue": Event(("1003", "1004"), _queue),
    "ring group": Event(("1003", "1004", "1006"), _ring_group),
    "voicemail": Event(("1007",), _voicemail),
    "outbound": Event(("1006",), _outbound),
    "transfer": Event(("1007", "1003"), _transfer),
    "parked": Event(("1007", "1004"), _parked),
    "missed": Event(("1003", "1006"), _missed),
}
