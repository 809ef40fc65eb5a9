"""One call and its legs: immutable values, and the properties derived from them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..model import Call, CallDirection, CallEventType, CallOutcome, Party, PartyState
from ..report import CallRecord

_REFUSED = frozenset({CallOutcome.BUSY, CallOutcome.FAILED, CallOutcome.REJECTED})
CONNECTED = frozenset({PartyState.TALKING, PartyState.HELD})


@dataclass(frozen=True, slots=True)
class Leg:
    """The leg of one party in a call.

    Times are seconds since the epoch, None before they occur. `state_since` is the start
    of the present state. `exact` is False for a leg that was found connected, whose
    `answered_at` is the time of the discovery. `part` counts the earlier
    parts of a party that left the call and came back. `met` is the other party it was
    connected to when it left. `due` is the latest time to emit the event of the leg's
    end, None while the end waits for further information. `told` tells that
    the end has been handled.
    """

    party: Party
    since: float
    state_since: float
    part: int = 0
    answered_at: float | None = None
    exact: bool = True
    left_at: float | None = None
    met: Party | None = None
    outcome: CallOutcome | None = None
    due: float | None = None
    told: bool = False

    @property
    def number(self) -> str:
        """Return the number of the party."""
        return self.party.number

    @property
    def state(self) -> PartyState:
        """Return the state of the party."""
        return self.party.state

    @property
    def present(self) -> bool:
        """Return whether the party is still in the call."""
        return self.party.state is not PartyState.GONE

    @property
    def rings(self) -> bool:
        """Return whether the party is a callee that has not answered."""
        return self.party.caller is False and self.answered_at is None

    @property
    def connected(self) -> bool:
        """Return whether the party is talking or on hold."""
        return self.party.state in CONNECTED

    def ending(self) -> CallEventType:
        """Return the type of the event for the end of the leg."""
        match self.outcome:
            case None | CallOutcome.ANSWERED | CallOutcome.ANSWERED_ELSEWHERE:
                return CallEventType.ENDED
            case CallOutcome.BUSY | CallOutcome.FAILED:
                calling = CallEventType.FAILED
                return calling if self.party.caller else CallEventType.MISSED
            case CallOutcome.REJECTED:
                calling = CallEventType.FAILED
                return calling if self.party.caller else CallEventType.ENDED
            case _:
                calling = CallEventType.ENDED
                return calling if self.party.caller else CallEventType.MISSED


@dataclass(frozen=True, eq=False)
class TrackedCall:
    """The known state of one call, while it is live and for some time after its end.

    `key` never changes; `id` is None until the PBX has reported it. `legs` are the legs
    of all present and former parties, by `leg_key`. `failure` is the reported outcome
    of a call that failed; `released` tells that a hang-up or a failure was reported.
    `last` are the keys of the legs that were present when the call ended.
    """

    key: int
    id: str | None
    started_at: float
    legs: Mapping[str, Leg]
    direction: CallDirection | None = None
    via: str | None = None
    dialed: str | None = None
    trunk: str | None = None
    ended_at: float | None = None
    ended_by: str | None = None
    failure: CallOutcome | None = None
    released: bool = False
    records: tuple[CallRecord, ...] = ()
    last: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Leg]:
        """Iterate over the legs of all present and former parties."""
        return iter(self.legs.values())

    @property
    def live(self) -> bool:
        """Return whether the call is in progress."""
        return self.ended_at is None

    def present(self) -> list[Leg]:
        """Return the legs of the present parties."""
        return [leg for leg in self.legs.values() if leg.present]

    def extensions(self) -> list[Leg]:
        """Return the legs of the present extensions."""
        return [
            leg for leg in self.legs.values() if leg.party.extension and leg.present
        ]

    @property
    def outside(self) -> bool:
        """Return whether an outside party is or was in the call."""
        return any(not leg.party.extension for leg in self)

    def key_of(self, party: Party) -> str:
        """Return the key of a party's leg; the same line id means the same party."""
        key = leg_key(party)
        if key not in self.legs and party.leg is not None:
            for other, leg in self.legs.items():
                if leg.party.leg == party.leg:
                    return other
        return key

    def leg(self, party: Party) -> Leg | None:
        """Return the leg of a party, None if the party was never in the call."""
        return self.legs.get(self.key_of(party))

    def has(self, party: Party) -> bool:
        """Return whether a party is in the call now."""
        leg = self.leg(party)
        return leg is not None and leg.present

    # -- derived values

    @property
    def answered_exact(self) -> bool:
        """Return False where the call was answered at `answered_at` or earlier."""
        at = self.picture.answered_at
        return at is None or any(leg.exact for leg in self if leg.answered_at == at)

    @cached_property
    def shown(self) -> tuple[Leg, ...]:
        """Return the legs of the parties of the picture, in the same order."""
        if self.live:
            legs = self.present()
        else:
            legs = [self.legs[key] for key in self.last if key in self.legs]
        # The caller comes first if it is known; the stable sort keeps all other order.
        legs.sort(key=lambda leg: not leg.party.caller)
        return tuple(legs)

    @cached_property
    def picture(self) -> Call:
        """Return the call in the form of the public model."""
        legs = self.shown
        answered = [leg.answered_at for leg in self if leg.answered_at is not None]
        record = self.records[-1] if self.records else None
        trunk = next((leg.party.trunk for leg in self if leg.party.trunk), self.trunk)
        return Call(
            id=self.id,
            direction=self.direction,
            parties=tuple(leg.party for leg in legs),
            started_at=self.started_at,
            trunk=trunk or (record.trunk if record else None),
            via=self.via,
            dialed=self.dialed,
            answered_at=min(answered, default=None),
            held=any(leg.state is PartyState.HELD for leg in legs),
            ended_at=self.ended_at,
            ended_by=self.ended_by,
            outcome=None if self.live else self.outcome(),
            duration=record.duration if record else None,
            talked=record.talked if record else None,
        )

    def outcome(self) -> CallOutcome | None:
        """Return the outcome of the call, None if neither reported nor evident."""
        if self.failure is not None:
            return self.failure
        if self.records and self.records[-1].outcome is not None:
            return self.records[-1].outcome
        # An answered caller is no proof of an answer: it may have talked to a machine.
        if any(leg.answered_at is not None and not leg.party.caller for leg in self):
            return CallOutcome.ANSWERED
        return CallOutcome.MISSED if self.released or self.records else None

    def outcome_for(self, leg: Leg) -> CallOutcome | None:
        """Return the outcome of the call for the party of one leg."""
        outcome = self.outcome()
        if leg.answered_at is not None:
            # An answered caller without another answered party may have left a message.
            alone = not any(other.answered_at for other in self if other is not leg)
            voicemail = alone and outcome is CallOutcome.VOICEMAIL
            return CallOutcome.VOICEMAIL if voicemail else CallOutcome.ANSWERED
        if leg.outcome is not None:
            return leg.outcome
        if leg.party.caller:
            return outcome
        if outcome is CallOutcome.ANSWERED:
            return self._answered_by(leg)
        record = self.records[-1] if self.records else None
        if outcome in _REFUSED and record and record.callee != leg.number:
            if any(other.number == record.callee for other in self):
                return CallOutcome.MISSED  # Another callee refused the call.
        return outcome

    def _answered_by(self, leg: Leg) -> CallOutcome:
        """Return the outcome of an answered call for a callee without a seen answer."""
        record = self.records[-1] if self.records else None
        reached = record.callee if record and record.outcome is not None else None
        if reached == leg.number:
            return CallOutcome.ANSWERED
        # Only the last parties count: one that answered and then transferred the call
        # did not answer it in place of later callees.
        last = [self.legs[key] for key in self.last if key in self.legs]
        elsewhere = any(
            other.answered_at is not None or other.number == reached
            for other in last
            if not other.party.caller
        )
        unknown = reached is not None and all(other.number != reached for other in self)
        if elsewhere or unknown:
            return CallOutcome.ANSWERED_ELSEWHERE
        return CallOutcome.MISSED

    def met_by(self, leg: Leg) -> Party | None:
        """Return the party that a leg is or was last connected to, None if alone."""
        others = [other for other in self if other is not leg]
        # Two callees that ring are never connected to each other, also if their caller
        # has left before them. Parties that left before it came are the last choice but
        # for these. Then present parties come first. A callee is connected to the caller;
        # the caller is connected to the callee that answered last.
        others.sort(
            key=lambda other: (
                not (leg.rings and other.rings),
                other.left_at is None or other.left_at > leg.since,
                other.present,
                bool(other.party.caller) and not leg.party.caller,
                other.answered_at or 0.0,
            ),
            reverse=True,
        )
        return others[0].party if others else None

    def ending_of(self, leg: Leg) -> tuple[Party | None, float, float, float]:
        """Return a leg's other party, seconds rung and talked, and end time.

        A clock that was set back meanwhile makes no time less than none.
        """
        left = leg.left_at if leg.left_at is not None else leg.since
        answered = leg.answered_at
        rang = (left if answered is None else answered) - leg.since
        talked = 0.0 if answered is None else left - answered
        recorded = sum(
            record.talked or 0
            for record in self.records
            if leg.number in (record.caller, record.callee)
            if answered is not None or leg.outcome is CallOutcome.ANSWERED
        )
        talked = float(recorded) or max(0.0, talked)
        return leg.met or self.met_by(leg), max(0.0, rang), talked, left


def leg_key(party: Party) -> str:
    """Return the key that identifies a party within a call."""
    return party.number if party.extension else f"~{party.number}"
