"""A supervisor's leg on somebody's call: listen, whisper, barge in."""

from typing import TYPE_CHECKING, Literal

from tests.simulator.clock import Alarm

from .cdr import CallRecord, Outcome
from .events import CallEvent, CallEventKind, CallRecorded, LegState, Party
from .leg import Leg

if TYPE_CHECKING:
    from .call import SimCall
    from .exchange import Exchange

type MonitorMode = Literal["listen", "whisper", "barge_in"]
type MonitorState = Literal["ringing", "active", "ended"]


class MonitorLeg:
    """The call from the PBX to the supervisor's phone; it occupies that phone (reference 4.5)."""

    def __init__(
        self, exchange: Exchange, mode: MonitorMode, leg: Leg, call: SimCall
    ) -> None:
        """Begin with a phone that does nothing yet."""
        self._exchange = exchange
        self.mode = mode
        self.leg = leg
        self.call = call
        self.call_id = leg.call_id
        self.state: MonitorState = "ringing"
        self.extension = ""
        self._started = exchange.clock.now()
        self._answered: float | None = None
        self._timer: Alarm | None = None

    @property
    def supervisor(self) -> str:
        """Return the number of the extension that monitors."""
        return self.leg.number

    def begin(self, extension: str) -> None:
        """Call the supervisor's phone; one that supports auto-answer picks up by itself."""
        self.extension = extension
        self.call.monitors.append(self)
        self._exchange.monitors[self.call_id] = self
        phone = self._exchange.extensions[self.supervisor]
        delay = self._exchange.switches.auto_answer_delay
        if phone.auto_answer and delay <= 0:
            self.leg.state = LegState.TALKING
            self._exchange.occupy(self.leg)
            self._report("ring")
            self.answer()
            return
        self.leg.state = LegState.RINGING
        self._exchange.occupy(self.leg)
        self._report("ring")
        if phone.auto_answer:
            self._timer = self._exchange.later(delay, self.answer)
        else:
            self._timer = self._exchange.later(phone.ring_seconds, self.end)

    def answer(self) -> None:
        """Pick up: the monitoring starts."""
        self._no_timer()
        self.state = "active"
        self.leg.state = LegState.TALKING
        self._answered = self._exchange.clock.now()
        self._exchange.touch(self.leg)
        self._report("answer")

    def end(self) -> None:
        """Free the supervisor's phone."""
        if self.state == "ended":
            return
        self._no_timer()
        self.state = "ended"
        if self in self.call.monitors:
            self.call.monitors.remove(self)
        self._exchange.monitors.pop(self.call_id, None)
        self._report("bye")
        self._exchange.release(self.leg)
        if self._exchange.switches.monitor_cdr:
            self._exchange.emit(CallRecorded(self._record()))

    def drop(self) -> None:
        """Vanish without a trace, as when the PBX restarts."""
        self._no_timer()
        self.state = "ended"

    def _no_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def _report(self, kind: CallEventKind) -> None:
        """Reference 9.9: whether these legs are reported is unknown, so it is a switch."""
        if self._exchange.switches.monitor_reports:
            parties: tuple[Party, ...] = (self.leg.party(),)
            self._exchange.emit(CallEvent(kind, self.call_id, parties, by_api=True))

    def _record(self) -> CallRecord:
        return CallRecord(
            self.call_id,
            "internal",
            self.extension,
            self.supervisor,
            "",
            "",
            self._started,
            self._answered,
            self._exchange.clock.now(),
            Outcome.NO_ANSWER if self._answered is None else Outcome.ANSWERED,
        )
