"""Compares everything a switchboard shows and tells with what is true at the exchange.

Each shown value has to be the true one. Where it is not, a line of `cannot_tell` has to
say why this wire cannot tell it, and what may be shown instead.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from custom_components.pbx.client import Call, CallEvent, Party, Switchboard
from tests.simulator import SimTrunk, Simulator
from tests.simulator.exchange import Leg
from tests.simulator.exchange.events import LegKind
from tests.simulator.yeastar_s.lists import trunk_word

from .cannot_tell import LINES, Case, Line
from .history import STATES, History, Moment, Part, Story

STEP: Final = 0.001
# Seconds that an end may wait for the record of it.
SETTLE: Final = 2.0

# The words of a list (reference 6.1, 6.2) and ours.
STATUSES: Final = {
    "Registered": "idle",
    "Idle": "idle",
    "Ringing": "ringing",
    "Busy": "busy",
    "Hold": "on_hold",
    "Unavailable": "offline",
}
TRUNKS: Final = {
    "Registered": "registered",
    "Unregistered": "unregistered",
    "Idle": "idle",
    "Busy": "busy",
}
ENDS: Final = frozenset({"ended", "missed", "failed"})
RANKS: Final = ("talking", "ringing", "dialing", "unknown", "held")
NOTHING: Final = object()

# Takes a difference for wrong unless something explains it: field, shown, true.
type Judge = Callable[[str, Any, Any], object]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is shown or told and not true, or true and not shown or told."""

    field: str
    text: str

    def __str__(self) -> str:
        """Return it as a line."""
        return f"{self.field}: {self.text}"


class Oracle:
    """Judges one day; `used` counts the lines of the table that excused anything.

    `step` is to how many seconds times are told.
    """

    step = 1.0
    # The only excuses.
    lines: tuple[Line, ...] = LINES
    tells_talk_of_calls = True

    def __init__(self, history: History) -> None:
        """Begin with nothing told."""
        self.history = history
        self.events: list[tuple[CallEvent, float]] = []
        # How many parts there had been when each event was told: no clock tells that.
        self._parts_then: list[int] = []
        self.used: Counter[str] = Counter()
        self._polled = False
        self._wrong: list[Wrong] = []
        self._trunks_read: dict[str, str] = {}
        self._silent_polls: list[float] = []
        self._forget()

    def _forget(self) -> None:
        """Begin with no event."""
        self._judged = 0
        self._began: set[Part] = set()
        self._over: set[Part] = set()
        self._closed: set[Part] = set()
        self._by_part: dict[Part, list[tuple[CallEvent, float]]] = {}
        self._last: dict[str, CallEvent] = {}

    # -- what the PBX shows of the truth

    def status(self, number: str) -> str:
        """Return the true status of an extension."""
        sim = self.history.sim
        assert isinstance(sim, Simulator)
        return STATUSES[sim.status_of(number)]

    def trunk_status(self, trunk: SimTrunk) -> str:
        """Return the true status of a trunk."""
        sim = self.history.sim
        assert isinstance(sim, Simulator)
        return TRUNKS[trunk_word(sim.pbx, trunk)]

    def is_caller(self, story: Story, leg: Leg) -> bool | None:
        """Return whether one end of a call is the caller, None if that is not told."""
        return story.call is not None and story.call.caller is leg

    def outside_state(self, story: Story, leg: Leg) -> str:
        """Return what the end of a call outside does."""
        true = STATES.get(leg.state, "gone")
        if true == "dialing" and self.history.line(leg) in story.outside_answered:
            return "talking"
        return true

    def begun(self, parts: list[Part]) -> Part:
        """Return which of the parts in one call a beginning tells of."""
        return parts[-1]

    def latest(self, part: Part, moment: Moment) -> float | None:
        """Return when the event of a moment was due, None for any time until now."""
        if moment.what == "end":
            return part.story.end_told if part.cause != "handed over" else None
        return moment.told

    def trunks_of(self, story: Story, when: float) -> set[str | None]:
        """Return the trunks that a call used by a time."""
        return {leg.trunk for leg in story.outside.values()} or {None}

    def others_of(self, part: Part, moment: Moment) -> set[str]:
        """Return the parties that an event of a moment may name."""
        connected = moment.what in ("answered", "held", "resumed")
        return set(moment.others) if connected else part.met

    # -- what is told

    def told(self, events: Iterable[CallEvent], now: float) -> None:
        """Note events."""
        told = [(event, now) for event in events]
        self.events.extend(told)
        self._parts_then.extend([len(self.history.parts)] * len(told))

    def reloaded(self) -> None:
        """Note that the integration begins without memory."""
        self.events.clear()
        self._parts_then.clear()
        self._silent_polls.clear()
        self._forget()

    def silent_poll(self) -> None:
        """Note that a poll was read after which nothing is told."""
        self._silent_polls.append(self.history.now())

    # -- the comparison

    def check(self, board: Switchboard, *, polled: bool) -> list[Wrong]:
        """Return everything that is wrong now."""
        self._polled = polled
        self._wrong = []
        self._extensions(board)
        self._trunks(board)
        matched = self._calls(board)
        self._phones(board, matched)
        ends = self._events()
        self._last_calls(board, ends)
        return self._wrong

    def _judge(
        self,
        field: str,
        shown: Any,
        true: Any,
        *,
        where: str = "",
        story: Story | None = None,
        part: Part | None = None,
        moment: Moment | None = None,
        at: float | None = None,
        number: str = "",
    ) -> bool:
        """Take a difference for wrong unless a line of the table explains it."""
        case = Case(
            field,
            shown,
            true,
            self.history,
            self._polled,
            story if story is not None else part.story if part is not None else None,
            part,
            moment,
            at,
            number or (part.number if part is not None else ""),
        )
        for line in self.lines:
            if field in line.fields and line.when(case) and line.may(case):
                self.used[line.name] += 1
                return True
        self._wrong.append(
            Wrong(field, f"{where or number} is {shown!s}, not {_text(true)}")
        )
        return False

    # -- extensions and trunks

    def _extensions(self, board: Switchboard) -> None:
        sim = self.history.sim
        for number in sorted({*sim.extensions, *board.extensions}):
            shown = board.extensions.get(number)
            there = number in sim.extensions
            if board.present(number) is not there:
                self._judge("presence", board.present(number), there, number=number)
                continue
            if not there or shown is None:
                continue
            true = self.status(number)
            status = None if shown.status is None else shown.status.value
            if status != true:
                self._judge("status", status, true, number=number)
            if shown.registered is not (true != "offline") and status == true:
                self._judge("registered", shown.registered, true, number=number)
            if shown.in_use is not (true in ("ringing", "busy", "on_hold")) and (
                status == true
            ):
                self._judge("in use", shown.in_use, true, number=number)
            if shown.name != sim.extensions[number].name:
                self._judge(
                    "name", shown.name, sim.extensions[number].name, number=number
                )
        listed = [
            one.status and one.status.value
            for number, one in board.extensions.items()
            if board.present(number)
        ]
        counts = (
            sum(word not in (None, "offline", "fault") for word in listed),
            sum(word in ("busy", "ringing", "on_hold") for word in listed),
            len(board.calls),
        )
        shown_counts = (
            board.registered_count,
            board.in_use_count,
            board.call_count,
        )
        if counts != shown_counts:
            self._judge("counts", shown_counts, counts, where="the counts")

    def _trunks(self, board: Switchboard) -> None:
        sim = self.history.sim
        for name, trunk in sim.trunks.items():
            true = self.trunk_status(trunk)
            shown = board.trunks.get(name)
            word = None if shown is None or shown.status is None else shown.status.value
            if word != true:
                self._judge("trunk status", word, true, number=name)

    # -- calls

    def _calls(self, board: Switchboard) -> dict[str, Call]:
        """Compare the calls in progress; return those that were recognised, by true id."""
        matched: dict[str, Call] = {}
        live = {
            story.call_id: story
            for story in self.history.stories.values()
            if story.live and not story.monitor
        }
        for call in board.calls:
            story = self._match(call, live, matched)
            if story is None:
                known = self.history.stories.get(call.id or "")
                self._judge(
                    "extra call",
                    _name(call),
                    "no such call",
                    story=known,
                    where=_name(call),
                    at=call.started_at,
                    number=",".join(p.number for p in call.parties if p.extension),
                )
                continue
            if story.call_id in matched:
                self._judge(
                    "call twice",
                    _name(call),
                    "one call",
                    story=story,
                    where=_name(call),
                )
                continue
            matched[story.call_id] = call
            self._call(call, story, None)
            self._parties(call, story)
        for call_id, story in live.items():
            if call_id not in matched:
                who = [part.number for part in story.live_parts()]
                self._judge(
                    "missing call",
                    None,
                    f"call {call_id} of {who} and {[leg.number for leg in story.current_outside]}",
                    story=story,
                    where=call_id,
                )
        return matched

    def _match(
        self, call: Call, live: dict[str, Story], matched: Collection[str]
    ) -> Story | None:
        if call.id is not None:
            return live.get(call.id)
        lines = {party.leg for party in call.parties if party.leg}
        numbers = {party.number for party in call.parties if party.extension}
        best: tuple[int, float, Story] | None = None
        for story in live.values():
            there = {self.history.line(leg) for leg in story.current_outside}
            if lines or there:
                if lines & there:
                    return story
                continue
            if call.started_at < story.started - STEP and not story.jumped:
                continue
            parts = {part.number for part in story.live_parts()}
            common = len(parts & numbers)
            if common and story.call_id not in matched:
                score = 2 * common - len(parts ^ numbers)
                if best is None or (score, story.started) > best[:2]:
                    best = score, story.started, story
        return best[2] if best is not None else None

    def _call(
        self, call: Call, story: Story, at: float | None, *, ends: bool = True
    ) -> None:
        """Compare the fields of a call; `at` is when an event showed it, None for now.

        What comes at the same time as an event is told behind it, unless it `ends`.
        """
        where = _name(call)
        when = self.history.now() if at is None else at

        def judge(field: str, shown: Any, true: Any) -> None:
            late = STEP * 2 if field == "via" and not ends else 0.0
            self._judge(field, shown, true, where=where, story=story, at=when - late)

        self._words(call, story, when, judge)
        self._times(call, story, at, judge)

    def _words(self, call: Call, story: Story, when: float, judge: Judge) -> None:
        """Compare what is told of a call in words and numbers."""
        if call.id != story.call_id:
            judge("id", call.id, story.call_id)
        direction = None if call.direction is None else call.direction.value
        directions = {story.kind}
        if story.kind == "internal" and any(
            leg.kind is LegKind.OUTBOUND for leg in story.outside.values()
        ):
            directions.add("outbound")
        if direction not in directions:
            judge("direction", direction, directions)
        trunks = self.trunks_of(story, when)
        if call.trunk not in trunks:
            judge("trunk", call.trunk, trunks)
        vias: set[str | None] = {*story.vias} or {None}
        if call.via not in vias:
            judge("via", call.via, story.vias or None)
        dialed = story.dialed if story.inbound else None
        if call.dialed != dialed:
            judge("dialed", call.dialed, dialed)

    def _times(self, call: Call, story: Story, at: float | None, judge: Judge) -> None:
        """Compare the times of a call, and what becomes of it with time."""
        when = self.history.now() if at is None else at
        first = story.first_told
        if not _between(
            call.started_at, story.started, when if first is None else first
        ):
            judge("started", call.started_at, (story.started, first))
        answers = [moment for moment in story.answers if moment <= when + STEP]
        answered = min(answers, default=None)
        if call.answered_at is None:
            # Two things may happen at the same time, and one of them is told first.
            if answered is not None and (at is None or answered < when - STEP):
                judge("answered", None, answered)
        elif answered is None or not _between(
            call.answered_at, answered, _latest(story.answer_told, when)
        ):
            judge("answered", call.answered_at, (answered, story.answer_told))
        if call.held is not any(party.state.value == "held" for party in call.parties):
            judge("held", call.held, "what its parties do")
        if at is None and call.ended_at is not None:
            judge("ended", call.ended_at, None)

    def _parties(self, call: Call, story: Story) -> None:
        where = _name(call)
        shown = {party.number: party for party in call.parties if party.extension}
        if len(shown) < sum(party.extension for party in call.parties):
            self._judge("party twice", where, "each once", story=story, where=where)
        parts = {part.number: part for part in story.live_parts()}
        for number in shown.keys() - parts.keys():
            gone = [part for part in story.parts if part.number == number]
            self._judge(
                "extra party",
                shown[number].state.value,
                None,
                where=f"{where}: {number}",
                story=story,
                part=gone[-1] if gone else None,
                number=number,
            )
        for number, part in parts.items():
            party = shown.get(number)
            if party is None:
                self._judge(
                    "missing party",
                    None,
                    part.state,
                    where=f"{where}: {number}",
                    part=part,
                )
                continue
            if party.state.value != part.state:
                self._judge(
                    "state",
                    party.state.value,
                    part.state,
                    where=f"{where}: {number}",
                    part=part,
                )
            caller = self.is_caller(story, part.leg)
            if party.caller is not caller:
                self._judge(
                    "role", party.caller, caller, where=f"{where}: {number}", part=part
                )
            if party.trunk is not None or party.leg is not None:
                self._judge("extension's trunk", party, None, where=where, part=part)
        self._outside(call, story, where)

    def _outside(self, call: Call, story: Story, where: str) -> None:
        shown = [party for party in call.parties if not party.extension]
        line = self.history.line
        legs = {line(leg): leg for leg in story.current_outside}
        seen: set[str] = set()
        for party in shown:
            leg = legs.get(party.leg or "")
            if leg is None:
                same = [
                    one
                    for one in legs.values()
                    if one.number == party.number and line(one) not in seen
                ]
                if party.leg is not None or not same:
                    self._judge(
                        "extra party",
                        f"{party.number} on {party.leg}",
                        None,
                        where=where,
                        story=story,
                    )
                    continue
                leg = same[0]
                self._judge("line", None, line(leg), where=where, story=story)
            if line(leg) in seen:
                self._judge("party twice", where, "each once", story=story, where=where)
            seen.add(line(leg))
            if party.number != leg.number:
                self._judge(
                    "number", party.number, leg.number, where=where, story=story
                )
            if party.trunk != leg.trunk:
                self._judge("trunk", party.trunk, {leg.trunk}, where=where, story=story)
            caller = self.is_caller(story, leg)
            if party.caller is not caller:
                self._judge("role", party.caller, caller, where=where, story=story)
            true = self.outside_state(story, leg)
            if party.state.value != true:
                self._judge(
                    "outside state", party.state.value, true, where=where, story=story
                )
        for leg_id in legs.keys() - seen:
            self._judge(
                "missing party",
                None,
                f"{legs[leg_id].number} outside",
                where=where,
                story=story,
            )

    # -- what each extension's sensors take

    def _phones(self, board: Switchboard, matched: dict[str, Call]) -> None:
        shown = board.calls
        right = {id(call): call_id for call_id, call in matched.items()}
        of: dict[str, list[Call]] = {}
        for call in shown:
            for number in {p.number for p in call.parties if p.extension}:
                of.setdefault(number, []).append(call)
        for number in self.history.sim.extensions:
            mine = of.get(number, [])
            calls = board.calls_of(number)
            if Counter(map(_key, calls)) != Counter(map(_key, mine)):
                self._judge("calls of", len(calls), len(mine), number=number)
            current = board.current_call(number)
            self._current(number, current, mine)
            since = board.in_call_since(number)
            self._since(number, since)
        del right

    def _current(self, number: str, current: Call | None, mine: list[Call]) -> None:
        if current is None or _key(current) not in map(_key, mine):
            if mine or current is not None:
                self._judge(
                    "current call",
                    None if current is None else _name(current),
                    [_name(call) for call in mine],
                    number=number,
                )
            return
        ranks = {_key(call): _rank(call, number) for call in mine}
        best = min(ranks.values())
        newest = max(call.started_at for call in mine if ranks[_key(call)] == best)
        if ranks[_key(current)] != best or (
            best < len(RANKS) and current.started_at < newest - STEP
        ):
            self._judge("current call", _name(current), "another", number=number)

    def _since(self, number: str, since: float | None) -> None:
        parts = [
            part
            for part in self.history.parts_of(number)
            if part.answered is not None and not part.story.monitor
        ]
        if since is None:
            for part in parts:
                self._judge("in call since", None, part.answered, part=part)
            return
        first = min((p.answered for p in parts if p.answered is not None), default=None)
        told = [
            moment.told
            for part in parts
            for moment in part.moments
            if moment.what == "answered" and moment.told is not None
        ]
        latest = min(told, default=self.history.now())
        if first is None or not _between(since, first, latest):
            self._judge(
                "in call since",
                since,
                (first, latest),
                number=number,
                part=parts[0] if parts else None,
            )

    # -- events

    def _events(self) -> dict[str, CallEvent]:
        """Compare what was told; return the last end that was told of each extension."""
        new, self._judged = range(self._judged, len(self.events)), len(self.events)
        parts_of: dict[str, list[tuple[int, Part]]] = {}
        if new:
            for index, part in enumerate(self.history.parts):
                parts_of.setdefault(part.number, []).append((index, part))
        for place in new:
            event, now = self.events[place]
            parts = [
                part
                for index, part in parts_of.get(event.number, [])
                if index < self._parts_then[place]
            ]
            self._assign(event, now, parts)
        for part in self.history.parts:
            if part in self._closed:
                continue
            self._sequence(part, self._by_part.get(part, []))
            ended = part.story.ended
            if ended is not None and self.history.now() > ended + 2 * SETTLE:
                # Nothing more can be told of it; what is told all the same is one too many.
                self._closed.add(part)
        return self._last

    def _assign(self, event: CallEvent, now: float, parts: list[Part]) -> None:
        """Find out of which part an event tells."""
        ends = event.type.value in ENDS
        if ends:
            self._last[event.number] = event
        part = self._part_of(event, parts)
        if part is not None:
            self._began.add(part)
            if ends:
                self._over.add(part)
            self._by_part.setdefault(part, []).append((event, now))
            self._closed.discard(part)
            return
        story = self._story_of(event.call)
        gone = [one for one in parts if one.story is story]
        self._judge(
            "extra event",
            event.type.value,
            None,
            where=f"{event.number} in {_name(event.call)}",
            story=story,
            part=gone[-1] if gone else None,
            at=event.at,
            number=event.number,
        )

    def _story_of(self, call: Call) -> Story | None:
        """Return the call that is meant, as far as its id or its parties tell."""
        if call.id is not None:
            return self.history.stories.get(call.id)
        lines = {party.leg for party in call.parties if party.leg}
        numbers = {party.number for party in call.parties if party.extension}
        best: tuple[int, float, Story] | None = None
        for story in self.history.stories.values():
            if lines & story.outside.keys():
                return story
            common = len(numbers & {part.number for part in story.parts})
            if common and (best is None or (common, story.started) > best[:2]):
                best = common, story.started, story
        return None if best is None else best[2]

    def _part_of(self, event: CallEvent, parts: list[Part]) -> Part | None:
        """Return the part that an event tells of."""
        word = event.type.value
        if event.call.id is not None:
            mine = [part for part in parts if event.call.id in part.ids]
        else:
            lines = {p.leg for p in event.call.parties if p.leg}
            who = {p.number for p in event.call.parties if p.number != event.number}
            mine = [
                part
                for part in parts
                if (part.story.started <= event.call.started_at + STEP or part.jumped)
                and (
                    lines & part.story.outside.keys()
                    if lines
                    else not part.story.outside
                )
                and (lines or not who or bool(part.met & who) or not part.met)
            ]
            # Of several, the one in which that happened, then the newest.
            mine.sort(key=lambda part: (bool(part.met & who), part.since))
        mine = [
            part
            for part in mine
            if part not in self._over and (part.since <= event.at + STEP or part.jumped)
        ]
        if word in ("ringing", "dialing"):
            mine = [
                part
                for part in mine
                if part not in self._began
                or any(_is(m, word) for m in part.moments[1:])
            ]
        else:
            going = [part for part in mine if part in self._began]
            mine = going or mine
        if not mine:
            return None
        if event.call.id is not None and word in ("ringing", "dialing"):
            return self.begun(mine)
        suits = [
            part
            for part in mine
            if any(
                _is(m, word) and (m.at <= event.at + STEP or part.jumped)
                for m in part.moments
            )
        ]
        return suits[-1] if suits else mine[-1]

    def _sequence(self, part: Part, events: list[tuple[CallEvent, float]]) -> None:
        """Compare what was told of one part with what happened to it."""
        if part.story.monitor:
            for event, _ in events:
                self._judge(
                    "extra event",
                    event.type.value,
                    None,
                    where=f"{part.number} who supervises",
                    part=part,
                    at=event.at,
                )
            return
        index = 0
        held: bool | None = None
        for event, now in events:
            word = event.type.value
            places = [
                place
                for place in range(index, len(part.moments))
                if _is(part.moments[place], word)
                and (word in ENDS or part.jumped or _before(part.moments[place], event))
                and not _overtaken(part.moments[place:], event)
            ]
            # Of several, the one that happened or was told at that time.
            found = min(
                places,
                key=lambda place: (
                    abs(part.moments[place].at - event.at) > STEP,
                    not _told_at(part.moments[place], event.at),
                ),
                default=None,
            )
            if found is None:
                held = held if _held(word) is None else _held(word)
                self._judge(
                    "extra event",
                    word,
                    None,
                    where=f"{part.number} in {_name(event.call)}",
                    part=part,
                    at=event.at,
                )
                continue
            for moment in part.moments[index:found]:
                if held is None or _held(moment.what) is not held:
                    self._missing(part, moment, before=True)
            index = found + 1
            self._event(event, part, part.moments[found], now)
            held = _held(word)
        for moment in part.moments[index:]:
            # What is held already is not held once more.
            if held is None or _held(moment.what) is not held:
                self._missing(part, moment, before=False, told=bool(events))

    def _missing(
        self, part: Part, moment: Moment, *, before: bool, told: bool = True
    ) -> None:
        if moment.what == "end":
            self._missing_end(part, moment, told=told)
            return
        if moment.told is not None and (moment.silent or moment.same):
            return
        if moment.before and (moment.told is None or moment.by_poll):
            return
        self._judge(
            "missing event",
            None,
            moment.what,
            where=f"{part.number} in {part.story.call_id} at {moment.at:.2f}",
            part=part,
            moment=moment,
            at=moment.at,
        )

    def _missing_end(self, part: Part, moment: Moment, *, told: bool) -> None:
        story = part.story
        now = self.history.now()
        if moment.before or (moment.silent and story.end_told is None):
            return
        over = story.end_told if story.end_told is not None else story.ended
        due = moment.at
        if story.live and part.answered is None:
            return  # how it ended for one who did not answer shows at the end
        if over is not None:
            due = max(due, over) if part.answered is None else due
        if now < due + SETTLE + STEP:
            return
        self._judge(
            "missing end",
            None,
            part.outcome,
            where=f"{part.number} in {story.call_id} at {moment.at:.2f}",
            part=part,
            moment=moment,
            at=told,
        )

    def _event(self, event: CallEvent, part: Part, moment: Moment, now: float) -> None:
        """Compare the fields of one event."""
        where = f"{part.number} {event.type.value} in {_name(event.call)}"

        def judge(field: str, shown: Any, true: Any) -> None:
            self._judge(
                field, shown, true, where=where, part=part, moment=moment, at=event.at
            )

        latest = self.latest(part, moment)
        if not _between(
            event.at,
            moment.at,
            self.history.now() if latest is None else max(latest, moment.at),
        ):
            judge("event time", event.at, (moment.at, latest))
        story = moment.story or part.story
        self._call(event.call, story, now, ends=moment.what == "end")
        if event.type.value == "answered" and event.call.answered_at is None:
            judge("answered", None, event.at)
        self._met(event.party, part, moment, event.at, judge)
        if moment.what == "end":
            self._end(event, part, judge)
        elif event.outcome is not None:
            judge("outcome", event.outcome.value, None)

    def _met(
        self, party: Party | None, part: Part, moment: Moment, told: float, judge: Judge
    ) -> None:
        """Compare the other party of an event."""
        story = part.story
        others = self.others_of(part, moment)
        if moment.what in ("answered", "held", "resumed"):
            # A poll that tells it later names who is there by then.
            since = [who for at, who in part.others if moment.at < at <= told + STEP]
            others = others.union(*since)
        if party is None:
            there = [who for at, who in part.others if at <= told + STEP]
            if others and (moment.what == "end" or not there or there[-1]):
                judge("event party", None, others)
            return
        if part.caller and moment.what == "end" and party.number == story.dialed:
            return  # it was not reached, but it is whom they called
        if party.number not in others:
            judge("event party", party.number, others)
            return
        inside = party.number == story.dialed or any(
            one.number == party.number and story.call_id in one.ids
            for one in (*story.parts, *self.history.parts)
        )
        legs = [leg for leg in story.outside.values() if leg.number == party.number]
        if party.extension and not inside:
            judge("event party", f"extension {party.number}", others)
        elif not party.extension:
            if not legs:
                judge("event party", f"outside {party.number}", others)
            elif party.leg is not None and party.leg not in story.outside:
                judge("line", party.leg, set(story.outside))
            elif party.trunk not in {leg.trunk for leg in legs}:
                judge("trunk", party.trunk, {leg.trunk for leg in legs})

    def _end(self, event: CallEvent, part: Part, judge: Judge) -> None:
        """Compare how a part ended."""
        story = part.story
        outcome = None if event.outcome is None else event.outcome.value
        # Who rang when the PBX started anew has missed the call.
        unanswered = part.cause == "vanished" and part.answered is None
        if outcome != part.outcome and not (unanswered and outcome == "missed"):
            judge("outcome", outcome, part.outcome)
        mine = next(
            (p for p in event.call.parties if p.extension and p.number == part.number),
            None,
        )
        callers = {part.caller}
        if story.transferred or mine is None or mine.caller is None:
            callers = {True, False}
        types = {_end_word(outcome, caller) for caller in callers}
        if event.type.value not in types:
            judge("end word", event.type.value, types)
        if event.call.ended_by != story.ended_by and not (
            event.call.ended_by is None
            and (story.ended is None or event.at < story.ended - STEP)
        ):
            judge("ended by", event.call.ended_by, story.ended_by)
        self._record(event, part, judge)
        assert part.ended is not None
        talked = 0.0 if part.answered is None else part.ended - part.answered
        if event.talked is None or abs(event.talked - talked) > self.step + STEP:
            judge("talked", event.talked, talked)
        rang = (part.ended if part.answered is None else part.answered) - part.since
        if event.rang is None or abs(event.rang - rang) > self.step + STEP:
            judge("rang", event.rang, rang)

    def _record(self, event: CallEvent, part: Part, judge: Judge) -> None:
        story = part.story
        durations: set[int | None] = {record.duration for record in story.records}
        talks: set[int | None] = {record.talked for record in story.records}
        if not any(told <= event.at + STEP for told, _ in story.records_told):
            durations.add(None)
            talks.add(None)
        if event.call.duration not in durations:
            judge("duration", event.call.duration, durations)
        if event.call.talked not in talks and self.tells_talk_of_calls:
            judge("call talked", event.call.talked, talks)

    # -- last calls

    def _last_calls(self, board: Switchboard, ends: dict[str, CallEvent]) -> None:
        for number in self.history.sim.extensions:
            shown = board.last_call(number)
            told = ends.get(number)
            if told is None:
                if shown is not None and not self._ended_silently(shown):
                    story = self._story_of(shown.call)
                    mine = [p for p in self.history.parts if p.number == number]
                    of = [p for p in mine if p.story is story]
                    self._judge(
                        "last call",
                        shown.type.value,
                        None,
                        number=number,
                        story=story,
                        part=of[-1] if of else None,
                    )
                continue
            if shown is None:
                self._judge("last call", None, told.type.value, number=number)
            elif shown != told and not self._ended_silently(shown):
                self._judge(
                    "last call",
                    f"{shown.number} {shown.type} {_name(shown.call)}",
                    f"{told.number} {told.type} {_name(told.call)}",
                    number=number,
                )

    def _ended_silently(self, shown: CallEvent) -> bool:
        """Return whether a last call is one whose end a silent poll showed."""
        if shown not in [event for event, _ in self.events] and self._silent_polls:
            parts = [p for p in self.history.parts if p.number == shown.number]
            return any(
                part.ended is not None and (shown.call.id in (None, part.story.call_id))
                for part in parts
            )
        return False


def _is(moment: Moment, word: str) -> bool:
    return moment.what == word or (moment.what == "end" and word in ENDS)


def _held(word: str) -> bool | None:
    """Return whether a call is on hold after an event, None where it is not connected."""
    return {"answered": False, "held": True, "resumed": False}.get(word)


def _overtaken(moments: list[Moment], event: CallEvent) -> bool:
    """Return whether it was told before an event that hold had changed since."""
    return moments[0].what in ("held", "resumed") and any(
        moment.what in ("held", "resumed")
        and moment.what != moments[0].what
        and moment.told is not None
        and moment.told <= event.at + STEP
        for moment in moments[1:]
    )


def _before(moment: Moment, event: CallEvent) -> bool:
    return moment.at <= event.at + STEP


def _told_at(moment: Moment, at: float) -> bool:
    return moment.told is not None and _between(at, moment.at, moment.told)


def _end_word(outcome: str | None, caller: bool) -> str:
    match outcome:
        case None | "answered" | "answered_elsewhere":
            return "ended"
        case "busy" | "failed":
            return "failed" if caller else "missed"
        case "rejected":
            return "failed" if caller else "ended"
    return "ended" if caller else "missed"


def _between(shown: float, first: float, last: float) -> bool:
    return first - STEP <= shown <= last + STEP


def _latest(told: float | None, now: float) -> float:
    return now if told is None else told


def _rank(call: Call, number: str) -> int:
    for party in call.parties:
        if party.extension and party.number == number:
            state = party.state.value
            return RANKS.index(state) if state in RANKS else len(RANKS)
    return len(RANKS) + 1


def _key(call: Call) -> tuple[Any, ...]:
    return call.id, call.started_at, tuple(p.number for p in call.parties)


def _name(call: Call) -> str:
    return f"call {call.id} of {[party.number for party in call.parties]}"


def _text(true: Any) -> str:
    if isinstance(true, set | frozenset | list | tuple):
        return (
            " or ".join(map(str, sorted(map(str, true))))
            if not isinstance(true, tuple)
            else str(true)
        )
    return str(true)


def events_of(oracle: Oracle) -> Iterator[CallEvent]:
    """Iterate over what was told since the integration was loaded."""
    return (event for event, _ in oracle.events)
