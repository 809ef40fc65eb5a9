"""What really happened to each extension's part in each call, and which of it was told.

The exchange is the truth. Next to each thing that happened stands when the PBX told it: by
a report that arrived undamaged and in its turn, or by a poll that could see it. What was
not told cannot be known; that, and nothing else, is what `cannot_tell` may excuse.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulator import SimCall, Simulator
from tests.simulator.exchange import CallState, Leg, MonitorLeg
from tests.simulator.exchange.cdr import CallRecord, Outcome
from tests.simulator.exchange.events import (
    CallEvent,
    CallFailed,
    CallRecorded,
    Event,
    ExtensionState,
    Failure,
    LegKind,
    LegState,
    StateChanged,
)
from tests.simulator.telephony import Telephony

STATES: Final = {
    LegState.CALLING: "dialing",
    LegState.RINGING: "ringing",
    LegState.TALKING: "talking",
    LegState.HELD: "held",
}
SERVICES: Final = frozenset(
    {
        LegKind.VOICEMAIL,
        LegKind.IVR,
        LegKind.QUEUE,
        LegKind.PROMPT,
        LegKind.CONFERENCE,
        LegKind.PARKING,
    }
)
# What the reports of a call tell of the parties they name, in their order.
WORDS: Final = {
    "ring": ("ringing", "dialing"),
    "alert": ("dialing",),
    "answer": ("answered", "answered"),
    "answered": ("answered", "answered"),
}
FAILURES: Final = {
    Failure.BUSY: "busy",
    Failure.DECLINED: "rejected",
    Failure.DO_NOT_DISTURB: "rejected",
    Failure.UNREACHABLE: "failed",
    Failure.NO_SUCH_NUMBER: "failed",
    Failure.NO_PERMISSION: "failed",
    Failure.NO_LINE: "failed",
}


@dataclass(slots=True, eq=False)
class Moment:
    """One thing that happened to a part: `what` is the word of the event that tells it.

    `told` is when a report or a poll told it, None for never; `silent` when it was read
    by a poll after which nothing is told, as it may have been so for a long time.
    """

    at: float
    what: str
    others: frozenset[str]
    told: float | None = None
    by_poll: bool = False
    silent: bool = False
    same: bool = False
    """Whether it was told by no more than the state that had been told before."""
    hit: bool = False
    """Whether a report that tells it was lost, late or damaged."""
    rung: bool = False
    """Whether a RING or ALERT of the PBX was due that names it."""
    before: bool = False
    """Whether the integration was loaded anew since."""
    story: Story | None = None
    """The call it happened in, where that has become part of another since."""


@dataclass(slots=True, eq=False)
class Part:
    """An extension's part in a call, from the first ring to its end."""

    number: str
    story: Story
    leg: Leg
    since: float
    caller: bool
    state: str
    moments: list[Moment]
    met: set[str] = field(default_factory=set)
    ends: tuple[object, ...] = ()
    """Both ends as they were when looked at last."""
    answered: float | None = None
    people: bool = False
    """Whether it was connected to anything but the voicemail."""
    ended: float | None = None
    cause: str = ""
    outcome: str | None = None
    seen: float | None = None
    """When a poll showed it last."""
    named: float | None = None
    """When a report in its turn named it first."""
    crowded: bool = False
    """Whether the phone had another call since the last poll."""
    hidden: bool = False
    """Whether a poll could not show it: the phone had another call, or was out of reach."""
    role_told: float | None = None
    shared: bool = False
    """Whether the phone had another call at any time meanwhile."""
    lost_phone: bool = False
    """Whether the phone was out of reach at any time meanwhile."""
    jumped: bool = False
    """Whether our own clock was set meanwhile."""
    stop_hit: bool = False
    """Whether the status that tells that it stopped ringing was lost, late or damaged."""

    @property
    def ids(self) -> set[str]:
        """Return the ids of the calls it has been in."""
        earlier = (one.story for one in self.moments if one.story is not None)
        return {self.story.call_id, *(story.call_id for story in earlier)}

    @property
    def live(self) -> bool:
        """Return whether it goes on."""
        return self.ended is None

    @property
    def known(self) -> bool:
        """Return whether anything has told that there is this part."""
        return self.named is not None or self.seen is not None

    @property
    def told_state(self) -> bool:
        """Return whether what it does now was told."""
        return self.moments[-1].told is not None

    def state_told(self, now: float) -> None:
        """Note that the state was told: between two looks it may have come and gone."""
        moment = self.moments[-1]
        if moment.told is not None:
            return
        moment.told = now
        before = next((m for m in reversed(self.moments[:-1]) if m.told), None)
        hold = ("held", "resumed")
        moment.same = moment.same or (
            before is not None
            and moment.what in hold
            and before.what in (*hold, "answered")
            and (moment.what == "held") is (before.what == "held")
        )


@dataclass(slots=True, eq=False)
class Story:
    """One call, with all parts that extensions ever had in it."""

    call: SimCall | None
    call_id: str
    kind: str
    started: float
    dialed: str
    inbound: bool
    monitor: bool = False
    parts: list[Part] = field(default_factory=list)
    outside: dict[str, Leg] = field(default_factory=dict)
    outside_told: dict[str, float] = field(default_factory=dict)
    outside_since: dict[str, float] = field(default_factory=dict)
    answers: list[float] = field(default_factory=list)
    ended: float | None = None
    ended_by: str | None = None
    vias: set[str] = field(default_factory=set)
    transferred: bool = False
    forwarded: bool = False
    services: set[str] = field(default_factory=set)
    records: list[CallRecord] = field(default_factory=list)
    failure: Failure | None = None
    hit: bool = False
    """Whether any report of it did not arrive undamaged and in its turn."""
    late: bool = False
    """Whether any report of it came later than its turn."""
    id_told: float | None = None
    first_told: float | None = None
    pair_told: float | None = None
    """When a report or a poll told both ends, and so the direction."""
    bye_told: float | None = None
    bye_hit: bool = False
    byes: set[str] = field(default_factory=set)
    """Whom the reports of its end name first."""
    records_told: list[tuple[float, CallRecord]] = field(default_factory=list)
    failed_told: bool = False
    failed_at: set[str] = field(default_factory=set)
    """Whom the report of its failure names."""
    end_told: float | None = None
    answer_told: float | None = None
    forgotten: bool = False
    """Whether the integration was loaded anew since it began."""
    transfer_hit: bool = False
    """Whether a report of its being transferred, or of what came of it, was lost or late."""
    adopted: bool = False
    """Whether polls alone had shown it when a report of one party, or a record, came."""
    booted: bool = False
    """Whether a late report told of a start of the PBX, as if it had been since."""
    jumped: bool = False
    """Whether our own clock was set meanwhile."""
    vanished: bool = False
    """Whether the PBX lost it, as it started anew."""
    seen: float | None = None
    outside_answered: set[str] = field(default_factory=set)

    def live_parts(self) -> list[Part]:
        """Return the parts that go on."""
        return [part for part in self.parts if part.ended is None]

    @property
    def live(self) -> bool:
        """Return whether the call goes on."""
        return self.ended is None

    @property
    def current_outside(self) -> list[Leg]:
        """Return the ends outside, as they are now."""
        call = self.call
        if call is None or not self.live:
            return []
        return [leg for leg in call.legs if leg.outside]


class History[S: Telephony = Any]:
    """Watches an exchange; `now` is our own clock, which need not be the PBX's."""

    def __init__(self, sim: S, now: Callable[[], float]) -> None:
        """Begin to watch."""
        self.sim = sim
        self.now = now
        self.stories: dict[str, Story] = {}
        self._live: dict[str, Story] = {}
        self.parts: list[Part] = []
        self._open: dict[Leg, Part] = {}
        self._stopped: list[Part] = []
        # Ends since the last poll.
        self._ends: list[Moment] = []
        self.since = now()
        """Since when the integration remembers."""
        self.hit = False
        """Whether any report went astray, or any poll, since the day began."""
        self.status_late = False
        self.last_poll: float | None = None
        self.jumps: list[float] = []
        self.trunks_read: dict[str, str] = {}
        sim.exchange.listeners.insert(0, self.happened)

    # -- the truth

    def happened(self, event: Event) -> None:
        """Take over what an event of the exchange changed."""
        self.look()
        if isinstance(event, CallEvent):
            story = self.stories.get(event.call_id)
            if story is None:
                return
            if event.kind == "bye":
                story.ended_by = event.parties[0].number
            elif event.kind in ("ring", "alert"):
                for party in event.parties:
                    for part in story.live_parts():
                        if part.number == party.number:
                            part.moments[-1].rung = True
            elif event.kind == "transfer":
                leaving = event.parties[0]
                if any(
                    part.live and part.number == leaving.number for part in story.parts
                ):
                    story.transferred = True
                    for part in story.live_parts():
                        if part.number == leaving.number:
                            part.cause = "handed over"
                else:
                    story.forwarded = True
        elif isinstance(event, CallRecorded):
            story = self.stories.get(event.record.call_id)
            if story is not None:
                story.records.append(event.record)
                self._recorded_at(story, event.record)
        elif isinstance(event, CallFailed):
            story = self.stories.get(event.call_id)
            if story is not None:
                story.failure = event.why
                if event.parties and event.parties[0].kind is LegKind.EXTENSION:
                    self._failed_at(story, event.parties[0].number, event.why)

    def look(self) -> None:
        """Compare all phones with what they did before."""
        exchange, now = self.sim.exchange, self.now()
        for call in exchange.calls.values():
            story = self.stories.get(call.call_id)
            if story is None:
                self.stories[call.call_id] = self._live[call.call_id] = story = Story(
                    call,
                    call.call_id,
                    call.kind,
                    now,
                    self.dialed(call),
                    call.kind == "inbound",
                )
            self._learn_via(story, call)
            for leg in call.legs:
                if leg.outside:
                    line = self.line(leg)
                    story.outside.setdefault(line, leg)
                    story.outside_since.setdefault(line, now)
                    if line not in story.outside_answered and self.answered(call, leg):
                        story.answers.append(now)
                        story.outside_answered.add(line)
                elif leg.kind in SERVICES:
                    story.services.add(leg.kind.value)
        present: set[Leg] = set()
        for number, legs in exchange.in_use.items():
            present.update(legs)
            crowd = len(legs) > 1
            extension = exchange.extensions.get(number)
            lost = extension is None or not extension.registered
            for leg in legs:
                part = self._open.get(leg)
                if part is None:
                    part = self._begin(leg, now)
                    if part is None:
                        continue
                else:
                    self._go_on(part, leg, now)
                if crowd:
                    part.crowded = part.shared = True
                if lost:
                    part.lost_phone = True
        if len(present) < len(self._open):
            for leg in [leg for leg in self._open if leg not in present]:
                self._end(self._open.pop(leg), now)
        self._why_stopped(now)
        for story in list(self._live.values()):
            if story.call is None:
                over = not story.live_parts()
            else:
                over = story.call_id not in exchange.calls
            if over:
                del self._live[story.call_id]
                story.ended = now
                if story.call is not None:
                    story.failure = story.failure or story.call.failure

    # -- what depends on the kind of PBX

    def line(self, leg: Leg) -> str:
        """Return the id by which the PBX tells one line outside from another."""
        return leg.leg_id

    def dialed(self, call: SimCall) -> str:
        """Return the number that was dialled to begin a call."""
        return call.dialled

    def answered(self, call: SimCall, leg: Leg) -> bool:
        """Return whether one end of a call is connected to anything."""
        return leg.connected and call.state is not CallState.QUEUED

    def _learn_via(self, story: Story, call: SimCall) -> None:
        """Note the group or queue through which a call goes."""
        if call.via:
            story.vias.add(call.via)

    def _why_stopped(self, now: float) -> None:
        """Tell those who stopped ringing as another answered from those who just stopped."""
        stopped, self._stopped = self._stopped, []
        for part in stopped:
            call = part.story.call
            if call is None or part.ended != now:
                continue
            connected = [leg for leg in call.callees if leg.connected]
            if any(leg.kind is LegKind.VOICEMAIL for leg in connected):
                part.cause, part.outcome = "voicemail", "voicemail"
            elif connected:
                part.cause, part.outcome = "elsewhere", "answered_elsewhere"
            else:
                self._stopped.append(part)

    def _failed_at(self, story: Story, number: str, why: Failure) -> None:
        """Begin and end the part of an extension at which a call failed without ringing."""
        if story.call is None or any(part.number == number for part in story.parts):
            return
        caller = number == story.call.caller.number
        others = frozenset({story.dialed if caller else story.call.caller.number})
        self._no_sooner_over(story, number, others, caller, "failed", FAILURES[why])
        for part in story.live_parts():
            if part.caller and not caller:
                part.met.add(number)

    def _recorded_at(self, story: Story, record: CallRecord) -> None:
        """Begin and end the part of an extension whose voicemail took a call at once.

        The record names it as the one that was called (reference 5.3).
        """
        number = record.callee
        if (
            story.call is None
            or record.outcome is not Outcome.VOICEMAIL
            or number not in self.sim.extensions
            or any(part.number == number for part in story.parts)
        ):
            return
        others = frozenset({story.call.caller.number})
        self._no_sooner_over(story, number, others, False, "voicemail", "voicemail")

    def _no_sooner_over(
        self,
        story: Story,
        number: str,
        others: frozenset[str],
        caller: bool,
        cause: str,
        outcome: str,
    ) -> None:
        """Begin and end the part of an extension whose phone did not ring."""
        now = self.now()
        leg = Leg(LegKind.EXTENSION, number, "", story.call_id)
        moments = [Moment(now, "end", others)]
        part = Part(number, story, leg, now, caller, "gone", moments, set(others))
        part.ended, part.cause, part.outcome = now, cause, outcome
        story.parts.append(part)
        self.parts.append(part)

    def others_of(self, part: Part) -> frozenset[str]:
        """Return the numbers that an extension has at the other end of its call now."""
        call = part.story.call
        return frozenset() if call is None else self._others(call, part.leg)

    def _others(self, call: SimCall, leg: Leg) -> frozenset[str]:
        """Return the numbers at the other end, none for a service of the PBX."""
        others = call.callees if leg is call.caller else [call.caller]
        return frozenset(other.number for other in others if other.kind not in SERVICES)

    def _begin(self, leg: Leg, now: float) -> Part | None:
        call = self.sim.exchange.calls.get(leg.call_id)
        if call is None:
            monitor = self.sim.exchange.monitors.get(leg.call_id)
            return None if monitor is None else self._supervises(leg, monitor, now)
        story = self.stories[leg.call_id]
        caller = leg is call.caller
        state = STATES.get(leg.state, "dialing")
        others = self._others(call, leg)
        what = "answered" if state in ("talking", "held") else state
        part = Part(
            *(leg.number, story, leg, now, caller, state),
            [Moment(now, what, others)],
            set(others),
        )
        if what == "answered":
            part.answered = now
            story.answers.append(now)
            self._people(part, call)
        part.moments[0].same = any(
            before.number == part.number and before.stop_hit for before in story.parts
        )
        self._open[leg] = part
        story.parts.append(part)
        self.parts.append(part)
        return part

    def _supervises(self, leg: Leg, monitor: MonitorLeg, now: float) -> Part:
        story = self.stories.get(leg.call_id)
        if story is None:
            story = self.stories[leg.call_id] = self._live[leg.call_id] = Story(
                None, leg.call_id, "internal", now, "", False, monitor=True
            )
        part = Part(
            *(leg.number, story, leg, now, False, STATES[leg.state]),
            [Moment(now, "ringing", frozenset())],
        )
        self._open[leg] = part
        story.parts.append(part)
        self.parts.append(part)
        return part

    def _people(self, part: Part, call: SimCall) -> None:
        mine = call.callees if part.leg is call.caller else [call.caller]
        if any(other.kind is not LegKind.VOICEMAIL for other in mine):
            part.people = True

    def _go_on(self, part: Part, leg: Leg, now: float) -> None:
        story = part.story
        call = story.call
        if call is None:
            return
        ends = (leg.state, call.caller, *call.callees)
        if ends == part.ends:
            return
        part.ends = ends
        state = STATES.get(leg.state, part.state)
        if leg is call.caller and not part.caller:
            story.transferred = True
        others = self._others(call, leg)
        part.met |= others
        if state == "dialing" and part.answered is not None:
            # Connected once, it stays so while another end is sought for it.
            state = "talking" if part.state != "held" else "held"
        if state == "talking" and part.answered is not None:
            self._people(part, call)
        if state == part.state:
            return
        before, part.state = part.state, state
        if state == "talking" and before == "held":
            what = "resumed"
        elif state == "held":
            what = "held"
        elif state == "talking":
            what = "answered"
            part.answered = now
            story.answers.append(now)
            self._people(part, call)
        else:
            what = state
        part.moments.append(Moment(now, what, others))

    def _end(self, part: Part, now: float) -> None:
        story, call = part.story, part.story.call
        part.ended = now
        part.state = "gone"
        moment = Moment(now, "end", frozenset())
        part.moments.append(moment)
        self._ends.append(moment)
        if call is None:
            return
        if part.answered is not None:
            part.cause = part.cause or "hung up"
            part.outcome = "answered" if part.people else "voicemail"
        elif call.state is CallState.ENDED or call.call_id not in self.sim.calls:
            if call.failure is not None:
                part.cause, part.outcome = "failed", FAILURES[call.failure]
            elif call.outcome is None:
                part.cause, part.outcome = "vanished", None
                story.vanished = True
            else:
                part.cause, part.outcome = "not answered", "missed"
        else:
            part.cause, part.outcome = "stopped", "missed"
            self._stopped.append(part)

    # -- what was told of it

    def heard(self, event: Event, fate: str, swapped: bool = False) -> None:
        """Note what became of one report of an event: told, or lost, late, damaged.

        `swapped` is the second of two BYE, which names the parties in the other order.
        """
        told = fate == "told"
        if not told:
            self.hit = True
        if isinstance(event, StateChanged):
            self._heard_status(event, fate)
            return
        if isinstance(event, CallRecorded):
            story = self.stories.get(event.record.call_id)
        elif isinstance(event, CallEvent | CallFailed):
            story = self.stories.get(event.call_id)
        else:
            return
        if story is None:
            return
        if not told:
            story.hit = True
            story.late = story.late or fate == "late"
            if isinstance(event, CallEvent):
                self._missed(story, event)
                if event.kind == "bye" and fate == "late":
                    self._bye_names(story, event, swapped)
            return
        self._named(story, event)
        now = self.now()
        if isinstance(event, CallRecorded):
            story.records_told.append((now, event.record))
            if story.call_id not in self.sim.exchange.calls:
                story.end_told = story.end_told or now
        elif isinstance(event, CallFailed):
            story.failed_told = True
            story.failed_at = {party.number for party in event.parties}
            story.end_told = story.end_told or now
        else:
            self._heard_call(story, event, swapped, now)

    def _heard_status(self, event: StateChanged, fate: str) -> None:
        """Note what became of the report of a status."""
        self.status_late = self.status_late or fate == "late"
        if fate != "told" and event.before is ExtensionState.RINGING:
            # A RING of the same call that comes next may be the first one, repeated.
            for part in reversed(self.parts):
                if part.number == event.number and part.ended is not None:
                    part.stop_hit = True
                    break
        if ExtensionState.HOLD not in (event.state, event.before):
            return
        if event.state not in (ExtensionState.HOLD, ExtensionState.BUSY):
            return  # any other word tells nothing of the hold before
        if fate == "told":
            self._status_told(event.number, event.state, self.now())
            return
        for part in self.parts_of(event.number):
            moment = part.moments[-1]
            moment.hit = moment.hit or moment.what in ("held", "resumed")

    def _named(
        self, story: Story, event: CallEvent | CallFailed | CallRecorded
    ) -> None:
        """Note that a report gave the id of a call."""
        now = self.now()
        if story.id_told is None:
            story.id_told = now
            # What polls alone had shown has no id: a report of one party fits others, too.
            named = () if isinstance(event, CallRecorded) else event.parties
            alone = len([p for p in named if p.kind not in SERVICES]) < 2
            story.adopted = story.seen is not None and alone
        story.first_told = story.first_told or now

    def _heard_call(
        self, story: Story, event: CallEvent, swapped: bool, now: float
    ) -> None:
        """Note what a report of a call told of those it names."""
        people = [p for p in event.parties if p.kind not in SERVICES]
        outside = [p for p in people if p.kind is not LegKind.EXTENSION]
        if len(people) > 1 or outside:
            story.pair_told = story.pair_told or now
        for party in outside:
            story.outside_told.setdefault(party.leg_id, now)
        if event.kind == "bye":
            story.bye_told = story.bye_told or now
            story.end_told = story.end_told or now
            self._bye_names(story, event, swapped)
        if event.kind in ("answer", "answered"):
            story.answer_told = story.answer_told or now
        words = WORDS.get(event.kind, ())
        for index, party in enumerate(event.parties):
            if party.kind is not LegKind.EXTENSION:
                continue
            parts = [part for part in story.parts if part.number == party.number]
            for part in parts:
                if part.live or (
                    part is parts[-1] and event.kind in ("bye", "transfer")
                ):
                    part.named = part.named or now
                    if index < len(words):
                        if len(event.parties) > 1 or event.kind != "ring":
                            part.role_told = part.role_told or now
                        self._tell(part, words[index], now)

    def _bye_names(self, story: Story, event: CallEvent, swapped: bool) -> None:
        """Note whom a report of an end names first."""
        people = [p.number for p in event.parties if p.kind not in SERVICES]
        story.byes.update(people[-1 if swapped else 0 :][:1])

    def _missed(self, story: Story, event: CallEvent) -> None:
        """Note what a report would have told that did not arrive in its turn."""
        story.bye_hit = story.bye_hit or event.kind == "bye"
        # Once it was passed on, what rings and answers is another end.
        if event.kind == "transfer" or (story.transferred and event.kind in WORDS):
            story.transfer_hit = True
        for party, what in zip(event.parties, WORDS.get(event.kind, ()), strict=False):
            for part in story.parts:
                if part.number == party.number and part.live:
                    moment = part.moments[-1]
                    moment.hit = moment.hit or moment.what == what

    def _tell(self, part: Part, what: str, now: float) -> None:
        moment = part.moments[-1]
        if moment.what == what and moment.told is None:
            moment.told = now

    def _status_told(self, number: str, state: ExtensionState, now: float) -> None:
        """Note that a status report told hold of all calls of a phone, or its end of one."""
        legs = self.sim.exchange.legs_of(number)
        if len(legs) != 1 and state is not ExtensionState.HOLD:
            return
        for leg in legs:
            part = self._open.get(leg)
            if (
                part is not None
                and part.known
                and part.moments[-1].what in ("held", "resumed")
            ):
                part.state_told(now)

    def polled(self, view: View, *, silent: bool) -> None:
        """Note what a poll could see."""
        now = self.now()
        self.last_poll = now
        for moment in self._ends:
            moment.silent = silent
        self._ends.clear()
        self.trunks_read = {
            name: trunk.status for name, trunk in self.sim.trunks.items()
        }
        for part in self._open.values():
            if part.number in view.words:
                part.crowded = len(self.sim.exchange.legs_of(part.number)) > 1
        for story in self._live.values():
            if story.call is not None and story.call_id in view.calls:
                story.seen = now
                story.first_told = story.first_told or now
                for leg in story.current_outside:
                    story.outside_told.setdefault(leg.leg_id, now)
                if story.current_outside or view.calls[story.call_id] > 1:
                    story.pair_told = story.pair_told or now
                if story.inbound:
                    story.id_told = story.id_told or now
        for part in self._open.values():
            key = (part.story.call_id, part.number)
            if key not in view.parts:
                if self.shares_its_phone(part) or not self.in_reach(part.number):
                    part.hidden = True
                continue
            first = not part.known
            part.seen = now
            if part.story.outside:
                part.role_told = part.role_told or now
            # Of one who is put through, the row says that nobody talks yet.
            shown = part.answered is None or part.leg.connected
            if view.parts[key] and shown:
                moment = part.moments[-1]
                if moment.told is None:
                    part.state_told(now)
                    moment.by_poll, moment.silent = True, silent
                if part.answered is not None and part.story.answer_told is None:
                    part.story.answer_told = now
            elif first and silent:
                part.moments[-1].silent = True

    def half_polled(self) -> None:
        """Note that a poll was read while something happened, or was damaged."""
        for part in self._open.values():
            if self.shares_its_phone(part) or not self.in_reach(part.number):
                part.hidden = True

    def reloaded(self) -> None:
        """Note that the integration begins without memory."""
        self.since = self.now()
        self.last_poll = None
        for story in self.stories.values():
            story.forgotten = True
            story.id_told = story.first_told = story.pair_told = None
            story.answer_told = None
            story.seen = None
            story.outside_told.clear()
            if story.ended is None:
                story.bye_told = story.end_told = None
                story.byes.clear()
                story.records_told.clear()
        for part in self._open.values():
            part.seen = part.named = part.role_told = None
        for part in self.parts:
            for moment in part.moments:
                moment.told, moment.before = None, True

    def booted_late(self) -> None:
        """Note that the PBX told that it had started, long after it had."""
        for story in self.stories.values():
            story.booted = story.booted or story.live

    def jumped(self) -> None:
        """Note that our own clock was set."""
        self.hit = True
        self.jumps.append(self.now())
        for part in self._open.values():
            part.jumped = True
        for story in self.stories.values():
            # An end may wait for its record, or for a poll.
            story.jumped = True
            for part in story.parts:
                part.jumped = True

    def parts_of(self, number: str) -> Iterator[Part]:
        """Iterate over the live parts of an extension."""
        return (part for part in self._open.values() if part.number == number)

    def shares_its_phone(self, part: Part) -> bool:
        """Return whether the phone has another call now."""
        return len(self.sim.exchange.legs_of(part.number)) > 1

    def in_reach(self, number: str) -> bool:
        """Return whether an extension's phone is registered."""
        extension = self.sim.extensions.get(number)
        return extension is not None and extension.registered


@dataclass(frozen=True, slots=True)
class View:
    """What one poll can see of the calls (reference 3.3, 3.4, 3.8).

    `words` are the phones in use that are registered. `parts` are the extensions it
    names in a call, and whether it also tells what they do there; `calls` how many ends
    of each are told. `pairs` counts in how many calls the same two phones are.
    """

    words: frozenset[str]
    parts: dict[tuple[str, str], bool]
    calls: dict[str, int]
    pairs: dict[frozenset[str], int]


def view_of(sim: Simulator) -> View:
    """Return what a poll of now sees that asks every phone in use for its calls."""
    exchange = sim.exchange
    used = {
        number: exchange.legs_of(number)
        for number, extension in exchange.extensions.items()
        if extension.registered and exchange.legs_of(number)
    }
    parts: dict[tuple[str, str], bool] = {}
    ends: dict[str, set[str]] = {}
    pairs: dict[frozenset[str], set[str]] = {}
    rows: dict[str, bool] = {}
    for call in exchange.calls.values():
        for leg in call.legs:
            if leg.outside:
                ends.setdefault(call.call_id, set()).add(leg.leg_id)
                rows[call.call_id] = True
            if leg.kind is not LegKind.EXTENSION or leg.number not in used:
                continue
            inbound = any(other.kind is LegKind.INBOUND for other in call.legs)
            dialled = any(
                other.kind is LegKind.OUTBOUND and other.from_number == leg.number
                for other in call.legs
            )
            if (inbound and leg is not call.caller) or dialled:
                parts.setdefault((call.call_id, leg.number), False)
                ends.setdefault(call.call_id, set()).add(leg.number)
    for number in used:
        kinds: set[LegKind] = set()
        for call in exchange.calls_of(number):
            own = call.leg_of(number)
            other = None if own is None else call.other(own)
            if other is None or own is None:
                continue
            if other.kind is not LegKind.EXTENSION and not other.outside:
                continue
            if sim.switches.call_objects == "object":
                if other.kind in kinds:
                    continue
                kinds.add(other.kind)
            found = ends.setdefault(call.call_id, set())
            found.add(number)
            parts.setdefault((call.call_id, number), False)
            if other.kind is LegKind.EXTENSION:
                if other.number in used:
                    parts.setdefault((call.call_id, other.number), False)
                    found.add(other.number)
                pair = frozenset((number, other.number))
                pairs.setdefault(pair, set()).add(call.call_id)
    for (call_id, number), _ in list(parts.items()):
        parts[call_id, number] = _state_told(sim, call_id, number, used, rows)
    return View(
        frozenset(used),
        parts,
        {call_id: len(found) for call_id, found in ends.items()},
        {pair: len(found) for pair, found in pairs.items()},
    )


def _state_told(
    sim: Simulator,
    call_id: str,
    number: str,
    used: dict[str, list[Leg]],
    rows: dict[str, bool],
) -> bool:
    """Return whether a poll tells what a phone does in its call: it has one word for all."""
    if len(used[number]) != 1:
        return False
    leg = used[number][0]
    if leg.state in (LegState.RINGING, LegState.HELD):
        return True
    # `Busy` is dialling or talking: the row of the call says which, or the other phone.
    call = sim.calls[call_id]
    if call_id in rows:
        return call.state is not CallState.QUEUED
    other = call.other(leg)
    if other is None or other.kind is not LegKind.EXTENSION:
        return False
    return len(used.get(other.number, ())) == 1
