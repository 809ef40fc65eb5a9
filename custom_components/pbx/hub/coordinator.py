"""The coordinator of one PBX: owns its client and its switchboard."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..client.board.switchboard import Changes, Switchboard
from ..client.errors import PbxError, PbxLockedOut, PbxLoginRejected
from ..client.model import PbxInfo
from ..client.pbx import Pbx, ReportsByPost, ReportsByStream
from ..client.report import (
    ExtensionReport,
    Report,
    Restarted,
    SettingsChanged,
    Subject as Changed,
)
from ..client.snapshot import Snapshot
from ..const import DOMAIN, LOGGER
from .connect import LockOut, failure
from .contacts import Contacts
from .families import family_of
from .issues import (
    async_connected,
    async_connection_failed,
    async_delete_issues,
    async_update_push_issues,
)
from .options import PbxOptions
from .polling import Polling
from .push import PushReceiver
from .registry import PbxDevices
from .subscriptions import News, Subject, Subscriptions, Topic

# The switchboard of each entry. It outlives the coordinator, so that calls keep their
# times over a reload; the first poll corrects the rest.
BOARDS: HassKey[dict[str, Switchboard]] = HassKey(f"{DOMAIN}_boards")


@callback
def async_forget_board(hass: HomeAssistant, entry_id: str) -> None:
    """Forget the switchboard of an entry that is removed."""
    hass.data.get(BOARDS, {}).pop(entry_id, None)


class PbxCoordinator(DataUpdateCoordinator[Switchboard]):
    """The coordinator of one PBX; updates exactly the entities that a change concerns.

    The switchboard is one mutable table: `data` never changes as an object, so the
    base class notifies its listeners only when the connection comes or goes.
    """

    config_entry: ConfigEntry[Any]
    info: PbxInfo

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], pbx: Pbx) -> None:
        """Initialize with the extensions and trunks that the registry knows."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=entry.title,
            always_update=False,
        )
        self.pbx = pbx
        self.family = family_of(entry.data)
        if TYPE_CHECKING:
            assert entry.unique_id is not None
        self.serial_number = entry.unique_id
        self.contacts = Contacts(self.options.contacts)
        self.devices = PbxDevices(
            hass,
            entry.entry_id,
            self.serial_number,
            numbers_in_names=self.options.numbers_in_names,
        )
        self.lock_out = LockOut(hass, entry.entry_id)
        self.subscriptions = Subscriptions()
        self.receiver: PushReceiver | None = None
        if isinstance(pbx, ReportsByPost):
            self.receiver = PushReceiver(
                hass, entry, self.options, pbx, self._take_report
            )
        boards = hass.data.setdefault(BOARDS, {})
        if entry.entry_id not in boards:
            boards[entry.entry_id] = Switchboard(
                self.devices.extension_numbers(),
                self.devices.trunk_names(),
                self.devices.queue_numbers(),
                reader=pbx.call_reader,
            )
        self._switchboard = boards[entry.entry_id]
        self.polling = Polling(hass, self._switchboard, self.async_refresh)
        self._pace()
        self._push_state: tuple[object, ...] | None = None
        self._cancel_settle: CALLBACK_TYPE | None = None
        self._primed = False
        self.last_report: datetime | None = None

    @override
    async def async_shutdown(self) -> None:
        """Stop polling and receiving reports, and log out, which ends the reports."""
        if self.receiver is not None:
            self.receiver.async_stop()
        self.polling.async_shutdown()
        if self._cancel_settle is not None:
            self._cancel_settle()
            self._cancel_settle = None
        async_delete_issues(self.hass, self.config_entry)
        await super().async_shutdown()
        await self.pbx.close()

    @property
    def options(self) -> PbxOptions:
        """Return the user's options."""
        return PbxOptions.from_entry(self.config_entry.options)

    # -- reading

    @override
    async def _async_update_data(self) -> Switchboard:
        """Read the PBX and update the switchboard."""
        try:
            self._raise_if_locked_out()
            trunks = self.polling.trunks_due
            snapshot = await self._async_read(trunks)
            if snapshot is not None:
                self._check(snapshot)
                self._reconcile(snapshot, trunks)
        except Exception:
            self.polling.async_failed()
            raise
        finally:
            self._pace()
        return self._switchboard

    async def _async_read(self, trunks: bool) -> Snapshot | None:
        """Return a snapshot of the PBX, None when the entry was unloaded meanwhile."""
        self._switchboard.expect_snapshot()
        try:
            if isinstance(self.pbx, ReportsByStream) and not self.polling.streaming:
                await self.pbx.listen(self._take_report, self._stream_lost)
                self.polling.async_stream_opened()
            snapshot = await self.pbx.snapshot(trunks=trunks)
        except PbxError as err:
            if self._shutdown_requested:
                return None
            async_connection_failed(self.hass, self.config_entry, err)
            sentence = failure(err, self.pbx.address, self.family)
            if isinstance(err, PbxLoginRejected):
                raise ConfigEntryAuthFailed(**sentence) from err
            if isinstance(err, PbxLockedOut):
                self.lock_out.async_remember(err)
                raise UpdateFailed(**sentence, retry_after=err.retry_after) from err
            raise UpdateFailed(**sentence) from err
        if self._shutdown_requested:
            return None
        async_connected(self.hass, self.config_entry)
        return snapshot

    def _raise_if_locked_out(self) -> None:
        """Raise UpdateFailed while the PBX blocks this address."""
        rest = self.lock_out.rest
        if rest is None:
            return
        if rest <= 0:
            self.lock_out.async_forget()
            async_connected(self.hass, self.config_entry)
            return
        err = PbxLockedOut(rest)
        async_connection_failed(self.hass, self.config_entry, err)
        raise UpdateFailed(
            **failure(err, self.pbx.address, self.family), retry_after=rest
        )

    def _check(self, snapshot: Snapshot) -> None:
        """Raise for a snapshot of another PBX, and for one that lists no extensions."""
        address = self.pbx.address.shown
        if snapshot.info.serial_number != self.serial_number:
            raise ConfigEntryError(
                translation_domain=DOMAIN,
                translation_key="wrong_pbx",
                translation_placeholders={
                    "address": address,
                    "expected": self.serial_number,
                    "found": snapshot.info.serial_number,
                },
            )
        # A PBX that is starting may list no extensions. They are never all deleted.
        if not snapshot.extensions and self._switchboard.known:
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="empty_list",
                translation_placeholders={"address": address},
            )

    @callback
    def _reconcile(self, snapshot: Snapshot, trunks: bool) -> None:
        """Apply a snapshot, compare it with the reports, and publish the changes."""
        first, self._primed = not self._primed, True
        # Changes before the first poll, or while the PBX was unreachable, cause no call
        # events and are no evidence of missing reports.
        silent = first or not self.last_update_success
        if not first and snapshot.info != self.info:
            self.devices.async_register_pbx(
                self.config_entry.title, snapshot.info, self.pbx.address
            )
        self.info = snapshot.info
        changes = self._switchboard.reconcile(snapshot, _now(), silent=silent)
        for number in changes.removed:
            self.devices.async_remove(number)
        for name in changes.trunks_removed:
            self.devices.async_remove_trunk(name)
        for number in changes.queues.queues.removed:
            self.devices.async_remove_queue(number)
        for number in changes.queues.mailboxes.removed:
            self.devices.async_remove_mailbox(number)
        for number in changes.changed:
            self.devices.async_rename(self._switchboard.extensions[number])
        for number in changes.queues.queues.changed:
            queue = self._switchboard.queues[number]
            self.devices.async_rename_queue(queue, snapshot.info.manufacturer)
        self.polling.async_polled(
            changes, trunks=trunks, again_soon=snapshot.again_soon, silent=silent
        )
        self._push_may_have_changed()
        if silent and not first:
            self.subscriptions.news.async_call(News.RESTORED, [])
        self._publish(changes)

    @callback
    def async_forget(self, number: str) -> None:
        """Drop an extension that is not listed; listed again, it counts as added."""
        self._switchboard.forget(number)
        self._publish(Changes(removed=frozenset((number,))))

    # -- reports

    @callback
    def _take_report(self, report: Report) -> None:
        """Apply a report, and publish the changes."""
        if self._shutdown_requested:
            return
        self.last_report = dt_util.utcnow()
        number = report.number if isinstance(report, ExtensionReport) else None
        self.polling.proof.reported(number)
        self._push_may_have_changed()
        self.subscriptions.subjects.async_call(Topic.REPORTS)
        if not self._primed:
            return  # The switchboard needs the first snapshot to understand it.
        news = self.subscriptions.news
        match report:
            case Restarted():
                news.async_call(News.RESTORED, [])
            case SettingsChanged(subject=Changed.EXTENSION):
                named = [] if report.number is None else [report.number]
                news.async_call(News.SETTINGS_CHANGED, named)
        changes = self._switchboard.apply(report, _now())
        self._publish(changes)
        self.polling.async_reported(report, changes)

    @callback
    def _stream_lost(self, err: PbxError) -> None:
        """Mark the entities as unavailable, and schedule the opening of a new stream."""
        if self._shutdown_requested:
            return
        self.polling.async_stream_lost()
        self._push_may_have_changed()
        self.async_set_update_error(
            UpdateFailed(**failure(err, self.pbx.address, self.family))
        )
        self._schedule_refresh()

    @callback
    def _push_may_have_changed(self) -> None:
        """Update the poll interval, the push sensor and the issues about reports."""
        self._pace()
        polling = self.polling
        state = (polling.mode, polling.proof.missing, polling.proof.never_reported)
        if state != self._push_state:
            self._push_state = state
            self.subscriptions.subjects.async_call(Topic.PUSH)
            # Blank when the port could not be opened, which is an issue of its own.
            address = "" if self.receiver is None else self.receiver.address
            async_update_push_issues(
                self.hass,
                self.config_entry,
                missing_at=address if polling.proof.missing else "",
                never_reported=polling.proof.never_reported,
            )

    @callback
    def _pace(self) -> None:
        """Update the poll interval."""
        self.update_interval = self.polling.interval

    # -- telling

    @callback
    def _publish(self, changes: Changes) -> None:
        """Publish changes to exactly the subscribers they concern."""
        self._settle_later()
        self.subscriptions.async_publish(
            changes, self._switchboard, connected=self.last_update_success
        )

    @callback
    def _settle_later(self) -> None:
        """Schedule the end of a call whose record has not arrived."""
        deadline = self._switchboard.next_deadline
        if self._cancel_settle is not None or deadline is None:
            return

        @callback
        def settle(_: datetime) -> None:
            """Publish the ends of calls, as far as their outcome is known."""
            self._cancel_settle = None
            self._publish(self._switchboard.settle(_now()))

        wait = max(0.0, deadline - _now())
        self._cancel_settle = async_call_later(self.hass, wait, settle)

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: Subject | None = None
    ) -> CALLBACK_TYPE:
        """Add a listener for the connection, and for one subject if given."""
        remove = super().async_add_listener(update_callback, context)
        if context is None:
            return remove
        remove_subject = self.subscriptions.subjects.async_add(context, update_callback)

        @callback
        def remove_both() -> None:
            """Remove the listener from both."""
            remove_subject()
            remove()

        return remove_both


def _now() -> float:
    """Return the time of the switchboard, in seconds since the epoch."""
    return dt_util.utcnow().timestamp()
