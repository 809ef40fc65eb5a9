"""A switchboard beside a simulated P-Series: the client's own session and stream."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any, Final, override
from unittest.mock import patch

from custom_components.pbx.client import Address, MonitorMode, Switchboard
from custom_components.pbx.client.errors import PbxError
from custom_components.pbx.client.report import Report, SettingsChanged
from custom_components.pbx.client.yeastar.p import YeastarP, events, pbx
from tests.simulator.yeastar_p import PSimulator
from tests.simulator.yeastar_p.simulator import CLIENT_ID, CLIENT_SECRET

from ..beside import JUMPS, Beside
from ..oracle import Wrong
from ..steps import Day, Step, furnish, lines, staff
from .steps import Box
from .truth import PHistory, POracle
from .wire import Wire

DAMAGES: Final = ("502", "-2", "70082", "10005")
# Turns of the loop in which everything that was sent has been applied.
TURNS: Final = 4
# Seconds between two looks of the client at its token and its heartbeat.
TICK: Final = 5.0


class ListeningToP(Beside):
    """A switchboard beside a P-Series, with everything that can go wrong on the way."""

    sim: PSimulator
    history: PHistory
    _listening: bool
    _silent: bool
    _primed: bool
    _wanted: bool

    def __init__(self, day: Day, trace: list[str] | None = None) -> None:
        """Put both together."""
        super().__init__(day, trace)
        firmware = day.firmware
        assert isinstance(firmware, Box)
        sim = PSimulator(
            self.clock,
            firmware.api,
            firmware.switches,
            extensions=staff(),
            trunks=lines(),
        )
        furnish(sim)
        sim.exchange.know_states()
        sim.events.soon = lambda flush: None
        self._loop = asyncio.new_event_loop()
        self._wire = Wire(sim)
        self._wire.asked = self._asked
        self._wire.answered = self._answered
        self._pbx = self._client(sim)
        self._listening = False
        self._silent = True
        self._primed = False
        self._wanted = False
        self._ticked = 0.0
        self._race: tuple[int, Step] | None = None
        history = PHistory(sim, self.now)
        board = Switchboard(reader=YeastarP.call_reader)
        self.furnish(sim, history, POracle(history), board)
        self.activity.deeds["supervise"] = self._supervise
        if trace is not None:
            send = sim.front.send

            def traced(kind: int, frame: str) -> None:
                self.say(lambda: f"  {frame}")
                send(kind, frame)

            sim.events.send = traced

    def _client(self, sim: PSimulator) -> YeastarP:
        address = Address("pbx.invalid", 8088, tls=False)
        with patch.object(pbx, "OpenApiTransport", lambda *args: self._wire):
            return YeastarP(
                None,  # type: ignore[arg-type]
                address,
                CLIENT_ID,
                CLIENT_SECRET,
                clock=self.clock.now,
                wall_clock=self.now,
            )

    @override
    def live(self) -> list[Wrong]:
        try:
            with (
                patch.object(events, "OVERLAP", 0.0),
                patch.object(pbx, "CALLED_WITHIN", 0.0),
            ):
                return super().live()
        finally:
            self._loop.run_until_complete(self._pbx.close())
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._turn()
            self._loop.close()

    # -- the wire

    def _turn(self) -> None:
        """Let the client apply what has arrived."""
        for _ in range(TURNS):
            self._loop.call_soon(self._loop.stop)
            self._loop.run_forever()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(work)

    def _asked(self, endpoint: str) -> None:
        """Let something happen between two requests of a poll."""
        if self._race is None or self._race[0] % 2:
            return
        self._meanwhile()

    def _answered(self, endpoint: str) -> None:
        """Let something happen after the PBX has answered, before that arrives."""
        if self._race is None or not self._race[0] % 2:
            return
        self._meanwhile()

    def _meanwhile(self) -> None:
        assert self._race is not None
        rest, step = self._race
        self._race = (rest - 2, step) if rest > 1 else None
        if rest <= 1:
            self.say(lambda: f"  meanwhile {step}")
            self.activity.do(step)
            self.history.look()
            self.sim.events.flush()

    @override
    def wait(self, seconds: float) -> None:
        end = self.clock.now() + seconds
        while (rest := end - self.clock.now()) > TICK:
            super().wait(min(rest, TICK))
        super().wait(rest)

    @override
    def passed(self) -> None:
        self.sim.events.flush()
        self._turn()
        if self.clock.now() >= self._ticked + TICK:
            self._ticked = self.clock.now()
            self._tick()
        if self._wanted:
            self._wanted = False
            self.poll()
            self.poll()

    def _take(self, report: Report) -> None:
        """Apply a report, as the coordinator does."""
        if not self._primed:
            return
        if isinstance(report, SettingsChanged):
            self._wanted = True
        self.take(self.board.apply(report, self.now()))

    def _lost(self, why: PbxError) -> None:
        self.say(lambda: f"  lost: {why}")
        self._listening = False
        self._silent = True
        self.history.lost()

    @override
    def poll(self) -> None:
        if self._wire.frozen:
            self._wire.lose()  # the heartbeat was not answered
            self._turn()
        self.board.expect_snapshot()
        self.say(lambda: "poll")
        self.sim.events.flush()
        self.history.look()
        try:
            snapshot = self._run(self._read())
        except PbxError as error:
            self._silent = True
            failure = repr(error)
            self.say(lambda: f"  failed {failure}")
            self.history.hit = True
            if not self._listening:
                self.history.lost()
            return
        silent, self._silent = self._silent, False
        self.history.look()
        self.history.read(silent=silent)
        if self._wire.socket is not None and self._wire.socket.late:
            self.history.hit = True
        changes = self.board.reconcile(snapshot, self.now(), silent=silent)
        self._primed = True
        self.doubtful = changes.doubtful
        if silent:
            self.oracle.silent_poll()
        self.take(changes)
        self._turn()

    async def _read(self) -> Any:
        if not self._listening:
            await self._pbx.listen(self._take, self._lost)
            self._listening = True
        return await self._pbx.snapshot()

    def _supervise(self, who: str, whom: str, _: int) -> None:
        """Let Home Assistant call a supervisor's phone, as others are not known as such."""
        if self._loop.is_running():
            return
        try:
            self._run(self._pbx.monitor(MonitorMode.WHISPER, who, whom))
        except PbxError as error:
            failure = repr(error)
            self.say(lambda: f"  {failure}")

    # -- what goes wrong

    @override
    def do(self, step: Step, following: deque[Step]) -> None:
        socket = self._wire.socket
        match step.what:
            case "race" if following:
                self._race = (step.who * 6 + step.whom) % 10, following.popleft()
                self.poll()
                self._race = None
            case "poll":
                self.poll()
            case "wait":
                self.wait(3)
            case "wait_long":
                self.wait(35)
            case "cut":
                self._wire.cut = True
                self._wire.lose()
                self._turn()
            case "freeze":
                self._wire.frozen = True
                self.history.lost()
            case "mend":
                self._mend()
            case "restart":
                self._mend()
                self.sim.tokens.expire_all()
                self.sim.restart()
                self._wire.lose()
                self._turn()
                self.history.look()
                self.poll()
            case "late" if socket is not None:
                socket.late = self.history.late = self._listening
                self.history.hit = True
            case "deliver":
                self._deliver()
            case "garble":
                self._wire.garble(step.who)
                self._turn()
            case "double" if socket is not None:
                socket.double += 1 + step.who
            case "expire":
                self.sim.tokens.expire_access()
                if self.sim.api.socket_at_expiry == "closed":
                    self._wire.lose()
                    self._turn()
            case "damage":
                self._wire.damage = DAMAGES[step.who % len(DAMAGES)]
                self.poll()
                self._wire.damage = None
            case "reload":
                self._reload()
            case "clock":
                self.offset += JUMPS[step.who % 6]
                self.history.jumped()

    def _tick(self) -> None:
        """Let the client send a heartbeat, and renew its token in time."""
        if self._wire.socket is not None and self._listening:
            self._wire.socket.tick()
            self._turn()

    def _deliver(self) -> None:
        if self._wire.socket is not None:
            self._wire.socket.deliver()
            self._turn()
        self.history.arrived()

    def _reload(self) -> None:
        """Begin without memory, as after a restart of Home Assistant."""
        self._run(self._pbx.close())
        self._pbx = self._client(self.sim)
        self.board = Switchboard(reader=YeastarP.call_reader)
        self._listening = self._primed = False
        self._silent = True
        self.history.reloaded()
        self.oracle.reloaded()
        self.poll()

    def _mend(self) -> None:
        if self._wire.frozen:
            self._wire.frozen = False
            self._wire.lose()
            self._turn()
        self._wire.cut = False
        self._deliver()
        if not self._listening:
            self.poll()

    @override
    def come_to_rest(self) -> None:
        self.say(lambda: "rest")
        self._mend()
        self._deliver()
        self.wait(3)
        self.poll()


def live(day: Day, trace: list[str] | None = None) -> list[Wrong]:
    """Let a day pass, and return what was wrong."""
    return ListeningToP(day, trace).live()
