"""Calls that come to nothing, and what that is for each who took part."""

import pytest

from custom_components.pbx.client import CallOutcome
from custom_components.pbx.client.report import CallReport

from .told import (
    OUTBOUND,
    TALKING,
    Told,
    answer,
    answer_in,
    bye,
    callee,
    caller,
    cdr,
    ext,
    fail,
    ring,
    ring_in,
    ring_out,
    transfer,
)

BUSY, REJECTED, FAILED = CallOutcome.BUSY, CallOutcome.REJECTED, CallOutcome.FAILED
MISSED, VOICEMAIL = CallOutcome.MISSED, CallOutcome.VOICEMAIL


@pytest.mark.parametrize(
    ("outcome", "called", "calling"),
    [
        (BUSY, "missed busy", "failed busy"),
        (FAILED, "missed failed", "failed failed"),
        (REJECTED, "ended rejected", "failed rejected"),
        (MISSED, "missed missed", "ended missed"),
    ],
)
def test_failure_is_told_to_both(
    told: Told, outcome: CallOutcome, called: str, calling: str
) -> None:
    """For who called it failed; who was called has missed it, unless they refused."""
    told.tell(ring("1002"), fail(outcome, ext("1002")))
    assert told.live == []
    assert told.tell(cdr("1001", "1002", BUSY)) == [f"1002 {called}", f"1001 {calling}"]
    assert told.nothing_is_left()


def test_failure_of_a_call_that_never_rang(told: Told) -> None:
    """The record says who called whom."""
    assert told.tell(fail(BUSY, ext("1002"))) == []
    assert told.tell(cdr("1001", "1002", BUSY)) == [
        "1002 missed busy",
        "1001 failed busy",
    ]


def test_failure_at_the_caller_shows_in_the_record(told: Told) -> None:
    """Not allowed to dial out: only the caller is told of (5.4)."""
    told.tell(fail(FAILED, ext("1002")))
    assert told.tell(cdr("1002", "555", FAILED, OUTBOUND)) == ["1002 failed failed"]


def test_failure_outside_is_the_callers(told: Told) -> None:
    """Whichever of the two is named first; no record is needed to know."""
    told.tell(fail(BUSY, ext("1002"), callee()))
    assert told.settle(102) == ["1002 failed busy"]
    told.tell(ring_out("1001", "8.1"), fail(BUSY, callee(), ext("1001"), call_id="8.1"))
    assert "1001 failed busy" in told.settle(200)


def test_failure_of_a_call_from_outside_is_missed(told: Told) -> None:
    """The extension was called."""
    told.tell(fail(BUSY, ext("1002"), caller()))
    assert told.settle(102) == ["1002 missed busy"]


def test_failure_that_comes_after_the_goodbye_still_explains(told: Told) -> None:
    """Until the end is told; the first reason counts."""
    told.tell(ring("1002"), bye("1001", "1002"))
    told.tell(fail(BUSY, ext("1002")), fail(FAILED, ext("1002")))
    assert sorted(told.settle(102)) == ["1001 failed busy", "1002 missed busy"]
    assert told.all_events[-1].call.outcome is BUSY


def test_failure_that_names_nobody(told: Told) -> None:
    """It means the whole call, and no other."""
    told.tell(ring("1002"), fail(FAILED))
    told.tell(fail(FAILED, call_id="9.9"))
    assert sorted(told.settle(102)) == ["1001 failed failed", "1002 missed failed"]
    assert told.nothing_is_left()


def test_transfer_that_fails_is_no_failure_of_who_talked(told: Told) -> None:
    """The one it was transferred to has missed it."""
    told.tell(ring_in("1001"), answer_in("1001"), transfer("1001", caller(TALKING)))
    told.tell(ring_in("1002"), fail(REJECTED, ext("1002")))
    assert told.settle(102) == ["1001 ended answered", "1002 ended rejected"]


def test_voicemail_is_missed_by_the_called_and_reached_by_the_caller(
    told: Told,
) -> None:
    """Nobody answered, but a message may be there."""
    told.tell(ring("1002"), CallReport("7.1", (ext("1001", TALKING, True),)))
    told.tell(bye(ext("1001")))
    assert sorted(told.tell(cdr("1001", "1002", VOICEMAIL))) == [
        "1001 ended voicemail",
        "1002 missed voicemail",
    ]


def test_who_talked_to_somebody_before_the_voicemail_was_answered(told: Told) -> None:
    """Transferred to one who is not there."""
    told.tell(ring("1002"), answer("1002"), transfer("1002", "1001"))
    told.tell(cdr("1001", "1002"), ring("1003"), bye("1001"))
    assert sorted(told.tell(cdr("1001", "1003", VOICEMAIL, None, transfer=True))) == [
        "1001 ended answered",
        "1003 missed voicemail",
    ]


def test_caller_alone_proves_no_answer(told: Told) -> None:
    """They may have talked to a machine; without a record the others have missed it."""
    told.tell(ring_in("1001"), CallReport("7.1", (caller(TALKING),)), bye(caller()))
    assert told.settle(102) == ["1001 missed missed"]
