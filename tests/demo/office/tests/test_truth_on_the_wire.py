"""The truth about an office at work, held against everything its API says."""

import json
from typing import Any

from tests.demo.office.office import Office
from tests.simulator import ManualClock
from tests.simulator.exchange.events import LegKind
from tests.simulator.tests.wire import Receiver, Wire, reports
from tests.simulator.truth import TrueCall, TrueEnd, Truth, truth_of

type Named = set[tuple[str, str]]

PHONE = LegKind.EXTENSION
LISTED = (LegKind.EXTENSION, LegKind.IVR, LegKind.OUTBOUND)


def who(end: TrueEnd) -> str:
    """Return how the wire names an end."""
    if end.kind is LegKind.VOICEMAIL:
        return "voicemail"
    return end.leg_id if end.trunk else end.number


def ends(truth: Truth, source: str | None = None) -> Named:
    """Return every call with each of its ends, or those that a source is claimed to name."""
    return {
        (call.call_id, who(end))
        for call in truth.calls.values()
        for end in call.ends
        if source is None or source in end.named_by
    }


def in_reports(bodies: list[str]) -> Named:
    """Return call and party of every report about a call."""
    found = set()
    for body in map(json.loads, bodies):
        for party in body.get("call", ()):
            ((key, value),) = party.items()
            found.add((body["callid"], value.get("extid") or value[f"{key}id"]))
    return found


def callees(truth: Truth) -> dict[str, list[str]]:
    """Return what inbound/query must say: who is at the other end of each row."""
    return {
        end.leg_id: [who(e) for e in call.ends if e is not end and e.kind in LISTED]
        for call in truth.calls.values()
        for end in call.ends
        if end.kind is LegKind.INBOUND
    }


def in_outbound_query(truth: Truth, rows: list[dict[str, str]]) -> Named:
    """Return the ends that the rows name: by the id of the line, or the number in `from`."""
    ids = {row["outboundid"]: row["from"] for row in rows}
    return {
        (call.call_id, who(end))
        for call in truth.calls.values()
        for line in call.ends
        if line.leg_id in ids and line.kind is LegKind.OUTBOUND
        for end in call.ends
        if end is line or end.number == ids[line.leg_id]
    }


def in_extension_query(truth: Truth, infos: list[dict[str, Any]]) -> Named:
    """Return the ends that the objects of extension/query name; they give no call id."""
    found = set()
    for info in infos:
        objects = [info.get(key, {}) for key in ("ext", "inbound", "outbound")]
        named = {
            shown[key]
            for shown in objects
            for key in ("extid", "inboundid", "outboundid")
            if key in shown
        }
        number = info["extnumber"]
        for part in truth.extensions[number].parts:
            other = other_end(truth.calls[part.call_id], number)
            if other in named:
                found |= {(part.call_id, number), (part.call_id, other)}
    return found


def other_end(call: TrueCall, number: str) -> str:
    """Return the first end opposite to an extension."""
    own = next(end for end in call.ends if end.number == number and end.kind is PHONE)
    opposite = [who(end) for end in call.ends if end.caller is not own.caller]
    return opposite[0] if opposite else ""


async def test_a_day_at_the_office(
    wire: Wire, reported: Receiver, clock: ManualClock
) -> None:
    """List, queries and reports say exactly what the truth claims, moment by moment."""
    office = Office(wire.sim, seed=5)
    office.open()
    heard: Named = set()
    doing: set[str] = set()
    for _ in range(200):
        await clock.run_for(3.5)
        heard |= in_reports(await reports(wire, reported))
        truth = truth_of(wire.sim)
        doing |= {p.doing for e in truth.extensions.values() for p in e.parts}

        rows = (await wire.post("extensionlist/query"))["extlist"]
        words = {row["extnumber"]: row["status"] for row in rows}
        assert words == {n: e.word for n, e in truth.extensions.items()}

        rows = (await wire.post("inbound/query"))["inbound"]
        assert {
            row["inboundid"]: [next(iter(callee.values())) for callee in row["callee"]]
            for row in rows
        } == callees(truth)

        rows = (await wire.post("outbound/query"))["outbound"]
        assert in_outbound_query(truth, rows) == ends(truth, "outbound/query")

        infos = (await wire.post("extension/query"))["extinfos"]
        assert in_extension_query(truth, infos) == ends(truth, "extension/query")

        assert heard & ends(truth) == ends(truth, "reports")
    assert doing == {"dialling", "ringing", "talking", "held"}
    assert office.scenes
    await office.close()
