"""The coordinator of one PBX: owns its client and its switchboard."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .client.errors import PbxError, PbxLockedOut, PbxLoginRejected
from .client.model import CallEvent, PbxInfo, Snapshot
from .client.pbx import Pbx
from .client.report import (
    ExtensionReport,
    Report,
    Restarted,
    SettingsChanged,
    Subject as Changed,
)
from .client.switchboard import Changes, Switchboard
from .connection import failure
from .const import CONF_CONTACTS, DOMAIN, LOGGER
from .contacts import Contacts
from .devices import PbxDevices
from .issues import (
    async_connected,
    async_connection_failed,
    async_delete_issues,
    async_update_issues,
)
from .listeners import Listeners, Part, Subject, Topic
from .proof import FAST_POLL, PushMode, PushProof
from .push import PushReceiver
from .settings import Settings
from .supervision import Supervision

type PbxConfigEntry = ConfigEntry[PbxCoordinator]

# When a locked-out address may log in again, by entry. It outlives the coordinator:
# every retry of a set-up makes a new one, and each must not knock again.
LOCKED_UNTIL: HassKey[dict[str, float]] = HassKey(f"{DOMAIN}_locked_until")

TRUNKS_EVERY = timedelta(seconds=55)
# Seconds in which what follows a report is waited for, before the PBX is asked.
DOUBT = 2.0
# What is told, besides the status, when an extension is listed again or no more.
PRESENT_PARTS = (
    Part.REGISTERED,
    Part.PRESENCE,
    Part.CALLS,
    Part.LAST_CALL,
    Part.SETTINGS,
)


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
            self.devices.extension_numbers(), self.devices.trunk_names()
        )
        self.contacts = Contacts(entry.options.get(CONF_CONTACTS, ""))
        self.receiver = PushReceiver(
            hass, entry.data, entry.options, pbx, self.serial_number, self._take_report
        )
        self.supervision = Supervision(hass, self)
        self.settings = Settings(hass, self)
        self.proof = PushProof()
        self.update_interval = self.proof.interval
        self._told = Listeners[()]()
        self._call_events = Listeners[CallEvent]()
        self._newcomers = Listeners[Iterable[str]]()
        self._counts: dict[Topic, object] = {}
        self._trunks_read: datetime | None = None
        self._absent: set[str] = set()
        self._registered: dict[str, bool | None] = {}
        self._doubts: set[str] = set()
        self._doubtful = False
        self._primed = False
        self._ask_soon = Debouncer(
            hass,
            LOGGER,
            cooldown=DOUBT,
            immediate=False,
            function=self._async_ask_in_doubt,
            background=True,
        )
        self._cancel_settling: CALLBACK_TYPE | None = None

    @override
    async def async_shutdown(self) -> None:
        """Stop polling and listening, and log out: then the PBX reports no more."""
        self.receiver.async_stop()
        self.supervision.async_shutdown()
        self.settings.async_shutdown()
        self._ask_soon.async_shutdown()
        if self._cancel_settling is not None:
            self._cancel_settling()
            self._cancel_settling = None
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
            async_connection_failed(self.hass, self.config_entry, err)
            sentence = failure(err, self.pbx.address)
            if isinstance(err, PbxLoginRejected):
                raise ConfigEntryAuthFailed(**sentence) from err
            if isinstance(err, PbxLockedOut):
                self.remember_lock_out(err)
                raise UpdateFailed(**sentence, retry_after=err.retry_after) from err
            raise UpdateFailed(**sentence) from err
        async_connected(self.hass, self.config_entry)
        self._check(snapshot)
        if trunks:
            self._trunks_read = dt_util.utcnow()
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
            async_connected(self.hass, self.config_entry)
            return
        err = PbxLockedOut(rest)
        async_connection_failed(self.hass, self.config_entry, err)
        raise UpdateFailed(**failure(err, self.pbx.address), retry_after=rest)

    def remember_lock_out(self, err: PbxLockedOut) -> None:
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
        """Take a snapshot over, weigh it against the reports, and tell whom it concerns."""
        first, self._primed = not self._primed, True
        # What went on while nobody could see it is no news, and no evidence either.
        silent = first or not self.last_update_success
        if not first and snapshot.info != self.info:
            self.devices.async_register_pbx(snapshot.info, self.pbx.address.url)
        self.info = snapshot.info
        changes = self._switchboard.reconcile(snapshot, _now(), silent=silent)
        for number in changes.removed:
            self.devices.async_remove(number)
            self.supervision.async_removed(number)
        for name in changes.trunks_removed:
            self.devices.async_remove_trunk(name)
        for number in changes.changed:
            self.devices.async_rename(self._switchboard.extensions[number])
        self.settings.async_removed(changes.removed)
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
        self._publish(changes, first=first)

    @callback
    def _take_report(self, report: Report) -> None:
        """Take over what the PBX told by itself."""
        number = report.number if isinstance(report, ExtensionReport) else None
        self.proof.reported(number)
        self._push_may_have_changed()
        self._told.async_tell(Topic.REPORTS)
        if not self._primed:
            return  # the first snapshot comes first
        if not self.last_update_success:
            self._doubtful = True  # the PBX is back
        match report:
            case Restarted():
                self._doubtful = True
                self.settings.async_read_again()
            case SettingsChanged():
                self._doubtful = True
                if report.subject is Changed.EXTENSION:
                    self.settings.async_changed(report.number)
                else:
                    self._trunks_read = None
        changes = self._switchboard.apply(report, _now())
        self._publish(changes)
        self._doubts.update(changes.changed | changes.calls)
        if number is not None and number not in self._switchboard.extensions:
            self._doubtful = True
        if self._doubtful or not all(map(self._switchboard.consistent, self._doubts)):
            self._ask_soon.async_schedule_call()
        else:
            self._doubts.clear()

    @callback
    def async_ask_soon(self) -> None:
        """Ask the PBX in a moment: something was done that it may not report."""
        self._doubtful = True
        self._ask_soon.async_schedule_call()

    @callback
    def async_tell(self, subject: Subject) -> None:
        """Let the entities that show a subject write their states."""
        self._told.async_tell(subject)

    async def _async_ask_in_doubt(self) -> None:
        """Ask the PBX when what it told does not fit together, and nothing has come since."""
        in_doubt = self._doubtful or not all(
            map(self._switchboard.consistent, self._doubts)
        )
        self._doubtful = False
        self._doubts.clear()
        if in_doubt:
            await self.async_refresh()

    @callback
    def _push_may_have_changed(self) -> None:
        """Poll as fast as the proof allows, and say what the user can do about it."""
        self.update_interval = self.proof.interval
        proof = self.proof
        state = (proof.mode, proof.missing, proof.never_reported)
        if state != self._counts.get(Topic.PUSH):
            self._counts[Topic.PUSH] = state
            self._told.async_tell(Topic.PUSH)
            async_update_issues(self.hass, self)

    @callback
    def _publish(self, changes: Changes, *, first: bool = False) -> None:
        """Tell exactly those whom changes concern."""
        board = self._switchboard
        counts: dict[Topic, object] = {
            Topic.REGISTERED: board.registered_count,
            Topic.IN_USE: board.in_use_count,
            Topic.CALLS: board.call_count,
        }
        changed = [
            topic for topic, count in counts.items() if count != self._counts.get(topic)
        ]
        self._counts |= counts
        moved = self._presence_changed(changes)
        registered = self._registered_changed(changes)
        self._settle_later()
        if first:
            return
        if changes.added:
            self.settings.async_added(changes.added)
            self._newcomers.async_tell((Part.STATUS, ""), sorted(changes.added))
        if changes.trunks_added:
            self._newcomers.async_tell((Part.TRUNK, ""), sorted(changes.trunks_added))
        # When the connection is back, the base class tells every listener.
        if self.last_update_success:
            for number in changes.changed:
                self._told.async_tell((Part.STATUS, number))
            for number in registered - moved:
                self._told.async_tell((Part.REGISTERED, number))
            for number in changes.calls:
                self._told.async_tell((Part.CALLS, number))
            for number in moved:
                for part in PRESENT_PARTS:
                    self._told.async_tell((part, number))
            for name in changes.trunks_changed:
                self._told.async_tell((Part.TRUNK, name))
            for topic in changed:
                self._told.async_tell(topic)
        for event in changes.events:
            self._call_events.async_tell((Part.CALLS, event.number), event)
            if event.outcome is not None or event.type.value == "ended":
                self._told.async_tell((Part.LAST_CALL, event.number))

    def _presence_changed(self, changes: Changes) -> set[str]:
        """Return the extensions that are not listed any more, or are listed again."""
        before = self._absent - changes.removed
        self._absent = (before - changes.changed) | {
            number
            for number in changes.changed
            if not self._switchboard.present(number)
        }
        return before ^ self._absent

    def _registered_changed(self, changes: Changes) -> set[str]:
        """Return the extensions whose phones the PBX can reach now, or not any more."""
        for number in changes.removed:
            self._registered.pop(number, None)
        found: set[str] = set()
        for number in (*changes.added, *changes.changed):
            registered = self._switchboard.extensions[number].registered
            if registered is not self._registered.get(number):
                self._registered[number] = registered
                found.add(number)
        return found

    @callback
    def _settle_later(self) -> None:
        """Wait for the next end of a call that must not wait any longer."""
        deadline = self._switchboard.next_deadline
        if deadline is None or self._cancel_settling is not None:
            return

        @callback
        def settle(_: datetime) -> None:
            """Tell how calls ended that the PBX gave no record of."""
            self._cancel_settling = None
            self._publish(self._switchboard.settle(_now()))

        self._cancel_settling = async_call_later(
            self.hass, max(0.0, deadline - _now()), settle
        )

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: Subject | None = None
    ) -> CALLBACK_TYPE:
        """Listen for the connection, and for one subject."""
        remove = super().async_add_listener(update_callback, context)
        if context is None:
            return remove
        remove_subject = self._told.async_add(context, update_callback)

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
        return self._call_events.async_add((Part.CALLS, number), told)

    @callback
    def async_add_newcomer_listener(
        self, part: Part, told: Callable[[Iterable[str]], None]
    ) -> CALLBACK_TYPE:
        """Call back with the extensions or trunks that appear from now on."""
        return self._newcomers.async_add((part, ""), told)


def _now() -> float:
    """Return the time as the switchboard wants it."""
    return dt_util.utcnow().timestamp()
