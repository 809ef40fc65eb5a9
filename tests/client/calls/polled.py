"""A ledger of calls that polls are taken over into, and what a poll may find."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from custom_components.pbx.client import Extension, ExtensionStatus, PbxInfo
from custom_components.pbx.client.model import IN_USE
from custom_components.pbx.client.yeastar.s.v1.found import (
    FoundCall,
    PolledSnapshot,
    Ties,
)

from .told import DIALING, INBOUND, OUTBOUND, RINGING, TALKING, Told, callee, caller

INFO = PbxInfo("369362089179", "PBX", "Yeastar", "S-Series", None, None, "v1.1.0")
IDLE, RINGS, BUSY = ExtensionStatus.IDLE, ExtensionStatus.RINGING, ExtensionStatus.BUSY
ON_HOLD, OFFLINE = ExtensionStatus.ON_HOLD, ExtensionStatus.OFFLINE
STAFF = ("1001", "1002", "1003", "1004")


@dataclass(frozen=True, slots=True)
class Inside:
    """A call between extensions, as their phones tell of it: the caller names the first."""

    numbers: tuple[str, ...]
    lost: str = ""

    def ties(self) -> Iterator[tuple[str, str]]:
        """Yield which phone names which."""
        first, *others = self.numbers
        for other in others:
            yield other, first
        for named in (self.lost, *others)[:2]:
            if named:
                yield first, named
                break


class Polled(Told):
    """Calls that a poll is taken over into as well."""

    def read(
        self,
        *calls: FoundCall | Inside,
        **more: Any,
    ) -> list[str]:
        """Take a snapshot over: `e1001` is the status of 1001, all others are free.

        All that are in use are asked for their calls, unless `asked` says which are.
        """
        self.now = more.pop("at", self.now)
        for key in [key for key in more if key[:1] == "e" and key[1:].isdigit()]:
            self.statuses[key[1:]] = more.pop(key)
        in_use = " ".join(n for n, word in self.statuses.items() if word in IN_USE)
        ties = {n: Ties() for n in more.pop("asked", in_use).split()}
        rows = tuple(call for call in calls if isinstance(call, FoundCall))
        for call in calls:
            if isinstance(call, Inside):
                for number, other in call.ties():
                    before = ties.get(number, Ties())
                    if number in ties:
                        others = (*before.others, other)
                        ties[number] = replace(before, others=others)
                continue
            line = next(party.leg for party in reversed(call.outside))
            for number in call.numbers if line else ():
                if number in ties:
                    lines = (*ties[number].lines, str(line))
                    ties[number] = replace(ties[number], lines=lines)
        ties |= more.pop("ties", {})
        snapshot = PolledSnapshot(
            INFO,
            tuple(
                Extension(number, "", self.statuses.get(number, IDLE))
                for number in STAFF
            ),
            calls=rows,
            ties=ties,
        )
        touched = frozenset(more.pop("touched", ()))
        snapshot = replace(snapshot, **more)
        self.reader.expect()
        self.reader.read(snapshot, touched, self.now)
        self.statuses.clear()
        return self.happened()


def inside(*numbers: str) -> Inside:
    """Return a call between extensions, the caller first."""
    return Inside(numbers)


talk = inside


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
