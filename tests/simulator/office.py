"""An office at work: calls that start, ring, are held, go to voicemail and end by themselves."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .chance import Chance
from .exchange import CallState, SimCall
from .exchange.errors import ExchangeError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from .simulator import Simulator

type Way = Literal["internal", "inbound", "outbound"]
type Fate = Literal["talk", "hold", "transfer", "reject", "unanswered", "give_up"]

# Two colleagues who always talk, so that there is somebody to whisper to.
DEMO_PAIR = ("1001", "1002")
# Supervisors, whose phones stay free for monitoring.
KEPT_FREE = frozenset({"1000", "1005", "1011"})
CALLS_AT_ONCE = 5
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
OUTSIDE_NUMBERS = ("0123456789", "018396210850", "41000", "42003", "70871520926")


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

    def __init__(self, simulator: Simulator, seed: int | None = None) -> None:
        """Watch a simulator whose office is still closed."""
        self._simulator = simulator
        self._chance = Chance(f"{simulator.seed if seed is None else seed} office")
        self._tasks: set[asyncio.Task[None]] = set()
        self.running = False
        self.history: deque[Plan] = deque(maxlen=HISTORY_LIMIT)

    def open(self) -> None:
        """Let people begin to call each other."""
        if not self.running:
            self.running = True
            self._do(self._demo_calls())
            self._do(self._traffic())

    async def close(self) -> None:
        """Stop; calls in progress stay as they are."""
        self.running = False
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
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
            plan = self._plan()
            if plan is not None and len(others) < CALLS_AT_ONCE:
                self.history.append(plan)
                self._do(self._play(plan))

    def _staff(self) -> list[str]:
        """Return who takes part in the traffic."""
        return sorted(set(self._simulator.extensions) - KEPT_FREE - set(DEMO_PAIR))

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
        try:
            await self._live(plan, self._start(plan))
        except ExchangeError:
            return

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
