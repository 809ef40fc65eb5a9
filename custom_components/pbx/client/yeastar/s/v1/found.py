"""The calls that one poll finds (reference, sections 3.3, 3.4 and 3.8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ....model import CallDirection, Party
from ....snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call with an outside party, as the lists of calls show it.

    `id` is None for an outbound call. `outside` are its lines, `numbers` the extensions
    that its row names: for an outbound call only the caller, which may have left.
    `answered` is True once a party talks. `caller` is the number that an outbound row
    names as the caller: of a call that was passed on, an outside party.
    """

    id: str | None
    direction: CallDirection
    numbers: tuple[str, ...]
    outside: tuple[Party, ...]
    answered: bool = False
    dialed: str | None = None
    caller: str | None = None


@dataclass(frozen=True, slots=True)
class Ties:
    """The calls of an extension according to its own settings.

    `lines` are the ids of its outside lines, `others` the extensions at the other ends:
    of several callees, the caller names the first one. `whole` is False where the PBX
    may have listed only one of each.
    """

    lines: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class PolledSnapshot(Snapshot):
    """A snapshot with calls.

    `calls` are those that the lists show, None where there are no such lists. `ties`
    are those of the extensions that were queried for their own calls.
    """

    calls: tuple[FoundCall, ...] | None = None
    ties: Mapping[str, Ties] = field(default_factory=dict)
