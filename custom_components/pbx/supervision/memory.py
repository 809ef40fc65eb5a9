"""Memory of running supervision, for a reload of the entry and a restart."""

from typing import Any, Final, NotRequired, TypedDict

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

VERSION: Final = 1
SAVE_DELAY: Final = 1.0


class Remembered(TypedDict):
    """One supervisor in a call."""

    mode: str
    supervisor: str
    extension: str
    user_id: str | None
    since: NotRequired[float]


class MonitoringMemory:
    """The running monitorings of one entry, by supervisor; it outlives the entry's runtime."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Initialize without monitorings."""
        self._store = Store[dict[str, Any]](
            hass, VERSION, f"{DOMAIN}.supervision.{entry_id}"
        )
        self._running: dict[str, Remembered] | None = None

    async def async_load(self) -> list[Remembered]:
        """Return the monitorings that ran when the entry was unloaded."""
        if self._running is None:
            stored = await self._store.async_load()
            self._running = dict(stored["running"]) if stored else {}
        return list(self._running.values())

    @callback
    def async_put(self, monitoring: Remembered) -> None:
        """Remember a monitoring that has begun."""
        self._change()[monitoring["supervisor"]] = monitoring

    @callback
    def async_drop(self, supervisor: str) -> None:
        """Forget the monitoring of a supervisor."""
        self._change().pop(supervisor, None)

    def _change(self) -> dict[str, Remembered]:
        """Return the monitorings for a change that is saved in a moment."""
        running = self._running = self._running or {}
        self._store.async_delay_save(lambda: {"running": running}, SAVE_DELAY)
        return running

    async def async_remove(self) -> None:
        """Remove everything that is stored."""
        await self._store.async_remove()


MEMORIES: HassKey[dict[str, MonitoringMemory]] = HassKey(f"{DOMAIN}_supervision")


@callback
def async_memory_of(hass: HomeAssistant, entry_id: str) -> MonitoringMemory:
    """Return the memory of an entry."""
    memories = hass.data.setdefault(MEMORIES, {})
    if entry_id not in memories:
        memories[entry_id] = MonitoringMemory(hass, entry_id)
    return memories[entry_id]


async def async_forget_memory(hass: HomeAssistant, entry_id: str) -> None:
    """Remove the memory of an entry that is removed."""
    await async_memory_of(hass, entry_id).async_remove()
    hass.data[MEMORIES].pop(entry_id, None)
