"""What waits at Asterisk: callers in queues, parked calls, messages (reference, 5 and 7)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.simulator.exchange import Exchange

if TYPE_CHECKING:
    from .channels import Channel

type Fields = dict[str, str]
type Send = Callable[[str, str, Fields], None]
type About = Callable[[Channel, str], Fields]

# The states of an agent's phone as a queue knows them.
STATES = {
    "NOT_INUSE": "1",
    "INUSE": "2",
    "BUSY": "3",
    "INVALID": "4",
    "UNAVAILABLE": "5",
    "RINGING": "6",
    "RINGINUSE": "7",
    "ONHOLD": "8",
}


def interface_of(number: str) -> str:
    """Return what FreePBX's queues call to reach an extension."""
    return f"Local/{number}@from-queue/n"


@dataclass(slots=True, eq=False)
class Served:
    """A caller whom an agent of a queue has answered."""

    caller: Channel
    called: Channel
    queue: str
    number: str


@dataclass(slots=True)
class Waiting:
    """Who waits, and who is served; `send` sends an event, `about` describes a channel."""

    exchange: Exchange
    send: Send
    about: About
    since: dict[str, float] = field(default_factory=dict)
    callers: dict[str, list[Channel]] = field(default_factory=dict)
    served: list[Served] = field(default_factory=list)
    parked: dict[str, Channel] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    # Agents who logged in by themselves, with their queue.
    dynamic: set[tuple[str, str]] = field(default_factory=set)
    states: dict[str, str] = field(default_factory=dict)

    # -- queues

    def join(self, channel: Channel, queue: str) -> None:
        """Let a caller enter a queue, behind all others."""
        waiting = self.callers.setdefault(queue, [])
        waiting.append(channel)
        self.since[channel.unique] = self.exchange.clock.now()
        place = str(len(waiting))
        fields = {"Queue": queue, "Position": place, "Count": place}
        self.send("agent", "QueueCallerJoin", {**self.about(channel, ""), **fields})

    def leave(self, channel: Channel, *, abandoned: bool = False) -> None:
        """Let a caller leave the queue they wait in, if any."""
        for queue, waiting in self.callers.items():
            if channel not in waiting:
                continue
            position = str(waiting.index(channel) + 1)
            waiting.remove(channel)
            del self.since[channel.unique]
            fields = {"Queue": queue, "Position": position}
            about = self.about(channel, "")
            if abandoned:
                hold = {"OriginalPosition": position, "HoldTime": "1"}
                self.send("agent", "QueueCallerAbandon", {**about, **fields, **hold})
            fields["Count"] = str(len(waiting))
            self.send("agent", "QueueCallerLeave", {**about, **fields})

    def connect(
        self, caller: Channel, called: Channel, queue: str, number: str
    ) -> None:
        """Let an agent serve a caller."""
        self.served.append(Served(caller, called, queue, number))
        fields = {**self.about(caller, ""), **self.member(queue, number)}
        self.send("agent", "AgentConnect", {**fields, "HoldTime": "1", "RingTime": "0"})

    def ended(self, channel: Channel) -> None:
        """Tell what the end of a channel ends: waiting, a slot, a service."""
        self.leave(channel, abandoned=True)
        self.unpark(channel, "ParkedCallGiveUp")
        for one in [one for one in self.served if channel in (one.caller, one.called)]:
            self.served.remove(one)
            fields = {
                **self.about(one.caller, ""),
                **self.member(one.queue, one.number),
            }
            more = {"HoldTime": "1", "TalkTime": "1", "Reason": "agent"}
            self.send("agent", "AgentComplete", {**fields, **more})

    def member(self, queue: str, number: str) -> Fields:
        """Return what tells a member of a queue from others."""
        name = self.exchange.extensions[number].name
        return {"Queue": queue, "Interface": interface_of(number), "MemberName": name}

    def state(self, queue: str, number: str) -> Fields:
        """Return the state of a member, as events and rows tell it."""
        talks = any((one.queue, one.number) == (queue, number) for one in self.served)
        paused = (queue, number) in self.exchange.paused
        dynamic = (queue, number) in self.dynamic
        return {
            "StateInterface": f"hint:{number}@ext-local",
            "Membership": "dynamic" if dynamic else "static",
            "Penalty": "0",
            "CallsTaken": "0",
            "InCall": "1" if talks else "0",
            "Status": STATES.get(self.states.get(f"PJSIP/{number}", ""), "0"),
            "Paused": "1" if paused else "0",
            "PausedReason": "",
        }

    def tell_member(self, name: str, queue: str, number: str) -> None:
        """Send an event about a member; that it talks comes too late in all of them."""
        fields = {**self.member(queue, number), **self.state(queue, number)}
        self.send("agent", name, {**fields, "InCall": "0"})

    def phone_changed(self, device: str, state: str) -> None:
        """Tell the queues of an agent the state of their phone."""
        self.states[device] = state
        number = device.removeprefix("PJSIP/")
        for queue, agents in self.exchange.queues.items():
            if number in agents and number in self.exchange.extensions:
                self.tell_member("QueueMemberStatus", queue, number)

    def rows(self) -> Iterator[Fields]:
        """Iterate over the rows of a list of all queues."""
        now = self.exchange.clock.now()
        for queue, agents in self.exchange.queues.items():
            waiting = self.callers.get(queue, [])
            yield {"Event": "QueueParams", "Queue": queue, "Calls": str(len(waiting))}
            for number in agents:
                if number in self.exchange.extensions:
                    member = self.member(queue, number)
                    member["Location"] = member.pop("Interface")
                    member["Name"] = member.pop("MemberName")
                    yield {
                        "Event": "QueueMember",
                        **member,
                        **self.state(queue, number),
                    }
            for position, channel in enumerate(waiting, 1):
                yield {
                    "Event": "QueueEntry",
                    "Queue": queue,
                    "Position": str(position),
                    "Channel": channel.name,
                    "Uniqueid": channel.unique,
                    "CallerIDNum": channel.number or "unknown",
                    "CallerIDName": "unknown",
                    "Wait": str(int(now - self.since[channel.unique])),
                }

    # -- parking

    def park(self, channel: Channel, slot: str) -> None:
        """Let a call wait in a slot."""
        self.parked[slot] = channel
        self.since[channel.unique] = self.exchange.clock.now()
        self.send("call", "ParkedCall", self.about_parked(slot))

    def unpark(self, channel: Channel, event: str, by: Channel | None = None) -> None:
        """Let a call leave its slot, if it waits in one."""
        for slot, parked in list(self.parked.items()):
            if parked is channel:
                more = {} if by is None else self.about(by, "Retriever")
                self.send("call", event, {**self.about_parked(slot), **more})
                del self.parked[slot]
                del self.since[channel.unique]

    def about_parked(self, slot: str) -> Fields:
        """Return what tells a parked call, in events and rows."""
        channel = self.parked[slot]
        waited = int(self.exchange.clock.now() - self.since[channel.unique])
        return {
            **self.about(channel, "Parkee"),
            "ParkerDialString": "",
            "Parkinglot": "default",
            "ParkingSpace": slot,
            "ParkingTimeout": "45",
            "ParkingDuration": str(waited),
        }

    def clear(self) -> None:
        """Forget all that waits, as a start does."""
        for store in (self.since, self.callers, self.served, self.parked):
            store.clear()
