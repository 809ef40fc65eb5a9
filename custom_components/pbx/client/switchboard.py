"""The one picture of a PBX: a mutable table of immutable values, without any I/O."""

from collections.abc import Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass
from types import MappingProxyType

from .model import Extension, Snapshot

# How many complete snapshots in a row must lack an extension before it is gone.
READS_UNTIL_GONE = 2


@dataclass(frozen=True, slots=True)
class Changes:
    """Which extensions a snapshot made appear, differ, or go, by number.

    `changed` holds extensions that are still in the table: with another value, or not
    listed any more, or listed again.
    """

    added: frozenset[str]
    changed: frozenset[str]
    removed: frozenset[str]


class Switchboard:
    """What is known of a PBX's extensions.

    An extension that one complete snapshot lacks is absent, after the second one in
    a row it is gone. A snapshot that is not complete proves nothing by what it lacks.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        """Begin with nothing but the numbers known from before, if any."""
        self._extensions: dict[str, Extension] = {}
        self._missed: dict[str, int] = dict.fromkeys(known, 0)
        self.extensions: Mapping[str, Extension] = MappingProxyType(self._extensions)
        self.registered_count = 0
        self.in_use_count = 0

    @property
    def known(self) -> bool:
        """Whether there is any extension, now or from before."""
        return bool(self._extensions or self._missed)

    def present(self, number: str) -> bool:
        """Return whether the last complete snapshot listed an extension."""
        return number in self._extensions and number not in self._missed

    def forget(self, number: str) -> None:
        """Drop an extension that is not present; listed again, it counts as added.

        Raises ValueError for one that is present.
        """
        if self.present(number):
            raise ValueError(f"Extension {number} is present")
        self._missed.pop(number, None)
        self._extensions.pop(number, None)

    def reconcile(self, snapshot: Snapshot) -> Changes:
        """Take over what a snapshot says, and return what that changed."""
        added: set[str] = set()
        changed: set[str] = set()
        for extension in snapshot.extensions:
            number = extension.number
            before = self._extensions.get(number)
            missed = self._missed.pop(number, None) if self._missed else None
            if before is None:
                added.add(number)
            elif before != extension or missed is not None:
                changed.add(number)
            else:
                continue
            self._count(before if missed is None else None, -1)
            self._count(extension, 1)
            self._extensions[number] = extension
        removed: set[str] = set()
        if snapshot.complete and (
            self._missed or len(snapshot.extensions) != len(self._extensions)
        ):
            listed = {extension.number for extension in snapshot.extensions}
            removed = self._miss(listed, changed)
        return Changes(frozenset(added), frozenset(changed), frozenset(removed))

    def _miss(self, listed: AbstractSet[str], changed: set[str]) -> set[str]:
        """Note which extensions are not listed, and drop those that are gone."""
        removed: set[str] = set()
        for number in self._extensions.keys() - listed - self._missed.keys():
            self._missed[number] = 0
        for number in self._missed.keys() - listed:
            if self._missed[number] == 0:
                self._count(self._extensions.get(number), -1)
                if number in self._extensions:
                    changed.add(number)
            self._missed[number] += 1
            if self._missed[number] >= READS_UNTIL_GONE:
                del self._missed[number]
                self._extensions.pop(number, None)
                removed.add(number)
        return removed

    def _count(self, extension: Extension | None, step: int) -> None:
        """Keep the counts of listed extensions."""
        if extension is None:
            return
        if extension.registered:
            self.registered_count += step
        if extension.in_use:
            self.in_use_count += step
