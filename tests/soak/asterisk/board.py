"""A switchboard beside a simulated Asterisk: the client's own connection, in process."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Final, override

from custom_components.pbx.client import Address, Switchboard
from custom_components.pbx.client.asterisk import Asterisk
from custom_components.pbx.client.errors import PbxError
from custom_components.pbx.client.report import Report, SettingsChanged
from tests.simulator.asterisk import SimulatedAsterisk
from tests.simulator.asterisk.manager import Session
from tests.simulator.chance import Chance

from ..beside import JUMPS, Beside
from ..oracle import Wrong
from ..steps import Day, Step, furnish, lines, staff
from .steps import Installation
from .truth import AsteriskHistory, AsteriskOracle

# A garbled message between two good ones: no event, no answer.
GARBAGE: Final = b"\xff\xfe: \x00\r\nnonsense\r\n: :\r\n\r\n"


class InProcessTransport(asyncio.Transport):
    """Stands in for a socket: what is written is carried out by the simulated PBX."""

    def __init__(self, wire: Wire, protocol: asyncio.Protocol) -> None:
        """Initialize a transport that is open."""
        super().__init__()
        self._wire = wire
        self._protocol = protocol
        self._over = False
        self.session: Session | None = None

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Carry out actions."""
        if self.session is not None and not self._over and not self._wire.frozen:
            self.session.receive(bytes(data))

    @override
    def abort(self) -> None:
        """End the connection."""
        if not self._over:
            self._over = True
            self._wire.closed(self)

    @override
    def is_closing(self) -> bool:
        """Return whether the connection is over."""
        return self._over

    @override
    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return nothing: there is no socket."""
        return default

    def receive(self, data: bytes) -> None:
        """Let the client read data."""
        if not self._over:
            self._protocol.data_received(data)

    def end(self) -> None:
        """Let the client see the end of the connection."""
        if not self._over:
            self._over = True
            self._protocol.connection_lost(None)


class Wire(asyncio.SelectorEventLoop):
    """An event loop whose connections lead to a simulated PBX, in order and at once."""

    def __init__(self, sim: SimulatedAsterisk, *, pieces: bool) -> None:
        """Initialize; with `pieces`, what is sent arrives in pieces of any size."""
        super().__init__()
        self._sim = sim
        self._chance = Chance("pieces") if pieces else None
        self._transport: InProcessTransport | None = None
        self._sent: list[bytes] = []
        self.cut = False
        self.frozen = False
        self.late = False

    @override
    async def create_connection(  # type: ignore[override]
        self, factory: Callable[[], asyncio.Protocol], *args: Any, **more: Any
    ) -> tuple[asyncio.Transport, asyncio.Protocol]:
        """Connect to the PBX, unless the link is cut."""
        if self.cut or self.frozen:
            raise OSError("No route to host")
        protocol = factory()
        transport = InProcessTransport(self, protocol)
        protocol.connection_made(transport)
        self._transport = transport
        self._sent.clear()
        transport.session = self._sim.connect(self._write, self.hang_up)
        return transport, protocol

    def _write(self, data: bytes) -> None:
        """Send data to the client, which reads it in the next turn."""
        if self.frozen:
            return
        if not self._sent:
            self.call_soon(self._deliver)
        self._sent.append(data)

    def _deliver(self) -> None:
        if self.late and not self._asking:
            return
        data, transport = b"".join(self._sent), self._transport
        self._sent.clear()
        if transport is None or not data:
            return
        if self._chance is None:
            transport.receive(data)
            return
        while data:
            size = self._chance.randint(1, 700)
            transport.receive(data[:size])
            data = data[size:]

    _asking = False

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Return the result of a request; all that was sent before arrives first."""
        self._asking, self.late = True, False
        if self._sent:
            self.call_soon(self._deliver)
        try:
            return self.run_until_complete(work)
        finally:
            self._asking = False

    def flush(self) -> None:
        """Let all that was sent arrive."""
        if self._sent and not self.late:
            self.call_soon(self._deliver)
            self.call_soon(self.stop)
            self.run_forever()

    def garble(self) -> None:
        """Send a message that is none."""
        if self._transport is not None:
            self._write(GARBAGE)

    def hang_up(self) -> None:
        """End the connection, after what was sent has arrived."""
        transport = self._transport
        if transport is None:
            return
        if self.is_running():
            self.call_soon(transport.end)
        else:
            self.late = False
            self.call_soon(self._deliver)
            self.call_soon(transport.end)
            self.call_soon(self.stop)
            self.run_forever()

    def lose(self) -> None:
        """Lose the connection, with all that was under way."""
        self._sent.clear()
        transport, self._transport = self._transport, None
        if transport is not None and transport.session is not None:
            self._sim.disconnected(transport.session)
            self.call_soon(transport.end)
            self.call_soon(self.stop)
            self.run_forever()

    def closed(self, transport: InProcessTransport) -> None:
        """Note that the client has ended its connection."""
        if transport.session is not None:
            self._sim.disconnected(transport.session)
        if transport is self._transport:
            self._transport = None


class ListeningToAsterisk(Beside):
    """A switchboard beside an Asterisk, with everything that can go wrong on the way."""

    sim: SimulatedAsterisk
    history: AsteriskHistory
    _wire: Wire
    _pbx: Asterisk
    _listening: bool
    _silent: bool
    _primed: bool
    _wanted: bool

    def __init__(self, day: Day, trace: list[str] | None = None) -> None:
        """Put both together."""
        super().__init__(day, trace)
        firmware = day.firmware
        assert isinstance(firmware, Installation)
        sim = SimulatedAsterisk(
            self.clock,
            firmware.switches,
            firmware.asterisk,
            extensions=staff(),
            trunks=lines(),
        )
        furnish(sim)
        sim.channels.know_devices()
        self._wire = Wire(sim, pieces=firmware.pieces)
        self._pbx = self._client(sim)
        self._listening = False
        self._silent = True
        self._primed = False
        self._wanted = False
        self._race: tuple[int, Step] | None = None
        history = AsteriskHistory(sim, self.now)
        board = Switchboard(reader=Asterisk.call_reader)
        self.furnish(sim, history, AsteriskOracle(history), board)
        sim.asked = self._asked
        if trace is not None:
            send = sim.channels._send

            def traced(kind: str, name: str, fields: dict[str, str]) -> None:
                self.say(lambda: f"  {name} {_brief(fields)}")
                send(kind, name, fields)

            sim.channels._send = traced

    def _client(self, sim: SimulatedAsterisk) -> Asterisk:
        address = Address("pbx.invalid", 5038, tls=False)
        return Asterisk(address, sim.username, sim.secret, clock=self.now)

    @override
    def live(self) -> list[Wrong]:
        try:
            return super().live()
        finally:
            self._wire.run_until_complete(self._pbx.close())
            for task in asyncio.all_tasks(self._wire):
                task.cancel()
            self._wire.call_soon(self._wire.stop)
            self._wire.run_forever()
            self._wire.close()

    # -- the wire

    def _asked(self, action: str) -> None:
        """Let something happen between two requests of a poll."""
        if self._race is None:
            return
        rest, step = self._race
        self._race = (rest - 1, step) if rest else None
        if not rest:
            self.say(lambda: f"  meanwhile {step}")
            self.activity.do(step)
            self.history.look()
            self.sim.told()

    @override
    def passed(self) -> None:
        self.sim.told()
        self._wire.flush()
        if self._wanted and not self._wire.late:
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
            self._wire.lose()  # the ping was not answered
        self.board.expect_snapshot()
        self.say(lambda: "poll")
        self.history.look()
        self.history.arrived()
        try:
            snapshot = self._wire.run(self._read())
        except PbxError as error:
            self._silent = True
            failure = repr(error)
            self.say(lambda: f"  failed {failure}")
            self.history.lost()
            return
        silent, self._silent = self._silent, False
        self.history.look()
        self.history.read(silent=silent)
        changes = self.board.reconcile(snapshot, self.now(), silent=silent)
        self._primed = True
        self.doubtful = changes.doubtful or snapshot.again_soon
        if silent:
            self.oracle.silent_poll()
        self.take(changes)

    async def _read(self) -> Any:
        if not self._listening:
            await self._pbx.listen(self._take, self._lost)
            self._listening = True
        return await self._pbx.snapshot()

    # -- what goes wrong

    @override
    def do(self, step: Step, following: deque[Step]) -> None:
        match step.what:
            case "race" if following:
                self._race = (step.who % 4, following.popleft())
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
            case "freeze":
                self._wire.frozen = True
                self.history.lost()
            case "mend":
                self._mend()
            case "restart":
                self._mend()
                self.sim.restart()
                self.history.look()
                self.poll()
            case "late":
                self._wire.late = self.history.late = self._listening
                self.history.hit = True
            case "deliver":
                self._deliver()
            case "garble":
                self._wire.garble()
                self._wire.flush()
            case "reload":
                self._reload()
            case "clock":
                self.offset += JUMPS[step.who % 6]
                self.history.jumped()

    def _deliver(self) -> None:
        self._wire.late = False
        self._wire.flush()
        self.history.arrived()

    def _reload(self) -> None:
        """Begin without memory, as after a restart of Home Assistant."""
        self._wire.run_until_complete(self._pbx.close())
        self._pbx = self._client(self.sim)
        self.board = Switchboard(reader=Asterisk.call_reader)
        self._listening = self._primed = False
        self._silent = True
        self.history.reloaded()
        self.oracle.reloaded()
        self.poll()

    def _mend(self) -> None:
        if self._wire.frozen:
            # The ping was not answered.
            self._wire.frozen = False
            self._wire.lose()
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


def _brief(fields: dict[str, str]) -> str:
    shown = {
        key: value
        for key, value in fields.items()
        if key.endswith(("Channel", "StateDesc", "Exten", "Cause", "BridgeUniqueid"))
        or key in ("Device", "State", "SwapUniqueid", "Linkedid", "Queue", "Status")
    }
    return " ".join(f"{key}={value}" for key, value in shown.items() if value)


def live(day: Day, trace: list[str] | None = None) -> list[Wrong]:
    """Let a day pass, and return what was wrong."""
    return ListeningToAsterisk(day, trace).live()
