"""What a list of the PBX's says of who is there, and who is gone."""

from dataclasses import dataclass
from typing import Final

# How many complete snapshots in a row must lack an extension or a trunk before it is gone.
READS_UNTIL_GONE: Final = 2


@dataclass(frozen=True, slots=True)
class ListChanges:
    """What a list changed: who is listed for the first time, differs, and is gone."""

    added: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
