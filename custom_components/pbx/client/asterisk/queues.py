"""The queues, parked calls and voicemail boxes of the PBX (reference, sections 5 and 7).

The table turns parsed events and lists into what waits at present. It opens no socket;
times are passed in, in seconds since the epoch.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Final

from ..model import (
    Mailbox,
    ParkedCall,
    Party,
    PartyState,
    Queue,
    QueueAgent,
    QueueCaller,
)
from ..report import MailboxNow, ParkedNow, QueueNow, Report
from ..texts import outside_number
from .channels import ChannelTable
from .connection import Message
from .grouped_call import trunk_name

# What stands for a number that is not known.
_UNKNOWN: Final = frozenset({"<unknown>", "unknown", ""})
# The states of a member's phone in which the PBX counts it as not logged in: invalid and
# unavailable.
_LOGGED_OUT: Final = frozenset({"4", "5"})
_STATIC: Final = "static"
MAX_DIGITS: Final = 10


@dataclass(slots=True)
class _Caller:
    """A caller in a queue; `id` is that of the channel."""

    id: str
    name: str
    number: str
    since: float
    call_id: str


@dataclass(slots=True)
class QueueMember:
    """A member of a queue; `interface` is what the queue calls.

    `talking` is None while it is not known.
    """

    interface: str
    name: str
    status: str
    paused: bool
    reason: str | None
    dynamic: bool
    talking: bool | None = None


@dataclass(slots=True)
class _Waiting:
    """The callers of a queue in the order of their turn, and its members."""

    callers: list[_Caller] = field(default_factory=list)
    members: dict[str, QueueMember] = field(default_factory=dict)


@dataclass(slots=True)
class _Parked:
    """A call in a slot; `id` is that of the waiting channel."""

    id: str
    lot: str
    call: ParkedCall


class QueueTable:
    """All queues, parked calls and voicemail boxes."""

    def __init__(self, channels: ChannelTable) -> None:
        """Initialize an empty table; `channels` has the channels that wait."""
        self._channels = channels
        self._queues: dict[str, _Waiting] = {}
        self._parked: dict[str, _Parked] = {}
        self._unread: dict[str, int | None] = {}
        # Callers, members, slots and boxes that events named since the last list was
        # requested; an event is newer than the list.
        self._heard: set[tuple[str, str]] = set()
        # The most that the table can hold: what the last lists had, and what was added.
        self.size = 0

    # -- looking

    def queues(self) -> tuple[Queue, ...]:
        """Return all queues."""
        return tuple(map(self._queue, self._queues))

    def parked(self) -> tuple[ParkedCall, ...]:
        """Return all parked calls."""
        return tuple(parked.call for parked in self._parked.values())

    def mailboxes(self) -> tuple[Mailbox, ...]:
        """Return the boxes of extensions."""
        return tuple(
            Mailbox(number, self._unread[box])
            for box, number in self._channels.directory.by_mailbox.items()
            if box in self._unread
        )

    def members(self, queue: str, number: str) -> list[QueueMember] | None:
        """Return the members of a queue that are an extension, None without the queue."""
        found = self._queues.get(queue)
        if found is None:
            return None
        return [
            member
            for member in found.members.values()
            if self._number(member.interface) == number
        ]

    def waits_at(self, slot: str) -> tuple[str, str] | None:
        """Return the waiting channel's id and the parking lot of a slot."""
        parked = self._parked.get(slot)
        return None if parked is None else (parked.id, parked.lot)

    def _queue(self, name: str) -> Queue:
        """Return a queue as it is now."""
        waiting = self._queues[name]
        return Queue(
            name,
            callers=tuple(
                QueueCaller(
                    self._caller_number(caller.id, caller.name, caller.number),
                    caller.since,
                    caller.call_id,
                )
                for caller in waiting.callers
            ),
            agents=tuple(map(self._agent, waiting.members.values())),
        )

    def _agent(self, member: QueueMember) -> QueueAgent:
        """Return the agent that a member of a queue is."""
        return QueueAgent(
            self._number(member.interface),
            member.name,
            member.status not in _LOGGED_OUT,
            member.paused,
            member.talking,
            member.reason,
            member.dynamic,
        )

    def _number(self, interface: str) -> str:
        """Return the number of a member: an extension's, else the one that is dialled."""
        device = interface.removesuffix("/n")
        known = self._channels.directory.by_device.get(device)
        return known or device.partition("/")[2].partition("@")[0]

    def _caller_number(self, channel_id: str, name: str, told: str) -> str:
        """Return the number of a party that waits: the extension's, else as told."""
        channel = self._channels.channel(channel_id)
        device = _device(name) if channel is None else channel.device
        extension = self._channels.directory.by_device.get(device)
        if extension is not None:
            return extension
        return told if channel is None else channel.number or told

    # -- lists

    def begin_list(self) -> None:
        """Mark the start of reading lists: events from now on are newer."""
        self._heard.clear()
        self.size = len(self._parked) + len(self._unread)
        for queue in self._queues.values():
            self.size += 1 + len(queue.callers) + len(queue.members)

    def take_queues(self, rows: Iterable[Message], now: float) -> None:
        """Apply a list of all queues with their members and callers."""
        before, self._queues = self._queues, {}
        entries: list[Message] = []
        for row in rows:
            name = row.get("Queue", "")
            queue = self._queues.setdefault(name, _Waiting())
            if row.get("Event") == "QueueEntry":
                entries.append(row)
            elif row.get("Event") == "QueueMember":
                interface = row.get("Location", "")
                member = _member(row, interface, row.get("Name", ""))
                if "InCall" in row:
                    member.talking = row["InCall"] == "1"
                queue.members[interface] = member
        entries.sort(key=lambda row: _count(row.get("Position")) or 0)
        for row in entries:
            name = row.get("Queue", "")
            known = self._find(before.get(name), row.get("Uniqueid", ""))
            since = now - (_count(row.get("Wait")) or 0)
            caller = known or self._caller(row, since)
            self._queues[name].callers.append(caller)
        for name, queue in self._queues.items():
            self._keep_heard(name, queue, before.get(name, _Waiting()))

    def _keep_heard(self, name: str, queue: _Waiting, before: _Waiting) -> None:
        """Apply what events have told meanwhile to a listed queue."""
        for interface in (*queue.members, *before.members):
            if (name, interface) in self._heard:
                member = before.members.get(interface)
                if member is None:
                    queue.members.pop(interface, None)
                else:
                    queue.members[interface] = member
        queue.callers = [
            caller
            for caller in queue.callers
            if (name, caller.id) not in self._heard or self._find(before, caller.id)
        ]
        queue.callers += [
            caller
            for caller in before.callers
            if (name, caller.id) in self._heard and caller not in queue.callers
        ]

    def take_parked(self, rows: Iterable[Message], now: float) -> None:
        """Apply a list of all parked calls."""
        before, self._parked = self._parked, {}
        for row in rows:
            slot = row.get("ParkingSpace", "")
            if ("parked", slot) not in self._heard:
                since = now - (_count(row.get("ParkingDuration")) or 0)
                known = before.get(slot)
                same = known and known.id == row.get("ParkeeUniqueid")
                self._park(row, known.call.since if known and same else since)
        for slot, parked in before.items():
            if ("parked", slot) in self._heard:
                self._parked[slot] = parked

    def take_mailboxes(self, rows: Iterable[Message]) -> None:
        """Apply a list of all voicemail boxes."""
        unread = {
            f"{row.get('VoiceMailbox', '')}@{row.get('VMContext', '')}": _count(
                row.get("NewMessageCount")
            )
            for row in rows
        }
        for box in unread.keys() & self._unread.keys():
            if ("box", box) in self._heard:
                unread[box] = self._unread[box]
        self._unread = unread

    # -- events

    def apply(self, event: Message, now: float) -> list[Report]:
        """Apply an event, and return the report of what it changed."""
        handle = self._HANDLERS.get(event.get("Event", ""))
        if handle is None:
            return []
        self.size += 1
        return handle(self, event, now)

    def _on_join(self, event: Message, now: float) -> list[Report]:
        """Add a caller who enters a queue, at their position."""
        name, channel_id = event.get("Queue", ""), event.get("Uniqueid", "")
        queue = self._hear(name, channel_id)
        if self._find(queue, channel_id) is None:
            place = (_count(event.get("Position")) or len(queue.callers) + 1) - 1
            queue.callers.insert(max(place, 0), self._caller(event, now))
        return self._report(name)

    def _on_leave(self, event: Message, now: float) -> list[Report]:
        """Remove a caller who leaves a queue, to an agent or altogether."""
        name, channel_id = event.get("Queue", ""), event.get("Uniqueid", "")
        queue = self._hear(name, channel_id)
        queue.callers = [one for one in queue.callers if one.id != channel_id]
        return self._report(name)

    def _on_member(self, event: Message, now: float) -> list[Report]:
        """Add a member, or set its status and whether it pauses."""
        name, interface = event.get("Queue", ""), event.get("Interface", "")
        queue = self._hear(name, interface)
        before = queue.members.get(interface)
        member = _member(event, interface, event.get("MemberName", ""))
        # What the event tells of it comes too early: other events do.
        member.talking = before.talking if before else False
        queue.members[interface] = member
        if before is not None and self._agent(before) == self._agent(member):
            return []
        return self._report(name)

    def _on_member_removed(self, event: Message, now: float) -> list[Report]:
        """Remove a member."""
        name, interface = event.get("Queue", ""), event.get("Interface", "")
        self._hear(name, interface).members.pop(interface, None)
        return self._report(name)

    def _on_connect(self, event: Message, now: float) -> list[Report]:
        """Set a member as talking to a caller."""
        return self._set_talking(event, talking=True)

    def _on_complete(self, event: Message, now: float) -> list[Report]:
        """Set a member as not talking to a caller any more."""
        return self._set_talking(event, talking=False)

    def _set_talking(self, event: Message, *, talking: bool) -> list[Report]:
        """Set whether a member talks to a caller of the queue."""
        name, interface = event.get("Queue", ""), event.get("Interface", "")
        member = self._hear(name, interface).members.get(interface)
        if member is None or member.talking is talking:
            return []
        member.talking = talking
        return self._report(name)

    def _on_parked(self, event: Message, now: float) -> list[Report]:
        """Add a call that was parked."""
        self._heard.add(("parked", event.get("ParkingSpace", "")))
        self._park(event, now)
        return [ParkedNow(self.parked())]

    def _on_unparked(self, event: Message, now: float) -> list[Report]:
        """Remove a call that was picked up, given up, or that waited too long."""
        slot = event.get("ParkingSpace", "")
        self._heard.add(("parked", slot))
        parked = self._parked.get(slot)
        if parked is None or parked.id != event.get("ParkeeUniqueid"):
            return []
        del self._parked[slot]
        return [ParkedNow(self.parked())]

    def _on_message_waiting(self, event: Message, now: float) -> list[Report]:
        """Set the number of unread messages in a box."""
        box = event.get("Mailbox", "")
        self._heard.add(("box", box))
        unread = _count(event.get("New"))
        if unread is None and event.get("Waiting") == "0":
            unread = 0
        number = self._channels.directory.by_mailbox.get(box)
        if number is None or self._unread.get(box, -1) == unread:
            return []
        self._unread[box] = unread
        return [MailboxNow(Mailbox(number, unread))]

    _HANDLERS: ClassVar[
        dict[str, Callable[[QueueTable, Message, float], list[Report]]]
    ] = {
        "AgentComplete": _on_complete,
        "AgentConnect": _on_connect,
        "AgentDump": _on_complete,
        "MessageWaiting": _on_message_waiting,
        "ParkedCall": _on_parked,
        "ParkedCallGiveUp": _on_unparked,
        "ParkedCallTimeOut": _on_unparked,
        "QueueCallerJoin": _on_join,
        "QueueCallerLeave": _on_leave,
        "QueueMemberAdded": _on_member,
        "QueueMemberPause": _on_member,
        "QueueMemberRemoved": _on_member_removed,
        "QueueMemberStatus": _on_member,
        "UnParkedCall": _on_unparked,
    }
    # The names of the handled events and of the rows of lists.
    EVENTS: ClassVar = frozenset(_HANDLERS)
    ROWS: ClassVar = frozenset(
        {"QueueEntry", "QueueMember", "QueueParams", "VoicemailUserEntry"}
    )

    # -- changing

    def _hear(self, queue: str, key: str) -> _Waiting:
        """Return a queue that an event names, with the caller or member it is about."""
        self._heard.add((queue, key))
        return self._queues.setdefault(queue, _Waiting())

    def _report(self, queue: str) -> list[Report]:
        """Return the report of a queue."""
        return [QueueNow(self._queue(queue))]

    @staticmethod
    def _find(queue: _Waiting | None, channel_id: str) -> _Caller | None:
        """Return the caller of a queue with a channel, None if there is none."""
        callers = queue.callers if queue else ()
        return next((one for one in callers if one.id == channel_id), None)

    def _caller(self, told: Message, since: float) -> _Caller:
        """Return the caller that an event or a row describes."""
        channel_id = told.get("Uniqueid", "")
        channel = self._channels.channel(channel_id)
        return _Caller(
            channel_id,
            told.get("Channel", ""),
            _number_told(told.get("CallerIDNum", "")),
            since,
            channel_id if channel is None else channel.call.id,
        )

    def _park(self, told: Message, since: float) -> None:
        """Add the parked call that an event or a row describes."""
        slot, name = told.get("ParkingSpace", ""), told.get("ParkeeChannel", "")
        channel_id = told.get("ParkeeUniqueid", "")
        channel = self._channels.channel(channel_id)
        device = _device(name)
        number = self._caller_number(
            channel_id, name, _number_told(told.get("ParkeeCallerIDNum", ""))
        )
        extension = device in self._channels.directory.by_device
        parker = told.get("ParkerDialString", "").partition("&")[0]
        call = ParkedCall(
            slot,
            Party(
                number,
                extension,
                PartyState.HELD,
                trunk=None if extension else trunk_name(device),
                leg=None if extension else name,
            ),
            since,
            self._channels.directory.by_device.get(parker),
            channel_id if channel is None else channel.call.id,
        )
        self._parked[slot] = _Parked(channel_id, told.get("Parkinglot", ""), call)


def _member(told: Message, interface: str, name: str) -> QueueMember:
    """Return the member that an event or a row describes."""
    return QueueMember(
        interface,
        "" if name == interface else name,
        told.get("Status", ""),
        told.get("Paused") == "1",
        told.get("PausedReason") or None,
        told.get("Membership") != _STATIC,
    )


def _device(channel: str) -> str:
    """Return the device of a channel's name."""
    return channel.rpartition("-")[0]


def _number_told(text: str) -> str:
    """Return the number of an outside party, blank if it is not known."""
    return "" if text in _UNKNOWN else outside_number(text)


def _count(text: str | None) -> int | None:
    """Return a number of the PBX, None for anything else."""
    return int(text) if text and text.isdecimal() and len(text) < MAX_DIGITS else None
