"""Which request of version 2, and which of version 1, carries out an action."""

import pytest

from custom_components.pbx.client import (
    Call,
    DestinationKind,
    MonitorMode,
    PartyState,
    PbxRefused,
    Refusal,
)
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.client.conftest import endpoints
from tests.client.yeastar.s.acting import INTERNAL, call_with, line, seen
from tests.simulator import Fault, Simulator


def sent(sim: Simulator, endpoint: str) -> object:
    """Return the body of the only request to an endpoint."""
    (request,) = sim.requests_to(endpoint)
    return request.body


async def test_supervisor_without_a_call_id_is_no_party(
    connected: YeastarS, sim: Simulator
) -> None:
    """Where the answer does not tell it, the leg is known by the monitored call."""
    sim.pbx.v2.monitor_shown = "member"
    sim.call("1001", "1002", answer=True)
    await connected.snapshot()
    sim.faults.add(
        Fault(
            "rewrite",
            endpoint="call/listen",
            rewrite=lambda _: {"status": "Success"},
        )
    )
    assert await connected.monitor(MonitorMode.LISTEN, "1005", "1001") is None
    assert len(sim.monitors) == 1
    snapshot = await connected.snapshot()
    assert snapshot.calls_now is not None
    (call,) = snapshot.calls_now
    assert {party.number for party in call.parties} == {"1001", "1002"}


async def test_refused_list_of_calls_is_no_hangup(
    connected: YeastarS, sim: Simulator
) -> None:
    """Only of an extension without a channel is version 1 asked."""
    with pytest.raises(PbxRefused) as refused:
        await connected.hang_up("9999")
    assert refused.value.refusal is Refusal.NO_SUCH_EXTENSION
    assert endpoints(sim) == ["extension/query_call"]


@pytest.mark.parametrize(("permission", "borrowed"), [(None, "1001"), ("1002", "1002")])
async def test_transfer_outside_borrows_a_permission(
    connected: YeastarS, sim: Simulator, permission: str | None, borrowed: str
) -> None:
    """That of the extension in the call, unless another is named."""
    call = sim.inbound("42003", "1001", answer=True)
    found = await seen(connected)
    await connected.transfer(
        found, "22003", DestinationKind.OUTSIDE, permission=permission
    )
    assert sent(sim, "inbound/transfer_number") == {
        "inboundid": call.call_id,
        "number": "22003",
        "fromext": borrowed,
    }
    assert [leg.number for leg in call.callees] == ["22003"]


async def test_of_two_outside_parties_the_caller_is_transferred(
    connected: YeastarS, sim: Simulator
) -> None:
    """Whatever their order; the PBX says that this call is over."""
    both = call_with(line("1.2", caller=False), line("1.1", caller=True))
    with pytest.raises(PbxRefused):
        await connected.transfer(both, "1002", DestinationKind.EXTENSION)
    assert endpoints(sim) == ["inbound/transfer_number"]


@pytest.mark.parametrize(
    "call",
    [
        INTERNAL,
        call_with(line("1.1", caller=True, state=PartyState.GONE)),
        Call(None, INTERNAL.direction, (line("1.1", caller=True),), 0.0),
    ],
    ids=["internal", "outside party gone", "without id"],
)
async def test_call_without_a_line_cannot_be_transferred(
    connected: YeastarS, sim: Simulator, call: Call
) -> None:
    """Nothing is sent."""
    with pytest.raises(PbxRefused) as refused:
        await connected.transfer(call, "1005", DestinationKind.EXTENSION)
    assert refused.value.refusal is Refusal.UNSUPPORTED
    assert not sim.requests


async def test_outbound_line_is_found_among_others(
    connected: YeastarS, sim: Simulator
) -> None:
    """By who calls, whom, and over which trunk."""
    own = sim.outbound("1001", "42003", trunk="SIP-142", answer=True)
    leg_id = own.callees[0].leg_id
    found = await seen(connected)
    sim.outbound("1002", "42003", trunk="SIP-142", answer=True)
    # Version 1 lists other lines of the same extension, too.
    row = {"from": "1001", "to": "42003", "trunk": "SIP-142"}
    others = [
        {**row, "outboundid": "9.1", "to": "42004"},
        {**row, "outboundid": "9.2", "trunk": "GSM2-7"},
        {**row, "outboundid": ""},
    ]
    sim.faults.add(
        Fault(
            "rewrite",
            endpoint="outbound/query",
            rewrite=lambda told: {**told, "outbound": others + told["outbound"]},
        )
    )
    await connected.transfer(found, "1005", DestinationKind.EXTENSION)
    assert sent(sim, "outbound/transfer_number") == {
        "outboundid": leg_id,
        "number": "1005",
        "fromext": "",
    }


@pytest.mark.parametrize(
    ("times", "refusal"), [(0, Refusal.NOT_IN_CALL), (2, Refusal.UNSUPPORTED)]
)
async def test_outbound_line_that_is_not_certain_is_not_transferred(
    connected: YeastarS, sim: Simulator, times: int, refusal: Refusal
) -> None:
    """Neither the line of a call that is over, nor one of two that look alike."""
    sim.outbound("1001", "42003", trunk="SIP-142", answer=True)
    found = await seen(connected)
    sim.faults.add(
        Fault(
            "rewrite",
            endpoint="outbound/query",
            rewrite=lambda told: {**told, "outbound": told["outbound"] * times},
        )
    )
    with pytest.raises(PbxRefused) as refused:
        await connected.transfer(found, "1005", DestinationKind.EXTENSION)
    assert refused.value.refusal is refusal
    assert not sim.requests_to("outbound/transfer_number")
