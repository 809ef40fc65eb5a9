"""The extensions of one PBX, and how many of them are reachable and in use."""

from collections.abc import Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from ..model import Extension, ExtensionStatus
from ..snapshot import Snapshot
from .presence import READS_UNTIL_GONE, ListChanges

# No report tells of these, so a poll that finds them is no evidence of anything.
UNREPORTED: Final = frozenset({ExtensionStatus.ON_HOLD, ExtensionStatus.FAULT})


@dataclass(frozen=True, slots=True)
class ExtensionChanges(ListChanges):
    """What a snapshot changed; the last two are those of `Changes`."""

    unreported: frozenset[str] = frozenset()
    doubtful: bool = False


class ExtensionTable:
    """The extensions by number; `listed` also holds those that are absent, but not gone yet."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """Begin with nothing but the numbers known from before, if any."""
        self._extensions: dict[str, Extension] = {}
        self._missed: dict[str, int] = dict.fromkeys(known, 0)
        self.listed: Mapping[str, Extension] = MappingProxyType(self._extensions)
        self.registered_count = 0
        self.in_use_count = 0
        self.on_hold_count = 0

    @property
    def known(self) -> bool:
        """Whether there is any extension, now or from before."""
        return bool(self._extensions or self._missed)

    def present(self, number: str) -> bool:
        """Return whether the last complete snapshot listed an extension."""
        return number in self._extensions and number not in self._missed

    def status_of(self, number: str) -> ExtensionStatus | None:
        """Return an extension's status."""
        extension = self._extensions.get(number)
        return None if extension is None else extension.status

    def set_status(self, number: str, status: ExtensionStatus | None) -> bool:
        """Take over the status of one that is present; return whether it was another."""
        before = self._extensions[number]
        if before.status is status:
            return False
        after = replace(before, status=status)
        self._count(before, -1)
        self._count(after, 1)
        self._extensions[number] = after
        return True

    def forget(self, number: str) -> None:
        """Drop an extension that is not present; listed again, it counts as added.

        Raises ValueError for one that is present.
        """
        if self.present(number):
            raise ValueError(f"Extension {number} is present")
        self._missed.pop(number, None)
        self._extensions.pop(number, None)

    def reconcile(
        self, snapshot: Snapshot, reported: AbstractSet[str]
    ) -> ExtensionChanges:
        """Take over what a snapshot lists, and return what that changed.

        Of those `reported` meanwhile the report may be newer: their status stays.
        """
        added: set[str] = set()
        changed: set[str] = set()
        unreported: set[str] = set()
        doubtful = False
        for extension in snapshot.extensions:
            number = extension.number
            before = self._extensions.get(number)
            missed = self._missed.pop(number, None) if self._missed else None
            if before is extension and missed is None:
                continue
            if before is None:
                added.add(number)
            elif before == extension and missed is None:
                continue
            else:
                if before.status is not extension.status:
                    if number in reported:
                        # Reading again will tell.
                        doubtful = True
                        extension = replace(extension, status=before.status)
                        if before == extension and missed is None:
                            continue
                    elif UNREPORTED.isdisjoint((before.status, extension.status)):
                        unreported.add(number)
                changed.add(number)
            self._count(before if missed is None else None, -1)
            self._count(extension, 1)
            self._extensions[number] = extension
        removed: set[str] = set()
        if snapshot.complete and (
            self._missed or len(snapshot.extensions) != len(self._extensions)
        ):
            listed = {extension.number for extension in snapshot.extensions}
            removed = self._miss(listed, changed)
        return ExtensionChanges(
            frozenset(added),
            frozenset(changed),
            frozenset(removed),
            frozenset(unreported),
            doubtful,
        )

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
        if extension.status is ExtensionStatus.ON_HOLD:
            self.on_hold_count += step
