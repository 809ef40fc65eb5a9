"""What version 2 shows of the truth: each change of a call is told, with all its members."""

from collections.abc import Callable
from typing import Final, override

from tests.simulator import SimCall, Simulator
from tests.simulator.exchange import Leg
from tests.simulator.exchange.events import Event
from tests.simulator.yeastar_s.lists import trunk_word
from tests.simulator.yeastar_s.v2.calls import PATHS, CallChanged

from ..cannot_tell import LINES as V1_LINES, Case
from ..history import History, Story
from ..oracle import Oracle

SHARED: Final = frozenset({"trunk between polls", "settings between polls"})


def _unknown(case: Case) -> bool:
    return case.unknown


def _any(case: Case) -> bool:
    return True


LINES: Final = (*(line for line in V1_LINES if line.name in SHARED),)


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
