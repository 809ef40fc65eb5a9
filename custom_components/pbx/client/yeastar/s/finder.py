"""Which call a report means: that of its id, or one whose id is told only now."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ...calls.call import TrackedCall, leg_key
from ...calls.ledger import Ledger
from ...model import CallDirection, CallOutcome, Party, PartyState
from ...report import CallRecord

# Seconds in which a report may come after the poll that saw what it tells.
LATE: Final = 60.0


class CallFinder:
    """Finds the calls that reports mean, and gives them the ids that those tell."""

    def __init__(self, ledger: Ledger) -> None:
        """Keep where to look."""
        self._ledger = ledger

    def find(
        self, call_id: str, parties: Iterable[Party], now: float
    ) -> TrackedCall | None:
        """Return the call of an id, also one whose id was not known until now."""
        call = self._ledger.find(call_id)
        if call is None:
            call = self._find_nameless(tuple(parties))
            if call is not None:
                call = self._identified([call], call_id, now)
        return call

    def find_recorded(self, record: CallRecord, now: float) -> TrackedCall | None:
        """Return the call of a record, also one without an id that it can only mean."""
        call = self._ledger.find(record.call_id)
        if call is not None:
            return call
        # A group that nobody answered for is no party.
        inside = record.direction is CallDirection.INTERNAL
        known = self._ledger.known(record.callee)
        numbers = {record.caller, *(() if inside and not known else (record.callee,))}
        of = self._ledger.of
        found = [
            call
            for call in of(record.caller) or of(record.callee)
            if call.id is None
            and numbers <= {leg.number for leg in call}
            and not self._calls_others(call, record)
        ]
        if not found:
            return self.find_just_ended(record.call_id, numbers, now)
        return self._identified(found, record.call_id, now)

    def _calls_others(self, call: TrackedCall, record: CallRecord) -> bool:
        """Return whether a call rings at others than a record says did not answer.

        The record of a group names the group.
        """
        return (
            record.outcome not in (None, CallOutcome.ANSWERED)
            and self._ledger.known(record.callee)
            and any(
                leg.party.caller is False and leg.number != record.callee
                for leg in call.extensions()
            )
        )

    def find_just_ended(
        self, call_id: str, numbers: set[str], now: float
    ) -> TrackedCall | None:
        """Return the call without an id that a poll saw end before it was reported."""
        found = [
            call
            for call in self._ledger.ended_since(now - LATE)
            if call.id is None and numbers <= {leg.number for leg in call}
        ]
        return self._identified(found, call_id, now)

    def _identified(
        self, found: list[TrackedCall], call_id: str, now: float
    ) -> TrackedCall | None:
        """Return the only one that was found, with its id."""
        if len(found) != 1:
            return None
        call = replace(found[0], id=call_id)
        self._ledger.put(call, now)
        return call

    def _find_nameless(self, parties: tuple[Party, ...]) -> TrackedCall | None:
        """Return the call without an id that has these parties, if there is just one."""
        if not parties:
            return None
        numbers = [party.number for party in parties if party.extension]
        keys = {leg_key(party) for party in parties}
        lines = {party.leg for party in parties if party.leg}
        ledger = self._ledger
        theirs = {call.key: call for number in numbers for call in ledger.of(number)}
        found = []
        for call in theirs.values() if numbers else ledger.live.values():
            alone = len(parties) == 1
            if call.id is not None or any(
                _contradicts(call, party, alone=alone) for party in parties
            ):
                continue
            same_line = any(leg.party.leg in lines for leg in call if leg.party.leg)
            if same_line or keys <= call.legs.keys():
                found.append(call)
        return found[0] if len(found) == 1 else None


def _contradicts(call: TrackedCall, party: Party, *, alone: bool) -> bool:
    """Return whether what a party does cannot be in this call."""
    leg = call.leg(party)
    if leg is None:
        return False
    lines = {leg.party.leg, party.leg} - {None}
    roles = {leg.party.caller, party.caller} - {None}
    if alone and party.extension and party.state is PartyState.TALKING:
        # A service of the PBX answered, which is no party; whoever rings has not.
        return leg.connected or len(call.present()) > 1
    begins = alone and party.state in (PartyState.DIALING, PartyState.RINGING)
    return len(lines) > 1 or len(roles) > 1 or (leg.connected and begins)
