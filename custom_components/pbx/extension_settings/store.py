"""What is known of the extensions' settings: read rarely, written one after the other."""

import asyncio
from collections.abc import Collection, Iterable
from itertools import batched, starmap
from typing import TYPE_CHECKING, Final

from homeassistant.core import HomeAssistant, callback

from ..client.errors import PbxError, PbxRefused, PbxUnreachable, Refusal, Unreachable
from ..client.extension_settings import ExtensionSettings, SettingsChange
from ..client.model import Extension
from ..client.pbx import Capability
from ..const import LOGGER
from ..hub.names import spoken_name
from ..hub.request import Kind, async_request
from ..hub.subscriptions import Part
from .changes import Order, Orders
from .schedule import CHUNK, Schedule

if TYPE_CHECKING:
    from ..hub.coordinator import PbxCoordinator

# Seconds in which several changes of one extension become one.
MOMENT: Final = 0.1

# What a PBX says that can read settings, only not now.
PASSING: Final = frozenset({Refusal.INTERNAL_ERROR, Refusal.TOO_OFTEN})


class Settings:
    """The settings of the extensions of one PBX, as it said them last.

    One task reads and writes, one request after the other, and ends when there is
    nothing to do. What could not be read is not known, rather than as it was.
    """

    def __init__(self, hass: HomeAssistant, coordinator: PbxCoordinator) -> None:
        """Begin without knowing any."""
        self._hass = hass
        self._coordinator = coordinator
        self._known: dict[str, ExtensionSettings] = {}
        self._running = False
        self._task: asyncio.Task[None] | None = None
        self._orders = Orders(hass.loop)
        self._schedule = Schedule(hass, self._work)
        self._logged = False
        self.refused = False

    @property
    def supported(self) -> bool:
        """Whether this kind of PBX has settings that can be read and changed."""
        return Capability.SETTINGS in self._coordinator.pbx.capabilities

    @property
    def known_count(self) -> int:
        """Of how many extensions the settings are known."""
        return len(self._known)

    def of(self, number: str) -> ExtensionSettings | None:
        """Return the settings of an extension, None while they are not known."""
        return self._known.get(number)

    # -- when to read

    @callback
    def async_start(self) -> None:
        """Read everything once, while Home Assistant goes on."""
        if not self.supported:
            return
        self._running = True
        self._schedule.async_all_now(self._coordinator.data.extensions)

    @callback
    def async_shutdown(self) -> None:
        """Read and write no more."""
        self._running = False
        self._schedule.async_shutdown()
        if self._task is not None:
            self._task.cancel()

    @property
    def _reading(self) -> bool:
        """Whether settings are read at all."""
        return self._running and not self.refused

    @callback
    def async_read_again(self) -> None:
        """Read everything anew in a moment: the PBX was away, or has restarted."""
        if not self._running:
            return
        self.refused = False
        self._schedule.async_all_soon(self._coordinator.data.extensions)

    @callback
    def async_changed(self, number: str | None) -> None:
        """Read in a moment what somebody changed; None is an extension that was not named."""
        extensions = self._coordinator.data.extensions
        if not self._reading:
            return
        if number is None:
            self._schedule.async_soon(extensions)
        elif number in extensions:
            self._schedule.async_soon((number,))

    @callback
    def async_added(self, numbers: Iterable[str]) -> None:
        """Read the settings of new extensions in a moment."""
        if self._reading:
            self._schedule.async_soon(numbers)

    @callback
    def async_removed(self, numbers: Iterable[str]) -> None:
        """Forget the settings of extensions that are gone."""
        for number in numbers:
            self._known.pop(number, None)

    # -- what to write

    async def async_change(self, extension: Extension, change: SettingsChange) -> None:
        """Change settings, and return when the PBX was asked what they are now.

        Changes of one extension within a moment are one request. Raises the sentence
        for what went wrong, as `async_request` does.
        """
        await async_request(
            self._coordinator,
            self._async_order(extension.number, change),
            Kind.CONTROL,
            {"extension": spoken_name(extension)},
        )

    async def _async_order(self, number: str, change: SettingsChange) -> None:
        """Have a change made, together with others. Raises PbxError."""
        if not self.supported:
            raise PbxRefused(Refusal.UNSUPPORTED)
        if not self._running:
            raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
        order = self._orders.async_add(number, change)
        self._work()
        # Who does not wait any longer takes nothing back.
        error = await asyncio.shield(order.done)
        if error is not None:
            raise error

    # -- the task

    @callback
    def _work(self) -> None:
        """Let the task run, unless it does already."""
        if self._task is None or self._task.done():
            self._task = self._coordinator.config_entry.async_create_background_task(
                self._hass, self._async_work(), "pbx settings"
            )

    async def _async_work(self) -> None:
        """Write and read until nothing is left to do; who wrote does not wait long."""
        try:
            while self._orders or self._schedule.due:
                if self._orders:
                    await asyncio.sleep(MOMENT)
                    await self._async_write(self._orders.async_begin())
                else:
                    await self._async_read(self._schedule.due)
        finally:
            self._orders.async_end()

    async def _async_write(self, orders: dict[str, Order]) -> None:
        """Carry orders out, and read what that made of the settings."""
        # The client sends one after the other, and applies them together if it has to.
        results = await asyncio.gather(*starmap(self._async_write_one, orders.items()))
        written = [number for number, done in zip(orders, results, strict=True) if done]
        for numbers in batched(written, CHUNK, strict=False):
            await self._async_read(numbers)
        for number in written:
            orders[number].end(None)

    async def _async_write_one(self, number: str, order: Order) -> bool:
        """Change the settings of one extension, and return whether that succeeded."""
        try:
            await self._coordinator.pbx.change_settings(number, order.change)
        except PbxError as err:
            order.end(err)
            if _may_have_changed(err):
                self._schedule.async_now(number)
        except ValueError:
            order.end(PbxRefused(Refusal.SETTINGS_REJECTED))
        else:
            return True
        return False

    async def _async_read(self, numbers: Collection[str]) -> None:
        """Ask for the settings of some extensions; what is reported later is read later."""
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
        """Try again later; the polls tell the user that the PBX is not well."""
        if self._reading:
            self._schedule.async_failed(numbers)

    @callback
    def _give_up(self, err: PbxRefused) -> None:
        """Ask no more until the PBX has been away: its firmware does not tell."""
        self.refused = True
        self._schedule.async_clear()
        self._known.clear()
        if not self._logged:
            self._logged = True
            LOGGER.warning("The PBX does not tell its extensions' settings: %s", err)
        for number in self._coordinator.data.extensions:
            self._coordinator.async_tell((Part.SETTINGS, number))

    @callback
    def _note(self, number: str, settings: ExtensionSettings | None) -> None:
        """Keep what the PBX said, and tell whom it concerns."""
        if settings == self._known.get(number):
            return
        if settings is None:
            del self._known[number]
        else:
            self._known[number] = settings
        self._coordinator.async_tell((Part.SETTINGS, number))


def _may_have_changed(err: PbxError) -> bool:
    """Return whether a change that failed may have been made all the same."""
    if isinstance(err, PbxRefused):
        return err.refusal is Refusal.TOO_OFTEN
    return isinstance(err, PbxUnreachable) and err.maybe_done
