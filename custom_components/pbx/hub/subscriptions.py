"""Who is told of what: exactly those whom a change concerns."""

from collections.abc import Callable
from enum import Enum, auto

from homeassistant.core import CALLBACK_TYPE, callback


class Topic(Enum):
    """What a listener can wait for, besides one extension or trunk."""

    REGISTERED = auto()
    IN_USE = auto()
    CALLS = auto()
    PUSH = auto()
    REPORTS = auto()
    MONITORING = auto()


class Part(Enum):
    """Which part of an extension or a trunk concerns a listener."""

    STATUS = auto()
    IN_USE = auto()
    REGISTERED = auto()
    PRESENCE = auto()
    CALLS = auto()
    LAST_CALL = auto()
    SETTINGS = auto()
    TRUNK = auto()


type Subject = Topic | tuple[Part, str]


class Listeners[*Told]:
    """Callbacks by the subject they wait for."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._of: dict[Subject, list[Callable[[*Told], None]]] = {}

    @callback
    def async_add(
        self, subject: Subject, told: Callable[[*Told], None]
    ) -> CALLBACK_TYPE:
        """Tell somebody of a subject from now on; return what ends that."""
        self._of.setdefault(subject, []).append(told)

        @callback
        def remove() -> None:
            """Tell them no more."""
            listeners = self._of[subject]
            listeners.remove(told)
            if not listeners:
                del self._of[subject]

        return remove

    @callback
    def async_tell(self, subject: Subject, *arguments: *Told) -> None:
        """Tell all who wait for a subject."""
        for told in tuple(self._of.get(subject, ())):
            told(*arguments)
