"""Transfers: from both sides, to every kind of destination, in every version."""

import pytest

from custom_components.pbx.client import DestinationKind, PbxRefused, Refusal
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.client.conftest import VERSIONS, endpoints
from tests.simulator import Simulator
from tests.simulator.people import OFFICE_IVR, OFFICE_QUEUE, OFFICE_RING_GROUP

from .acting import INBOUND, INTERNAL, OUTBOUND, call_with, line, seen, speak

NEW, OLD = ["v1.1.0", "v1.0.6"], ["v1.0.2", "v1.0.1", "v1.0.0"]

DESTINATIONS = {
    DestinationKind.EXTENSION: ("1005", "transfer_extension", "extid"),
    DestinationKind.IVR: (OFFICE_IVR, "transfer_ivr", "ivrid"),
    DestinationKind.QUEUE: (OFFICE_QUEUE, "transfer_queue", "queueid"),
    DestinationKind.RING_GROUP: (
        OFFICE_RING_GROUP,
        "transfer_ringgroup",
        "ringgroupid",
    ),
    DestinationKind.OUTSIDE: ("22003", "transfer_outbound", "outto"),
}
ONLY_INBOUND = (DestinationKind.QUEUE, DestinationKind.RING_GROUP)


def _call(sim: Simulator, side: str) -> str:
    """Let 1001 talk to somebody outside; return the id of that line."""
    if side == "inbound":
        return sim.inbound("0612345678", "1001", answer=True).caller.leg_id
    return sim.outbound("1001", "41000", answer=True).callees[0].leg_id


def _reached(sim: Simulator) -> set[str]:
    """Return who the call is with now."""
    (call,) = sim.calls.values()
    return {leg.number for leg in call.callees} | {call.via}


@pytest.mark.parametrize("side", ["inbound", "outbound"])
@pytest.mark.parametrize("kind", DestinationKind)
@pytest.mark.parametrize("version", NEW)
async def test_since_1_0_6_one_request_takes_all_kinds(
    pbx: YeastarS, sim: Simulator, version: str, kind: DestinationKind, side: str
) -> None:
    """`fromext` is always there, blank for what is inside (3.9)."""
    speak(sim, version)
    leg = _call(sim, side)
    (call_id,) = sim.calls
    to = DESTINATIONS[kind][0]
    call = await seen(pbx)
    assert await pbx.transfer(call, to, kind, permission="1002") == call_id
    request = sim.requests[-1]
    assert request.path == f"/api/{version}/{side}/transfer_number"
    outside = kind is DestinationKind.OUTSIDE
    assert request.body == {
        f"{side}id": leg,
        "number": to,
        "fromext": "1002" if outside else "",
    }
    assert to in _reached(sim)
    assert "1001" not in _reached(sim) or kind is DestinationKind.RING_GROUP


@pytest.mark.parametrize("side", ["inbound", "outbound"])
@pytest.mark.parametrize("kind", DestinationKind)
@pytest.mark.parametrize("version", OLD)
async def test_before_each_kind_has_its_request(
    pbx: YeastarS, sim: Simulator, version: str, kind: DestinationKind, side: str
) -> None:
    """Calls to the outside cannot go to queues and ring groups: nothing is sent then."""
    speak(sim, version)
    leg = _call(sim, side)
    (call_id,) = sim.calls
    to, path, field = DESTINATIONS[kind]
    call = await seen(pbx)
    sim.requests.clear()
    if side == "outbound" and kind in ONLY_INBOUND:
        with pytest.raises(PbxRefused) as err:
            await pbx.transfer(call, to, kind)
        assert err.value.refusal is Refusal.UNSUPPORTED
        assert not sim.requests
        return
    assert await pbx.transfer(call, to, kind) == call_id
    (request,) = sim.requests
    assert request.path == f"/api/{version}/{side}/{path}"
    outside = {"fromext": "1001"} if kind is DestinationKind.OUTSIDE else {}
    assert request.body == {f"{side}id": leg, field: to, **outside}
    assert to in _reached(sim)


async def test_ringing_call_can_be_transferred(
    connected: YeastarS, sim: Simulator
) -> None:
    """Not only one that was answered (3.9)."""
    sim.inbound("0612345678", "1001")
    await connected.transfer(await seen(connected), "1005", DestinationKind.EXTENSION)
    assert sim.status_of("1001") == "Registered"
    assert sim.status_of("1005") == "Ringing"


async def test_internal_call_cannot_be_transferred(
    connected: YeastarS, sim: Simulator
) -> None:
    """This API has nothing for it: nothing is sent."""
    with pytest.raises(PbxRefused) as err:
        await connected.transfer(INTERNAL, "1005", DestinationKind.EXTENSION)
    assert err.value.refusal is Refusal.UNSUPPORTED
    assert not sim.requests


async def test_transfer_outside_uses_the_permission_of_a_party(
    connected: YeastarS, sim: Simulator
) -> None:
    """Without an extension in the call, the PBX refuses for a missing parameter."""
    call = _call(sim, "inbound")
    for leg in (OUTBOUND, INBOUND):
        with pytest.raises(PbxRefused):
            await connected.transfer(leg, "22003", DestinationKind.OUTSIDE)
        assert (sim.requests[-1].body or {})["fromext"] == "1001"
    alone = call_with(line(call, caller=True))
    alone = type(alone)(alone.id, alone.direction, alone.parties[:1], 0.0)
    with pytest.raises(PbxRefused) as err:
        await connected.transfer(alone, "22003", DestinationKind.OUTSIDE)
    assert (err.value.refusal, err.value.code) == (Refusal.MISSING_PARAMETER, 10004)


@pytest.mark.parametrize(
    ("version", "kind", "to", "code"),
    [
        ("v1.0.0", DestinationKind.EXTENSION, "9999", 10006),
        ("v1.0.0", DestinationKind.IVR, "9999", 10012),
        ("v1.0.0", DestinationKind.QUEUE, "9999", 10013),
        ("v1.0.0", DestinationKind.RING_GROUP, "9999", 10014),
        ("v1.0.0", DestinationKind.OUTSIDE, "22003", 10024),
        ("v1.1.0", DestinationKind.OUTSIDE, "22003", 10024),
    ],
)
async def test_refused_transfer_leaves_the_call_as_it_is(
    pbx: YeastarS,
    sim: Simulator,
    version: str,
    kind: DestinationKind,
    to: str,
    code: int,
) -> None:
    """Each with the reason that the PBX gives."""
    speak(sim, version)
    _call(sim, "inbound")
    sim.extensions["1001"].may_dial_out = False
    call = await seen(pbx)
    with pytest.raises(PbxRefused) as err:
        await pbx.transfer(call, to, kind)
    assert err.value.code == code
    assert err.value.refusal in {
        Refusal.NO_SUCH_EXTENSION,
        Refusal.NO_SUCH_DESTINATION,
        Refusal.OUTBOUND_FORBIDDEN,
    }
    assert sim.status_of("1001") == "Busy"


async def test_call_that_is_over_cannot_be_transferred(
    connected: YeastarS, sim: Simulator
) -> None:
    """The PBX knows better than we do."""
    for call in (INBOUND, OUTBOUND):
        with pytest.raises(PbxRefused) as err:
            await connected.transfer(call, "1005", DestinationKind.EXTENSION)
        assert err.value.refusal is Refusal.NOT_IN_CALL
    assert endpoints(sim) == ["inbound/transfer_number", "outbound/transfer_number"]


def test_all_versions_are_covered() -> None:
    """A new one has to say what it can."""
    assert VERSIONS == NEW + OLD
