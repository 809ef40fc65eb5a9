"""The coordinator of one PBX: owns its client and its switchboard."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from ..client.board.switchboard import Changes, Switchboard
from ..client.errors import PbxError, PbxLockedOut, PbxLoginRejected
from ..client.model import CallEvent, PbxInfo
from ..client.pbx import Pbx
from ..client.report import (
    ExtensionReport,
    Report,
    Restarted,
    SettingsChanged,
    Subject as Changed,
)
from ..client.snapshot import Snapshot
from ..const import CONF_CONTACTS, LOGGER
from ..extension_settings.store import Settings
from ..supervision.supervision import Supervision
from .connect import failure
from .contacts import Contacts
from .doubt import Doubt
from .issues import (
    async_connected,
    async_connection_failed,
    async_delete_issues,
    async_update_issues,
)
from .lock_out import LockOut
from .polling import FAST_POLL, PushMode, PushProof
from .publisher import Publisher
from .push import PushReceiver
from .registry import PbxDevices
from .settling import Settling, switchboard_time
from .snapshot_check import check_snapshot
from .subscriptions import Part, Subject, Topic

type PbxConfigEntry = ConfigEntry[PbxCoordinator]

TRUNKS_EVERY: Final = timedelta(seconds=55)


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
            always_update=False,
        )
        self.pbx = pbx
        if TYPE_CHECKING:
            assert entry.unique_id is not None
        self.serial_number = entry.unique_id
        self.devices = PbxDevices(hass, entry.entry_id, self.serial_number)
        self._switchboard = Switchboard(
            self.devices.extension_numbers(),
            self.devices.trunk_names(),
            reader=pbx.call_reader,
        )
        self.contacts = Contacts(entry.options.get(CONF_CONTACTS, ""))
        self.receiver = PushReceiver(
            hass, entry.data, entry.options, pbx, self.serial_number, self._take_report
        )
        self.supervision = Supervision(hass, self)
        self.settings = Settings(hass, self)
        self.lock_out = LockOut(hass, entry.entry_id)
        self.proof = PushProof()
        self.update_interval = self.proof.interval
        self._publisher = Publisher(self._switchboard)
        self._settling = Settling(hass, self._switchboard, self._publish)
        self._doubt = Doubt(hass, self._switchboard, self.async_refresh)
        self._push_state: tuple[object, ...] | None = None
        self._trunks_read: datetime | None = None
        self._primed = False

    @override
    async def async_shutdown(self) -> None:
        """Stop polling and listening, and log out: then the PBX reports no more."""
        self.receiver.async_stop()
        self.supervision.async_shutdown()
        self.settings.async_shutdown()
        self._doubt.async_shutdown()
        self._settling.async_shutdown()
        async_delete_issues(self.hass, self.config_entry)
        await super().async_shutdown()
        await self.pbx.close()

    @property
    def push_mode(self) -> PushMode:
        """What is known about the reports."""
        return self.proof.mode

    @override
    async def _async_update_data(self) -> Switchboard:
        """Read the PBX and bring the switchboard up to date."""
        self._raise_if_locked_out()
        # Unless it succeeds: whoever is back wants to be seen soon.
        self.update_interval = FAST_POLL
        trunks = (
            self._trunks_read is None
            or dt_util.utcnow() - self._trunks_read >= TRUNKS_EVERY
        )
        self._switchboard.expect_snapshot()
        try:
            snapshot = await self.pbx.snapshot(trunks=trunks)
        except PbxError as err:
            if self._shutdown_requested:
                return self._switchboard
            async_connection_failed(self.hass, self.config_entry, err)
            sentence = failure(err, self.pbx.address)
            if isinstance(err, PbxLoginRejected):
                raise ConfigEntryAuthFailed(**sentence) from err
            if isinstance(err, PbxLockedOut):
                self.lock_out.async_remember(err)
                raise UpdateFailed(**sentence, retry_after=err.retry_after) from err
            raise UpdateFailed(**sentence) from err
        if self._shutdown_requested:
            return self._switchboard  # which nobody looks at any more
        async_connected(self.hass, self.config_entry)
        check_snapshot(
            snapshot, self.serial_number, self._switchboard, self.pbx.address
        )
        if trunks:
            self._trunks_read = dt_util.utcnow()
        self._reconcile(snapshot)
        return self._switchboard

    def _raise_if_locked_out(self) -> None:
        """Keep quiet while the PBX blocks this address."""
        rest = self.lock_out.rest
        if rest is None:
            return
        if rest <= 0:
            self.lock_out.async_forget()
            async_connected(self.hass, self.config_entry)
            return
        err = PbxLockedOut(rest)
        async_connection_failed(self.hass, self.config_entry, err)
        raise UpdateFailed(**failure(err, self.pbx.address), retry_after=rest)

    @callback
    def _reconcile(self, snapshot: Snapshot) -> None:
        """Take a snapshot over, weigh it against the reports, and tell whom it concerns."""
        first, self._primed = not self._primed, True
        # What went on while nobody could see it is no news, and no evidence either.
        silent = first or not self.last_update_success
        if not first and snapshot.info != self.info:
            self.devices.async_register_pbx(snapshot.info, self.pbx.address.url)
        self.info = snapshot.info
        changes = self._switchboard.reconcile(
            snapshot, switchboard_time(), silent=silent
        )
        for number in changes.removed:
            self.devices.async_remove(number)
        for name in changes.trunks_removed:
            self.devices.async_remove_trunk(name)
        for number in changes.changed:
            self.devices.async_rename(self._switchboard.extensions[number])
        self._let_go(changes.removed)
        if silent:
            self.proof.interrupted()
            self.settings.async_read_again()
        else:
            self.proof.polled(changes.unreported, self._switchboard.extensions)
        self._push_may_have_changed()
        if self._switchboard.on_hold_count:
            # No report tells that a call is taken back.
            self.update_interval = min(self.update_interval or FAST_POLL, FAST_POLL)
        if changes.doubtful:
            self.async_ask_soon()
        if first:
            self._publisher.async_note(changes)
            self._settling.async_wait()
        else:
            self._publish(changes)

    @callback
    def async_forget(self, number: str) -> None:
        """Drop an extension that is not listed; listed again, it is a new one."""
        self._switchboard.forget(number)
        gone = frozenset((number,))
        self._let_go(gone)
        self._publish(Changes(removed=gone))

    def _let_go(self, numbers: frozenset[str]) -> None:
        """Know nothing more of extensions that are gone."""
        for number in numbers:
            self.supervision.async_removed(number)
        self.settings.async_removed(numbers)

    @callback
    def _take_report(self, report: Report) -> None:
        """Take over what the PBX told by itself."""
        number = report.number if isinstance(report, ExtensionReport) else None
        if self.proof.reported(number):
            self._push_may_have_changed()
        self._publisher.async_tell(Topic.REPORTS)
        if not self._primed:
            return  # the first snapshot comes first
        certain = not self.last_update_success  # the PBX is back
        match report:
            case Restarted():
                certain = True
                self.settings.async_read_again()
            case SettingsChanged():
                certain = True
                if report.subject is Changed.EXTENSION:
                    self.settings.async_changed(report.number)
                else:
                    self._trunks_read = None
        changes = self._switchboard.apply(report, switchboard_time())
        self._publish(changes)
        if number is not None and number not in self._switchboard.extensions:
            certain = True
        certain = certain or changes.doubtful
        self._doubt.async_weigh(changes.changed | changes.calls, certain=certain)

    @callback
    def async_ask_soon(self) -> None:
        """Ask the PBX in a moment: something was done that it may not report."""
        self._doubt.async_ask_soon()

    @callback
    def _push_may_have_changed(self) -> None:
        """Poll as fast as the proof allows, and say what the user can do about it."""
        self.update_interval = self.proof.interval
        proof = self.proof
        state = (proof.mode, proof.missing, proof.never_reported)
        if state != self._push_state:
            self._push_state = state
            self._publisher.async_tell(Topic.PUSH)
            async_update_issues(self.hass, self)

    @callback
    def _publish(self, changes: Changes) -> None:
        """Tell exactly those whom changes concern."""
        self._settling.async_wait()
        if changes.added:
            self.settings.async_added(changes.added)
        self._publisher.async_publish(changes, connected=self.last_update_success)

    # -- who is told

    @callback
    def async_tell(self, subject: Subject) -> None:
        """Let the entities that show a subject write their states."""
        self._publisher.async_tell(subject)

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: Subject | None = None
    ) -> CALLBACK_TYPE:
        """Listen for the connection, and for one subject."""
        remove = super().async_add_listener(update_callback, context)
        if context is None:
            return remove
        remove_subject = self._publisher.async_add_listener(context, update_callback)

        @callback
        def remove_both() -> None:
            """Stop listening for either."""
            remove_subject()
            remove()

        return remove_both

    @callback
    def async_add_call_listener(
        self, number: str, told: Callable[[CallEvent], None]
    ) -> CALLBACK_TYPE:
        """Call back with what happens to the calls of one extension."""
        return self._publisher.async_add_call_listener(number, told)

    @callback
    def async_add_newcomer_listener(
        self, part: Part, told: Callable[[Iterable[str]], None]
    ) -> CALLBACK_TYPE:
        """Call back with the extensions or trunks that appear from now on."""
        return self._publisher.async_add_newcomer_listener(part, told)
