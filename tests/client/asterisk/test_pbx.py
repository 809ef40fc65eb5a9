"""The actions that the client sends, and what it makes of the answers."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
import socket
from typing import Any

import pytest

from custom_components.pbx.client import (
    Address,
    MonitorMode,
    PbxNotTrusted,
    PbxRefused,
    PbxRightMissing,
    PbxUnreachable,
    Refusal,
    Unreachable,
    read_certificate,
)
from custom_components.pbx.client.asterisk import Asterisk, session
from custom_components.pbx.client.extension_settings import (
    Forwarding,
    ForwardTo,
    MonitorPermission,
    SettingsChange,
)
from custom_components.pbx.client.model import (
    Call,
    CallDirection,
    DestinationKind,
    Party,
    PartyState,
)
from custom_components.pbx.client.pbx import Capability
from custom_components.pbx.client.report import (
    ExtensionReport,
    SettingsChanged,
    Subject,
)
from custom_components.pbx.client.tls import fingerprint_of
from tests.client.test_tls import server_context

from .conftest import Listener
from .wire import (
    COMMANDS,
    SECRET,
    USER,
    Answer,
    Fields,
    ManagerWire,
    error,
    message,
    rows,
    success,
)

OUTSIDE = Party("0123", False, PartyState.TALKING, True, "itsp", "PJSIP/itsp-00000001")
ANNA = Party("1001", True, PartyState.TALKING, False)
CALL = Call("1.1", CallDirection.INBOUND, (OUTSIDE, ANNA), 0.0)


async def talk(wire: ManagerWire) -> None:
    """Start a call of an outside caller with 1001."""
    for name, unique in (
        ("PJSIP/itsp-00000001", "1.1"),
        ("PJSIP/1001-00000002", "1.2"),
    ):
        channel = {"Channel": name, "Uniqueid": unique, "Linkedid": "1.1"}
        await wire.say(message(Event="Newchannel", ChannelStateDesc="Up", **channel))
        await wire.say(message(Event="BridgeEnter", BridgeUniqueid="b1", **channel))
    await asyncio.sleep(0.05)


def calls_back(wire: ManagerWire, *progress: Fields, failure: bool = False) -> Answer:
    """Return an answer that accepts an Originate, then sends events of its progress."""

    def answer(asked: Fields) -> str:
        ours = {"Uniqueid": asked["ChannelId"], "Linkedid": asked["ChannelId"]}
        text = success()(asked)
        if progress:
            channel = {"Channel": "PJSIP/1005-00000009", "ChannelStateDesc": "Down"}
            text += message(Event="Newchannel", **channel, **ours)
        if failure:
            text += message(
                Event="OriginateResponse",
                ActionID=asked["ActionID"],
                Response="Failure",
                **ours,
            )
        return text + "".join(message(**event, **ours) for event in progress)

    return answer


RINGS = {"Event": "Newstate", "ChannelStateDesc": "Ringing"}


# -- who is there


async def test_a_plain_asterisk_has_hints(wire: ManagerWire) -> None:
    """Test that names come from the phones' caller ids; settings are not offered."""
    wire.answers["DBGetTree"] = rows("DBGetTreeResponse")
    wire.answers["ExtensionStateList"] = rows(
        "ExtensionStatus",
        {"Exten": "1001", "Hint": "PJSIP/anna-desk"},
        {"Exten": "1002", "Hint": "SIP/old"},
    )
    wire.answers["Getvar"] = lambda asked: success(
        Value={
            "ENTITYID": "02:fc",
            "PJSIP_ENDPOINT(anna-desk,callerid)": '"Anna Berg" <1001>',
        }.get(asked["Variable"], "")
    )(asked)
    pbx = wire.client()
    info = await pbx.connect()
    snapshot = await pbx.snapshot()
    assert info.manufacturer == "Asterisk"
    assert not pbx.capabilities & Capability.SETTINGS
    assert [(one.number, one.name) for one in snapshot.extensions] == [
        ("1001", "Anna Berg"),
        ("1002", ""),
    ]
    with pytest.raises(PbxRefused):
        await pbx.settings(["1001"])
    with pytest.raises(PbxRefused):
        await pbx.change_settings("1001", SettingsChange(do_not_disturb=True))
    await pbx.close()


async def test_without_hints_phones_have_a_number_to_call_under(
    wire: ManagerWire,
) -> None:
    """Test that endpoints with a caller id are extensions, those without are trunks."""
    wire.answers["DBGetTree"] = rows("DBGetTreeResponse")
    wire.answers["DeviceStateList"] = rows(
        "DeviceStateChange",
        {"Device": "PJSIP/anna", "State": "NOT_INUSE"},
        {"Device": "PJSIP/provider", "State": "UNAVAILABLE"},
        {"Device": "Custom:DND1001", "State": "BUSY"},
    )
    wire.answers["Getvar"] = lambda asked: success(
        Value={"ENTITYID": "02:fc", "PJSIP_ENDPOINT(anna,callerid)": "Anna <anna>"}.get(
            asked["Variable"], "(null)"
        )
    )(asked)
    pbx = wire.client()
    snapshot = await pbx.snapshot()
    assert [(one.number, one.name, one.status) for one in snapshot.extensions] == [
        ("anna", "Anna", "idle")
    ]
    assert snapshot.trunks is not None
    assert [(one.name, one.type, one.status) for one in snapshot.trunks] == [
        ("provider", "PJSIP", "down")
    ]
    await pbx.close()


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Registered", "registered"),
        ("Unregistered", "unregistered"),
        ("Rejected", "fault"),
        ("Stopped", "disabled"),
        ("Confused", None),
    ],
)
async def test_trunks_have_the_state_of_their_registration(
    wire: ManagerWire, word: str, status: str | None
) -> None:
    """Test that an unknown word of the PBX is an unknown state."""
    wire.answers["PJSIPShowRegistrationsOutbound"] = rows(
        "OutboundRegistrationDetail", {"ObjectName": "itsp", "Status": word}
    )
    pbx = wire.client()
    snapshot = await pbx.snapshot()
    assert snapshot.trunks is not None
    assert [(one.name, one.status) for one in snapshot.trunks] == [("itsp", status)]
    await pbx.close()


async def test_a_pbx_without_identity_is_not_believed(wire: ManagerWire) -> None:
    """Test that a PBX without an identity is refused: it may be another one later."""
    wire.answers["Getvar"] = success(Value="")
    pbx = wire.client()
    with pytest.raises(PbxUnreachable) as strange:
        await pbx.connect()
    assert strange.value.reason is Unreachable.BAD_ANSWER
    await pbx.close()


async def test_who_the_pbx_is_is_read_once_for_each_login(wire: ManagerWire) -> None:
    """Test that the identity is read once a login, the extensions once a reload."""
    pbx = wire.client()
    for _ in range(3):
        await pbx.snapshot()
    assert wire.actions().count("CoreSettings") == 1
    assert wire.actions().count("DBGetTree") == 2
    await wire.say(message(Event="Reload", Module="All", Status="0"))
    await asyncio.sleep(0.05)
    await pbx.snapshot()
    assert wire.actions().count("DBGetTree") == 4
    await pbx.close()


async def test_what_may_not_be_asked_is_not_offered(wire: ManagerWire) -> None:
    """Test that the capabilities follow the rights at each login."""
    assert wire.client().capabilities & Capability.WHISPER
    looking = [name for name in COMMANDS if name not in ("Originate", "Hangup")]
    wire.answers["ListCommands"] = success(**dict.fromkeys(looking, "x"))
    pbx = wire.client()
    await pbx.connect()
    assert pbx.capabilities == (
        Capability.MUTE | Capability.TRANSFER | Capability.SETTINGS
    )
    await pbx.close()


# -- TLS


async def test_a_certificate_is_pinned_or_verified(
    socket_enabled: None, tmp_path: Path
) -> None:
    """Test that nothing is sent before the certificate is accepted."""
    context, _ = server_context(tmp_path)
    async with ManagerWire().running(context) as wire:
        certificate = await read_certificate(wire.address, 5)
        for pin in (None, "0" * 64):
            pbx = wire.client(**({"pin": pin} if pin else {}))
            with pytest.raises(PbxNotTrusted) as strange:
                await pbx.connect()
            assert strange.value.certificate == certificate
            await pbx.close()
        assert wire.asked == []
        pbx = wire.client(pin=fingerprint_of(certificate).upper())
        await pbx.connect()
        await pbx.close()


async def test_tls_where_none_is_spoken(wire: ManagerWire) -> None:
    """Test that a port without TLS is reported as another service."""
    address = Address(wire.address.host, wire.address.port, tls=True)
    pbx = Asterisk(address, USER, SECRET, fingerprint="0" * 64)
    with pytest.raises(Exception, match="Not the PBX's API"):
        await pbx.connect()
    await pbx.close()


@pytest.mark.parametrize("failure", [socket.gaierror(), UnicodeError()])
async def test_a_name_that_nobody_knows(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """Test that it is distinguished from a PBX that does not answer."""

    async def resolve(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    pbx = Asterisk(Address("pbx.invalid", 5038, tls=False), USER, SECRET)
    with pytest.raises(PbxUnreachable) as unknown:
        await pbx.connect()
    assert unknown.value.reason is Unreachable.NAME_NOT_RESOLVED
    await pbx.close()


# -- reports


async def test_a_reload_and_a_registration_are_told(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test that a refreshed registration is not reported."""
    registry = {"Event": "Registry", "Username": "sip:a", "Domain": "sip:b"}
    await wire.say(message(Event="Reload", Module="All"))
    await wire.say(message(**registry, Status="Rejected"))
    await wire.say(message(**registry, Status="Rejected"))
    await wire.say(message(**registry, Status="Registered"))
    await asyncio.sleep(0.05)
    assert listener.reports == [
        SettingsChanged(Subject.OTHER),
        SettingsChanged(Subject.TRUNK),
        SettingsChanged(Subject.TRUNK),
    ]


async def test_nobody_is_told_before_listening(wire: ManagerWire) -> None:
    """Test that earlier events are not reported, and later ones are."""
    pbx = wire.client()
    await pbx.connect()
    await talk(wire)
    told: list[Any] = []
    await pbx.listen(told.append, told.append)
    assert told == []
    await wire.say(message(Event="Hangup", Uniqueid="1.2", Cause="16"))
    await asyncio.sleep(0.05)
    assert any(isinstance(report, ExtensionReport) for report in told)
    await pbx.close()


# -- acting


async def test_whisper_is_one_action(wire: ManagerWire, listener: Listener) -> None:
    """Test that the spied channel is named by id, with options that end the spying."""
    await talk(wire)
    wire.answers["Originate"] = calls_back(wire, RINGS)
    call_id = await listener.pbx.monitor(MonitorMode.WHISPER, "1005", "1001")
    asked = wire.asked[-1]
    assert asked["ChannelId"] == call_id
    assert {
        key: asked[key] for key in asked if key not in ("ChannelId", "ActionID")
    } == {
        "Action": "Originate",
        "Channel": "PJSIP/1005",
        "Application": "ChanSpy",
        "Data": "1.2,qwESu",
        "CallerID": '"Anna Berg" <1001>',
        "Timeout": "30000",
        "Async": "true",
    }


@pytest.mark.parametrize(
    "answer",
    [
        lambda wire: calls_back(wire, failure=True),
        lambda wire: calls_back(wire, {"Event": "Hangup", "Cause": "17"}, failure=True),
        lambda wire: calls_back(wire, {"Event": "Hangup", "Cause": "x"}),
    ],
    ids=["no channel", "busy", "hung up"],
)
async def test_a_phone_that_cannot_be_called(
    wire: ManagerWire, listener: Listener, answer: Callable[[ManagerWire], Answer]
) -> None:
    """Test the refusal with and without a channel of the phone."""
    await talk(wire)
    wire.answers["Originate"] = answer(wire)
    with pytest.raises(PbxRefused) as refused:
        await listener.pbx.monitor(MonitorMode.LISTEN, "1005", "1001")
    assert refused.value.refusal is Refusal.NOT_IDLE


async def test_a_phone_that_does_not_say_that_it_rings(
    wire: ManagerWire, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Test that the call of such a phone is reported as made."""
    monkeypatch.setattr(session, "RING_WITHIN", 0.1)
    wire.answers["Originate"] = success()
    wire.answers["Getvar"] = success(Value="from-internal")
    assert await listener.pbx.dial("1003", "1001", outside=False)


async def test_a_call_that_ends_while_the_supervisor_is_called(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test that the supervisor's phone is hung up, and the refusal gives the reason."""
    await talk(wire)
    wire.answers["Originate"] = lambda asked: (
        message(Event="Hangup", Uniqueid="1.2", Cause="16")
        + calls_back(wire, RINGS)(asked)
    )
    wire.answers["Hangup"] = success()
    with pytest.raises(PbxRefused) as refused:
        await listener.pbx.monitor(MonitorMode.LISTEN, "1005", "1001")
    assert refused.value.refusal is Refusal.NOT_IN_CALL
    assert wire.asked[-1]["Action"] == "Hangup"
    assert wire.asked[-1]["Channel"] == "PJSIP/1005-00000009"


async def test_the_connection_breaks_while_a_phone_is_called(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test that the error says that the phone may be ringing."""
    await talk(wire)
    wire.answers["Originate"] = success()
    asking = asyncio.create_task(
        listener.pbx.monitor(MonitorMode.LISTEN, "1005", "1001")
    )
    await asyncio.sleep(0.1)
    wire.drop()
    with pytest.raises(PbxUnreachable) as broken:
        await asking
    assert broken.value.maybe_done


async def test_transfer_asks_whether_the_destination_is_there(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test the context of the transferor's rights, and that of an IVR."""
    await talk(wire)
    wire.answers["Getvar"] = lambda asked: success(
        Value={
            "PJSIP_ENDPOINT(1001,context)": "from-internal",
            "DIALPLAN_EXISTS(from-internal,1003,1)": "1",
            "DIALPLAN_EXISTS(ivr-3,s,1)": "1",
        }.get(asked["Variable"], "0")
    )(asked)
    wire.answers["Redirect"] = success()
    await listener.pbx.transfer(CALL, "1003", DestinationKind.EXTENSION)
    asked = wire.asked[-1]
    assert (asked["Channel"], asked["Context"], asked["Exten"]) == (
        "PJSIP/itsp-00000001",
        "from-internal",
        "1003",
    )
    await listener.pbx.transfer(CALL, "3", DestinationKind.IVR)
    assert (wire.asked[-1]["Context"], wire.asked[-1]["Exten"]) == ("ivr-3", "s")
    for kind, refusal in (
        (DestinationKind.OUTSIDE, Refusal.NO_SUCH_NUMBER),
        (DestinationKind.QUEUE, Refusal.NO_SUCH_DESTINATION),
    ):
        with pytest.raises(PbxRefused) as refused:
            await listener.pbx.transfer(CALL, "999", kind)
        assert refused.value.refusal is refusal
    await wire.say(message(Event="Hangup", Uniqueid="1.1", Cause="16"))
    await asyncio.sleep(0.05)
    with pytest.raises(PbxRefused) as refused:
        await listener.pbx.transfer(CALL, "1003", DestinationKind.EXTENSION)
    assert refused.value.refusal is Refusal.NOT_IN_CALL


async def test_prompts_outside_need_a_permission(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test that the prompt is played with the rights of the permission's extension."""
    with pytest.raises(PbxRefused) as refused:
        await listener.pbx.play_prompt("0123", ["custom/a"], outside=True)
    assert refused.value.refusal is Refusal.MISSING_PARAMETER
    wire.answers["Getvar"] = success(Value="from-internal")
    wire.answers["Originate"] = calls_back(wire, RINGS)
    await listener.pbx.play_prompt(
        "0123", ["custom/a", "custom/b"], outside=True, permission="1001"
    )
    asked = wire.asked[-1]
    assert asked["Channel"] == "Local/0123@from-internal"
    assert asked["Data"] == "custom/a&custom/b"


@pytest.mark.parametrize(
    "prompts", [[], ["a,b"], ["../etc/passwd"], ["a&b"], ["x" * 1000], ["a\r\nb"]]
)
async def test_names_of_prompts_that_are_none(
    listener: Listener, prompts: list[str]
) -> None:
    """Test that an invalid name is refused."""
    with pytest.raises(ValueError):
        await listener.pbx.play_prompt("1003", prompts, outside=False)


@pytest.mark.parametrize(
    "act",
    [
        lambda pbx: pbx.mute("1001"),
        lambda pbx: pbx.unmute("1001"),
        lambda pbx: pbx.hang_up("1001"),
    ],
)
async def test_without_a_call_there_is_nothing_to_do(
    listener: Listener, act: Callable[[Asterisk], Awaitable[None]]
) -> None:
    """Test that nothing is sent for an extension without a call."""
    with pytest.raises(PbxRefused) as refused:
        await act(listener.pbx)
    assert refused.value.refusal is Refusal.NOT_IN_CALL


# -- settings


async def test_settings_are_refused_as_a_whole(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test settings that FreePBX lacks, and invalid destinations."""
    for change, refusal in (
        (SettingsChange(may_be_monitored=True), Refusal.UNSUPPORTED),
        (SettingsChange(monitor_mode=MonitorPermission.LISTEN), Refusal.UNSUPPORTED),
        (
            SettingsChange(
                do_not_disturb=True,
                forward_always=Forwarding(on=True, to=ForwardTo.VOICEMAIL),
            ),
            Refusal.SETTINGS_REJECTED,
        ),
        (SettingsChange(forward_busy=Forwarding(on=True)), Refusal.SETTINGS_REJECTED),
    ):
        with pytest.raises(PbxRefused) as refused:
            await listener.pbx.change_settings("1001", change)
        assert refused.value.refusal is refusal
    with pytest.raises(ValueError):
        await listener.pbx.change_settings(
            "1001",
            SettingsChange(
                forward_busy=Forwarding(on=True, to=ForwardTo.NUMBER, number="a b")
            ),
        )
    assert not {"DBPut", "DBDel", "Setvar"} & set(wire.actions())


async def test_a_setting_that_is_written_in_part_is_told(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test a failed lamp after the database, and a failed second of two settings."""
    wire.answers["DBPut"] = success()
    wire.answers["Setvar"] = error("Permission denied")
    with pytest.raises(PbxRefused) as refused:
        await listener.pbx.change_settings("1001", SettingsChange(do_not_disturb=True))
    assert refused.value.refusal is Refusal.INTERNAL_ERROR
    wire.answers["Setvar"] = success()
    wire.answers["DBPut"] = lambda asked: (
        success()(asked) if asked["Family"] == "DND" else error("No")(asked)
    )
    number = Forwarding(on=True, to=ForwardTo.NUMBER, number="0123", prefix="9")
    with pytest.raises(PbxRefused) as refused:
        await listener.pbx.change_settings(
            "1001", SettingsChange(do_not_disturb=True, forward_always=number)
        )
    assert refused.value.refusal is Refusal.INTERNAL_ERROR
    assert wire.asked[-1]["Val"] == "90123"


async def test_forwarding_without_a_destination_keeps_the_one_there_is(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test that the stored destination may be anything that FreePBX accepts."""
    listed = rows(
        "DBGetTreeResponse",
        {"Key": "/CF/1001", "Val": "0123"},
        {"Key": "/CF/1002", "Val": "*98"},
        {"Key": "/CF/1003", "Val": "vm b"},
    )
    wire.answers["DBGetTree"] = listed
    wire.answers["DBPut"] = wire.answers["Setvar"] = success()
    on = SettingsChange(forward_always=Forwarding(on=True))
    await listener.pbx.change_settings("1001", on)
    assert wire.asked[-2]["Val"] == "0123"
    anna, ben, zoe = await listener.pbx.settings(["1001", "1002", "1003"])
    assert anna.forward_always == Forwarding(True, ForwardTo.NUMBER, "0123")
    assert ben.forward_always == Forwarding(True, ForwardTo.NUMBER, "*98")
    assert zoe.forward_always == Forwarding(True, ForwardTo.NUMBER, None)


async def test_taking_back_what_is_not_set_is_no_error(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test that deleting a missing key succeeds, and other errors are raised."""
    off = SettingsChange(forward_busy=Forwarding(on=False))
    wire.answers["DBDel"] = error("Database entry could not be deleted")
    await listener.pbx.change_settings("1001", off)
    assert wire.asked[-1]["Action"] == "DBDel"
    wire.answers["DBDel"] = error("Permission denied")
    with pytest.raises(PbxRefused) as refused:
        await listener.pbx.change_settings("1001", off)
    assert refused.value.refusal is Refusal.UNSUPPORTED


# -- more of acting


async def test_monitor_looks_before_it_asks(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test that nothing is sent for requests that Asterisk would wrongly accept."""
    with pytest.raises(PbxRefused) as refused:
        await listener.pbx.monitor(MonitorMode.WHISPER, "1005", "1001")
    assert refused.value.refusal is Refusal.NOT_IN_CALL
    await talk(wire)
    device = {"Event": "DeviceStateChange", "Device": "PJSIP/1005"}
    await wire.say(message(**device, State="UNAVAILABLE"))
    await asyncio.sleep(0.05)
    for supervisor, refusal in (
        ("1005", Refusal.NOT_IDLE),
        ("1001", Refusal.NOT_IDLE),
        ("nobody", Refusal.NO_SUCH_EXTENSION),
    ):
        with pytest.raises(PbxRefused) as refused:
            await listener.pbx.monitor(MonitorMode.WHISPER, supervisor, "1001")
        assert refused.value.refusal is refusal
    with pytest.raises(PbxRefused) as refused:
        await listener.pbx.play_prompt("1005", ["beep"], outside=False)
    assert refused.value.refusal is Refusal.NOT_IDLE
    assert "Originate" not in wire.actions()


async def test_mute_names_the_channel(wire: ManagerWire, listener: Listener) -> None:
    """Test that the extension's voice is muted, not what it hears."""
    await talk(wire)
    wire.answers["MuteAudio"] = success()
    await listener.pbx.mute("1001")
    asked = wire.asked[-1]
    assert (asked["Channel"], asked["Direction"], asked["State"]) == (
        "PJSIP/1001-00000002",
        "in",
        "on",
    )
    await listener.pbx.unmute("1001")
    assert wire.asked[-1]["State"] == "off"


async def test_a_call_inside_is_not_transferred(listener: Listener) -> None:
    """Test that nothing is sent for a call without an outside party."""
    call = Call("1.1", CallDirection.INTERNAL, (ANNA,), 0.0)
    with pytest.raises(PbxRefused) as refused:
        await listener.pbx.transfer(call, "1003", DestinationKind.EXTENSION)
    assert refused.value.refusal is Refusal.NO_SUCH_DESTINATION


@pytest.mark.parametrize(
    ("device", "headers"),
    [
        ("SIP/anna", "SIPADDHEADER02=Alert-Info: <http://pbx>;info=alert-autoanswer"),
        (
            "IAX2/anna",
            "PJSIP_HEADER(add,Alert-Info)=<http://pbx>;info=alert-autoanswer",
        ),
    ],
)
async def test_phones_of_other_kinds_can_pick_up_by_themselves(
    wire: ManagerWire, device: str, headers: str
) -> None:
    """Test the auto-answer headers of technologies other than PJSIP."""
    wire.answers["DBGetTree"] = rows("DBGetTreeResponse")
    wire.answers["ExtensionStateList"] = rows(
        "ExtensionStatus", {"Exten": "anna", "Hint": device}
    )
    wire.answers["Originate"] = calls_back(wire, RINGS)
    pbx = wire.client()
    await pbx.connect()
    await pbx.dial("anna", "0123", outside=True, auto_answer=True)
    assert wire.asked[-1]["Variable"] == headers
    await pbx.close()


async def test_a_user_who_may_not_look(wire: ManagerWire) -> None:
    """Test that a user without the right to read is refused and logged off."""
    wire.answers["ListCommands"] = success(Ping="(Priv: <none>)")
    pbx = wire.client()
    with pytest.raises(PbxRightMissing) as missing:
        await pbx.connect()
    assert (missing.value.right, missing.value.where) == ("reporting", "write")
    assert missing.value.refusal is Refusal.UNSUPPORTED
    assert wire.actions()[-1] == "Logoff"
    await pbx.close()


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        (success(Value="system,cdr,agent"), False),
        (success(Value="system, call,cdr"), True),
        (success(Value="all"), True),
        # Of another time, or not to be read: nothing is concluded.
        (success(Value="cdr"), True),
        (success(Value=""), True),
        (error("GetVar Access Forbidden: Variable"), True),
    ],
)
async def test_a_user_who_hears_nothing_of_calls(
    wire: ManagerWire, answer: Answer, heard: bool
) -> None:
    """Test that the missing right is named, unless the user may have it."""
    identity = wire.answers["Getvar"]

    def variable(asked: Fields) -> str:
        mine = f"AST_CONFIG(manager.conf,{USER},read,-1)"
        return answer(asked) if asked["Variable"] == mine else identity(asked)

    wire.answers["Getvar"] = variable
    pbx = wire.client()
    if heard:
        await pbx.connect()
    else:
        with pytest.raises(PbxRightMissing) as missing:
            await pbx.connect()
        assert (missing.value.right, missing.value.where) == ("call", "read")
    await pbx.close()


async def test_settings_of_nobody(listener: Listener, wire: ManagerWire) -> None:
    """Test an unknown extension, and forwarding to an extension."""
    with pytest.raises(PbxRefused) as refused:
        await listener.pbx.change_settings("999", SettingsChange(do_not_disturb=True))
    assert refused.value.refusal is Refusal.NO_SUCH_EXTENSION
    assert await listener.pbx.settings(["999"]) == ()
    wire.answers["DBGetTree"] = rows(
        "DBGetTreeResponse", {"Key": "/CF/1001", "Val": "1002"}
    )
    (settings,) = await listener.pbx.settings(["1001"])
    to = Forwarding(on=True, to=ForwardTo.EXTENSION, number="1002")
    assert settings.forward_always == to
    wire.answers["DBPut"] = wire.answers["Setvar"] = success()
    await listener.pbx.change_settings("1003", SettingsChange(forward_always=to))
    assert wire.asked[-2]["Val"] == "1002"


async def test_a_phone_stops_ringing_when_the_call_it_is_to_join_ends(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test that it is hung up once, and only by the end of that call."""
    await talk(wire)
    wire.answers["Originate"] = calls_back(wire, RINGS)
    wire.answers["Hangup"] = success()
    await listener.pbx.monitor(MonitorMode.WHISPER, "1005", "1001")
    await wire.say(message(Event="Hangup", Uniqueid="7.7", Cause="16"))
    await asyncio.sleep(0.05)
    assert "Hangup" not in wire.actions()
    for _ in range(2):
        await wire.say(message(Event="Hangup", Uniqueid="1.2", Cause="16"))
    await asyncio.sleep(0.05)
    assert [
        asked["Channel"] for asked in wire.asked if asked["Action"] == "Hangup"
    ] == ["PJSIP/1005-00000009"]


async def test_who_is_on_hold_is_asked_once_for_each_connection(
    wire: ManagerWire,
) -> None:
    """Test that only connected channels are asked, and one that ended is no error."""
    wire.answers["CoreShowChannels"] = rows(
        "CoreShowChannel",
        *(
            {
                "Channel": f"PJSIP/{number}-00000001",
                "Uniqueid": unique,
                "Linkedid": "1.1",
                "ChannelStateDesc": "Up",
                "BridgeId": bridge,
            }
            for number, unique, bridge in (
                ("1001", "1.1", "b1"),
                ("1002", "1.2", "b1"),
                ("1003", "1.3", ""),
            )
        ),
    )
    identity = wire.answers["Getvar"]
    wire.answers["Getvar"] = lambda asked: (
        identity(asked)
        if "Channel" not in asked
        else success(Value="1")(asked)
        if asked["Channel"] == "PJSIP/1002-00000001"
        else error("No such channel")(asked)
    )
    pbx = wire.client()
    snapshot = await pbx.snapshot()
    await pbx.snapshot()
    states = {one.number: one.status for one in snapshot.extensions}
    assert (states["1001"], states["1002"]) == ("on_hold", "busy")
    asked = [one["Channel"] for one in wire.asked if "CHANNEL(onhold)" in one.values()]
    assert asked == ["PJSIP/1001-00000001", "PJSIP/1002-00000001"]
    await pbx.close()


async def test_a_snapshot_without_trunks_does_not_ask_for_them(
    wire: ManagerWire,
) -> None:
    """Test that trunks are unread, not empty; simultaneous snapshots take turns."""
    pbx = wire.client()
    first, second = await asyncio.gather(pbx.snapshot(trunks=False), pbx.snapshot())
    assert first.trunks is None
    assert second.trunks == ()
    assert first.again_soon
    assert not second.again_soon
    assert wire.actions().count("PJSIPShowRegistrationsOutbound") == 1
    await pbx.close()
