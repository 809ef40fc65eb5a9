"""What reports and polls of version 2 tell, and what damaged ones do not."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.pbx.client import (
    ExtensionStatus,
    MonitorMode,
    PbxRefused,
    Refusal,
    Switchboard,
)
from custom_components.pbx.client.model import DestinationKind, PartyState
from custom_components.pbx.client.report import (
    CallNow,
    ExtensionReport,
    OtherReport,
    Report,
)
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.simulator import Fault, Simulator

CALL = "1571896991.2"
LINE = "PJSIP/trunk-siptrunk-endpoint-00000001"


def parsed(pbx: YeastarS, body: Any) -> tuple[Report, ...]:
    """Return the reports of a body."""
    received = pbx.parse(json.dumps(body).encode())
    assert received is not None
    return received.reports


def status(*members: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a report of a call."""
    return {"event": "CallStatus", "callid": CALL, "members": list(members), **more}


def ext(number: str, word: str, **more: str) -> dict[str, Any]:
    """Return an extension among the members."""
    channel = f"PJSIP/{number}-00000039"
    return {
        "ext": {"number": number, "channelid": channel, "memberstatus": word, **more}
    }


def caller(word: str) -> dict[str, Any]:
    """Return an outside caller."""
    return {
        "inbound": {
            "from": "2000",
            "to": "1001",
            "trunkname": "siptrunk",
            "channelid": LINE,
            "memberstatus": word,
        }
    }


async def test_call_is_told_whole(connected: YeastarS) -> None:
    """With roles, states, trunk, and the number that was dialled."""
    call, *_ = parsed(connected, status(caller("ALERT"), ext("1001", "RING")))
    assert isinstance(call, CallNow)
    assert (call.id, call.direction, call.dialed) == (CALL, "inbound", "1001")
    assert [(one.number, one.state, one.caller) for one in call.parties] == [
        ("2000", PartyState.DIALING, True),
        ("1001", PartyState.RINGING, False),
    ]
    assert call.trunk == "siptrunk"


async def test_path_names_the_group(connected: YeastarS) -> None:
    """The number of what the call came through."""
    call, *_ = parsed(
        connected, status(caller("ALERT"), ext("1001", "RING", callpath="6500"))
    )
    assert isinstance(call, CallNow)
    assert call.via == "6500"


async def test_member_that_is_not_named_has_left(connected: YeastarS) -> None:
    """A report has all members."""
    parsed(connected, status(caller("ALERT"), ext("1001", "RING"), ext("1002", "RING")))
    call, *_ = parsed(connected, status(caller("ANSWERED"), ext("1002", "ANSWER")))
    assert isinstance(call, CallNow)
    assert {one.number for one in call.parties} == {"2000", "1002"}


async def test_outdated_report_is_ignored(connected: YeastarS) -> None:
    """A channel that hung up never rings again."""
    ring = status(caller("ALERT"), ext("1001", "RING"))
    parsed(connected, ring)
    parsed(connected, status(caller("BYE"), ext("1001", "BYE")))
    assert parsed(connected, ring) == ()


async def test_hold_follows_from_the_calls(connected: YeastarS) -> None:
    """No status report has a word for it."""
    busy = {"event": "ExtensionStatus", "extension": "1001", "status": "Busy"}
    parsed(connected, busy)
    parsed(connected, status(caller("ANSWERED"), ext("1001", "ANSWER")))
    reports = parsed(connected, status(caller("ANSWERED"), ext("1001", "HOLD")))
    assert ExtensionReport("1001", ExtensionStatus.ON_HOLD) in reports
    reports = parsed(connected, status(caller("ANSWERED"), ext("1001", "ANSWER")))
    assert ExtensionReport("1001", ExtensionStatus.BUSY) in reports


async def test_registration_in_a_call_ends_nothing(connected: YeastarS) -> None:
    """The word is also that for a phone whose address has changed."""
    parsed(connected, status(caller("ANSWERED"), ext("1001", "ANSWER")))
    free = {"event": "ExtensionStatus", "extension": "1001", "status": "Registered"}
    assert parsed(connected, free) == (
        ExtensionReport("1001", ExtensionStatus.BUSY, registration=True),
    )
    reports = parsed(connected, status(caller("BYE"), ext("1001", "BYE")))
    assert ExtensionReport("1001", ExtensionStatus.IDLE) in reports


async def test_report_of_another_pbx_changes_nothing(connected: YeastarS) -> None:
    """It is named as such, and dropped."""
    received = connected.parse(
        json.dumps(status(caller("ALERT"), ext("1001", "RING"), sn="1")).encode()
    )
    assert received is not None
    assert received.reports == (OtherReport("CallStatus"),)
    snapshot = await connected.snapshot()
    assert snapshot.calls_now == ()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["ext", "inbound", "number", "channelid", "memberstatus", "callid"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.sampled_from(
        ["CallStatus", "Invite", "CallFailed", "NewCdr", "ExtensionStatus"]
    ),
    st.dictionaries(
        st.sampled_from(["callid", "members", "extension", "status", "reason", "sn"]),
        VALUES,
    ),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
async def test_no_body_breaks_it(
    connected: YeastarS, name: str, fields: dict[str, Any]
) -> None:
    """A report or none, of any shape."""
    connected.parse(json.dumps({"event": name, **fields}).encode())
    connected.parse(b"\xff{" + json.dumps(fields).encode())


@pytest.mark.parametrize("endpoint", ["extension/query_call", "call/query"])
@pytest.mark.parametrize("kind", ["missing_fields", "wrong_types"])
async def test_damaged_list_of_calls_ends_no_call(
    connected: YeastarS, sim: Simulator, endpoint: str, kind: str
) -> None:
    """Nothing is known from it, and the PBX is read again soon."""
    sim.call("1001", "1002", answer=True)
    sim.faults.add(Fault(kind, endpoint=endpoint))
    snapshot = await connected.snapshot()
    assert (snapshot.calls_now, snapshot.again_soon) == (None, True)


@pytest.mark.parametrize(
    ("endpoint", "field"),
    [
        ("extension/query_call", "calllist"),
        ("extension/query_call", "number"),
        ("extension/query_call", "numbercalls"),
        ("extension/query_call", "callid"),
        ("extension/query_call", "members"),
        ("extension/query_call", "channelid"),
        ("call/query", "calls"),
        ("call/query", "callid"),
        ("call/query", "members"),
        ("call/query", "channelid"),
        ("call/query", "number"),
    ],
)
async def test_incomplete_item_ends_no_call(
    connected: YeastarS, sim: Simulator, endpoint: str, field: str
) -> None:
    """What it should have told may be a call that goes on."""
    call = sim.inbound("42003", "1001", answer=True)
    sim.faults.add(Fault("missing_fields", endpoint=endpoint, fields=(field,)))
    snapshot = await connected.snapshot()
    assert (snapshot.calls_now, snapshot.again_soon) == (None, True)
    sim.faults.clear()
    snapshot = await connected.snapshot()
    assert snapshot.calls_now is not None
    assert [one.id for one in snapshot.calls_now] == [call.call_id]
    assert not snapshot.again_soon


@pytest.mark.parametrize(
    ("endpoint", "answer"),
    [
        ("extension/query_call", {"calllist": ["1001"]}),
        ("extension/query_call", {"calllist": [{"numbercalls": []}]}),
        ("call/query", {"calls": [CALL]}),
        ("call/query", {"calls": [{"callid": CALL, "members": ["1001"]}]}),
    ],
)
async def test_item_of_another_shape_ends_no_call(
    connected: YeastarS, sim: Simulator, endpoint: str, answer: dict[str, Any]
) -> None:
    """Nothing is known from a list with one."""
    sim.faults.add(
        Fault("rewrite", endpoint=endpoint, rewrite=lambda told: {**told, **answer})
    )
    snapshot = await connected.snapshot()
    assert (snapshot.calls_now, snapshot.again_soon) == (None, True)


async def test_offer_names_the_outside_caller_only(connected: YeastarS) -> None:
    """Whom else it names has no phone that rings yet."""
    offer = {**status(caller(""), ext("1001", "")), "event": "Incoming"}
    for member in offer["members"]:
        for fields in member.values():
            del fields["memberstatus"]
    call, *rest = parsed(connected, offer)
    assert isinstance(call, CallNow)
    assert [(one.number, one.state) for one in call.parties] == [
        ("2000", PartyState.DIALING)
    ]
    assert not any(isinstance(report, ExtensionReport) for report in rest)
    del offer["members"][0]
    assert parsed(connected, offer) == (OtherReport("Incoming"),)


# -- actions


async def test_whisper_returns_the_id_of_its_call(
    connected: YeastarS, sim: Simulator
) -> None:
    """The supervisor's leg is no call of its own, and can be ended."""
    sim.call("1001", "1002", answer=True)
    call_id = await connected.monitor(MonitorMode.WHISPER, "1005", "1001")
    (monitor,) = sim.monitors.values()
    assert (monitor.call_id, monitor.mode) == (call_id, "whisper")
    snapshot = await connected.snapshot()
    assert snapshot.calls_now is not None
    assert [len(call.parties) for call in snapshot.calls_now] == [2]
    await connected.hang_up("1005")
    assert not sim.monitors


async def test_hidden_supervisor_can_be_ended(
    connected: YeastarS, sim: Simulator
) -> None:
    """By the request of version 1, which needs no channel."""
    sim.pbx.v2.monitor_shown = "hidden"
    sim.call("1001", "1002", answer=True)
    await connected.monitor(MonitorMode.LISTEN, "1005", "1001")
    await connected.hang_up("1005")
    assert not sim.monitors


async def test_refused_monitoring_says_why(connected: YeastarS, sim: Simulator) -> None:
    """The PBX itself refuses."""
    with pytest.raises(PbxRefused) as refused:
        await connected.monitor(MonitorMode.WHISPER, "1005", "1001")
    assert refused.value.refusal is Refusal.NOT_IN_CALL


async def test_calls_can_be_controlled(connected: YeastarS, sim: Simulator) -> None:
    """Dial, hold, mute, and hang up, each by the channel."""
    call_id = await connected.dial("1001", "1002", outside=False, auto_answer=True)
    (call,) = sim.calls.values()
    assert call.call_id == call_id
    call.answer()
    await connected.hold("1001")
    await connected.resume("1001")
    await connected.mute("1001")
    leg = call.leg_of("1001")
    assert leg is not None
    assert leg.muted
    await connected.unmute("1001")
    await connected.hang_up("1002")
    assert not sim.calls
    with pytest.raises(PbxRefused):
        await connected.hang_up("1001")


@pytest.mark.parametrize("outbound", [False, True])
async def test_outside_party_can_be_transferred(
    connected: YeastarS, sim: Simulator, outbound: bool
) -> None:
    """By the request of version 1, with its id of the line."""
    call = (
        sim.outbound("1001", "42003", trunk="SIP-142", answer=True)
        if outbound
        else sim.inbound("42003", "1001", answer=True)
    )
    board = await connected.snapshot()
    assert board.calls_now is not None
    shown = Switchboard(reader=YeastarS.call_reader)
    shown.reconcile(board)
    (found,) = shown.calls
    await connected.transfer(found, "1002", DestinationKind.EXTENSION)
    assert sim.status_of("1002") == "Ringing"
    assert call.live


async def test_offered_call_can_be_refused(connected: YeastarS, sim: Simulator) -> None:
    """The channel comes with the offer."""
    offer = {**status(), "event": "Invite", "members": [caller("")]}
    del offer["members"][0]["inbound"]["memberstatus"]
    parsed(connected, offer)
    with pytest.raises(PbxRefused):
        await connected.refuse_call(CALL)  # this PBX does not know the channel
    (asked,) = sim.requests_to("call/refuse_inbound")
    assert asked.body == {"channelid": LINE}
