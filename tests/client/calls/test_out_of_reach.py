"""Calls inside of which one end has lost its phone: the list calls it unavailable."""

import pytest

from custom_components.pbx.client import ExtensionStatus

from .polled import BUSY, OFFLINE, ON_HOLD, RINGS, Inside, Polled, inside, talk
from .told import DIALING, HELD, RINGING, TALKING, answer, ring


@pytest.fixture
def told() -> Polled:
    """Return an empty table."""
    return Polled()


def lost(number: str, *, beside: str) -> Inside:
    """Return a call inside with one who is out of reach, as the other one tells of it."""
    return Inside((beside,), number)


def test_phone_that_is_lost_and_found_talks_on(told: Polled) -> None:
    """The PBX keeps the call, and so does the table."""
    told.tell(ring("1002"), answer("1002"))
    gone = lost("1002", beside="1001")
    assert told.read(gone, e1001=BUSY, e1002=OFFLINE) == []
    there = talk("1001", "1002")
    assert told.read(there, e1001=BUSY, e1002=BUSY) == []
    assert told.settle(102) == []
    assert told.parties() == {"1001": TALKING, "1002": TALKING}


def test_who_is_dialled_is_lost_and_nobody_has_answered(told: Polled) -> None:
    """A phone that dials is busy, too."""
    told.tell(ring("1002"))
    gone = lost("1002", beside="1001")
    assert told.read(gone, e1001=BUSY, e1002=OFFLINE) == []
    assert told.parties() == {"1001": DIALING, "1002": RINGING}


@pytest.mark.parametrize("status", [BUSY, ON_HOLD])
def test_phone_that_rang_and_is_in_use_has_answered(
    told: Polled, status: ExtensionStatus
) -> None:
    """Also one that has it on hold by now."""
    told.tell(ring("1002"))
    gone = lost("1001", beside="1002")
    assert told.read(gone, e1001=OFFLINE, e1002=status)[:2] == [
        "1002 answered",
        "1001 answered",
    ]
    held = status is ON_HOLD
    assert told.parties() == {"1001": TALKING, "1002": HELD if held else TALKING}


def test_phone_that_is_busy_with_another_call_has_not_answered(told: Polled) -> None:
    """Its status is that of the other one."""
    told.tell(ring("1002"), ring("1003", "1002", "8.1"))
    found = lost("1001", beside="1002"), inside("1002", "1003")
    statuses = {"e1001": OFFLINE, "e1002": BUSY, "e1003": RINGS}
    assert told.read(*found, **statuses) == []
    assert told.parties() == {"1001": DIALING, "1002": RINGING}


def test_phone_rings_on_when_its_caller_is_lost(told: Polled) -> None:
    """So do all that are called with it."""
    told.tell(ring("1002"), ring("1003"))
    found = lost("1001", beside="1002"), lost("1001", beside="1003")
    statuses = {"e1001": OFFLINE, "e1002": RINGS, "e1003": RINGS}
    assert told.read(*found, **statuses) == []
    assert told.parties() == {"1001": DIALING, "1002": RINGING, "1003": RINGING}


def test_who_lost_its_phone_is_in_no_other_call_of_the_other_one(told: Polled) -> None:
    """That one has both its ends: the phone rings in it no more."""
    told.tell(ring("1003"), ring("1004"), ring("1003", "1002", "8.1"))
    statuses = {"e1001": BUSY, "e1002": OFFLINE, "e1003": RINGS, "e1004": RINGS}
    found = inside("1001", "1004"), lost("1002", beside="1003")
    told.read(*found, **statuses)
    assert told.parties() == {"1001": DIALING, "1004": RINGING}
    assert told.parties("8.1") == {"1002": DIALING, "1003": RINGING}


def test_call_with_a_lost_phone_that_nobody_names_is_over(told: Polled) -> None:
    """The other one would name it."""
    told.tell(ring("1002"), answer("1002"))
    told.read(e1001=BUSY, e1002=OFFLINE)
    assert told.live == []
