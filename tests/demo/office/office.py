"""An office at work: calls that start, ring, are held, go to voicemail and end by themselves."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tests.simulator.chance import Chance
from tests.simulator.exchange import CallState, SimCall
from tests.simulator.exchange.errors import ExchangeError
from tests.simulator.people import OFFICE_RING_GROUP

from . import scenes
from .stage import LONGEST_SECONDS, OUTSIDE_NUMBERS, Stage

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from tests.simulator.device import Device

type Way = Literal["internal", "inbound", "outbound"]
type Fate = Literal["talk", "hold", "transfer", "reject", "unanswered", "give_up"]

# Two colleagues who always talk, so that there is somebody to whisper to.
DEMO_PAIR = ("1001", "1002")
# Supervisors, whose phones stay free for monitoring.
KEPT_FREE = frozenset({"1000", "1005", "1011"})
# Of these, who monitors in a scene; 1005 is always free for whoever watches.
SCENE_SUPERVISORS = frozenset({"1000", "1011"})
# The group whose phones ring together: neither the pair nor a supervisor is in it.
RING_GROUP_STAFF = ("1004", "1006", "1007")
CALLS_AT_ONCE = 5
# While a scene is played, the others phone less, so that it can be seen.
CALLS_BESIDE_A_SCENE = 2
SCENE_CHANCE = 0.15
DEMO_CALL_SECONDS = 600.0
HISTORY_LIMIT = 1000
FATES: tuple[Fate, ...] = (
    "talk",
    "hold",
    "transfer",
    "reject",
    "unanswered",
    "give_up",
)
FATE_WEIGHTS = (8, 4, 1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one call will be like, drawn before it starts."""

    way: Way
    caller: str
    callee: str
    fate: Fate
    ring: float
    talk: float
    hold: float


class Office:
    """Plays calls on a simulator; the same seed plays the same ones."""

    def __init__(self, simulator: Device, seed: int | None = None) -> None:
        """Furnish a simulator whose office is still closed."""
        self._simulator = simulator
        self._chance = Chance(f"{simulator.seed if seed is None else seed} office")
        self._tasks: set[asyncio.Task[None]] = set()
        self.running = False
        self.history: deque[Plan] = deque(maxlen=HISTORY_LIMIT)
        self.scenes: deque[tuple[str, str]] = deque(maxlen=HISTORY_LIMIT)
        self._stages: list[Stage] = []
        if simulator.extensions.keys() >= set(RING_GROUP_STAFF):
            ring_groups = simulator.exchange.ring_groups
            ring_groups[OFFICE_RING_GROUP] = list(RING_GROUP_STAFF)

    def open(self) -> None:
        """Let people begin to call each other."""
        if not self.running:
            self.running = True
            self._do(self._demo_calls())
            self._do(self._traffic())

    async def close(self) -> None:
        """Stop; calls in progress stay as they are, but for those of a scene, which end."""
        self.running = False
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def play(self, name: str, variant: str | None = None) -> str:
        """Begin a scene, any variant when none is named; return which.

        LookupError if it is unknown, ExchangeError when nobody is free for it.
        """
        variant, scene = scenes.chosen(name, variant, self._chance)
        chance = Chance(f"{self._chance.random()} {name} {variant}")
        stage = Stage(self._simulator, chance, self._staff(), SCENE_SUPERVISORS)
        # Eagerly: the cast is found, or not, before the first pause.
        self._do(self._perform(stage, scene), eager=True)
        if stage.ended_by is not None:
            raise stage.ended_by
        self.scenes.append((name, variant))
        return variant

    async def _perform(self, stage: Stage, scene: scenes.Scene) -> None:
        self._stages.append(stage)
        try:
            await scenes.play(stage, scene)
        finally:
            self._stages.remove(stage)

    def _do(self, work: Coroutine[None, None, None], eager: bool = False) -> None:
        loop = asyncio.get_running_loop()
        task = loop.create_task(work, eager_start=eager)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sleep(self, seconds: float) -> None:
        await self._simulator.clock.sleep(seconds)

    async def _demo_calls(self) -> None:
        """Connect the demo pair again whenever their call has ended."""
        caller, callee = DEMO_PAIR
        while True:
            if all(self._simulator.exchange.free(number) for number in DEMO_PAIR):
                call = self._simulator.call(caller, callee)
                await self._sleep(1.0)
                if call.state is CallState.RINGING:
                    call.answer()
                self._do(self._end_later(call))
            await self._sleep(2.0)

    async def _end_later(self, call: SimCall) -> None:
        await self._sleep(DEMO_CALL_SECONDS)
        if call.live:
            call.hang_up()

    async def _traffic(self) -> None:
        """Start a call every few seconds while people are free."""
        while True:
            await self._sleep(round(self._chance.uniform(2.0, 7.0), 1))
            others = [
                c
                for c in self._simulator.calls.values()
                if DEMO_PAIR[0] not in c.numbers
            ]
            limit = CALLS_BESIDE_A_SCENE if self._stages else CALLS_AT_ONCE
            plan = self._plan()
            if len(others) >= limit:
                continue
            scene_now = self._chance.random() < SCENE_CHANCE
            if scene_now and not self._stages:
                self._play_any()
            elif plan is not None:
                self.history.append(plan)
                self._do(self._play(plan))

    def _play_any(self) -> None:
        """Play a scene for which somebody is free."""
        name = self._chance.choice(list(scenes.SCENES))
        with suppress(ExchangeError):
            self.play(name)

    def _staff(self) -> list[str]:
        """Return who takes part in the traffic."""
        others = set(self._simulator.extensions) - KEPT_FREE - set(DEMO_PAIR)
        return sorted(others.difference(*(stage.cast for stage in self._stages)))

    def _plan(self) -> Plan | None:
        """Draw a call among people who are free; now and then to one who already talks."""
        exchange = self._simulator.exchange
        staff = self._staff()
        free = [number for number in staff if exchange.free(number)]
        talking = [
            number
            for number in staff
            if len(exchange.calls_of(number)) == 1
            and exchange.extensions[number].max_calls > 1
        ]
        chance = self._chance
        fate = chance.choices(FATES, FATE_WEIGHTS)[0]
        ring, talk, hold = (
            round(chance.uniform(*span), 1) for span in ((1, 6), (8, 40), (3, 10))
        )
        way: Way = chance.choice(("internal", "inbound", "outbound"))
        second = chance.random() < 0.3
        outside = chance.choice(OUTSIDE_NUMBERS)
        if not free or (way == "internal" and len(free) < 2):
            return None
        caller = chance.choice(free)
        if way == "outbound":
            return Plan(way, caller, outside, fate, ring, talk, hold)
        candidates = talking if second and talking else free
        callee = chance.choice([n for n in candidates if n != caller] or free)
        if way == "internal" and callee == caller:
            return None
        return Plan(
            way, outside if way == "inbound" else caller, callee, fate, ring, talk, hold
        )

    async def _play(self, plan: Plan) -> None:
        """Play one call; whoever interferes by hand wins."""
        with suppress(ExchangeError):
            call = self._start(plan)
            with suppress(ExchangeError):
                await self._live(plan, call)
            if call.live:
                await self._sleep(LONGEST_SECONDS)
                call.hang_up()

    def _start(self, plan: Plan) -> SimCall:
        match plan.way:
            case "inbound":
                return self._simulator.inbound(plan.caller, plan.callee)
            case "outbound":
                return self._simulator.outbound(plan.caller, plan.callee)
        return self._simulator.call(plan.caller, plan.callee)

    async def _live(self, plan: Plan, call: SimCall) -> None:
        if plan.fate == "unanswered":
            return
        await self._sleep(plan.ring)
        if plan.fate in ("reject", "give_up"):
            if call.state is CallState.RINGING:
                call.reject() if plan.fate == "reject" else call.hang_up()
            return
        call.answer()
        await self._sleep(plan.talk / 2)
        if plan.fate == "hold":
            call.hold()
            await self._sleep(plan.hold)
            call.unhold()
        elif plan.fate == "transfer":
            free = [n for n in self._staff() if self._simulator.exchange.free(n)]
            if free:
                call.transfer(free[0])
                await self._sleep(plan.ring)
                call.answer()
        await self._sleep(plan.talk / 2)
        if call.live:
            call.hang_up()
