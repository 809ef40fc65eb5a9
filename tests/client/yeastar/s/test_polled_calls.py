"""Calls that nobody reports: what polls alone make of them."""

from dataclasses import replace

import pytest

from tests.client.calls.polled import (
    BUSY,
    ON_HOLD,
    RINGS,
    Polled,
    coming,
    going,
    inside,
    talk,
)
from tests.client.calls.told import (
    DIALING,
    HELD,
    OUTBOUND,
    RINGING,
    TALKING,
    UNKNOWN,
    callee,
    ext,
)


@pytest.fixture
def told() -> Polled:
    """Return an empty table."""
    return Polled()


def test_call_from_outside_is_followed_by_polls_alone(told: Polled) -> None:
    """From its ring to its end."""
    assert told.read(coming("1001"), at=100, e1001=RINGS) == ["1001 ringing"]
    (call,) = told.of("1001")
    assert (call.id, call.dialed, call.trunk) == ("7.1", "0301234", "SIP-142")
    assert told.read(coming("1001"), at=110, e1001=RINGS) == []
    assert told.read(coming("1001", answered=True), at=120, e1001=BUSY) == [
        "1001 answered"
    ]
    assert told.read(at=130) == []
    assert told.settle(132) == ["1001 ended answered"]
    event = told.all_events[-1]
    assert (event.rang, event.talked, event.at) == (20, 10, 130)
    assert told.nothing_is_left()


def test_call_to_the_outside_is_followed_by_polls_alone(told: Polled) -> None:
    """The list does not tell its id."""
    assert told.read(going("1001"), e1001=BUSY) == ["1001 dialing"]
    assert told.read(going("1001", answered=True), e1001=BUSY) == ["1001 answered"]
    (call,) = told.of("1001")
    assert (call.id, call.direction) == (None, OUTBOUND)
    assert call.parties == (ext("1001", TALKING, True), callee(TALKING))
    told.read()
    assert told.settle(102) == ["1001 ended answered"]
    assert told.nothing_is_left()


def test_internal_call_is_followed_by_polls_alone(told: Polled) -> None:
    """No list shows it, the extensions themselves do."""
    assert told.read(inside("1001", "1002"), e1001=BUSY, e1002=RINGS) == [
        "1001 dialing",
        "1002 ringing",
    ]
    assert told.read(talk("1001", "1002"), e1001=BUSY, e1002=BUSY) == [
        "1001 answered",
        "1002 answered",
    ]
    told.read()
    assert len(told.settle(102)) == 2
    assert told.nothing_is_left()


def test_call_found_in_the_middle_begins_there(told: Polled) -> None:
    """Who called is not known, and one has it on hold."""
    assert told.read(talk("1001", "1002"), e1001=BUSY, e1002=ON_HOLD) == [
        "1001 answered",
        "1002 answered",
    ]
    (call,) = told.of("1001")
    assert call.parties == (ext("1001", TALKING), ext("1002", HELD))
    assert call.answered_at == 100


def test_call_between_two_phones_that_ring_has_no_caller(told: Polled) -> None:
    """Each has a second call; which of the two called is not known, nor what they do."""
    told.read(
        *(inside("1001", "1002"), inside("1003", "1001"), inside("1004", "1002")),
        e1001=RINGS,
        e1002=RINGS,
        e1003=BUSY,
        e1004=BUSY,
    )
    (call,) = (call for call in told.of("1001") if call in told.of("1002"))
    assert call.parties == (ext("1001", UNKNOWN), ext("1002", UNKNOWN))


def test_called_phone_with_another_call_rings_too(told: Polled) -> None:
    """Its status shows the call that talks."""
    assert told.read(coming("1001"), e1001=BUSY) == ["1001 ringing"]


def test_call_that_vanished_unanswered_ended_nobody_knows_how(told: Polled) -> None:
    """Between two polls it may have been answered and ended."""
    told.read(coming("1001"), e1001=RINGS)
    told.read()
    assert told.settle(102) == ["1001 ended"]


def test_call_inside_a_group_is_one_call(told: Polled) -> None:
    """From the first ring until somebody answers, the others are told at once."""
    group = inside("1004", "1001", "1002", "1003")
    ringing = {"e1001": RINGS, "e1002": RINGS, "e1003": RINGS, "e1004": BUSY}
    assert told.read(group, **ringing) == [
        "1004 dialing",
        "1001 ringing",
        "1002 ringing",
        "1003 ringing",
    ]
    assert told.read(talk("1002", "1004"), e1002=BUSY, e1004=BUSY, e1003=RINGS) == [
        "1004 answered",
        "1002 answered",
        "1001 ended answered_elsewhere",
        "1003 ended answered_elsewhere",
    ]
    assert len(told.live) == 1


def test_group_that_is_called_from_outside(told: Polled) -> None:
    """Who does not ring any more has been spared, once somebody talks."""
    told.read(coming("1001", "1002"), e1001=RINGS, e1002=RINGS)
    assert told.read(coming("1002", answered=True), e1002=BUSY) == [
        "1002 answered",
        "1001 ended answered_elsewhere",
    ]


def test_machine_that_answers_spares_nobody(told: Polled) -> None:
    """The voicemail talks; how it ended for who was called shows at the end."""
    told.read(coming("1001"), e1001=RINGS)
    assert told.read(coming(answered=True)) == []
    assert told.of("1001") == []
    assert told.settle(500) == []
    told.read()
    assert told.settle(600) == ["1001 ended"]
    assert told.nothing_is_left()


def test_queue_that_stops_ringing_and_rings_again(told: Polled) -> None:
    """Two rings, each with its own end."""
    assert told.read(coming("1001"), e1001=RINGS) == ["1001 ringing"]
    assert told.read(coming()) == []
    assert told.of("1001") == []
    assert told.read(coming("1001"), e1001=RINGS) == [
        "1001 missed missed",
        "1001 ringing",
    ]
    assert len(told.of("1001")) == 1
    told.read(coming())
    told.read()
    assert told.settle(102) == ["1001 ended"]
    assert told.nothing_is_left()


def test_call_between_two_outside_parties(told: Polled) -> None:
    """No extension takes part, and its line tells it from others."""
    assert told.read(going()) == []
    assert told.read(going(answered=True), going(line="8.2")) == []
    assert len(told.live) == 2
    told.read(going(answered=True))
    assert len(told.live) == 1
    told.read()
    assert told.nothing_is_left()


def test_call_that_goes_on_to_the_outside(told: Polled) -> None:
    """The extension has left, the call is the same."""
    told.read(coming("1001", answered=True), e1001=BUSY)
    call = coming(answered=True)
    told.read(replace(call, outside=(*call.outside, callee(TALKING, "777"))))
    assert told.settle(102) == ["1001 ended answered"]
    assert told.parties() == {"555": TALKING, "777": TALKING}


def test_busy_phone_of_a_group_is_part_of_its_call(told: Polled) -> None:
    """It names the caller, who names the first phone of the group alone."""
    told.read(
        *(inside("1004", "1001", "1002"), coming("1002", answered=True)),
        e1001=RINGS,
        e1002=BUSY,
        e1004=BUSY,
    )
    (call,) = told.of("1004")
    assert {party.number: party.state for party in call.parties} == {
        "1004": DIALING,
        "1001": RINGING,
        "1002": RINGING,
    }


def test_phone_that_rings_in_its_only_call_is_called(told: Polled) -> None:
    """By one that rings, too, as another calls it."""
    told.read(
        *(inside("1002", "1001"), inside("1003", "1002")),
        e1001=RINGS,
        e1002=RINGS,
        e1003=BUSY,
    )
    (call,) = told.of("1001")
    assert call.parties == (ext("1002", DIALING, True), ext("1001", RINGING, False))
