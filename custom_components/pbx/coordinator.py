"""The coordinator of one PBX: owns its client and its switchboard."""

from collections.abc import Callable, Iterable
from enum import Enum, auto
from typing import TYPE_CHECKING, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryError,
    HomeAssistantError,
    ServiceValidationError,
)
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util.hass_dict import HassKey

from .client.errors import (
    PbxError,
    PbxLockedOut,
    PbxLoginRejected,
    PbxRefused,
    PbxUnreachable,
    Refusal,
)
from .client.model import Extension, MonitorMode, PbxInfo, Snapshot
from .client.pbx import Pbx
from .client.switchboard import Switchboard
from .connection import failure
from .const import DOMAIN, LOGGER, POLL_INTERVAL
from .devices import PbxDevices

type PbxConfigEntry = ConfigEntry[PbxCoordinator]

# When a locked-out address may log in again, by entry. It outlives the coordinator:
# every retry of a set-up makes a new one, and each must not knock again.
LOCKED_UNTIL: HassKey[dict[str, float]] = HassKey(f"{DOMAIN}_locked_until")

MONITOR_REFUSALS = frozenset(
    {
        Refusal.MISSING_PARAMETER,
        Refusal.NO_SUCH_EXTENSION,
        Refusal.NOT_IN_CALL,
        Refusal.NOT_IDLE,
        Refusal.MONITORING_FORBIDDEN,
        Refusal.MONITOR_MODE_MISMATCH,
        Refusal.INTERNAL_ERROR,
    }
)


class Topic(Enum):
    """What a listener can wait for, besides an extension's number."""

    COUNTS = auto()


def spoken_name(extension: Extension) -> str:
    """Return an extension as a sentence names it."""
    if extension.name in ("", extension.number):
        return extension.number
    return f"{extension.name} ({extension.number})"


class PbxCoordinator(DataUpdateCoordinator[Switchboard]):
    """Keep the picture of one PBX true, and tell exactly the entities it concerns.

    The switchboard is one mutable table: `data` never changes as an object, so the
    base class notifies its listeners only when the connection comes or goes.
    """

    config_entry: PbxConfigEntry
    info: PbxInfo

    def __init__(self, hass: HomeAssistant, entry: PbxConfigEntry, pbx: Pbx) -> None:
        """Initialize the coordinator, with the extensions the registry remembers."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=POLL_INTERVAL,
            always_update=False,
        )
        self.pbx = pbx
        if TYPE_CHECKING:
            assert entry.unique_id is not None
        self.serial_number = entry.unique_id
        self.devices = PbxDevices(hass, entry.entry_id, self.serial_number)
        self._switchboard = Switchboard(self.devices.extension_numbers())
        self._topics: dict[str | Topic, list[CALLBACK_TYPE]] = {}
        self._newcomers: list[Callable[[Iterable[str]], None]] = []
        self._counts = (0, 0)

    @override
    async def async_shutdown(self) -> None:
        """Stop polling and log out."""
        await super().async_shutdown()
        await self.pbx.close()

    @override
    async def _async_update_data(self) -> Switchboard:
        """Read the PBX and bring the switchboard up to date."""
        self._raise_if_locked_out()
        try:
            snapshot = await self.pbx.snapshot()
        except PbxLoginRejected as err:
            raise ConfigEntryAuthFailed(**failure(err, self.pbx.address)) from err
        except PbxLockedOut as err:
            self._remember_lock_out(err)
            raise UpdateFailed(
                **failure(err, self.pbx.address), retry_after=err.retry_after
            ) from err
        except PbxError as err:
            raise UpdateFailed(**failure(err, self.pbx.address)) from err
        self._check(snapshot)
        self._reconcile(snapshot)
        return self._switchboard

    def _raise_if_locked_out(self) -> None:
        """Keep quiet while the PBX blocks this address."""
        locked = self.hass.data.setdefault(LOCKED_UNTIL, {})
        until = locked.get(self.config_entry.entry_id)
        if until is None:
            return
        if (rest := until - self.hass.loop.time()) <= 0:
            del locked[self.config_entry.entry_id]
            return
        raise UpdateFailed(
            **failure(PbxLockedOut(rest), self.pbx.address), retry_after=rest
        )

    def _remember_lock_out(self, err: PbxLockedOut) -> None:
        """Note when a login makes sense again."""
        self.hass.data.setdefault(LOCKED_UNTIL, {})[self.config_entry.entry_id] = (
            self.hass.loop.time() + err.retry_after
        )

    def _check(self, snapshot: Snapshot) -> None:
        """Believe a snapshot only when it is this PBX's and says something."""
        if snapshot.info.serial_number != self.serial_number:
            raise ConfigEntryError(
                translation_domain=DOMAIN,
                translation_key="wrong_pbx",
                translation_placeholders={
                    "address": self.pbx.address.url,
                    "expected": self.serial_number,
                    "found": snapshot.info.serial_number,
                },
            )
        # No office deletes all its extensions at once; a PBX that is starting says so.
        if not snapshot.extensions and self._switchboard.known:
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="empty_list",
                translation_placeholders={"address": self.pbx.address.url},
            )

    @callback
    def _reconcile(self, snapshot: Snapshot) -> None:
        """Take a snapshot over, and tell whom it concerns."""
        first = self.data is None
        if not first and snapshot.info != self.info:
            self.devices.async_register_pbx(snapshot.info, self.pbx.address.url)
        self.info = snapshot.info
        changes = self._switchboard.reconcile(snapshot)
        for number in changes.removed:
            self.devices.async_remove(number)
        for number in changes.changed:
            self.devices.async_rename(self._switchboard.extensions[number])
        counts = self._switchboard.registered_count, self._switchboard.in_use_count
        counts_changed, self._counts = counts != self._counts, counts
        if first:
            return
        if changes.added:
            for add in tuple(self._newcomers):
                add(sorted(changes.added))
        if not self.last_update_success:
            return  # the connection is back: the base class tells every listener
        for number in changes.changed:
            self._tell(number)
        if counts_changed:
            self._tell(Topic.COUNTS)

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: str | Topic | None = None
    ) -> CALLBACK_TYPE:
        """Listen for the connection, and for one extension or topic."""
        remove = super().async_add_listener(update_callback, context)
        if context is None:
            return remove
        listeners = self._topics.setdefault(context, [])
        listeners.append(update_callback)

        @callback
        def remove_both() -> None:
            """Stop listening for either."""
            listeners.remove(update_callback)
            if not listeners:
                self._topics.pop(context, None)
            remove()

        return remove_both

    @callback
    def async_add_newcomer_listener(
        self, update_callback: Callable[[Iterable[str]], None]
    ) -> CALLBACK_TYPE:
        """Call back with the numbers of extensions that appear from now on."""
        self._newcomers.append(update_callback)
        return lambda: self._newcomers.remove(update_callback)

    @callback
    def _tell(self, topic: str | Topic) -> None:
        """Let the listeners of one topic write their states."""
        for update_callback in tuple(self._topics.get(topic, ())):
            update_callback()

    async def async_monitor(
        self, mode: MonitorMode, supervisor: Extension, extension: Extension
    ) -> str | None:
        """Let a supervisor join an extension's call; return the id of his own call."""
        names = {
            "supervisor": spoken_name(supervisor),
            "extension": spoken_name(extension),
        }
        try:
            return await self.pbx.monitor(mode, supervisor.number, extension.number)
        except PbxRefused as err:
            key = err.refusal if err.refusal in MONITOR_REFUSALS else "refused"
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key=f"monitor_{key}",
                translation_placeholders=names | {"code": str(err.code or "-")},
            ) from err
        except PbxError as err:
            if isinstance(err, PbxUnreachable) and err.maybe_done:
                raise HomeAssistantError(
                    translation_domain=DOMAIN,
                    translation_key="monitor_unanswered",
                    translation_placeholders=names,
                ) from err
            if isinstance(err, PbxLoginRejected):
                self.config_entry.async_start_reauth(self.hass)
            elif isinstance(err, PbxLockedOut):
                self._remember_lock_out(err)
            raise HomeAssistantError(**failure(err, self.pbx.address)) from err
