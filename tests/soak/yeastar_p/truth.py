"""What a P-Series shows of the truth, where it differs from other kinds of PBX.

The differences are facts of the reference: each member of a call has a word for its state
and its role (section 6.1); a phone that does not ring is no member; what a member of a
call hears, a person or the PBX, is not told, but that its call was answered is.
"""

from collections.abc import Callable
from typing import Final, override

from tests.simulator import SimCall, SimTrunk
from tests.simulator.channels import MEMBERS
from tests.simulator.exchange import Leg
from tests.simulator.exchange.events import Event, Failure, LegKind, LegState
from tests.simulator.yeastar_p import PSimulator
from tests.simulator.yeastar_p.objects import path_of

from ..cannot_tell import Case, Line
from ..history import STATES, Part, Story
from ..streamed import StreamedHistory, StreamedOracle, streamed_lines

OUTCOMES: Final = {
    Failure.BUSY: "busy",
    Failure.DECLINED: "rejected",
    Failure.DO_NOT_DISTURB: "busy",
    Failure.UNREACHABLE: "failed",
    Failure.NO_SUCH_NUMBER: "failed",
    Failure.NO_PERMISSION: "failed",
    Failure.NO_LINE: "failed",
}


def _listed(case: Case) -> bool:
    """Return whether a call began while nobody listened."""
    history = case.history
    assert isinstance(history, PHistory)
    return case.story is not None and case.story.call_id in history.listed


def _answer_untold(case: Case) -> bool:
    """Return whether a party was connected while nobody listened."""
    return case.part is not None and any(
        moment.what == "answered" and (moment.told is None or moment.silent)
        for moment in case.part.moments
    )


def _lost_since(case: Case) -> bool:
    """Return whether the connection was lost after a phone stopped ringing."""
    history = case.history
    assert isinstance(history, PHistory)
    return (
        case.part is not None
        and case.part.answered is None
        and case.moment is not None
        and any(at >= case.moment.at for at in history.losses)
    )


LINES: Final = (
    Line(
        "role of a party that holds its call",
        frozenset({"role"}),
        _listed,
        lambda case: case.shown is None,
        "Whether a phone called or was called, if it holds its call when that is found",
        "unknown",
        "the word for hold is the same for both",
        "6.1 (HOLD)",
    ),
    Line(
        "connected before",
        frozenset({"in call since", "answered", "outcome", "end word"})
        | frozenset({"rang", "talked"}),
        _answer_untold,
        lambda case: case.shown != "voicemail",
        "That an extension was connected while nobody listened, if it has been passed on "
        "since",
        "how its last attempt ended",
        "a party that waits for another one has the same word as before its first answer",
        "6.1 (ALERT)",
    ),
    Line(
        "end of a ring",
        frozenset({"missing end"}),
        _lost_since,
        lambda case: True,
        "How a ring ended, if the connection was lost before the call ended",
        "no event",
        "whether another phone answered shows later than the end of the ring",
        "9 (8)",
    ),
    Line(
        "who hung up",
        frozenset({"ended by"}),
        lambda case: True,
        lambda case: case.shown is None,
        "Which party hung up",
        "unknown",
        "the members of a call leave it in one event, and the record does not tell",
        "5.5 (30011, 30012), 9",
    ),
    Line(
        "phone that declined",
        frozenset({"outcome", "end word"}),
        lambda case: case.part is not None and case.part.cause == "declined",
        lambda case: case.shown != "answered",
        "That a phone declined, if the call went on without it",
        "missed, as if it had rung in vain, or how the call as a whole ended",
        "a phone that declines leaves the call like one that stops ringing",
        "6.1 (BYE)",
    ),
    *streamed_lines(no_times="5.5", never_again="5.1"),
)


class PHistory(StreamedHistory[PSimulator]):
    """Watches an exchange whose wire is a WebSocket: told at once, or not at all."""

    def __init__(self, sim: PSimulator, now: Callable[[], float]) -> None:
        """Begin to watch."""
        self._amid = False
        # The role that each party came with, and the call it is in.
        self._roles: dict[str, tuple[str, bool | None]] = {}
        self.losses: list[float] = []
        super().__init__(sim, now)

    @override
    def lost(self) -> None:
        super().lost()
        self.losses.append(self.now())

    @override
    def happened(self, event: Event) -> None:
        # The PBX tells of a call once what happens has happened.
        self._amid = True
        super().happened(event)
        self._amid = False

    @override
    def look(self) -> None:
        if not self._amid:
            super().look()

    @override
    def line(self, leg: Leg) -> str:
        return self.sim.objects.channel(leg)

    @override
    def doing(self, call: SimCall, leg: Leg) -> str:
        return STATES.get(leg.state, "gone")

    @override
    def is_caller(self, leg: Leg) -> bool | None:
        """Return the role that a party came with (section 6.1)."""
        if leg.outside:
            return leg.kind is LegKind.INBOUND
        return self._roles.get(leg.leg_id, ("", None))[1]

    @override
    def _look_at(self, call: SimCall) -> None:
        for leg in call.legs:
            known, role = self._roles.get(leg.leg_id, ("", None))
            if known != call.call_id:
                role = None
            if role is None:
                self._roles[leg.leg_id] = call.call_id, self._word(call, leg)
        people = [leg for leg in call.legs if leg.kind in MEMBERS]
        if len(people) == 2:
            for leg, other in (people, people[::-1]):
                mine, others = self.is_caller(leg), self.is_caller(other)
                if mine is None and others is not None:
                    self._roles[leg.leg_id] = call.call_id, not others

    @staticmethod
    def _word(call: SimCall, leg: Leg) -> bool | None:
        """Return the role in the word for a party, None for a word without one."""
        if leg.state is LegState.HELD or (
            # Called first for a call by API, a phone rings like that of a callee.
            leg is call.caller and leg.state is LegState.RINGING
        ):
            return None
        return leg is call.caller

    @override
    def reloaded(self) -> None:
        super().reloaded()
        self._roles.clear()

    @override
    def answered(self, call: SimCall, leg: Leg) -> bool:
        """Return whether the PBX says so: that it waits in a queue, the path tells."""
        return leg.connected

    @override
    def _learn_via(self, story: Story, call: SimCall) -> None:
        if path := path_of(call):
            story.vias.add(path)

    @override
    def _end(self, part: Part, now: float) -> None:
        story, call, rang = part.story, part.story.call, part.state == "ringing"
        part.ended, part.state = now, "gone"
        self._note(part, "end", now, frozenset())
        if call is None:
            return
        over = call.call_id not in self.sim.calls
        if part.answered is not None:
            part.cause, part.outcome = part.cause or "hung up", "answered"
        elif over and call.outcome is None and call.failure is None:
            part.cause, part.outcome, story.vanished = "vanished", None, True
        elif part.leg.declined:
            part.cause, part.outcome = "declined", "rejected"
        elif over and call.failure is not None:
            part.cause, part.outcome = "failed", OUTCOMES[call.failure]
            if rang and part.leg is not call.caller:
                part.outcome = "missed"
        else:
            part.cause, part.outcome = "stopped", "missed"
            if not over:
                self._stopped.append(part)

    @override
    def _why_stopped(self, now: float) -> None:
        stopped, self._stopped = self._stopped, []
        for part in stopped:
            call = part.story.call
            if call is None or part.ended != now:
                continue
            connected = {leg.kind for leg in call.callees if leg.connected}
            if LegKind.VOICEMAIL in connected:
                part.cause, part.outcome = "voicemail", "voicemail"
            elif connected & set(MEMBERS):
                part.cause, part.outcome = "elsewhere", "answered_elsewhere"
            else:
                self._stopped.append(part)


class POracle(StreamedOracle):
    """Compares with what a P-Series shows of the truth."""

    history: PHistory
    lines = LINES

    @override
    def is_caller(self, story: Story, leg: Leg) -> bool | None:
        return self.history.is_caller(leg)

    @override
    def status(self, number: str) -> str:
        sim = self.history.sim
        legs = sim.exchange.legs_of(number)
        listed = [leg for leg in legs if leg.call_id in sim.calls]
        if not sim.extensions[number].registered and not listed:
            return "offline"
        if any(leg.state is LegState.RINGING for leg in legs):
            return "ringing"
        if any(leg.state is not LegState.HELD for leg in legs):
            return "busy"
        return "on_hold" if legs else "idle"

    @override
    def outside_state(self, story: Story, leg: Leg) -> str:
        assert story.call is not None
        return self.history.doing(story.call, leg)

    @override
    def trunk_status(self, trunk: SimTrunk) -> str:
        return "idle" if trunk.usable else "unregistered"
