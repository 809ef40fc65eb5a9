"""The stream of events of the P-Series: faults, heartbeats, hostile frames."""

import asyncio
import json
from typing import Any

import pytest

from custom_components.pbx.client import (
    ExtensionStatus,
    PartyState,
    PbxError,
    PbxUnreachable,
    Unreachable,
)
from custom_components.pbx.client.report import Report
from custom_components.pbx.client.yeastar import members
from custom_components.pbx.client.yeastar.p import YeastarP, events
from tests.simulator.yeastar_p import PSimulator

from .conftest import Watched, until

SERIAL = "3631A2124001"


def frame(kind: Any, body: Any, serial: str = SERIAL) -> str:
    """Return an event as it travels."""
    return json.dumps({"type": kind, "sn": serial, "msg": body})


def extension(number: Any, status: str, channel: Any = "PJSIP/x-1") -> dict[str, Any]:
    """Return an extension as a member of a call."""
    member = {"number": number, "channel_id": channel, "member_status": status}
    return {"extension": {**member, "call_path": " "}}


def call(*found: Any, call_id: Any = "1.1") -> dict[str, Any]:
    """Return a call with members."""
    return {"call_id": call_id, "members": list(found)}


@pytest.mark.parametrize(
    ("answered", "reason"),
    [
        ("refused", Unreachable.BAD_ANSWER),
        ("closed", Unreachable.BAD_ANSWER),
        ("silent", Unreachable.TIMED_OUT),
    ],
)
async def test_subscription_that_is_not_confirmed(
    sim: PSimulator,
    pbx: YeastarP,
    monkeypatch: pytest.MonkeyPatch,
    answered: str,
    reason: Unreachable,
) -> None:
    """Nothing is left open, and a later try works."""
    monkeypatch.setattr(events, "ANSWER_WITHIN", 0.2)
    sim.api.subscription = answered  # type: ignore[assignment]
    watched = Watched(pbx)
    with pytest.raises(PbxUnreachable) as err:
        await watched.start()
    assert err.value.reason is reason
    await until(lambda: not sim.front.subscribers)
    sim.api.subscription = "event first"
    await watched.start()
    assert len(sim.front.subscribers) == 1


async def test_silent_connection_is_given_up(
    sim: PSimulator, pbx: YeastarP, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A peer that answers no heartbeat is gone, though the socket stands."""
    monkeypatch.setattr(events, "HEARTBEAT_EVERY", 0.05)
    monkeypatch.setattr(events, "SILENCE", 0.3)
    watched = Watched(pbx)
    await watched.start()
    await asyncio.sleep(0.5)
    assert watched.lost == []
    sim.api.heartbeats_answered = False
    await until(lambda: watched.lost)
    assert isinstance(watched.lost[0], PbxUnreachable)
    assert watched.lost[0].reason is Unreachable.TIMED_OUT


async def test_event_that_cannot_be_applied_ends_the_stream(
    sim: PSimulator, pbx: YeastarP, caplog: pytest.LogCaptureFixture
) -> None:
    """All is read anew then; the log names the error, not the caller."""
    lost: list[PbxError] = []

    def take(report: Report) -> None:
        raise RuntimeError

    await pbx.listen(take, lost.append)
    sim.exchange.inbound("5503301", "1002", "SIP-142")
    await until(lambda: lost)
    assert isinstance(lost[0], PbxUnreachable)
    assert lost[0].reason is Unreachable.BAD_ANSWER
    assert "Unexpected error with an event" in caplog.text
    assert "5503301" not in caplog.text


async def test_renewal_that_fails_ends_the_stream(
    sim: PSimulator, pbx: YeastarP
) -> None:
    """Without a new token the connection would end anyway."""
    sim.api.access_lifetime = 2
    watched = Watched(pbx)
    await watched.start()
    sim.identity.password = "changed"
    sim.tokens.expire_all()
    await until(lambda: watched.lost)


async def test_event_that_comes_on_both_sockets_is_told_once(
    sim: PSimulator, pbx: YeastarP, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one socket replaces the other, both get what happens."""
    monkeypatch.setattr(events, "OVERLAP", 1.0)
    sim.api.access_lifetime = 2
    watched = Watched(pbx)
    await watched.start()
    async with asyncio.timeout(5):
        while len(sim.front.subscribers) < 2:
            await asyncio.sleep(0.005)
    made = sim.exchange.inbound("5503301", "1002", "SIP-142")
    await until(lambda: watched.told("1002") == [("ringing", None)])
    made.hang_up()
    await until(lambda: len(sim.front.subscribers) == 1)
    await until(lambda: watched.extension("1002").status is ExtensionStatus.IDLE)
    await asyncio.sleep(0.1)
    assert [one for one, _ in watched.told("1002")] == ["ringing", "missed"]


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "[]",
        "{",
        "null",
        frame("x", {}),
        frame(None, {}),
        frame(30011, None),
        frame(30011, "{"),
        frame(30011, {"call_id": 5, "members": []}),
        frame(30011, {"members": []}),
        frame(30011, call()),
        frame(30011, call(None, 3, {}, {"extension": 4}, {"ghost": {}})),
        frame(30011, call(extension(None, "RING"), extension("1002", "RING", ""))),
        frame(30011, call({"inbound": {"from": "1", "channel_id": ""}})),
        frame(30007, {"extension": "9999", "kind": "Sip", "status": "Registered"}),
        frame(30007, {"extension": "1002", "kind": "Sip", "status": "Odd"}),
        frame(30008, {"extension": "1002", "status": "Odd"}),
        frame(30008, {"extension": "9999", "status": "Busy"}),
        frame(30012, {"call_id": "9.9", "status": "ANSWERED"}),
        frame(30015, {"call_id": "9.9", "reason": "486 Busy here", "members": None}),
        frame(30011, call(extension("1002", "RING")), serial="another PBX"),
        frame(30099, {}),
    ],
)
async def test_frame_without_meaning_changes_nothing(
    sim: PSimulator, watched: Watched, hostile: str
) -> None:
    """The stream goes on, and what follows is understood."""
    for subscriber in sim.front.subscribers:
        subscriber.put(hostile)
    made = sim.exchange.inbound("5503301", "1005", "SIP-142")
    await until(lambda: watched.extension("1005").status is ExtensionStatus.RINGING)
    assert [shown.id for shown in watched.board.calls] == [made.call_id]
    assert watched.extension("1002").status is ExtensionStatus.IDLE
    assert watched.lost == []


async def test_unknown_state_of_a_member_is_unknown(
    sim: PSimulator, watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    """A new word of the PBX is neither talking nor ringing; it is logged once."""
    for channel in ("PJSIP/x-1", "PJSIP/x-2"):
        sim.front.send(30011, frame(30011, call(extension("1002", "ODD", channel))))
    await until(lambda: watched.call_of("1002"))
    shown = watched.call_of("1002")
    assert shown is not None
    assert [party.state for party in shown.parties] == [PartyState.UNKNOWN]
    assert caplog.text.count("'ODD'") == 1


async def test_too_many_members_end_the_stream(
    sim: PSimulator, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded: the PBX is read again instead."""
    monkeypatch.setattr(members, "MAX_MEMBERS", 5)
    many = [extension("1002", "RING", f"PJSIP/x-{index}") for index in range(9)]
    sim.front.send(30011, frame(30011, call(*many)))
    await until(lambda: watched.lost)


async def test_channel_that_becomes_another_extension(
    sim: PSimulator, watched: Watched
) -> None:
    """The first extension is no longer in the call, and a later reading succeeds."""
    (subscriber,) = sim.front.subscribers
    subscriber.put(frame(30011, call(extension("1002", "RING"))))
    await until(lambda: watched.extension("1002").status is ExtensionStatus.RINGING)
    subscriber.put(frame(30011, call(extension("1003", "RING"))))
    await until(lambda: watched.extension("1003").status is ExtensionStatus.RINGING)
    subscriber.put(frame(30011, call(extension("1003", "ANSWER"))))
    await until(lambda: watched.extension("1003").status is ExtensionStatus.BUSY)
    left = extension("1003", "BYE")
    subscriber.put(frame(30011, call(left, left)))
    await until(lambda: watched.extension("1003").status is ExtensionStatus.IDLE)
    await watched.read()
    assert watched.extension("1002").status is ExtensionStatus.IDLE
    assert watched.lost == []


async def test_ended_calls_are_forgotten(
    sim: PSimulator, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that comes much later than its call changes nothing."""
    monkeypatch.setattr(members, "MAX_ENDED", 1)
    for call_id in ("1.1", "1.2"):
        for status in ("RING", "BYE"):
            body = call(extension("1002", status, call_id), call_id=call_id)
            sim.front.send(30011, frame(30011, body))
    await until(lambda: len(watched.told("1002")) >= 2)
    before = watched.told("1002")
    sim.front.send(30012, frame(30012, {"call_id": "1.1", "status": "BUSY"}))
    sim.exchange.set_registered("1005", registered=False)
    await until(lambda: watched.extension("1005").status is ExtensionStatus.OFFLINE)
    assert watched.told("1002") == before


async def test_phone_that_lost_to_another_of_its_group(
    sim: PSimulator, watched: Watched
) -> None:
    """Its ring may end a moment before the answer is told."""
    caller = {
        "inbound": {
            "from": "5503301",
            "to": "6200",
            "trunk_name": "SIP-142",
            "channel_id": "PJSIP/trunk-1",
            "member_status": "ALERT",
        }
    }

    def tell(*found: Any) -> None:
        sim.front.send(30011, frame(30011, call(*found)))

    first, second = (f"PJSIP/{index}" for index in (1, 2))
    tell(caller, extension("1001", "RING", first), extension("1002", "RING", second))
    tell(extension("1001", "BYE", first))
    tell(extension("1002", "ANSWER", second))
    await until(lambda: ("answered", None) in watched.told("1002"))
    await until(lambda: len(watched.told("1001")) == 2)
    assert watched.told("1001")[-1] == ("ended", "answered_elsewhere")


async def test_extension_with_two_phones_that_ring(
    sim: PSimulator, watched: Watched
) -> None:
    """One of them answers: the extension was called once."""
    first, second = (f"PJSIP/1002-{index}" for index in (1, 2))

    def tell(*found: Any) -> None:
        sim.front.send(30011, frame(30011, call(*found)))

    tell(extension("1001", "ALERT", "PJSIP/1001-1"), extension("1002", "RING", first))
    tell(extension("1002", "RING", second))
    tell(extension("1002", "BYE", first))
    tell(
        extension("1001", "ANSWERED", "PJSIP/1001-1"),
        extension("1002", "ANSWER", second),
    )
    await until(lambda: ("answered", None) in watched.told("1002"))
    assert watched.told("1002") == [("ringing", None), ("answered", None)]


async def test_settings_that_change_are_read(sim: PSimulator, watched: Watched) -> None:
    """A renamed extension and a trunk that fails are told as changes of settings."""
    reports: list[str] = []
    apply = watched.board.apply

    def note(report: Any, now: float) -> Any:
        reports.append(type(report).__name__)
        return apply(report, now)

    watched.board.apply = note  # type: ignore[method-assign]
    sim.front.send(30022, frame(30022, {"ext_number": "1002", "option": "UPDATE"}))
    sim.front.send(30023, frame(30023, {"trunk_name": "SIP-142", "option": "UPDATE"}))
    sim.front.send(30010, frame(30010, {"trunk_name": "SIP-142", "status": 42}))
    await until(lambda: reports == ["SettingsChanged"] * 3)


async def test_busy_word_without_a_call(sim: PSimulator, watched: Watched) -> None:
    """Where calls are not reported, the status is, until the connection is another."""
    sim.front.send(30008, frame(30008, {"extension": "1002", "status": "Busy"}))
    await until(lambda: watched.extension("1002").status is ExtensionStatus.BUSY)
    sim.front.send(30008, frame(30008, {"extension": "1002", "status": "Idle"}))
    await until(lambda: watched.extension("1002").status is ExtensionStatus.IDLE)
    sim.front.send(30008, frame(30008, {"extension": "1002", "status": "Ringing"}))
    await until(lambda: watched.extension("1002").status is ExtensionStatus.RINGING)
    await watched.read()
    assert watched.extension("1002").status is ExtensionStatus.RINGING
    await watched.start()
    assert watched.extension("1002").status is ExtensionStatus.IDLE


@pytest.mark.parametrize("refresh", [True, False])
async def test_tokens_that_the_pbx_has_forgotten_are_renewed(
    sim: PSimulator, watched: Watched, refresh: bool
) -> None:
    """After a restart of the PBX, the next connection works at once."""
    if refresh:
        sim.tokens.expire_access()
    else:
        sim.tokens.expire_all()
    await sim.front.cut_sockets()
    await until(lambda: watched.lost)
    await watched.start()
    call = sim.call("1001", "1002")
    await until(lambda: watched.call_of("1002"))
    shown = watched.call_of("1002")
    assert shown is not None
    assert shown.id == call.call_id
