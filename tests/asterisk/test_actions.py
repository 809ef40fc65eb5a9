"""Actions on calls, on a real Asterisk: carried out, or refused with a reason."""

import asyncio

import pytest

from custom_components.pbx.client import (
    Address,
    PbxLoginRejected,
    PbxNotTrusted,
    PbxRefused,
    PbxRightMissing,
    Refusal,
    fingerprint_of,
)
from custom_components.pbx.client.extension_settings import (
    Forwarding,
    ForwardTo,
    SettingsChange,
)
from custom_components.pbx.client.model import DestinationKind, MonitorMode
from custom_components.pbx.client.pbx import Capability

from .hub import StandInHub
from .office import EXTENSIONS, OUTSIDE
from .remote import RemoteRig

EVERYTHING = (
    Capability.MONITOR
    | Capability.DIAL
    | Capability.PROMPT
    | Capability.HANG_UP
    | Capability.MUTE
    | Capability.TRANSFER
    | Capability.SETTINGS
    | Capability.QUEUES
    | Capability.AGENT_LOGIN
    | Capability.AGENT_PAUSE
    | Capability.PARKED_CALLS
    | Capability.PICK_UP
    | Capability.VOICEMAIL
)


async def talk(rig: RemoteRig, hub: StandInHub) -> None:
    """Start a call of 1002 with 1001."""
    await rig.do("1002 dial 1001")
    await hub.until_talking("1001", "1002")


# -- who the PBX is


async def test_connect_tells_who_the_pbx_is(quiet: RemoteRig) -> None:
    """Test the version, the identity, and the conventions of FreePBX."""
    pbx = quiet.client()
    info = await pbx.connect()
    snapshot = await pbx.snapshot()
    await pbx.close()
    version = {"forky": "22.", "bullseye": "16."}.get(quiet.suite, "")
    assert info.manufacturer == "FreePBX"
    assert info.name == "pbx"
    assert info.firmware_version is not None
    assert info.firmware_version.startswith(version)
    assert info.serial_number.count(":") == 5
    names = {extension.number: extension.name for extension in snapshot.extensions}
    assert names == {number: name for number, (name, _, _) in EXTENSIONS.items()}
    assert snapshot.trunks is not None
    assert [(trunk.name, trunk.status) for trunk in snapshot.trunks] == [
        ("itsp", "registered")
    ]


@pytest.mark.parametrize(
    ("user", "capabilities"),
    [
        ("full", EVERYTHING),
        ("freepbx", EVERYTHING),
        (
            "operator",
            EVERYTHING & ~Capability.SETTINGS & ~Capability.MUTE,
        ),
        ("reader", Capability.QUEUES | Capability.VOICEMAIL),
    ],
)
async def test_capabilities_are_what_the_user_may_do(
    quiet: RemoteRig, user: str, capabilities: Capability
) -> None:
    """Test that no action is offered that would be refused."""
    pbx = quiet.client(user)
    await pbx.connect()
    assert pbx.capabilities == capabilities
    assert len((await pbx.snapshot()).extensions) == len(EXTENSIONS)
    await pbx.close()


@pytest.mark.parametrize(
    ("user", "right", "where"),
    [("events", "reporting", "write"), ("deaf", "call", "read")],
)
async def test_the_right_that_is_missing_is_named(
    quiet: RemoteRig, user: str, right: str, where: str
) -> None:
    """Test a user with the right to events alone, and one without those of calls."""
    pbx = quiet.client(user)
    with pytest.raises(PbxRightMissing) as missing:
        await pbx.connect()
    assert (missing.value.right, missing.value.where) == (right, where)
    await pbx.close()


@pytest.mark.parametrize("user", ["nobody", "elsewhere"])
async def test_a_wrong_login_is_told(quiet: RemoteRig, user: str) -> None:
    """Test an unknown user, and one whose address is not permitted."""
    pbx = quiet.client(user)
    with pytest.raises(PbxLoginRejected):
        await pbx.connect()
    await pbx.close()


async def test_the_smallest_user_can_whisper(quiet: RemoteRig) -> None:
    """Test a user without the rights `system` and `command`."""
    async with StandInHub(quiet.client("operator")).running() as hub:
        await talk(quiet, hub)
        await hub.pbx.monitor(MonitorMode.WHISPER, "1005", "1001")
        await hub.until(lambda: hub.statuses().get("1005") == "busy")
        await quiet.do("clear")


async def test_tls_with_the_certificate_that_the_pbx_made(quiet: RemoteRig) -> None:
    """Test that a self-signed certificate is accepted once it is pinned."""
    address = Address("127.0.0.1", quiet.ports["AMI_TLS"], tls=True)
    pbx = quiet.client(address=address)
    with pytest.raises(PbxNotTrusted) as strange:
        await pbx.connect()
    await pbx.close()
    pin = fingerprint_of(strange.value.certificate)
    pbx = quiet.client(address=address, fingerprint=pin)
    assert len((await pbx.snapshot()).extensions) == len(EXTENSIONS)
    await pbx.close()


# -- supervision


async def test_whisper_to_nobody_is_refused(rig: RemoteRig, hub: StandInHub) -> None:
    """Test that no phone rings for a request that Asterisk would accept."""
    with pytest.raises(PbxRefused) as refused:
        await hub.pbx.monitor(MonitorMode.WHISPER, "1005", "1001")
    assert refused.value.refusal is Refusal.NOT_IN_CALL
    await rig.do("1003 does ring")
    await rig.do("1002 dial 1003")
    await hub.until(lambda: hub.statuses().get("1003") == "ringing")
    with pytest.raises(PbxRefused) as refused:
        await hub.pbx.monitor(MonitorMode.WHISPER, "1005", "1003")
    assert refused.value.refusal is Refusal.NOT_IN_CALL
    await asyncio.sleep(0.3)
    assert "1005" not in hub.statuses()


@pytest.mark.parametrize("what", ["busy", "unknown", "congestion"])
async def test_a_supervisor_who_cannot_be_called(
    rig: RemoteRig, hub: StandInHub, what: str
) -> None:
    """Test a supervisor's phone that refuses at once."""
    await talk(rig, hub)
    await rig.do(f"1005 does {what}")
    with pytest.raises(PbxRefused) as refused:
        await hub.pbx.monitor(MonitorMode.WHISPER, "1005", "1001")
    assert refused.value.refusal is Refusal.NOT_IDLE
    assert hub.board.calls_of("1005") == []


async def test_a_supervisor_out_of_reach(rig: RemoteRig, hub: StandInHub) -> None:
    """Test a supervisor's phone that is not registered."""
    await talk(rig, hub)
    await rig.do("1005 unregister")
    await hub.until(lambda: hub.statuses().get("1005") == "offline")
    with pytest.raises(PbxRefused) as refused:
        await hub.pbx.monitor(MonitorMode.WHISPER, "1005", "1001")
    assert refused.value.refusal is Refusal.NOT_IDLE
    await rig.do("1005 register")
    await rig.do("wait_registered")


async def test_a_supervisor_in_a_call(rig: RemoteRig, hub: StandInHub) -> None:
    """Test a supervisor's phone that is not free."""
    await talk(rig, hub)
    await rig.do("1003 dial 1005")
    await hub.until_talking("1005")
    with pytest.raises(PbxRefused) as refused:
        await hub.pbx.monitor(MonitorMode.WHISPER, "1005", "1001")
    assert refused.value.refusal is Refusal.NOT_IDLE


@pytest.mark.parametrize(("supervisor", "extension"), [("1005", "1999"), ("x", "1001")])
async def test_extensions_that_do_not_exist(
    rig: RemoteRig, hub: StandInHub, supervisor: str, extension: str
) -> None:
    """Test unknown extensions as supervisor and as supervised."""
    await talk(rig, hub)
    with pytest.raises(PbxRefused) as refused:
        await hub.pbx.monitor(MonitorMode.WHISPER, supervisor, extension)
    assert refused.value.refusal is Refusal.NO_SUCH_EXTENSION


async def test_the_phone_stops_ringing_when_the_call_ends(
    rig: RemoteRig, hub: StandInHub
) -> None:
    """Test that the supervisor cannot answer when there is no call left to join."""
    await talk(rig, hub)
    await rig.do("1005 does ring")
    await hub.pbx.monitor(MonitorMode.WHISPER, "1005", "1001")
    await hub.until(lambda: hub.statuses().get("1005") == "ringing")
    await rig.do("1002 hang_up")
    await hub.until(lambda: hub.statuses() == {}, seconds=2)
    assert hub.events[-1].number != "1005"


async def test_the_supervisors_phone_is_hung_up_when_the_call_ends(
    rig: RemoteRig, hub: StandInHub
) -> None:
    """Test that the supervisor has no call of its own, before and after."""
    await talk(rig, hub)
    await hub.pbx.monitor(MonitorMode.WHISPER, "1005", "1001")
    await hub.until(lambda: hub.statuses().get("1005") == "busy")
    await rig.do("1002 hang_up")
    await hub.until(lambda: hub.statuses() == {}, seconds=2)
    assert not [event for event in hub.events if event.number == "1005"]


async def test_the_call_that_is_talked_on_is_joined(
    rig: RemoteRig, hub: StandInHub
) -> None:
    """Test that a held call is not joined, and that the supervision survives a hold."""
    await talk(rig, hub)
    await rig.do("1001 hold")
    await hub.until(lambda: hub.statuses().get("1001") == "on_hold")
    await rig.do("1003 dial 1001")
    await hub.until_talking("1003")
    await hub.pbx.monitor(MonitorMode.LISTEN, "1005", "1001")
    await hub.until(lambda: hub.statuses().get("1005") == "busy")
    await rig.do("1003 hang_up")
    await hub.until(lambda: "1005" not in hub.statuses())
    assert hub.statuses() == {"1001": "on_hold", "1002": "busy"}


# -- calls


async def test_dial_connects_an_extension_with_another(
    rig: RemoteRig, hub: StandInHub
) -> None:
    """Test that the id of the call is returned before it begins."""
    call_id = await hub.pbx.dial("1003", "1001", outside=False)
    await hub.until_talking("1003", "1001")
    (call,) = hub.board.calls
    assert call.id == call_id
    assert call.direction == "internal"
    assert hub.calls() == ["1003 talking, 1001 talking"]


async def test_dial_outside(rig: RemoteRig, hub: StandInHub) -> None:
    """Test that the extension's own right to call outside is used."""
    await hub.pbx.dial("1003", OUTSIDE, outside=True)
    await hub.until_talking("1003")
    (call,) = hub.board.calls
    assert (call.direction, call.trunk) == ("outbound", "itsp")
    assert hub.calls() == [f"1003 talking, {OUTSIDE} talking"]


async def test_a_phone_can_be_asked_to_pick_up_by_itself(
    rig: RemoteRig, hub: StandInHub
) -> None:
    """Test that both headers arrive unchanged."""
    await rig.do("1003 does auto")
    await hub.pbx.dial("1003", "1001", outside=False, auto_answer=True)
    await hub.until_talking("1003")
    assert await rig.do("1003 seen Call-Info") == "<sip:pbx>;answer-after=0"
    assert await rig.do("1003 seen Alert-Info") == "<http://pbx>;info=alert-autoanswer"
    assert await rig.do("1003 seen Caller") == '"Zoë Müller" <1003>'


async def test_dial_what_cannot_be(rig: RemoteRig, hub: StandInHub) -> None:
    """Test a number missing from the dialplan, and a busy phone."""
    with pytest.raises(PbxRefused) as refused:
        await hub.pbx.dial("1003", "1999", outside=False)
    assert refused.value.refusal is Refusal.NO_SUCH_NUMBER
    await rig.do("1003 does busy")
    with pytest.raises(PbxRefused) as refused:
        await hub.pbx.dial("1003", "1001", outside=False)
    assert refused.value.refusal is Refusal.NOT_IDLE
    with pytest.raises(ValueError):
        await hub.pbx.dial("1003", "1001,1", outside=False)


async def test_hang_up_ends_the_call(rig: RemoteRig, hub: StandInHub) -> None:
    """Test that both parties are free, and that it is refused without a call."""
    with pytest.raises(PbxRefused) as refused:
        await hub.pbx.hang_up("1001")
    assert refused.value.refusal is Refusal.NOT_IN_CALL
    await talk(rig, hub)
    await hub.pbx.hang_up("1001")
    await hub.until(lambda: hub.statuses() == {} and not hub.board.calls)


async def test_transfer_moves_the_outside_party(
    rig: RemoteRig, hub: StandInHub
) -> None:
    """Test a transfer to another extension; the transferor's part is over."""
    await rig.do(f"{OUTSIDE} call_in 5550101")
    await hub.until_talking("1001")
    (call,) = hub.board.calls
    with pytest.raises(PbxRefused) as refused:
        await hub.pbx.transfer(call, "1999", DestinationKind.EXTENSION)
    assert refused.value.refusal is Refusal.NO_SUCH_DESTINATION
    assert hub.calls() == [f"{OUTSIDE} talking, 1001 talking"]
    await hub.pbx.transfer(call, "1003", DestinationKind.EXTENSION)
    await hub.until_talking("1003")
    assert hub.calls() == [f"{OUTSIDE} talking, 1003 talking"]
    assert hub.board.calls[0].id == call.id


async def test_transfer_of_a_call_that_went_out(
    rig: RemoteRig, hub: StandInHub
) -> None:
    """Test that the callee of an outbound call is transferred, to a queue."""
    await rig.do(f"1001 dial {OUTSIDE}")
    await hub.until_talking("1001")
    (call,) = hub.board.calls
    await hub.pbx.transfer(call, "700", DestinationKind.QUEUE)
    members = [f"{OUTSIDE} talking, {number} talking" for number in ("1003", "1004")]
    await hub.until(lambda: hub.calls()[0] in members)
    assert hub.board.calls[0].via == "700"


async def test_only_outside_parties_are_transferred(
    rig: RemoteRig, hub: StandInHub
) -> None:
    """Test that an internal call is left as it is."""
    await talk(rig, hub)
    with pytest.raises(PbxRefused) as refused:
        await hub.pbx.transfer(hub.board.calls[0], "1003", DestinationKind.EXTENSION)
    assert refused.value.refusal is Refusal.UNSUPPORTED


async def test_a_prompt_is_played(rig: RemoteRig, hub: StandInHub) -> None:
    """Test a prompt to an extension, whose phone is free again afterwards."""
    await hub.pbx.play_prompt("1003", ["beep", "vm-goodbye"], outside=False)
    await hub.until(lambda: hub.statuses().get("1003") == "busy")
    await hub.until(lambda: hub.statuses() == {})
    with pytest.raises(ValueError):
        await hub.pbx.play_prompt("1003", ["beep,noanswer"], outside=False)


async def test_hold_is_not_offered(rig: RemoteRig, hub: StandInHub) -> None:
    """Test a missing capability: Asterisk has no action to hold a call."""
    assert not hub.pbx.capabilities & Capability.HOLD
    await talk(rig, hub)
    with pytest.raises(PbxRefused) as refused:
        await hub.pbx.hold("1001")
    assert refused.value.refusal is Refusal.UNSUPPORTED


# -- settings


async def test_do_not_disturb_is_obeyed(rig: RemoteRig, hub: StandInHub) -> None:
    """Test that a call ends as busy, and that the setting is read as it was written."""
    await hub.pbx.change_settings("1003", SettingsChange(do_not_disturb=True))
    (settings,) = await hub.pbx.settings(["1003"])
    assert settings.do_not_disturb is True
    await rig.do("1002 dial 1003")
    await hub.until(lambda: hub.board.last_call("1002") is not None)
    last = hub.board.last_call("1002")
    assert last is not None
    assert last.outcome == "busy"
    await hub.pbx.change_settings("1003", SettingsChange(do_not_disturb=False))
    (settings,) = await hub.pbx.settings(["1003"])
    assert settings.do_not_disturb is False


async def test_forwarding_is_obeyed(rig: RemoteRig, hub: StandInHub) -> None:
    """Test reading and writing all three; switching off twice is no error."""
    to = Forwarding(on=True, to=ForwardTo.EXTENSION, number="1004")
    change = SettingsChange(forward_always=to, forward_busy=to, forward_no_answer=to)
    await hub.pbx.change_settings("1003", change)
    (settings,) = await hub.pbx.settings(["1003"])
    assert settings.forward_always == to
    assert settings.forward_busy == to
    assert settings.forward_no_answer == to
    await rig.do("1002 dial 1003")
    await hub.until_talking("1004")
    off = Forwarding(on=False)
    for _ in range(2):
        await hub.pbx.change_settings(
            "1003",
            SettingsChange(forward_always=off, forward_busy=off, forward_no_answer=off),
        )
    (settings,) = await hub.pbx.settings(["1003"])
    assert settings.forward_always == off
    assert settings.forward_busy == off


async def test_settings_of_nobody_and_without_rights(quiet: RemoteRig) -> None:
    """Test that each refusal gives its own reason."""
    change = SettingsChange(do_not_disturb=True)
    pbx = quiet.client()
    await pbx.connect()
    with pytest.raises(PbxRefused) as refused:
        await pbx.change_settings("1999", change)
    assert refused.value.refusal is Refusal.NO_SUCH_EXTENSION
    assert await pbx.settings(["1999"]) == ()
    await pbx.close()
    pbx = quiet.client("operator")
    await pbx.connect()
    with pytest.raises(PbxRefused) as refused:
        await pbx.change_settings("1003", change)
    assert refused.value.refusal is Refusal.UNSUPPORTED
    await pbx.close()
