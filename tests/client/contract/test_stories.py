"""What every family of PBX tells in the same way."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from custom_components.pbx.client import MonitorMode, PbxRefused, Refusal
from custom_components.pbx.client.pbx import Capability

from .families import FAMILIES, Observed


@pytest.fixture(params=FAMILIES)
async def pbx(
    request: pytest.FixtureRequest, socket_enabled: None
) -> AsyncGenerator[Observed]:
    """Yield each family's PBX in turn, read once."""
    asyncio.get_running_loop().set_debug(False)
    async with FAMILIES[request.param]() as observed:
        await observed.begin()
        yield observed


async def test_extensions_have_names_and_statuses(pbx: Observed) -> None:
    """Who is there, and whose phone is out of reach."""
    assert {number: one.name for number, one in pbx.board.extensions.items()} == {
        number: one.name for number, one in pbx.sim.extensions.items()
    }
    assert pbx.status("1001") == "idle"
    assert pbx.status("1010") == "offline"


async def test_a_call_rings_talks_and_ends(pbx: Observed) -> None:
    """A call between two extensions."""
    call = pbx.sim.call("1001", "1002")
    await pbx.look()
    assert pbx.states() == {"1001": "dialing", "1002": "ringing"}
    assert pbx.status("1002") == "ringing"
    call.answer()
    await pbx.look()
    assert pbx.states() == {"1001": "talking", "1002": "talking"}
    assert (pbx.status("1001"), pbx.status("1002")) == ("busy", "busy")
    call.hang_up()
    await pbx.look()
    assert pbx.board.calls == []
    assert (pbx.status("1001"), pbx.status("1002")) == ("idle", "idle")


async def test_an_inbound_call_has_its_number_and_trunk(pbx: Observed) -> None:
    """A call from outside."""
    pbx.sim.inbound("0123456789", "1001").answer()
    await pbx.look()
    (call,) = pbx.board.calls
    assert call.direction == "inbound"
    (outside,) = [party for party in call.parties if not party.extension]
    assert outside.number == "0123456789"
    assert outside.trunk in pbx.sim.trunks


async def test_a_held_call_is_held(pbx: Observed) -> None:
    """The phone that holds its only call."""
    call = pbx.sim.call("1001", "1002", answer=True)
    await pbx.look()
    call.hold("1001")
    await pbx.look()
    assert pbx.status("1001") == "on_hold"
    assert pbx.states()["1001"] == "held"
    call.unhold("1001")
    await pbx.look()
    assert pbx.status("1001") == "busy"


async def test_a_transferred_call_goes_on_with_the_other(pbx: Observed) -> None:
    """A blind transfer to a colleague, who answers."""
    call = pbx.sim.inbound("0123456789", "1001", answer=True)
    await pbx.look()
    call.transfer("1002")
    await pbx.look()
    assert pbx.states()["1002"] == "ringing"
    assert "1001" not in pbx.states()
    call.answer()
    await pbx.look()
    assert pbx.states() == {"0123456789": "talking", "1002": "talking"}


async def test_whom_nobody_talks_to_cannot_be_whispered_to(pbx: Observed) -> None:
    """A refusal says why."""
    with pytest.raises(PbxRefused) as refused:
        await pbx.pbx.monitor(MonitorMode.WHISPER, "1000", "1001")
    assert refused.value.refusal is Refusal.NOT_IN_CALL


async def test_a_whisper_calls_the_supervisor_and_can_be_ended(pbx: Observed) -> None:
    """The supervisor's phone is in use, the call goes on."""
    assert Capability.WHISPER in pbx.pbx.capabilities
    call = pbx.sim.call("1001", "1002", answer=True)
    await pbx.look()
    await pbx.pbx.monitor(MonitorMode.WHISPER, "1000", "1001")
    await pbx.look()
    (monitor,) = pbx.sim.monitors.values()
    assert (monitor.mode, monitor.supervisor) == ("whisper", "1000")
    assert pbx.status("1000") == "busy"
    assert pbx.states() == {"1001": "talking", "1002": "talking"}
    await pbx.pbx.hang_up("1000")
    await pbx.look()
    assert pbx.sim.monitors == {}
    assert call.live


async def test_a_call_can_be_dialled(pbx: Observed) -> None:
    """The extension's own phone is called first."""
    await pbx.pbx.dial("1001", "1002", outside=False, auto_answer=True)
    await pbx.look()
    assert pbx.states()["1002"] == "ringing"
    (call,) = pbx.sim.calls.values()
    assert call.by_api
