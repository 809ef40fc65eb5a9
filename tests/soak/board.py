"""The layer without Home Assistant: a switchboard that hears an exchange through faults."""

from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final, override
from unittest.mock import patch

from custom_components.pbx.client import Address, Switchboard
from custom_components.pbx.client.errors import PbxError, PbxUnreachable, Unreachable
from custom_components.pbx.client.snapshot import Snapshot
from custom_components.pbx.client.yeastar.s import YeastarS, hash_password
from tests.simulator import Simulator
from tests.simulator.exchange.events import Booted, CallEvent as Happened, Event
from tests.simulator.faults import mistyped, without
from tests.simulator.yeastar_s.answers import encode
from tests.simulator.yeastar_s.v2.calls import CallChanged

from .beside import JUMPS, Beside
from .history import History, view_of
from .oracle import Oracle, Wrong
from .steps import KINDS, NEWCOMER, PHONES, Day, Firmware, Step, office

REMOTE: Final = "192.0.2.9"
ENDPOINTS: Final = (
    *("inbound/query", "outbound/query", "extensionlist/query"),
    *("extension/query", "trunklist/query"),
)
# An empty list looks like a good one, so it is no damage that anybody could notice.
DAMAGES: Final = ("missing_fields", "wrong_types", "errno", "rows", "rows")


class InProcess:
    """Stands in for the client's transport: requests go to the simulated API by a call."""

    local_ip = REMOTE
    remote_ip = "192.0.2.1"

    def __init__(self, post: Callable[..., dict[str, Any]]) -> None:
        """Keep what answers."""
        self._post = post

    async def post(
        self,
        version: str,
        endpoint: str,
        body: dict[str, str],
        query: dict[str, str],
        *,
        acting: bool = False,
    ) -> dict[str, Any]:
        """Send one request."""
        return self._post(version, endpoint, body, query)


def finished[T](work: Coroutine[Any, Any, T]) -> T:
    """Return the result of a coroutine that never has to wait, without an event loop."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise RuntimeError("Something waits, which nothing here can end")


def client(
    sim_post: Callable[..., dict[str, Any]],
    sim: Simulator,
    clock: Callable[[], float],
    wall_clock: Callable[[], float],
) -> YeastarS:
    """Return the client of the S-Series, whose requests go to `sim_post`."""
    with patch(
        "custom_components.pbx.client.yeastar.s.pbx.Transport",
        lambda *args: InProcess(sim_post),
    ):
        return YeastarS(
            None,  # type: ignore[arg-type]
            Address("pbx.invalid", 80, tls=False),
            sim.username,
            hash_password(sim.password),
            clock=clock,
            wall_clock=wall_clock,
        )


class Listening(Beside):
    """A switchboard beside an exchange, with everything between them that can go wrong."""

    sim: Simulator
    endpoints = ENDPOINTS

    def __init__(self, day: Day, trace: list[str] | None = None) -> None:
        """Put both together."""
        super().__init__(day, trace)
        assert isinstance(day.firmware, Firmware)
        self._format = day.firmware.report_format
        board = Switchboard(reader=YeastarS.call_reader)
        self.furnish(*self.build(day), board)
        self._faults: deque[str] = deque()
        self._late: list[tuple[Event | CallChanged, bytes]] = []
        self._held: tuple[Event | CallChanged, bytes] | None = None
        self._cut = False
        self._silent = True
        self._race: tuple[int, Step] | None = None
        self._raced = False
        self._damage: tuple[str, str] | None = None
        self._damaged = False
        self._pbx = self._client()
        self.sim.exchange.listeners.append(self._happened)

    def build(self, day: Day) -> tuple[Simulator, History, Oracle]:
        """Return the PBX of a day, its truth, and what judges by that."""
        sim = office(self.clock, day.firmware)
        history = History(sim, self.now)
        return sim, history, Oracle(history)

    def _client(self) -> YeastarS:
        return client(self._post, self.sim, self.clock.now, self.now)

    # -- requests

    def _post(
        self, version: str, endpoint: str, body: dict[str, str], query: dict[str, str]
    ) -> dict[str, Any]:
        if self._cut:
            raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
        answer = self.sim.pbx.answer(
            "POST", version, endpoint, query, encode(body).encode(), REMOTE
        )
        assert isinstance(answer, dict)
        if self._race is not None:
            rest, step = self._race
            self._race = (rest - 1, step) if rest else None
            if not rest:
                self._raced = True
                self.say(lambda: f"  meanwhile {step}")
                self.activity.do(step)
                self.history.look()
        if self._damage is not None and self._damage[0] == endpoint:
            kind, self._damage = self._damage[1], None
            self._damaged = True
            answer = damaged(answer, kind)
        if self.trace is not None and endpoint != "login":
            self.say(lambda: f"  {endpoint} {body or ''} -> {brief(answer)}")
        return answer

    # -- reports

    def _happened(self, event: Event | CallChanged) -> None:
        """Let the reports of an event run the gauntlet."""
        if not self.sim.reporter.is_reported(event):
            return
        reported = self.sim.reporter.reports_of(event, self._format)
        for index, report in enumerate(reported):
            fault = self._faults.popleft() if self._faults else ""
            body = report.body
            if self._cut:
                self._note(event, "lost", body)
                continue
            if fault == "delayed":
                self._note(event, "late", body)
                self._late.append((event, body))
                continue
            if fault == "reordered" and self._held is None:
                self._note(event, "late", body)
                self._held = event, body
                continue
            if fault in ("lost", "garbled"):
                self._note(event, fault, body)
                if fault == "garbled":
                    self._tell(body[: len(body) // 2] + b"\xff{")
            else:
                # Once one is late, those behind it are not in their turn either.
                ahead = self._held is None and not self._late
                self._note(event, "told" if ahead else "early", body, index)
                self._tell(body)
                if fault == "doubled":
                    self._tell(body)
            if self._held is not None:
                held, self._held = self._held, None
                if isinstance(held[0], Booted):
                    self.history.booted_late()
                self.say(lambda held=held: f"  late   {held[1].decode()}")  # type: ignore[misc]
                self._tell(held[1])

    def _note(
        self, event: Event | CallChanged, fate: str, body: bytes, index: int = 0
    ) -> None:
        # What is in its turn but behind one that is late tells all the same.
        self.note(event, "told" if fate == "early" else fate, index)
        self.say(lambda: f"  {fate:6} {body.decode(errors='replace')}")

    def note(self, event: Event | CallChanged, fate: str, index: int) -> None:
        """Note what became of a report, which is one of several of an event."""
        assert not isinstance(event, CallChanged)
        swapped = index > 0 and isinstance(event, Happened) and event.kind == "bye"
        self.history.heard(event, fate, swapped)

    def _tell(self, body: bytes) -> None:
        received = self._pbx.parse(body)
        for report in () if received is None else received.reports:
            self.take(self.board.apply(report, self.now()))

    # -- polls

    @override
    def poll(self) -> None:
        """Read everything, as the coordinator does."""
        self.board.expect_snapshot()
        self._raced = self._damaged = False
        self.say(lambda: "poll")
        try:
            snapshot = finished(self._pbx.snapshot())
        except PbxError as error:
            self._silent = True
            self._damage = None
            self.history.hit = True
            failure = repr(error)
            self.say(lambda: f"  failed {failure}")
            return
        silent = self._silent
        if self._raced or self._damaged:
            self.history.hit = True
            self.history.half_polled()
        else:
            self.seen(silent=silent)
        changes = self.board.reconcile(snapshot, self.now(), silent=silent)
        self._silent = False
        self.doubtful = changes.doubtful or self._again(snapshot)
        if silent:
            self.oracle.silent_poll()
        self.take(changes)

    def seen(self, *, silent: bool) -> None:
        """Note that a poll has seen what it can."""
        self.history.polled(view_of(self.sim), silent=silent)

    def _again(self, snapshot: Snapshot) -> bool:
        """Return whether a poll asks for another one because it was incomplete."""
        return False

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        end = self.clock.now() + seconds
        while True:
            deadline = self.board.next_deadline
            due = end if deadline is None else min(end, deadline - self.offset)
            alarm = self.clock.next_alarm
            if alarm is not None:
                due = min(due, alarm)
            self.clock.run_to(max(due, self.clock.now()))
            self.history.look()
            self.take(self.board.settle(self.now()))
            if due >= end or self.clock.now() >= end:
                return

    def deliver(self) -> None:
        """Let the reports arrive that were late."""
        late, self._late = self._late, []
        if self._held is not None:
            late.append(self._held)
            self._held = None
        for event, body in late:
            if isinstance(event, Booted):
                self.history.booted_late()
            self.say(lambda body=body: f"  late   {body.decode()}")  # type: ignore[misc]
            self._tell(body)

    # -- a day

    @override
    def do(self, step: Step, following: deque[Step]) -> None:
        """Let a fault happen, or the PBX be read."""
        match step.what:
            case "race" if following:
                self._race = (step.who, following.popleft())
                self.poll()
                self._race = None
            case "poll":
                self.poll()
            case "wait":
                self.wait(3)
            case "wait_long":
                self.wait(35)
            case "cut":
                self._cut = True
            case "mend":
                self._mend()
            case "restart":
                # Booting takes longer than the time between two polls.
                self._cut = False
                self.sim.restart()
                self.history.look()
                self.poll()
            case "expire":
                self.sim.expire_tokens()
            case "deliver":
                self.deliver()
            case "reload":
                self.board = Switchboard(reader=YeastarS.call_reader)
                self._silent = True
                self._forget()
                self.history.hit = True
                self.history.reloaded()
                self.oracle.reloaded()
                self.poll()
            case "damage":
                self._damage = self.endpoints[step.who % 5], DAMAGES[step.whom % 5]
                self.poll()
                self._damage = None
            case "clock":
                self.offset += JUMPS[step.who % 6]
                self.history.jumped()
            case _ if step.what in KINDS:
                self._faults.extend([KINDS[step.what]] * (1 + step.who))

    def _forget(self) -> None:
        """Let the client begin anew, if it remembers anything of calls."""

    def _mend(self) -> None:
        if self._cut:
            self._cut = False
            self.poll()

    @override
    def come_to_rest(self) -> None:
        """Let everything go well again, and all reports arrive."""
        self.say(lambda: "rest")
        self._faults.clear()
        self._mend()
        self.deliver()
        self.wait(3)


def damaged(answer: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return an answer as a PBX with a fault may give it."""
    match kind:
        case "missing_fields":
            return dict(without(answer, ()))
        case "wrong_types":
            return dict(mistyped(answer, ()))
        case "errno":
            return {"status": "Failed", "errno": "30001"}
    return {
        key: [{} if isinstance(item, dict) else item for item in value]
        if isinstance(value, list)
        else value
        for key, value in answer.items()
    }


SHOWN: Final = frozenset(
    {"extnumber", "status", "inbound", "outbound", "ext", "inboundid", "outboundid"}
    | {"from", "to", "trunk", "callee", "extid", "ivrid", "trunkname"}
)


def brief(value: Any) -> Any:
    """Return an answer without the settings that are of no interest here."""
    if isinstance(value, list):
        return [brief(item) for item in value]
    if not isinstance(value, dict):
        return value
    lists = {"extlist", "extinfos", "trunklist", "errno"}
    return {key: brief(item) for key, item in value.items() if key in SHOWN | lists}


def live(day: Day, trace: list[str] | None = None) -> list[Wrong]:
    """Let a day pass, and return what was wrong."""
    return Listening(day, trace).live()


def numbers() -> Iterable[str]:
    """Return the extensions that can exist."""
    return (*PHONES, NEWCOMER)
