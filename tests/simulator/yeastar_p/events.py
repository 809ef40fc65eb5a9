"""Events in the words of the API: reference 5."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
import json
from typing import Any

from tests.simulator.exchange import Exchange, SimExtension, SimTrunk
from tests.simulator.exchange.cdr import CallRecord
from tests.simulator.exchange.events import (
    Booted,
    CallEvent,
    CallFailed,
    CallRecorded,
    Event,
    ExtensionState,
    Failure,
    SettingsChanged,
    StateChanged,
)

from .cdr import OUTCOME_WORDS
from .objects import Json, Objects
from .switches import PSwitches

STATE_WORDS = {
    ExtensionState.FREE: "Idle",
    ExtensionState.RINGING: "Ringing",
    ExtensionState.BUSY: "Busy",
    ExtensionState.HOLD: "Busy",
}
FAILURE_WORDS = {
    Failure.BUSY: "486 Busy here",
    Failure.DECLINED: "603 Declined",
    Failure.DO_NOT_DISTURB: "DND",
    Failure.UNREACHABLE: "Line Unreachable",
    Failure.NO_SUCH_NUMBER: "404 NOT found",
    Failure.NO_PERMISSION: "NO Dial Permission",
    Failure.NO_LINE: "Circuit/channel congestion",
}


def word_of(state: ExtensionState) -> str:
    """Return the word of event 30008, or that of event 30007 for a phone out of reach."""
    return STATE_WORDS.get(state, "Unregistered")


def _in_next_turn(flush: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_soon(flush)


class Events:
    """The events that follow from what happens in the exchange.

    `send` gets the type of each event and its text.
    """

    def __init__(
        self,
        exchange: Exchange,
        objects: Objects,
        switches: PSwitches,
        serial: Callable[[], str],
        send: Callable[[int, str], None],
    ) -> None:
        """Listen to the exchange."""
        self._exchange = exchange
        self._objects = objects
        self._switches = switches
        self._serial = serial
        self.send = send
        # The members of each call as they were told last.
        self._told: dict[str, dict[str, Json]] = {}
        # What follows the states of calls: failures and records.
        self._later: list[tuple[int, Json]] = []
        self._planned = False
        # Calls what it gets once what happens now has happened.
        self.soon: Callable[[Callable[[], None]], object] = _in_next_turn
        self._presences: dict[str, str] = {}
        exchange.listeners.append(self._happened)

    def _happened(self, event: Event) -> None:
        match event:
            case StateChanged():
                self._state(event)
            case CallFailed():
                reason = FAILURE_WORDS[event.why]
                body = {"call_id": event.call_id, "reason": reason, "members": []}
                self._later.append((30015, body))
                self._plan()
            case CallRecorded():
                self._later.append((30012, self._record(event.record)))
                self._plan()
            case CallEvent(kind="invite"):
                call = self._exchange.calls[event.call_id]
                self._told[event.call_id] = self._objects.members(call)
                self._emit(30016, self._objects.call(call))
            case SettingsChanged():
                self._settings(event)
            case Booted():
                # What was not told before the power was lost never is.
                self._told.clear()
                self._later.clear()
            case _:
                self._plan()

    def _plan(self) -> None:
        """Tell what remains once what happens now has happened."""
        if not self._planned:
            self._planned = True
            self.soon(self.flush)

    def flush(self) -> None:
        """Tell the states of calls now."""
        self._planned = False
        self._tell_calls()
        later, self._later = self._later, []
        for kind, body in later:
            self._emit(kind, body)

    def _state(self, event: StateChanged) -> None:
        number = event.number
        extension = self._exchange.extensions[number]
        if extension.status_monitored:
            absent = ExtensionState.ABSENT
            if absent in (event.state, event.before):
                gone = event.state is absent
                self._emit(
                    30007,
                    {
                        "extension": number,
                        "kind": "Sip",
                        "status": "Unregistered" if gone else "Registered",
                        "registered_ip": "192.168.5.53",
                    },
                )
            if (word := STATE_WORDS.get(event.state)) is not None:
                self._emit(30008, {"extension": number, "status": word})
        self._plan()

    def _tell_calls(self) -> None:
        """Send event 30011 for each call whose members have changed."""
        calls = self._exchange.calls
        if any(call.consulted is not None for call in calls.values()):
            return  # two calls are just becoming one
        members = {
            name: self._objects.members(call)
            for name, call in calls.items()
            if call.live
        }
        in_use = {channel for present in members.values() for channel in present}
        for call_id in [*self._told, *calls]:
            now = members.get(call_id, {})
            before = self._told.get(call_id, {})
            if now == before:
                continue
            # A channel that is in another call now was moved there, and has not hung up.
            gone = [
                _bye(member)
                for channel, member in before.items()
                if channel not in in_use
            ]
            shown = [
                member
                for channel, member in now.items()
                if self._switches.members_told == "all" or before.get(channel) != member
            ]
            if now:
                self._told[call_id] = now
            else:
                del self._told[call_id]
            self._emit(30011, {"call_id": call_id, "members": [*shown, *gone]})

    def _settings(self, event: SettingsChanged) -> None:
        option = {"add": "CREATE", "update": "UPDATE", "del": "DELETE"}[event.operation]
        if event.subject == "extension":
            self._emit(30022, {"ext_number": event.name, "option": option})
            extension = self._exchange.extensions.get(event.name)
            if extension is not None:
                self._presence(extension)
        else:
            self._emit(30023, {"trunk_name": event.name, "option": option})

    def _presence(self, extension: SimExtension) -> None:
        """Tell a changed presence (event 30009)."""
        now = self._objects.presences.of(extension)
        before = self._presences.get(extension.number, "available")
        self._presences[extension.number] = now
        if now != before and self._switches.presence_monitored:
            self._emit(30009, {"extension": extension.number, "status": now})

    def trunk_status(self, trunk: SimTrunk) -> None:
        """Tell the status of a trunk (event 30010)."""
        body = {
            "trunk_name": trunk.name,
            "kind": "PJSIP",
            "status": self._objects.trunk(trunk)["status"],
            "registered_ip": "203.0.113.7:5060",
        }
        self._emit(30010, body)

    def _record(self, record: CallRecord) -> Json:
        blank = " " if self._switches.blanks_as_space else ""
        started = datetime.fromtimestamp(record.started, UTC)
        kind = record.kind if record.kind != "transfer" else "internal"
        return {
            "call_id": record.call_id,
            "time_start": started.strftime("%Y-%m-%d %H:%M:%S"),
            "call_from": record.caller,
            "call_to": record.callee,
            "call_duration": record.duration,
            "talk_duration": record.talked,
            "src_trunk_name": record.source_trunk or blank,
            "dst_trunk_name": record.destination_trunk or blank,
            "pin_code": blank,
            "status": OUTCOME_WORDS[record.outcome],
            "type": kind.capitalize(),
            "recording": "",
            "did_number": record.did or blank,
            "agent_ring_time": 0,
            "uid": f"2026{record.call_id.replace('.', '')}D",
        }

    def _emit(self, kind: int, body: Json) -> None:
        encoded: Any = body
        if self._switches.body_encoding == "string":
            encoded = json.dumps(body)
        event: Json = {"type": kind, "msg": encoded}
        if kind not in (30022, 30023):
            event["sn"] = self._serial()
        self.send(kind, json.dumps(event))


def _bye(member: Json) -> Json:
    """Return a member that has hung up."""
    return {side: {**body, "member_status": "BYE"} for side, body in member.items()}
