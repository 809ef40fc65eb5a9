"""The layer without Home Assistant: a switchboard that hears an exchange through faults."""

from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final, override
from unittest.mock import patch

from custom_components.pbx.client import Address, Switchboard
from custom_components.pbx.client.errors import PbxError, PbxUnreachable, Unreachable
from custom_components.pbx.client.yeastar.s import YeastarS, hash_password, reports
from tests.simulator import Simulator
from tests.simulator.exchange.events import Booted, CallEvent as Happened, Event
from tests.simulator.faults import mistyped, without
from tests.simulator.yeastar_s.answers import encode
from tests.simulator.yeastar_s.reports import reports_of

from .beside import JUMPS, Beside
from .history import History, View, view_of
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
        token: str | None = None,
        *,
        acting: bool = False,
    ) -> dict[str, Any]:
        """Send one request."""
        return self._post(version, endpoint, body, token)


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
    username: str,
    password: str,
    clock: Callable[[], float],
) -> YeastarS:
    """Return the client of the S-Series, whose requests go to `sim_post`."""
    with patch(
        "custom_components.pbx.client.yeastar.s.pbx.Transport",
        lambda *args: InProcess(sim_post),
    ):
        return YeastarS(
            None,  # type: ignore[arg-type]
            Address("pbx.invalid", 80, tls=False),
            username,
            hash_password(password),
            clock=clock,
        )


class Listening(Beside):
    """A switchboard beside an exchange, with everything between them that can go wrong."""

    sim: Simulator

    def __init__(self, day: Day, trace: list[str] | None = None) -> None:
        """Put both together."""
        super().__init__(day, trace)
        assert isinstance(day.firmware, Firmware)
        self._format = day.firmware.report_format
        sim = office(self.clock, day.firmware)
        history = History(sim, self.now)
        board = Switchboard(reader=YeastarS.call_reader)
        self.furnish(sim, history, Oracle(history), board)
        self._faults: deque[str] = deque()
        self._late: list[tuple[Event, bytes]] = []
        self._held: tuple[Event, bytes] | None = None
        self._cut = False
        self._silent = True
        self._race: tuple[int, Step] | None = None
        self._raced = False
        self._damage: tuple[str, str] | None = None
        self._damaged = False
        self._pbx = client(
            self._post, self.sim.username, self.sim.password, self.clock.now
        )
        self.sim.exchange.listeners.append(self._happened)

    # -- requests

    def _post(
        self, version: str, endpoint: str, body: dict[str, str], token: str | None
    ) -> dict[str, Any]:
        if self._cut:
            raise PbxUnreachable(Unreachable.CANNOT_CONNECT)
        query = {} if token is None else {"token": token}
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

    def _happened(self, event: Event) -> None:
        """Let the reports of an event run the gauntlet."""
        if not self.sim.reporter.is_reported(event):
            return
        reported = reports_of(
            event,
            self._format,
            self.sim.identity,
            self.sim.switches,
        )
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

    def _note(self, event: Event, fate: str, body: bytes, index: int = 0) -> None:
        swapped = index > 0 and isinstance(event, Happened) and event.kind == "bye"
        # What is in its turn but behind one that is late tells all the same.
        self.history.heard(event, "told" if fate == "early" else fate, swapped)
        self.say(lambda: f"  {fate:6} {body.decode(errors='replace')}")

    def _tell(self, body: bytes) -> None:
        received = reports.parse(body)
        if received is not None:
            self.take(self.board.apply(received.report, self.now()))

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
        view: View | None = None
        if not self._raced and not self._damaged:
            view = view_of(self.sim)
        else:
            self.history.hit = True
            self.history.half_polled()
        silent = self._silent
        if view is not None:
            self.history.polled(view, silent=silent)
        changes = self.board.reconcile(snapshot, self.now(), silent=silent)
        self._silent = False
        self.doubtful = changes.doubtful
        if silent:
            self.oracle.silent_poll()
        self.take(changes)

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
                self.board, self._silent = (
                    Switchboard(reader=YeastarS.call_reader),
                    True,
                )
                self.history.hit = True
                self.history.reloaded()
                self.oracle.reloaded()
                self.poll()
            case "damage":
                self._damage = ENDPOINTS[step.who % 5], DAMAGES[step.whom % 5]
                self.poll()
                self._damage = None
            case "clock":
                self.offset += JUMPS[step.who % 6]
                self.history.jumped()
            case _ if step.what in KINDS:
                self._faults.extend([KINDS[step.what]] * (1 + step.who))

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
