"""What version 2 shows of the truth: each change of a call is told, with all its members."""

from collections.abc import Callable
from typing import Final, override

from tests.simulator import SimCall, Simulator
from tests.simulator.exchange import Leg
from tests.simulator.exchange.events import Event, LegKind, LegState
from tests.simulator.yeastar_s.lists import trunk_word
from tests.simulator.yeastar_s.v2.calls import PATHS, CallChanged

from ..cannot_tell import LINES as V1_LINES, Case, Line
from ..history import History, Story
from ..oracle import STEP, Oracle

SHARED: Final = frozenset(
    {"trunk between polls", "settings between polls", "queue", "nobody rang"}
    | {"supervision", "old words", "talk while put through"}
)


def _unknown(case: Case) -> bool:
    return case.unknown


def _any(case: Case) -> bool:
    return True


def _own_phone(case: Case) -> bool:
    """Return whether the phone of a caller was called first, for a dial by the API."""
    return (
        case.story is not None
        and case.story.call is not None
        and case.story.call.by_api
        and (case.part is None or case.part is case.story.parts[0])
    )


def _began_in_queue(case: Case) -> bool:
    """Return whether the caller of a part waited in a queue before an agent's phone rang."""
    return (
        case.part is not None
        and case.part.caller
        and bool(case.part.story.vias & case.history.sim.exchange.queues.keys())
        and case.moment is not None
        and case.moment.what == "dialing"
    )


def _waits(case: Case) -> bool:
    """Return whether a call has nobody connected, as another end is sought for it."""
    call = None if case.story is None else case.story.call
    return call is not None and call.caller.state in (LegState.CALLING, LegState.ENDED)


def _together(case: Case) -> bool:
    sim = case.history.sim
    assert isinstance(sim, Simulator)
    return sim.pbx.v2.byes == "together"


def _alone_at_end(case: Case) -> bool:
    """Return whether a call ended with a service of the PBX at its other end."""
    return case.story is not None and bool(case.story.services)


def _supervised(case: Case) -> bool:
    """Return whether a call has, or had, a supervisor among its members."""
    sim = case.history.sim
    assert isinstance(sim, Simulator)
    return sim.pbx.v2.monitor_shown == "member" and any(
        part.story.monitor for part in case.history.parts
    )


def _clock_was_set(case: Case) -> bool:
    """Return whether our own clock was set in the course of a call."""
    if case.part is not None and case.part.jumped:
        return True
    return case.story is not None and case.story.jumped


def _went_astray(case: Case) -> bool:
    """Return whether a report of a call did not arrive in its turn, or was polled only."""
    story = case.story
    if story is None:
        return False
    polled = story.seen is not None and (story.forgotten or story.hit)
    return (
        story.hit
        or polled
        or story.forgotten
        or (case.moment is not None and case.moment.told is None)
    )


LINES: Final = (
    *(line for line in V1_LINES if line.name in SHARED),
    Line(
        "own phone",
        frozenset({"event party", "role", "direction", "trunk", "via"}),
        _own_phone,
        _unknown,
        "The callee and the direction of a call while the phone of its caller rings, "
        "which was called first for a dial by the API; and that it is the caller's",
        "unknown",
        "the phone is the only member, and rings",
        "3.10, 5.4",
    ),
    Line(
        "put through",
        frozenset({"state", "outside state"}),
        lambda case: case.true == "talking" and _waits(case),
        lambda case: case.shown == "dialing",
        "That one who is put through to another was connected before",
        "dialing",
        "the word for one who hears ringing is the same, however the call began",
        "5.4",
    ),
    Line(
        "clock that was set",
        frozenset(
            {"started", "answered", "in call since", "event time", "rang", "talked"}
            | {"ended by", "event party", "extra event"}
        ),
        _clock_was_set,
        _any,
        "How long something took while Home Assistant's clock was set",
        "what its clock says",
        "the times are those of Home Assistant's clock: events bring none of their own",
        "5.1",
    ),
    Line(
        "report that did not arrive in its turn",
        frozenset(
            {"missing event", "missing end", "outcome", "end word", "ended by"}
            | {"rang", "talked", "answered", "event time", "in call since", "started"}
            | {"duration", "call talked", "event party", "trunk", "via", "direction"}
            | {"role", "dialed", "last call"}
        ),
        _went_astray,
        _any,
        "What a report would have told of a call that was lost, damaged or late",
        "no event, or a later one, and the right state after the next poll",
        "reports have neither time nor number, and polls tell the present alone",
        "5.1, 5.5",
    ),
    Line(
        "report that was overtaken",
        frozenset({"extra event"}),
        lambda case: case.story is not None and case.story.late,
        _any,
        "That a report tells a state from before the one told last",
        "the earlier state, until the next report or poll",
        "reports have neither time nor number",
        "5.1, 5.5",
    ),
    Line(
        "hold of one put through",
        frozenset({"missing event"}),
        lambda case: (
            case.moment is not None
            and case.moment.what == "resumed"
            and case.story is not None
            and case.story.transferred
        ),
        _any,
        "That a call on hold was taken back by being put through to another",
        "dialing, without an event",
        "the word after HOLD is ALERT",
        "5.4",
    ),
    Line(
        "record of a part",
        frozenset({"duration", "call talked"}),
        lambda case: case.story is not None and case.story.transferred,
        _unknown,
        "How long a call had lasted when it was passed on, at the end for the transferor",
        "unknown",
        "the record does not tell whether it is that of a part, or of the whole",
        "5.3",
    ),
    Line(
        "who hung up",
        frozenset({"ended by"}),
        lambda case: _together(case) or _alone_at_end(case) or _own_phone(case),
        _unknown,
        "Which party hung up, on firmware that tells the end of all at once; and whether "
        "a caller hung up on a service of the PBX",
        "unknown",
        "BYE tells that a member is gone, one by one or all together",
        "5.4",
    ),
    Line(
        "supervisor among the members",
        frozenset({"extra party", "answered", "extra event", "event party"}),
        _supervised,
        _any,
        "That a member of a call is a supervisor whom another application has joined to "
        "it, on firmware that lists supervisors as members",
        "one more party",
        "a member has no word for it",
        "4.5",
    ),
    Line(
        "queue that begins",
        frozenset({"event party"}),
        _began_in_queue,
        _unknown,
        "The agent of a call that begins in a queue",
        "unknown, until a phone rings",
        "the caller is the only member at first",
        "5.4",
    ),
)


class S2History(History[Simulator]):
    """Watches an exchange whose wire tells each call whole."""

    def __init__(self, sim: Simulator, now: Callable[[], float]) -> None:
        """Begin to watch."""
        # Since when the group, queue or service is known that a call passes.
        self.via_since: dict[Story, float] = {}
        super().__init__(sim, now)

    @override
    def line(self, leg: Leg) -> str:
        return self.sim.pbx.calls.channel(leg)

    @override
    def _learn_via(self, story: Story, call: SimCall) -> None:
        found = {call.via} - {""}
        found |= {leg.number for leg in call.callees if leg.kind in PATHS}
        if found - story.vias:
            self.via_since.setdefault(story, self.now())
            story.vias |= found

    # -- what was told

    def told(self, event: Event | CallChanged, fate: str) -> None:
        """Note what became of one report."""
        if not isinstance(event, CallChanged):
            self.heard(event, fate)
            return
        if fate != "told":
            self.hit = True
        self.look()
        story = self.stories.get(event.call_id)
        if story is None:
            return
        if fate != "told":
            story.hit = True
            story.late = story.late or fate == "late"
            return
        self._all_told(story, by_poll=False, silent=False)

    def _all_told(self, story: Story, *, by_poll: bool, silent: bool) -> None:
        """Note that the complete state of a call was told."""
        now = self.now()
        story.id_told = story.id_told or now
        story.first_told = story.first_told or now
        story.pair_told = story.pair_told or now
        if story.answers:
            story.answer_told = story.answer_told or now
        for leg in story.current_outside:
            story.outside_told.setdefault(self.line(leg), now)
        for part in story.parts:
            moment = part.moments[-1]
            part.named = part.named or now
            part.role_told = part.role_told or now
            if moment.told is None:
                part.state_told(now)
                moment.by_poll, moment.silent = by_poll, silent
        if not story.live or not story.live_parts():
            story.end_told = story.end_told or now

    def read(self, *, silent: bool) -> None:
        """Note a poll that read everything; after a silent one nothing is told."""
        now = self.now()
        self.last_poll = now
        for moment in self._ends:
            moment.silent = moment.silent or (silent and moment.told is None)
        self._ends.clear()
        for story in self._live.values():
            if not story.monitor:
                story.seen = now
            self._all_told(story, by_poll=True, silent=silent)
        self.trunks_read = {
            name: trunk_word(self.sim.pbx, trunk).lower()
            for name, trunk in self.sim.trunks.items()
        }


class S2Oracle(Oracle):
    """Compares with what version 2 shows of the truth."""

    history: S2History
    lines = LINES

    @override
    def trunks_of(self, story: Story, when: float) -> set[str | None]:
        since = story.outside_since
        if story.jumped:
            return {None, *(leg.trunk for leg in story.outside.values())}
        found: set[str | None] = {
            leg.trunk
            for line, leg in story.outside.items()
            if since.get(line, story.started) <= when + STEP
        }
        if all(at >= when - STEP for at in since.values()):
            found.add(None)
        return found

    @override
    def is_caller(self, story: Story, leg: Leg) -> bool:
        """Return the role that a party came with."""
        if leg.outside:
            return leg.kind is LegKind.INBOUND
        return any(part.caller for part in story.parts if part.leg is leg)
