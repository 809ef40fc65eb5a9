"""What is true of a simulator at this moment, and where API v1 lets an observer see it."""

# Subtleties, for whoever tests an observer against this:
#
# - `reports` means: to an observer who was told everything since the call began. One who
#   came later, or lost a report, knows less until the next report about the call.
# - The word `Hold` is shown only while all calls of a phone are held by that phone. No
#   report tells it (switch report_hold), nor which of two calls is the one on hold.
#   The phone at the other end of a held call stays Busy and counts as talking.
# - inbound/query names every ringing member of a ring group or queue, but no queue and no
#   voicemail: its row has no callee then. `to` stays the number that was dialled first.
# - outbound/query has no second end. `from` stays who dialled, also when the call was
#   transferred to a colleague since; of an inbound call that was sent out it is the outside
#   caller, and that call has a row in both queries, with two ids.
# - The voicemail's end has the number of its extension, which is not in the call then.
# - A held call is Talking in the queries, as is one in an IVR or the voicemail.
# - extension/query names one other end, of several that ring the first, and no call id for
#   a colleague. With the switch call_objects "object", of two calls of a kind the older.
# - A call keeps its id when it is transferred. By API no report names who left.
# - A call dialled by API rings at the caller first. Nothing but the caller's word `Ringing`
#   shows it (and the id in the answer to the request) until the caller picks up.
# - A monitor leg is no call: the supervisor's phone is Busy, or Ringing, with no call.
# - A phone that unregistered during its call is Unavailable and still in the call.
# - A second call ringing at a busy phone leaves its word at Busy (waiting_call_word).

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .exchange import CallState, Leg, SimCall
from .exchange.connection import CallKind
from .exchange.events import ExtensionState, LegKind, LegState
from .exchange.monitoring import MonitorMode, MonitorState
from .sources import Source, sources_of
from .yeastar_s.lists import trunk_word

if TYPE_CHECKING:
    from .simulator import Simulator

type Doing = Literal["dialling", "ringing", "talking", "held"]

DOING: dict[LegState, Doing] = {
    LegState.CALLING: "dialling",
    LegState.RINGING: "ringing",
    LegState.TALKING: "talking",
    LegState.HELD: "held",
}
SERVICES = (
    LegKind.QUEUE,
    LegKind.IVR,
    LegKind.VOICEMAIL,
    LegKind.PROMPT,
    LegKind.CONFERENCE,
    LegKind.PARKING,
)


@dataclass(frozen=True, slots=True)
class TrueEnd:
    """One end of a call; `named_by` are the sources that name it as part of the call."""

    kind: LegKind
    number: str
    leg_id: str
    state: LegState
    caller: bool
    trunk: str
    named_by: frozenset[Source]


@dataclass(frozen=True, slots=True)
class TrueCall:
    """One live call; `hidden` says why an end of it cannot be seen, None when all can."""

    call_id: str
    kind: CallKind
    state: CallState
    by_api: bool
    via: str
    ends: tuple[TrueEnd, ...]
    hidden: str | None

    @property
    def shown_by(self) -> frozenset[Source]:
        """Return the sources that show anything of the call."""
        return frozenset().union(*(end.named_by for end in self.ends))

    @property
    def observable(self) -> bool:
        """Return whether the API shows more of the call than a busy phone."""
        return bool(self.shown_by)


@dataclass(frozen=True, slots=True)
class TruePart:
    """An extension's part in a call; `others` are at the other end, several while they ring."""

    call_id: str
    kind: CallKind
    caller: bool
    doing: Doing
    others: tuple[TrueEnd, ...]
    observable: bool
    """Whether a source names this extension as part of the call."""
    doing_shown: bool
    """Whether list, queries and reports together tell talking from held."""

    @property
    def other(self) -> str | None:
        """Return the number of the other end, of the first of several."""
        return self.others[0].number if self.others else None


@dataclass(frozen=True, slots=True)
class TrueExtension:
    """One extension; its parts in calls are in the order in which they came to its phone."""

    number: str
    name: str
    state: ExtensionState
    word: str
    """The word of the list, but for the switch lowercase_unavailable."""
    parts: tuple[TruePart, ...]
    monitors: bool
    """Whether a monitor leg occupies the phone."""


@dataclass(frozen=True, slots=True)
class TrueMonitor:
    """A supervisor's leg; only the word of the phone shows it, unless it is reported."""

    call_id: str
    mode: MonitorMode
    state: MonitorState
    supervisor: str
    extension: str
    reported: bool


@dataclass(frozen=True, slots=True)
class TrueTrunk:
    """One trunk with the word of the list."""

    name: str
    type: str
    word: str
    usable: bool


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything at one moment; calls by call id, extensions by number, trunks by name."""

    extensions: Mapping[str, TrueExtension]
    calls: Mapping[str, TrueCall]
    monitors: Mapping[str, TrueMonitor]
    trunks: Mapping[str, TrueTrunk]


def truth_of(simulator: Simulator) -> Truth:
    """Return what is true now."""
    calls = {call.call_id: _call(simulator, call) for call in simulator.calls.values()}
    return Truth(
        {
            number: _extension(simulator, number, calls)
            for number in simulator.extensions
        },
        calls,
        {
            monitor.call_id: TrueMonitor(
                monitor.call_id,
                monitor.mode,
                monitor.state,
                monitor.supervisor,
                monitor.extension,
                simulator.switches.monitor_reports,
            )
            for monitor in simulator.monitors.values()
        },
        {
            trunk.name: TrueTrunk(
                trunk.name, trunk.type, trunk_word(simulator.pbx, trunk), trunk.usable
            )
            for trunk in simulator.trunks.values()
        },
    )


def _call(simulator: Simulator, call: SimCall) -> TrueCall:
    ends = tuple(
        TrueEnd(
            leg.kind,
            leg.number,
            leg.leg_id,
            leg.state,
            leg is call.caller,
            leg.trunk,
            sources_of(simulator, call, leg),
        )
        for leg in call.legs
    )
    return TrueCall(
        call.call_id,
        call.kind,
        call.state,
        call.by_api,
        call.via,
        ends,
        _hidden(call, ends),
    )


def _hidden(call: SimCall, ends: tuple[TrueEnd, ...]) -> str | None:
    unseen = [end for end in ends if not end.named_by]
    if not unseen:
        return None
    if call.state is CallState.DIALLING:
        return "only the phone of the caller rings yet: no report, no second end"
    if unseen[-1].kind in SERVICES:
        return f"{unseen[-1].kind.value} is no party of a report"
    return "no RING is sent for this call, and no query shows it"


def _extension(
    simulator: Simulator, number: str, calls: Mapping[str, TrueCall]
) -> TrueExtension:
    exchange = simulator.exchange
    legs = exchange.legs_of(number)
    parts = [
        _part(simulator, leg, calls[leg.call_id])
        for leg in legs
        if leg.call_id in calls
    ]
    return TrueExtension(
        number,
        simulator.extensions[number].name,
        exchange.state_of(number),
        simulator.status_of(number),
        tuple(parts),
        monitors=len(parts) < len(legs),
    )


def _part(simulator: Simulator, leg: Leg, call: TrueCall) -> TruePart:
    exchange = simulator.exchange
    own = next(end for end in call.ends if end.leg_id == leg.leg_id)
    state, alone = exchange.state_of(leg.number), len(exchange.legs_of(leg.number)) == 1
    return TruePart(
        call.call_id,
        call.kind,
        own.caller,
        DOING[leg.state],
        tuple(end for end in call.ends if end.caller is not own.caller),
        bool(own.named_by),
        leg.state in (LegState.CALLING, LegState.RINGING)
        or state is ExtensionState.HOLD
        or (state is ExtensionState.BUSY and alone),
    )
