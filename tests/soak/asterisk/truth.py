"""What Asterisk shows of the truth, where it differs from other kinds of PBX.

The differences are facts of the reference: the PBX itself is no party, so a caller who
hears the voicemail, a queue or an IVR goes on dialling (section 6); a phone that did not
ring has no part in a call (section 5); each party keeps the role it came with.
"""

from collections.abc import Callable, Iterator
from typing import Final, override

from custom_components.pbx.client import Switchboard
from tests.simulator import SimCall, SimTrunk
from tests.simulator.asterisk import SimulatedAsterisk
from tests.simulator.asterisk.channels import PEOPLE, did_of, name_of
from tests.simulator.exchange import CallState, Leg
from tests.simulator.exchange.events import (
    Booted,
    CallEvent,
    CallFailed,
    Event,
    Failure,
    LegKind,
    LegState,
)

from ..cannot_tell import Case, Line
from ..history import Part, Story
from ..oracle import STEP, Wrong
from ..streamed import StreamedHistory, StreamedOracle, streamed_lines

OUTCOMES: Final = {
    Failure.BUSY: "busy",
    Failure.DECLINED: "rejected",
    Failure.DO_NOT_DISTURB: "busy",
    Failure.UNREACHABLE: "failed",
    Failure.NO_SUCH_NUMBER: "failed",
    Failure.NO_PERMISSION: "rejected",
    Failure.NO_LINE: "failed",
}


def _services(case: Case) -> set[str]:
    """Return the services of the PBX that a call has reached."""
    if case.story is None or case.story.call is None:
        return set()
    queue = (
        {"queue"}
        if case.story.vias & case.history.sim.exchange.queues.keys()
        else set()
    )
    return case.story.services | queue


def _unknown(case: Case) -> bool:
    return case.unknown


def _just_begun(case: Case) -> bool:
    """Return whether the extension that calls had just begun its call."""
    return (
        case.story is not None
        and isinstance(case.at, float)
        and any(
            case.story.call_id in part.ids
            and part.moments[0].what == "dialing"
            and any(
                abs(at - case.at) < 3 * STEP
                for at in (part.moments[0].at, part.moments[0].told or 0.0)
            )
            for part in case.history.parts
        )
    )


def _listed(case: Case) -> bool:
    """Return whether a call was there before the connection."""
    assert isinstance(case.history, AsteriskHistory)
    return case.story is not None and case.story.call_id in case.history.listed


def _held_alone(case: Case) -> bool:
    history = case.history
    assert isinstance(history, AsteriskHistory)
    calls = history.sim.exchange.calls
    return any(
        history.holds(leg)
        and (
            leg.state is not LegState.HELD
            or not history.others(calls[leg.call_id], leg)
        )
        for leg in history.sim.exchange.legs_of(case.number)
    )


LINES: Final = (
    *streamed_lines(no_times="1 (timestampevents)", never_again="1, 12"),
    Line(
        "answered before",
        frozenset({"outcome", "end word", "ended by", "rang", "talked"}),
        lambda case: (
            _listed(case) and case.part is not None and case.part.answered is not None
        ),
        lambda case: case.shown != "voicemail",
        "That an extension was connected, if it was passed on before anybody listened, and "
        "reached nobody since",
        "how its last attempt ended",
        "a channel that is up and in no bridge may wait for its first answer, or its next",
        "4",
    ),
    Line(
        "hold of a call with the PBX itself",
        frozenset({"status", "state"}),
        _held_alone,
        lambda case: case.shown in ("busy", "talking", "dialing"),
        "That a phone holds its call to a conference or IVR, or while it is passed on, if "
        "it began to while nobody listened",
        "busy",
        "hold is in no list; it shows in the other party, and here there is none",
        "0.2, 4",
    ),
    Line(
        "call that was there before",
        frozenset({"dialed", "via", "answered", "in call since"}),
        _listed,
        _unknown,
        "What was dialled, the ring group, and whether a caller who is being passed on "
        "was answered, of a call that began while nobody listened",
        "unknown",
        "the list of channels tells where the dialplan is now, not where it began",
        "4",
    ),
    Line(
        "queue of a call that begins",
        frozenset({"via"}),
        lambda case: "queue" in _services(case) and _just_begun(case),
        _unknown,
        "Which queue a caller waits in, in the event that tells that it dials",
        "unknown, and known some milliseconds later",
        "the queue answers first, and only then tells that a caller has joined",
        "5 (Queue)",
    ),
)


class AsteriskHistory(StreamedHistory[SimulatedAsterisk]):
    """Watches an exchange whose wire is AMI: what happens is told at once, or not at all."""

    def __init__(self, sim: SimulatedAsterisk, now: Callable[[], float]) -> None:
        """Begin to watch, without a connection."""
        self._met: set[str] = set()
        self._waits: set[str] = set()
        self._callers: dict[str, bool] = {}
        # Those whose phones held the call that was passed on: they still do.
        self._holding: set[str] = set()
        # Those who are passing their call on.
        self._passing: set[str] = set()
        self._in: dict[str, str] = {}
        super().__init__(sim, now)

    # -- what people do

    @override
    def is_caller(self, leg: Leg) -> bool:
        """Return whether a party came into its call as the caller."""
        return self._callers.get(leg.leg_id, False)

    @override
    def doing(self, call: SimCall, leg: Leg) -> str:
        if leg.state is LegState.ENDED:
            return "gone"
        if leg.state is LegState.RINGING:
            return "ringing"
        parked = any(end.kind is LegKind.PARKING for end in call.callees)
        if parked and leg.outside and leg is call.caller:
            return "held"
        if leg.leg_id in self._passing:
            return "talking"
        if leg.leg_id in self._waits or leg.leg_id not in self._met:
            return "dialing"
        return "held" if self.holds(leg) else "talking"

    def holds(self, leg: Leg) -> bool:
        """Return whether a phone holds its call."""
        return leg.state is LegState.HELD or leg.leg_id in self._holding

    @override
    def line(self, leg: Leg) -> str:
        return name_of(leg)

    @override
    def dialed(self, call: SimCall) -> str:
        return did_of(call) if call.kind == "inbound" else call.dialled

    @override
    def answered(self, call: SimCall, leg: Leg) -> bool:
        return leg.leg_id in self._met

    @override
    def _learn_via(self, story: Story, call: SimCall) -> None:
        """Note a group once a member rings: before, it has passed nothing on."""
        rings = any(leg.kind in PEOPLE for leg in call.callees)
        if call.via and (rings or call.state is CallState.QUEUED):
            story.vias.add(call.via)

    @override
    def _look_at(self, call: SimCall) -> None:
        self._learn(call)

    def _learn(self, call: SimCall) -> None:
        """Note who came as the caller, who met whom, who waits for another."""
        caller = call.caller
        for leg in call.legs:
            if leg.kind not in PEOPLE:
                continue
            before = self._in.setdefault(leg.leg_id, call.call_id)
            if before != call.call_id:
                self._in[leg.leg_id] = call.call_id
                self._callers[leg.leg_id] = False
            self._callers.setdefault(leg.leg_id, leg is caller)
            if leg.state is LegState.HELD and not self._passing & {
                other.leg_id for other in call.legs
            }:
                self._holding.discard(leg.leg_id)
        reached = (LegState.RINGING, LegState.TALKING, LegState.HELD)
        people = [
            leg for leg in call.callees if leg.kind in PEOPLE and leg.state in reached
        ]
        talking = [leg for leg in people if leg.connected]
        pair = {caller.leg_id, *(leg.leg_id for leg in talking)}
        if pair & self._passing:
            return  # one of them is leaving just now
        if talking and caller.connected:
            self._met |= pair
            self._waits -= pair
            self._holding -= pair
        elif people and caller.leg_id in self._met:
            self._waits.add(caller.leg_id)

    # -- what it means for a part

    @override
    def happened(self, event: Event) -> None:
        calls = self.sim.exchange.calls
        if isinstance(event, Booted) and not self.sim.asterisk.clean_stop:
            self.lost()  # the connection is gone before anything can be told
        if isinstance(event, CallEvent) and event.kind == "bye":
            call = calls.get(event.call_id)
            joining = any(other.consulted for other in calls.values())
            if joining or call is None or call.ran_out:
                self.look()
                return
        super().happened(event)
        if isinstance(event, CallEvent) and event.kind == "transfer":
            # A phone that holds its call takes it back to pass it on (section 5).
            call = calls.get(event.call_id)
            passing = {event.parties[0].leg_id}
            if call is not None and call.consulted is not None:
                asking = call.consulted.leg_of(event.parties[0].number)
                passing |= set() if asking is None else {asking.leg_id}
            for leg, part in self._open.items():
                if leg.leg_id in passing and part.state == "held":
                    part.state = "talking"
                    self._note(part, "resumed", self.now(), self._others_of(part))
            self._passing |= passing
            staying = event.parties[-1]
            if staying.state is LegState.HELD and staying.leg_id not in passing:
                self._holding.add(staying.leg_id)
        if isinstance(event, CallFailed) and event.why is Failure.NO_LINE:
            party, story = event.parties[0], self.stories.get(event.call_id)
            if story is not None and party.trunk:
                leg = Leg(party.kind, party.number, party.leg_id, event.call_id)
                leg.trunk = party.trunk
                story.outside[self.line(leg)] = leg
                for part in story.live_parts():
                    part.met.add(party.number)

    def _others_of(self, part: Part) -> frozenset[str]:
        assert part.story.call is not None
        return self.others(part.story.call, part.leg)

    @override
    def _note_beginning(
        self, part: Part, call: SimCall, now: float, others: frozenset[str]
    ) -> None:
        leg, state = part.leg, part.state
        if state == "talking" and not part.caller:
            self._fetches(part, now)
        if call.by_api and leg is call.caller and state != "ringing":
            self._note(part, "ringing", now, frozenset())
        alone = state == "dialing" and (
            call.by_api or call.via in self.sim.exchange.queues
        )
        super()._note_beginning(part, call, now, frozenset() if alone else others)

    def _fetches(self, part: Part, now: float) -> None:
        """Begin the call to the parking slot, which becomes part of the parked one."""
        own = Story(
            None, part.leg.leg_id, "internal", now, part.leg.number, inbound=False
        )
        own.ended = own.first_told = now
        self.stories[own.call_id] = own
        self._note(part, "dialing", now, frozenset())
        part.moments[-1].story = own

    @override
    def _may_be_late(self, call: SimCall) -> bool:
        # A caller is told once a callee rings, but who is in a queue, at once.
        return not (call.by_api or call.via in self.sim.exchange.queues)

    @override
    def _end(self, part: Part, now: float) -> None:
        story, call, rang = part.story, part.story.call, part.state == "ringing"
        part.ended, part.state = now, "gone"
        self._note(part, "end", now, frozenset())
        if call is None:
            return
        over = call.call_id not in self.sim.calls
        clean = self.connected and self.sim.asterisk.clean_stop
        if part.answered is not None:
            part.cause, part.outcome = part.cause or "hung up", "answered"
        elif not clean and over and call.outcome is None and call.failure is None:
            part.cause, part.outcome, story.vanished = "vanished", None, True
        elif part.leg.declined:
            part.cause, part.outcome = "declined", "rejected"
        elif part.leg is call.caller and call.failure is not None:
            part.cause, part.outcome = "failed", OUTCOMES[call.failure]
            if rang and call.failure is Failure.UNREACHABLE:
                part.outcome = "missed"  # it was called first, and not answered
        elif part.leg is call.caller:
            part.cause, part.outcome = "gave up", self._given_up(story, part)
        else:
            part.cause, part.outcome = "stopped", "missed"
            if not over:
                self._stopped.append(part)

    def _given_up(self, story: Story, part: Part) -> str:
        """Return the outcome of a call for a caller who reached no person."""
        # A PBX that stops meanwhile tells of no message.
        stopped = story.call is not None and story.call.outcome is None
        if "voicemail" in story.services and not stopped:
            return "voicemail"
        rang = story.outside or any(other is not part for other in story.parts)
        spoken = story.services & {
            *("ivr", "conference", "prompt", "parking", "voicemail")
        }
        return "answered" if spoken and not rang else "missed"

    @override
    def _why_stopped(self, now: float) -> None:
        stopped, self._stopped = self._stopped, []
        for part in stopped:
            call = part.story.call
            if call is None or part.ended != now:
                continue
            if any(leg.connected and leg.kind in PEOPLE for leg in call.callees):
                part.cause, part.outcome = "elsewhere", "answered_elsewhere"
            else:
                self._stopped.append(part)


def caller_number(leg: Leg) -> str:
    """Return the number that a caller shows: an extension's own, else the outside one."""
    return leg.from_number if leg.kind is LegKind.INBOUND else leg.number


def _answered(call: SimCall) -> bool:
    """Return whether a call from a queue was answered by an agent."""
    return any(leg.kind in PEOPLE and leg.connected for leg in call.callees)


class AsteriskOracle(StreamedOracle):
    """Compares with what Asterisk shows of the truth."""

    history: AsteriskHistory
    lines = LINES

    @override
    def check(self, board: Switchboard, *, polled: bool) -> list[Wrong]:
        wrong = super().check(board, polled=polled)
        exchange = self.history.sim.exchange
        if not any(call.consulted for call in exchange.calls.values()):
            wrong += self._waiting(board)
        return wrong

    def _waiting(self, board: Switchboard) -> Iterator[Wrong]:
        """Compare who waits in queues and slots, and what agents do."""
        exchange = self.history.sim.exchange
        # A phone that is in a call is reachable for the PBX.
        states = self.history.sim.channels.device_states()
        for number, agents in exchange.queues.items():
            queue = board.queues.get(number)
            if queue is None:
                yield Wrong("queue", f"{number} is not shown")
                continue
            waits = sorted(
                caller_number(call.caller)
                for call in exchange.calls.values()
                if call.live and call.via == number and not _answered(call)
            )
            shown = sorted(caller.number for caller in queue.callers or ())
            if shown != waits:
                yield Wrong("queue callers", f"{number}: {shown}, not {waits}")
            true = {
                one: (
                    states.get(f"PJSIP/{one}") != "UNAVAILABLE",
                    (number, one) in exchange.paused,
                )
                for one in agents
                if one in exchange.extensions
            }
            found = {
                agent.number: (agent.logged_in, agent.paused)
                for agent in queue.agents or ()
            }
            if found != true:
                yield Wrong("agents", f"{number}: {found}, not {true}")
            talking = {agent.number for agent in queue.agents or () if agent.talking}
            served = {
                one.number
                for one in self.history.sim.channels.waiting.served
                if one.queue == number
            }
            if talking != served:
                yield Wrong("agents talking", f"{number}: {talking}, not {served}")
        parked = {
            leg.number: caller_number(call.caller)
            for call in exchange.calls.values()
            for leg in call.callees
            if call.live and leg.kind is LegKind.PARKING
        }
        slots = {call.slot: call.party.number for call in board.parked or ()}
        if slots != parked:
            yield Wrong("parked calls", f"{slots}, not {parked}")

    @override
    def status(self, number: str) -> str:
        sim = self.history.sim
        legs = sim.exchange.legs_of(number)
        if any(leg.state is LegState.RINGING for leg in legs):
            return "ringing"
        if sim.channels.lingers(number) or any(
            not self.history.holds(leg) for leg in legs
        ):
            return "busy"
        if legs:
            return "on_hold"
        return "idle" if sim.extensions[number].registered else "offline"

    @override
    def trunk_status(self, trunk: SimTrunk) -> str:
        if trunk.type == "SIP":
            return "registered" if trunk.usable else "unregistered"
        return "up" if trunk.usable else "down"

    @override
    def is_caller(self, story: Story, leg: Leg) -> bool:
        return self.history.is_caller(leg)

    @override
    def outside_state(self, story: Story, leg: Leg) -> str:
        assert story.call is not None
        return self.history.doing(story.call, leg)
