"""Monitoring and call control of the P-Series."""

import asyncio

import pytest

from custom_components.pbx.client import (
    Call,
    CallDirection,
    DestinationKind,
    ExtensionStatus,
    MonitorMode,
    Party,
    PartyState,
    PbxRefused,
    Refusal,
)
from custom_components.pbx.client.yeastar.p import YeastarP, pbx as pbx_module
from tests.simulator.exchange import CallState
from tests.simulator.yeastar_p import PSimulator
from tests.simulator.yeastar_p.front import Fault

from .conftest import Watched, until


@pytest.mark.parametrize("mode", list(MonitorMode))
async def test_supervisor_joins_the_call(
    sim: PSimulator, watched: Watched, mode: MonitorMode
) -> None:
    """The supervisor's phone is called and joined in the mode that was asked for."""
    call = sim.exchange.inbound("5503301", "1002", "SIP-142")
    call.answer()
    await watched.pbx.monitor(mode, "1005", "1002")
    (monitor,) = sim.exchange.monitors.values()
    assert (monitor.mode, monitor.supervisor, monitor.extension) == (
        mode.value,
        "1005",
        "1002",
    )
    await until(lambda: watched.extension("1005").status is ExtensionStatus.BUSY)


async def test_whisper_names_the_leg_of_the_extension(
    sim: PSimulator, watched: Watched
) -> None:
    """In an internal call, the leg decides who hears the supervisor."""
    sim.exchange.call("1001", "1002").answer()
    await watched.pbx.monitor(MonitorMode.WHISPER, "1005", "1002")
    request = next(one for one in sim.front.requests if one.endpoint == "call/listen")
    assert request.body["monitor"] == "1005"
    assert request.body["channel_id"].startswith("PJSIP/1002-")
    assert request.body["type"] == "whisper"


async def test_listed_leg_of_a_supervisor_is_no_party(
    sim: PSimulator, watched: Watched
) -> None:
    """Where the PBX lists the supervisor as a member, the call still has two parties."""
    sim.api.monitor_listed = True
    call = sim.exchange.inbound("5503301", "1002", "SIP-142")
    call.answer()
    await watched.pbx.monitor(MonitorMode.WHISPER, "1005", "1002")
    await until(lambda: watched.extension("1005").status is ExtensionStatus.BUSY)
    await watched.read()
    shown = watched.call_of("1002")
    assert shown is not None
    assert {party.number for party in shown.parties} == {"5503301", "1002"}
    assert watched.told("1005") == []
    await watched.pbx.hang_up("1005")
    await until(lambda: watched.extension("1005").status is ExtensionStatus.IDLE)
    assert call.state is CallState.TALKING
    assert sim.exchange.monitors == {}


async def test_monitoring_is_refused_where_it_cannot_work(
    sim: PSimulator, pbx: YeastarP
) -> None:
    """Each reason is found before the PBX is asked to act."""
    await pbx.snapshot()

    async def refusal(supervisor: str, extension: str) -> Refusal:
        with pytest.raises(PbxRefused) as err:
            await pbx.monitor(MonitorMode.WHISPER, supervisor, extension)
        return err.value.refusal

    assert await refusal("1005", "1002") is Refusal.NOT_IN_CALL
    call = sim.exchange.inbound("5503301", "1002", "SIP-142")
    assert await refusal("1005", "1002") is Refusal.NOT_IN_CALL
    call.answer()
    assert await refusal("1002", "1002") is Refusal.NOT_IDLE
    assert await refusal("1010", "1002") is Refusal.NOT_IDLE
    assert not [one for one in sim.front.requests if one.endpoint == "call/listen"]
    assert await refusal("9999", "1002") is Refusal.NO_SUCH_EXTENSION
    sim.exchange.extensions["1002"].allow_being_monitored = False
    sim.api.monitor_forbidden = "70084"
    assert await refusal("1005", "1002") is Refusal.MONITORING_FORBIDDEN


async def test_dial_and_hang_up(sim: PSimulator, watched: Watched) -> None:
    """The caller's phone picks up by itself, then the other rings."""
    call_id = await watched.pbx.dial("1002", "1005", outside=False, auto_answer=True)
    assert call_id in sim.exchange.calls
    await until(lambda: watched.extension("1005").status is ExtensionStatus.RINGING)
    await watched.pbx.hang_up("1002")
    await until(lambda: watched.extension("1002").status is ExtensionStatus.IDLE)
    assert sim.exchange.calls == {}


async def test_hold_resume_mute(sim: PSimulator, watched: Watched) -> None:
    """Each acts on the leg of the extension."""
    call = sim.exchange.inbound("5503301", "1002", "SIP-142")
    call.answer()
    states = []
    await watched.pbx.hold("1002")
    states.append(call.state)
    await watched.pbx.resume("1002")
    states.append(call.state)
    assert states == [CallState.HELD, CallState.TALKING]
    await watched.pbx.mute("1002")
    leg = call.leg_of("1002")
    assert leg is not None
    assert leg.muted
    await watched.pbx.unmute("1002")
    assert [one.muted for one in call.legs] == [False, False]
    with pytest.raises(PbxRefused) as err:
        await watched.pbx.resume("1002")
    assert err.value.refusal is Refusal.NOT_IN_CALL


async def test_transfer_of_the_outside_party(sim: PSimulator, watched: Watched) -> None:
    """The caller goes on to another extension."""
    call = sim.exchange.inbound("5503301", "1002", "SIP-142")
    call.answer()
    await until(lambda: ("answered", None) in watched.told("1002"))
    shown = watched.call_of("1002")
    assert shown is not None
    await watched.pbx.transfer(shown, "1005", DestinationKind.EXTENSION)
    await until(lambda: watched.told("1005") == [("ringing", None)])
    internal = sim.exchange.call("1001", "1006")
    internal.answer()
    await until(lambda: watched.call_of("1001"))
    inside = watched.call_of("1001")
    assert inside is not None
    with pytest.raises(PbxRefused) as err:
        await watched.pbx.transfer(inside, "1005", DestinationKind.EXTENSION)
    assert err.value.refusal is Refusal.UNSUPPORTED


async def test_offered_call_is_accepted_or_refused(
    sim: PSimulator, watched: Watched
) -> None:
    """For ten seconds the PBX asks what to do with an inbound call."""
    sim.exchange.trunks["SIP-142"].control_answering = True
    first = sim.exchange.inbound("5503301", "1002", "SIP-142")
    await until(lambda: watched.board.call_count == 1)
    await watched.pbx.accept_call(first.call_id)
    await until(lambda: watched.told("1002") == [("ringing", None)])
    second = sim.exchange.inbound("5503302", "1005", "SIP-142")
    await until(lambda: watched.board.call_count == 2)
    await watched.pbx.refuse_call(second.call_id)
    assert second.call_id not in sim.exchange.calls
    with pytest.raises(PbxRefused) as err:
        await watched.pbx.refuse_call("1.1")
    assert err.value.refusal is Refusal.TOO_LATE


async def test_prompt_is_played(sim: PSimulator, pbx: YeastarP) -> None:
    """The PBX's own prompts only; a path is not a name."""
    sim.exchange.prompts["welcome"] = 3.0
    assert await pbx.play_prompt("1002", ["welcome"], outside=False, auto_answer=True)
    with pytest.raises(ValueError, match="names of prompts"):
        await pbx.play_prompt("1002", ["../etc/passwd"], outside=False)
    with pytest.raises(PbxRefused) as err:
        await pbx.play_prompt("5503301", ["welcome"], outside=True)
    assert err.value.refusal is Refusal.MISSING_PARAMETER


async def test_number_that_cannot_be_dialled_is_not_sent(
    sim: PSimulator, pbx: YeastarP
) -> None:
    """Line breaks, letters and blanks never reach the PBX."""
    for number in ("55\r\n03", "sip:a@b", "55 03", ""):
        with pytest.raises(ValueError, match="A number has"):
            await pbx.dial("1002", number, outside=True)
    assert not list(sim.front.requests)


async def test_dial_outside_uses_the_extensions_own_permission(
    sim: PSimulator, watched: Watched
) -> None:
    """The PBX checks whether the extension may call out."""
    await watched.pbx.dial("1002", "5503301", outside=True)
    request = next(one for one in sim.front.requests if one.endpoint == "call/dial")
    assert request.body["dial_permission"] == "1002"


async def test_prompt_outside_uses_a_permission(
    sim: PSimulator, watched: Watched
) -> None:
    """An extension lends its right to call out."""
    sim.exchange.prompts["welcome"] = 3.0
    await watched.pbx.play_prompt(
        "5503301", ["welcome"], outside=True, permission="1002"
    )
    request = sim.front.requests[-1]
    assert request.endpoint == "call/play_prompt"
    assert request.body["dial_permission"] == "1002"


async def test_channel_that_just_moved_is_looked_up_again(
    sim: PSimulator, watched: Watched
) -> None:
    """Between the question and the request, the call may have been transferred."""
    sim.exchange.inbound("5503301", "1002", "SIP-142").answer()
    sim.front.faults.append(Fault("70130", "call/listen", times=1))
    await watched.pbx.monitor(MonitorMode.LISTEN, "1005", "1002")
    assert len(sim.exchange.monitors) == 1


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("70130", Refusal.NOT_IN_CALL),
        ("70132", Refusal.NOT_IN_CALL),
        ("70084", Refusal.MONITORING_FORBIDDEN),
        ("60001", Refusal.NO_SUCH_EXTENSION),
        ("10005", Refusal.UNSUPPORTED),
        ("99999", Refusal.UNKNOWN),
    ],
)
async def test_each_code_of_monitoring_is_a_reason(
    sim: PSimulator, watched: Watched, code: str, refusal: Refusal
) -> None:
    """What the PBX answers is told apart (reference, section 4.4)."""
    sim.exchange.inbound("5503301", "1002", "SIP-142").answer()
    sim.front.faults.append(Fault(code, "call/listen"))
    with pytest.raises(PbxRefused) as err:
        await watched.pbx.monitor(MonitorMode.LISTEN, "1005", "1002")
    assert err.value.refusal is refusal


async def test_transfer_without_an_extension_needs_a_permission(
    pbx: YeastarP,
) -> None:
    """Of two outside parties, nobody's right to call out is known."""
    outside = tuple(
        Party(number, False, PartyState.TALKING, caller, "SIP-142", f"PJSIP/{number}")
        for number, caller in (("5503301", True), ("5503302", False))
    )
    call = Call("1.1", CallDirection.OUTBOUND, outside, 0.0)
    with pytest.raises(PbxRefused) as err:
        await pbx.transfer(call, "1005", DestinationKind.EXTENSION)
    assert err.value.refusal is Refusal.MISSING_PARAMETER


async def test_internal_call_cannot_be_accepted(
    sim: PSimulator, watched: Watched
) -> None:
    """Only a call from outside waits for an answer."""
    call = sim.exchange.call("1001", "1002")
    await until(lambda: watched.call_of("1002"))
    with pytest.raises(PbxRefused) as err:
        await watched.pbx.accept_call(call.call_id)
    assert err.value.refusal is Refusal.TOO_LATE
    sim.front.faults.append(Fault("10005", "call/query"))
    with pytest.raises(PbxRefused):
        await watched.pbx.hang_up("1002")


async def test_nothing_to_hang_up(pbx: YeastarP) -> None:
    """An idle extension has no call."""
    with pytest.raises(PbxRefused) as err:
        await pbx.hang_up("1002")
    assert err.value.refusal is Refusal.NOT_IN_CALL


async def test_monitoring_without_effect_is_a_refusal(
    sim: PSimulator, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The PBX says success, and no event tells that the supervisor's phone is called."""
    monkeypatch.setattr(pbx_module, "CALLED_WITHIN", 0.1)
    sim.inbound("5503301", "1002", "SIP-142", answer=True)
    sim.extensions["1002"].allow_being_monitored = False
    with pytest.raises(PbxRefused) as err:
        await watched.pbx.monitor(MonitorMode.LISTEN, "1005", "1002")
    assert err.value.refusal is Refusal.MONITORING_FORBIDDEN
    # Its next call is one of its own.
    call = sim.call("1005", "1001")
    await until(lambda: watched.call_of("1005"))
    shown = watched.call_of("1005")
    assert shown is not None
    assert shown.id == call.call_id


@pytest.mark.parametrize("told", [True, False])
async def test_monitoring_whose_effect_is_not_told_is_no_refusal(
    sim: PSimulator, watched: Watched, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    """Of a phone whose reports are switched off, silence says nothing."""
    monkeypatch.setattr(pbx_module, "CALLED_WITHIN", 0.1)
    sim.extensions["1005"].status_monitored = False
    if not told:
        sim.front.faults.append(Fault("10005", "extension_status_monitor/list"))
    await watched.start()
    sim.inbound("5503301", "1002", "SIP-142", answer=True)
    await watched.pbx.monitor(MonitorMode.LISTEN, "1005", "1002")
    (monitor,) = sim.monitors.values()
    assert monitor.supervisor == "1005"


async def test_phone_that_rings_late_is_awaited(
    sim: PSimulator, watched: Watched
) -> None:
    """An event of another phone is no sign, the first of the supervisor's is."""
    sim.inbound("5503301", "1002", "SIP-142", answer=True)
    sim.front.deliver = False
    asking = asyncio.create_task(
        watched.pbx.monitor(MonitorMode.LISTEN, "1005", "1002")
    )
    await until(lambda: sim.monitors)
    sim.front.deliver = True
    sim.call("1000", "1001")
    await until(lambda: watched.call_of("1001"))
    assert not asking.done()
    (monitor,) = sim.monitors.values()
    monitor.end()
    sim.exchange.monitor("listen", "1005", "1002")
    assert await asyncio.wait_for(asking, 3)


async def test_supervisor_that_is_not_listed_cannot_be_hung_up(
    sim: PSimulator, watched: Watched
) -> None:
    """Without its channel there is nothing to hang up, and that is said."""
    sim.inbound("5503301", "1002", "SIP-142", answer=True)
    await watched.pbx.monitor(MonitorMode.LISTEN, "1005", "1002")
    await watched.read()
    assert watched.extension("1005").status is ExtensionStatus.BUSY
    with pytest.raises(PbxRefused) as err:
        await watched.pbx.hang_up("1005")
    assert err.value.refusal is Refusal.UNSUPPORTED
    assert sim.monitors
