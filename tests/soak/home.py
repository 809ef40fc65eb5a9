"""The layer with Home Assistant: the running integration over real sockets, with push.

What it shows (states, event entities, last calls) is compared with the exchange, by the
same oracle and the same table of what this wire cannot tell.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import logging
from math import ceil
from tempfile import TemporaryDirectory
from typing import Any, Final, override
from unittest.mock import patch

from aiohttp import web
from aiohttp.resolver import ThreadedResolver
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import (
    Event as BusEvent,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import restore_state
from homeassistant.helpers.restore_state import StoredState
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import get_scheduled_timer_handles
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.pbx.const import CONF_REPORT_ADDRESS, DOMAIN
from tests.integration.conftest import entry_for
from tests.simulator import Fault, ManualClock, ReportFault
from tests.simulator.chance import Chance
from tests.simulator.exchange.events import (
    Booted,
    CallEvent as Happened,
    Event,
    SettingsChanged,
)
from tests.simulator.yeastar_s.reports import reports_of
from tests.simulator.yeastar_s.v2.calls import CallChanged

from .beside import JUMPS, told
from .board import ENDPOINTS, brief
from .history import History, view_of
from .oracle import Wrong
from .shown import UNAVAILABLE, UNKNOWN, HomeOracle
from .steps import KINDS, PHONES, Activity, Day, Step, office

# So many turns of the loop are enough for any report; in one turn a socket is looked at.
SPINS: Final = 3000
# Each day begins then: whatever is drawn goes the same way in every run.
MORNING: Final = "2026-11-02 08:00:00+00:00"
SERIALS: Final = ("369362089179", "369362089180")
# So many seconds pass at most while a task that waits for the time is waited for.
TICK: Final = 0.1
# So many turns of the loop a request and its answer take, at most.
TURNS: Final = 50
# What happens at home alone, and on how many of a hundred steps one more does; the last
# two only where anything may go wrong.
AT_HOME: Final = ("act", "act", "act", "act", "write", "act_in_trouble", "stop")
AT_HOME_QUIET: Final = AT_HOME[:5]
SHARE_AT_HOME: Final = 0.15
# What a request of the integration's own meets on its way.
TROUBLES: Final = ("reset", "http", "errno", "truncated", "empty")


def at_home(day: Day, *, faults: bool) -> Day:
    """Return a day with steps that need Home Assistant, always the same ones."""
    chance = Chance(f"{day.name} at home")
    steps: list[Step] = []
    for step in day.steps:
        if chance.random() < SHARE_AT_HOME:
            what = chance.choice(AT_HOME if faults else AT_HOME_QUIET)
            steps.append(Step(what, chance.randrange(6), chance.randrange(6)))
        steps.append(step)
    return replace(day, steps=tuple(steps))


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
async def home(
    config_dir: str, port: int, states: Mapping[str, StoredState] | None
) -> AsyncGenerator[tuple[HomeAssistant, int]]:
    """Run Home Assistant with its server on a port; `states` are those of its last run."""
    async with async_test_home_assistant(config_dir=config_dir) as hass:
        del hass.data[DATA_CUSTOM_COMPONENTS]
        if states is not None:
            restore_state.async_get(hass).last_states = dict(states)
        with (
            patch(
                "homeassistant.helpers.aiohttp_client._async_make_resolver",
                lambda hass: LoopbackResolver(),
            ),
            # Entities that are disabled by default are judged too.
            patch(
                "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
                True,
            ),
            # The PBX needs no better one, and this one is closed in no time.
            patch("aiohttp.connector.DefaultResolver", ThreadedResolver),
        ):
            assert await async_setup_component(hass, "homeassistant", {})
            # A server outside of Home Assistant serves no paths that are added later.
            assert await async_setup_component(hass, DOMAIN, {})
            runner = web.AppRunner(hass.http.app, handle_signals=False, access_log=None)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", port)
            await site.start()
            try:
                yield hass, runner.addresses[0][1]
            finally:
                await hass.async_stop(force=True)
                await runner.cleanup()


class House:
    """Home Assistant and the PBXs, on one time that stands still by itself."""

    def __init__(self, freezer: FrozenDateTimeFactory) -> None:
        """Begin in the morning, with nothing started."""
        freezer.move_to(MORNING)
        self.clock = ManualClock()
        self.port = 0
        self.all_living: list[Living] = []
        self._freezer = freezer
        self._ahead = timedelta()
        self._hass: HomeAssistant | None = None
        self._running = AsyncExitStack()
        self._files = TemporaryDirectory()

    # -- Home Assistant

    @property
    def hass(self) -> HomeAssistant:
        """Return the Home Assistant that runs."""
        assert self._hass is not None
        return self._hass

    async def start(self, states: Mapping[str, StoredState] | None = None) -> None:
        """Start Home Assistant; `states` are those of its last run."""
        self._hass, self.port = await self._running.enter_async_context(
            home(self._files.name, self.port, states)
        )

    async def stop(self) -> Mapping[str, StoredState]:
        """Stop Home Assistant; return the states it would restore."""
        stored = restore_state.async_get(self.hass).async_get_stored_states()
        await self._running.aclose()
        self._hass = None
        return {one.state.entity_id: one for one in stored}

    async def close(self) -> None:
        """Stop all for good."""
        await self.stop()
        for living in self.all_living:
            await living.sim.stop()
        self._files.cleanup()

    async def stop_and_start(self) -> None:
        """Stop Home Assistant and start it, with the entries that it had."""
        for living in self.all_living:
            await living.all_well()
        states = await self.stop()
        for living in self.all_living:
            living.forget()
        await self.start(states)
        for living in self.all_living:
            await living.begin_again()

    # -- time

    @contextmanager
    def clock_on_the_wall(self) -> Generator[None]:
        """Let the clock of Home Assistant be one that is set."""
        with patch.object(dt_util, "utcnow", self._utcnow):
            yield

    def _utcnow(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def now(self) -> float:
        """Return the true time, which no clock shows once it was set."""
        return datetime.now(UTC).timestamp()

    def ahead(self) -> float:
        """Return by how many seconds the clock of Home Assistant is ahead."""
        return self._ahead.total_seconds()

    def set_clock(self, seconds: float) -> None:
        """Set the clock of Home Assistant; no time passes."""
        self._ahead += timedelta(seconds=seconds)
        for living in self.all_living:
            living.history.jumped()

    async def wait(self, seconds: float) -> None:
        """Let time pass, from one thing that waits for it to the next."""
        end = self.clock.now() + seconds
        while (rest := end - self.clock.now()) > 0:
            part = min(rest, self._until_next())
            self._freezer.tick(timedelta(seconds=part))
            await self.clock.run_for(part)
            await self.settled()

    def _until_next(self) -> float:
        """Return the seconds until the next thing that waits for the time, at least one µs."""
        loop = self.hass.loop
        times = [self.clock.next_sleeper - self.clock.now()]
        times += [
            timer.when() - loop.time()
            for timer in get_scheduled_timer_handles(loop)
            if not timer.cancelled()
        ]
        # Clocks count microseconds.
        return ceil(max(min(times), 0.0) * 1e6 + 1) / 1e6

    async def done(self, task: asyncio.Task[Any]) -> None:
        """Let time pass until a task has ended that itself waits for the time."""
        while not task.done():
            for _ in range(TURNS):
                await asyncio.sleep(0)
            part = min(TICK, self._until_next())
            self._freezer.tick(timedelta(seconds=part))
            await self.clock.run_for(part)
            for living in self.all_living:
                living.history.look()
        await self.settled()

    async def settled(self) -> None:
        """Return when nothing is under way any more, but for what waits for the time."""
        for _ in range(SPINS):
            if not any(one.sim.reporter.sending for one in self.all_living):
                break
            await asyncio.sleep(0)
        await self.hass.async_block_till_done(wait_background_tasks=True)
        for living in self.all_living:
            living.history.look()


class Living:
    """The integration beside one PBX."""

    def __init__(
        self, house: House, day: Day, serial: str, trace: list[str] | None = None
    ) -> None:
        """Make a PBX, and an entry for it; a trace takes lines of what happens."""
        self.trace = trace
        self.sim = office(house.clock, day.firmware, serial)
        self.activity = Activity(self.sim)
        self.history = History(self.sim, house.now)
        self.oracle = HomeOracle(self.history, house.hass, serial, house.ahead)
        self.wrong: list[Wrong] = []
        self.waiting = deque(day.steps)
        self.entry = MockConfigEntry(domain=DOMAIN)
        self._house = house
        self._serial = serial
        # Whether the poll that is under way is spoiled: something happens meanwhile, or
        # an answer is damaged.
        self._spoiled = False
        self._unlisten: Callable[[], None] | None = None
        self.sim.reporter.watchers.append(self._reported)
        self.sim.pbx.watchers.append(self._asked)

    def say(self, text: Callable[[], str]) -> None:
        """Note a line of the trace, if one is wanted."""
        if self.trace is not None:
            at = self._house.clock.now() - 1_505_352_445.0
            self.trace.append(f"{self._serial[-1]} {at:9.2f}  {text()}")

    # -- what the integration can know

    def _reported(self, event: Event | CallChanged, index: int, fate: str) -> None:
        if isinstance(event, CallChanged):
            return  # Nothing here has logged in to version 2, which alone tells it.
        self.say(lambda: f"  {fate:6} {self._body(event, index)}")
        swapped = index > 0 and isinstance(event, Happened) and event.kind == "bye"
        self.history.heard(event, fate, swapped)
        if isinstance(event, Booted) and fate == "late":
            self.history.booted_late()
        if isinstance(event, SettingsChanged):
            self.oracle.settings_told(event.name, told=fate == "told")

    def _body(self, event: Event, index: int) -> str:
        """Return the text of a report."""
        reported = reports_of(event, "1.0.2", self.sim.identity, self.sim.switches)
        return reported[index].body.decode()

    def _asked(self, endpoint: str, answer: Any) -> None:
        """Note a poll at the last of its answers that the calls are in."""
        self.say(lambda: f"  {endpoint} -> {brief(answer)}")
        if not isinstance(answer, dict) or answer.get("status") != "Success":
            return
        if endpoint == "trunklist/query":
            self.oracle.trunks_read()
        if endpoint != "extensionlist/query":
            return
        if self._spoiled:
            self.history.half_polled()
            return
        silent = not self.oracle.connected
        self.history.polled(view_of(self.sim), silent=silent)
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
            options={CONF_REPORT_ADDRESS: f"127.0.0.1:{self._house.port}"},
            minor_version=entry.minor_version,
        )
        await self._set_up()

    async def _set_up(self) -> None:
        self.entry.add_to_hass(self._house.hass)
        assert await self._house.hass.config_entries.async_setup(self.entry.entry_id)
        await self._house.settled()
        self._listen()

    async def begin_again(self) -> None:
        """Set the entry up in a Home Assistant that was started anew."""
        self.oracle.hass = self._house.hass
        before = self.entry
        self.entry = MockConfigEntry(
            domain=DOMAIN,
            title=before.title,
            unique_id=before.unique_id,
            entry_id=before.entry_id,
            data=dict(before.data),
            options=dict(before.options),
            minor_version=before.minor_version,
        )
        await self._set_up()

    def forget(self) -> None:
        """Note that the integration begins without memory."""
        self.history.hit = True
        self.history.reloaded()
        self.oracle.reloaded()

    def _listen(self) -> None:
        """Note what the event entities tell."""

        @callback
        def happened(change: BusEvent[EventStateChangedData]) -> None:
            state, old = change.data["new_state"], change.data["old_state"]
            if state is None or state.domain != "event":
                return
            if state.state in (UNKNOWN, UNAVAILABLE):
                return
            if old is None or old.state in (UNAVAILABLE, state.state):
                return  # no more than what it told before
            event = self.oracle.event_of(state.entity_id, state)
            if event is not None:
                self.say(lambda: f"  TOLD   {told(event)}")
                self.oracle.told([event], self._house.now())

        self._unlisten = self._house.hass.bus.async_listen(
            EVENT_STATE_CHANGED, happened
        )

    async def poll(self) -> None:
        """Ask for everything, as a user can at any time."""
        entity_id = self.oracle.entity(f"{PHONES[0]}_status")
        await self._house.hass.services.async_call(
            "homeassistant", "update_entity", {"entity_id": entity_id}, blocking=True
        )
        self._spoiled = False
        await self._house.settled()

    # -- a day

    async def step(self, step: Step) -> None:
        """Let one thing happen, and compare, unless anything has gone wrong by then."""
        self.say(lambda: str(step))
        if not self.activity.do(step):
            await self._do(step)
        self.history.look()
        await self._house.settled()
        # Not two things happen at the very same time.
        await self._house.wait(0.25)
        if not self.history.hit:
            self.check(polled=False)

    def check(self, *, polled: bool) -> None:
        """Compare all with the exchange."""
        found = self.oracle.check_home(polled=polled)
        for one in found:
            self.say(lambda one=one: f"  WRONG  {one}")  # type: ignore[misc]
        self.wrong += found

    async def _do(self, step: Step) -> None:
        match step.what:
            case "race" if self.waiting:
                await self._race(ENDPOINTS[step.who % 5], self.waiting.popleft())
            case "poll":
                await self.poll()
            case "wait" | "deliver":
                await self._house.wait(5)
            case "wait_long":
                await self._house.wait(35)
            case "cut":
                await self.sim.go_offline()
            case "mend":
                await self._mend()
            case "restart":
                # Booting takes longer than the time between two polls.
                self.sim.restart()
                self.history.look()
                await self._mend()
                await self._house.settled()
                await self.poll()
                # Home Assistant may not have asked at once: it did so a moment ago.
                await self._house.wait(3)
            case "expire":
                self.sim.expire_tokens()
            case "reload":
                await self._mend()
                self.forget()
                assert await self._house.hass.config_entries.async_reload(
                    self.entry.entry_id
                )
                await self._house.settled()
            case "damage":
                await self._damage(ENDPOINTS[step.who % 5], step.whom)
            case "clock":
                self._house.set_clock(JUMPS[step.who % 6])
            case "act" | "act_in_trouble":
                await self._act(step)
            case "write":
                await self._write(step)
            case "stop":
                await self._house.stop_and_start()
            case _ if step.what in KINDS:
                fault = ReportFault(KINDS[step.what], times=1 + step.who)
                self.sim.faults.reports.add(fault)

    async def _act(self, step: Step) -> None:
        """Let a user act through the integration; the way there may be troubled."""
        if step.what == "act_in_trouble":
            trouble = TROUBLES[(step.who + step.whom) % len(TROUBLES)]
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
            await self._house.hass.services.async_call(
                DOMAIN, action, data, blocking=True
            )
        self.sim.faults.pending.clear()

    async def _write(self, step: Step) -> None:
        """Let a user switch do-not-disturb on or off."""
        number = PHONES[step.who % 6]
        service = "turn_on" if step.whom % 2 else "turn_off"
        data = {"entity_id": self.oracle.entity(f"{number}_do_not_disturb", "switch")}
        call = self._house.hass.services.async_call(
            "switch", service, data, blocking=True
        )
        task = asyncio.create_task(call)
        await self._house.done(task)
        with suppress(HomeAssistantError):
            await task

    async def _damage(self, endpoint: str, kind: int) -> None:
        """Poll, and let one answer be damaged."""
        fault = ("missing_fields", "wrong_types", "errno", "garbled", "truncated")
        await self._spoil(Fault(fault[kind % 5], endpoint=endpoint, times=1))

    async def _race(self, endpoint: str, step: Step) -> None:
        """Let something happen right after one answer of a poll was made up."""

        def meanwhile(answer: dict[str, Any]) -> dict[str, Any]:
            self.say(lambda: f"  meanwhile {step}")
            self.activity.do(step)
            return answer

        await self._spoil(
            Fault("rewrite", endpoint=endpoint, times=1, rewrite=meanwhile)
        )

    async def _spoil(self, fault: Fault) -> None:
        self.sim.faults.add(fault)
        self._spoiled = self.history.hit = True
        await self.poll()
        self.sim.faults.pending.clear()

    async def _mend(self) -> None:
        if not self.sim.online:
            await self.sim.come_back()

    async def all_well(self) -> None:
        """Let everything go well again."""
        self.sim.faults.clear()
        await self._mend()

    async def come_to_rest(self) -> None:
        """Let everything go well again, all reports arrive, and one poll pass."""
        self.say(lambda: "rest")
        await self.all_well()
        # What was held back goes out behind another report.
        self.sim.exchange.emit(SettingsChanged("trunk", "SIP-142", "update"))
        await self._house.wait(10)
        # Trunks are read once a minute.
        await self._house.wait(65)
        await self.poll()
        # One that leaves a doubt is followed by another.
        await self._house.wait(3)

    async def end(self) -> list[Wrong]:
        """Unload the entry; return what of it goes on."""
        if self._unlisten is not None:
            self._unlisten()
        assert await self._house.hass.config_entries.async_unload(self.entry.entry_id)
        await self._house.settled()
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


async def lived(
    days: Sequence[Day],
    freezer: FrozenDateTimeFactory,
    trace: list[str] | None = None,
) -> list[Wrong]:
    """Let days pass, each at a PBX of its own; return what was wrong."""
    house = House(freezer)
    wrong: list[Wrong] = []
    with errors() as logged, house.clock_on_the_wall():
        await house.start()
        for day, serial in zip(days, SERIALS, strict=False):
            house.all_living.append(Living(house, day, serial, trace))
        try:
            for living in house.all_living:
                await living.sim.start()
            for living in house.all_living:
                await living.begin()
            while any(living.waiting for living in house.all_living):
                for living in house.all_living:
                    if living.waiting:
                        await living.step(living.waiting.popleft())
            for living in house.all_living:
                await living.come_to_rest()
            for living in house.all_living:
                living.check(polled=True)
                wrong += living.wrong
            for living in house.all_living:
                wrong += await living.end()
            wrong += left_behind(house.hass)
        finally:
            await house.close()
    return wrong + [Wrong("logged", line) for line in logged]
