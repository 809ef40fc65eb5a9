"""What really happened, on a wire that streams: it is told at once, or not at all."""

from abc import abstractmethod
from collections.abc import Callable
from typing import override

from tests.simulator import SimCall
from tests.simulator.exchange import Leg
from tests.simulator.exchange.cdr import CallRecord
from tests.simulator.exchange.events import Failure
from tests.simulator.telephony import Telephony

from .cannot_tell import Case, Line
from .history import History, Moment, Part, Story
from .oracle import STEP, Oracle


def _untold(case: Case) -> bool:
    """Return whether something happened while nobody listened."""
    return case.moment is not None and case.moment.told is None


def _any(case: Case) -> bool:
    return True


def _clock_was_set(case: Case) -> bool:
    """Return whether our own clock was set in the course of a call."""
    if case.part is not None and case.part.jumped:
        return True
    return case.story is not None and case.story.jumped


def _arrived_late(case: Case) -> bool:
    parts = [] if case.story is None else case.story.parts
    return any(
        moment.told is not None and moment.told > moment.at + STEP
        for part in parts
        for moment in part.moments
    )


def streamed_lines(*, no_times: str, never_again: str) -> tuple[Line, ...]:
    """Return what no wire that streams can tell, with the sections of its reference."""
    return (
        Line(
            "clock that was set",
            frozenset(
                {"started", "answered", "in call since", "event time", "rang", "talked"}
                | {"ended by"}
            ),
            _clock_was_set,
            _any,
            "How long something took while Home Assistant's clock was set",
            "what its clock says",
            "the times are those of Home Assistant's clock: events bring none of their own",
            no_times,
        ),
        Line(
            "while nobody listened",
            frozenset(
                {"missing event", "missing end", "outcome", "end word", "ended by"}
            ),
            _untold,
            _any,
            "What happened while the connection was interrupted, or before it",
            "no event, and the right state once connected again; of a call that went on, "
            "the outcome of the whole",
            "events are sent to those who are connected, and never again",
            never_again,
        ),
        Line(
            "what arrives late",
            frozenset({"rang", "talked", "answered", "ended by"}),
            _arrived_late,
            _any,
            "How long something took where the network held back what the PBX told",
            "the times at which it arrived",
            "events bring no time of their own, unless that is switched on",
            no_times,
        ),
    )


class StreamedHistory[S: Telephony](History[S]):
    """Watches an exchange whose PBX streams what happens to those who are connected."""

    def __init__(self, sim: S, now: Callable[[], float]) -> None:
        """Begin to watch, without a connection."""
        self.connected = False
        # Whether what is told arrives later, and in its turn.
        self.late = False
        self._new: list[Moment] = []
        # The calls that a list showed, not events from their beginning.
        self.listed: set[str] = set()
        super().__init__(sim, now)

    # -- what people do

    @abstractmethod
    def doing(self, call: SimCall, leg: Leg) -> str:
        """Return the state of a party, as the reference has it."""

    @abstractmethod
    def is_caller(self, leg: Leg) -> bool | None:
        """Return whether a party is the caller of its call, None if that is not told."""

    def _look_at(self, call: SimCall) -> None:
        """Learn what there is to learn of a call before its parties are looked at."""
        return

    def _may_be_late(self, call: SimCall) -> bool:
        """Return whether a caller is told only when another party is there."""
        return True

    @override
    def look(self) -> None:
        calls = self.sim.exchange.calls.values()
        if any(call.consulted is not None for call in calls):
            return
        for call in calls:
            self._look_at(call)
        super().look()
        now = self.now()
        if self.late:
            return
        if self.connected:
            for moment in self._new:
                moment.told = now
            for story in self._live.values():
                self._told_now(story, now)
        self._new.clear()

    # -- what it means for a part

    @override
    def _failed_at(self, story: Story, number: str, why: Failure) -> None:
        """Begin no part: a phone that did not ring has none."""

    @override
    def _recorded_at(self, story: Story, record: CallRecord) -> None:
        """Begin no part: a phone that did not ring has none."""

    @override
    def _begin(self, leg: Leg, now: float) -> Part | None:
        call = self.sim.exchange.calls.get(leg.call_id)
        if call is None:
            return super()._begin(leg, now)
        for other in self._open:
            if other.leg_id == leg.leg_id:
                return self._moved(other, leg, call)
        story = self.stories[leg.call_id]
        state, others = self.doing(call, leg), self.others(call, leg)
        part = Part(
            *(leg.number, story, leg, now, bool(self.is_caller(leg)), state),
            [],
            set(others),
        )
        self._note_beginning(part, call, now, others)
        self._open[leg] = part
        story.parts.append(part)
        self.parts.append(part)
        return part

    def _note_beginning(
        self, part: Part, call: SimCall, now: float, others: frozenset[str]
    ) -> None:
        """Note what happens first to a part."""
        what = "answered" if part.state == "talking" else part.state
        self._note(part, what, now, others)

    def _moved(self, before: Leg, leg: Leg, call: SimCall) -> Part:
        """Move a part into the call that an attended transfer made of two."""
        part = self._open.pop(before)
        for moment in part.moments:
            moment.story = moment.story or part.story
        part.story.parts.remove(part)
        part.story, part.leg, part.caller = self.stories[call.call_id], leg, False
        part.story.parts.append(part)
        if part.answered is not None:
            # The joined call has lasted as long as the older conversation.
            part.story.answers.append(part.answered)
        self._open[leg] = part
        self._go_on(part, leg, self.now())
        return part

    @override
    def _go_on(self, part: Part, leg: Leg, now: float) -> None:
        call = part.story.call
        if call is None:
            return
        others = self.others(call, leg)
        part.met |= others
        state = self.doing(call, leg)
        last = part.moments[-1]
        first = len(part.moments) == 1 and self._may_be_late(call)
        if first and last.at == now and last.what in ("dialing", "ringing"):
            last.others |= others
        if state in (part.state, "gone"):
            return
        role = self.is_caller(leg)
        part.caller = part.caller if role is None else role
        before, part.state = part.state, state
        if state == "talking" and part.answered is None:
            self._note(part, "answered", now, others)
        elif state == "held":
            self._note(part, "held", now, others)
        elif state == "talking" and before == "held":
            self._note(part, "resumed", now, others)
        elif state == "dialing" and part.answered is None:
            late = self._may_be_late(call)
            self._note(part, "dialing", now, others if late else frozenset())

    # -- what was told

    def arrived(self) -> None:
        """Note that all has arrived that came late."""
        self.late = False
        now = self.now()
        for moment in self._new:
            for part in self.parts if self.connected else ():
                if moment in part.moments:
                    moment.told = now
                    self._told_now(moment.story or part.story, now)
        self._new.clear()

    def _told_now(self, story: Story, now: float) -> None:
        story.first_told = story.first_told or now
        if story.answers:
            story.answer_told = story.answer_told or now

    def _note(self, part: Part, what: str, now: float, others: frozenset[str]) -> None:
        moment = Moment(now, what, others)
        part.moments.append(moment)
        self._new.append(moment)
        if what == "answered":
            part.answered = now
            part.story.answers.append(now)

    def read(self, *, silent: bool) -> None:
        """Note a poll that read everything; after a silent one nothing is told."""
        now = self.now()
        self.last_poll = now
        self.connected = True
        self.hit = False
        for story in self._live.values():
            if story.first_told is None:
                self.listed.add(story.call_id)
            self._told_now(story, now)
        for part in self._open.values():
            moment = part.moments[-1]
            if moment.told is None:
                moment.told, moment.silent = now, silent
        self.trunks_read = {
            name: trunk.status for name, trunk in self.sim.trunks.items()
        }

    def lost(self) -> None:
        """Note that the connection is gone, and what happens is not told."""
        self.connected = False
        self.late = False
        self._new.clear()
        self.hit = True

    @override
    def reloaded(self) -> None:
        super().reloaded()
        self.lost()


class StreamedOracle(Oracle):
    """Compares with what a wire that streams shows of the truth."""

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
        # What comes at the same time may be told behind an event.
        if all(at >= when - STEP for at in since.values()):
            found.add(None)
        return found

    @override
    def begun(self, parts: list[Part]) -> Part:
        told = (part for part in parts if part.moments[0].told is not None)
        return next(told, parts[-1])

    @override
    def latest(self, part: Part, moment: Moment) -> float | None:
        return None if moment.silent else moment.told

    @override
    def others_of(self, part: Part, moment: Moment) -> set[str]:
        if moment.what == "end" or (
            # The party before may be the one shown until the transfer is complete.
            moment.what == "resumed" and moment.others and part.story.transferred
        ):
            return part.met
        return set(moment.others)
