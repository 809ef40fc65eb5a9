"""The reader for a family whose reports contain the complete state of a call."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import override

from ..model import Party, PartyState
from ..report import CallNow, CallRecord, ExtensionReport, Report, Restarted
from ..snapshot import Snapshot
from . import steps
from .call import CONNECTED, Leg, TrackedCall
from .ledger import CallReader, Ledger, StatusOf


class WholeCalls(CallReader):
    """A reader of complete call states.

    The parties in a report are present; all other parties have left the call.
    """

    def __init__(self, ledger: Ledger, status_of: StatusOf) -> None:
        """Initialize for a ledger; statuses of extensions tell nothing about calls."""
        self._ledger = ledger
        # Ids of the calls reported since the snapshot was requested.
        self._newer: set[str] = set()

    @override
    def tell(self, report: Report, now: float) -> None:
        match report:
            case CallNow():
                self._newer.add(report.id)
                self._take(report, now)
            case Restarted():
                for call in list(self._ledger.live.values()):
                    self._close(call, now)

    @override
    def hear(self, report: ExtensionReport, now: float) -> bool:
        return not report.registration

    @override
    def expect(self) -> None:
        self._newer.clear()

    @override
    def read(self, snapshot: Snapshot, reported: AbstractSet[str], now: float) -> None:
        if snapshot.calls_now is None:
            return
        listed = {call.id for call in snapshot.calls_now}
        for call in snapshot.calls_now:
            if call.id not in self._newer:
                self._take(call, now)
        for known in list(self._ledger.live.values()):
            if known.id not in listed | self._newer:
                self._close(known, now)

    def _close(self, call: TrackedCall, now: float) -> None:
        """End a call that the PBX no longer lists."""
        self._ledger.put(steps.close(call, now, None, self._ledger.wait), now)

    def _take(self, told: CallNow, now: float) -> None:
        """Apply the reported current state of a call."""
        call = self._ledger.find(told.id)
        if told.parties and all(one.state is PartyState.GONE for one in told.parties):
            if call is None:
                self._take_ended(told, now)
            return
        if call is None:
            if not (told.parties or told.left):
                return
            call = self._ledger.begin(told.id, now, told.started_at)
        elif not call.live and told.parties:
            call = steps.reopen(call)
        if told.absorbed or not told.parties:
            call = _with_met(call, told)
        for absorbed in told.absorbed:
            call = self._with_parties_of(call, absorbed, told, now)
        begun = told.started_at if not call.legs and told.started_at else now
        call = steps.learn(call, told.direction, told.dialed, told.via)
        call = replace(call, trunk=call.trunk or told.trunk)
        if call.live:
            # The party that hung up may be known before the last one has left.
            call = replace(call, ended_by=told.ended_by)
        present = tuple(key for key, leg in call.legs.items() if leg.present)
        call = self._with_parties(call, told, begun, now)
        if told.outcome is not None and not told.parties:
            call = replace(call, failure=told.outcome)
        if told.duration is not None or told.talked is not None:
            call = replace(call, records=(_record(call, told),))
        if call.live and not told.parties:
            call = replace(call, released=True)
            call = steps.close(call, now, told.ended_by, self._ledger.wait)
            call = replace(call, last=present or call.last)
        self._ledger.put(steps.hurry(call, now) if told.recorded else call, now)

    def _take_ended(self, told: CallNow, now: float) -> None:
        """Add a call that was over before anything was reported of it."""
        call = self._ledger.begin(told.id, now, told.started_at)
        call = steps.learn(call, told.direction, told.dialed, told.via)
        call = replace(call, trunk=told.trunk, failure=told.outcome, released=True)
        for party in told.parties:
            call = steps.sit(call, party, now)
        call = replace(call, records=(_record(call, told),))
        call = steps.close(call, now, None, self._ledger.wait)
        self._ledger.put(steps.hurry(call, now), now)

    def _with_parties_of(
        self, call: TrackedCall, absorbed: str, told: CallNow, now: float
    ) -> TrackedCall:
        """Move the parties of an absorbed call into the call, and return the call."""
        other = self._ledger.find(absorbed)
        if other is None or not other.live or other.key == call.key:
            return call
        moved: dict[str, Leg] = {}
        for party in told.parties:
            key = call.key_of(party)
            leg, before = other.legs.get(key), call.legs.get(key)
            # A party whose former leg in this call still waits for its end event is not
            # moved, but added anew.
            if (
                leg is not None
                and leg.present
                and party.extension
                and (before is None or before.told)
            ):
                as_here = replace(leg.party, caller=party.caller)
                part = 0 if before is None else before.part + 1
                moved[key] = replace(leg, party=as_here, part=part)
        return self._ledger.move(other, call, moved, now)

    def _with_parties(
        self, call: TrackedCall, told: CallNow, begun: float, now: float
    ) -> TrackedCall:
        """Add or update the reported parties, and mark all others as gone.

        Without reported parties, only those reported as having left are marked.
        """
        left = dict(told.left)
        named = {call.key_of(party) for party in told.parties}
        for key, leg in call.legs.items():
            if leg.present and key not in named and (told.parties or key in left):
                outcome = left.get(key)
                if outcome is None:
                    call = steps.depart(call, key, now, self._ledger.wait)
                else:
                    # The outcome is reported, so the end does not wait.
                    call = steps.leave(call, key, now, now, outcome)
            elif not (leg.present or leg.told or leg.outcome) and left.get(key):
                # The outcome of a party that left before is reported later.
                call = steps.leave(call, key, leg.left_at or now, now, left[key])
        for party in told.parties:
            call = self._with_party(call, party, told, begun, now)
        outcome = left.get(told.unrung or "")
        if told.unrung and outcome is not None and told.unrung not in call.legs:
            gone = Party(told.unrung, True, PartyState.GONE, False)
            call = steps.sit(call, gone, now)
            call = steps.leave(call, call.key_of(gone), now, now, outcome)
        return call

    def _with_party(
        self, call: TrackedCall, party: Party, told: CallNow, begun: float, now: float
    ) -> TrackedCall:
        """Add a party with its current state, or update it."""
        key = call.key_of(party)
        leg = call.legs.get(key)
        if party.extension:
            begun = dict(told.since).get(party.number, begun)
        if leg is not None and leg.present:
            call = steps.sit(call, replace(party, state=leg.state), now)
            return steps.set_state(call, key, party.state, now)
        come = steps.sit if leg is None else steps.again
        call = come(call, party, begun)
        if party.state not in CONNECTED:
            return call
        # A call found in progress was answered at some time since it began: now at last.
        exact = told.answered_at is not None
        at = now if told.answered_at is None else told.answered_at
        return steps.answered(call, key, at, exact=exact)


def _with_met(call: TrackedCall, told: CallNow) -> TrackedCall:
    """Note what parties that leave were connected to, before others leave or join."""
    named = {call.key_of(party) for party in told.parties}
    legs = {
        key: leg
        if key in named or not leg.present
        else replace(leg, met=leg.met or call.met_by(leg))
        for key, leg in call.legs.items()
    }
    return replace(call, legs=legs)


def _record(call: TrackedCall, told: CallNow) -> CallRecord:
    """Return a record of the call with the reported duration and talk time.

    It may be that of the last part of a call that was passed on, so it does not name
    parties whose own times are known.
    """
    legs = [leg for leg in call if leg.answered_at is None or not leg.exact]
    legs.sort(key=lambda leg: not leg.party.caller)
    numbers = [leg.number for leg in legs] or [""]
    return CallRecord(
        told.id,
        numbers[0],
        numbers[-1],
        None,
        told.direction,
        duration=told.duration,
        talked=told.talked,
    )
