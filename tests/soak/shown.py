"""Compares what Home Assistant shows of one PBX, and what its events told, with the exchange."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, override

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from custom_components.pbx.client import (
    Call,
    CallDirection,
    CallEvent,
    CallEventType,
    CallOutcome,
    Party,
    PartyState,
)
from custom_components.pbx.const import DOMAIN
from tests.simulator.exchange import Leg
from tests.simulator.yeastar_s.lists import trunk_word

from .history import History, Moment, Part, Story
from .oracle import RANKS, SETTLE, STATUSES, TRUNKS, Judge, Oracle, Wrong
from .steps import NEWCOMER, PHONES

IN_USE: Final = ("busy", "ringing", "on_hold")
# Entities that show nothing, and those that are not there.
UNKNOWN: Final = "unknown"
UNAVAILABLE: Final = "unavailable"
# Events of one entity at the same moment are told so many seconds apart, at most.
APART: Final = 0.02


class HomeOracle(Oracle):
    """Judges what Home Assistant shows of one PBX."""

    # Event entities tell whole seconds, and no times of the call.
    step = 1.0
    tells_talk_of_calls = False

    def __init__(
        self,
        history: History,
        hass: HomeAssistant,
        serial: str,
        ahead: Callable[[], float],
    ) -> None:
        """Keep where to look, and by how many seconds the clock there is ahead."""
        super().__init__(history)
        self._ahead = ahead
        self.hass = hass
        self._serial = serial
        self._trunks_read: dict[str, str] = {}

    # -- looking

    def entity(self, key: str, domain: str = "sensor") -> str | None:
        """Return the id of an entity of this PBX."""
        registry = er.async_get(self.hass)
        return registry.async_get_entity_id(domain, DOMAIN, f"{self._serial}_{key}")

    def state(self, key: str, domain: str = "sensor") -> State | None:
        """Return the state of an entity of this PBX."""
        entity_id = self.entity(key, domain)
        return None if entity_id is None else self.hass.states.get(entity_id)

    def shown(self, key: str, domain: str = "sensor") -> str | None:
        """Return what an entity shows, None for unknown."""
        state = self.state(key, domain)
        return None if state is None or state.state == UNKNOWN else state.state

    @property
    def connected(self) -> bool:
        """Return whether the last poll succeeded."""
        return self.shown("connection", "binary_sensor") == "on"

    def trunks_read(self) -> None:
        """Note that the list of trunks was read: nothing else tells their status."""
        sim = self.history.sim
        self._trunks_read = {
            name: TRUNKS[trunk_word(sim.pbx, trunk)]
            for name, trunk in sim.trunks.items()
        }

    # -- what an event told

    def event_of(self, entity_id: str, state: State) -> CallEvent | None:
        """Return what an event entity says as an event of the switchboard."""
        entry = er.async_get(self.hass).async_get(entity_id)
        if entry is None or not entry.unique_id.startswith(f"{self._serial}_"):
            return None
        _, _, key = entry.unique_id.partition("_")
        number, _, kind = key.partition("_")
        if kind != "call":
            return None
        said, at = state.attributes, self.history.now()
        if not self.history.jumps:
            shown = datetime.fromisoformat(state.state).timestamp()
            assert abs(shown - at) < APART, f"{entity_id} says {state.state}"
        other = said.get("number")
        party = None if other is None else self._party(number, other, said)
        own = Party(number, True, PartyState.TALKING)
        direction, outcome = said.get("direction"), said.get("outcome")
        kind_of_event = CallEventType(said["event_type"])
        call = Call(
            said.get("call_id"),
            None if direction is None else CallDirection(direction),
            (own,) if party is None else (own, party),
            at,
            said.get("trunk"),
            said.get("via"),
            said.get("dialed"),
            answered_at=at if kind_of_event is CallEventType.ANSWERED else None,
            ended_by=said.get("ended_by"),
            duration=said.get("duration"),
        )
        return CallEvent(
            kind_of_event,
            number,
            call,
            party,
            None if outcome is None else CallOutcome(outcome),
            said.get("rang"),
            said.get("talked"),
            at,
        )

    def _party(self, number: str, other: str, said: Any) -> Party:
        """Return the other end: the line of the extension's newest call with that number."""
        if other in self.history.sim.extensions:
            return Party(other, True, PartyState.TALKING)
        legs: list[Leg] = [
            leg
            for part in self.history.parts
            if part.number == number
            and said.get("call_id") in (None, part.story.call_id)
            for leg in part.story.outside.values()
            if leg.number == other
        ]
        line = legs[-1] if legs else None
        return Party(
            other,
            False,
            PartyState.TALKING,
            None,
            None if line is None else line.trunk,
            None if line is None else line.leg_id,
        )

    # -- the comparison

    def check_home(self, *, polled: bool) -> list[Wrong]:
        """Return everything that is wrong; `polled` says after quiet and one poll."""
        self._polled, self._wrong = polled, []
        for number in self.history.sim.extensions:
            if self._present(number):
                self._status(number)
                self._phone(number)
        self._counts()
        for name, word in self._trunks_read.items():
            self._differs("trunk status", f"trunk_{name}_status", word)
        self._number_of_calls()
        for number, event in self._events().items():
            self._last_shown(number, event)
        return self._wrong

    def _differs(
        self, field: str, key: str, true: str, number: str = "", domain: str = "sensor"
    ) -> None:
        shown = self.shown(key, domain)
        if shown != true:
            self._judge(field, shown, true, number=number, where=key)

    def _present(self, number: str) -> bool:
        """Return whether an extension has its entities, and compare that it has."""
        if self.shown(f"{number}_status") not in (None, UNAVAILABLE):
            return True
        self._judge("presence", False, True, number=number)
        return False

    def _status(self, number: str) -> None:
        sim = self.history.sim
        true = STATUSES[sim.status_of(number)]
        self._differs("status", f"{number}_status", true, number)
        on = "off" if self.shown(f"{number}_status") == "offline" else "on"
        domain = "binary_sensor"
        self._differs("registered", f"{number}_registered", on, number, domain)
        state = self.state(f"{number}_status")
        name = sim.extensions[number].name
        if state is not None and not str(state.name).startswith(name):
            self._judge("name", state.name, name, number=number)

    def _counts(self) -> None:
        """Compare the numbers of phones with what their own entities show."""
        words = [self.shown(f"{number}_status") for number in (*PHONES, NEWCOMER)]
        listed = [word for word in words if word not in (None, UNAVAILABLE)]
        self._differs(
            "counts",
            "extensions_registered",
            str(sum(word != "offline" for word in listed)),
        )
        used = sum(word in IN_USE for word in listed)
        self._differs("counts", "extensions_in_use", str(used))

    def _phone(self, number: str) -> None:
        """Compare who an extension talks to, in which call, and since when."""
        parts = [p for p in self.history.parts_of(number) if not p.story.monitor]
        met = {part: self.history.others_of(part) for part in parts if part.story.call}
        others = {other for numbers in met.values() for other in numbers}
        state = self.state(f"{number}_other_party")
        shown = None if state is None else state.attributes.get("number")
        if shown is None:
            for part, numbers in met.items():
                if numbers and not self._stands_behind(part):
                    self._no_other_party(part, numbers)
        elif shown not in others:
            gone = [p for p in self.history.parts if p.number == number]
            self._judge(
                "extra call",
                shown,
                others,
                number=number,
                story=gone[-1].story if gone else None,
                where=f"{number} other party",
            )
        elif state is not None:
            with_it = [part for part, numbers in met.items() if shown in numbers]
            self._call_shown(number, state, [part.story for part in with_it])
        since = self.shown(f"{number}_in_call_since")
        moment = None if since is None else dt_util.parse_datetime(since)
        self._since(
            number, None if moment is None else moment.timestamp() - self._ahead()
        )

    @override
    def _since(self, number: str, since: float | None) -> None:
        """Compare since when an extension is connected; whole seconds are shown."""
        if since is not None:
            true = min(
                (
                    part.answered
                    for part in self.history.parts_of(number)
                    if part.answered is not None and not part.story.monitor
                ),
                default=since,
            )
            since = min(max(since, true), since + 0.9995)
        super()._since(number, since)

    def _call_shown(self, number: str, state: State, stories: list[Story]) -> None:
        """Compare the data of the call with the other party that is shown."""
        said = state.attributes
        story = next(
            (one for one in stories if one.call_id == said.get("call_id")),
            stories[0],
        )
        if len(stories) > 1 and story.call_id != said.get("call_id"):
            return  # no id tells which of them it is
        direction = said.get("direction")
        call = Call(
            said.get("call_id"),
            None if direction is None else CallDirection(direction),
            (),
            story.started,
            said.get("trunk"),
            said.get("via"),
            said.get("dialed"),
        )

        def judge(field: str, shown: Any, true: Any) -> None:
            self._judge(field, shown, true, where=f"{number} other party", story=story)

        self._words(call, story, self.history.now(), judge)

    def _stands_behind(self, part: Part) -> bool:
        """Return whether the phone has a call without other party that is shown before."""
        rank = RANKS.index(part.state)
        return any(
            not self.history.others_of(other) and RANKS.index(other.state) <= rank
            for other in self.history.parts_of(part.number)
            if not other.story.monitor
        )

    def _no_other_party(self, part: Part, numbers: frozenset[str]) -> None:
        """Judge that no other party is shown: the call is not known, or its other end."""
        if any(p.story.monitor for p in self.history.parts_of(part.number)):
            self._judge("current call", None, numbers, part=part)
        elif not self._explained("missing call", part):
            self._judge("event party", None, numbers, part=part)

    def _explained(self, field: str, part: Part) -> bool:
        """Return whether a line of the table says why nothing is shown."""
        before = len(self._wrong)
        explained = self._judge(field, None, "a call", part=part, where=part.number)
        del self._wrong[before:]
        return explained

    def _number_of_calls(self) -> None:
        """Compare how many calls there are: all that can be known, and none besides."""
        shown = int(self.shown("calls") or -1)
        live = [s for s in self.history.stories.values() if s.live and not s.monitor]
        monitors = sum(s.live and s.monitor for s in self.history.stories.values())
        before = len(self._wrong)
        hidden = sum(
            self._judge("missing call", None, "a call", story=story, where="calls")
            for story in live
        )
        del self._wrong[before:]
        most = len(live) + (
            monitors if self.history.sim.switches.monitor_reports else 0
        )
        if not len(live) - hidden <= shown <= most and not any(
            story.adopted or story.late or story.transfer_hit for story in live
        ):
            self._wrong.append(
                Wrong("calls", f"{shown} calls, not {len(live)} ({hidden} hidden)")
            )

    @override
    def latest(self, part: Part, moment: Moment) -> float | None:
        """Return when an event had to be told at the latest; an end waits for its record."""
        story, latest = part.story, super().latest(part, moment)
        if latest is None or moment.what != "end":
            return latest
        recorded = any(told <= latest for told, _ in story.records_told)
        over = story.failed_told or (story.bye_told or latest + 1) <= latest
        return latest if recorded and over else latest + SETTLE

    @override
    def _times(self, call: Call, story: Story, at: float | None, judge: Judge) -> None:
        """Compare nothing: no event entity tells the times of a call."""

    def _last_shown(self, number: str, event: CallEvent) -> None:
        """Compare the sensor of the last call with the end that was told last."""
        state = self.state(f"{number}_last_call")
        if state is None or state.state == UNAVAILABLE or self._silent_polls:
            return
        outcome = UNKNOWN if event.outcome is None else event.outcome.value
        if state.state != outcome:
            self._judge("last call", state.state, outcome, number=number)
            return
        for key, true in (
            ("call_id", event.call.id),
            ("number", event.party and event.party.number),
            ("trunk", event.call.trunk),
            ("via", event.call.via),
            ("dialed", event.call.dialed),
            ("rang", event.rang),
            ("talked", event.talked),
            ("duration", event.call.duration),
            ("ended_by", event.call.ended_by),
        ):
            if state.attributes.get(key) != true:
                shown = f"{key} {state.attributes.get(key)}"
                self._judge("last call", shown, true, number=number)
