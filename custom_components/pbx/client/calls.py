"""What the PBX reports of its calls, taken over into the table."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from .call_table import SETTLE, CallTable
from .live_call import LiveCall, leg_key
from .model import CallDirection, Party, PartyState
from .report import CallFailed, CallRecord, CallReleased, CallReport, CallTransferred

# Seconds in which a report may come after the poll that saw what it tells.
LATE: Final = 60.0


class Calls(CallTable):
    """The calls of one PBX, fed by its reports."""

    def report(self, report: CallReport, now: float) -> None:
        """Take over who takes part, and what they do."""
        live = self._find(report.call_id, report.parties)
        if live is None:
            if all(party.state is PartyState.GONE for party in report.parties):
                return
            live = self.begin(report.call_id, now)
        elif not live.live:
            if not self._goes_on(live, report.parties):
                return
            self.reopen(live)
            for party in report.parties:
                leg = live.leg(party)
                if leg is not None and party.state is not PartyState.GONE:
                    self.bring_back(live, leg)
        live.learn(report.direction, report.dialed, report.via)
        for party in report.parties:
            self.join(live, party, now)
        self._answered(live, report.parties, now)

    def release(self, report: CallReleased, now: float) -> None:
        """Somebody hung up: the call is over, unless it was somebody who had left it."""
        live = self._find(report.call_id, report.parties)
        if live is None:
            return
        if not live.live:
            live.released = True
            live.changed()
            if live.records:
                self.settle_all(live)
            return
        first = live.leg(report.parties[0]) if report.parties else None
        if first is not None and not first.present:
            return
        self._add_missing(live, report.parties, now)
        live.released = True
        self.close(live, now, report.parties[0].number if report.parties else None)

    def transfer(self, report: CallTransferred, now: float) -> None:
        """The first party leaves the call to the others."""
        live = self._find(report.call_id, report.parties)
        if live is None or not live.live:
            return
        leaving, *others = report.parties
        leg = live.leg(leaving)
        if leg is not None and leg.present:
            if leg.extension:
                live.handed_over.add(leg.number)
            self.depart(live, leg, now)
        talked = leg is not None and leg.answered_at is not None
        state = PartyState.TALKING if talked else PartyState.DIALING
        for party in others:
            self.join(live, replace(party, state=state), now)

    def fail(self, report: CallFailed, now: float) -> None:
        """A call came to nothing, or one of several who were called cannot be reached."""
        # Who is called while in another call is busy: it is not that one that failed.
        ringing = [p for p in report.parties if not p.extension or self._rings(p)]
        live = self._find(report.call_id, ringing)
        ended = self._just_ended({party.number for party in report.parties}, now)
        if live is None and report.parties and len(ended) == 1:
            live = ended[0]
            self.identify(live, report.call_id)
        if live is None:
            live = self.begin(report.call_id, now)
        elif not live.live:
            # Reordered behind what it explains: the reason is still worth having.
            live.failure = live.failure or report.outcome
            live.changed()
            return
        self._add_missing(live, report.parties, now)
        called = [
            leg
            for party in report.parties
            if (leg := live.leg(party)) and leg.caller is False
        ]
        others = [leg for leg in live.present() if leg.caller is False]
        if called and any(leg not in called for leg in others):
            for leg in called:
                if not leg.settled:
                    leg.outcome = report.outcome
                    self.leave(live, leg, now, SETTLE)
            return
        live.failure = report.outcome
        live.released = True
        self.close(live, now, None)

    def record(self, record: CallRecord, now: float) -> None:
        """Take over the PBX's own record: durations, and how it ended."""
        known = self._find(record.call_id, ()) or self._find_by_numbers(record, now)
        if known is not None and record in known.records:
            return
        # Without a hang-up it may be the record of a part, and the call goes on.
        may_go_on = known is not None and known.live
        live = known or self.begin(record.call_id, now)
        part = {
            number
            for number in live.handed_over & {record.caller, record.callee}
            if live.live and not live.legs[number].present
        }
        live.records.append(record)
        live.learn(record.direction, record.dialed, record.via)
        for leg in live:
            if leg.caller is None and leg.number in (record.caller, record.callee):
                leg.caller = leg.number == record.caller
        if part:
            live.handed_over -= part
            for number in part:
                leg = live.legs[number]
                leg.outcome = leg.outcome or record.outcome
                self.settle_leg(live, leg)
            return
        self._add_recorded(live, record, now)
        if live.live:
            self.close(live, now, None)
        if not may_go_on:
            self.settle_all(live)

    def _add_missing(
        self, live: LiveCall, parties: Iterable[Party], now: float
    ) -> None:
        """Let those take part who are known only now."""
        # Who is outside shows the part of the others.
        for party in sorted(parties, key=lambda party: party.extension):
            if live.leg(party) is None:
                self.add(live, party, now)

    def _add_recorded(self, live: LiveCall, record: CallRecord, now: float) -> None:
        """Let those take part who are known from the record alone."""
        for number, caller in ((record.caller, True), (record.callee, False)):
            outside = record.direction is (
                CallDirection.INBOUND if caller else CallDirection.OUTBOUND
            )
            party = Party(
                number,
                not outside,
                PartyState.GONE,
                caller,
                record.trunk if outside else None,
            )
            # A number outside is not always written in the same way.
            there = any(not leg.extension and leg.caller is caller for leg in live)
            if not there and not live.leg(party) and (outside or self._known(number)):
                self.add(live, party, now)

    def _rings(self, party: Party) -> bool:
        """Return whether an extension's phone rings in a call that has no id yet."""
        return any(
            live.id is None and live.legs[party.number].state is PartyState.RINGING
            for live in self.live_of(party.number)
        )

    def _find(self, call_id: str, parties: Iterable[Party]) -> LiveCall | None:
        """Return the call of an id, also one whose id was not known until now."""
        live = self.live.get(call_id) or self._ended.get(call_id)
        if live is None:
            live = self._find_nameless(tuple(parties))
            if live is not None:
                self.identify(live, call_id)
        return live

    def _find_nameless(self, parties: tuple[Party, ...]) -> LiveCall | None:
        """Return the call without an id that has these parties, if there is just one."""
        if not parties:
            return None
        numbers = [party.number for party in parties if party.extension]
        keys = {leg_key(party) for party in parties}
        lines = {party.leg for party in parties if party.leg}
        found = []
        theirs = {live.key: live for number in numbers for live in self.live_of(number)}
        for live in theirs.values() if numbers else self.live.values():
            alone = len(parties) == 1
            if live.id is not None or any(
                _contradicts(live, party, alone=alone) for party in parties
            ):
                continue
            same_line = any(leg.line in lines for leg in live if leg.line)
            if same_line or keys <= live.legs.keys():
                found.append(live)
        return found[0] if len(found) == 1 else None

    def _find_by_numbers(self, record: CallRecord, now: float) -> LiveCall | None:
        """Return the call without an id that a record can only mean."""
        # A group that nobody answered for is no party.
        inside = record.direction is CallDirection.INTERNAL
        reached = () if inside and not self._known(record.callee) else (record.callee,)
        numbers = {record.caller, *reached}
        found = [
            live
            for live in self.live_of(record.caller) or self.live_of(record.callee)
            if live.id is None and numbers <= {leg.number for leg in live}
        ] or self._just_ended(numbers, now)
        if len(found) != 1:
            return None
        self.identify(found[0], record.call_id)
        return found[0]

    def _just_ended(self, numbers: set[str], now: float) -> list[LiveCall]:
        """Return the calls without an id that a poll saw end before it was reported."""
        found = []
        for live in reversed(self._ended.values()):
            if live.ended_at is None or live.ended_at < now - LATE:
                break
            if live.id is None and numbers <= {leg.number for leg in live}:
                found.append(live)
        return found

    def _goes_on(self, live: LiveCall, parties: tuple[Party, ...]) -> bool:
        """Return whether the record that ended a call was that of a part of it.

        Transfers by API are not reported (section 3.9): it reaches somebody new.
        """
        return not live.released and any(
            live.leg(party) is None and party.state is not PartyState.GONE
            for party in parties
        )

    def _answered(self, live: LiveCall, parties: tuple[Party, ...], now: float) -> None:
        """When one of several picks up, the others stop ringing."""
        if not any(
            p.state is PartyState.TALKING and p.caller is False for p in parties
        ):
            return
        named = {leg_key(party) for party in parties}
        for key, leg in list(live.legs.items()):
            if leg.state is PartyState.RINGING and key not in named and leg.extension:
                self.answered_elsewhere(live, leg, now)


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
