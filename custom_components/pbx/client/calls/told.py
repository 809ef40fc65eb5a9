"""What the PBX reports of its calls, taken over into the table."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from ..model import CallDirection, ExtensionStatus, Party, PartyState
from ..report import CallFailed, CallRecord, CallReleased, CallReport, CallTransferred
from .finder import CallFinder
from .live_call import LiveCall, leg_key
from .table import SETTLE, CallTable, StatusOf


class Calls(CallTable):
    """The calls of one PBX, fed by its reports."""

    def __init__(
        self, status_of: StatusOf, known: Callable[[str], bool] = lambda number: True
    ) -> None:
        """Begin without calls; the statuses are looked up, never kept."""
        super().__init__(status_of, known)
        self._finder = CallFinder(self, known)

    def report(self, report: CallReport, now: float) -> None:
        """Take over who takes part, and what they do."""
        live = self._finder.find(report.call_id, report.parties)
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
        live = self._finder.find(report.call_id, report.parties)
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
        live = self._finder.find(report.call_id, report.parties)
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
        live = self._finder.find(report.call_id, ringing)
        if live is None and report.parties:
            numbers = {party.number for party in report.parties}
            live = self._finder.find_just_ended(report.call_id, numbers, now)
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
        known = self._finder.find_recorded(record, now)
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

    def status(self, number: str, status: ExtensionStatus | None, now: float) -> None:
        """Take over what an extension's status says of its calls: hold is told nowhere else."""
        legs = [(live, live.legs[number]) for live in self.live_of(number)]
        if status is ExtensionStatus.IDLE:
            # No report tells that a queue or a group rings somebody no more.
            for live, leg in legs:
                if leg.state is PartyState.RINGING:
                    self.depart(live, leg, now)
            return
        if status is ExtensionStatus.ON_HOLD:
            wanted = PartyState.HELD
            legs = [
                (live, leg) for live, leg in legs if leg.state is PartyState.TALKING
            ]
        elif status is ExtensionStatus.BUSY:
            wanted = PartyState.TALKING
            if any(leg.state is not PartyState.HELD for _, leg in legs):
                return  # it is the other call that keeps it busy
        else:
            return
        for live, leg in legs:
            event = leg.advance(wanted, now)
            live.changed()
            self._touch(live, leg)
            # Which of several was taken back, nobody can know.
            if wanted is PartyState.HELD or len(legs) == 1:
                self._tell(event, live, leg, now)

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

    def _goes_on(self, live: LiveCall, parties: tuple[Party, ...]) -> bool:
        """Return whether the record that ended a call was that of a part of it.

        Transfers by API are not reported (section 3.9): it reaches somebody new. So
        does a call from a service, which a poll may have missed. Of one that nobody
        answered the report is late.
        """
        begun = live.records or any(leg.answered_at is not None for leg in live)
        return (
            bool(begun)
            and not live.released
            and any(
                live.leg(party) is None and party.state is not PartyState.GONE
                for party in parties
            )
        )

    def _answered(self, live: LiveCall, parties: tuple[Party, ...], now: float) -> None:
        """When one of several picks up, or a service does, the others stop ringing.

        Not when it is told late: who picked up has left, and others are called instead.
        """
        if not any(
            p.state is PartyState.TALKING and p.caller is False and live.has(p)
            for p in parties
        ):
            if [(p.state, p.caller) for p in parties] == [(PartyState.TALKING, True)]:
                self._answered_by_service(live, now)
            return
        named = {leg_key(party) for party in parties}
        for key, leg in list(live.legs.items()):
            if leg.state is PartyState.RINGING and key not in named and leg.extension:
                self.answered_elsewhere(live, leg, now)

    def _answered_by_service(self, live: LiveCall, now: float) -> None:
        """When the voicemail picks up, who is in another call gets no other sign of it."""
        for leg in live.extensions():
            if leg.state is PartyState.RINGING and self._status_of(leg.number) in (
                ExtensionStatus.BUSY,
                ExtensionStatus.ON_HOLD,
            ):
                self.depart(live, leg, now)
