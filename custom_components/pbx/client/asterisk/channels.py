"""The channels of the PBX, and the calls they make up (reference, sections 4 to 6).

The table turns parsed events and lists into current calls and statuses of extensions.
It opens no socket; times are passed in, in seconds since the epoch.
"""

from collections.abc import Callable, Iterable, Iterator, Set as AbstractSet
from dataclasses import replace
from typing import ClassVar, Final

from ..model import CallOutcome, ExtensionStatus
from ..report import CallNow, ExtensionReport, Report, SettingsChanged, Subject
from ..texts import outside_number
from .connection import Message
from .directory import Directory
from .grouped_call import CALLS, DOWN, RINGS, SPY_ID, UP, Channel, GroupedCall

_UNKNOWN: Final = "<unknown>"
_OUT_OF_REACH: Final = frozenset({"UNAVAILABLE", "INVALID"})
# Custom devices that report a setting; the extension's number follows the prefix.
_LAMPS: Final = ("Custom:DND", "Custom:CF")
# Applications with a bridge of their own, in which a party may be alone.
_ROOMS: Final = frozenset({"ConfBridge", "MeetMe", "Page"})
# The number of ended calls kept, because records and messages may arrive after the end.
_REMEMBERED: Final = 64


class ChannelTable:
    """All channels, the calls they make up, and the states of devices."""

    def __init__(self) -> None:
        """Initialize an empty table."""
        self.directory = Directory()
        self._channels: dict[str, Channel] = {}
        self._names: dict[str, Channel] = {}
        self._devices: dict[str, str] = {}
        self._by_device: dict[str, dict[str, Channel]] = {}
        self._bridges: dict[str, dict[str, Channel]] = {}
        self._calls: dict[str, GroupedCall] = {}
        self._over: dict[str, GroupedCall] = {}
        self._count = 0
        self._statuses: dict[str, ExtensionStatus | None] = {}
        # Calls that changed since the last report.
        self._changed: dict[str, GroupedCall] = {}
        self._joined: dict[GroupedCall, GroupedCall] = {}
        self._touched: set[str] = set()
        # Channels named by events since the last list was requested, and those of them
        # that ended.
        self._heard: set[str] = set()
        self._ended: set[str] = set()
        self._other: list[Report] = []
        # Whether no list was read since the connection began.
        self.new_connection = True
        # Whether the last list may include channels that ended before events arrived.
        self.uncertain = False
        self._records = False

    # -- looking

    def calls(self) -> tuple[CallNow, ...]:
        """Return the current state of all calls."""
        extensions = self.directory.by_device
        found = (call.now(extensions) for call in dict.fromkeys(self._calls.values()))
        return tuple(call for call in found if call is not None)

    def status(self, number: str) -> ExtensionStatus | None:
        """Return an extension's status, None if the PBX does not know its phone.

        It is derived from the channels (reference, section 0): the state of a device
        lags behind, hides a second call, and shows on hold for the held party.
        """
        listed = self.directory.extensions.get(number)
        devices = listed.devices if listed else ()
        busy = held = False
        for device in devices:
            for channel in self._by_device.get(device, {}).values():
                if channel.helper:
                    continue
                if channel.state == RINGS:
                    return ExtensionStatus.RINGING
                if channel.state != DOWN:
                    held = held or channel.held
                    busy = busy or not channel.held
        if busy:
            return ExtensionStatus.BUSY
        if held:
            return ExtensionStatus.ON_HOLD
        states = {self._devices.get(device, "UNKNOWN") for device in devices}
        if devices and states <= _OUT_OF_REACH:
            return ExtensionStatus.OFFLINE
        if states <= _OUT_OF_REACH | {"UNKNOWN"}:
            return None
        return ExtensionStatus.IDLE

    @property
    def size(self) -> int:
        """Return the number of channels and devices in the table."""
        return len(self._channels) + len(self._devices)

    def device_state(self, device: str) -> str | None:
        """Return the state of a device in the PBX's words, None if it is unknown."""
        return self._devices.get(device)

    def device_names(self) -> Iterator[str]:
        """Iterate over all devices whose state is known."""
        return iter(self._devices)

    def named(self, name: str) -> Channel | None:
        """Return the channel with a name, None if there is none."""
        return self._names.get(name)

    def channel(self, channel_id: str) -> Channel | None:
        """Return the channel with an id, None if there is none."""
        return self._channels.get(channel_id)

    def channels_of(self, number: str) -> list[Channel]:
        """Return an extension's channels, the most relevant first.

        A supervising channel comes first, then a talking one, then those that ring,
        dial or are held. Equal ones are ordered from the newest to the oldest.
        """
        listed = self.directory.extensions.get(number)
        found = [
            channel
            for device in (listed.devices if listed else ())
            for channel in self._by_device.get(device, {}).values()
            if not channel.helper and not channel.gone
        ]
        found.reverse()
        found.sort(
            key=lambda channel: (
                not channel.spy,
                not self._connected(channel) or channel.held,
                channel.state != UP or channel.held,
            )
        )
        return found

    def talking(self, number: str) -> Channel | None:
        """Return an extension's connected channel, preferably one that is not held."""
        for channel in self.channels_of(number):
            if not channel.spy and self._connected(channel):
                return channel
        return None

    # -- lists

    def begin_connection(self) -> None:
        """Start a new connection: events since the last one were missed."""
        self.new_connection = True

    def begin_list(self) -> None:
        """Mark the start of reading a list: events from now on may be newer."""
        self._heard.clear()
        self._ended.clear()

    def take_list(
        self,
        rows: Iterable[Message],
        devices: Iterable[Message],
        now: float,
        on_hold: AbstractSet[str] = frozenset(),
    ) -> None:
        """Apply a list of channels and one of device states (reference, section 4).

        A channel that is neither listed nor named by an event meanwhile is removed: at
        once after a new connection or if no event ever named it, else when the second
        list lacks it too, because its Hangup may be on its way. Lists do not show hold:
        after a new connection `on_hold` has the ids of the channels held by others.
        """
        for device in devices:
            self._devices[device.get("Device", "")] = device.get("State", "")
        listed = set()
        for row in rows:
            channel_id = row.get("Uniqueid", "")
            listed.add(channel_id)
            if channel_id and channel_id not in self._ended:
                self._take_row(row, channel_id, now)
        for channel in list(self._channels.values()):
            if channel.id in listed or channel.id in self._heard:
                channel.missed = False
            elif self.new_connection or channel.missed or not channel.heard:
                self._remove(channel, None)
            else:
                channel.missed = True
        for bridge in list(self._bridges):
            self._join(bridge)
            self._meet(bridge)
        self.uncertain = self.new_connection
        if self.new_connection:
            self._conclude_holds(on_hold)
            self._conclude_ends(on_hold)
        self.new_connection = False
        self.forget_changes()

    def forget_changes(self) -> None:
        """Mark the current state as reported."""
        for call in dict.fromkeys(self._calls.values()):
            # The end of a call was told even while a phone has not hung up yet.
            call.told = call.now(self.directory.by_device) or call.told
        self._statuses = {
            number: self.status(number) for number in self.directory.extensions
        }
        self._changed.clear()
        self._joined.clear()
        self._touched.clear()
        self._other.clear()

    def _take_row(self, row: Message, channel_id: str, now: float) -> None:
        """Apply a channel of a list, except where an event meanwhile is newer."""
        channel = self._channels.get(channel_id)
        known = channel is not None
        if channel is None:
            channel = self._add(row, now - _seconds(row.get("Duration", "")))
        elif channel_id not in self._heard:
            channel.state = row.get("ChannelStateDesc", channel.state)
        channel.called = True
        application = row.get("Application", "")
        data = row.get("ApplicationData", "")
        channel.hosted = application in _ROOMS
        alone = not row.get("BridgeId") or channel.hosted
        if channel.caller and channel.state == UP and alone:
            channel.call.served = True
        if application == "ChanSpy":
            channel.spy = True
        elif application == "Queue":
            channel.call.via = channel.call.via or data.partition(",")[0] or None
            channel.call.queued = True
        if channel_id not in self._heard:
            self._move(channel, row.get("BridgeId") or None)
            channel.parked = application in ("Park", "ParkAndAnnounce")
            # Another party has parked it.
            channel.met = channel.met or channel.parked
            dialing = not channel.caller and not application.startswith("AppDial")
            channel.waits = (
                channel.state == UP
                and not row.get("BridgeId")
                and (dialing or (known and channel.waits))
            )

    def _conclude_ends(self, on_hold: AbstractSet[str]) -> None:
        """Mark legs that have left their call (reference, section 5, blind transfer).

        The phone of a transferor stays alone in its bridge until it hangs up; that of a
        conference may have one party only. A party that waits while the transferor consults another one is alone too, but on hold.
        """
        for channel in self._channels.values():
            alone = channel.bridge is not None and not self._connected(channel)
            if not alone or channel.parked or channel.hosted:
                continue
            waits = channel.id in on_hold
            channel.met = channel.met or waits
            channel.gone = not waits

    def _conclude_holds(self, on_hold: AbstractSet[str]) -> None:
        """Mark channels as holding if all other parties are on hold (section 0.2)."""
        for bridge in self._bridges:
            parties = [channel for channel in self._reached(bridge) if channel.real]
            for channel in parties:
                others = [other.id for other in parties if other is not channel]
                if channel.id not in self._heard:
                    channel.held = bool(others) and on_hold >= set(others)

    # -- events

    def apply(self, event: Message, now: float) -> list[Report]:
        """Apply an event, and return the reports of what it changed.

        `now` is in seconds since the epoch.
        """
        handle = self._HANDLERS.get(event.get("Event", ""))
        if handle is None:
            return []
        handle(self, event, now)
        return self._drain() if self._changed or self._touched or self._other else []

    def _on_new_channel(self, event: Message, now: float) -> None:
        """Add a channel, and its call if it is new."""
        if event.get("Uniqueid", "") not in self._channels:
            self._of(event, now)

    def _on_new_state(self, event: Message, now: float) -> None:
        """Set a channel's state: it rings, or was answered."""
        channel = self._of(event, now)
        state = event.get("ChannelStateDesc", channel.state)
        if state == channel.state:
            return
        channel.state = state
        if state == UP and channel.caller:
            # If no phone answered, the PBX itself did.
            call = channel.call
            call.served = not any(
                leg is not channel and leg.state == UP for leg in call.legs()
            )
            call.fallback = call.served and bool(call.called)
        self._touch(channel)

    def _on_rename(self, event: Message, now: float) -> None:
        """Rename a channel."""
        channel = self._channels.get(event.get("Uniqueid", ""))
        name = event.get("Newname", "")
        if channel is not None and name:
            self._touch(channel)
            self._unname(channel)
            self._name(channel, name)
            self._touch(channel)

    def _on_dial(self, event: Message, now: float) -> None:
        """Set the callee's number and the caller's state from the start of dialling."""
        channel_id = event.get("DestUniqueid", "")
        self._heard.add(channel_id)
        called = self._channels.get(channel_id)
        if called is None:
            return
        call = called.call
        called.called = True
        dialing = self._channels.get(event.get("Uniqueid", ""))
        if dialing is not None:
            called.caller = False
            number = event.get("DestCallerIDNum", "")
            if number in ("", _UNKNOWN):
                number = event.get("DialString", "").partition("@")[0].partition("/")[0]
            called.number = outside_number(number)
            exten = event.get("Exten", "")
            if (
                call.via is None
                and exten.isdigit()
                and exten != call.dialed
                and exten not in self.directory.extensions
                and (called.helper or called.device in self.directory.by_device)
            ):
                call.via = exten
            if dialing.real:
                call.talkers = [dialing]
                if dialing.met and dialing.bridge is None and not dialing.waits:
                    dialing.waits = True
                    self._touch(dialing)
        if not called.helper:
            call.called.append(called.device)
        self._touch(called)

    def _on_enter(self, event: Message, now: float) -> None:
        """Add a channel to a bridge, and merge the calls that now share it."""
        channel = self._of(event, now)
        swapped = self._channels.get(event.get("SwapUniqueid", ""))
        if swapped is not None and swapped is not channel:
            self._leave(swapped)
            if swapped.real:
                # Its phone connects its two calls, so both of its legs are over.
                for leg in (swapped, *channel.call.legs()):
                    if leg.device == swapped.device and leg is not channel:
                        self._pass_on(leg)
        bridge = event.get("BridgeUniqueid", "")
        parked = event.get("BridgeType") == "parking"
        local = swapped is not None and swapped.local
        if channel.bridge != bridge and not parked and not local:
            # No party begins a conversation by holding the others; in the place of a
            # Local channel it goes on with one.
            channel.held = False
        self._move(channel, bridge)
        channel.parked = parked
        if not channel.parked:
            self._join(bridge)
            self._meet(bridge)
        self._touch(channel)

    def _on_leave(self, event: Message, now: float) -> None:
        """Remove a channel from the bridge that it left."""
        channel = self._of(event, now)
        if channel.bridge == event.get("BridgeUniqueid"):
            self._leave(channel)
            self._touch(channel)

    def _on_hold(self, event: Message, now: float) -> None:
        """Mark a channel as holding the other parties (reference, section 0.2)."""
        channel = self._of(event, now)
        channel.held = True
        self._touch(channel)

    def _on_unhold(self, event: Message, now: float) -> None:
        """Mark a channel as not holding; Unhold also arrives without a hold before."""
        channel = self._of(event, now)
        if channel.held:
            channel.held = False
            self._touch(channel)

    def _on_request(self, event: Message, now: float) -> None:
        """Record the order in which parties hang up."""
        channel = self._of(event, now)
        channel.requested = channel.requested or self._next()

    def _on_hangup(self, event: Message, now: float) -> None:
        """Remove a channel; the call ends with its last channel."""
        channel_id = event.get("Uniqueid", "")
        self._heard.add(channel_id)
        self._ended.add(channel_id)
        channel = self._channels.get(channel_id)
        if channel is not None:
            cause = event.get("Cause", "")
            self._touch(channel)
            self._remove(channel, int(cause) if cause.isdecimal() else 0)

    def _on_transfer(self, event: Message, now: float) -> None:
        """Mark the transferor as gone, even while its channel still exists."""
        if event.get("Result", "Success") != "Success":
            return
        for role in ("Transferer", "OrigTransferer", "SecondTransferer"):
            channel = self._channels.get(event.get(f"{role}Uniqueid", ""))
            if channel is not None and channel.real:
                self._pass_on(channel)

    def _pass_on(self, channel: Channel) -> None:
        """Mark a channel as gone, because its phone has transferred its call."""
        channel.gone = True
        call = channel.call
        outcome = CallOutcome.ANSWERED if channel.met else None
        call.note_left(channel, outcome, self.directory.by_device)
        call.talkers = [one for one in call.talkers if one is not channel]
        self._touch(channel)

    def _on_spy(self, event: Message, now: float) -> None:
        """Mark a channel as supervising: it is no call (reference, section 6)."""
        channel = self._channels.get(event.get("SpyerUniqueid", ""))
        self._heard.add(event.get("SpyerUniqueid", ""))
        if channel is not None:
            channel.spy = True
            self._touch(channel)

    def _on_queue(self, event: Message, now: float) -> None:
        """Set the queue in which a caller waits."""
        channel = self._of(event, now)
        channel.call.via = event.get("Queue") or channel.call.via
        channel.call.queued = True
        self._touch(channel)

    def _on_message_waiting(self, event: Message, now: float) -> None:
        """Mark a call as ended at the voicemail: the caller left a message."""
        channel = self._channels.get(event.get("Uniqueid", ""))
        if channel is not None and event.get("Waiting") == "1":
            self._to_voicemail(channel.call)

    def _on_record(self, event: Message, now: float) -> None:
        """Mark a call as answered by the voicemail if its record (Cdr) says so.

        Nothing else is read from it: records come per leg, with durations truncated to
        whole seconds (reference, section 0.10), so the events are more precise.
        """
        self._records = True
        if event.get("LastApplication") != "VoiceMail":
            return
        unique = event.get("UniqueID", "")
        call = self._calls.get(unique) or self._over.get(unique)
        if call is not None:
            self._to_voicemail(call)

    def _on_device(self, event: Message, now: float) -> None:
        """Set the state of a device, or report a changed setting."""
        device, state = event.get("Device", ""), event.get("State", "")
        if device.startswith("Custom:"):
            for lamp in _LAMPS:
                number = device.removeprefix(lamp)
                if number in self.directory.extensions:
                    changed = SettingsChanged(Subject.EXTENSION, number)
                    self._other.append(changed)
        elif self._devices.get(device) != state:
            self._devices[device] = state
            self._touched.add(device)

    _HANDLERS: ClassVar[dict[str, Callable[[ChannelTable, Message, float], None]]] = {
        "AttendedTransfer": _on_transfer,
        "BlindTransfer": _on_transfer,
        "BridgeEnter": _on_enter,
        "BridgeLeave": _on_leave,
        "Cdr": _on_record,
        "ChanSpyStart": _on_spy,
        "DeviceStateChange": _on_device,
        "DialBegin": _on_dial,
        "Hangup": _on_hangup,
        "HangupRequest": _on_request,
        "Hold": _on_hold,
        "MessageWaiting": _on_message_waiting,
        "Newchannel": _on_new_channel,
        "Newstate": _on_new_state,
        "QueueCallerJoin": _on_queue,
        "Rename": _on_rename,
        "Unhold": _on_unhold,
    }
    # The names of the handled events; all others may be dropped unread.
    EVENTS: ClassVar = frozenset(_HANDLERS)

    # -- channels

    def _next(self) -> int:
        """Return the next sequence number, which orders calls and hang-ups."""
        self._count += 1
        return self._count

    def _of(self, event: Message, now: float) -> Channel:
        """Return the channel named by an event; add it if it is unknown."""
        channel_id = event.get("Uniqueid", "")
        self._heard.add(channel_id)
        channel = self._channels.get(channel_id)
        if channel is None:
            channel = self._add(event, now)
            # Whatever came before the first event was missed.
            channel.called = event.get("Event") != "Newchannel"
            self._touch(channel)
        channel.heard = True
        return channel

    def _add(self, event: Message, now: float) -> Channel:
        """Add a channel to the call of its Linkedid, and return it."""
        channel_id = event.get("Uniqueid", "")
        linked = event.get("Linkedid", "") or channel_id
        call = self._calls.get(linked)
        if call is None:
            call = GroupedCall(linked, now, self._next(), {linked})
            self._calls[linked] = call
        state = event.get("ChannelStateDesc", DOWN)
        channel = Channel(channel_id, "", call, channel_id == linked, state)
        self._name(channel, event.get("Channel", ""))
        number = event.get("CallerIDNum", "")
        channel.number = "" if number == _UNKNOWN else outside_number(number)
        channel.spy = channel_id.startswith(SPY_ID)
        self._channels[channel_id] = channel
        call.channels[channel_id] = channel
        if channel.real:
            begins = event.get("Event") == "Newchannel"
            self._place(channel, event.get("Exten", ""), begins=begins)
        return channel

    def _place(self, channel: Channel, exten: str, *, begins: bool) -> None:
        """Add a new channel to its call's callers or callees.

        `begins` is True if the channel has just begun, False if it was found in a list.
        """
        call, extension = channel.call, channel.device in self.directory.by_device
        if not channel.caller or (begins and channel.state != CALLS):
            # A phone that the PBX itself calls has the first channel of its call.
            channel.caller = channel.caller and extension
            call.called.append(channel.device)
            if channel.caller:
                call.talkers = [channel]
            return
        call.callers.append(channel.device)
        call.talkers = [channel]
        if extension:
            call.code = exten.startswith("*")
        elif begins:
            call.dialed = outside_number(exten) or None

    def _name(self, channel: Channel, name: str) -> None:
        """Index a channel by a name, and by the device in that name."""
        channel.name = name
        self._names[name] = channel
        self._by_device.setdefault(channel.device, {})[channel.id] = channel

    def _unname(self, channel: Channel) -> None:
        """Remove a channel from the indexes of names and devices."""
        if self._names.get(channel.name) is channel:
            del self._names[channel.name]
        own = self._by_device.get(channel.device, {})
        own.pop(channel.id, None)
        if not own:
            self._by_device.pop(channel.device, None)

    def _remove(self, channel: Channel, cause: int | None) -> None:
        """Remove a channel; `cause` is its hang-up cause, None if it is unknown."""
        call = channel.call
        self._leave(channel)
        self._unname(channel)
        del self._channels[channel.id]
        del call.channels[channel.id]
        if channel.real:
            call.end_leg(channel, cause, self.directory.by_device)
        if not call.channels:
            for linked in call.linked:
                self._calls.pop(linked, None)
                self._over[linked] = call
            while len(self._over) > _REMEMBERED:
                del self._over[next(iter(self._over))]

    def _touch(self, channel: Channel) -> None:
        """Mark a channel's call and device as possibly changed."""
        self._changed[channel.call.id] = channel.call
        self._touched.add(channel.device)

    # -- bridges

    def _move(self, channel: Channel, bridge: str | None) -> None:
        """Move a channel into a bridge, out of any other; None is no bridge."""
        if channel.bridge != bridge:
            self._leave(channel)
            if bridge is not None:
                channel.bridge = bridge
                self._bridges.setdefault(bridge, {})[channel.id] = channel

    def _leave(self, channel: Channel) -> None:
        """Remove a channel from its bridge."""
        if channel.bridge is None:
            return
        others = self._bridges[channel.bridge]
        del others[channel.id]
        if not others:
            del self._bridges[channel.bridge]
        channel.bridge = None
        channel.parked = False

    def _reached(self, bridge: str) -> Iterator[Channel]:
        """Iterate over all channels connected by a bridge and its Local pairs."""
        seen, ahead = {bridge}, [bridge]
        while ahead:
            for channel in self._bridges.get(ahead.pop(), {}).values():
                yield channel
                if channel.local:
                    twin = self._names.get(channel.twin)
                    if twin is not None and twin.bridge and twin.bridge not in seen:
                        seen.add(twin.bridge)
                        ahead.append(twin.bridge)

    def _connected(self, channel: Channel) -> bool:
        """Return whether a channel is connected to another party's channel."""
        return (
            channel.bridge is not None
            and not channel.parked
            and any(
                other is not channel and other.real
                for other in self._reached(channel.bridge)
            )
        )

    def _join(self, bridge: str) -> None:
        """Merge the calls that share a bridge into the oldest, which keeps its id."""
        calls = dict.fromkeys(
            channel.call
            for channel in self._bridges.get(bridge, {}).values()
            if not channel.parked
        )
        if not calls:
            return
        oldest, *others = sorted(calls, key=lambda call: call.order)
        for call in others:
            oldest.absorb(call)
            for linked in call.linked:
                self._calls[linked] = oldest
            self._changed.pop(call.id, None)
            self._changed[oldest.id] = oldest
            self._joined[call] = oldest

    def _meet(self, bridge: str) -> None:
        """Mark the parties connected by a bridge as talking to each other."""
        parties = [channel for channel in self._reached(bridge) if channel.real]
        if len(parties) < 2 or any(channel.parked for channel in parties):
            return
        call = parties[0].call
        for channel in parties:
            if channel.waits or not channel.met:
                channel.met, channel.waits = True, False
                self._touch(channel)
            channel.requested = 0
        call.talkers = parties
        call.answered = True

    # -- telling

    def _drain(self) -> list[Report]:
        """Return the changes since the last report: calls first, then extensions."""
        told: list[Report] = []
        for call in self._changed.values():
            told += self._changes_of(call)
        told = self._with_joined(told)
        for device in self._touched:
            number = self.directory.by_device.get(device)
            if number is None:
                continue
            status = self.status(number)
            if number not in self._statuses or self._statuses[number] is not status:
                self._statuses[number] = status
                told.append(ExtensionReport(number, status))
        told += self._other
        self._changed.clear()
        self._joined.clear()
        self._touched.clear()
        self._other.clear()
        return told

    def _with_joined(self, told: list[Report]) -> list[Report]:
        """Return reports with those about calls that became part of others."""
        absorbed: dict[str, list[str]] = {}
        dissolved: list[Report] = []
        for joined, into in self._joined.items():
            if joined.told is None:
                continue
            while into in self._joined:
                into = self._joined[into]
            absorbed.setdefault(into.id, []).append(joined.id)
            dissolved.append(joined.dissolved(CallOutcome.ANSWERED))
        whole = [
            replace(report, absorbed=tuple(absorbed.get(report.id, ())))
            if isinstance(report, CallNow)
            else report
            for report in told
        ]
        return whole + dissolved

    def _changes_of(self, call: GroupedCall) -> Iterator[CallNow]:
        """Iterate over the reports of a changed call; none while it is being set up."""
        extensions = self.directory.by_device
        now = call.now(extensions)
        if call.code:
            return
        if now is None and not call.legs():
            if any(channel.spy for channel in call.channels.values()):
                if call.told is not None:
                    # The supervisor has answered, which is when the spying starts.
                    yield call.dissolved(CallOutcome.ANSWERED)
                call.told = call.opening = None
                return
            if call.told is None:
                call.told = call.opening
                if call.told is None:
                    return
                yield call.told
            now = call.final(extensions, recorded=self._records)
        if now is not None and now != call.told:
            call.told = now
            yield now

    def _to_voicemail(self, call: GroupedCall) -> None:
        """Mark an unanswered call as ending, or ended, at the voicemail."""
        if call.voicemail or call.answered:
            return
        call.voicemail = True
        if call.told is not None and not call.told.parties:
            call.told = call.final(self.directory.by_device, recorded=False)
            self._other.append(call.told)


def _seconds(duration: str) -> float:
    """Return a duration such as `00:01:30` in seconds."""
    seconds = 0.0
    for part in duration.split(":"):
        seconds = seconds * 60 + (int(part) if part.isdecimal() else 0)
    return seconds
