"""The layer without Home Assistant: a switchboard that hears an exchange through faults."""

from collections import deque
from collections.abc import Sequence

from custom_components.pbx.client import Address, Changes, Switchboard
from custom_components.pbx.client.errors import PbxUnreachable, Unreachable
from custom_components.pbx.client.yeastar.s import YeastarS, hash_password, reports
from custom_components.pbx.client.yeastar.s.answers import Answer, decode
from tests.simulator import ManualClock
from tests.simulator.exchange.events import Event
from tests.simulator.yeastar_s.answers import encode
from tests.simulator.yeastar_s.reports import reports_of

from .oracle import Ledger
from .steps import PHONES, REPORTS, Activity, Firmware, Step, office

KINDS = dict(
    zip(
        REPORTS[:5], ("lost", "doubled", "delayed", "reordered", "garbled"), strict=True
    )
)


class Listening:
    """A switchboard beside an exchange, with everything between them that can go wrong."""

    def __init__(self, firmware: Firmware) -> None:
        """Put both together."""
        self.clock = ManualClock()
        self.sim = office(self.clock, firmware)
        self.activity = Activity(self.sim)
        self.ledger = Ledger(self.sim)
        self.board = Switchboard(reader=YeastarS.call_reader)
        self.doubtful = False
        self._format = firmware.report_format
        self._faults: deque[str] = deque()
        self._late: list[bytes] = []
        self._held: bytes | None = None
        self._cut = False
        self._silent = True
        self._race: tuple[int, Step] | None = None
        self._pbx = self._client()
        self.sim.exchange.listeners.append(self._happened)

    def _client(self) -> YeastarS:
        pbx = YeastarS(
            None,  # type: ignore[arg-type]
            Address("pbx.invalid", 80, tls=False),
            self.sim.username,
            hash_password(self.sim.password),
            clock=self.clock.now,
        )
        pbx._transport.post = self._post  # type: ignore[method-assign]
        return pbx

    async def _post(
        self,
        version: str,
        endpoint: str,
        body: dict[str, str],
        token: str | None = None,
        *,
        acting: bool = False,
    ) -> Answer:
        if self._cut:
            raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
        query = {} if token is None else {"token": token}
        answer = self.sim.pbx.answer(
            "POST", version, endpoint, query, encode(body).encode(), "192.0.2.9"
        )
        decoded = decode(encode(answer).encode())
        assert decoded is not None
        if self._race is not None:
            rest, step = self._race
            self._race = (rest - 1, step) if rest else None
            if not rest:
                self.activity.do(step)
        return decoded

    def _happened(self, event: Event) -> None:
        """Let the reports of an event run the gauntlet."""
        for report in reports_of(
            event, self._format, self.sim.identity, self.sim.switches
        ):
            if self._cut:
                continue
            fault = self._faults.popleft() if self._faults else ""
            body = report.body
            if fault == "delayed":
                self._late.append(body)
                continue
            if fault == "reordered" and self._held is None:
                self._held = body
                continue
            if fault == "garbled":
                body = body[: len(body) // 2] + b"\xff{"
            if fault != "lost":
                self._tell(body)
            if fault == "doubled":
                self._tell(body)
            if self._held is not None:
                held, self._held = self._held, None
                self._tell(held)

    def _tell(self, body: bytes) -> None:
        received = reports.parse(body)
        if received is not None:
            self.note(self.board.apply(received.report, self.clock.now()))

    def note(self, changes: Changes) -> None:
        """Note what was told."""
        self.ledger.told(changes.events)

    async def poll(self) -> None:
        """Read everything, as the coordinator does."""
        self.board.expect_snapshot()
        self.ledger.looked()
        try:
            snapshot = await self._pbx.snapshot()
        except PbxUnreachable:
            self._silent = True
            return
        changes = self.board.reconcile(snapshot, self.clock.now(), silent=self._silent)
        self._silent = False
        self.doubtful = changes.doubtful
        self.note(changes)

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(int(seconds)):
            await self.clock.run_for(1)
            self.note(self.board.settle(self.clock.now()))

    def deliver(self) -> None:
        """Let the reports arrive that were late."""
        late, self._late = self._late, []
        for body in late + ([] if self._held is None else [self._held]):
            self._tell(body)
        self._held = None

    async def play(self, steps: Sequence[Step]) -> None:
        """Let it all happen."""
        await self.poll()
        waiting = deque(steps)
        while waiting:
            step = waiting.popleft()
            await self._do(step, waiting)
            # Not two things happen at the very same time.
            self.clock.advance(0.25)
            self.note(self.board.settle(self.clock.now()))

    async def _do(self, step: Step, following: deque[Step]) -> None:
        if self.activity.do(step):
            return
        match step.what:
            case "race" if following:
                self._race = (step.who, following.popleft())
                await self.poll()
                self._race = None
            case "poll":
                await self.poll()
            case "wait":
                await self.wait(3)
            case "wait_long":
                await self.wait(35)
            case "cut":
                self._cut = True
            case "mend":
                self._cut = False
            case "restart":
                # Booting takes longer than the time between two polls.
                self.sim.restart()
                self._cut = False
                await self.poll()
            case "expire":
                self.sim.expire_tokens()
            case "deliver":
                self.deliver()
            case "reload":
                self.board = Switchboard(reader=YeastarS.call_reader)
                self._silent = True
                self.ledger.reloaded()
                await self.poll()
            case _ if step.what in KINDS:
                self._faults.extend([KINDS[step.what]] * (1 + step.who))

    async def come_to_rest(self) -> None:
        """Let everything go well again, and all reports arrive."""
        self._faults.clear()
        if self._cut:
            self._cut = False
            await self.poll()
        self.deliver()
        await self.wait(3)


async def heard(steps: Sequence[Step], firmware: Firmware, *, polled: bool) -> None:
    """Play steps; after quiet, and one poll if it is to be, board and exchange agree."""
    listening = Listening(firmware)
    try:
        await listening.play(steps)
        await listening.come_to_rest()
        board = listening.board
        # What does not fit together is a reason to ask, too, and to ask again.
        doubtful = listening.doubtful or not all(map(board.consistent, PHONES))
        polled = polled or doubtful
        if polled:
            await listening.poll()
            if listening.doubtful:
                await listening.poll()
        listening.ledger.check(board, polled=polled)
        # Nothing else is told later, but how calls ended.
        listening.note(board.settle(listening.clock.now() + 3))
        listening.ledger.check(board, polled=polled)
    finally:
        await listening.sim.exchange.stop()
