"""What one poll finds of calls (reference, sections 3.3, 3.4 and 3.8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...model import CallDirection, Party
from ...snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call with an outside party, as the lists of calls show it.

    `id` is None for a call to the outside. `outside` are its lines, `numbers` the
    extensions that its row names: of a call to the outside only who dialled it, who
    may have left. `answered` says whether anybody talks yet.
    """

    id: str | None
    direction: CallDirection
    numbers: tuple[str, ...]
    outside: tuple[Party, ...]
    answered: bool = False
    dialed: str | None = None


@dataclass(frozen=True, slots=True)
class Ties:
    """What an extension's own settings tell of its calls.

    `lines` are the ids of its lines to the outside, `others` the extensions at the other
    ends: of several callees the caller names the first one. `whole` is False where the
    PBX may have told just one of each.
    """

    lines: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class PolledSnapshot(Snapshot):
    """A snapshot with the calls that the lists show, None where there are no such lists.

    `ties` are those of the extensions that were asked for their own calls.
    """

    calls: tuple[FoundCall, ...] | None = None
    ties: Mapping[str, Ties] = field(default_factory=dict)
