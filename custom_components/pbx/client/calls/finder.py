"""Which call a report means: that of its id, or one whose id is told only now."""

from collections.abc import Callable, Iterable
from typing import Final

from ..model import CallDirection, CallOutcome, Party, PartyState
from ..report import CallRecord
from .index import CallIndex
from .live_call import LiveCall, leg_key

# Seconds in which a report may come after the poll that saw what it tells.
LATE: Final = 60.0


class CallFinder:
    """Finds the calls that reports mean, and gives them the ids that those tell."""

    def __init__(self, calls: CallIndex, known: Callable[[str], bool]) -> None:
        """Keep where to look; `known` tells an extension from other numbers."""
        self._calls = calls
        self._known = known

    def find(self, call_id: str, parties: Iterable[Party]) -> LiveCall | None:
        """Return the call of an id, also one whose id was not known until now."""
        live = self._calls.live.get(call_id) or self._calls.remembered(call_id)
        if live is None:
            live = self._find_nameless(tuple(parties))
            if live is not None:
                self._calls.identify(live, call_id)
        return live

    def find_recorded(self, record: CallRecord, now: float) -> LiveCall | None:
        """Return the call of a record, also one without an id that it can only mean."""
        live = self.find(record.call_id, ())
        if live is not None:
            return live
        # A group that nobody answered for is no party.
        inside = record.direction is CallDirection.INTERNAL
        reached = () if inside and not self._known(record.callee) else (record.callee,)
        numbers = {record.caller, *reached}
        live_of = self._calls.live_of
        found = [
            live
            for live in live_of(record.caller) or live_of(record.callee)
            if live.id is None
            and numbers <= {leg.number for leg in live}
            and not self._calls_others(live, record)
        ]
        if not found:
            return self.find_just_ended(record.call_id, numbers, now)
        return self._identified(found, record.call_id)

    def _calls_others(self, live: LiveCall, record: CallRecord) -> bool:
        """Return whether a call rings at others than a record says did not answer.

        The record of a group names the group.
        """
        return (
            record.outcome not in (None, CallOutcome.ANSWERED)
            and self._known(record.callee)
            and any(
                leg.caller is False and leg.number != record.callee
                for leg in live.extensions()
            )
        )

    def find_just_ended(
        self, call_id: str, numbers: set[str], now: float
    ) -> LiveCall | None:
        """Return the call without an id that a poll saw end before it was reported."""
        found = [
            live
            for live in self._calls.ended_since(now - LATE)
            if live.id is None and numbers <= {leg.number for leg in live}
        ]
        return self._identified(found, call_id)

    def _identified(self, found: list[LiveCall], call_id: str) -> LiveCall | None:
        """Return the only one that was found, with its id."""
        if len(found) != 1:
            return None
        self._calls.identify(found[0], call_id)
        return found[0]

    def _find_nameless(self, parties: tuple[Party, ...]) -> LiveCall | None:
        """Return the call without an id that has these parties, if there is just one."""
        if not parties:
            return None
        numbers = [party.number for party in parties if party.extension]
        keys = {leg_key(party) for party in parties}
        lines = {party.leg for party in parties if party.leg}
        calls = self._calls
        theirs = {
            live.key: live for number in numbers for live in calls.live_of(number)
        }
        found = []
        for live in theirs.values() if numbers else calls.live.values():
            alone = len(parties) == 1
            if live.id is not None or any(
                _contradicts(live, party, alone=alone) for party in parties
            ):
                continue
            same_line = any(leg.line in lines for leg in live if leg.line)
            if same_line or keys <= live.legs.keys():
                found.append(live)
        return found[0] if len(found) == 1 else None


def _contradicts(live: LiveCall, party: Party, *, alone: bool) -> bool:
    """Return whether what a party does cannot be in this call."""
    leg = live.leg(party)
    if leg is None:
        return False
    lines = {leg.line, party.leg} - {None}
    roles = {leg.caller, party.caller} - {None}
    if alone and party.extension and party.state is PartyState.TALKING:
        # A service of the PBX answered, which is no party; whoever rings has not.
        return leg.talking or len(live.present()) > 1
    begins = alone and party.state in (PartyState.DIALING, PartyState.RINGING)
    return len(lines) > 1 or len(roles) > 1 or (leg.talking and begins)
