"""Which parts of API v1 name which end of a call."""

from typing import TYPE_CHECKING, Literal

from .exchange import Leg, SimCall
from .exchange.events import LegKind, Party
from .yeastar_s.reports import PARTY_KEYS, reports_of

if TYPE_CHECKING:
    from .simulator import Simulator

type Source = Literal["inbound/query", "outbound/query", "extension/query", "reports"]

# Reference 3.8: what an element of `callee` can be.
CALLEES = (LegKind.EXTENSION, LegKind.IVR, LegKind.OUTBOUND)


def sources_of(simulator: Simulator, call: SimCall, leg: Leg) -> frozenset[Source]:
    """Return what names an end as part of its call, now or since the call began."""
    found: set[Source] = set()
    if _in_inbound_query(call, leg):
        found.add("inbound/query")
    if _in_outbound_query(call, leg):
        found.add("outbound/query")
    if _in_extension_query(simulator, call, leg):
        found.add("extension/query")
    if _in_reports(simulator, call, leg):
        found.add("reports")
    return frozenset(found)


def _in_inbound_query(call: SimCall, leg: Leg) -> bool:
    """Reference 3.8: the row of the outside caller with all callees."""
    inbound = any(end.kind is LegKind.INBOUND for end in call.legs)
    return leg.kind is LegKind.INBOUND or (inbound and leg.kind in CALLEES)


def _in_outbound_query(call: SimCall, leg: Leg) -> bool:
    """Reference 3.8: a row has `from`, which stays who dialled."""
    rows = [end for end in call.legs if end.kind is LegKind.OUTBOUND]
    return leg in rows or any(row.from_number == leg.number for row in rows)


def _in_extension_query(simulator: Simulator, call: SimCall, leg: Leg) -> bool:
    """Reference 3.4: each extension's row names one other end of a kind, or all."""
    pairs = [(end, call.other(end)) for end in call.legs]
    return any(
        other is not None and leg in (own, other) and _shown(simulator, own, other)
        for own, other in pairs
    )


def _shown(simulator: Simulator, own: Leg, other: Leg) -> bool:
    if own.kind is not LegKind.EXTENSION or other.kind not in PARTY_KEYS:
        return False
    if simulator.switches.call_objects == "array":
        return True
    for call in simulator.exchange.calls_of(own.number):
        mine = call.leg_of(own.number)
        end = None if mine is None else call.other(mine)
        if end is not None and end.kind is other.kind:
            return end is other
    return False


def _in_reports(simulator: Simulator, call: SimCall, leg: Leg) -> bool:
    """Reference 5.3: whatever was reported since the call began."""
    return any(
        simulator.reporter.is_reported(event)
        and reports_of(event, "1.0.2", simulator.identity, simulator.switches)
        and any(_same(leg, party) for party in event.parties)
        for event in call.told
    )


def _same(leg: Leg, party: Party) -> bool:
    """An extension is known by its number, an outside line by the id of its leg."""
    if party.kind is not leg.kind or leg.kind not in PARTY_KEYS:
        return False
    if leg.kind is LegKind.EXTENSION:
        return party.number == leg.number
    return party.leg_id == leg.leg_id
