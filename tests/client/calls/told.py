"""A table of calls that is told what happens, and says briefly what it made of it."""

from typing import Any

from custom_components.pbx.client import (
    Call,
    CallDirection,
    CallEvent,
    ExtensionStatus,
    Party,
    PartyState,
)
from custom_components.pbx.client.calls.ledger import Ledger
from custom_components.pbx.client.calls.steps import learn, sit
from custom_components.pbx.client.model import CallOutcome
from custom_components.pbx.client.report import (
    CallFailed,
    CallRecord,
    CallReleased,
    CallReport,
    CallTransferred,
    ExtensionReport,
)
from custom_components.pbx.client.yeastar.s import YeastarS

DIALING, RINGING, TALKING, HELD, GONE, UNKNOWN = PartyState
INTERNAL, INBOUND, OUTBOUND = CallDirection

type Step = CallReport | CallReleased | CallTransferred | CallFailed | CallRecord


def ext(number: str, state: PartyState = GONE, caller: bool | None = None) -> Party:
    """Return an extension's phone."""
    return Party(number, extension=True, state=state, caller=caller)


def caller(state: PartyState = GONE, number: str = "555", leg: str = "7.1") -> Party:
    """Return somebody outside who calls in."""
    return Party(number, False, state, True, "SIP-142", leg)


def callee(state: PartyState = GONE, number: str = "555", leg: str = "7.2") -> Party:
    """Return somebody outside who is called."""
    return Party(number, False, state, False, "SIP-142", leg)


def ring(called: str, calling: str = "1001", call_id: str = "7.1") -> CallReport:
    """Return RING of a call between extensions."""
    parties = ext(called, RINGING, False), ext(calling, DIALING, True)
    return CallReport(call_id, parties, INTERNAL)


def answer(called: str, calling: str = "1001", call_id: str = "7.1") -> CallReport:
    """Return ANSWER of a call between extensions."""
    parties = ext(called, TALKING, False), ext(calling, TALKING, True)
    return CallReport(call_id, parties, INTERNAL)


def answered(called: str, calling: str = "1001", call_id: str = "7.1") -> CallReport:
    """Return ANSWERED of a call between extensions."""
    parties = ext(calling, TALKING, True), ext(called, TALKING, False)
    return CallReport(call_id, parties, INTERNAL)


def ring_in(called: str, call_id: str = "7.1", number: str = "555") -> CallReport:
    """Return RING of a call from outside."""
    parties = ext(called, RINGING, False), caller(DIALING, number, call_id)
    return CallReport(call_id, parties, INBOUND, "0301234")


def answer_in(called: str, call_id: str = "7.1", number: str = "555") -> CallReport:
    """Return ANSWER of a call from outside."""
    parties = ext(called, TALKING, False), caller(TALKING, number, call_id)
    return CallReport(call_id, parties, INBOUND, "0301234")


def ring_out(calling: str, call_id: str = "7.1") -> CallReport:
    """Return RING of a call to the outside."""
    return CallReport(call_id, (callee(RINGING), ext(calling, DIALING, True)), OUTBOUND)


def answer_out(calling: str, call_id: str = "7.1") -> CallReport:
    """Return ANSWER of a call to the outside."""
    return CallReport(call_id, (callee(TALKING), ext(calling, TALKING, True)), OUTBOUND)


def bye(*parties: str | Party, call_id: str = "7.1") -> CallReleased:
    """Return BYE; who hung up comes first."""
    return CallReleased(
        call_id, tuple(ext(p) if isinstance(p, str) else p for p in parties)
    )


def transfer(*parties: str | Party, call_id: str = "7.1") -> CallTransferred:
    """Return Tranfer; who leaves comes first."""
    return CallTransferred(
        call_id,
        tuple(ext(p, TALKING) if isinstance(p, str) else p for p in parties),
    )


def fail(outcome: CallOutcome, *parties: Party, call_id: str = "7.1") -> CallFailed:
    """Return CallFailed."""
    return CallFailed(call_id, parties, outcome)


def cdr(
    calling: str,
    called: str,
    outcome: CallOutcome | None = CallOutcome.ANSWERED,
    direction: CallDirection | None = INTERNAL,
    call_id: str = "7.1",
    **more: Any,
) -> CallRecord:
    """Return NewCdr."""
    return CallRecord(call_id, calling, called, outcome, direction, **more)


class Told:
    """A ledger of calls on a clock that a test sets; extensions are 1000 to 1999."""

    def __init__(self) -> None:
        """Begin without calls."""
        self.now = 100.0
        self.statuses: dict[str, ExtensionStatus | None] = {}
        self.ledger = Ledger(lambda number: number[:1] == "1" and len(number) == 4)
        self.reader = YeastarS.call_reader(self.ledger, self.statuses.get)
        self.all_events: list[CallEvent] = []
        self.touched: set[str] = set()

    def tell(self, *steps: Step, at: float | None = None) -> list[str]:
        """Tell reports one after the other; return the events they cause."""
        self.now = self.now if at is None else at
        for step in steps:
            self.reader.tell(step, self.now)
        return self.happened()

    def status(self, number: str, status: ExtensionStatus | None, at: float) -> None:
        """Tell what an extension does."""
        self.reader.hear(ExtensionReport(number, status), at)

    def found(self, direction: CallDirection | None, *parties: Party) -> None:
        """Let there be a call without an id, as a poll finds them."""
        call = self.ledger.begin(None, self.now)
        call = learn(call, direction)
        for party in parties:
            call = sit(call, party, self.now)
        self.ledger.put(call, self.now)
        self.happened()

    def settle(self, at: float) -> list[str]:
        """Let time pass."""
        self.now = at
        self.ledger.settle(at)
        return self.happened()

    def happened(self) -> list[str]:
        """Return what was told since the last time: number, event, outcome if any."""
        drained = self.ledger.drain()
        events, self.touched = drained.events, drained.touched
        self.all_events += events
        return [
            " ".join(filter(None, (event.number, event.type, event.outcome)))
            for event in events
        ]

    @property
    def live(self) -> list[str | None]:
        """The ids of the live calls."""
        return [call.id for call in self.ledger.live.values()]

    def of(self, number: str) -> list[Call]:
        """Return the live calls of an extension."""
        return [call.picture for call in self.ledger.of(number)]

    def parties(self, call_id: str = "7.1") -> dict[str, PartyState]:
        """Return who does what in a live call."""
        call = self.ledger.find(call_id)
        assert call is not None
        return {party.number: party.state for party in call.picture.parties}

    def nothing_is_left(self) -> bool:
        """Return whether no call lives and no end waits."""
        assert not self.live
        assert not any(self.of(f"100{digit}") for digit in range(10))
        return self.ledger.next_deadline is None
