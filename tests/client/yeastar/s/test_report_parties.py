"""Who takes part in a reported call, and what each one does."""

import json
from typing import Any

import pytest

from custom_components.pbx.client.model import CallOutcome, PartyState
from custom_components.pbx.client.report import (
    CallFailed,
    CallReleased,
    CallReport,
    CallTransferred,
    OtherReport,
)

from .report_samples import (
    CALLS,
    DIALING,
    GONE,
    INBOUND,
    INTERNAL,
    OUTBOUND,
    RINGING,
    STEPS,
    TALKING,
    ext,
    told,
    trunk,
)


def call(action: str, *parties: dict[str, Any]) -> str:
    """Return a report about a call in 1.0.2 form."""
    return json.dumps({"action": action, "callid": "1.2", "call": parties})


EXT = {"ext": {"extid": "1001"}}
OTHER_EXT = {"ext": {"extid": "1002"}}
IN = {"inbound": {"from": "2000", "to": "555", "trunk": "t", "inboundid": "1.2"}}
OUT = {"outbound": {"from": "1001", "to": "2000", "trunk": "t", "outboundid": "1.3"}}


@pytest.mark.parametrize(
    ("action", "state", "calls"),
    [
        ("RING", RINGING, None),
        ("ALERT", DIALING, True),
        ("ANSWER", TALKING, False),
        ("ANSWERED", TALKING, True),
    ],
)
def test_one_party_alone(action: str, state: PartyState, calls: bool | None) -> None:
    """What is known of an extension, and of somebody outside."""
    assert told(call(action, EXT)) == CallReport("1.2", (ext("1001", state, calls),))
    waits = TALKING if state is TALKING else DIALING
    assert told(call(action, IN)) == CallReport(
        "1.2", (trunk("2000", waits, True, "t", "1.2"),), INBOUND, "555"
    )
    rings = TALKING if state is TALKING else RINGING
    assert told(call(action, OUT)) == CallReport(
        "1.2", (trunk("2000", rings, False, "t", "1.3"),), OUTBOUND
    )


@pytest.mark.parametrize("action", STEPS)
def test_line_says_who_calls_whatever_the_order(action: str) -> None:
    """Who comes in calls, who is called out to is called."""
    calling, called = (
        (DIALING, RINGING) if action in ("RING", "ALERT") else (TALKING, TALKING)
    )
    one, two = ext("1001", called, False), trunk("2000", calling, True, "t", "1.2")
    assert told(call(action, EXT, IN)) == CallReport("1.2", (one, two), INBOUND, "555")
    assert told(call(action, IN, EXT)) == CallReport("1.2", (two, one), INBOUND, "555")
    one, two = ext("1001", calling, True), trunk("2000", called, False, "t", "1.3")
    assert told(call(action, EXT, OUT)) == CallReport("1.2", (one, two), OUTBOUND)
    assert told(call(action, OUT, EXT)) == CallReport("1.2", (two, one), OUTBOUND)
    both = trunk("2000", calling, True, "t", "1.2"), two
    assert told(call(action, IN, OUT)) == CallReport("1.2", both, INBOUND, "555")
    assert told(call(action, OUT, IN)) == CallReport("1.2", both[::-1], INBOUND, "555")


def test_second_of_two_that_ring_back() -> None:
    """ALERT with both parties is the other way round than RING."""
    assert told(call("ALERT", EXT, OTHER_EXT)) == CallReport(
        "1.2", (ext("1001", DIALING, True), ext("1002", RINGING, False)), INTERNAL
    )


def test_offered_call_rings_nowhere() -> None:
    """Whom it is for comes later."""
    for action in ("Invite", "Incoming"):
        for parties in ((IN,), (IN, EXT), (EXT, IN)):
            assert told(call(action, *parties)) == CallReport(
                "1.2", (trunk("2000", DIALING, True, "t", "1.2"),), INBOUND, "555"
            )
        assert told(call(action, EXT)) == OtherReport(action)


def test_released_call_keeps_what_the_line_tells() -> None:
    """In the order of the wire."""
    assert told(call("BYE", IN, EXT)) == CallReleased(
        "1.2", (trunk("2000", GONE, True, "t", "1.2"), ext("1001", GONE))
    )


def test_hidden_number() -> None:
    """Somebody calls all the same."""
    blanks: tuple[object, ...] = ("", "  ", None, [], {}, True)
    for hidden in blanks:
        party = {"inbound": {"from": hidden, "to": hidden, "trunk": hidden}}
        assert told(call("RING", EXT, party)) == CallReport(
            "1.2",
            (ext("1001", RINGING, False), trunk("", DIALING, True, None, None)),
            INBOUND,
        )
    assert told(call("RING", {"outbound": {}})) == CallReport(
        "1.2", (trunk("", RINGING, False, None, None),), OUTBOUND
    )


@pytest.mark.parametrize(
    "number", ["", "  ", None, [], {}, False, "10\ufffd1", "10\x001"]
)
def test_extension_without_a_number_is_left_out(number: object) -> None:
    """Its place still counts for the order."""
    strange = {"ext": {"extid": number}}
    assert told(call("RING", strange, EXT)) == CallReport(
        "1.2", (ext("1001", DIALING, True),)
    )
    assert told(call("RING", EXT, strange)) == CallReport(
        "1.2", (ext("1001", RINGING, False),)
    )
    assert told(call("BYE", strange, EXT)) == CallReleased("1.2", (ext("1001", GONE),))
    assert told(call("Tranfer", EXT, strange)) == (
        CallTransferred("1.2", (ext("1001", GONE),))
    )
    assert told(call("CallFailed", strange)) == (
        CallFailed("1.2", (), CallOutcome.FAILED)
    )
    assert told(
        json.dumps({"action": "ExtensionStatus", "extension": number, "status": "Busy"})
    ) == OtherReport("ExtensionStatus")


@pytest.mark.parametrize("action", [*CALLS, "CallFailed", "NewCdr"])
@pytest.mark.parametrize("call_id", ["", " ", None, [], {}, True, "14\ufffd.2"])
def test_call_without_id_is_no_news(action: str, call_id: object) -> None:
    """Nobody could tell which one it is."""
    member = {"number": "1001", "memberstatus": "RING"}
    body = {"action": action, "callid": call_id, "call": [{"ext": member}, IN]}
    assert told(json.dumps(body)) == OtherReport(action)
    del body["callid"]
    assert told(json.dumps(body)) == OtherReport(action)


@pytest.mark.parametrize("action", CALLS)
@pytest.mark.parametrize(
    "parties",
    [
        {},
        {"call": None},
        {"call": {}},
        {"call": "1001"},
        {"call": [None, "ext", 1001, [EXT], {}, {"ext": None}, {"ext": []}]},
        {"call": [{"ext": "1001"}, {"person": {"extid": "1001"}}]},
        {"ext": "1001"},
        {"ext": ["1001"]},
        {"ext": 1001, "inbound": None, "outbound": True},
        {"members": [[{"ext": {"extid": "1001"}}]]},
    ],
)
def test_call_without_anybody_is_no_news(action: str, parties: dict[str, Any]) -> None:
    """Nobody is there who could do something."""
    body = {"action": action, "callid": "1.2", **parties}
    assert told(json.dumps(body)) == OtherReport(action)


def test_parties_from_everywhere_in_one_order() -> None:
    """Neither format is told by anything but by where they are."""
    body = (
        '{"action":"BYE","ext":{"extid":"1001"},"call":[{"ext":{"extid":"1002"}},null,'
        '{"ext":{"extid":"1003"},"x":1,"ext":{"extid":1004}}],"callid":1495698433.20,'
        '"members":[{"ext":{"number":"1005"}}],"ext":{"extid":"1006"}}'
    )
    assert told(body) == CallReleased(
        "1495698433.20",
        tuple(ext(f"100{last}", GONE) for last in range(1, 7)),
    )


def test_names_of_callers_may_have_any_letters() -> None:
    """Outside numbers are not ours; halves of characters cannot be stored."""
    party = {"inbound": {"from": "Zoë\ud800", "trunk": "Büro", "inboundid": "1.2"}}
    report = told(call("RING", EXT, party))
    assert isinstance(report, CallReport)
    assert report.parties[1] == trunk("Zoë?", DIALING, True, "Büro", "1.2")
