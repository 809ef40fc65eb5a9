"""Dial, hang up, hold, mute, accept and refuse: what the exchange does then."""

import pytest

from custom_components.pbx.client import CallDirection, PbxRefused, Refusal
from custom_components.pbx.client.model import DestinationKind, PartyState
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.client.conftest import VERSIONS, endpoints
from tests.simulator import ManualClock, Simulator

from .acting import INTERNAL, call_with, line, speak


@pytest.mark.parametrize("version", VERSIONS)
async def test_dialling_an_extension_rings_the_caller_first(
    pbx: YeastarS, sim: Simulator, version: str
) -> None:
    """In all versions, and the id of the call comes back."""
    speak(sim, version)
    call_id = await pbx.dial("1001", "1002", outside=False)
    (call,) = sim.calls.values()
    assert call.call_id == call_id
    assert call.state == "dialling"
    sim.pick_up("1001")
    assert sim.status_of("1002") == "Ringing"
    request = sim.requests[-1]
    assert request.path == f"/api/{version}/extension/dial_extension"
    assert request.body == {"caller": "1001", "callee": "1002", "autoanswer": "no"}


async def test_dialling_out_takes_the_callers_own_right(
    connected: YeastarS, sim: Simulator
) -> None:
    """The phone can be asked to pick up by itself."""
    call_id = await connected.dial("1001", "41000", outside=True, auto_answer=True)
    (call,) = sim.calls.values()
    assert (call.call_id, call.state) == (call_id, "ringing")
    assert call.callees[0].trunk == "SIP-142"
    assert sim.requests[-1].body == {
        "extid": "1001",
        "outto": "41000",
        "autoanswer": "yes",
    }


@pytest.mark.parametrize("version", VERSIONS)
async def test_hold_resume_mute_unmute_and_hang_up(
    pbx: YeastarS, sim: Simulator, version: str
) -> None:
    """Each does what it says to the extension's own call."""
    speak(sim, version)
    call = sim.call("1001", "1002", answer=True)
    await pbx.hold("1001")
    assert sim.status_of("1001") == "Hold"
    await pbx.resume("1001")
    assert sim.status_of("1001") == "Busy"
    muted = []
    for act in (pbx.mute, pbx.unmute):
        await act("1001")
        muted.append(call.caller.muted)
    assert muted == [True, False]
    await pbx.hang_up("1001")
    assert not sim.calls
    assert {request.version for request in sim.requests} >= {version}
    assert all(request.body == {"extid": "1001"} for request in list(sim.requests)[-5:])


async def test_hanging_up_a_supervisor_ends_the_monitoring(
    talking: YeastarS, sim: Simulator
) -> None:
    """The only way to stop (4.5); the call goes on."""
    sim.exchange.monitor("whisper", "1005", "1001")
    await talking.hang_up("1005")
    assert not sim.monitors
    assert len(sim.calls) == 1


async def test_call_without_an_outside_line_cannot_be_transferred(
    connected: YeastarS, sim: Simulator
) -> None:
    """There is no id to name it by; nor where it was never told, or is none."""
    for call in (
        INTERNAL,
        call_with(line(None, caller=True)),
        call_with(line("1.1\r\nHost: x", caller=True)),
    ):
        with pytest.raises(PbxRefused) as err:
            await connected.transfer(call, "1002", DestinationKind.EXTENSION)
        assert err.value.refusal is Refusal.UNSUPPORTED
    assert not sim.requests


@pytest.mark.parametrize(
    ("lines", "direction", "expected"),
    [
        # Of two, the one that called in.
        ([("1.2", False), ("1.1", True)], CallDirection.INBOUND, ("inbound", "1.1")),
        ([("1.2", None)], CallDirection.OUTBOUND, ("outbound", "1.2")),
        ([("1.1", None)], CallDirection.INBOUND, ("inbound", "1.1")),
    ],
)
async def test_transfer_prefers_the_line_of_the_caller(
    connected: YeastarS,
    sim: Simulator,
    lines: list[tuple[str, bool | None]],
    direction: CallDirection,
    expected: tuple[str, str],
) -> None:
    """Where the caller is not told, the direction of the call decides."""
    parties = [line(leg, caller=caller) for leg, caller in lines]
    with pytest.raises(PbxRefused) as err:
        await connected.transfer(
            call_with(*parties, direction=direction), "1002", DestinationKind.EXTENSION
        )
    assert err.value.refusal is Refusal.NOT_IN_CALL
    side, leg = expected
    assert endpoints(sim) == [f"{side}/transfer_number"]
    body = {f"{side}id": leg, "number": "1002", "fromext": ""}
    assert sim.requests[-1].body == body


async def test_line_that_has_left_is_not_transferred(
    connected: YeastarS, sim: Simulator
) -> None:
    """Somebody else is there now."""
    gone = line("1.1", caller=True, state=PartyState.GONE)
    with pytest.raises(PbxRefused):
        await connected.transfer(
            call_with(gone, line("1.2", caller=False)),
            "1002",
            DestinationKind.EXTENSION,
        )
    body = {"outboundid": "1.2", "number": "1002", "fromext": ""}
    assert sim.requests[-1].body == body


async def test_accepting_and_refusing_an_inbound_call(
    connected: YeastarS, sim: Simulator
) -> None:
    """As long as the PBX waits for it."""
    sim.trunks["SIP-142"].control_answering = True
    call = sim.inbound("0612345678", "1001")
    await connected.accept_call(call.call_id)
    assert sim.status_of("1001") == "Ringing"
    call.hang_up()
    call = sim.inbound("0612345678", "1001")
    await connected.refuse_call(call.call_id)
    assert not sim.calls
    assert endpoints(sim) == ["inbound/accept", "inbound/refuse"]
    assert sim.requests[-1].body == {"inboundid": call.call_id}


async def test_too_late_to_refuse(
    connected: YeastarS, sim: Simulator, clock: ManualClock
) -> None:
    """After ten seconds of silence the call was let in."""
    sim.trunks["SIP-142"].control_answering = True
    call = sim.inbound("0612345678", "1001")
    await clock.run_for(11)
    for act in (connected.accept_call, connected.refuse_call):
        with pytest.raises(PbxRefused) as err:
            await act(call.call_id)
        assert (err.value.refusal, err.value.code) == (Refusal.TOO_LATE, 10016)
    assert sim.status_of("1001") == "Ringing"
