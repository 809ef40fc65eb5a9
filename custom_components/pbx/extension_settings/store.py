"""The settings of extensions: read rarely, written one after the other."""

import asyncio
from collections.abc import Collection, Iterable
from itertools import batched, starmap
from typing import Final

from homeassistant.core import HomeAssistant, callback

from ..client.errors import PbxError, PbxRefused, PbxUnreachable, Refusal, Unreachable
from ..client.extension_settings import ExtensionSettings, SettingsChange
from ..client.model import Extension
from ..client.pbx import Capability
from ..const import LOGGER
from ..hub.coordinator import PbxCoordinator
from ..hub.describe import spoken_name
from ..hub.request import async_request
from ..hub.subscriptions import News, Part, Topic
from .changes import PendingChange, PendingChanges
from .schedule import CHUNK, Schedule

# Seconds in which several changes of one extension are merged into one request.
MOMENT: Final = 0.1

# Refusals after which a retry may succeed; any other means that the PBX has no settings.
PASSING: Final = frozenset({Refusal.INTERNAL_ERROR, Refusal.TOO_OFTEN})


class SettingsStore:
    """The settings of the extensions of one PBX, as they were last read.

    One task reads and writes, one request after the other, and ends when there is
    nothing to do. Settings that could not be read become unknown.
    """

    def __init__(self, hass: HomeAssistant, coordinator: PbxCoordinator) -> None:
        """Initialize without settings."""
        self._hass = hass
        self._coordinator = coordinator
        self._known: dict[str, ExtensionSettings] = {}
        self._running = False
        self._task: asyncio.Task[None] | None = None
        self._pending = PendingChanges(hass.loop)
        self._schedule = Schedule(hass, self._work)
        self._logged = False
        self.refused = False
        news = coordinator.subscriptions.news
        self._unsubscribe = [
            news.async_add(News.EXTENSIONS_ADDED, self._added),
            news.async_add(News.EXTENSIONS_REMOVED, self._removed),
            news.async_add(News.SETTINGS_CHANGED, self._changed),
            news.async_add(News.RESTORED, self._restored),
        ]

    @property
    def supported(self) -> bool:
        """Return whether the settings of this PBX can be read and changed."""
        return Capability.SETTINGS in self._coordinator.pbx.capabilities

    @property
    def known_count(self) -> int:
        """Return the number of extensions whose settings are known."""
        return len(self._known)

    def of(self, number: str) -> ExtensionSettings | None:
        """Return the settings of an extension, None while they are not known."""
        return self._known.get(number)

    # -- reading

    @callback
    def async_start(self) -> None:
        """Start reading all settings in the background."""
        if not self.supported:
            return
        self._running = True
        self._schedule.async_all_now(self._coordinator.data.extensions)

    @callback
    def async_shutdown(self) -> None:
        """Stop reading and writing."""
        self._running = False
        while self._unsubscribe:
            self._unsubscribe.pop()()
        self._schedule.async_shutdown()
        if self._task is not None:
            self._task.cancel()

    @property
    def _reading(self) -> bool:
        """Return whether settings are being read: not shut down, and not refused."""
        return self._running and not self.refused

    @callback
    def _restored(self, _: list[str]) -> None:
        """Schedule all settings after the PBX was away; its firmware may be another."""
        if not self._running:
            return
        self.refused = False
        self._schedule.async_all_soon(self._coordinator.data.extensions)

    @callback
    def _changed(self, numbers: list[str]) -> None:
        """Schedule the settings that were changed on the PBX; all if it names none."""
        extensions = self._coordinator.data.extensions
        if not self._reading:
            return
        if not numbers:
            self._schedule.async_all_soon(extensions)
        else:
            self._schedule.async_soon(filter(extensions.__contains__, numbers))

    @callback
    def _added(self, numbers: list[str]) -> None:
        """Schedule the settings of new extensions."""
        if self._reading:
            self._schedule.async_soon(numbers)

    @callback
    def _removed(self, numbers: list[str]) -> None:
        """Drop the settings of removed extensions."""
        for number in numbers:
            self._known.pop(number, None)

    # -- writing

    async def async_change(self, extension: Extension, change: SettingsChange) -> None:
        """Change settings, and return when they have been read again.

        Changes of one extension within a moment are one request. Raises the errors of
        `async_request`.
        """
        names = {"extension": spoken_name(extension)}
        await async_request(
            self._coordinator,
            Capability.SETTINGS,
            lambda _: self._async_make(extension.number, change),
            names,
        )

    async def _async_make(self, number: str, change: SettingsChange) -> None:
        """Add a change, and wait until it is written. Raises PbxError."""
        if not self._running:
            raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
        pending = self._pending.async_add(number, change)
        self._work()
        # A cancelled caller does not withdraw the change, which others may share.
        error = await asyncio.shield(pending.done)
        if error is not None:
            raise error

    # -- the task

    @callback
    def _work(self) -> None:
        """Start the task unless it is running."""
        if self._task is None or self._task.done():
            self._task = self._coordinator.config_entry.async_create_background_task(
                self._hass, self._async_work(), "pbx settings"
            )

    async def _async_work(self) -> None:
        """Write and read until nothing is left to do; writing takes precedence."""
        try:
            while self._pending or self._schedule.due:
                if self._pending:
                    await asyncio.sleep(MOMENT)
                    await self._async_write(self._pending.async_begin())
                else:
                    await self._async_read(self._schedule.due)
        finally:
            self._pending.async_end()

    async def _async_write(self, changes: dict[str, PendingChange]) -> None:
        """Write changes, and read the resulting settings."""
        # The client sends them one after the other, with one `apply` for all.
        results = await asyncio.gather(*starmap(self._async_write_one, changes.items()))
        written = [
            number for number, done in zip(changes, results, strict=True) if done
        ]
        for numbers in batched(written, CHUNK, strict=False):
            await self._async_read(numbers)
        for number in written:
            changes[number].end(None)

    async def _async_write_one(self, number: str, pending: PendingChange) -> bool:
        """Write the change of one extension, and return whether that succeeded."""
        try:
            await self._coordinator.pbx.change_settings(number, pending.change)
        except PbxError as err:
            pending.end(err)
            if _may_have_changed(err):
                self._schedule.async_now(number)
        except ValueError:
            pending.end(PbxRefused(Refusal.SETTINGS_REJECTED))
        else:
            return True
        return False

    async def _async_read(self, numbers: Collection[str]) -> None:
        """Read the settings of extensions; a change reported meanwhile is read later."""
        self._schedule.async_taken(numbers)
        asked = [
            number for number in numbers if number in self._coordinator.data.extensions
        ]
        if not asked:
            return
        found: Iterable[ExtensionSettings] = ()
        try:
            found = await self._coordinator.pbx.settings(asked)
        except PbxRefused as err:
            if err.refusal in PASSING:
                self._failed(asked)
            elif err.refusal is not Refusal.NO_SUCH_EXTENSION:
                self._give_up(err)
        except PbxError:
            self._failed(asked)
        else:
            self._schedule.async_succeeded()
        settings = {extension.number: extension for extension in found}
        for number in asked:
            self._note(number, settings.get(number))

    @callback
    def _failed(self, numbers: Iterable[str]) -> None:
        """Schedule a retry; the user learns of the failure by the polls."""
        if self._reading:
            self._schedule.async_failed(numbers)

    @callback
    def _give_up(self, err: PbxRefused) -> None:
        """Stop reading until the PBX reconnects, as this firmware has no settings."""
        self.refused = True
        self._schedule.async_clear()
        self._known.clear()
        if not self._logged:
            self._logged = True
            LOGGER.warning("The PBX does not return extension settings: %s", err)
        for number in self._coordinator.data.extensions:
            self._show(number)

    @callback
    def _note(self, number: str, settings: ExtensionSettings | None) -> None:
        """Store the settings of an extension, and update its entities."""
        if settings == self._known.get(number):
            return
        if settings is None:
            del self._known[number]
        else:
            self._known[number] = settings
        self._show(number)

    @callback
    def _show(self, number: str) -> None:
        """Update what shows the settings of an extension."""
        subjects = self._coordinator.subscriptions.subjects
        subjects.async_call((Part.SETTINGS, number))
        subjects.async_call(Topic.SETTINGS)


def _may_have_changed(err: PbxError) -> bool:
    """Return whether a change that failed may have been made all the same."""
    if isinstance(err, PbxRefused):
        return err.refusal is Refusal.TOO_OFTEN
    return isinstance(err, PbxUnreachable) and err.maybe_done
