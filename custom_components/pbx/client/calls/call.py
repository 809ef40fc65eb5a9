"""One call and its legs: values that never change, and what follows from them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..model import Call, CallDirection, CallEventType, CallOutcome, Party, PartyState
from ..report import CallRecord

CONNECTED = frozenset({PartyState.TALKING, PartyState.HELD})


@dataclass(frozen=True, slots=True)
class Leg:
    """One party's part in a call; times are seconds since the epoch, None for not yet.

    `part` counts the parts a party has had in the call, which it left and came back to.
    `met` is the party it was connected to when it left. `due` is when its end is told at
    the latest, None while that waits for more; `told` says that it was.
    """

    party: Party
    since: float
    part: int = 0
    answered_at: float | None = None
    left_at: float | None = None
    met: Party | None = None
    outcome: CallOutcome | None = None
    due: float | None = None
    told: bool = False

    @property
    def number(self) -> str:
        """The number of the party."""
        return self.party.number

    @property
    def state(self) -> PartyState:
        """What the party does."""
        return self.party.state

    @property
    def present(self) -> bool:
        """Whether the party still takes part."""
        return self.party.state is not PartyState.GONE

    @property
    def connected(self) -> bool:
        """Whether the party talks, or is on hold."""
        return self.party.state in CONNECTED

    def ending(self) -> CallEventType:
        """Return the event that tells its end."""
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
    """What is known of one call while it lives, and for a while after.

    `key` stays the same for good, `id` is None until the PBX has told it. `legs` are all
    that ever took part, by `leg_key`. `failure` is how the call failed, where that was
    told; `released` says that a hang-up or failure was told. `last` are the legs that
    took part when it ended.
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
        """Iterate over all legs there ever were."""
        return iter(self.legs.values())

    @property
    def live(self) -> bool:
        """Whether it goes on."""
        return self.ended_at is None

    def present(self) -> list[Leg]:
        """Return the legs of those who take part now."""
        return [leg for leg in self.legs.values() if leg.present]

    def extensions(self) -> list[Leg]:
        """Return the legs of the extensions that take part now."""
        return [
            leg for leg in self.legs.values() if leg.party.extension and leg.present
        ]

    @property
    def outside(self) -> bool:
        """Whether an outside party takes part, or took."""
        return any(not leg.party.extension for leg in self)

    def key_of(self, party: Party) -> str:
        """Return the key of a party's leg; the same line is the same party."""
        key = leg_key(party)
        if key not in self.legs and party.leg is not None:
            for other, leg in self.legs.items():
                if leg.party.leg == party.leg:
                    return other
        return key

    def leg(self, party: Party) -> Leg | None:
        """Return the leg of a party."""
        return self.legs.get(self.key_of(party))

    def has(self, party: Party) -> bool:
        """Return whether a party takes part now."""
        leg = self.leg(party)
        return leg is not None and leg.present

    # -- what follows

    @cached_property
    def picture(self) -> Call:
        """The call as others get to see it."""
        if self.live:
            legs = self.present()
        else:
            legs = [self.legs[key] for key in self.last if key in self.legs]
        # The caller first, where that is known; sorting keeps the order otherwise.
        legs.sort(key=lambda leg: not leg.party.caller)
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
        """Return how it ended as a whole, None where that was not told nor shows."""
        if self.failure is not None:
            return self.failure
        if self.records and self.records[-1].outcome is not None:
            return self.records[-1].outcome
        # A caller alone may have talked to a machine.
        if any(leg.answered_at is not None and not leg.party.caller for leg in self):
            return CallOutcome.ANSWERED
        return CallOutcome.MISSED if self.released or self.records else None

    def outcome_for(self, leg: Leg) -> CallOutcome | None:
        """Return how it ended for one of the parties."""
        outcome = self.outcome()
        if leg.answered_at is not None:
            # A caller that was answered, but by no other party, left a message.
            alone = not any(other.answered_at for other in self if other is not leg)
            voicemail = alone and outcome is CallOutcome.VOICEMAIL
            return CallOutcome.VOICEMAIL if voicemail else CallOutcome.ANSWERED
        if leg.outcome is not None:
            return leg.outcome
        if outcome is CallOutcome.ANSWERED and not leg.party.caller:
            return self._answered_by(leg)
        return outcome

    def _answered_by(self, leg: Leg) -> CallOutcome:
        """Return what an answered call was for a party whose answer was not seen."""
        record = self.records[-1] if self.records else None
        reached = record.callee if record and record.outcome is not None else None
        if reached == leg.number:
            return CallOutcome.ANSWERED
        # A party that answered and handed the call on did not answer for later ones.
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
        """Return the party that another is, or was last, connected to in this call."""
        others = [other for other in self if other is not leg]
        # A callee meets the caller; the caller, of several callees, the one that talks.
        others.sort(
            key=lambda other: (
                other.present,
                bool(other.party.caller) and not leg.party.caller,
                other.answered_at or 0.0,
            ),
            reverse=True,
        )
        return others[0].party if others else None

    def ending_of(self, leg: Leg) -> tuple[Party | None, float, float, float]:
        """Return the other party, seconds rung and talked, and the time of a leg's end."""
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
        return leg.met or self.met_by(leg), rang, float(recorded) or talked, left


def leg_key(party: Party) -> str:
    """Return what tells a party from the others in a call."""
    return party.number if party.extension else f"~{party.number}"
