"""The channels that make up one call, and the call that they tell (reference, section 6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..model import CallDirection, CallOutcome, Party, PartyState
from ..report import CallNow

# The ids of channels that we call supervisors' phones by begin so.
SPY_ID: Final = "pbx-spy-"

CALLS: Final = "Ring"
RINGS: Final = "Ringing"
UP: Final = "Up"
DOWN: Final = "Down"

# Channels of these kinds are no parties: they connect others, or speak by themselves.
_HELPERS: Final = frozenset(
    {
        "Announcer",
        "AsyncGoto",
        "CBAnn",
        "CBRec",
        "Local",
        "Message",
        "Recorder",
        "Snoop",
        "Surrogate",
        "UnicastRTP",
    }
)
# Hang-up causes of a leg that was not answered (section 5). With all others it rang
# out, or the caller gave up.
CAUSES: Final = {
    26: CallOutcome.ANSWERED_ELSEWHERE,
    17: CallOutcome.BUSY,
    21: CallOutcome.REJECTED,
    **dict.fromkeys((1, 2, 3, 20, 27, 28, 34, 38, 41, 42, 44, 58), CallOutcome.FAILED),
}
# How a call ended that nobody answered, when it ended in several ways for those called.
_RESULTS: Final = (
    CallOutcome.MISSED,
    CallOutcome.REJECTED,
    CallOutcome.BUSY,
    CallOutcome.FAILED,
)
# Such calls are over before anybody hangs up.
_REFUSED: Final = frozenset(_RESULTS[1:])
# Which leg counts of a phone that has several in one call.
_RANK: Final = (
    PartyState.TALKING,
    PartyState.HELD,
    PartyState.RINGING,
    PartyState.DIALING,
)

# Which extension a device belongs to; a device that is none of these is a trunk.
type Extensions = Mapping[str, str]


@dataclass(slots=True, eq=False)
class Channel:
    """One leg as the PBX has it.

    `caller` tells whether the call began with it. `number` is the other end's own for
    one that called, and what was dialled for one that was called. `met` tells whether
    it has ever been connected to another party; `waits` that somebody else is called
    for it now; `gone` that it gave its call away, and lives until its phone hangs up.
    `requested` orders the hang-ups; 0 is not yet. `heard` tells that an event spoke of
    it, `missed` that the last list lacked it.
    """

    id: str
    name: str
    call: GroupedCall
    caller: bool
    state: str = DOWN
    number: str = ""
    bridge: str | None = None
    parked: bool = False
    held: bool = False
    met: bool = False
    waits: bool = False
    spy: bool = False
    gone: bool = False
    requested: int = 0
    heard: bool = False
    missed: bool = False

    @property
    def device(self) -> str:
        """The device, or trunk, with its technology: `PJSIP/1001`."""
        technology, _, rest = self.name.rpartition("-")[0].partition("/")
        return f"{technology}/{rest.partition('/')[0]}"

    @property
    def local(self) -> bool:
        """Whether it is one half of a pair that only connects."""
        return self.name.startswith("Local/")

    @property
    def twin(self) -> str:
        """The name of the other half of a pair."""
        return self.name[:-1] + ("2" if self.name.endswith("1") else "1")

    @property
    def helper(self) -> bool:
        """Whether no party is behind it."""
        return self.name.partition("/")[0] in _HELPERS or self.name.endswith("<ZOMBIE>")

    @property
    def real(self) -> bool:
        """Whether it is a party's leg in a call."""
        return not (self.spy or self.gone or self.helper)

    def party_state(self, outside: bool) -> PartyState | None:
        """Return what its party does, None for a phone that does not even ring yet."""
        if self.parked and outside:
            return PartyState.HELD
        if self.waits:
            return PartyState.DIALING
        if self.met:
            return PartyState.HELD if self.held else PartyState.TALKING
        if self.state == RINGS:
            return PartyState.RINGING
        if self.caller:
            return None if self.state == DOWN else PartyState.DIALING
        if self.state == DOWN and not (outside and self.number):
            # A trunk seldom tells that it rings, and a moment later whom it calls.
            return None
        return PartyState.RINGING


@dataclass(slots=True, eq=False)
class GroupedCall:
    """The channels that make up one call, and what was seen of those that are gone.

    `order` is that of the beginnings. `linked` are the ids that channels name it by.
    `callers` and `called` are devices. `served` tells that something of the PBX picked
    up: a queue, an IVR, the voicemail; `fallback` that it did so when somebody had been
    called. `code` tells that it asks the PBX for something, and is no call: `*78`.
    `talkers` are those who talked last, before that the one who called. `told` is what
    was told last; `opening` what was held back, as a caller alone is.
    """

    id: str
    started_at: float
    order: int
    linked: set[str]
    channels: dict[str, Channel] = field(default_factory=dict)
    answered: bool = False
    dialed: str | None = None
    via: str | None = None
    callers: list[str] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    left: dict[str, CallOutcome | None] = field(default_factory=dict)
    results: list[CallOutcome] = field(default_factory=list)
    caller_cause: int | None = None
    served: bool = False
    fallback: bool = False
    voicemail: bool = False
    talkers: list[Channel] = field(default_factory=list)
    code: bool = False
    told: CallNow | None = None
    opening: CallNow | None = None

    def legs(self) -> list[Channel]:
        """Return the legs of the parties there are."""
        return [channel for channel in self.channels.values() if channel.real]

    def absorb(self, other: GroupedCall) -> None:
        """Take over the channels of a call that became part of this one."""
        for channel in other.channels.values():
            channel.call = self
            channel.caller = False
        self.channels.update(other.channels)
        self.linked |= other.linked
        self.called += other.callers + other.called
        self.code = self.code and other.code
        self.results += other.results
        self.voicemail = self.voicemail or other.voicemail
        for number, outcome in other.left.items():
            self.left.setdefault(number, outcome)

    # -- parties that leave

    def end_leg(
        self, channel: Channel, cause: int | None, extensions: Extensions
    ) -> None:
        """Keep how a leg that is gone ended; the cause is None when nobody saw it."""
        outcome = None
        if channel.met:
            outcome = CallOutcome.ANSWERED
        elif channel.caller and channel.state != RINGS:
            self.caller_cause = cause
        elif cause is not None:
            outcome = CAUSES.get(cause, CallOutcome.MISSED)
            if outcome is CallOutcome.MISSED and any(
                leg.met and not leg.caller for leg in self.legs()
            ):
                outcome = CallOutcome.ANSWERED_ELSEWHERE
            self.results.append(outcome)
        self.note_left(channel, outcome, extensions)

    def note_left(
        self, channel: Channel, outcome: CallOutcome | None, extensions: Extensions
    ) -> None:
        """Keep that an extension left, unless it has another leg in the call."""
        number = extensions.get(channel.device)
        if number is not None and not any(
            leg is not channel and extensions.get(leg.device) == number
            for leg in self.legs()
        ):
            self.left.pop(number, None)
            self.left[number] = outcome

    # -- the call

    def now(self, extensions: Extensions) -> CallNow | None:
        """Return the call as it is now, None for one that there is nothing to tell of.

        A caller alone, whom nothing has answered yet, is held back: a moment later it
        is known who is called.
        """
        parties = self._parties(extensions)
        if self.code or not parties:
            return None
        now = self._described(parties, extensions)
        if (
            len(parties) == 1
            and parties[0].state is PartyState.DIALING
            and not self.served
        ):
            self.opening = now
            return None
        return now

    def final(self, extensions: Extensions, *, recorded: bool) -> CallNow:
        """Return the call as it is when it is over.

        With `recorded`, more follows where the voicemail may have answered.
        """
        outcome = self.outcome(extensions)
        now = self._described((), extensions, outcome)
        waits = recorded and self.fallback and outcome is CallOutcome.MISSED
        return CallNow(
            now.id,
            now.parties,
            now.direction,
            now.dialed,
            now.via,
            now.trunk,
            now.left,
            outcome,
            None if outcome in _REFUSED else self._ended_by(extensions),
            now.started_at,
            recorded=not waits,
        )

    def dissolved(self, outcome: CallOutcome | None) -> CallNow:
        """Return the end of what was told as a call: it is part of another, or is none."""
        told = self.told.parties if self.told else ()
        left = tuple((party.number, outcome) for party in told if party.extension)
        return CallNow(self.id, left=left, outcome=outcome, recorded=True)

    def outcome(self, extensions: Extensions) -> CallOutcome | None:
        """Return how it ended as a whole, None where nobody can know."""
        if self.answered or CallOutcome.ANSWERED in self.left.values():
            return CallOutcome.ANSWERED
        if self.voicemail:
            return CallOutcome.VOICEMAIL
        for outcome in _RESULTS:
            if outcome in self.results:
                return outcome
        if self.results:
            return CallOutcome.MISSED
        if self.served:
            inbound = self._direction(extensions) is CallDirection.INBOUND
            return CallOutcome.MISSED if inbound else CallOutcome.ANSWERED
        if self.caller_cause is None:
            return None
        return CAUSES.get(self.caller_cause)

    def _described(
        self,
        parties: tuple[Party, ...],
        extensions: Extensions,
        outcome: CallOutcome | None = None,
    ) -> CallNow:
        """Return the call with these parties; an unknown end is that of the whole."""
        present = {party.number for party in parties if party.extension}
        trunks = [
            device
            for device in (*self.callers, *self.called)
            if device not in extensions
        ]
        return CallNow(
            self.id,
            parties,
            self._direction(extensions),
            self.dialed,
            self.via,
            trunk_name(trunks[0]) if trunks else None,
            tuple(
                (number, outcome if own is None else own)
                for number, own in self.left.items()
                if number not in present
            ),
            started_at=self.started_at,
        )

    def _direction(self, extensions: Extensions) -> CallDirection:
        """Return where it comes from and goes to."""
        if self.callers and self.callers[0] not in extensions:
            return CallDirection.INBOUND
        if any(device not in extensions for device in self.called):
            return CallDirection.OUTBOUND
        return CallDirection.INTERNAL

    def _parties(self, extensions: Extensions) -> tuple[Party, ...]:
        """Return who takes part, the caller first; each extension once."""
        found: dict[str, Party] = {}
        for channel in self.legs():
            number = extensions.get(channel.device)
            state = channel.party_state(number is None)
            if state is None:
                continue
            if number is None:
                key = f"~{channel.id}"
                party = Party(
                    channel.number,
                    False,
                    state,
                    channel.caller,
                    trunk_name(channel.device),
                    channel.name,
                )
            else:
                key = number
                party = Party(number, True, state, channel.caller)
            other = found.get(key)
            if other is None or _RANK.index(state) < _RANK.index(other.state):
                found[key] = party
        return tuple(sorted(found.values(), key=lambda party: not party.caller))

    def _ended_by(self, extensions: Extensions) -> str | None:
        """Return the number of the party that hung up first, None where none did."""
        asked = [channel for channel in self.talkers if channel.requested]
        if not asked:
            return None
        first = min(asked, key=lambda channel: channel.requested)
        return extensions.get(first.device) or first.number or None


def trunk_name(device: str) -> str:
    """Return a trunk's name: that of its endpoint, without the technology."""
    return device.partition("/")[2]
