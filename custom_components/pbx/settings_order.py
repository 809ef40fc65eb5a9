"""What is to be changed of one extension's settings, and who waits for that."""

import asyncio
from dataclasses import dataclass, fields, replace

from homeassistant.core import callback

from .client.errors import PbxError
from .client.settings import SettingsChange


@dataclass(slots=True, eq=False)
class Order:
    """A change, and what became of it: None when it was made."""

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
