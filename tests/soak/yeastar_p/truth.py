"""What a P-Series shows of the truth, where it differs from other kinds of PBX.

The differences are facts of the reference: each member of a call has a word for its state
and its role (section 6.1); a phone that does not ring is no member; what a member of a
call hears, a person or the PBX, is not told, but that its call was answered is.
"""

from collections.abc import Callable
from typing import Final, override

from tests.simulator import SimCall, SimTrunk
from tests.simulator.exchange import Leg
from tests.simulator.exchange.events import Event, Failure, LegKind, LegState
from tests.simulator.yeastar_p import PSimulator
from tests.simulator.yeastar_p.objects import MEMBERS, path_of

from ..cannot_tell import Case, Line
from ..history import STATES, Part, Story
from ..streamed import StreamedHistory, StreamedOracle

OUTCOMES: Final = {
    Failure.BUSY: "busy",
    Failure.DECLINED: "rejected",
    Failure.DO_NOT_DISTURB: "busy",
    Failure.UNREACHABLE: "failed",
    Failure.NO_SUCH_NUMBER: "failed",
    Failure.NO_PERMISSION: "failed",
    Failure.NO_LINE: "failed",
}


def _clock_was_set(case: Case) -> bool:
    """Return whether our own clock was set in the course of a call."""
    if case.part is not None and case.part.jumped:
        return True
    return case.story is not None and case.story.jumped


def _any(case: Case) -> bool:
    return True


LINES: Final = (
    Line(
        "who hung up",
        frozenset({"ended by"}),
        _any,
        lambda case: case.shown is None,
        "Which party hung up",
        "unknown",
        "the members of a call leave it in one event, and the record does not tell",
        "5.5 (30011, 30012), 9",
    ),
    Line(
        "phone that declined in a group",
        frozenset({"outcome", "end word"}),
        lambda case: case.part is not None and case.part.cause == "declined",
        lambda case: case.shown in (None, "missed"),
        "That a phone declined, if the call went on without it",
        "missed, as if it had rung in vain",
        "a phone that declines leaves the call like one that stops ringing",
        "6.1 (BYE)",
    ),
    Line(
        "clock that was set",
        frozenset({"started", "answered", "in call since", "event time"})
        | frozenset({"rang", "talked"}),
        _clock_was_set,
        _any,
        "How long something took while Home Assistant's clock was set",
        "what its clock says",
        "events bring no time of their own",
        "5.5",
    ),
)


class PHistory(StreamedHistory[PSimulator]):
    """Watches an exchange whose wire is a WebSocket: told at once, or not at all."""

    def __init__(self, sim: PSimulator, now: Callable[[], float]) -> None:
        """Begin to watch."""
        self._amid = False
        super().__init__(sim, now)

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
        """Return the role that the word for a party has (section 6.1)."""
        if leg.outside:
            return leg.kind is LegKind.INBOUND
        call = self.sim.calls.get(leg.call_id)
        if call is None or leg is not call.caller:
            return False
        # A phone that is called first for a call by API rings like that of a callee.
        return None if leg.state is LegState.RINGING else True

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
