"""Calls that a Yeastar PBX describes by their members, as reports of complete calls.

The table makes no guesses: a call is what its members are. A message may have all
members of a call or only those that changed, in any order.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Final

from ..model import CallDirection, CallOutcome, ExtensionStatus, Party, PartyState
from ..report import CallNow

# Above the number of members of calls on any real PBX, and of ended calls of interest.
MAX_MEMBERS: Final = 100_000
MAX_ENDED: Final = 1_000
# Above the number of phones that a queue rings in the time a caller waits.
MAX_GONE: Final = 10_000

# Seconds between the end of a group's other rings and the answer that ended them.
_ANSWERED_ELSEWHERE: Final = 0.2

_CONNECTED: Final = frozenset({PartyState.TALKING, PartyState.HELD})
# The order in which a member counts if an extension has several in one call.
_RANK: Final = (
    PartyState.TALKING,
    PartyState.HELD,
    PartyState.RINGING,
    PartyState.DIALING,
    PartyState.UNKNOWN,
    PartyState.GONE,
)


class Side(Enum):
    """The kind of a member: an extension, an outside caller, or an outside callee."""

    EXTENSION = auto()
    INBOUND = auto()
    OUTBOUND = auto()


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a call, as the PBX describes it.

    `channel` is the PBX's id of this leg. `caller` is None if the PBX does not tell.
    `via` is the number of the queue, group or IVR that the call came through, `dialed`
    the number that an outside caller dialled. `met` is True once it was connected.
    """

    side: Side
    number: str
    channel: str
    state: PartyState
    caller: bool | None = None
    trunk: str | None = None
    via: str | None = None
    dialed: str | None = None
    met: bool = False

    @property
    def extension(self) -> bool:
        """Return whether the member is an extension."""
        return self.side is Side.EXTENSION

    @property
    def party(self) -> Party:
        """Return the member as a party of a call."""
        return Party(
            self.number,
            self.extension,
            self.state,
            self.caller,
            self.trunk,
            None if self.extension else self.channel,
        )


@dataclass(slots=True, eq=False)
class MemberCall:
    """A call with its present members by channel, and the outcomes of those that left.

    `started_at` is in seconds since the epoch, None for a call found in progress.
    `stopped` are extensions whose phones stopped ringing, with the time. `gone` are the
    channels of members that left: a message that names one as present is outdated.
    `leaver` is the member that hung up while others were present, with the time.
    `dialed_out` tells that the call went on from its caller, `failed_at` at which
    extension it failed, if told. `missed` are extensions that left before it failed.
    """

    id: str
    started_at: float | None
    members: dict[str, Member] = field(default_factory=dict)
    left: dict[str, CallOutcome | None] = field(default_factory=dict)
    direction: CallDirection | None = None
    dialed: str | None = None
    via: str | None = None
    trunk: str | None = None
    answered: bool = False
    outcome: CallOutcome | None = None
    stopped: dict[str, float] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    leaver: tuple[str, float] | None = None
    dialed_out: bool = False
    failed: bool = False
    failed_at: str | None = None
    missed: set[str] = field(default_factory=set)
    recorded: bool = False

    def put(self, member: Member, now: float) -> None:
        """Add or update a present member; what was known of it is kept."""
        known = self.members.get(member.channel)
        met_before = known is not None and known.met
        met = member.state in _CONNECTED or met_before
        caller = member.caller
        alone = not self.members.keys() - {member.channel}
        if alone and member.state is PartyState.RINGING:
            # Perhaps the caller's own phone, which is called first for a dialled call.
            caller = None
        if caller is None and known is not None:
            caller = known.caller
        self.members[member.channel] = replace(member, met=met, caller=caller)
        if met and not met_before and caller is not True:
            self._answer(now)
        self.dialed_out = self.dialed_out or caller is True
        self._learn(member)

    def _answer(self, now: float) -> None:
        """Note that a callee answered; phones that just stopped ringing lost to it."""
        self.answered = True
        for number, at in self.stopped.items():
            if self.left.get(number) is None:
                just = now - at <= _ANSWERED_ELSEWHERE
                self.left[number] = (
                    CallOutcome.ANSWERED_ELSEWHERE if just else CallOutcome.MISSED
                )

    @property
    def _callee_connected(self) -> bool:
        """Return whether a callee is connected now."""
        return any(
            member.state in _CONNECTED and member.caller is not True
            for member in self.members.values()
        )

    def _learn(self, member: Member) -> None:
        """Learn what a member tells about the whole call."""
        self.dialed = self.dialed or member.dialed
        self.via = self.via or member.via
        self.trunk = self.trunk or member.trunk
        if member.side is Side.INBOUND:
            self.direction = CallDirection.INBOUND
        elif member.side is Side.OUTBOUND and self.direction is not (
            CallDirection.INBOUND
        ):
            self.direction = CallDirection.OUTBOUND

    def leave_first(self, number: str, now: float) -> None:
        """Note who hung up; those who leave a moment later were hung up on."""
        if self.leaver is None or now - self.leaver[1] > _ANSWERED_ELSEWHERE:
            self.leaver = number, now

    def leave_last(self, now: float) -> None:
        """Forget who left long before the last one did."""
        if self.leaver is not None and now - self.leaver[1] > _ANSWERED_ELSEWHERE:
            self.leaver = None

    def drop(self, channel: str, now: float) -> None:
        """Remove a member that has hung up, and record the outcome for an extension."""
        member = self.members.pop(channel, None)
        if len(self.gone) < MAX_GONE:
            self.gone.add(channel)
        if member is None or not member.extension:
            return
        if any(
            other.extension and other.number == member.number
            for other in self.members.values()
        ):
            return
        outcome: CallOutcome | None = None
        if member.met:
            # Alone, it was connected to a service: the record tells what came of that.
            outcome = CallOutcome.ANSWERED if self.answered else None
        elif member.state is PartyState.RINGING:
            self.stopped[member.number] = now
            if self._callee_connected:
                outcome = CallOutcome.ANSWERED_ELSEWHERE
        self.left.pop(member.number, None)
        self.left[member.number] = outcome

    def _outcome_of(self, number: str) -> CallOutcome | None:
        """Return the outcome for an extension that left, None if it is not known."""
        if (own := self.left[number]) is not None:
            return own
        if number in self.missed:
            return CallOutcome.MISSED
        if number in self.stopped and self.outcome in (None, CallOutcome.ANSWERED):
            return CallOutcome.MISSED if self.recorded else None
        return self.outcome

    def now(self, hidden: Collection[str] = ()) -> CallNow:
        """Return the current state of the call, without the members of some channels."""
        parties: dict[str, Party] = {}
        for member in self.members.values():
            if member.channel in hidden:
                continue
            key = member.number if member.extension else f"~{member.channel}"
            other = parties.get(key)
            if other is None or _RANK.index(member.state) < _RANK.index(other.state):
                parties[key] = member.party
        if len(parties) == 1:
            ((key, only),) = parties.items()
            if only.extension and only.state is PartyState.RINGING:
                # Its own call may begin so, as it was dialled for it by the API.
                parties[key] = replace(only, caller=None)
        present = {party.number for party in parties.values() if party.extension}
        outcome = None
        if not parties:
            outcome = CallOutcome.ANSWERED if self.answered else self.outcome
        ended_by = None
        if self.leaver is not None and not parties and not self.failed:
            ended_by = self.leaver[0]
        # The last one may be about to be put through to another, or to be hung up on; then
        # the record follows.
        waits = {self.leaver[0]} if self.leaver and len(parties) == 1 else set()
        if not parties and not self.recorded:
            waits = set(self.left)
        return CallNow(
            self.id,
            tuple(sorted(parties.values(), key=lambda party: not party.caller)),
            self.direction or CallDirection.INTERNAL,
            self.dialed,
            self.via,
            self.trunk,
            tuple(
                (number, None if number in waits else self._outcome_of(number))
                for number in self.left
                if number not in present
            ),
            outcome,
            ended_by,
            started_at=self.started_at,
        )


class MemberTable:
    """All calls in progress, and the calls that have ended lately.

    Messages go in, reports of complete calls come out.
    """

    def __init__(self) -> None:
        """Initialize without calls."""
        self._live: dict[str, MemberCall] = {}
        self._ended: OrderedDict[str, MemberCall] = OrderedDict()
        self._call_of: dict[str, MemberCall] = {}
        self._channels_of: dict[str, set[str]] = {}
        # Supervisors whose phones are called to join a call, by number: that call's id.
        self._supervised: dict[str, str] = {}
        # The supervisors noted since the current reading began.
        self._called: set[str] = set()
        # The channels of supervisors in calls of others; they are no parties.
        self._spies: dict[str, str] = {}
        # The calls told since the current reading began.
        self._newer: set[str] = set()

    # -- what the PBX tells

    def tell(
        self,
        call_id: str,
        members: Collection[tuple[Member, bool]],
        now: float,
        *,
        whole: bool = False,
    ) -> tuple[CallNow, ...]:
        """Apply a message about a call; each member comes with whether it has hung up.

        `now` is in seconds since the epoch. In a `whole` message, members that are not
        named have left.
        """
        call = self._live.get(call_id)
        known = call is not None
        present = [member for member, gone in members if not gone]
        left = [member.channel for member, gone in members if gone]
        before = call or self._ended.get(call_id)
        if before is not None and any(one.channel in before.gone for one in present):
            return ()
        self._newer.add(call_id)
        if call is None:
            if not present:
                return ()
            call = self._live[call_id] = MemberCall(call_id, now)
            if (ended := self._ended.pop(call_id, None)) is not None:
                call.gone = ended.gone
        if whole:
            named = {member.channel for member, _ in members}
            left += [channel for channel in call.members if channel not in named]
        hung_up = [one for one in dict.fromkeys(left) if self._call_of.get(one) is call]
        others: dict[str, MemberCall] = {}
        if len(hung_up) == 1 and len(call.members) > 1:
            call.leave_first(call.members[hung_up[0]].number, now)
        for member in present:
            if member.channel not in call.members:
                call.leaver = None  # The call goes on with another.
            if (other := self._take_over(member.channel, call)) is not None:
                others[other.id] = other
            self._put(call, member, now)
        for channel in hung_up:
            self._drop(call, channel, now)
        if not call.members:
            call.leave_last(now)
        self._infer_callers(call)
        self._settle(call)
        if len(self._call_of) > MAX_MEMBERS:
            raise OverflowError
        report = replace(call.now(self._spies), absorbed=tuple(others))
        rest = [
            other.now(self._spies)
            if other.members
            else CallNow(other.id, recorded=True)
            for other in others.values()
        ]
        return (report, *rest) if report.parties or known else tuple(rest)

    def fail(
        self, call_id: str, outcome: CallOutcome, at: str | None = None
    ) -> tuple[CallNow, ...]:
        """Apply the reason why a call could not be connected.

        `at` is the extension at which it failed, where that is told.
        """
        call = self._live.get(call_id) or self._ended.get(call_id)
        if call is None:
            call = MemberCall(call_id, None)
            self._keep(call)
        call.outcome, call.failed, call.failed_at = outcome, True, at
        if call.members:
            call.missed.update(who for who, own in call.left.items() if own is None)
        return () if call_id in self._live else (call.now(),)

    def failure(self, call_id: str) -> tuple[CallOutcome | None, str | None]:
        """Return why a call failed, and at which extension, None if that was not told."""
        call = self._ended.get(call_id)
        return (None, None) if call is None else (call.outcome, call.failed_at)

    def unseen(self, call_id: str) -> bool:
        """Return whether no member of a call was ever told."""
        call = self._live.get(call_id) or self._ended.get(call_id)
        return call is None or not (call.members or call.gone)

    def record(
        self,
        call_id: str,
        outcome: CallOutcome | None,
        duration: int | None,
        talked: int | None,
        called: str | None = None,
    ) -> tuple[CallNow, ...]:
        """Apply the PBX's record of a call, times in seconds.

        `called` is the extension that was called: it may not have been a member.

        The record of a part of a call that goes on tells nothing about its end.
        """
        call = self._ended.get(call_id)
        if call is None:
            return ()
        call.recorded = True
        if outcome is not CallOutcome.ANSWERED or not call.answered:
            call.outcome = call.outcome or outcome
        unrung = None
        reached = call.dialed_out or call.failed_at == called
        if called and reached and outcome is not CallOutcome.ANSWERED:
            call.left.setdefault(called, call.outcome)
            unrung = called
        report = replace(
            call.now(), duration=duration, talked=talked, recorded=True, unrung=unrung
        )
        return (report,)

    # -- what a reading finds

    def begin_reading(self) -> None:
        """Note that calls told from now on are newer than what is being read."""
        self._newer.clear()
        self._called.clear()

    def read(
        self, found: Mapping[str, Iterable[tuple[Member, bool]]], now: float
    ) -> tuple[CallNow, ...]:
        """Apply the list of all calls, and return all calls in progress."""
        for call_id in list(self._live):
            if call_id not in found and call_id not in self._newer:
                self._forget(self._live[call_id], now)
        for call_id, members in found.items():
            if call_id in self._newer:
                continue
            present = {member.channel: member for member, gone in members if not gone}
            call = self._live.get(call_id)
            if call is None:
                if not present:
                    continue
                self._ended.pop(call_id, None)
                call = self._live[call_id] = MemberCall(call_id, None)
            for channel in list(call.members):
                if channel not in present:
                    self._drop(call, channel, now)
            for member in present.values():
                self._take_over(member.channel, call)
                self._put(call, member, now)
            self._infer_callers(call)
            self._settle(call)
        for supervisor, call_id in list(self._supervised.items()):
            if supervisor not in self._called and (
                call_id not in self._live or not self._channels_of.get(supervisor)
            ):
                del self._supervised[supervisor]
        reports = (call.now(self._spies) for call in self._live.values())
        return tuple(report for report in reports if report.parties)

    # -- what is known

    @property
    def live(self) -> bool:
        """Return whether a call is in progress."""
        return bool(self._live)

    def members_of(self, number: str) -> list[tuple[str, Member]]:
        """Return an extension's members with the ids of their calls, connected first."""
        found = [
            (self._call_of[channel].id, self._call_of[channel].members[channel])
            for channel in self._channels_of.get(number, ())
        ]
        return sorted(found, key=lambda one: _RANK.index(one[1].state))

    def status(self, number: str) -> ExtensionStatus | None:
        """Return the status of an extension in a call, None if it is in none."""
        states = {member.state for _, member in self.members_of(number)}
        if PartyState.RINGING in states:
            return ExtensionStatus.RINGING
        if states & {PartyState.TALKING, PartyState.DIALING, PartyState.UNKNOWN}:
            return ExtensionStatus.BUSY
        return ExtensionStatus.ON_HOLD if states else None

    def inbound_channel(self, call_id: str) -> str | None:
        """Return the channel of the outside caller of a call, None if there is none."""
        call = self._live.get(call_id)
        if call is None:
            return None
        for member in call.members.values():
            if member.side is Side.INBOUND:
                return member.channel
        return None

    def supervise(self, supervisor: str, call_id: str) -> None:
        """Note that a supervisor's phone is called to join a call.

        Its channel in that call, or alone in another one, is not that of a party.
        """
        self._supervised[supervisor] = call_id
        self._called.add(supervisor)

    def unsupervise(self, supervisor: str) -> None:
        """Note that a supervisor's phone is not called after all."""
        self._supervised.pop(supervisor, None)

    # -- changes

    def _put(self, call: MemberCall, member: Member, now: float) -> None:
        """Add or update a member of a call."""
        before = call.members.get(member.channel)
        if before is not None and (before.side, before.number) != (
            member.side,
            member.number,
        ):
            # The channel is that of another party now.
            self._drop(call, member.channel, now)
            call.gone.discard(member.channel)
            before = None
        call.put(member, now)
        self._call_of[member.channel] = call
        if not member.extension:
            return
        number = member.number
        self._channels_of.setdefault(number, set()).add(member.channel)
        called = before is None and number not in self._spies.values()
        if called and number in self._supervised:
            alone = len(call.members) == 1 and member.caller is not True
            if alone or self._supervised[number] == call.id:
                self._spies[member.channel] = number

    def _drop(self, call: MemberCall, channel: str, now: float) -> None:
        """Remove a member that has hung up."""
        member = call.members[channel]
        if channel in self._spies:
            call.members.pop(channel)
            self._supervised.pop(self._spies.pop(channel), None)
        else:
            call.drop(channel, now)
        self._unlink(member)

    def _take_over(self, channel: str, call: MemberCall) -> MemberCall | None:
        """Remove a channel from another call, and return that call.

        A channel that is told in another call has moved there by a transfer.
        """
        other = self._call_of.get(channel)
        if other is None or other is call:
            return None
        self._unlink(other.members.pop(channel))
        if not other.members:
            del self._live[other.id]
        return other

    def _unlink(self, member: Member) -> None:
        """Remove a member from the indexes."""
        self._call_of.pop(member.channel, None)
        channels = self._channels_of.get(member.number)
        if channels is not None:
            channels.discard(member.channel)
            if not channels:
                del self._channels_of[member.number]

    def _forget(self, call: MemberCall, now: float) -> None:
        """Remove a call that the PBX no longer lists."""
        for channel in list(call.members):
            self._drop(call, channel, now)
        self._settle(call)

    def _settle(self, call: MemberCall) -> None:
        """Move a call without members to the ended ones."""
        if call.members or self._live.get(call.id) is not call:
            return
        del self._live[call.id]
        self._keep(call)

    def _keep(self, call: MemberCall) -> None:
        """Remember an ended call for late messages about it."""
        self._ended[call.id] = call
        while len(self._ended) > MAX_ENDED:
            self._ended.popitem(last=False)

    def _infer_callers(self, call: MemberCall) -> None:
        """Complete the roles of two members, of which the PBX told one."""
        roles = [member.caller for member in call.members.values()]
        if len(roles) != 2 or (roles[0] is None) == (roles[1] is None):
            return
        known = roles[0] if roles[0] is not None else roles[1]
        for channel, member in call.members.items():
            if member.caller is None:
                call.members[channel] = replace(member, caller=not known)
