"""listen, whisper, barge: reference 4."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulator.exchange import CallState, MonitorLeg, SimCall
from tests.simulator.exchange.events import ExtensionState
from tests.simulator.exchange.monitoring import MonitorMode

from .answers import Answer, Refused, success
from .request import Body
from .sessions import Session

if TYPE_CHECKING:
    from .pbx import YeastarS

# Reference 4.3: the modes that each `monitormode` covers; `Disabled` covers none.
COVERED: dict[str, frozenset[str]] = {
    "Extensive": frozenset({"listen", "whisper", "barge_in"}),
    "Listen": frozenset({"listen"}),
    "Whisper": frozenset({"whisper"}),
    "Barge-in": frozenset({"barge_in"}),
}


class Rules:
    """The conditions of one monitoring request, each of which may refuse it."""

    def __init__(
        self, pbx: YeastarS, mode: MonitorMode, supervisor: str, extension: str
    ) -> None:
        """Hold who is meant; either may be blank."""
        self._exchange = pbx.exchange
        self._switches = pbx.switches
        self._mode = mode
        self._supervisor = supervisor
        self._extension = extension
        self._tests: dict[str, Callable[[], str | None]] = {
            "10004": self._blank,
            "10006": self._unknown,
            "10007": self._not_in_a_call,
            "10008": self._not_idle,
            "10009": self._not_allowed,
            "10010": self._not_covered,
        }

    def refusal(self) -> str | None:
        """Return the first errno in the order of the switch (reference 4.4)."""
        for errno in self._switches.monitor_order:
            if refused := self._tests[errno]():
                return refused
        return None

    def _blank(self) -> str | None:
        return None if self._supervisor and self._extension else "10004"

    def _unknown(self) -> str | None:
        known = self._exchange.extensions
        return (
            None if self._supervisor in known and self._extension in known else "10006"
        )

    def _not_idle(self) -> str | None:
        supervisor = self._exchange.extensions.get(self._supervisor)
        if supervisor is None:
            return None
        if self._supervisor == self._extension:
            return self._switches.monitor_self_errno
        state = self._exchange.state_of(self._supervisor)
        if state is ExtensionState.ABSENT:
            return self._switches.monitor_absent_errno
        return None if state is ExtensionState.FREE else "10008"

    def _not_covered(self) -> str | None:
        supervisor = self._exchange.extensions.get(self._supervisor)
        if supervisor is None:
            return None
        covered = COVERED.get(supervisor.monitor_mode, frozenset())
        return None if self._mode in covered else "10010"

    def _not_allowed(self) -> str | None:
        extension = self._exchange.extensions.get(self._extension)
        if extension is None:
            return None
        if not extension.allow_being_monitored:
            return "10009"
        monitors = [m for call in self._calls() for m in call.monitors]
        second = any(
            m.extension == self._extension and m.mode == "listen" for m in monitors
        )
        if self._mode == "listen" and second:
            return self._switches.monitor_second_errno
        return None

    def _not_in_a_call(self) -> str | None:
        states = {call.state for call in self._calls()}
        if not states:
            return "10007"
        if states <= {CallState.RINGING, CallState.DIALLING}:
            return self._switches.monitor_ringing_errno
        if CallState.TALKING not in states and CallState.HELD in states:
            return self._switches.monitor_hold_errno
        return None

    def _calls(self) -> list[SimCall]:
        return self._exchange.calls_of(self._extension)


def begin(
    pbx: YeastarS, mode: MonitorMode, supervisor: str, extension: str
) -> MonitorLeg:
    """Call the supervisor's phone; raise Refused where a condition does not hold."""
    refused = Rules(pbx, mode, supervisor, extension).refusal()
    if refused is not None:
        raise Refused(refused)
    return pbx.exchange.monitor(mode, supervisor, extension)


def _monitor(
    pbx: YeastarS, mode: MonitorMode, supervisor: str, extension: str
) -> Answer:
    """Success means that the supervisor's phone is being called; no call id (4.1)."""
    begin(pbx, mode, supervisor, extension)
    return success()


def _parameter(body: Body, name: str) -> str:
    if not body.sent:
        raise Refused("20007")
    return body.optional(name)


def listen(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/listen`."""
    return _monitor(
        pbx, "listen", _parameter(body, "listener"), _parameter(body, "listenedext")
    )


def whisper(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/whisper`."""
    whisperer, whispered = (
        _parameter(body, "whisperer"),
        _parameter(body, "whisperedext"),
    )
    return _monitor(pbx, "whisper", whisperer, whispered)


def barge(pbx: YeastarS, session: Session, body: Body) -> Answer:
    """`extension/barge`, whose monitor field is `bargein`."""
    return _monitor(
        pbx, "barge_in", _parameter(body, "bargein"), _parameter(body, "bargedext")
    )
