"""What can happen in a day, as data: drawn from one seed, so that it can be played again."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulator import (
    PRINTED_ORDER,
    RECOMMENDED_ORDER,
    Forward,
    SimCall,
    SimExtension,
    SimTrunk,
    Simulator,
    Switches,
)
from tests.simulator.chance import Chance
from tests.simulator.clock import Clock
from tests.simulator.exchange import CallState, Leg
from tests.simulator.exchange.errors import ExchangeError
from tests.simulator.exchange.events import LegKind, LegState, SettingsChanged
from tests.simulator.telephony import Telephony

PHONES: Final = ("1001", "1002", "1003", "1004", "1005", "1006")
NEWCOMER: Final = "1007"
OUTSIDE: Final = ("0123456789", "41000", "018396210850")
ELSEWHERE: Final = "70871520926"
SERIAL: Final = "369362089179"
SLOTS: Final = ("6900", "6901")

# Every switch of the simulator, and what it is drawn from; the first is what a PBX has
# that tells most. A test compares the names with those of `Switches`.
VARIED: Final[Mapping[str, tuple[Any, ...]]] = {
    "get_allowed": (True, False),
    "expired_token_errno": ("20004", "20005", "20006"),
    "token_lifetime": (1800.0, 60.0),
    "reports_keep_token": (True, False),
    "lockout_failures": (5, 3),
    "lockout_seconds": (600.0, 60.0),
    "lockout_drops": (False, True),
    "single_session": (False, True),
    "port_required": (False, True),
    "heartbeat_requires_address": (False, True),
    "old_login_fields": (True, False),
    "odd_report_format": ("legacy", "1.0.2"),
    "sip_free_word": ("Registered", "Idle"),
    "lowercase_unavailable": (False, True),
    "agent_id_in_list": (True, False),
    "call_objects": ("array", "object"),
    "unknown_in_query": ("10006", "omit"),
    "unknown_call_in_query": ("omit", "10007"),
    "apply_limit": (3, 1),
    "apply_window": (10.0, 5.0),
    "update_limit": (None, 1),
    "monitor_order": (RECOMMENDED_ORDER, PRINTED_ORDER),
    "monitor_self_errno": ("10008", "10007"),
    "monitor_absent_errno": ("10008", "10007"),
    "monitor_ringing_errno": ("10007", None),
    "monitor_hold_errno": (None, "10007"),
    "monitor_second_errno": ("10009", None),
    "auto_answer_delay": (0.0, 2.0),
    "monitor_reports": (False, True),
    "monitor_cdr": (False, True),
    "invite_window": (10.0, 3.0),
    "answer_after": (None, None, None, 7.0),
    "voicemail_seconds": (20.0, 4.0),
    "waiting_call_word": ("Busy", "Ringing"),
    "queue_retry": (5.0, 1.0),
    "unanswered_group_cdr": ("group", "member"),
    "hangup_takes": ("all", "active"),
    "transfer_cdr": ("segments", "once"),
    "failure_words": ("1.0.6", "2017"),
    "message_seconds": (2.0, 0.5),
    "messages_delivered": (True, False),
    "empty_history": ("20021", "header"),
    "history_order": ("oldest", "newest"),
    "recordings": (True, False),
    "ring_reports": ("all", "api", "none"),
    "ring_report_for_caller": (False, True),
    "report_hold": (True, False),
    "report_serial": ("all", "not_legacy", "none"),
    "report_tries": (3, 1),
    "report_spacing": (1.0, 0.5),
    "report_timeout": (5.0, 4.0),
    "report_queue": (1000, 500),
    "reports_to": ("every_session", "last_login"),
    "duplicate_targets": (False, True),
    "boot_report": (True, False),
    "report_host": ("target", "documented"),
}
FORMATS: Final = ("1.0.2", "legacy")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens; which extension or call it concerns is counted around."""

    what: str
    who: int = 0
    whom: int = 0


@dataclass(frozen=True, slots=True)
class Chosen:
    """A PBX whose switches are drawn: those that are not the first of theirs."""

    chosen: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Firmware(Chosen):
    """How the PBX decides what the reference leaves open: the switches that are not first."""

    report_format: str = "1.0.2"

    @property
    def switches(self) -> Switches:
        """Return what the simulator calls it."""
        first: dict[str, Any] = {name: values[0] for name, values in VARIED.items()}
        return Switches(**{**first, **self.chosen})


@dataclass(frozen=True, slots=True)
class Day:
    """A day: its steps on a PBX of some firmware; `seed` and kind name it."""

    steps: tuple[Step, ...]
    firmware: Chosen
    name: str = ""


CALLS: Final = (
    *("call", "talk", "inbound", "outbound", "dial", "to_group", "group_inbound"),
    *("to_queue", "queue_inbound", "to_ivr", "ivr_inbound", "to_conference"),
)
MORE: Final = (
    *("answer", "answer", "pick_up", "pick_up", "reject", "hang_up", "hang_up_phone"),
    *(
        "other_hangs_up",
        "hold",
        "hold",
        "unhold",
        "unhold",
        "transfer",
        "transfer_out",
        "attended",
    ),
    *("park", "fetch", "unregister", "register", "register", "supervise"),
    *("trunk_down", "trunk_up", "rename", "add", "delete", "setting", "address"),
)
WAITS: Final = ("wait", "wait_long", "poll")
KINDS: Final = {
    "lose": "lost",
    "double": "doubled",
    "delay": "delayed",
    "reorder": "reordered",
    "garble": "garbled",
}
FAULTS: Final = (
    *KINDS,
    *("deliver", "cut", "mend", "restart", "expire", "reload", "race", "damage"),
    *("clock", "poll", "wait", "wait_long"),
)
SHORT: Final = (0, 25)
LONG: Final = (40, 80)


def draw(seed: int, length: tuple[int, int] = SHORT, *, faults: bool = True) -> Day:
    """Return the day of a seed; the same one for ever."""
    chance = Chance(f"{seed} {length} {faults}")
    steps = []
    for _ in range(chance.randint(*length)):
        kind = chance.random()
        if kind < 0.33:
            what = chance.choice(CALLS)
        elif kind < (0.72 if faults else 0.87):
            what = chance.choice(MORE)
        else:
            what = chance.choice(FAULTS if faults else WAITS)
        steps.append(Step(what, chance.randrange(6), chance.randrange(6)))
    # Every other PBX tells most; the others differ in what is drawn.
    share = chance.choice((0.0, 0.0, 0.25, 0.5))
    chosen = {
        name: chance.choice(values)
        for name, values in VARIED.items()
        if chance.random() < share
    }
    kind_name = f"{'faults' if faults else 'quiet'} {length[0]}-{length[1]}"
    return Day(
        tuple(steps), Firmware(chosen, chance.choice(FORMATS)), f"{seed} {kind_name}"
    )


def office(clock: Clock, firmware: Chosen, serial: str = SERIAL) -> Simulator:
    """Return a PBX with six phones, a ring group, a queue, an IVR and two trunks."""
    assert isinstance(firmware, Firmware)
    sim = Simulator(
        clock, firmware.switches, serial=serial, extensions=staff(), trunks=lines()
    )
    furnish(sim)
    return sim


def staff() -> list[SimExtension]:
    """Return the six phones."""
    return [
        SimExtension(
            number,
            f"Phone {number}",
            allow_being_monitored=True,
            monitor_mode="Extensive",
        )
        for number in PHONES
    ]


def lines() -> list[SimTrunk]:
    """Return the two trunks."""
    return [SimTrunk("SIP-142"), SimTrunk("FXO-1", "FXO", "Idle", prefix="9")]


def furnish(sim: Telephony) -> None:
    """Give a PBX its groups and services, and its people their settings."""
    exchange = sim.exchange
    exchange.ring_groups.clear()
    exchange.ring_groups["6200"] = ["1001", "1002", "1003"]
    exchange.queues.clear()
    exchange.queues["6700"] = ["1003", "1004"]
    exchange.ivrs.clear()
    exchange.ivrs["6500"] = "Welcome"
    exchange.conferences["6400"] = "Meeting"
    exchange.parking.extend(SLOTS)
    sim.extensions["1005"].no_answer_forward = Forward(on=True)
    sim.extensions["1006"].busy_forward = Forward(True, "Extension", extension="1004")


type Deed = Callable[[str, str, int], object]


class Activity:
    """What people do with their phones; what cannot be done is left.

    A phone that is not registered cannot press a key.
    """

    def __init__(self, sim: Telephony) -> None:
        """Keep where."""
        self.sim = sim
        exchange = sim.exchange
        self.deeds: dict[str, Deed] = {
            "call": lambda who, whom, n: sim.call(*self._strangers(who, whom)),
            "talk": lambda who, whom, n: self._pick_up_at(
                sim.call(*self._strangers(who, whom)), n
            ),
            "inbound": lambda who, whom, n: sim.inbound(OUTSIDE[n % 3], whom),
            "outbound": lambda who, whom, n: sim.outbound(
                self._free_hand(who), OUTSIDE[n % 3]
            ),
            "dial": lambda who, whom, n: exchange.dial(
                *self._strangers(who, whom), pick_up=n > 2
            ),
            "to_group": lambda who, whom, n: sim.call(self._free_hand(who), "6200"),
            "group_inbound": lambda who, whom, n: sim.inbound(OUTSIDE[n % 3], "6200"),
            "to_queue": lambda who, whom, n: sim.call(self._free_hand(who), "6700"),
            "queue_inbound": lambda who, whom, n: sim.inbound(OUTSIDE[n % 3], "6700"),
            "to_ivr": lambda who, whom, n: sim.call(self._free_hand(who), "6500"),
            "ivr_inbound": lambda who, whom, n: sim.inbound(OUTSIDE[n % 3], "6500"),
            "to_conference": lambda who, whom, n: sim.call(
                self._free_hand(who), "6400"
            ),
            "answer": lambda who, whom, n: self._pick_up_at(self._call(n), who),
            "pick_up": lambda who, whom, n: sim.pick_up(self._hand(who)),
            "reject": lambda who, whom, n: self._reject(self._call(n), who),
            "hang_up": lambda who, whom, n: self._hang_up(self._call(n).caller),
            "hang_up_phone": lambda who, whom, n: exchange.hang_up_extension(
                self._hand(who)
            ),
            "other_hangs_up": lambda who, whom, n: self._hang_up(
                *self._call(n).callees[-1:]
            ),
            "hold": lambda who, whom, n: self._hold(n, LegState.TALKING),
            "unhold": lambda who, whom, n: self._hold(n, LegState.HELD),
            "transfer": lambda who, whom, n: self._transfer(n, whom),
            "transfer_out": lambda who, whom, n: self._transfer(n, ELSEWHERE),
            "attended": lambda who, whom, n: self._attended(n),
            "park": lambda who, whom, n: self._park(n),
            "fetch": lambda who, whom, n: self._fetch(who),
            "unregister": lambda who, whom, n: self._register(who, False),
            "register": lambda who, whom, n: self._register(who, True),
            # Reference 6.1: `Registered` is also sent when a phone's address changes.
            "address": lambda who, whom, n: self._address_changes(who),
            "supervise": lambda who, whom, n: self._supervise(who, whom),
            "trunk_down": lambda who, whom, n: sim.set_trunk_status(
                "SIP-142", "Unregistered"
            ),
            "trunk_up": lambda who, whom, n: sim.set_trunk_status(
                "SIP-142", "Registered"
            ),
            "rename": lambda who, whom, n: sim.rename_extension(
                self._known(who), f"Person {n}"
            ),
            "add": lambda who, whom, n: self._add(),
            "delete": lambda who, whom, n: self._delete(),
            "setting": lambda who, whom, n: self._set(who, n),
        }

    def do(self, step: Step) -> bool:
        """Let it happen if it can; return whether it is something of this kind."""
        deed = self.deeds.get(step.what)
        if deed is None:
            return False
        with suppress(ExchangeError):
            deed(PHONES[step.who % 6], PHONES[step.whom % 6], step.whom)
        return True

    # -- who can do it

    def _known(self, number: str) -> str:
        if number not in self.sim.extensions:
            raise ExchangeError(f"{number} does not exist")
        return number

    def _hand(self, number: str) -> str:
        """Return who presses a key, if their phone is registered."""
        if not self.sim.extensions[self._known(number)].registered:
            raise ExchangeError(f"{number} is out of reach")
        return number

    def _free_hand(self, number: str) -> str:
        """Return who dials, unless they are dialling already, or their phone rings."""
        legs = self.sim.exchange.legs_of(self._hand(number))
        if any(leg.state in (LegState.CALLING, LegState.RINGING) for leg in legs):
            raise ExchangeError(f"{number} has something else to do")
        return number

    def _strangers(self, who: str, whom: str) -> tuple[str, str]:
        """Return two who have no call with each other yet."""
        calls = self.sim.exchange.calls_of(who)
        if who == whom or any(whom in call.numbers for call in calls):
            raise ExchangeError(f"{who} has {whom} on the line")
        return self._free_hand(who), self._known(whom)

    def _call(self, index: int) -> SimCall:
        calls = list(self.sim.calls.values())
        if not calls:
            raise ExchangeError("There is no call")
        return calls[index % len(calls)]

    def _can_press(self, leg: Leg) -> bool:
        if leg.kind is LegKind.EXTENSION:
            extension = self.sim.extensions.get(leg.number)
            return extension is not None and extension.registered
        return leg.outside

    # -- what takes more than a word

    def _ringing_at(self, call: SimCall, index: int) -> Leg:
        if call.state is CallState.DIALLING:
            legs = [call.caller]
        else:
            legs = [leg for leg in call.callees if leg.state is LegState.RINGING]
        legs = [leg for leg in legs if self._can_press(leg)]
        if not legs:
            raise ExchangeError("Nothing rings")
        return legs[index % len(legs)]

    def _pick_up_at(self, call: SimCall, index: str | int) -> None:
        leg = self._ringing_at(call, int(index))
        call.answer(leg.number)

    def _reject(self, call: SimCall, index: str) -> None:
        leg = self._ringing_at(call, int(index))
        call.reject(leg.number)

    def _hang_up(self, *legs: Leg) -> None:
        if not legs or not self._can_press(legs[0]):
            raise ExchangeError("Nobody can hang up")
        self.sim.exchange.hang_up_leg(legs[0])

    def _transfer(self, index: int, to: str) -> None:
        call = self._call(index)
        if not call.connected or to in call.numbers:
            raise ExchangeError("Nobody talks, or to the wrong one")
        leaving = [
            leg
            for leg in call.legs
            if leg.kind is LegKind.EXTENSION and self._can_press(leg)
        ]
        if not leaving:
            raise ExchangeError("Nobody can press a key")
        call.transfer(to, by=leaving[-1].number)

    def _hold(self, index: int, state: LegState) -> None:
        """Let one of those who talk hold their call, or one who holds it take it back."""
        found = [
            (call, leg)
            for call in self.sim.calls.values()
            if call.connected
            for leg in call.legs
            if leg.kind is LegKind.EXTENSION
            and leg.state is state
            and self._can_press(leg)
        ]
        if not found:
            raise ExchangeError("Nobody can press a key")
        call, leg = found[index % len(found)]
        if state is LegState.TALKING:
            call.hold(leg.number)
        else:
            call.unhold(leg.number)

    def _attended(self, index: int) -> None:
        """Let one of those with two calls connect the other ends."""
        able = [
            number
            for number, extension in self.sim.extensions.items()
            if extension.registered and len(self.sim.exchange.calls_of(number)) > 1
        ]
        if not able:
            raise ExchangeError("Nobody has two calls")
        self.sim.exchange.attended_transfer(able[index % len(able)])

    def _fetch(self, who: str) -> None:
        for slot in SLOTS:
            with suppress(ExchangeError):
                self.sim.exchange.fetch(self._free_hand(who), slot)
                return

    def _park(self, index: int) -> None:
        legs = [leg for call in self.sim.calls.values() for leg in call.callees]
        taken = {leg.number for leg in legs if leg.kind is LegKind.PARKING}
        free = [slot for slot in SLOTS if slot not in taken]
        if not free:
            raise ExchangeError("All slots are taken")
        self._transfer(index, free[0])

    def _register(self, number: str, registered: bool) -> None:
        self.sim.set_registered(self._known(number), registered)

    def _address_changes(self, number: str) -> None:
        self.sim.exchange.reregister(self._hand(number))

    def _supervise(self, who: str, whom: str) -> None:
        if who != whom and self.sim.exchange.free(who):
            self.sim.exchange.monitor("whisper", who, whom)

    def _add(self) -> None:
        if NEWCOMER not in self.sim.extensions:
            self.sim.add_extension(SimExtension(NEWCOMER, "New one"))

    def _delete(self) -> None:
        self.sim.remove_extension(self._known(NEWCOMER))

    def _set(self, number: str, value: int) -> None:
        """Write a setting, as the administrator can at any time."""
        extension = self.sim.extensions[self._known(number)]
        extension.dnd = value == 1
        extension.ring_timeout = "15" if value == 2 else "30"
        self.sim.exchange.emit(SettingsChanged("extension", number, "update"))
