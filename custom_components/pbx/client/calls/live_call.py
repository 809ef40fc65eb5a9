"""One call while it lives, and for a while after: who is in it, and what is known."""

from collections.abc import Iterable, Iterator

from ..model import Call, CallDirection, CallEvent, CallOutcome, Party, PartyState
from ..report import CallRecord
from .leg import Leg


class LiveCall:
    """What is known of one call; `call` is the picture of it that others get."""

    def __init__(self, key: str, call_id: str | None, now: float) -> None:
        """Begin with nobody in it."""
        self.key = key
        self.id = call_id
        self.started_at = now
        self.direction: CallDirection | None = None
        self.via: str | None = None
        self.dialed: str | None = None
        self.ended_at: float | None = None
        self.ended_by: str | None = None
        self.failure: CallOutcome | None = None
        self.released = False  # a hang-up or failure was reported
        self.before_restart = False
        # Extensions that gave the call away and whose part may get a record of its own.
        self.handed_over: set[str] = set()
        self.records: list[CallRecord] = []
        self.legs: dict[str, Leg] = {}
        self._last: tuple[Leg, ...] = ()
        self._picture: Call | None = None

    def __iter__(self) -> Iterator[Leg]:
        """Iterate over all who ever took part."""
        return iter(self.legs.values())

    @property
    def live(self) -> bool:
        """Whether it goes on."""
        return self.ended_at is None

    def present(self) -> list[Leg]:
        """Return who takes part now."""
        return [leg for leg in self.legs.values() if leg.present]

    def extensions(self) -> list[Leg]:
        """Return the extensions that take part now."""
        return [leg for leg in self.legs.values() if leg.extension and leg.present]

    @property
    def unsettled(self) -> bool:
        """Whether the end of somebody's part has still to be told."""
        return any(not leg.present and not leg.settled for leg in self)

    @property
    def outside(self) -> bool:
        """Whether somebody outside takes part, or took."""
        return any(not leg.extension for leg in self.legs.values())

    def leg(self, party: Party) -> Leg | None:
        """Return the part of a party; the same line is the same party."""
        leg = self.legs.get(leg_key(party))
        if leg is None and party.leg is not None:
            leg = next((leg for leg in self if leg.line == party.leg), None)
        return leg

    def has(self, party: Party) -> bool:
        """Return whether a party takes part now."""
        leg = self.leg(party)
        return leg is not None and leg.present

    def role_of(self, party: Party) -> bool | None:
        """Return whether a party is the caller: a call has one, all others were called."""
        key = leg_key(party)
        others = [leg for other, leg in self.legs.items() if other != key]
        if any(leg.caller for leg in others):
            return False
        # Somebody outside who did not call was called.
        if party.caller is None and any(not leg.extension for leg in others):
            return True
        return party.caller

    def learn(
        self,
        direction: CallDirection | None,
        dialed: str | None = None,
        via: str | None = None,
    ) -> None:
        """Take over what was not known yet."""
        if self.direction is None or (
            # An inbound call that goes on to the outside stays inbound.
            self.direction is CallDirection.INTERNAL and direction is not None
        ):
            self.direction = direction
        self.dialed = self.dialed or dialed
        self.via = self.via or via
        self.changed()

    def changed(self) -> None:
        """Forget the picture made before."""
        self._picture = None

    def end(self, now: float, last: Iterable[Leg]) -> None:
        """Note that it is over, and who took part last."""
        self.ended_at = now
        self._last = tuple(last)
        self.changed()

    @property
    def call(self) -> Call:
        """The call as it is now."""
        if self._picture is None:
            self._picture = self._draw()
        return self._picture

    def _draw(self) -> Call:
        """Make the picture."""
        legs = list(self._last) if self.ended_at is not None else self.present()
        # The caller first, where that is known; sorting keeps the order otherwise.
        legs.sort(key=lambda leg: not leg.caller)
        answered = [
            leg.answered_at for leg in self.legs.values() if leg.answered_at is not None
        ]
        record = self.records[-1] if self.records else None
        trunk = next((leg.trunk for leg in self.legs.values() if leg.trunk), None)
        return Call(
            id=self.id,
            direction=self.direction,
            parties=tuple(leg.party() for leg in legs),
            started_at=self.started_at,
            trunk=trunk or (record.trunk if record else None),
            via=self.via,
            dialed=self.dialed,
            answered_at=min(answered, default=None),
            held=any(leg.state is PartyState.HELD for leg in legs),
            ended_at=self.ended_at,
            ended_by=self.ended_by,
            outcome=self.outcome() if self.ended_at is not None else None,
            duration=record.duration if record else None,
            talked=record.talked if record else None,
        )

    def outcome(self) -> CallOutcome | None:
        """Return how it ended as a whole, None where nobody told and nothing shows it."""
        if self.failure is not None:
            return self.failure
        if self.records and self.records[-1].outcome is not None:
            return self.records[-1].outcome
        # The caller alone may have talked to a machine.
        if any(leg.answered_at is not None and not leg.caller for leg in self):
            return CallOutcome.ANSWERED
        return CallOutcome.MISSED if self.released or self.records else None

    def outcome_for(self, leg: Leg) -> CallOutcome | None:
        """Return how it ended for one who took part."""
        outcome = self.outcome()
        if leg.answered_at is not None:
            # Who called, and talked to nobody, left a message.
            alone = not any(
                other.answered_at for other in self.legs.values() if other is not leg
            )
            voicemail = alone and outcome is CallOutcome.VOICEMAIL
            return CallOutcome.VOICEMAIL if voicemail else CallOutcome.ANSWERED
        if leg.outcome is not None:
            return leg.outcome
        if outcome is CallOutcome.ANSWERED and not leg.caller:
            return self._answered_by(leg)
        return outcome

    def _answered_by(self, leg: Leg) -> CallOutcome:
        """Return what an answered call was for one whose answer was not seen."""
        record = self.records[-1] if self.records else None
        reached = record.callee if record and record.outcome is not None else None
        if reached == leg.number:
            return CallOutcome.ANSWERED
        # Who answered, and handed the call on, did not answer for those who came later.
        elsewhere = any(
            other.answered_at is not None or other.number == reached
            for other in self._last
            if not other.caller
        )
        unknown = reached is not None and all(other.number != reached for other in self)
        if elsewhere or unknown:
            return CallOutcome.ANSWERED_ELSEWHERE
        return CallOutcome.MISSED

    def met_by(self, leg: Leg) -> Party | None:
        """Return who somebody is, or was last, connected to in this call."""
        others = [other for other in self.legs.values() if other is not leg]
        # Who called is met by those called; of those called, the one who talks.
        others.sort(
            key=lambda other: (
                other.present,
                bool(other.caller) and not leg.caller,
                other.answered_at or 0.0,
            ),
            reverse=True,
        )
        return others[0].party() if others else None

    def ending_of(self, leg: Leg) -> CallEvent:
        """Return how a part in this call ended."""
        left = leg.left_at or leg.joined_at
        answered = leg.answered_at
        rang = (left if answered is None else answered) - leg.joined_at
        talked = 0.0 if answered is None else left - answered
        recorded = sum(
            record.talked or 0
            for record in self.records
            if leg.number in (record.caller, record.callee)
        )
        return CallEvent(
            leg.ending(),
            leg.number,
            self.call,
            leg.met or self.met_by(leg),
            leg.outcome,
            rang,
            float(recorded) or talked,
            left,
        )


def leg_key(party: Party) -> str:
    """Return what tells a party from the others in a call."""
    return party.number if party.extension else f"~{party.number}"
