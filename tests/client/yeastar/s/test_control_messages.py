"""Text messages and prompts: what leaves the PBX, and what is asked of it."""

import pytest

from custom_components.pbx.client import PbxRefused, Refusal
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.client.conftest import VERSIONS
from tests.simulator import ManualClock, SimTrunk, Simulator

from .acting import speak


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("message", "sent"),
    [
        ("你好", "%E4%BD%A0%E5%A5%BD"),
        ("50% off? Yes & no/é+", "50%25%20off%3F%20Yes%20%26%20no%2F%C3%A9%2B"),
    ],
)
async def test_text_message_arrives_as_it_was_written(
    pbx: YeastarS, sim: Simulator, version: str, message: str, sent: str
) -> None:
    """URL-encoded UTF-8 on the wire; its id comes back."""
    speak(sim, version)
    sim.trunks["GSM2-7"] = SimTrunk("GSM2-7", "GSM", "Idle")
    sms_id = await pbx.send_sms("GSM2-7", "0612345678", message)
    assert sms_id == f"0612345678-{int(sim.clock.now())}"
    assert sim.pbx.messages == [("GSM2-7", "0612345678", message)]
    request = sim.requests[-1]
    assert request.path == f"/api/{version}/sms/send"
    assert request.body == {
        "trunk": "GSM2-7",
        "phonenumber": "0612345678",
        "message": sent,
    }


@pytest.mark.parametrize("message", ["x" * 2000, "é" * 1000])
async def test_longest_text_message(
    connected: YeastarS, sim: Simulator, message: str
) -> None:
    """2000 characters, as the manual counts them."""
    sim.trunks["GSM2-7"] = SimTrunk("GSM2-7", "GSM", "Idle")
    assert await connected.send_sms("GSM2-7", "0612345678", message)
    assert sim.pbx.messages[0][2] == message


@pytest.mark.parametrize("version", VERSIONS)
async def test_prompts_for_an_extension(
    pbx: YeastarS, sim: Simulator, clock: ManualClock, version: str
) -> None:
    """One after the other, then the phone is free again."""
    speak(sim, version)
    call_id = await pbx.play_prompt(
        "1001", ["hello111", "appletest"], outside=False, auto_answer=True
    )
    assert list(sim.calls) == [call_id]
    assert sim.requests[-1].body == {
        "extid": "1001",
        "prompt": "hello111+appletest",
        "autoanswer": "yes",
    }
    assert sim.status_of("1001") == "Busy"
    await clock.run_for(5)
    assert sim.status_of("1001") == "Registered"


async def test_prompt_for_the_outside(connected: YeastarS, sim: Simulator) -> None:
    """With the right of an extension, which does not take part."""
    call_id = await connected.play_prompt(
        "41000", ["hello111"], outside=True, permission="1001"
    )
    assert list(sim.calls) == [call_id]
    assert sim.requests[-1].body == {
        "outto": "41000",
        "prompt": "hello111",
        "fromext": "1001",
    }
    assert sim.status_of("1001") == "Registered"


async def test_prompt_for_the_outside_without_a_right(
    connected: YeastarS, sim: Simulator
) -> None:
    """The PBX says that it is missing; nobody's is taken."""
    with pytest.raises(PbxRefused) as err:
        await connected.play_prompt("41000", ["hello111"], outside=True)
    assert err.value.refusal is Refusal.MISSING_PARAMETER
    assert not sim.calls
