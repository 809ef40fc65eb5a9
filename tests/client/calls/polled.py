"""A table of calls that polls are taken over into, and what a poll may find."""

from dataclasses import replace
from typing import Any

from custom_components.pbx.client import Extension, ExtensionStatus, PbxInfo
from custom_components.pbx.client.yeastar.s.found import FoundCall, PolledSnapshot

from .told import (
    DIALING,
    INBOUND,
    INTERNAL,
    OUTBOUND,
    RINGING,
    TALKING,
    Told,
    callee,
    caller,
)

INFO = PbxInfo("369362089179", "PBX", "Yeastar", "S-Series", None, None, "v1.1.0")
IDLE, RINGS, BUSY = ExtensionStatus.IDLE, ExtensionStatus.RINGING, ExtensionStatus.BUSY
ON_HOLD, OFFLINE = ExtensionStatus.ON_HOLD, ExtensionStatus.OFFLINE
STAFF = ("1001", "1002", "1003", "1004")


class Polled(Told):
    """Calls that a poll is taken over into as well."""

    def read(
        self,
        *calls: FoundCall,
        **more: Any,
    ) -> list[str]:
        """Take a snapshot over: `e1001` is the status of 1001, all others are free."""
        self.now = more.pop("at", self.now)
        for key in [key for key in more if key[:1] == "e" and key[1:].isdigit()]:
            self.statuses[key[1:]] = more.pop(key)
        snapshot = PolledSnapshot(
            INFO,
            tuple(
                Extension(number, "", self.statuses.get(number, IDLE))
                for number in STAFF
            ),
            looked_into=frozenset(more.pop("looked_into", "").split()),
            calls=calls,
        )
        touched = frozenset(more.pop("touched", ()))
        snapshot = replace(snapshot, **more)
        self.reader.expect()
        self.reader.read(snapshot, touched, self.now)
        self.statuses.clear()
        return self.happened()


def inside(
    *numbers: str, answered: bool = False, caller_known: bool = True
) -> FoundCall:
    """Return a call between extensions, the caller first."""
    return FoundCall(
        None, INTERNAL, numbers, caller_known=caller_known, answered=answered
    )


def talk(*numbers: str) -> FoundCall:
    """Return a call between extensions of which nobody knows who called."""
    return inside(*numbers, answered=True, caller_known=False)


def coming(
    *numbers: str, answered: bool = False, call_id: str = "7.1", number: str = "555"
) -> FoundCall:
    """Return a call from outside."""
    party = caller(TALKING if answered else DIALING, number, call_id)
    return FoundCall(
        call_id, INBOUND, numbers, (party,), answered=answered, dialed="0301234"
    )


def going(*numbers: str, answered: bool = False, line: str = "7.2") -> FoundCall:
    """Return a call to the outside."""
    party = callee(TALKING if answered else RINGING, leg=line)
    return FoundCall(None, OUTBOUND, numbers, (party,), answered=answered)
