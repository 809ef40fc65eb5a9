"""Calls with their members, and what changes of them: reference 3.5, 3.8, 5.4."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.simulator.channels import MEMBERS, Channels
from tests.simulator.exchange import CallState, Exchange, Leg, SimCall
from tests.simulator.exchange.events import (
    Booted,
    CallEvent,
    Event,
    LegKind,
    LegState,
    Party,
)

from .switches import V2Switches

type Json = dict[str, Any]
# The members of a call by channel.
type Members = dict[str, Json]

PATHS = (LegKind.IVR, LegKind.QUEUE, LegKind.CONFERENCE)


@dataclass(frozen=True, slots=True)
class CallChanged:
    """A call has changed: all its members as they are now."""

    call_id: str
    members: tuple[Json, ...]
    numbers: tuple[str, ...]


class Calls(Channels):
    """The calls of an exchange; `tell` gets each change of one."""

    def __init__(self, exchange: Exchange, switches: V2Switches) -> None:
        """Watch an exchange."""
        super().__init__(exchange)
        self._switches = switches
        self.tell: Callable[[CallChanged], None] = lambda changed: None
        self._told: dict[str, Members] = {}
        self._gone: dict[str, Members] = {}
        self._leaving: str | None = None
        exchange.listeners.append(self._happened)
        exchange.touched.append(self._touched)

    # -- as they are now

    def listed(self) -> dict[str, Members]:
        """Return the members of all calls."""
        found = {
            call.call_id: self.members(call) for call in self._exchange.calls.values()
        }
        if self._switches.monitor_shown == "own":
            for monitor in self._exchange.monitors.values():
                found[monitor.call_id] = {
                    self.channel(monitor.leg): self._member(None, monitor.leg, False)
                }
        return found

    def members(self, call: SimCall) -> Members:
        """Return the members of a call."""
        callees = [leg for leg in call.callees if leg.state is not LegState.ENDED]
        callees = [leg for leg in callees if leg.state is not LegState.CALLING]
        found: Members = {}
        caller = call.caller
        if caller.state is not LegState.ENDED:
            channel = self.channel(caller)
            if callees or caller.state is not LegState.CALLING or self._queued(call):
                found[channel] = self._member(call, caller, True)
            elif channel in self._told.get(call.call_id, {}):
                # Put through to another, it hears nothing new until that one rings.
                found[channel] = self._told[call.call_id][channel]
        for leg in callees:
            if leg.kind in MEMBERS:
                found[self.channel(leg)] = self._member(call, leg, False)
        if self._switches.monitor_shown == "member":
            for monitor in call.monitors:
                found[self.channel(monitor.leg)] = self._member(
                    call, monitor.leg, False
                )
        return found

    def _member(self, call: SimCall | None, leg: Leg, caller: bool) -> Json:
        path = "" if call is None else call.via
        for other in () if call is None else call.callees:
            if other.kind in PATHS:
                path = other.number
        common = {
            "channelid": self.channel(leg),
            "memberstatus": (
                "ALERT"
                if caller and call is not None and self._queued(call)
                else self.word(leg, caller)
            ),
        }
        if path or self._switches.path_when_direct:
            common["callpath"] = path
        if leg.kind is LegKind.EXTENSION:
            return {"ext": {"number": leg.number, **common}}
        return {
            leg.kind.value: {
                "from": leg.from_number,
                "to": leg.to_number,
                "trunkname": leg.trunk,
                **common,
            }
        }

    def channel_of(self, party: Party) -> str:
        """Return the channel of a party."""
        return self.channel(
            Leg(party.kind, party.number, party.leg_id, "", trunk=party.trunk)
        )

    @staticmethod
    def _queued(call: SimCall) -> bool:
        """Return whether the caller waits in a queue."""
        return call.state is CallState.QUEUED

    # -- what changes

    def _happened(self, event: Event) -> None:
        if isinstance(event, Booted):
            self._told.clear()
            self._gone.clear()
            return
        if isinstance(event, CallEvent):
            if event.kind == "bye" and self._switches.byes == "each":
                self._leaving = event.parties[0].leg_id
            elif event.kind in ("invite", "incoming"):
                # Its own event tells of it (5.4).
                call = self._exchange.calls[event.call_id]
                caller = self._member(call, call.caller, True)
                self._told[event.call_id] = {self.channel(call.caller): caller}
        if not isinstance(event, CallEvent) or event.kind != "transfer":
            self.look()

    def _touched(self, after: bool) -> None:
        if after is self._switches.status_first:
            self.look()

    def look(self) -> None:
        """Tell each call that has changed."""
        now = self.listed()
        for call_id in [*self._told, *now]:
            call = self._exchange.calls.get(call_id)
            if call is not None and self._closing(call):
                continue
            self._compare(call_id, now.get(call_id, {}))

    def _closing(self, call: SimCall) -> bool:
        """Return whether a call is just ending whose end is told at once."""
        return call.state is CallState.ENDED and self._switches.byes == "together"

    def _compare(self, call_id: str, now: Members) -> None:
        before = self._told.get(call_id, {})
        leaving = None
        if self._leaving is not None:
            leaving = self._channels.get(self._leaving)
        if leaving in now:
            now = {key: member for key, member in now.items() if key != leaving}
        if now == before:
            return
        gone = {key: bye(one) for key, one in before.items() if key not in now}
        shown = gone
        if self._switches.byes_repeated:
            shown = {**self._gone.get(call_id, {}), **gone}
        if now:
            self._told[call_id] = now
            self._gone.setdefault(call_id, {}).update(gone)
        else:
            self._told.pop(call_id, None)
            self._gone.pop(call_id, None)
        members = (*now.values(), *shown.values())
        numbers = tuple(one["ext"]["number"] for one in members if "ext" in one)
        self.tell(CallChanged(call_id, members, numbers))


def bye(member: Json) -> Json:
    """Return a member that has hung up."""
    return {kind: {**fields, "memberstatus": "BYE"} for kind, fields in member.items()}


def of_extension(
    found: dict[str, Members], number: str
) -> Iterator[tuple[str, Members]]:
    """Iterate over the calls of an extension."""
    for call_id, members in found.items():
        if any(one.get("ext", {}).get("number") == number for one in members.values()):
            yield call_id, members
