"""The application of the phones' statuses to the ledger (reference, section 6.1).

A status is one word for all calls of a phone. It is the only report of hold, and of a
phone that stops ringing while others still ring. What the words have told of a phone,
beyond the state of its calls, is stored in a `Phone`.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Final

from ....calls import steps
from ....calls.call import TrackedCall
from ....calls.ledger import Ledger, StatusOf
from ....model import CallOutcome, ExtensionStatus, Party, PartyState

SOUGHT: Final = frozenset({PartyState.RINGING, PartyState.DIALING})
# Seconds within which all reports of the same event arrive.
TOGETHER: Final = 1.0
# Seconds within which the report of a call follows the status that it causes.
AT_ONCE: Final = 0.2
# The statuses of a phone that is already in a call.
TAKEN: Final = frozenset({ExtensionStatus.BUSY, ExtensionStatus.ON_HOLD})


@dataclass(slots=True)
class Phone:
    """The knowledge of one phone from its reported statuses.

    Times are seconds since the epoch, None if it did not happen. `dialled` is when the
    phone became busy without ringing. `hidden` tells that it is in a call that nothing
    shows: with a service, or to supervise. `stopped` tells that it stopped ringing, by a
    report that may be late; `rang_in` is the key of that call. `resumed` is the key of
    the call that it took back last. `held_early` tells that its hold was reported before
    the answer of the held call.
    """

    changed: float | None = None
    rang: float | None = None
    dialled: float | None = None
    resumed: int | None = None
    resumed_at: float = 0.0
    rang_in: int | None = None
    stopped: bool = False
    hidden: bool = False
    held_early: bool = False


class Phones:
    """The phones of one PBX, by extension, and what their statuses tell of calls."""

    def __init__(self, ledger: Ledger, status_of: StatusOf) -> None:
        """Initialize for a ledger; statuses are read from `status_of`, never stored."""
        self._ledger = ledger
        self._status_of = status_of
        self._phones: defaultdict[str, Phone] = defaultdict(Phone)

    def __getitem__(self, number: str) -> Phone:
        """Return what is known of the phone of an extension."""
        return self._phones[number]

    @property
    def hidden(self) -> set[str]:
        """Return the extensions whose phones are in a call that nothing shows."""
        return {number for number, phone in self._phones.items() if phone.hidden}

    # -- what a status tells

    def hear(self, number: str, status: ExtensionStatus | None, now: float) -> None:
        """Apply the status of a phone to its calls."""
        phone, before = self._phones[number], self._status_of(number)
        phone.held_early = False
        if status is not before:
            phone.changed = now
            if before is ExtensionStatus.RINGING:
                phone.rang = now
        if status is ExtensionStatus.BUSY and before is ExtensionStatus.IDLE:
            phone.dialled = now
        elif status not in TAKEN:
            phone.dialled = None
        match status:
            case ExtensionStatus.IDLE:
                self._stop(number, now)
            case ExtensionStatus.RINGING:
                self._ring(number, before, now)
            case ExtensionStatus.ON_HOLD:
                self._hold(number, now)
            case ExtensionStatus.BUSY:
                self._talk(number, now)

    def _stop(self, number: str, now: float) -> None:
        """Mark a phone as gone from the calls in which it rang.

        No report shows that a queue or a group has stopped ringing a phone.
        """
        for call in self._ledger.of(number):
            if call.legs[number].state in (PartyState.RINGING, PartyState.UNKNOWN):
                self._phones[number].rang_in = call.key
                self._depart(call, number, now)

    def _depart(self, call: TrackedCall, number: str, now: float) -> None:
        """Mark a phone as gone from a call in which it rang."""
        self._phones[number].stopped = True
        self._ledger.put(steps.depart(call, number, now, self._ledger.wait), now)

    def _ring(self, number: str, before: ExtensionStatus | None, now: float) -> None:
        """Tell a phone that rings anew from one that still rings."""
        phone, calls = self._phones[number], self._ledger.of(number)
        if before in TAKEN and any(call.legs[number].connected for call in calls):
            phone.hidden = True  # A second call rings this phone.
        if phone.rang_in is not None:
            # It rings anew, in whichever call.
            rang_in, phone.rang_in = self._ledger.get(phone.rang_in), None
            if rang_in is not None and rang_in.live:
                self._ledger.put(missed(rang_in, number, now, since=TOGETHER), now)
        if [call.legs[number].state for call in calls] == [PartyState.UNKNOWN]:
            (call,) = calls
            call = steps.set_state(call, number, PartyState.RINGING, now)
            for leg in call.extensions():
                if leg.state is PartyState.UNKNOWN and len(call.present()) == 2:
                    call = steps.set_state(call, leg.number, PartyState.DIALING, now)
            self._ledger.put(call, now)

    def _hold(self, number: str, now: float) -> None:
        """Hold all calls of a phone; one in which it rings as well is over."""
        calls = self._ledger.of(number)
        legs = [call.legs[number] for call in calls]
        connected = any(leg.connected for leg in legs)
        sought = any(leg.state in SOUGHT for leg in legs)
        self._phones[number].held_early = sought and not connected
        for call, leg in zip(calls, legs, strict=True):
            if leg.state is PartyState.RINGING and connected:
                self._depart(call, number, now)
            elif leg.state is PartyState.TALKING or (
                leg.state is PartyState.UNKNOWN and leg.answered_at is not None
            ):
                self._ledger.put(
                    steps.set_state(call, number, PartyState.HELD, now), now
                )

    def _talk(self, number: str, now: float) -> None:
        """Resume the held call of a phone; of several, it is unknown which one."""
        calls = self._ledger.of(number)
        legs = [call.legs[number] for call in calls]
        if len(calls) == 1:
            if legs[0].state is PartyState.HELD or (
                legs[0].state is PartyState.UNKNOWN and legs[0].answered_at is not None
            ):
                phone = self._phones[number]
                phone.resumed, phone.resumed_at = calls[0].key, now
                resumed = steps.set_state(calls[0], number, PartyState.TALKING, now)
                self._ledger.put(resumed, now)
        elif all(leg.state is PartyState.HELD for leg in legs):
            for call in calls:
                self._ledger.put(
                    steps.set_state(call, number, PartyState.UNKNOWN, now), now
                )

    # -- what the report of a call tells

    def told_in(
        self, call: TrackedCall, before: TrackedCall | None, party: Party, now: float
    ) -> None:
        """Apply to a phone's other calls what was reported of it in one call."""
        self.hold_others(call, before, party, now)
        if not party.extension or party.state is not PartyState.TALKING:
            return
        number = party.number
        if self._phones[number].held_early:
            self.hear(number, ExtensionStatus.ON_HOLD, now)
        if self._status_of(number) is ExtensionStatus.RINGING and not self.rings_in_any(
            number
        ):
            self._phones[number].hidden = True  # It rings in another call.

    def hold_others(
        self, call: TrackedCall, before: TrackedCall | None, party: Party, now: float
    ) -> None:
        """Hold the other calls of a phone that begins to dial or to talk in a call."""
        if not party.extension:
            return
        number, phone = party.number, self._phones[party.number]
        resumed, phone.resumed = phone.resumed, None
        if (
            resumed not in (None, call.key)
            and (other := self._ledger.live.get(resumed or 0)) is not None
            and now - phone.resumed_at < AT_ONCE
            and party.state is PartyState.RINGING
            and other.has(party)
        ):
            # It was busy because of this call.
            held = steps.set_state(other, number, PartyState.HELD, now)
            self._ledger.put(held, now)
        leg, was = call.leg(party), None if before is None else before.leg(party)
        began = was is None or not was.present
        if (
            leg is None
            or leg.state not in (PartyState.DIALING, PartyState.TALKING)
            or not (began or (was is not None and was.state is not leg.state))
            or not (began or (was is not None and was.answered_at is None))
        ):
            return
        for other in self._ledger.of(number):
            if (
                other.key != call.key
                # A call with a service alone may have ended unseen.
                and len(other.present()) > 1
                and other.legs[number].state is PartyState.TALKING
            ):
                held = steps.set_state(other, number, PartyState.HELD, now)
                self._ledger.put(held, now)

    def joins(self, party: Party, now: float) -> None:
        """Note that a phone rings in a call that is its first one.

        If it was in use before, it is in another call, which nothing shows.
        """
        number, status = party.number, self._status_of(party.number)
        phone = self._phones[number]
        changed = now if phone.changed is None else phone.changed
        if not self._ledger.of(number) and (
            status in TAKEN
            or (status is ExtensionStatus.RINGING and now - changed > AT_ONCE)
        ):
            phone.hidden = True

    # -- queries

    def hide(self, numbers: set[str]) -> None:
        """Set which phones are in a call that nothing shows."""
        for number in numbers | self.hidden:
            self._phones[number].hidden = number in numbers

    def elsewhere(self, number: str, call: TrackedCall) -> bool:
        """Return whether a phone has another call, which its status may be about."""
        phone = self._phones[number]
        return (
            phone.dialled is not None
            or phone.hidden
            or any(other.key != call.key for other in self._ledger.of(number))
        )

    def rings_in_any(self, number: str) -> bool:
        """Return whether a phone rings in a known call."""
        return any(
            call.legs[number].state is PartyState.RINGING
            for call in self._ledger.of(number)
        )


def missed(
    call: TrackedCall, number: str, now: float, *, since: float = 0.0
) -> TrackedCall:
    """Return a call in which a phone stopped ringing that may ring once more.

    It must have stopped `since` seconds ago, and no party may be connected.
    """
    leg = call.legs.get(number)
    if leg is None or leg.told:
        return call
    if since and (
        leg.left_at is None
        or now - leg.left_at < since
        or any(other.connected for other in call)
    ):
        return call
    left = steps.leave(call, number, now, now, CallOutcome.MISSED).legs[number]
    at = now if leg.left_at is None else leg.left_at
    return replace(call, legs={**call.legs, number: replace(left, left_at=at)})
