"""Invalid and excessive input: bounded, reported clearly, and recovered from."""

import asyncio
import logging
import time
import traceback
import tracemalloc

import pytest

from custom_components.pbx.client import (
    MonitorMode,
    PbxError,
    PbxLoginRejected,
    PbxRefused,
    PbxUnreachable,
    PbxWrongService,
    Refusal,
    Unreachable,
    WrongService,
)
from custom_components.pbx.client.asterisk import Asterisk, connection, session
from custom_components.pbx.client.report import CallNow, ExtensionReport

from .captured import events
from .conftest import Listener
from .wire import BANNER, SECRET, USER, ManagerWire, error, message, nothing, rows

MEGABYTE = 1024 * 1024
RINGS = message(
    Event="Newchannel",
    Channel="PJSIP/1001-00000001",
    ChannelStateDesc="Ringing",
    Uniqueid="1.1",
    Linkedid="1.1",
)


@pytest.mark.parametrize(
    "flood",
    [b"x" * MEGABYTE, b"Key: value\r\n" * 40_000, b"Event: " + b"\r" * MEGABYTE],
    ids=["endless line", "headers without end", "a name without end"],
)
async def test_a_message_without_end_is_cut_off(
    wire: ManagerWire, listener: Listener, flood: bytes
) -> None:
    """Test that little memory is used, and that the next connection works."""
    tracemalloc.start()
    try:
        for _ in range(64):
            try:
                await wire.say(flood)
            except OSError:
                break
            await asyncio.sleep(0)
        why = await listener.until_lost()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(why, PbxUnreachable)
    assert why.reason is Unreachable.BAD_ANSWER
    assert peak < 16 * MEGABYTE
    listener.losses.clear()
    await listener.listen()


async def test_a_million_headers_are_cut_off(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test a message that ends far too late."""
    try:
        for _ in range(100):
            await wire.say("Variable: x\r\n" * 10_000)
        await wire.say("\r\n")
    except OSError:
        pass
    why = await listener.until_lost()
    assert isinstance(why, PbxUnreachable)
    assert why.reason is Unreachable.BAD_ANSWER


async def test_two_hundred_channel_variables_are_taken(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test a message as long as an administrator's settings can make it."""
    variables = "".join(
        f"ChanVariable(PJSIP/1001-00000001): NAME{index}={'v' * 500}\r\n"
        for index in range(200)
    )
    await wire.say(RINGS.removesuffix("\r\n") + variables + "\r\n")
    await asyncio.sleep(0.1)
    assert [type(report) for report in listener.reports] == [CallNow, ExtensionReport]
    assert listener.losses == []


async def test_garbage_between_messages_is_passed_over(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test bytes that are no text, lines without colon, empty and unknown messages."""
    for garbage in (
        b"\xff\xfe\x00\x80\r\n\r\n",
        b"no colon here\r\nnor here\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        b"Event: \r\nUniqueid: 9\r\n\r\n",
        b"Event: Newchannel\r\n\r\n",
        b"Response: Success\r\nActionID: 99999\r\n\r\n",
        b"Event: Hangup\r\nUniqueid: none\r\nCause: many\r\n\r\n",
        b"Event: BridgeEnter\r\nUniqueid: 9.9\r\nLinkedid: 9.9\r\nChannel: x\r\n\r\n",
        b"Event: Hangup\r\nUniqueid: 9.9\r\n\r\n",
        b"Event: Hangup\r\nUniqueid: \r\n\r\n",
    ):
        await wire.say(garbage)
    await wire.say(RINGS)
    await asyncio.sleep(0.1)
    assert listener.losses == []
    statuses = [one for one in listener.reports if isinstance(one, ExtensionReport)]
    assert [(one.number, one.status) for one in statuses] == [("1001", "ringing")]


async def test_messages_may_come_in_any_pieces(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test messages sent byte by byte, also within a character."""
    text = RINGS.removesuffix("\r\n") + "CallerIDName: Zoë Müller\r\n\r\n"
    for byte in text.encode():
        await wire.say(bytes([byte]))
        await asyncio.sleep(0)
    await asyncio.sleep(0.1)
    assert len(listener.reports) == 2


async def test_a_flood_of_events_is_taken_in_order(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test that 20,000 events in two seconds are neither lost nor block the loop."""
    scene = [
        "".join(f"{key}: {value}\r\n" for key, value in event.items()) + "\r\n"
        for _, event in events("22", "internal_answered")
    ]
    noise = message(Event="RTCPSent", To="127.0.0.1:5000", Lost="0") * 50
    late = 0.0
    tracemalloc.start()
    try:
        for _ in range(20):
            began = time.monotonic()
            await wire.say(noise * 10 + "".join(scene) * 25)
            before = time.monotonic()
            await asyncio.sleep(0)
            late = max(late, time.monotonic() - before)
            await asyncio.sleep(max(0.0, 0.1 - (time.monotonic() - began)))
        async with asyncio.timeout(10):
            await listener.pbx.snapshot()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * MEGABYTE
    assert listener.losses == []
    ends = [
        one for one in listener.reports if isinstance(one, CallNow) and not one.parties
    ]
    assert len(ends) == 20 * 25
    assert {end.outcome for end in ends} == {"answered"}
    assert late < 1.0


async def test_a_message_of_too_many_lines_is_cut_off(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test a message that arrives complete and at once."""
    await wire.say("a:\r\n" * 5000 + "\r\n")
    why = await listener.until_lost()
    assert isinstance(why, PbxUnreachable)
    assert why.reason is Unreachable.BAD_ANSWER


async def test_what_comes_behind_the_end_is_not_read(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test that data received after the cut is ignored."""
    await wire.say("a:\r\n" * 5000 + "\r\n" + RINGS * 10)
    await listener.until_lost()
    assert listener.reports == []


async def test_a_flood_of_channels_is_cut_off(
    wire: ManagerWire, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Test that the next connection removes the channels that are not listed."""
    monkeypatch.setattr(session, "MAX_SIZE", 500)
    await wire.say(
        "".join(
            message(
                Event="Newchannel", Channel=f"PJSIP/x-{index:08x}", Uniqueid=str(index)
            )
            for index in range(1000)
        )
    )
    why = await listener.until_lost()
    assert isinstance(why, PbxUnreachable)
    assert why.reason is Unreachable.BAD_ANSWER
    listener.losses.clear()
    await listener.listen()
    assert (await listener.pbx.snapshot()).calls_now == ()


async def test_a_list_without_end_is_cut_off(
    wire: ManagerWire, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Test that the number of rows kept for a list is bounded."""
    monkeypatch.setattr(connection, "MAX_ROWS", 100)
    wire.answers["CoreShowChannels"] = rows(
        "CoreShowChannel", *({"Uniqueid": str(index)} for index in range(200))
    )
    with pytest.raises(PbxUnreachable) as endless:
        await listener.pbx.snapshot()
    assert endless.value.reason is Unreachable.BAD_ANSWER


async def test_who_gives_up_waiting_leaves_nothing_open(
    socket_enabled: None,
) -> None:
    """Test that a cancelled login, as of a cancelled setup, closes its connection."""
    async with ManagerWire(booted=False).running() as wire:
        pbx = wire.client()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await pbx.connect()
        async with asyncio.timeout(1):
            await wire.until_left()


async def test_events_with_passwords_are_dropped_unread(
    wire: ManagerWire,
    listener: Listener,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Test that they never reach the parser."""
    caplog.set_level(logging.DEBUG)
    seen: list[bytes] = []
    parse = connection.parse

    def watch(raw: bytes) -> dict[str, str]:
        seen.append(raw)
        return parse(raw)

    monkeypatch.setattr(connection, "parse", watch)
    wire.answers["PJSIPShowRegistrationsOutbound"] = lambda asked: "".join(
        (
            message(Response="Success", ActionID=asked["ActionID"], EventList="start"),
            message(
                Event="OutboundRegistrationDetail",
                ActionID=asked["ActionID"],
                ObjectName="itsp",
                Status="Registered",
            ),
            message(
                Event="AuthDetail", ActionID=asked["ActionID"], Password="sip-password"
            ),
            message(
                Event="OutboundRegistrationDetailComplete",
                ActionID=asked["ActionID"],
                EventList="Complete",
            ),
        )
    )
    snapshot = await listener.pbx.snapshot()
    assert snapshot.trunks is not None
    assert [trunk.name for trunk in snapshot.trunks] == ["itsp"]
    assert seen
    assert not any(b"sip-password" in raw for raw in seen)
    assert "sip-password" not in caplog.text + repr(snapshot)


# -- opening


@pytest.mark.parametrize(
    ("banner", "answer"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-OpenSSH 9.2"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        (b"220 [x](http://y) \x1b*mail*\r\n", "220 x http //y mail"),
        (b"x" * 2000, "x" * 40),
    ],
)
async def test_another_service_is_told(
    socket_enabled: None, banner: bytes, answer: str
) -> None:
    """Test that nothing is sent to a service that is no AMI, and what it said."""
    async with ManagerWire(banner=banner).running() as wire:
        pbx = wire.client()
        with pytest.raises(PbxWrongService) as wrong:
            await pbx.connect()
        assert wrong.value.reason is WrongService.NOT_THE_API
        assert wrong.value.answer == answer
        await pbx.close()
        assert wire.asked == []


async def test_a_banner_may_come_in_pieces(socket_enabled: None) -> None:
    """Test that a banner is complete only with the end of its line."""
    async with ManagerWire(banner=b"").running() as wire:
        pbx = wire.client()
        connecting = asyncio.create_task(pbx.connect())
        async with asyncio.timeout(5):
            while not wire.connections:
                await asyncio.sleep(0.01)
            for byte in BANNER:
                await wire.say(bytes([byte]))
                await asyncio.sleep(0)
            await connecting
        await pbx.close()


async def test_nothing_can_be_asked_without_a_connection(wire: ManagerWire) -> None:
    """Test requests before the first connection and after the last."""
    pbx = wire.client()
    for use in (
        pbx.hang_up("1001"),
        pbx.monitor(MonitorMode.LISTEN, "1005", "1001"),
    ):
        with pytest.raises(PbxUnreachable):
            await use
    await pbx.close()
    with pytest.raises(PbxUnreachable):
        await pbx.listen(print, print)


async def test_a_value_has_one_line(wire: ManagerWire) -> None:
    """Test that a value cannot add another field."""
    link = connection.Connection((), lambda event: None, lambda why: None)
    with pytest.raises(PbxUnreachable):
        await link.request("Ping")
    await link.open(wire.address, None)
    with pytest.raises(ValueError):
        await link.request("Getvar", {"Variable": "x\r\nAction: Originate"})
    await link.close()
    assert "Originate" not in wire.actions()


async def test_a_port_that_says_nothing(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Test that the wait for a banner ends."""
    monkeypatch.setattr(connection, "CONNECT_TIMEOUT", 0.2)
    async with ManagerWire(banner=b"").running() as wire:
        pbx = wire.client()
        with pytest.raises(PbxUnreachable) as silent:
            await pbx.connect()
        assert silent.value.reason is Unreachable.TIMED_OUT
        await pbx.close()


async def test_nobody_listens(socket_enabled: None) -> None:
    """Test that a refused connection is reported at once."""
    async with ManagerWire().running() as wire:
        pbx = wire.client()
    with pytest.raises(PbxUnreachable) as refused:
        await pbx.connect()
    assert refused.value.reason is Unreachable.CANNOT_CONNECT
    await pbx.close()


async def test_a_pbx_that_never_finishes_starting(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Test that without `FullyBooted` nothing is requested."""
    monkeypatch.setattr(connection, "ANSWER_TIMEOUT", 0.2)
    async with ManagerWire(booted=False).running() as wire:
        pbx = wire.client()
        with pytest.raises(PbxUnreachable) as late:
            await pbx.connect()
        assert late.value.reason is Unreachable.TIMED_OUT
        assert wire.actions() == ["Challenge", "Login"]
        await pbx.close()


async def test_a_wrong_secret_is_never_tried_again(wire: ManagerWire) -> None:
    """Test that one login is sent, and that the right secret never crosses the wire."""
    pbx = Asterisk(wire.address, USER, "wrong")
    with pytest.raises(PbxLoginRejected):
        await pbx.connect()
    assert wire.actions() == ["Challenge", "Login"]
    await pbx.close()
    pbx = wire.client()
    await pbx.connect()
    assert not any(SECRET in value for asked in wire.asked for value in asked.values())
    await pbx.close()


async def test_starting_pbx_rejects_a_login_that_it_has_accepted(
    wire: ManagerWire,
) -> None:
    """Test that two such rejections pass, and that a third one is believed."""
    pbx = wire.client()
    accepted = wire.answers["Login"]
    for passes in (True, False):
        wire.answers["Login"] = accepted
        lost = asyncio.get_running_loop().create_future()
        await pbx.listen(lambda _: None, lost.set_result)
        wire.drop()
        await lost
        wire.answers["Login"] = error("Authentication failed")
        for _ in range(2):
            with pytest.raises(PbxUnreachable):
                await pbx.connect()
        if not passes:
            with pytest.raises(PbxLoginRejected):
                await pbx.connect()
    await pbx.close()


# -- losing the connection


async def test_a_closed_connection_is_told_at_once(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test that a loss is reported once; until the next connection requests fail."""
    wire.drop()
    why = await listener.until_lost()
    assert isinstance(why, PbxUnreachable)
    with pytest.raises(PbxUnreachable) as gone:
        await listener.pbx.hang_up("1001")
    assert not gone.value.maybe_done
    listener.losses.clear()
    await listener.listen()
    assert wire.connections == 2


async def test_a_half_open_connection_is_noticed(
    wire: ManagerWire, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Test a PBX that lost its power: it sends nothing, and answers no ping."""
    monkeypatch.setattr(connection, "PING_AFTER", 0.1)
    monkeypatch.setattr(connection, "PING_TIMEOUT", 0.2)
    wire.answers["Ping"] = nothing
    await listener.pbx.close()
    other = Listener(wire.client())
    await other.listen()
    why = await other.until_lost()
    assert isinstance(why, PbxUnreachable)
    assert why.reason is Unreachable.TIMED_OUT
    await other.pbx.close()


async def test_a_ping_keeps_a_quiet_connection(
    wire: ManagerWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Test that a connection stays open while its pings are answered."""
    monkeypatch.setattr(connection, "PING_AFTER", 0.05)
    listener = Listener(wire.client())
    await listener.listen()
    await asyncio.sleep(0.4)
    assert wire.actions().count("Ping") >= 3
    assert listener.losses == []
    await listener.pbx.close()


async def test_what_may_have_been_done_is_told(
    wire: ManagerWire, listener: Listener
) -> None:
    """Test that an acting request is not repeated after the connection broke."""
    await wire.say(RINGS)
    await asyncio.sleep(0.1)

    def break_off(asked: object) -> str:
        wire.drop()
        return ""

    wire.answers["Hangup"] = break_off
    with pytest.raises(PbxUnreachable) as broken:
        await listener.pbx.hang_up("1001")
    assert broken.value.maybe_done
    assert wire.actions().count("Hangup") == 1


async def test_closing_is_not_a_loss(wire: ManagerWire, listener: Listener) -> None:
    """Test that closing logs off, reports no loss, and refuses further requests."""
    await listener.pbx.close()
    await asyncio.sleep(0.05)
    assert listener.losses == []
    assert wire.actions()[-1] == "Logoff"
    with pytest.raises(PbxUnreachable):
        await listener.pbx.connect()


# -- secrets


async def test_no_secret_in_logs_exceptions_or_what_hangs_on_them(
    wire: ManagerWire, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Test every kind of failure."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(connection, "ANSWER_TIMEOUT", 0.2)
    texts: list[str] = []
    for action, answer in (
        ("Login", error("Authentication failed")),
        ("Login", nothing),
        ("Challenge", error(f"who sent {SECRET}?")),
        ("ListCommands", nothing),
        ("CoreSettings", error("Permission denied")),
        ("CoreShowChannels", error("Permission denied")),
    ):
        before = wire.answers[action]
        wire.answers[action] = answer
        pbx = wire.client()
        texts.append(repr(pbx) + repr(vars(pbx).keys()))
        with pytest.raises(PbxError) as failed:
            await pbx.snapshot()
        link: BaseException | None = failed.value
        while link is not None:
            texts += [repr(link.args), repr(vars(link))]
            texts += traceback.format_exception(link)
            link = link.__cause__ or link.__context__
        await pbx.close()
        wire.answers[action] = before
    key = next(asked["Key"] for asked in wire.asked if "Key" in asked)
    found = "\n".join(texts) + caplog.text
    assert SECRET not in found
    assert key not in found


async def test_refusals_are_told_apart(wire: ManagerWire, listener: Listener) -> None:
    """Test that errors are mapped by the beginning of their text, others to UNKNOWN."""
    await wire.say(RINGS)
    await asyncio.sleep(0.1)
    for text, refusal in (
        ("Permission denied", Refusal.UNSUPPORTED),
        ("No such channel", Refusal.NOT_IN_CALL),
        ("Invalid/unknown command: Hangup. Use …", Refusal.UNSUPPORTED),
        ("The moon is in the wrong phase", Refusal.UNKNOWN),
    ):
        wire.answers["Hangup"] = error(text)
        with pytest.raises(PbxRefused) as refused:
            await listener.pbx.hang_up("1001")
        assert refused.value.refusal is refusal
