"""Rosters: the extensions, trunks and queues that a PBX lists, and what has changed."""

from collections.abc import Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, override

from ..model import Extension, ExtensionStatus

# An item missing from this many complete lists in a row is removed. One list may lack
# an item that is just being changed on the PBX.
LISTS_UNTIL_GONE: Final = 2


@dataclass(frozen=True, slots=True)
class RosterChanges:
    """The keys of items that changed.

    `changed` items are still known: with another value, or absent, or listed again.
    The latter two are in `presence` too.
    """

    added: frozenset[str]
    changed: frozenset[str]
    presence: frozenset[str]
    removed: frozenset[str]


NO_CHANGES: Final = RosterChanges(frozenset(), frozenset(), frozenset(), frozenset())


class Roster[Item]:
    """Items by key; an absent item keeps its last value until it is removed."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """Initialize the roster with the keys known from an earlier run."""
        self._items: dict[str, Item] = {}
        self._missed: dict[str, int] = dict.fromkeys(known, 0)
        self.items: Mapping[str, Item] = MappingProxyType(self._items)

    @property
    def known(self) -> bool:
        """Return whether there is any item, now or from an earlier run."""
        return bool(self._items or self._missed)

    def present(self, key: str) -> bool:
        """Return whether the last complete list had an item."""
        return key in self._items and key not in self._missed

    def forget(self, key: str) -> None:
        """Drop an absent item; listed again, it counts as added.

        Raises ValueError for an item that is present.
        """
        if self.present(key):
            raise ValueError(f"{key} is present")
        self._missed.pop(key, None)
        self._items.pop(key, None)

    def put(self, key: str, item: Item) -> bool:
        """Set a present item that was reported; return whether it has changed."""
        before = self._items[key]
        if before == item:
            return False
        self._moved(key, before, item)
        self._items[key] = item
        return True

    def take(
        self, listed: Mapping[str, Item], *, complete: bool = True
    ) -> RosterChanges:
        """Apply a list, and return the changes.

        An item missing from an incomplete list is left as it is.
        """
        added: set[str] = set()
        changed: set[str] = set()
        presence: set[str] = set()
        removed: set[str] = set()
        items, missed = self._items, self._missed
        for key, item in listed.items():
            before = items.get(key)
            absent = bool(missed) and missed.pop(key, None) is not None
            if not absent and (before is item or before == item):
                continue
            if before is None:
                added.add(key)
            elif absent:
                presence.add(key)
            else:
                changed.add(key)
            self._moved(key, None if absent else before, item)
            items[key] = item
        if complete and (missed or len(listed) != len(items)):
            self._miss(listed.keys(), presence, removed)
        return RosterChanges(
            frozenset(added),
            frozenset(changed | presence),
            frozenset(presence),
            frozenset(removed),
        )

    def _miss(
        self, listed: AbstractSet[str], presence: set[str], removed: set[str]
    ) -> None:
        """Count the items missing from a complete list; remove those missed twice."""
        for key in (self._items.keys() | self._missed.keys()) - listed:
            misses = self._missed.get(key, 0)
            if misses == 0 and key in self._items:
                self._moved(key, self._items[key], None)
                presence.add(key)
            self._missed[key] = misses + 1
            if self._missed[key] >= LISTS_UNTIL_GONE:
                del self._missed[key]
                self._items.pop(key, None)
                removed.add(key)

    def _moved(self, key: str, before: Item | None, after: Item | None) -> None:
        """Handle a new value of an item; None stands for an item that is not listed."""


class ExtensionRoster(Roster[Extension]):
    """The extensions of a PBX, with counts of those registered and in use."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """Initialize the roster with the numbers known from an earlier run."""
        super().__init__(known)
        self.registered_count = 0
        self.in_use_count = 0
        self._registered: set[str] = set()
        # The complete list that all extensions match, None after another change.
        self._listed: tuple[Extension, ...] | None = None

    def status_of(self, number: str) -> ExtensionStatus | None:
        """Return the status of an extension, None where it is not known."""
        extension = self._items.get(number)
        return None if extension is None else extension.status

    def set_status(self, number: str, status: ExtensionStatus | None) -> bool:
        """Set the status of a present extension; return whether it has changed."""
        before = self._items[number]
        if before.status is status:
            return False
        return self.put(number, replace(before, status=status))

    def listed_as(self, extensions: tuple[Extension, ...]) -> None:
        """Store the complete list that was applied last."""
        self._listed = None if self._missed else extensions

    def is_as_listed(self, extensions: tuple[Extension, ...]) -> bool:
        """Return whether a list is the object applied last, without a change since."""
        return extensions is self._listed

    def drain(self) -> frozenset[str]:
        """Return and clear the present extensions with changed registration."""
        registered = frozenset(self._registered)
        self._registered.clear()
        return registered

    @override
    def _moved(
        self, key: str, before: Extension | None, after: Extension | None
    ) -> None:
        """Update the counts, and mark changes of registration."""
        self._listed = None
        for extension, step in ((before, -1), (after, 1)):
            if extension is not None:
                self.registered_count += step if extension.registered else 0
                self.in_use_count += step if extension.in_use else 0
        if before is None or after is None:
            return
        if before.registered is not after.registered:
            self._registered.add(key)
