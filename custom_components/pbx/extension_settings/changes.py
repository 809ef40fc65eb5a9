"""Changes of settings that are not made yet, and the callers that wait for them."""

import asyncio
from dataclasses import dataclass, fields, replace

from homeassistant.core import callback

from ..client.errors import PbxError, PbxUnreachable, Unreachable
from ..client.extension_settings import SettingsChange


@dataclass(slots=True, eq=False)
class PendingChange:
    """A change of one extension; `done` gets its error, None when it was made."""

    change: SettingsChange
    done: asyncio.Future[PbxError | None]

    @callback
    def add(self, change: SettingsChange) -> None:
        """Add another change; where both change the same setting, the new one counts."""
        values = {field.name: getattr(change, field.name) for field in fields(change)}
        self.change = replace(
            self.change,
            **{name: value for name, value in values.items() if value is not None},
        )

    @callback
    def end(self, error: PbxError | None) -> None:
        """Tell the callers that wait, once."""
        if not self.done.done():
            self.done.set_result(error)


class PendingChanges:
    """The changes of one PBX by extension: those that wait, and those being made."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Initialize without changes."""
        self._loop = loop
        self._waiting: dict[str, PendingChange] = {}
        self._begun: dict[str, PendingChange] = {}

    def __bool__(self) -> bool:
        """Return whether any waits."""
        return bool(self._waiting)

    @callback
    def async_add(self, number: str, change: SettingsChange) -> PendingChange:
        """Add a change to those that wait for the same extension."""
        pending = self._waiting.get(number)
        if pending is None:
            pending = PendingChange(change, self._loop.create_future())
            self._waiting[number] = pending
        else:
            pending.add(change)
        return pending

    @callback
    def async_begin(self) -> dict[str, PendingChange]:
        """Return the changes that wait; from now on they are being made."""
        self._begun, self._waiting = self._waiting, {}
        return self._begun

    @callback
    def async_end(self) -> None:
        """Tell the callers that still wait that a change is not made, or may have been."""
        for pending in self._begun.values():
            pending.end(PbxUnreachable(Unreachable.TIMED_OUT, maybe_done=True))
        for pending in self._waiting.values():
            pending.end(PbxUnreachable(Unreachable.CANNOT_CONNECT))
        self._begun, self._waiting = {}, {}
