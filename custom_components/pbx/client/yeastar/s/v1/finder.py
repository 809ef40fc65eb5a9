"""The search for the call of a report, by its id or among calls without an id."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ....calls.call import TrackedCall, leg_key
from ....calls.ledger import Ledger, StatusOf
from ....model import (
    OUT_OF_REACH,
    CallDirection,
    CallOutcome,
    ExtensionStatus,
    Party,
    PartyState,
)
from ....report import CallRecord

# Seconds by which a report may arrive after the poll that already saw its change.
LATE: Final = 60.0


class CallFinder:
    """The search for the calls of reports; a call found without an id is given one."""

    def __init__(self, ledger: Ledger, status_of: StatusOf) -> None:
        """Initialize with the ledger to search, and the statuses of the extensions."""
        self._ledger = ledger
        self._status_of = status_of

    def find(
        self, call_id: str, parties: Iterable[Party], now: float
    ) -> TrackedCall | None:
        """Return the call with this id, or the matching call that has no id yet."""
        call = self._ledger.find(call_id)
        if call is None:
            call = self._find_nameless(tuple(parties))
            if call is not None:
                call = self._identified([call], call_id, now)
        return call

    def find_recorded(self, record: CallRecord, now: float) -> TrackedCall | None:
        """Return the call of a record, or the only call without an id that fits it."""
        call = self._ledger.find(record.call_id)
        if call is not None:
            return call
        # The callee of an unanswered group call is the group, which is not a party.
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
        """Return whether a call rings at an extension other than a record's callee.

        Such a record belongs to another call: the record of a group call would name the
        group.
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
        """Return the call without an id that a poll ended before its report came."""
        found = [
            call
            for call in self._ledger.ended_since(now - LATE)
            if call.id is None and numbers <= {leg.number for leg in call}
        ]
        return self._identified(found, call_id, now)

    def _identified(
        self, found: list[TrackedCall], call_id: str, now: float
    ) -> TrackedCall | None:
        """Return the found call with its id set, None if there is not exactly one."""
        if len(found) != 1:
            return None
        call = replace(found[0], id=call_id)
        self._ledger.put(call, now)
        return call

    def _find_nameless(self, parties: tuple[Party, ...]) -> TrackedCall | None:
        """Return the call without an id that has these parties, if exactly one has."""
        if not parties:
            return None
        numbers = [party.number for party in parties if party.extension]
        keys = {leg_key(party) for party in parties}
        lines = {party.leg for party in parties if party.leg}
        ledger = self._ledger
        theirs = {call.key: call for number in numbers for call in ledger.of(number)}
        found = []
        for call in ledger.live.values() if lines or not numbers else theirs.values():
            alone = len(parties) == 1
            if call.id is not None or any(
                _contradicts(call, party, alone=alone) for party in parties
            ):
                continue
            same_line = any(leg.party.leg in lines for leg in call if leg.party.leg)
            if same_line or keys <= call.legs.keys():
                found.append(call)
        return found[0] if len(found) == 1 else self._find_waiting(parties)

    def _find_waiting(self, parties: tuple[Party, ...]) -> TrackedCall | None:
        """Return the call without an id of a caller that waits for another callee."""
        found = [
            call
            for party in parties
            if party.extension and party.caller is not False and len(parties) == 2
            for call in self._ledger.of(party.number)
            if call.id is None
            and call.legs[party.number].state is PartyState.DIALING
            and self._can_ring(next(p for p in parties if p is not party))
            and all(
                other.number == party.number
                or self._status_of(other.number) in OUT_OF_REACH
                for other in call.present()
            )
        ]
        return found[0] if len(found) == 1 else None

    def _can_ring(self, party: Party) -> bool:
        """Return whether a party may be ringing, by the status of its phone."""
        status = self._status_of(party.number)
        return status is ExtensionStatus.RINGING or status in OUT_OF_REACH


def _contradicts(call: TrackedCall, party: Party, *, alone: bool) -> bool:
    """Return whether the state of a party cannot belong to this call."""
    leg = call.leg(party)
    if leg is None:
        return False
    lines = {leg.party.leg, party.leg} - {None}
    roles = {leg.party.caller, party.caller} - {None}
    if alone and party.extension and party.state is PartyState.TALKING:
        # A service of the PBX, which is not a party, answered. A call with another
        # connected or ringing party is not the reported call.
        return leg.connected or any(
            other.connected or other.state in (PartyState.RINGING, PartyState.UNKNOWN)
            for other in call.present()
            if other is not leg
        )
    begins = alone and party.state in (PartyState.DIALING, PartyState.RINGING)
    return len(lines) > 1 or len(roles) > 1 or (leg.connected and begins)
