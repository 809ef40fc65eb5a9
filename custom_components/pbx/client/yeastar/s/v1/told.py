"""The application of call reports to the ledger (reference, section 5)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ....calls import steps
from ....calls.call import Leg, TrackedCall, leg_key
from ....calls.ledger import Ledger, StatusOf
from ....model import (
    IN_USE,
    OUT_OF_REACH,
    CallDirection,
    CallOutcome,
    ExtensionStatus,
    Party,
    PartyState,
)
from ....report import CallFailed, CallRecord, CallReleased, CallReport, CallTransferred
from .finder import CallFinder

SOUGHT: Final = frozenset({PartyState.RINGING, PartyState.DIALING})
# Seconds within which all reports of the same event arrive.
TOGETHER: Final = 1.0
# Seconds within which the report of a call follows the status that it causes.
AT_ONCE: Final = 0.2
# The statuses of a phone that is already in a call.
TAKEN: Final = frozenset({ExtensionStatus.BUSY, ExtensionStatus.ON_HOLD})


class ToldCalls:
    """The calls of one PBX, according to its reports."""

    def __init__(self, ledger: Ledger, status_of: StatusOf) -> None:
        """Initialize for a ledger; statuses are read from `status_of`, never stored."""
        self._ledger = ledger
        self._status_of = status_of
        self._finder = CallFinder(ledger, status_of)
        # Phones that stopped ringing according to a status report that may be late.
        self.stopped: set[str] = set()
        # Phones in a call that nothing shows: with a service, or a supervisor's phone.
        self.hidden: set[str] = set()
        # Calls whose last report names one talking party: it talks to a PBX service.
        self.served: set[int] = set()
        # Calls that ended because all their phones were out of reach: none is queried.
        self.unreachable: set[int] = set()
        # Calls that ended as a poll did not show them.
        self.unseen: set[int] = set()
        # Calls that ended with a restart of the PBX.
        self.restarted: set[int] = set()
        # Phones that became busy without ringing, that is, dialled; oldest first.
        self.dialled: dict[str, None] = {}
        # Phones whose hold was reported before the answer of the held call.
        self._held_early: set[str] = set()
        # The calls that phones took back last, by their status, and when.
        self._resumed: dict[str, tuple[int, float]] = {}
        # The calls in which phones rang last.
        self._rang_in: dict[str, int] = {}
        # When each phone stopped ringing last.
        self._rang: dict[str, float] = {}
        # Transferors of each call, whose part may get a call record of its own.
        self._handed_over: dict[int, set[str]] = {}

    def prune(self) -> None:
        """Remove the calls that the ledger no longer knows."""
        for calls in (self.served, self.unreachable, self.unseen, self.restarted):
            calls.difference_update([key for key in calls if not self._ledger.get(key)])
        for key in [key for key in self._handed_over if not self._ledger.get(key)]:
            del self._handed_over[key]

    def report(self, report: CallReport, now: float) -> None:
        """Apply a report of a call: its parties and their states."""
        call = self._finder.find(report.call_id, report.parties, now)
        if call is None:
            if all(party.state is PartyState.GONE for party in report.parties):
                return
            call = self._ledger.begin(report.call_id, now)
        elif not call.live:
            if not self._goes_on(call, report.parties):
                return
            call = steps.reopen(call)
            for party in report.parties:
                leg = call.leg(party)
                if leg is not None and party.state is not PartyState.GONE:
                    call = bring_back(call, party, now)
        call = steps.learn(call, report.direction, report.dialed, report.via)
        for party in report.parties:
            call = self._join(call, party, now)
        alone = [party.state for party in report.parties] == [PartyState.TALKING]
        (self.served.add if alone else self.served.discard)(call.key)
        before = self._ledger.get(call.key)
        self._ledger.put(self._answered(call, report.parties, now), now)
        for party in report.parties:
            self._hold_others(call.key, before, party, now)
            if party.state is not PartyState.TALKING:
                continue
            if party.number in self._held_early:
                self.status(party.number, ExtensionStatus.ON_HOLD, now)
            if self._status_of(party.number) is ExtensionStatus.RINGING and not any(
                call.legs[party.number].state is PartyState.RINGING
                for call in self._ledger.of(party.number)
            ):
                self.hidden.add(party.number)  # It rings in another call.

    def release(self, report: CallReleased, now: float) -> None:
        """End a call that was hung up, unless by a party that had already left."""
        call = self._finder.find(report.call_id, report.parties, now)
        by = report.parties[0].number if report.parties else None
        if by is None and call is None:
            return
        if call is None:
            numbers = {party.number for party in report.parties}
            call = self._finder.find_just_ended(report.call_id, numbers, now)
        if call is not None and not call.live:
            if call.ended_by is None:
                call = replace(call, released=True, ended_by=by)
                self._ledger.put(steps.hurry(call, now) if call.records else call, now)
            return
        if call is None:
            # No earlier report of this call: its record, if any, gives the outcome.
            call = self._ledger.begin(report.call_id, now)
            self.hidden.difference_update(party.number for party in report.parties)
            call = _with_missing(call, report.parties, now)
            over = replace(call, ended_at=now, ended_by=by, last=tuple(call.legs))
            self._ledger.put(over, now)
            return
        first = call.leg(report.parties[0]) if report.parties else None
        if first is not None and not first.present:
            return
        call = replace(_with_missing(call, report.parties, now), released=True)
        for party in report.parties:
            leg = call.leg(party)
            if leg is None or not party.extension:
                continue
            status = self._status_of(party.number)
            others = [
                one for one in self._ledger.of(party.number) if one.key != call.key
            ]
            if (
                not leg.present
                and leg.left_at != now
                and (
                    (leg.told and status in OUT_OF_REACH)
                    or (
                        status is ExtensionStatus.RINGING
                        and not self._rings_in_any(party)
                    )
                )
            ):
                # A queue rang this phone once more.
                ringing = replace(leg.party, state=PartyState.RINGING)
                call = steps.again(call, ringing, now)
            elif (
                leg.answered_at is None
                and self._handed_over.get(call.key)
                and (status not in TAKEN or others)
            ):
                # The one who passed the call on had answered it, not this phone.
                call = steps.leave(call, leg.number, now, None, CallOutcome.MISSED)
        self._ledger.put(steps.close(call, now, by, self._ledger.wait), now)

    def transfer(self, report: CallTransferred, now: float) -> None:
        """Apply a transfer: the first party, the transferor, leaves the others."""
        call = self._finder.find(report.call_id, report.parties, now)
        if call is None:
            call = self._ledger.begin(report.call_id, now)
        if not call.live or len(report.parties) < 2:
            return
        leaving, *others = report.parties
        if all(party.extension for party in report.parties):
            call = steps.learn(call, CallDirection.INTERNAL)
        rang = now - self._rang.get(leaving.number, -TOGETHER) < TOGETHER
        if call.leg(leaving) is None and rang:
            ringing = replace(leaving, state=PartyState.RINGING, caller=False)
            call = steps.sit(call, ringing, now)
        leg = call.leg(leaving)
        if leg is not None and leg.present:
            if leg.party.extension:
                self._handed_over.setdefault(call.key, set()).add(leg.number)
            call = steps.depart(call, call.key_of(leaving), now, self._ledger.wait)
        talked = leg is not None and leg.answered_at is not None
        state = PartyState.TALKING if talked else PartyState.DIALING
        for party in others:
            if leg is not None and leg.state is PartyState.UNKNOWN and call.has(party):
                continue
            call = self._join(call, replace(party, state=state), now)
        before = self._ledger.get(call.key)
        self._ledger.put(call, now)
        for party in others:
            self._hold_others(call.key, before, party, now)

    def fail(self, report: CallFailed, now: float) -> None:
        """End a failed call, or only the legs of callees that cannot be reached."""
        ledger = self._ledger
        # A callee in another call is busy: that other call is not the failed one.
        busy = report.outcome is CallOutcome.BUSY
        ringing = [
            party
            for party in report.parties
            if not party.extension or (not busy and self._rings(party))
        ]
        call = self._finder.find(report.call_id, ringing, now)
        if call is None and report.parties:
            numbers = {party.number for party in report.parties}
            call = self._finder.find_just_ended(report.call_id, numbers, now)
        if call is None:
            call = ledger.begin(report.call_id, now)
            self.hidden.difference_update(party.number for party in report.parties)
        elif not call.live:
            # The report came after the end that it explains: store the reason anyway.
            call = replace(call, failure=call.failure or report.outcome)
            for party in report.parties:
                if call.leg(party) is None:
                    call = steps.sit(call, replace(party, state=PartyState.GONE), now)
                    due = now + ledger.wait
                    call = steps.leave(call, call.key_of(party), now, due)
            ledger.put(call, now)
            return
        call = _with_missing(call, report.parties, now)
        called = [
            key
            for party in report.parties
            if (leg := call.legs.get(key := call.key_of(party)))
            and leg.party.caller is False
        ]
        if called and any(
            leg.present and leg.party.caller is False and key not in called
            for key, leg in call.legs.items()
        ):
            for key in called:
                if not call.legs[key].told:
                    due = now + ledger.wait
                    call = steps.leave(call, key, now, due, report.outcome)
            ledger.put(call, now)
            return
        call = replace(call, failure=report.outcome, released=True)
        ledger.put(steps.close(call, now, None, ledger.wait), now)

    def record(self, record: CallRecord, now: float) -> None:
        """Add the PBX's call record to a call: the durations and the outcome."""
        known = self._finder.find_recorded(record, now)
        if known is not None and record in known.records:
            return
        if known is not None and not known.live and known.failure:
            known = self._refused(known, record, now)
        # Without a hang-up the record may cover only a part, and the call continues.
        may_go_on = known is not None and known.live
        call = known or self._ledger.begin(record.call_id, now)
        call = replace(
            call,
            records=(*call.records, record),
            # A call that only its record tells of is over.
            released=call.released or known is None,
        )
        call = steps.learn(call, record.direction, record.dialed, record.via)
        call = replace(
            call,
            legs={key: _with_role(leg, record) for key, leg in call.legs.items()},
        )
        handed_over = self._handed_over.get(call.key, set())
        part = {
            number
            for number in handed_over & {record.caller, record.callee}
            if call.live and not call.legs[number].present
        }
        if part:
            handed_over -= part
            legs = dict(call.legs)
            for number in part:
                leg = legs[number]
                outcome = leg.outcome or record.outcome
                legs[number] = replace(leg, outcome=outcome, due=now)
            self._ledger.put(replace(call, legs=legs), now)
            return
        call = self._with_recorded(call, record, now)
        if call.live:
            call = steps.close(call, now, None, self._ledger.wait)
        self._ledger.put(call if may_go_on else steps.hurry(call, now), now)

    def status(self, number: str, status: ExtensionStatus | None, now: float) -> None:
        """Apply an extension's status to its calls: nothing else shows hold (6.1)."""
        ledger = self._ledger
        calls = ledger.of(number)
        before = self._status_of(number)
        if before is ExtensionStatus.RINGING and status is not before:
            self._rang[number] = now
        if status is ExtensionStatus.BUSY and before is ExtensionStatus.IDLE:
            self.dialled[number] = None
        elif status not in TAKEN:
            self.dialled.pop(number, None)
        if (
            status is ExtensionStatus.RINGING
            and before in TAKEN
            and any(call.legs[number].connected for call in calls)
        ):
            self.hidden.add(number)  # A second call rings this phone.
        if status is ExtensionStatus.RINGING and number in self._rang_in:
            # It rings anew, in whichever call.
            call = ledger.get(self._rang_in.pop(number))
            leg = None if call is None else call.legs.get(number)
            if (
                call is not None
                and call.live
                and leg is not None
                and leg.left_at is not None
                and not leg.told
                and now - leg.left_at >= TOGETHER
                and not any(other.connected for other in call)
            ):
                ledger.put(_missed(call, number, now), now)
        if status is ExtensionStatus.IDLE:
            # No report shows that a queue or a group has stopped ringing a phone.
            for call in calls:
                state = call.legs[number].state
                if state in (PartyState.RINGING, PartyState.UNKNOWN):
                    self.stopped.add(number)
                    self._rang_in[number] = call.key
                    ledger.put(steps.depart(call, number, now, ledger.wait), now)
            return
        states = [call.legs[number].state for call in calls]
        self._held_early.discard(number)
        if status is ExtensionStatus.RINGING and states == [PartyState.UNKNOWN]:
            (call,) = calls
            call = steps.set_state(call, number, PartyState.RINGING, now)
            for leg in call.extensions():
                if leg.state is PartyState.UNKNOWN and len(call.present()) == 2:
                    call = steps.set_state(call, leg.number, PartyState.DIALING, now)
            ledger.put(call, now)
        if status is ExtensionStatus.ON_HOLD:
            if any(call.legs[number].connected for call in calls):
                # A phone that rings for another call as well is not on hold.
                for call in calls:
                    if call.legs[number].state is PartyState.RINGING:
                        self.stopped.add(number)
                        over = steps.depart(call, number, now, ledger.wait)
                        ledger.put(over, now)
                calls = ledger.of(number)
            elif not SOUGHT.isdisjoint(states):
                self._held_early.add(number)
            wanted, leaves = PartyState.HELD, PartyState.TALKING
        elif status is ExtensionStatus.BUSY:
            wanted, leaves = PartyState.TALKING, PartyState.HELD
            if len(calls) == 1 and states == [PartyState.UNKNOWN]:
                leaves = PartyState.UNKNOWN  # One of the two calls remains.
            elif any(state is not PartyState.HELD for state in states):
                return  # The phone is busy in the other call.
        else:
            return
        if wanted is PartyState.TALKING and len(calls) > 1:
            wanted = PartyState.UNKNOWN  # One of the held calls was resumed.
        for call in calls:
            leg = call.legs[number]
            unknown = leg.state is PartyState.UNKNOWN and leg.answered_at is not None
            if leg.state is leaves is not PartyState.UNKNOWN or unknown:
                if wanted is PartyState.TALKING:
                    self._resumed[number] = call.key, now
                ledger.put(steps.set_state(call, number, wanted, now), now)

    # -- steps of the methods above

    def _hold_others(
        self, key: int, before: TrackedCall | None, party: Party, now: float
    ) -> None:
        """Hold the other calls of a phone that begins to dial or to talk in a call."""
        call = self._ledger.get(key)
        if call is None or not party.extension:
            return
        leg = call.leg(party)
        resumed, at = self._resumed.pop(party.number, (key, 0.0))
        other = self._ledger.get(resumed)
        if (
            resumed != key
            and other is not None
            and other.live
            and now - at < AT_ONCE
            and party.state is PartyState.RINGING
            and other.has(party)
        ):
            # It was busy because of this call.
            held = steps.set_state(other, party.number, PartyState.HELD, now)
            self._ledger.put(held, now)
        was = None if before is None else before.leg(party)
        if (
            leg is None
            or leg.state not in (PartyState.DIALING, PartyState.TALKING)
            or (was is not None and was.present and was.state is leg.state)
            or (was is not None and was.answered_at is not None and was.present)
        ):
            return
        for other in self._ledger.of(party.number):
            if (
                other.key != key
                # A call with a service alone may have ended unseen.
                and len(other.present()) > 1
                and other.legs[party.number].state is PartyState.TALKING
            ):
                held = steps.set_state(other, party.number, PartyState.HELD, now)
                self._ledger.put(held, now)

    def _join(self, call: TrackedCall, party: Party, now: float) -> TrackedCall:
        """Return a call after a party joined or left it, according to a report."""
        leg = call.leg(party)
        if leg is not None and leg.present and party.state is PartyState.GONE:
            key = call.key_of(party)
            return steps.leave(call, key, now, now + self._ledger.wait)
        if leg is not None and not leg.present:
            if party.state is PartyState.TALKING and self._talks_after_all(leg):
                return steps.again(call, party, now)
            if party.state in SOUGHT and self._rings_anew(call, leg, now):
                for key, other in list(call.legs.items()):
                    if (
                        other.state is PartyState.RINGING
                        and other.party.extension
                        and other.since < (leg.left_at or leg.since)
                    ):
                        call = _missed(call, key, now)
                # A returning outbound call is reported with this party as dialing.
                party = replace(party, state=PartyState.RINGING, caller=False)
                return steps.again(call, party, now)
        if (
            leg is None
            and party.extension
            and party.state is PartyState.RINGING
            and self._status_of(party.number) in TAKEN
            and not self._ledger.of(party.number)
        ):
            self.hidden.add(party.number)
        return steps.sit(call, party, now)

    def _rings_anew(self, call: TrackedCall, leg: Leg, now: float) -> bool:
        """Return whether a party that had left is called again, by its phone's status.

        A queue rings its agents repeatedly, and a call can be passed back; all callees
        that were called together with the party have stopped by then. Otherwise the
        report is late.
        """
        left = leg.left_at or leg.since
        return (
            leg.party.extension
            and (
                self._status_of(leg.number) is ExtensionStatus.RINGING
                # A phone with another call has the status of that other call.
                or (
                    (leg.told or now - left >= TOGETHER)
                    and bool(self._ledger.of(leg.number))
                )
            )
            and not any(
                other.party.caller is False
                and other.since < left
                and self._occupies(other)
                for other in call.extensions()
            )
        )

    def _talks_after_all(self, leg: Leg) -> bool:
        """Return whether a party that stopped ringing talks nevertheless.

        It has rung again, and no report showed that.
        """
        return (
            leg.party.extension
            and self._status_of(leg.number) in TAKEN
            and (leg.told or not self._ledger.of(leg.number))
        )

    def _occupies(self, leg: Leg) -> bool:
        """Return whether a phone is in this call only and its status agrees with it."""
        status = self._status_of(leg.number)
        called = any(
            call.dialed == leg.number and not call.extensions()
            for call in self._ledger.live.values()
        )
        return (
            len(self._ledger.of(leg.number)) == 1
            and not called
            and (
                status is ExtensionStatus.RINGING
                if leg.state is PartyState.RINGING
                else status in IN_USE
            )
        )

    def _with_recorded(
        self, call: TrackedCall, record: CallRecord, now: float
    ) -> TrackedCall:
        """Return a call with the parties that only its record names added."""
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
            if not caller and not outside and _failed_at(call, record.caller):
                continue  # The caller's phone could not be called, so no callee was.
            # The number of an outside party is not always written in the same way.
            there = outside and any(
                not leg.party.extension and leg.party.caller is caller for leg in call
            )
            if (
                not there
                and not call.leg(party)
                and (outside or self._ledger.known(number))
            ):
                call = steps.sit(call, party, now)
                if not caller:
                    call = _with_met(call, number, record.caller)
        return call

    def _refused(
        self, failed: TrackedCall, record: CallRecord, now: float
    ) -> TrackedCall:
        """Return the call without an id that its record shows to be a failed one.

        The words of 2017 for a busy callee and for one that declined are the same (5.3).
        """
        if any(leg.told or leg.number != record.callee for leg in failed):
            return failed
        found = self._finder.find_recorded(replace(record, call_id=""), now)
        if found is None or not found.live:
            return failed
        told = {key: replace(leg, told=True) for key, leg in failed.legs.items()}
        silent, self._ledger.silent = self._ledger.silent, True
        self._ledger.put(replace(failed, id=None, legs=told), now)
        self._ledger.silent = silent
        call = replace(found, id=failed.id, failure=failed.failure, released=True)
        return steps.close(call, now, None, self._ledger.wait)

    def _rings_in_any(self, party: Party) -> bool:
        """Return whether an extension's phone rings in a known call."""
        return any(
            call.legs[party.number].state is PartyState.RINGING
            for call in self._ledger.of(party.number)
        )

    def _rings(self, party: Party) -> bool:
        """Return whether an extension's phone rings in a call without an id."""
        return any(
            call.id is None
            and call.legs[party.number].state
            in (PartyState.RINGING, PartyState.UNKNOWN)
            and len(call.extensions()) < 3
            for call in self._ledger.of(party.number)
        )

    def _goes_on(self, call: TrackedCall, parties: tuple[Party, ...]) -> bool:
        """Return whether an ended call continues: its record covered only a part of it.

        Transfers by API are not reported (section 3.9): the call reaches a new party.
        So does a call from a service, which a poll may have missed. The report of a
        call without an answer is late, and so is any report after the ends were told.
        """
        if call.outside and call.key in self.unseen:
            return False  # A list shows each call on a line: the report is late.
        begun = call.records or any(leg.answered_at is not None for leg in call)
        return (
            (
                bool(begun)
                and not call.released
                and not any(leg.told for leg in call)
                and any(
                    call.leg(party) is None and party.state is not PartyState.GONE
                    for party in parties
                )
            )
            or (
                not call.released
                and call.key not in self.restarted
                and call.outcome() in (None, CallOutcome.ANSWERED)
                and any(self._must_be(party) for party in parties)
            )
            or (
                # A poll did not show it: it was with a service of the PBX.
                not call.released
                and call.key in self.unseen
                and any(
                    party.state is PartyState.TALKING
                    and call.leg(party) is None
                    and self._status_of(party.number) in TAKEN
                    for party in parties
                )
            )
        )

    def _must_be(self, party: Party) -> bool:
        """Return whether a phone's status matches a report but no known call."""
        calls = self._ledger.of(party.number)
        status = self._status_of(party.number)
        if not party.extension:
            return False
        if party.state is PartyState.TALKING:
            return status is ExtensionStatus.BUSY and not calls
        return (
            party.state is PartyState.RINGING
            and status is ExtensionStatus.RINGING
            and all(
                call.legs[party.number].state is not PartyState.RINGING
                for call in calls
            )
        )

    def _answered(
        self, call: TrackedCall, parties: tuple[Party, ...], now: float
    ) -> TrackedCall:
        """Return a call in which other callees stop ringing after an answer.

        A callee or a service of the PBX answered. A late report changes nothing: the
        callee that answered has left, and others are called instead.
        """
        if any(party.extension and not call.has(party) for party in parties):
            return call
        if not any(
            p.state is PartyState.TALKING and p.caller is False and call.has(p)
            for p in parties
        ):
            if [(p.state, p.caller) for p in parties] == [(PartyState.TALKING, True)]:
                return self._answered_by_service(call, now)
            return call
        named = {leg_key(party) for party in parties}
        for key, leg in call.legs.items():
            if key in named or not leg.party.extension:
                continue
            if leg.state is PartyState.RINGING:
                call = answered_elsewhere(call, key, now)
            elif (
                leg.answered_at is None
                and leg.outcome is None
                and leg.left_at is not None
                and now - leg.left_at <= TOGETHER
            ):
                # The idle status of this phone was reported before the answer.
                outcome = CallOutcome.ANSWERED_ELSEWHERE
                call = steps.leave(call, key, leg.left_at, now, outcome)
        return call

    def _answered_by_service(self, call: TrackedCall, now: float) -> TrackedCall:
        """Return a call without the callees that stopped ringing, by their status.

        No report shows that a callee in another call has stopped ringing in this one.
        """
        for key, leg in call.legs.items():
            if (
                leg.party.extension
                and leg.state in (PartyState.RINGING, PartyState.UNKNOWN)
                and not leg.party.caller
                and leg.answered_at is None
                and not self._occupies(leg)
            ):
                call = steps.depart(call, key, now, self._ledger.wait)
        return call


def bring_back(
    call: TrackedCall, party: Party, now: float, *, rang: bool = True
) -> TrackedCall:
    """Return a call with a party that had left present again.

    Its part continues, as if it had not left. An extension begins a new part if its end
    was told, or if it `rang` until it left: a queue rings its agents repeatedly.
    """
    key = call.key_of(party)
    leg = call.legs[key]
    if leg.party.extension and (leg.told or (rang and leg.answered_at is None)):
        return steps.again(call, party, now)
    return steps.come_back(call, key)


def _missed(call: TrackedCall, key: str, now: float) -> TrackedCall:
    """Return a call in which a phone stopped ringing that may ring once more."""
    left = call.legs[key].left_at
    return replace(
        call,
        legs={
            **call.legs,
            key: replace(
                steps.leave(call, key, now, now, CallOutcome.MISSED).legs[key],
                left_at=now if left is None else left,
            ),
        },
    )


def answered_elsewhere(call: TrackedCall, key: str, now: float) -> TrackedCall:
    """Return a call in which a phone stops ringing because another party answered."""
    return steps.leave(call, key, now, now, CallOutcome.ANSWERED_ELSEWHERE)


def _with_missing(
    call: TrackedCall, parties: Iterable[Party], now: float
) -> TrackedCall:
    """Return a call with the parties of a report that it lacks added."""
    # Outside parties come first: they determine the roles of the extensions.
    for party in sorted(parties, key=lambda party: party.extension):
        if call.leg(party) is None:
            call = steps.sit(call, party, now)
    return call


def _with_met(call: TrackedCall, number: str, caller: str) -> TrackedCall:
    """Return a call whose callee was connected to the caller of its record."""
    met = next((leg.party for leg in call if leg.number == caller), None)
    leg = call.legs.get(number)
    if met is None or leg is None:
        return call
    return replace(call, legs={**call.legs, number: replace(leg, met=met)})


def _failed_at(call: TrackedCall, number: str) -> bool:
    """Return whether a call failed with this number as its only party."""
    numbers = [leg.number for leg in call]
    return call.failure is not None and numbers == [number]


def _with_role(leg: Leg, record: CallRecord) -> Leg:
    """Return a leg with the role, caller or callee, that a record gives it."""
    party = leg.party
    if party.caller is not None or party.number not in (record.caller, record.callee):
        return leg
    caller = party.number == record.caller
    return replace(leg, party=replace(party, caller=caller))
