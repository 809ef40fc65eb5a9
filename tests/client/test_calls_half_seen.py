"""Calls inside of which a poll finds one end: the other phone is out of reach."""

import pytest

from custom_components.pbx.client.snapshot import FoundCall

from .calls_polled import BUSY, OFFLINE, RINGS, Polled, inside, talk
from .calls_told import DIALING, RINGING, TALKING, answer, ring


@pytest.fixture
def told() -> Polled:
    """Return an empty table."""
    return Polled()


def half(number: str) -> FoundCall:
    """Return a call inside with somebody who cannot be named."""
    return inside(number, caller_known=False)


def test_call_goes_on_when_a_phone_that_talks_is_lost(told: Polled) -> None:
    """The other one keeps its call, and whoever is back has another part in it."""
    told.tell(ring("1002"), answer("1002"))
    lost = {"looked_into": "1001", "e1001": BUSY, "e1002": OFFLINE}
    for _ in range(2):
        assert told.read(half("1001"), **lost) == []
        assert told.parties() == {"1001": TALKING}
    assert told.settle(102) == ["1002 ended answered"]
    back = {"looked_into": "1001 1002", "e1001": BUSY, "e1002": BUSY}
    assert told.read(talk("1001", "1002"), **back) == ["1002 answered"]
    assert list(told.calls.live) == ["7.1"]


def test_who_is_dialled_is_lost_and_nobody_has_answered(told: Polled) -> None:
    """A phone that dials is busy, too."""
    told.tell(ring("1002"))
    assert told.read(half("1001"), looked_into="1001", e1001=BUSY, e1002=OFFLINE) == []
    assert told.parties() == {"1001": DIALING}


def test_phone_rings_on_when_its_caller_is_lost(told: Polled) -> None:
    """So do all that are called with it."""
    told.tell(ring("1002"), ring("1003"))
    lost = {"e1001": OFFLINE, "e1002": RINGS, "e1003": RINGS}
    assert told.read(half("1002"), half("1003"), looked_into="1002 1003", **lost) == []
    assert told.parties() == {"1002": RINGING, "1003": RINGING}


def test_call_is_not_begun_with_one_end(told: Polled) -> None:
    """What its phone does in it nobody can know."""
    assert told.read(half("1001"), looked_into="1001", e1001=BUSY) == []
    assert told.calls.live == {}


def test_half_a_call_is_no_other_call_of_the_same_phone(told: Polled) -> None:
    """That other one has both its ends: the phone rings in it no more."""
    told.tell(ring("1003"), ring("1004"), ring("1003", "1002", "8.1"))
    statuses = {"e1001": BUSY, "e1002": OFFLINE, "e1003": RINGS, "e1004": RINGS}
    found = inside("1001", "1004"), half("1003")
    told.read(*found, looked_into="1001 1003 1004", **statuses)
    assert told.parties() == {"1001": DIALING, "1004": RINGING}
    assert told.parties("8.1") == {"1003": RINGING}
