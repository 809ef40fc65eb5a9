"""What can happen: drawn as data, so that what fails can be shrunk and kept."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st

from tests.simulator import (
    Forward,
    ManualClock,
    SimCall,
    SimExtension,
    SimTrunk,
    Simulator,
    Switches,
)
from tests.simulator.exchange.errors import ExchangeError
from tests.simulator.exchange.events import LegState

PHONES: Final = ("1001", "1002", "1003", "1004", "1005", "1006")
OUTSIDE: Final = ("0123456789", "41000", "018396210850")
ELSEWHERE: Final = "70871520926"
SERIAL: Final = "369362089179"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens; which extension or call it concerns is counted around."""

    what: str
    who: int = 0
    whom: int = 0


@dataclass(frozen=True, slots=True)
class Firmware:
    """How the PBX decides what the reference leaves open."""

    report_format: str = "1.0.2"
    call_objects: str = "array"
    ring_reports: str = "all"
    report_hold: bool = False
    waiting_call_word: str = "Busy"
    transfer_cdr: str = "segments"
    monitor_reports: bool = False

    @property
    def switches(self) -> Switches:
        """Return what the simulator calls it."""
        names = ("call_objects", "ring_reports", "report_hold", "waiting_call_word")
        rest = ("transfer_cdr", "monitor_reports")
        chosen: dict[str, Any] = {name: getattr(self, name) for name in names + rest}
        # Reference 9.9: where those legs are reported, they get a record too.
        return Switches(**chosen, monitor_cdr=self.monitor_reports)


def office(clock: ManualClock, firmware: Firmware) -> Simulator:
    """Return a PBX with six phones, a ring group, a queue, an IVR and two trunks."""
    sim = Simulator(
        clock,
        firmware.switches,
        serial=SERIAL,
        extensions=[
            SimExtension(
                number,
                f"Phone {number}",
                allow_being_monitored=True,
                monitor_mode="Extensive",
            )
            for number in PHONES
        ],
        trunks=[SimTrunk("SIP-142"), SimTrunk("FXO-1", "FXO", "Idle", prefix="9")],
    )
    sim.exchange.ring_groups.clear()
    sim.exchange.ring_groups["6200"] = ["1001", "1002", "1003"]
    sim.exchange.queues.clear()
    sim.exchange.queues["6700"] = ["1003", "1004"]
    sim.exchange.ivrs.clear()
    sim.exchange.ivrs["6500"] = "Welcome"
    sim.extensions["1005"].no_answer_forward = Forward(on=True)
    sim.extensions["1006"].busy_forward = Forward(True, "Extension", extension="1004")
    return sim


class Activity:
    """What people do with their phones; what cannot be done is left."""

    def __init__(self, sim: Simulator) -> None:
        """Keep where."""
        self.sim = sim
        self._steps: dict[str, Callable[[str, str, int], object]] = {
            "call": lambda who, whom, n: sim.call(*self._strangers(who, whom)),
            "talk": lambda who, whom, n: sim.call(
                *self._strangers(who, whom), answer=True
            ),
            "inbound": lambda who, whom, n: sim.inbound(OUTSIDE[n % 3], whom),
            "outbound": lambda who, whom, n: sim.outbound(
                self._free_hand(who), OUTSIDE[n % 3]
            ),
            "dial": lambda who, whom, n: sim.exchange.dial(
                *self._strangers(who, whom), pick_up=n > 2
            ),
            "to_group": lambda who, whom, n: sim.call(self._free_hand(who), "6200"),
            "group_inbound": lambda who, whom, n: sim.inbound(OUTSIDE[n % 3], "6200"),
            "to_queue": lambda who, whom, n: sim.call(self._free_hand(who), "6700"),
            "queue_inbound": lambda who, whom, n: sim.inbound(OUTSIDE[n % 3], "6700"),
            "to_ivr": lambda who, whom, n: sim.call(self._free_hand(who), "6500"),
            "ivr_inbound": lambda who, whom, n: sim.inbound(OUTSIDE[n % 3], "6500"),
            "answer": lambda who, whom, n: self._call(n).answer(),
            "pick_up": lambda who, whom, n: sim.pick_up(who),
            "reject": lambda who, whom, n: self._call(n).reject(),
            "hang_up": lambda who, whom, n: self._call(n).hang_up(),
            "hang_up_phone": lambda who, whom, n: sim.exchange.hang_up_extension(who),
            "other_hangs_up": self._other_hangs_up,
            "hold": lambda who, whom, n: self._call_of(who, n).hold(who),
            "unhold": lambda who, whom, n: self._call_of(who, n).unhold(who),
            "transfer": lambda who, whom, n: self._talk(n, whom).transfer(whom),
            "transfer_out": lambda who, whom, n: self._talk(n, ELSEWHERE).transfer(
                ELSEWHERE
            ),
            "unregister": lambda who, whom, n: sim.set_registered(who, False),
            "register": lambda who, whom, n: sim.set_registered(who, True),
            "supervise": lambda who, whom, n: self._supervise(who, whom),
            "trunk_down": lambda who, whom, n: sim.set_trunk_status(
                "SIP-142", "Unregistered"
            ),
            "trunk_up": lambda who, whom, n: sim.set_trunk_status(
                "SIP-142", "Registered"
            ),
        }

    def do(self, step: Step) -> bool:
        """Let it happen if it can; return whether it is something of this kind."""
        if step.what not in self._steps:
            return False
        who, whom = PHONES[step.who % 6], PHONES[step.whom % 6]
        with suppress(ExchangeError):
            self._steps[step.what](who, whom, step.whom)
        return True

    def _free_hand(self, number: str) -> str:
        """Return who dials, unless they are dialling already, or their phone rings."""
        legs = self.sim.exchange.legs_of(number)
        if any(leg.state in (LegState.CALLING, LegState.RINGING) for leg in legs):
            raise ExchangeError(f"{number} has something else to do")
        return number

    def _strangers(self, who: str, whom: str) -> tuple[str, str]:
        """Return two who have no call with each other yet."""
        calls = self.sim.exchange.calls_of(who)
        if who == whom or any(whom in call.numbers for call in calls):
            raise ExchangeError(f"{who} has {whom} on the line")
        return self._free_hand(who), whom

    def _call(self, index: int) -> SimCall:
        calls = list(self.sim.calls.values())
        if not calls:
            raise ExchangeError("There is no call")
        return calls[index % len(calls)]

    def _talk(self, index: int, to: str) -> SimCall:
        call = self._call(index)
        if not call.connected or to in call.numbers:
            raise ExchangeError("Nobody talks, or to the wrong one")
        return call

    def _call_of(self, number: str, index: int) -> SimCall:
        calls = self.sim.exchange.calls_of(number)
        if not calls:
            raise ExchangeError("There is no call")
        return calls[index % len(calls)]

    def _other_hangs_up(self, who: str, whom: str, n: int) -> None:
        call = self._call(n)
        if call.callees:
            self.sim.exchange.hang_up_leg(call.callees[-1])

    def _supervise(self, who: str, whom: str) -> None:
        if who != whom and self.sim.exchange.free(who):
            self.sim.exchange.monitor("whisper", who, whom)


CALLS: Final = (
    *("call", "talk", "inbound", "outbound", "dial", "to_group", "group_inbound"),
    *("to_queue", "queue_inbound", "to_ivr", "ivr_inbound"),
)
MORE: Final = (
    *("answer", "pick_up", "reject", "hang_up", "hang_up_phone", "other_hangs_up"),
    *("hold", "unhold", "transfer", "transfer_out", "unregister", "register"),
    *("supervise", "trunk_down", "trunk_up"),
)
REPORTS: Final = ("lose", "double", "delay", "reorder", "garble", "deliver")
FAULTS: Final = (
    *REPORTS,
    *(
        "cut",
        "mend",
        "restart",
        "expire",
        "reload",
        "race",
        "poll",
        "wait",
        "wait_long",
    ),
)

activity: Final = st.builds(
    Step,
    st.sampled_from(CALLS) | st.sampled_from(MORE),
    st.integers(0, 5),
    st.integers(0, 5),
)
fault: Final = st.builds(
    Step, st.sampled_from(FAULTS), st.integers(0, 5), st.integers(0, 5)
)
waits: Final = st.builds(Step, st.sampled_from(("wait", "wait_long", "poll")))
quiet_days: Final = st.lists(activity | activity | activity | waits, max_size=25)
bad_days: Final = st.lists(activity | activity | fault, max_size=25)
firmwares: Final = st.builds(
    Firmware,
    report_format=st.sampled_from(("1.0.2", "legacy")),
    call_objects=st.sampled_from(("array", "object")),
    ring_reports=st.sampled_from(("all", "api", "none")),
    report_hold=st.booleans(),
    waiting_call_word=st.sampled_from(("Busy", "Ringing")),
    transfer_cdr=st.sampled_from(("segments", "once")),
    monitor_reports=st.booleans(),
)
# What tells every ring.
talkative: Final = st.builds(
    Firmware,
    report_format=st.sampled_from(("1.0.2", "legacy")),
    waiting_call_word=st.sampled_from(("Busy", "Ringing")),
    transfer_cdr=st.sampled_from(("segments", "once")),
    report_hold=st.just(True),
)
