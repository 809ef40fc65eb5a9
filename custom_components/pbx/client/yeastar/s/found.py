"""What one snapshot says of the calls, looked up by extension."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ...calls.call import Leg, TrackedCall
from ...model import (
    IN_USE,
    OUT_OF_REACH,
    CallDirection,
    ExtensionStatus,
    Party,
    PartyState,
)
from ...snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call that a poll found; what a poll cannot tell is None or missing.

    `numbers` are the extensions in it, the caller first where `caller_known`.
    `outside` are the parties that are reached through trunks. `answered` says whether
    anybody talks yet. `out_of_reach` is the other end of a call inside that has lost
    its phone: it is not among `numbers`, and whether it has answered is not told.
    """

    id: str | None
    direction: CallDirection
    numbers: tuple[str, ...]
    outside: tuple[Party, ...] = ()
    caller_known: bool = True
    answered: bool = False
    dialed: str | None = None
    out_of_reach: str | None = None


@dataclass(frozen=True, slots=True)
class PolledSnapshot(Snapshot):
    """A snapshot with the calls that the lists show, None where they were not read.

    `looked_into` are the extensions whose own calls were read one by one.
    """

    calls: tuple[FoundCall, ...] | None = None
    looked_into: frozenset[str] = frozenset()


class FoundCalls:
    """The calls of one snapshot, and the statuses that came with them.

    `were_read` says whether they were read at all, `asked` are the extensions whose own
    calls were.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        """Look through it once."""
        polled = snapshot if isinstance(snapshot, PolledSnapshot) else None
        self.calls = (polled.calls if polled else None) or ()
        self.were_read = polled is not None and polled.calls is not None
        self.asked = polled.looked_into if polled else frozenset()
        # One that is not listed is gone, if all are.
        self._missing = ExtensionStatus.OFFLINE if snapshot.complete else None
        self._extensions = snapshot.extensions
        self._of: dict[str, list[FoundCall]] = {}
        for found in self.calls:
            for number in found.numbers:
                self._of.setdefault(number, []).append(found)

    def status(self, number: str) -> ExtensionStatus | None:
        """Return an extension's status, None when it is not known."""
        return self._statuses.get(number, self._missing)

    @cached_property
    def _statuses(self) -> dict[str, ExtensionStatus | None]:
        """What the extensions do, by number; while nobody has a call nobody asks."""
        return {extension.number: extension.status for extension in self._extensions}

    def in_use(self, number: str) -> bool:
        """Return whether an extension can be in a call."""
        status = self.status(number)
        return status is None or status in IN_USE

    def lost_in(self, number: str, found: FoundCall) -> bool:
        """Return whether an extension is in a found call though its phone is out of reach.

        One that is free, or deleted, has left: the list is the newer of the two.
        """
        return number == found.out_of_reach or (
            number in found.numbers and self._statuses.get(number) in OUT_OF_REACH
        )

    def of(self, number: str) -> Sequence[FoundCall]:
        """Return the calls in which an extension was found."""
        return self._of.get(number, ())

    def denies(self, leg: Leg, live: TrackedCall) -> bool:
        """Return whether an extension, asked for its calls, does not name this one.

        One that talks may have more calls inside than it names, but names its lines.
        """
        if leg.number not in self.asked:
            return False
        if leg.state is not PartyState.RINGING:
            return not any(
                found.outside or not live.outside for found in self.of(leg.number)
            )
        others = {other.number for other in live.extensions() if other is not leg}
        return not any(
            found.outside or not others.isdisjoint((*found.numbers, found.out_of_reach))
            for found in self.of(leg.number)
        )
