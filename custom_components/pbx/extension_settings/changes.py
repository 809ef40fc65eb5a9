"""What is to be changed of the extensions' settings, and who waits for that."""

import asyncio
from dataclasses import dataclass, fields, replace

from homeassistant.core import callback

from ..client.errors import PbxError, PbxUnreachable, Unreachable
from ..client.extension_settings import SettingsChange


@dataclass(slots=True, eq=False)
class Order:
    """A change of one extension, and what became of it: None when it was made."""

    change: SettingsChange
    done: asyncio.Future[PbxError | None]

    @callback
    def add(self, change: SettingsChange) -> None:
        """Change more; where both change the same, the new one counts."""
        values = {field.name: getattr(change, field.name) for field in fields(change)}
        self.change = replace(
            self.change,
            **{name: value for name, value in values.items() if value is not None},
        )

    @callback
    def end(self, error: PbxError | None) -> None:
        """Tell those who wait, once."""
        if not self.done.done():
            self.done.set_result(error)


class Orders:
    """The orders of one PBX by extension: those that wait, and those being carried out."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin without any."""
        self._loop = loop
        self._waiting: dict[str, Order] = {}
        self._begun: dict[str, Order] = {}

    def __bool__(self) -> bool:
        """Return whether any waits."""
        return bool(self._waiting)

    @callback
    def async_add(self, number: str, change: SettingsChange) -> Order:
        """Order a change, together with what waits for the same extension."""
        order = self._waiting.get(number)
        if order is None:
            order = Order(change, self._loop.create_future())
            self._waiting[number] = order
        else:
            order.add(change)
        return order

    @callback
    def async_begin(self) -> dict[str, Order]:
        """Return what waits; from now on it is being carried out."""
        self._begun, self._waiting = self._waiting, {}
        return self._begun

    @callback
    def async_end(self) -> None:
        """Tell all who still wait that nobody carries it out, or knows what became of it."""
        for order in self._begun.values():
            order.end(PbxUnreachable(Unreachable.TIMED_OUT, maybe_done=True))
        for order in self._waiting.values():
            order.end(PbxUnreachable(Unreachable.CANNOT_CONNECT))
        self._begun, self._waiting = {}, {}
