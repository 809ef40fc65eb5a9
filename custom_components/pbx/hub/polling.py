"""The proof that reports arrive: the poll runs fast until it is given, and after doubt."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Final

FAST_POLL: Final = timedelta(seconds=10)
SLOW_POLL: Final = timedelta(seconds=60)
# So many polls in a row must find what nobody reported before the user is bothered.
EVIDENCE_NEEDED: Final = 3


class PushMode(StrEnum):
    """What is known about the reports of a PBX."""

    WAITING = "waiting"
    WORKING = "working"
    MISSING = "missing"


class PushProof:
    """Weighs what is reported against what polls find.

    What a poll finds may be reported a moment later, so it counts as evidence only
    when no report about that extension came until the next poll.
    """

    def __init__(self) -> None:
        """Begin without any proof."""
        self._reported = False
        self._suspects: set[str] = set()
        self._silent_polls = 0
        self._unreported: dict[str, int] = {}

    @property
    def mode(self) -> PushMode:
        """What is known by now."""
        if self._silent_polls:
            return PushMode.MISSING
        return PushMode.WORKING if self._reported else PushMode.WAITING

    @property
    def interval(self) -> timedelta:
        """How long to wait until the next poll."""
        proven = self.mode is PushMode.WORKING
        doubted = self._suspects or self._unreported
        return SLOW_POLL if proven and not doubted else FAST_POLL

    @property
    def missing(self) -> bool:
        """Whether it is certain that reports do not arrive."""
        return self._silent_polls >= EVIDENCE_NEEDED

    @property
    def never_reported(self) -> list[str]:
        """The extensions the PBX does not report, though it reports others."""
        if self._silent_polls:
            return []
        return sorted(
            number
            for number, count in self._unreported.items()
            if count >= EVIDENCE_NEEDED
        )

    def reported(self, number: str | None) -> bool:
        """Take a report as proof, and one about an extension as proof for that one.

        Returns whether that is news.
        """
        news = (
            not self._reported
            or self._silent_polls > 0
            or number in self._suspects
            or number in self._unreported
        )
        self._reported = True
        self._silent_polls = 0
        if number is not None:
            self._suspects.discard(number)
            self._unreported.pop(number, None)
        return news

    def polled(self, unreported: Iterable[str], known: Iterable[str]) -> None:
        """Weigh what a poll found that nobody had reported."""
        confirmed = self._suspects.intersection(known) if self._suspects else set()
        self._suspects = set(unreported)
        if confirmed:
            self._silent_polls += 1
        for number in confirmed:
            self._unreported[number] = self._unreported.get(number, 0) + 1
        if self._unreported:
            for number in self._unreported.keys() - set(known):
                del self._unreported[number]

    def interrupted(self) -> None:
        """Forget what is suspected: while the PBX was away, it could not report."""
        self._suspects.clear()
