"""The feed of one PBX: its calls, sent to all open panels as they change."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from homeassistant.auth import EVENT_USER_UPDATED
from homeassistant.auth.models import User
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.components.websocket_api.messages import construct_event_message
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.json import json_bytes
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..client.board.switchboard import Changes
from ..client.calls.call import TrackedCall
from ..const import ATTR_CALLS, ATTR_MONITORS, DOMAIN
from ..hub.subscriptions import Topic
from ..runtime import PbxConfigEntry, PbxRuntime
from .access import ATTR_CONTROL, Access
from .describe import (
    ATTR_KEY,
    ATTR_PARTIES,
    capabilities_data,
    live_data,
    monitoring_data,
    parked_call_data,
    queue_data,
    recent_data,
    visible_parties,
)

# Seconds between two messages: five a second.
PACE: Final = 0.2

ATTR_CAN: Final = "can"
ATTR_QUEUES: Final = "queues"
ATTR_PARKED: Final = "parked"


class Pending:
    """The changes since the last message."""

    def __init__(self) -> None:
        """Initialize without changes."""
        self.keys: set[int] = set()
        self.recent: set[int] = set()
        self.queues: set[str] = set()
        self.parked = False
        self.monitors = False
        self.can = False
        self.all = False

    @property
    def anything(self) -> bool:
        """Return whether there is anything to tell."""
        return any(vars(self).values())


class CallData:
    """The data of calls in progress for one message, made once for all users."""

    def __init__(self, runtime: PbxRuntime) -> None:
        """Initialize without data."""
        self._coordinator = runtime.coordinator
        self._made: dict[int, dict[str, Any]] = {}

    def of(self, tracked: TrackedCall) -> dict[str, Any]:
        """Return the data of a call with all its parties."""
        if tracked.key not in self._made:
            self._made[tracked.key] = live_data(self._coordinator, tracked)
        return self._made[tracked.key]


class View:
    """The view of one user, in any number of panels."""

    def __init__(self, user: User) -> None:
        """Initialize without panels."""
        self.user = user
        self.panels: list[tuple[ActiveConnection, int]] = []
        self._shown: set[int] = set()
        self._can: list[dict[str, Any]] | None = None

    def everything(
        self, hass: HomeAssistant, runtime: PbxRuntime | None
    ) -> dict[str, Any]:
        """Return the full message."""
        message: dict[str, Any] = {
            "now": dt_util.utcnow().timestamp(),
            "loaded": runtime is not None,
            "connected": False,
            "capabilities": None,
            ATTR_CAN: None,
            ATTR_CALLS: [],
            ATTR_MONITORS: [],
            ATTR_QUEUES: [],
            ATTR_PARKED: [],
        }
        if runtime is None:
            return message
        coordinator = runtime.coordinator
        access = Access(hass, runtime, self.user)
        message["capabilities"] = capabilities_data(coordinator.pbx.capabilities)
        message[ATTR_CAN] = access.answers()
        if coordinator.last_update_success:
            live, made = coordinator.data.live.values(), CallData(runtime)
            message["connected"] = True
            message[ATTR_CALLS] = [
                data
                for tracked in live
                if (data := visible_call(access, tracked, made)) is not None
            ]
            message[ATTR_MONITORS] = _monitors(access, runtime)
            message[ATTR_QUEUES] = _queues(access, runtime, coordinator.data.queues)
            message[ATTR_PARKED] = _parked(access, runtime)
        return message

    def note(self, message: dict[str, Any]) -> None:
        """Note a full message that all panels get."""
        self._shown = {int(call[ATTR_KEY]) for call in message[ATTR_CALLS]}
        self._can = message[ATTR_CAN]

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to all panels, encoded once."""
        encoded = json_bytes(message)
        for connection, iden in self.panels:
            connection.send_message(construct_event_message(iden, encoded))

    def changes(
        self, hass: HomeAssistant, runtime: PbxRuntime, pending: Pending, made: CallData
    ) -> dict[str, Any]:
        """Return the message of what has changed, blank if the user sees none of it."""
        board = runtime.coordinator.data
        access = Access(hass, runtime, self.user)
        message: dict[str, Any] = {}
        ended = []
        for key in pending.keys:
            tracked = board.live.get(key)
            if tracked is None:
                ended.append(key)
                data = None
            else:
                data = visible_call(access, tracked, made)
            if data is not None:
                self._shown.add(key)
                message.setdefault("changed", []).append(data)
            elif key in self._shown:
                self._shown.remove(key)
                message.setdefault("gone", []).append(str(key))
        if pending.monitors:
            message[ATTR_MONITORS] = _monitors(access, runtime)
        if pending.queues and (queues := _queues(access, runtime, pending.queues)):
            message[ATTR_QUEUES] = queues
        if pending.parked and access.reads_parked:
            message[ATTR_PARKED] = _parked(access, runtime)
        if pending.can and (can := access.answers()) != self._can:
            message[ATTR_CAN] = self._can = can
        if recent := recent_calls(access, runtime, pending.recent.union(ended)):
            message["recent"] = recent
        return message


def visible_call(
    access: Access, tracked: TrackedCall, made: CallData
) -> dict[str, Any] | None:
    """Return the data of a call as far as a user sees it, None if they do not."""
    if access.user.is_admin:
        return made.of(tracked)
    if not any(party.extension for party in tracked.picture.parties):
        return made.of(tracked) if access.reads_all else None
    parties = visible_parties(tracked, access.reads_calls)
    if not parties:
        return None
    data = made.of(tracked)
    if len(parties) == len(data[ATTR_PARTIES]):
        return data
    shown = [
        one
        for party, one in zip(tracked.picture.parties, data[ATTR_PARTIES], strict=True)
        if party in parties
    ]
    return {**data, ATTR_PARTIES: shown}


def _monitors(access: Access, runtime: PbxRuntime) -> list[dict[str, Any]]:
    """Return the supervisions that a user sees."""
    return [
        monitoring_data(monitoring, access.user.id)
        for monitoring in runtime.supervision.running
        if access.reads_status(monitoring.supervisor)
        or access.reads_status(monitoring.extension)
    ]


def _queues(
    access: Access, runtime: PbxRuntime, numbers: Iterable[str]
) -> list[dict[str, Any]]:
    """Return those of some queues that a user sees."""
    coordinator = runtime.coordinator
    board = coordinator.data
    return [
        {
            **queue_data(coordinator, board.queues[number]),
            ATTR_CONTROL: access.of_queue(number),
        }
        for number in numbers
        if board.queue_present(number) and access.reads_queue(number)
    ]


def _parked(access: Access, runtime: PbxRuntime) -> list[dict[str, Any]]:
    """Return the parked calls, if a user may see them."""
    coordinator = runtime.coordinator
    parked = coordinator.data.parked
    if not parked or not access.reads_parked:
        return []
    return [parked_call_data(coordinator, call) for call in parked]


def recent_calls(
    access: Access, runtime: PbxRuntime, keys: Iterable[int]
) -> list[dict[str, Any]]:
    """Return those of some ended calls that a user sees."""
    coordinator = runtime.coordinator
    board = coordinator.data
    found = []
    for key in keys:
        if key in board.live or key not in board.recent:
            continue
        events = [
            event for event in board.recent[key] if access.reads_calls(event.number)
        ]
        if events:
            found.append(recent_data(coordinator, key, events))
    return found


class CallFeed:
    """The open panels of one PBX, and what they have not been told yet.

    It listens to the PBX while a panel is open, and computes a message for each user
    only when something has changed.
    """

    def __init__(self, hass: HomeAssistant, entry: PbxConfigEntry) -> None:
        """Initialize without panels."""
        self._hass = hass
        self._entry = entry
        self._runtime: PbxRuntime | None = None
        self._views: dict[str, View] = {}
        self._pending = Pending()
        # The names of extensions that the rows of calls show.
        self._names: dict[str, str] = {}
        self._told_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._unsubscribe: list[CALLBACK_TYPE] = []
        self._leave: list[CALLBACK_TYPE] = []

    @callback
    def async_open(self, connection: ActiveConnection, iden: int) -> CALLBACK_TYPE:
        """Add a panel, and return the function that removes it."""
        if not self._views:
            self._hass.data.setdefault(FEEDS, {})[self._entry.entry_id] = self
            self._unsubscribe = [
                self._entry.async_on_state_change(self._state_changed),
                self._hass.bus.async_listen(EVENT_USER_UPDATED, self._user_updated),
            ]
            self._enter()
        user = connection.user
        view = self._views.setdefault(user.id, View(user))
        panel = (connection, iden)
        view.panels.append(panel)

        @callback
        def close() -> None:
            """Remove the panel; with the last one the feed rests."""
            view.panels.remove(panel)
            if not view.panels:
                del self._views[user.id]
            if not self._views:
                self._stop()

        return close

    @callback
    def async_send_all(self, connection: ActiveConnection, iden: int) -> None:
        """Send the full message to a new panel.

        What other panels of the user have not been told yet follows for all of them.
        """
        view = self._views[connection.user.id]
        message = view.everything(self._hass, self._runtime)
        if len(view.panels) == 1:
            view.note(message)
        connection.send_event(iden, message)

    # -- listening

    def _stop(self) -> None:
        """Stop listening."""
        self._exit()
        while self._unsubscribe:
            self._unsubscribe.pop()()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._pending = Pending()
        del self._hass.data[FEEDS][self._entry.entry_id]

    def _enter(self) -> None:
        """Listen to the PBX if it is loaded."""
        if self._entry.state is not ConfigEntryState.LOADED:
            return
        runtime = self._runtime = self._entry.runtime_data
        subscriptions = runtime.coordinator.subscriptions
        extensions = runtime.coordinator.data.extensions
        self._names = {number: one.name for number, one in extensions.items()}
        self._leave = [
            runtime.coordinator.async_add_listener(self._connection_changed),
            subscriptions.changes.async_add(None, self._changed),
            subscriptions.subjects.async_add(Topic.SUPERVISION, self._monitors_changed),
            subscriptions.subjects.async_add(Topic.SETTINGS, self._can_changed),
        ]

    def _exit(self) -> None:
        """Stop listening to the PBX."""
        self._runtime = None
        while self._leave:
            self._leave.pop()()

    @callback
    def _state_changed(self) -> None:
        """Handle an entry that was loaded or unloaded."""
        loaded = self._entry.state is ConfigEntryState.LOADED
        if loaded is (self._runtime is not None):
            return
        self._exit()
        self._enter()
        self._all_changed()

    @callback
    def _user_updated(self, event: Event[dict[str, Any]]) -> None:
        """Handle a user whose permissions may be others now."""
        if event.data["user_id"] in self._views:
            self._all_changed()

    @callback
    def _connection_changed(self) -> None:
        """Handle a connection that was lost or is back."""
        self._all_changed()

    def _all_changed(self) -> None:
        """Schedule full messages."""
        self._pending.all = True
        self._schedule()

    @callback
    def _changed(self, changes: Changes) -> None:
        """Handle changes of calls and queues, and of the list of extensions."""
        pending = self._pending
        pending.keys |= changes.keys | self._calls_of_renamed(changes)
        pending.recent |= changes.recent
        if changes.added or changes.removed or changes.presence:
            pending.can = True
        listed = changes.queues.queues
        pending.queues |= listed.changed
        pending.parked = pending.parked or changes.queues.parked
        if listed.added or listed.removed or listed.presence:
            pending.all = True
        if pending.anything:
            self._schedule()

    def _calls_of_renamed(self, changes: Changes) -> set[int]:
        """Return the calls in progress of the extensions that have another name."""
        if self._runtime is None:
            return set()
        board = self._runtime.coordinator.data
        names = {
            number: board.extensions[number].name
            for number in changes.changed | changes.added
        }
        renamed = names.items() - self._names.items()
        if not renamed:
            return set()
        self._names |= names
        numbers = {number for number, _ in renamed}
        return {
            key
            for key, tracked in board.live.items()
            if any(
                party.extension and party.number in numbers
                for party in tracked.picture.parties
            )
        }

    @callback
    def _monitors_changed(self) -> None:
        """Handle a supervision that began, was picked up, or ended."""
        self._pending.monitors = True
        self._schedule()

    @callback
    def _can_changed(self) -> None:
        """Handle settings that decide about supervision."""
        self._pending.can = True
        self._schedule()

    # -- telling

    def _schedule(self) -> None:
        """Schedule a message, at once if there was none for a while."""
        if self._timer is None:
            at = max(self._hass.loop.time(), self._told_at + PACE)
            self._timer = self._hass.loop.call_at(at, self._tell)

    @callback
    def _tell(self) -> None:
        """Send what has changed to all panels."""
        self._timer = None
        self._told_at = self._hass.loop.time()
        pending, self._pending = self._pending, Pending()
        runtime = self._runtime
        if runtime is None or pending.all:
            for view in self._views.values():
                message = view.everything(self._hass, runtime)
                view.note(message)
                view.send(message)
        elif runtime.coordinator.last_update_success:
            made = CallData(runtime)
            for view in self._views.values():
                if message := view.changes(self._hass, runtime, pending, made):
                    view.send(message)
        # Without a connection the full message follows when it is back.


FEEDS: HassKey[dict[str, CallFeed]] = HassKey(f"{DOMAIN}_feeds")


@callback
def async_feed_of(hass: HomeAssistant, entry: PbxConfigEntry) -> CallFeed:
    """Return the feed of an entry, a new one if no panel is open."""
    return hass.data.get(FEEDS, {}).get(entry.entry_id) or CallFeed(hass, entry)
