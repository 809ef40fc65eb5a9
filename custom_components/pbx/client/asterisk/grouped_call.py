"""Calls, grouped from the channels of the PBX (reference, section 6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..model import CallDirection, CallOutcome, Party, PartyState
from ..report import CallNow

# The prefix of the ids of channels to the phones of supervisors.
SPY_ID: Final = "pbx-spy-"

CALLS: Final = "Ring"
RINGS: Final = "Ringing"
UP: Final = "Up"
DOWN: Final = "Down"

# Channels of these kinds are no parties: they connect others, or play announcements.
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
# Hang-up causes of an unanswered leg (section 5). With any other cause it rang out, or
# the caller gave up.
CAUSES: Final = {
    26: CallOutcome.ANSWERED_ELSEWHERE,
    17: CallOutcome.BUSY,
    21: CallOutcome.REJECTED,
    **dict.fromkeys((1, 2, 3, 20, 27, 28, 34, 38, 41, 42, 44, 58), CallOutcome.FAILED),
}
# Calls of these outcomes end without a party that hangs up.
_REFUSED: Final = frozenset(
    {CallOutcome.REJECTED, CallOutcome.BUSY, CallOutcome.FAILED}
)
# The order in which a leg counts if an extension has several in one call.
_RANK: Final = (
    PartyState.TALKING,
    PartyState.HELD,
    PartyState.RINGING,
    PartyState.DIALING,
)

# The extensions' numbers by device; any other device is a trunk.
type Extensions = Mapping[str, str]


@dataclass(slots=True, eq=False)
class Channel:
    """A channel of the PBX, one leg of a call.

    `caller` is True for the channel that began the call. `number` is the caller's own
    number for the caller, and the dialled number for a callee. `met` is True once it
    was connected to another party; `waits` while another callee is dialled for it;
    `gone` after it left the call by a transfer, until its phone hangs up; `hosted` in a
    conference of the PBX. `called` is True once the PBX has told who calls it.
    `requested` is the order of its hang-up, 0 before. `heard` is True if an event named
    the channel, `missed` if the last list lacked it.
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
    hosted: bool = False
    called: bool = False
    requested: int = 0
    heard: bool = False
    missed: bool = False

    @property
    def device(self) -> str:
        """Return the device or trunk with its technology: `PJSIP/1001`."""
        technology, _, rest = self.name.rpartition("-")[0].partition("/")
        return f"{technology}/{rest.partition('/')[0]}"

    @property
    def local(self) -> bool:
        """Return whether the channel is one half of a Local pair."""
        return self.name.startswith("Local/")

    @property
    def twin(self) -> str:
        """Return the name of the other half of the Local pair."""
        return self.name[:-1] + ("2" if self.name.endswith("1") else "1")

    @property
    def helper(self) -> bool:
        """Return whether the channel belongs to the PBX itself, not to a party."""
        return self.name.partition("/")[0] in _HELPERS or self.name.endswith("<ZOMBIE>")

    @property
    def real(self) -> bool:
        """Return whether the channel is a party's leg in its call."""
        return not (self.spy or self.gone or self.helper)

    def party_state(self, outside: bool) -> PartyState | None:
        """Return the state of the party, None for a phone that does not ring yet."""
        if self.parked and outside:
            return PartyState.HELD
        if self.waits:
            return PartyState.DIALING
        if self.met:
            return PartyState.HELD if self.held else PartyState.TALKING
        if self.caller:
            if self.state == RINGS:
                return PartyState.RINGING
            return None if self.state == DOWN else PartyState.DIALING
        if self.state == DOWN:
            # A trunk seldom reports ringing, so it counts as ringing once its dialled
            # number is known, which is a moment after its begin.
            return PartyState.RINGING if outside and self.number else None
        if self.state == RINGS and not self.called:
            # Its phone was faster than the event that tells through which ring group.
            return None
        return PartyState.RINGING


@dataclass(slots=True, eq=False)
class GroupedCall:
    """The channels of one call, and the outcomes of the legs that have ended.

    `started_at` is in seconds since the epoch. `order` is the order in which calls
    began. `linked` has the Linkedids of its channels. `callers` and `called` are
    devices. `served` is True if the PBX itself answered, as a queue, an IVR or the
    voicemail; `fallback` if it did so after a callee was dialled. `queued` is True if the caller waited in a queue. `code` is True for a
    feature code such as `*78`, which is no call. `talkers` has the parties that talked
    last, before that the caller. `told` is the last report; `opening` is the report
    that is held back while the caller is the only party.
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
    queued: bool = False
    talkers: list[Channel] = field(default_factory=list)
    code: bool = False
    told: CallNow | None = None
    opening: CallNow | None = None

    def legs(self) -> list[Channel]:
        """Return the legs of the present parties."""
        return [channel for channel in self.channels.values() if channel.real]

    def absorb(self, other: GroupedCall) -> None:
        """Merge another call into this one: its channels, callees and outcomes."""
        for channel in other.channels.values():
            channel.call = self
            channel.caller = False
        self.channels.update(other.channels)
        self.linked |= other.linked
        self.called += other.callers + other.called
        self.code = self.code and other.code
        self.results += other.results
        self.voicemail = self.voicemail or other.voicemail
        self.queued = self.queued or other.queued
        for number, outcome in other.left.items():
            self.left.setdefault(number, outcome)

    # -- parties that leave

    def end_leg(
        self, channel: Channel, cause: int | None, extensions: Extensions
    ) -> None:
        """Record the outcome of an ended leg; the cause is None if it is unknown."""
        outcome = None
        if channel.met:
            outcome = CallOutcome.ANSWERED
        elif channel.caller and channel.state != RINGS:
            self.caller_cause = cause
        elif cause is not None:
            outcome = CAUSES.get(cause, CallOutcome.MISSED)
            if outcome is CallOutcome.MISSED and any(
                leg.met and not leg.caller and not leg.waits for leg in self.legs()
            ):
                outcome = CallOutcome.ANSWERED_ELSEWHERE
            self.results.append(outcome)
        self.note_left(channel, outcome, extensions)

    def note_left(
        self, channel: Channel, outcome: CallOutcome | None, extensions: Extensions
    ) -> None:
        """Record that an extension left, unless it has another leg in the call."""
        number = extensions.get(channel.device)
        if number is not None and not any(
            leg is not channel and extensions.get(leg.device) == number
            for leg in self.legs()
        ):
            self.left.pop(number, None)
            self.left[number] = outcome

    # -- the call

    def now(self, extensions: Extensions) -> CallNow | None:
        """Return the current state of the call, None if there is nothing to report.

        A call with the caller as its only party is held back, unless the PBX itself
        answered it: the callee is known a moment later.
        """
        parties = self._parties(extensions)
        if self.code or not parties:
            return None
        now = self._described(parties, extensions)
        if (
            len(parties) == 1
            and parties[0].state is PartyState.DIALING
            and not self.served
            and not self.answered
        ):
            self.opening = now
            return None
        return now

    def final(self, extensions: Extensions, *, recorded: bool) -> CallNow:
        """Return the final state of the call.

        `recorded` is True if the PBX sends records: then another report follows for a
        missed call that the voicemail may have answered.
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
            None if outcome in _REFUSED else now.ended_by,
            now.started_at,
            recorded=not waits,
        )

    def dissolved(self, outcome: CallOutcome) -> CallNow:
        """Return the end of a reported call that was merged, or is no call at all."""
        told = self.told.parties if self.told else ()
        left = tuple((party.number, outcome) for party in told if party.extension)
        return CallNow(self.id, left=left, outcome=outcome, recorded=True)

    def outcome(self, extensions: Extensions) -> CallOutcome | None:
        """Return the outcome of the whole call, None if it is unknown."""
        if self.answered or CallOutcome.ANSWERED in self.left.values():
            return CallOutcome.ANSWERED
        if self.voicemail:
            return CallOutcome.VOICEMAIL
        refused = [outcome for outcome in self.results if outcome in _REFUSED]
        if self.queued or len(refused) < len(self.results):
            return CallOutcome.MISSED
        cause = None if self.caller_cause is None else CAUSES.get(self.caller_cause)
        if refused:
            # The last callee decides, which may have been out of reach: then only the
            # caller's cause tells.
            return cause if cause in _REFUSED else refused[-1]
        if not self.served:
            return cause
        if self._direction(extensions) is CallDirection.INBOUND:
            return CallOutcome.MISSED
        return cause or CallOutcome.ANSWERED

    def _described(
        self,
        parties: tuple[Party, ...],
        extensions: Extensions,
        outcome: CallOutcome | None = None,
    ) -> CallNow:
        """Return the call with these parties.

        `outcome` is the call's, for extensions that left with an unknown one.
        """
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
                (number, self._outcome_of(number, own, outcome, extensions))
                for number, own in self.left.items()
                if number not in present
            ),
            ended_by=self._ended_by(extensions),
            started_at=self.started_at,
        )

    def _outcome_of(
        self,
        number: str,
        own: CallOutcome | None,
        outcome: CallOutcome | None,
        extensions: Extensions,
    ) -> CallOutcome | None:
        """Return the outcome for an extension that left, None if it is unknown.

        Without an own one, it is the call's. But an answered call was answered by one
        callee, and so elsewhere for the others, which stopped ringing unseen.
        """
        if own is not None or outcome is not CallOutcome.ANSWERED:
            return own or outcome
        called = {extensions.get(device) for device in self.called}
        if number not in called:
            return outcome
        elsewhere = any(
            other in called and ended is CallOutcome.ANSWERED
            for other, ended in self.left.items()
        )
        return CallOutcome.ANSWERED_ELSEWHERE if elsewhere else None

    def _direction(self, extensions: Extensions) -> CallDirection:
        """Return the direction of the call."""
        if self.callers and self.callers[0] not in extensions:
            return CallDirection.INBOUND
        if any(device not in extensions for device in self.called):
            return CallDirection.OUTBOUND
        return CallDirection.INTERNAL

    def _parties(self, extensions: Extensions) -> tuple[Party, ...]:
        """Return the parties, the caller first; each extension once."""
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
        """Return the number of the party that hung up first, None if none did."""
        asked = [channel for channel in self.talkers if channel.requested]
        if not asked:
            return None
        first = min(asked, key=lambda channel: channel.requested)
        return extensions.get(first.device) or first.number or None


def trunk_name(device: str) -> str:
    """Return the name of a device's endpoint, without the technology."""
    return device.partition("/")[2]
