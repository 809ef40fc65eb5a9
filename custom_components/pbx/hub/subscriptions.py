"""Subscriptions: the callbacks for changes, called for exactly those concerned."""

from collections.abc import Callable, Hashable
from enum import Enum, auto
from typing import Final

from homeassistant.core import CALLBACK_TYPE, callback

from ..client.board.switchboard import Changes, Switchboard
from ..client.model import CallEvent, CallEventType, QueueEvent


class Topic(Enum):
    """A subject that concerns the whole PBX."""

    REGISTERED = auto()
    IN_USE = auto()
    CALLS = auto()
    PARKED = auto()
    PUSH = auto()
    REPORTS = auto()
    # Any supervision, or the settings of any extension.
    SUPERVISION = auto()
    SETTINGS = auto()


class Part(Enum):
    """The part of an extension, trunk or queue that a subscriber shows."""

    STATUS = auto()
    REGISTERED = auto()
    PRESENCE = auto()
    CALLS = auto()
    LAST_CALL = auto()
    SETTINGS = auto()
    SUPERVISION = auto()
    TRUNK = auto()
    QUEUE = auto()
    VOICEMAIL = auto()


type Subject = Topic | tuple[Part, str]

# The parts, besides the status, that change when an extension is absent or back.
PARTS_OF_PRESENCE: Final = (
    Part.REGISTERED,
    Part.PRESENCE,
    Part.CALLS,
    Part.LAST_CALL,
    Part.SETTINGS,
    Part.VOICEMAIL,
)


class Subscribers[Key: Hashable, *Arguments]:
    """Callbacks by key."""

    def __init__(self) -> None:
        """Initialize without callbacks."""
        self._callbacks: dict[Key, list[Callable[[*Arguments], None]]] = {}

    @callback
    def async_add(
        self, key: Key, subscriber: Callable[[*Arguments], None]
    ) -> CALLBACK_TYPE:
        """Add a callback for a key; return the function that removes it."""
        self._callbacks.setdefault(key, []).append(subscriber)

        @callback
        def remove() -> None:
            """Remove the callback."""
            callbacks = self._callbacks[key]
            callbacks.remove(subscriber)
            if not callbacks:
                del self._callbacks[key]

        return remove

    @callback
    def async_call(self, key: Key, *arguments: *Arguments) -> None:
        """Call all callbacks of a key."""
        for subscriber in tuple(self._callbacks.get(key, ())):
            subscriber(*arguments)


class News(Enum):
    """News of the PBX for other parts of the integration.

    Callbacks get the numbers or names concerned, an empty list for RESTORED.
    """

    EXTENSIONS_ADDED = auto()
    EXTENSIONS_REMOVED = auto()
    TRUNKS_ADDED = auto()
    QUEUES_ADDED = auto()
    # Extensions that have a voicemail box now.
    MAILBOXES_ADDED = auto()
    # The settings of these extensions changed; an empty list stands for an unnamed one.
    SETTINGS_CHANGED = auto()
    # The PBX is reachable again, or was restarted: anything may have changed meanwhile.
    RESTORED = auto()


class Subscriptions:
    """The subscriptions of one PBX.

    Callbacks of `subjects` are for changes of a value, those of `calls` for the events
    of an extension's calls, those of `queues` for the events of a queue, those of `news` for other parts of the integration, and
    those of `changes` for all that changed at once.
    """

    def __init__(self) -> None:
        """Initialize without subscribers."""
        self.subjects = Subscribers[Subject]()
        self.calls = Subscribers[str, CallEvent]()
        self.queues = Subscribers[str, QueueEvent]()
        self.news = Subscribers[News, list[str]]()
        self.changes = Subscribers[None, Changes]()
        self._counts: dict[Topic, int] = {}

    @callback
    def async_publish(
        self, changes: Changes, board: Switchboard, *, connected: bool
    ) -> None:
        """Publish changes; without a connection only events and news.

        Once it is back, all entities are updated anyway.
        """
        counted = self._changed_counts(board)
        queues = changes.queues
        for news, keys in (
            (News.EXTENSIONS_ADDED, changes.added),
            (News.EXTENSIONS_REMOVED, changes.removed),
            (News.TRUNKS_ADDED, changes.trunks_added),
            (News.QUEUES_ADDED, queues.queues.added),
            (News.MAILBOXES_ADDED, queues.mailboxes.added),
        ):
            if keys:
                self.news.async_call(news, sorted(keys))
        if connected:
            for part, keys in (
                (Part.STATUS, changes.changed),
                (Part.REGISTERED, changes.registered - changes.presence),
                (Part.CALLS, changes.calls - changes.presence),
                (Part.TRUNK, changes.trunks_changed),
                (Part.QUEUE, queues.queues.changed),
                (Part.VOICEMAIL, queues.mailboxes.changed - changes.presence),
            ):
                for key in keys:
                    self.subjects.async_call((part, key))
            for number in changes.presence:
                for part in PARTS_OF_PRESENCE:
                    self.subjects.async_call((part, number))
            for topic in counted:
                self.subjects.async_call(topic)
            if queues.parked:
                self.subjects.async_call(Topic.PARKED)
        for happened in queues.events:
            self.queues.async_call(happened.queue, happened)
        for event in changes.events:
            self.calls.async_call(event.number, event)
            if event.outcome is not None or event.type is CallEventType.ENDED:
                self.subjects.async_call((Part.LAST_CALL, event.number))
        self.changes.async_call(None, changes)

    def _changed_counts(self, board: Switchboard) -> list[Topic]:
        """Return the topics of the counts that have changed since the last call."""
        counts = {
            Topic.REGISTERED: board.registered_count,
            Topic.IN_USE: board.in_use_count,
            Topic.CALLS: board.call_count,
        }
        changed = [
            topic for topic in counts if counts[topic] != self._counts.get(topic)
        ]
        self._counts = counts
        return changed
