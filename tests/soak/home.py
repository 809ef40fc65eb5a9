"""The layer with Home Assistant: the running integration over real sockets, with push.

What it shows (states, event entities, last calls) is compared with the exchange, by the
same oracle and the same table of what this wire cannot tell.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
import logging
from typing import Any, Final, override
from unittest.mock import patch

from aiohttp import web
from aiohttp.resolver import ThreadedResolver
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import (
    Event as BusEvent,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import get_scheduled_timer_handles
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_test_home_assistant,
)

from custom_components.pbx.client import (
    Call,
    CallDirection,
    CallEvent,
    CallEventType,
    CallOutcome,
    Party,
    PartyState,
)
from custom_components.pbx.const import CONF_REPORT_ADDRESS, DOMAIN
from tests.integration.conftest import entry_for
from tests.simulator import Fault, ManualClock, ReportFault
from tests.simulator.exchange.events import (
    Booted,
    CallEvent as Happened,
    Event,
    SettingsChanged,
)
from tests.simulator.yeastar_s.lists import trunk_word

from .board import ENDPOINTS
from .history import History, Moment, Part, View, view_of
from .oracle import STATUSES, STEP, TRUNKS, Oracle, Wrong
from .steps import KINDS, PHONES, Activity, Day, Step, office

# So many turns of the loop are enough for any report; in one turn a socket is looked at.
SPINS: Final = 3000
# Each day begins then: whatever is drawn goes the same way in every run.
MORNING: Final = "2026-11-02 08:00:00+00:00"
# Seconds that pass at a time.
CHUNK: Final = 5.0
SERIALS: Final = ("369362089179", "369362089180")
# What a request of the integration's own meets on its way.
TROUBLES: Final = ("", "reset", "http", "errno", "truncated", "empty")
ENTITY: Final = {"status": "sensor", "registered": "binary_sensor"}


class LoopbackResolver(ThreadedResolver):
    """Instead of Home Assistant's own, which would ask the local network."""

    async def real_close(self) -> None:
        """Close it, as Home Assistant does at its end."""
        await self.close()


class Errors(logging.Handler):
    """Keeps what is logged as an error, but for polls that fail while the network is cut."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        line = self.format(record)
        if record.exc_info or not line.startswith("Error fetching"):
            self.lines.append(line)


@contextmanager
def errors() -> Generator[list[str]]:
    """Keep what is logged as an error; leave out what is normal."""
    root, ours = logging.getLogger(), logging.getLogger("custom_components")
    levels = root.level, ours.level
    handler = Errors()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    ours.setLevel(logging.DEBUG)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)
        root.setLevel(levels[0])
        ours.setLevel(levels[1])


@asynccontextmanager
async def home() -> AsyncGenerator[tuple[HomeAssistant, int]]:
    """Run Home Assistant with its server on a free port."""
    async with async_test_home_assistant() as hass:
        del hass.data[DATA_CUSTOM_COMPONENTS]
        with (
            patch(
                "homeassistant.helpers.aiohttp_client._async_make_resolver",
                lambda hass: LoopbackResolver(),
            ),
            # The PBX needs no better one, and this one is closed in no time.
            patch("aiohttp.connector.DefaultResolver", ThreadedResolver),
        ):
            assert await async_setup_component(hass, "homeassistant", {})
            assert await async_setup_component(hass, "webhook", {})
            runner = web.AppRunner(hass.http.app, handle_signals=False, access_log=None)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            try:
                yield hass, runner.addresses[0][1]
            finally:
                await runner.cleanup()
                await hass.async_stop(force=True)


def now() -> float:
    """Return the time as Home Assistant has it."""
    return dt_util.utcnow().timestamp()


class HomeOracle(Oracle):
    """Judges what Home Assistant shows of one PBX."""

    step = CHUNK + 1.0

    def __init__(self, history: History, hass: HomeAssistant, serial: str) -> None:
        """Keep where to look."""
        super().__init__(history)
        self._hass = hass
        self._serial = serial

    # -- looking

    def entity(self, key: str, domain: str = "sensor") -> str | None:
        """Return the id of an entity of this PBX."""
        registry = er.async_get(self._hass)
        return registry.async_get_entity_id(domain, DOMAIN, f"{self._serial}_{key}")

    def state(self, key: str, domain: str = "sensor") -> State | None:
        """Return the state of an entity of this PBX."""
        entity_id = self.entity(key, domain)
        return None if entity_id is None else self._hass.states.get(entity_id)

    def shown(self, key: str, domain: str = "sensor") -> str | None:
        """Return what an entity shows, None for unknown."""
        state = self.state(key, domain)
        return None if state is None or state.state == "unknown" else state.state

    # -- the comparison

    def check_home(self) -> list[Wrong]:
        """Return everything that is wrong after quiet and one poll."""
        self._polled, self._wrong = True, []
        sim = self.history.sim
        words = {n: STATUSES[sim.status_of(n)] for n in sim.extensions}
        for number, true in words.items():
            self._differs("status", f"{number}_status", true, number)
            self._differs(
                "registered",
                f"{number}_registered",
                "off" if true == "offline" else "on",
                number,
                "binary_sensor",
            )
        self._differs(
            "counts",
            "extensions_registered",
            str(sum(word != "offline" for word in words.values())),
        )
        self._differs(
            "counts",
            "extensions_in_use",
            str(sum(word in ("busy", "ringing", "on_hold") for word in words.values())),
        )
        for name, trunk in sim.trunks.items():
            word = TRUNKS[trunk_word(sim.pbx, trunk)]
            self._differs("trunk status", f"trunk_{name}_status", word)
        for number in PHONES:
            if number in sim.extensions:
                self._phone(number)
        self._count()
        ends = self._events()
        for number, event in ends.items():
            self._last_shown(number, event)
        return self._wrong

    def _differs(
        self, field: str, key: str, true: str, number: str = "", domain: str = "sensor"
    ) -> None:
        shown = self.shown(key, domain)
        if shown != true:
            self._judge(field, shown, true, number=number, where=key)

    def _phone(self, number: str) -> None:
        """Compare who an extension talks to, and since when."""
        parts = [p for p in self.history.parts_of(number) if not p.story.monitor]
        others = {
            other
            for part in parts
            if part.story.call is not None
            for other in self.history._others(part.story.call, part.leg)
        }
        shown = self.shown(f"{number}_other_party")
        if shown is None:
            for part in parts:
                if part.story.call is not None and self.history._others(
                    part.story.call, part.leg
                ):
                    # It may be in no call that is known, or its other end is not.
                    if not self._judge(
                        "missing call", None, "a call", part=part, where=number
                    ):
                        self._wrong.pop()
                        self._judge("event party", None, others, part=part)
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
        since = self.shown(f"{number}_in_call_since")
        moment = None if since is None else dt_util.parse_datetime(since)
        if moment is None:
            self._since(number, None)
            return
        # Home Assistant shows whole seconds.
        found = moment.timestamp()
        true = min((p.answered for p in parts if p.answered is not None), default=found)
        self._since(number, true if 0 <= true - found < 1 else found)

    def _count(self) -> None:
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
    def _call(
        self, call: Call, story: Any, at: float | None, *, ends: bool = True
    ) -> None:
        when = now() if at is None else at
        where = f"call {call.id}"

        def judge(field: str, shown: Any, true: Any) -> None:
            late = STEP * 2 if field == "via" and not ends else 0.0
            self._judge(field, shown, true, where=where, story=story, at=when - late)

        if call.id != story.call_id:
            judge("id", call.id, story.call_id)
        directions = {story.kind}
        if story.kind == "internal" and story.outside:
            directions.add("outbound")
        direction = None if call.direction is None else call.direction.value
        if direction not in directions:
            judge("direction", direction, directions)
        trunks = {leg.trunk for leg in story.outside.values()} or {None}
        if call.trunk not in trunks:
            judge("trunk", call.trunk, trunks)
        if call.via is None and story.vias:
            judge("via", None, story.vias)
        elif call.via is not None and call.via not in story.vias:
            judge("via", call.via, story.vias or None)
        dialed = story.dialed if story.inbound else None
        if call.dialed != dialed:
            judge("dialed", call.dialed, dialed)

    @override
    def _event(self, event: CallEvent, part: Part, moment: Moment, now: float) -> None:
        def judge(field: str, shown: Any, true: Any) -> None:
            where = f"{part.number} {event.type.value} in call {event.call.id}"
            self._judge(
                field, shown, true, where=where, part=part, moment=moment, at=event.at
            )

        if moment.told is not None and event.at > moment.told + CHUNK:
            judge("event time", event.at, (moment.at, moment.told))
        self._call(event.call, part.story, event.at)
        self._met(event.party, part, moment, event.at, judge)
        if moment.what == "end":
            self._end(event, part, judge)

    @override
    def _record(self, event: CallEvent, part: Part, judge: Any) -> None:
        durations: set[int | None] = {r.duration for r in part.story.records} or {None}
        if not any(told <= now() for told, _ in part.story.records_told):
            durations.add(None)
        if event.call.duration not in durations:
            judge("duration", event.call.duration, durations)

    def _last_shown(self, number: str, event: CallEvent) -> None:
        """Compare the sensor of the last call with the end that was told last."""
        state = self.state(f"{number}_last_call")
        outcome = "unknown" if event.outcome is None else event.outcome.value
        shown = None if state is None else state.state
        if shown != outcome and not self._silent_polls:
            self._judge("last call", shown, outcome, number=number)
        elif state is not None and not self._silent_polls:
            for key, true in (
                ("call_id", event.call.id),
                ("number", event.party and event.party.number),
                ("duration", event.call.duration),
                ("ended_by", event.call.ended_by),
            ):
                if state.attributes.get(key) != true:
                    self._judge(
                        "last call",
                        f"{key} {state.attributes.get(key)}",
                        true,
                        number=number,
                    )


class Living:
    """The integration beside a PBX, both on one clock that stands still by itself."""

    def __init__(
        self,
        hass: HomeAssistant,
        port: int,
        clock: ManualClock,
        freezer: FrozenDateTimeFactory,
        day: Day,
        serial: str = SERIALS[0],
    ) -> None:
        """Make a PBX, and an entry for it."""
        self.hass = hass
        self.clock = clock
        self.day = day
        self.sim = office(clock, day.firmware, serial)
        self.activity = Activity(self.sim)
        self.history = History(self.sim, now)
        self.oracle = HomeOracle(self.history, hass, serial)
        self.entry = MockConfigEntry(domain=DOMAIN)
        self._serial = serial
        self._port = port
        self._freezer = freezer
        self._raced = False
        self._stop: Any = None
        self.sim.reporter.watchers.append(self._reported)
        self.sim.pbx.watchers.append(self._asked)

    # -- what the integration can know

    def _reported(self, event: Event, index: int, fate: str) -> None:
        swapped = index > 0 and isinstance(event, Happened) and event.kind == "bye"
        self.history.heard(event, fate, swapped)
        if isinstance(event, Booted) and fate == "late":
            self.history.booted_late()

    def _asked(self, endpoint: str, answer: Any) -> None:
        """Note a poll at the last of its answers that the calls are in."""
        if endpoint != "extensionlist/query" or self._raced:
            return
        if isinstance(answer, dict) and answer.get("status") == "Success":
            state = self.oracle.state(f"{PHONES[0]}_status")
            silent = state is None or state.state == "unavailable"
            view: View = view_of(self.sim)
            self.history.polled(view, silent=silent)
            if silent:
                self.oracle.silent_poll()

    # -- the entry

    async def begin(self) -> None:
        """Set the entry up."""
        entry = entry_for(self.sim)
        self.entry = MockConfigEntry(
            domain=DOMAIN,
            title="PBX",
            unique_id=self._serial,
            data=dict(entry.data),
            options={CONF_REPORT_ADDRESS: f"127.0.0.1:{self._port}"},
        )
        self.entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settled()
        self._listen()

    def _listen(self) -> None:
        """Note what the event entities tell."""
        numbers = {
            entity_id: number
            for number in self.sim.extensions
            if (entity_id := self.oracle.entity(f"{number}_call", "event"))
        }

        @callback
        def happened(change: BusEvent[EventStateChangedData]) -> None:
            state = change.data["new_state"]
            old = change.data["old_state"]
            if state is None or state.state in ("unknown", "unavailable"):
                return
            if old is None or old.state == "unavailable":
                return  # only what it told before
            event = self._told(numbers[change.data["entity_id"]], state)
            self.oracle.told([event], now())

        if self._stop is not None:
            self._stop()
        self._stop = async_track_state_change_event(self.hass, list(numbers), happened)

    def _told(self, number: str, state: State) -> CallEvent:
        """Return what an event entity says as an event of the switchboard."""
        said = state.attributes
        at = datetime.fromisoformat(state.state).timestamp()
        other = said.get("number")
        inside = other in self.sim.extensions or other is None
        legs = [
            leg
            for story in self.history.stories.values()
            for leg in story.outside.values()
            if leg.number == other and said.get("call_id") in (None, story.call_id)
        ]
        party = None
        if other is not None:
            line = legs[-1].leg_id if legs and not inside else None
            trunk = legs[-1].trunk if legs and not inside else None
            party = Party(other, inside, PartyState.TALKING, None, trunk, line)
        own = Party(number, True, PartyState.TALKING)
        direction = said.get("direction")
        call = Call(
            said.get("call_id"),
            None if direction is None else CallDirection(direction),
            (own,) if party is None else (own, party),
            at,
            said.get("trunk"),
            said.get("via"),
            said.get("dialed"),
            ended_by=said.get("ended_by"),
            duration=said.get("duration"),
        )
        outcome = said.get("outcome")
        return CallEvent(
            CallEventType(said["event_type"]),
            number,
            call,
            party,
            None if outcome is None else CallOutcome(outcome),
            said.get("rang"),
            said.get("talked"),
            at,
        )

    # -- time

    async def settled(self) -> None:
        """Return when nothing is under way any more, but for what waits for the clock."""
        targets = self.sim.reporter._targets
        for _ in range(SPINS):
            if not self.sim.online or not any(t.worker for t in targets.values()):
                break
            await asyncio.sleep(0)
        await self.hass.async_block_till_done(wait_background_tasks=True)
        self.history.look()

    async def wait(self, seconds: float) -> None:
        """Let time pass for both."""
        for _ in range(max(1, int(seconds / CHUNK))):
            part = min(seconds, CHUNK)
            self._freezer.tick(timedelta(seconds=part))
            await self.clock.run_for(part)
            async_fire_time_changed(self.hass)
            await self.settled()

    async def poll(self) -> None:
        """Ask for everything, as a user can at any time."""
        entity_id = self.oracle.entity(f"{PHONES[0]}_status")
        await self.hass.services.async_call(
            "homeassistant", "update_entity", {"entity_id": entity_id}, blocking=True
        )
        await self.settled()

    # -- a day

    async def step(self, step: Step, following: deque[Step]) -> None:
        """Let one thing happen."""
        if not self.activity.do(step):
            await self._do(step, following)
        self.history.look()
        await self.settled()
        # Not two things happen at the very same time.
        self.clock.advance(0.25)
        self._freezer.tick(timedelta(seconds=0.25))

    async def _do(self, step: Step, following: deque[Step]) -> None:
        match step.what:
            case "race" if following:
                await self._race(ENDPOINTS[step.who % 5], following.popleft())
            case "poll":
                await self.poll()
            case "wait" | "deliver":
                await self.wait(5)
            case "wait_long":
                await self.wait(35)
            case "cut":
                await self.sim.go_offline()
            case "mend":
                await self._mend()
            case "restart":
                # Booting takes longer than the time between two polls.
                self.sim.restart()
                self.history.look()
                await self._mend()
                await self.settled()
                await self.poll()
            case "expire":
                self.sim.expire_tokens()
            case "reload":
                await self._mend()
                self._forget()
                assert await self.hass.config_entries.async_reload(self.entry.entry_id)
                await self.settled()
                self._listen()
            case "damage":
                await self._damage(ENDPOINTS[step.who % 5], step.whom)
            case "clock":
                await self._act(step)
            case _ if step.what in KINDS:
                fault = ReportFault(KINDS[step.what], times=1 + step.who)
                self.sim.faults.reports.add(fault)

    def _forget(self) -> None:
        self.history.hit = True
        self.history.reloaded()
        self.oracle.reloaded()

    async def _act(self, step: Step) -> None:
        """Let a user act through the integration; the way there may be troubled."""
        if trouble := TROUBLES[step.who % 6]:
            self.sim.faults.add(Fault(trouble, times=1))
        who, whom = PHONES[step.who % 6], PHONES[step.whom % 6]
        action, data = (
            ("whisper", {"whisperer": who, "whispered": whom}),
            ("stop_monitoring", {"supervisor": who}),
            ("dial", {"extension": who, "to": whom}),
            ("hang_up", {"extension": who}),
            ("hold", {"extension": who}),
            ("listen", {"supervisor": who, "extension": whom}),
        )[step.whom % 6]
        data["config_entry_id"] = self.entry.entry_id
        with suppress(HomeAssistantError):
            await self.hass.services.async_call(DOMAIN, action, data, blocking=True)
        self.sim.faults.pending.clear()

    async def _damage(self, endpoint: str, kind: int) -> None:
        fault = ("missing_fields", "wrong_types", "errno", "garbled", "truncated")
        self.sim.faults.add(Fault(fault[kind % 5], endpoint=endpoint, times=1))
        self._raced = self.history.hit = True
        await self.poll()
        self._raced = False
        self.sim.faults.pending.clear()

    async def _mend(self) -> None:
        if not self.sim.online:
            await self.sim.come_back()

    async def _race(self, endpoint: str, step: Step) -> None:
        """Let something happen right after one answer of a poll was made up."""

        def meanwhile(answer: dict[str, Any]) -> dict[str, Any]:
            self.activity.do(step)
            return answer

        self.sim.faults.add(
            Fault("rewrite", endpoint=endpoint, times=1, rewrite=meanwhile)
        )
        self._raced = self.history.hit = True
        await self.poll()
        self._raced = False
        self.sim.faults.pending.clear()

    async def come_to_rest(self) -> None:
        """Let everything go well again, all reports arrive, and one poll pass."""
        self.sim.faults.clear()
        await self._mend()
        # What was held back goes out behind another report.
        self.sim.exchange.emit(SettingsChanged("trunk", "SIP-142", "update"))
        await self.wait(10)
        # Trunks are read once a minute.
        await self.wait(65)
        await self.poll()
        # One that leaves a doubt is followed by another.
        await self.wait(10)

    async def end(self) -> list[Wrong]:
        """Unload the entry; return what of it goes on."""
        if self._stop is not None:
            self._stop()
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.settled()
        found = [] if not self.sim.sessions.targets() else ["a session"]
        return [Wrong("left behind", one) for one in found]


def left_behind(hass: HomeAssistant) -> list[Wrong]:
    """Return the tasks and timers of the integration that go on after its end."""
    tasks = [task for task in asyncio.all_tasks() if not task.done()]
    timers = get_scheduled_timer_handles(hass.loop)
    left = [*tasks, *(timer for timer in timers if not timer.cancelled())]
    return [
        Wrong("left behind", repr(one))
        for one in left
        if "custom_components" in repr(one)
    ]


async def lived(days: Sequence[Day], freezer: FrozenDateTimeFactory) -> list[Wrong]:
    """Let days pass, each at a PBX of its own; return what was wrong after quiet and a poll."""
    freezer.move_to(MORNING)
    wrong: list[Wrong] = []
    with errors() as logged:
        async with home() as (hass, port):
            clock = ManualClock()
            all_living = [
                Living(hass, port, clock, freezer, day, serial)
                for day, serial in zip(days, SERIALS, strict=False)
            ]
            for living in all_living:
                await living.sim.start()
            try:
                for living in all_living:
                    await living.begin()
                waiting = [deque(living.day.steps) for living in all_living]
                while any(waiting):
                    for living, steps in zip(all_living, waiting, strict=True):
                        if steps:
                            await living.step(steps.popleft(), steps)
                for living in all_living:
                    await living.come_to_rest()
                for living in all_living:
                    wrong += living.oracle.check_home()
                for living in all_living:
                    wrong += await living.end()
                wrong += left_behind(hass)
            finally:
                for living in all_living:
                    await living.sim.stop()
    return wrong + [Wrong("logged", line) for line in logged]
