"""What the S-Series API v1 cannot tell, case by case: the only excuses the proof knows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from .history import History, Moment, Part, Story


@dataclass(frozen=True, slots=True)
class Case:
    """One difference between what is shown and what is true."""

    field: str
    shown: Any
    true: Any
    history: History
    polled: bool
    story: Story | None
    part: Part | None
    moment: Moment | None
    at: Any
    number: str

    @property
    def unknown(self) -> bool:
        """Return whether nothing is claimed."""
        return self.shown in (None, "unknown")

    @property
    def shared(self) -> bool:
        """Return whether the phone has another call now."""
        return self.part is not None and self.history.shares_its_phone(self.part)

    @property
    def lost(self) -> bool:
        """Return whether the phone was out of reach at any time in this part."""
        return self.part is not None and self.part.lost_phone


@dataclass(frozen=True, slots=True)
class Line:
    """One thing the wire cannot tell.

    `when` says of which case it speaks, `may` what may be shown then.
    """

    name: str
    fields: frozenset[str]
    when: Callable[[Case], bool]
    may: Callable[[Case], bool]
    what: str
    instead: str
    because: str
    reference: str


LINES: Final[tuple[Line, ...]] = ()
