"""What changed on the switchboard, told to exactly those whom it concerns."""

from collections.abc import Callable, Iterable
from typing import Final

from homeassistant.core import CALLBACK_TYPE, callback

from ..client.board.switchboard import Changes, Switchboard
from ..client.model import CallEvent, CallEventType, Extension
from .subscriptions import Listeners, Part, Subject, Topic

# What is told, besides the status, when an extension is listed again or no more.
PRESENT_PARTS: Final = (
    Part.IN_USE,
    Part.REGISTERED,
    Part.PRESENCE,
    Part.CALLS,
    Part.LAST_CALL,
    Part.SETTINGS,
)


class Publisher:
    """Compares what is told with what was told before, and tells the difference."""

    def __init__(self, board: Switchboard) -> None:
        """Begin with nobody to tell, and nothing told."""
        self._board = board
        self._told = Listeners[()]()
        self._call_events = Listeners[CallEvent]()
        self._newcomers = Listeners[Iterable[str]]()
        self._counts: dict[Topic, int] = {}
        self._absent: set[str] = set()
        self._registered: dict[str, bool | None] = {}
        self._in_use: dict[str, bool | None] = {}

    # -- who is told

    @callback
    def async_add_listener(
        self, subject: Subject, told: CALLBACK_TYPE
    ) -> CALLBACK_TYPE:
        """Call back when a subject has changed."""
        return self._told.async_add(subject, told)

    @callback
    def async_add_call_listener(
        self, number: str, told: Callable[[CallEvent], None]
    ) -> CALLBACK_TYPE:
        """Call back with what happens to the calls of one extension."""
        return self._call_events.async_add((Part.CALLS, number), told)

    @callback
    def async_add_newcomer_listener(
        self, part: Part, told: Callable[[Iterable[str]], None]
    ) -> CALLBACK_TYPE:
        """Call back with the extensions or trunks that appear from now on."""
        return self._newcomers.async_add((part, ""), told)

    # -- what is told

    @callback
    def async_tell(self, subject: Subject) -> None:
        """Let the entities that show a subject write their states."""
        self._told.async_tell(subject)

    @callback
    def async_note(self, changes: Changes) -> None:
        """Take changes for known: there was nobody yet to tell them to."""
        self._counts_changed()
        self._presence_changed(changes)
        self._registered_changed(changes)
        self._in_use_changed(changes)

    @callback
    def async_publish(self, changes: Changes, *, connected: bool) -> None:
        """Tell changes; without a connection, the base class tells states when it is back."""
        counted = self._counts_changed()
        moved = self._presence_changed(changes)
        registered = self._registered_changed(changes)
        in_use = self._in_use_changed(changes)
        if changes.added:
            self._newcomers.async_tell((Part.STATUS, ""), sorted(changes.added))
        if changes.trunks_added:
            self._newcomers.async_tell((Part.TRUNK, ""), sorted(changes.trunks_added))
        if connected:
            for number in changes.changed:
                self._told.async_tell((Part.STATUS, number))
            for number in registered - moved:
                self._told.async_tell((Part.REGISTERED, number))
            for number in in_use - moved:
                self._told.async_tell((Part.IN_USE, number))
            for number in changes.calls:
                self._told.async_tell((Part.CALLS, number))
            for number in moved:
                for part in PRESENT_PARTS:
                    self._told.async_tell((part, number))
            for name in changes.trunks_changed:
                self._told.async_tell((Part.TRUNK, name))
            for topic in counted:
                self._told.async_tell(topic)
        for event in changes.events:
            self._call_events.async_tell((Part.CALLS, event.number), event)
            if event.outcome is not None or event.type is CallEventType.ENDED:
                self._told.async_tell((Part.LAST_CALL, event.number))

    def _counts_changed(self) -> list[Topic]:
        """Return which of the counts are not what they were."""
        board = self._board
        counts = {
            Topic.REGISTERED: board.registered_count,
            Topic.IN_USE: board.in_use_count,
            Topic.CALLS: board.call_count,
        }
        changed = [
            topic for topic, count in counts.items() if count != self._counts.get(topic)
        ]
        self._counts = counts
        return changed

    def _presence_changed(self, changes: Changes) -> set[str]:
        """Return the extensions that are not listed any more, or are listed again."""
        if not changes.changed and not changes.removed:
            return set()
        before = self._absent - changes.removed
        self._absent = (before - changes.changed) | {
            number for number in changes.changed if not self._board.present(number)
        }
        return before ^ self._absent

    def _registered_changed(self, changes: Changes) -> set[str]:
        """Return the extensions whose phones the PBX can reach now, or not any more."""
        return self._changed(
            changes, self._registered, lambda extension: extension.registered
        )

    def _in_use_changed(self, changes: Changes) -> set[str]:
        """Return the extensions that have a call now, or not any more."""
        return self._changed(changes, self._in_use, lambda extension: extension.in_use)

    def _changed(
        self,
        changes: Changes,
        known: dict[str, bool | None],
        look: Callable[[Extension], bool | None],
    ) -> set[str]:
        """Return the extensions of which something is not what it was known to be."""
        for number in changes.removed:
            known.pop(number, None)
        found: set[str] = set()
        for number in (*changes.added, *changes.changed):
            now = look(self._board.extensions[number])
            if now is not known.get(number):
                known[number] = now
                found.add(number)
        return found
