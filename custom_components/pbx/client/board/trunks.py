"""The trunks of one PBX, as its lists name them."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ..model import Trunk
from .presence import READS_UNTIL_GONE, ListChanges


class TrunkTable:
    """The trunks by name; `listed` also holds those that are absent, but not gone yet."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """Begin with nothing but the names known from before, if any."""
        self._trunks: dict[str, Trunk] = {}
        self._missed: dict[str, int] = dict.fromkeys(known, 0)
        self.listed: Mapping[str, Trunk] = MappingProxyType(self._trunks)

    def present(self, name: str) -> bool:
        """Return whether the last list named a trunk."""
        return name in self._trunks and name not in self._missed

    def forget(self, name: str) -> None:
        """Drop a trunk that is not present; listed again, it counts as added.

        Raises ValueError for one that is present.
        """
        if self.present(name):
            raise ValueError(f"Trunk {name} is present")
        self._missed.pop(name, None)
        self._trunks.pop(name, None)

    def reconcile(self, trunks: Iterable[Trunk]) -> ListChanges:
        """Take over a list, and return what that changed."""
        listed = {trunk.name: trunk for trunk in trunks}
        added = listed.keys() - self._trunks.keys()
        changed = {
            name
            for name, trunk in listed.items()
            if name not in added
            and (self._trunks[name] != trunk or name in self._missed)
        }
        self._trunks.update(listed)
        for name in listed.keys() & self._missed.keys():
            del self._missed[name]
        removed: set[str] = set()
        for name in (self._trunks.keys() | self._missed.keys()) - listed.keys():
            missed = self._missed.get(name, 0) + 1
            self._missed[name] = missed
            changed.add(name)
            if missed >= READS_UNTIL_GONE:
                del self._missed[name]
                self._trunks.pop(name, None)
                removed.add(name)
        return ListChanges(
            frozenset(added), frozenset(changed - removed), frozenset(removed)
        )
