"""How much is remembered of calls."""

import pytest

from custom_components.pbx.client import CallOutcome
from custom_components.pbx.client.calls import ledger as call_ledger

from .told import TALKING, Told, answer_in, bye, caller, ring, ring_in, transfer

BUSY, REJECTED, FAILED = CallOutcome.BUSY, CallOutcome.REJECTED, CallOutcome.FAILED
MISSED, VOICEMAIL = CallOutcome.MISSED, CallOutcome.VOICEMAIL


def test_ended_calls_are_remembered_up_to_a_number(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest is forgotten, its ends are told before."""
    assert call_ledger.MAX_ENDED == 500
    monkeypatch.setattr(call_ledger, "MAX_ENDED", 3)
    for index in range(5):
        told.tell(ring("1002", call_id=f"{index}"), bye("1001", call_id=f"{index}"))
    assert [call.id for call in told.ledger.ended_since(0)] == ["4", "3", "2"]
    assert len([event for event in told.all_events if event.outcome]) == 4
    assert len(told.settle(102)) == 6
    assert told.nothing_is_left()


def test_live_calls_are_kept_up_to_a_number(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PBX whose goodbyes all get lost fills no memory."""
    assert call_ledger.MAX_LIVE == 2000
    monkeypatch.setattr(call_ledger, "MAX_LIVE", 3)
    for index in range(5):
        told.tell(ring("1002", call_id=f"{index}"))
    assert told.live == ["2", "3", "4"]
    assert [call.id for call in told.of("1001")] == ["2", "3", "4"]
    assert told.settle(102) == [
        "1002 ended",
        "1001 ended",
        "1002 ended",
        "1001 ended",
    ]


def test_thousands_of_calls_leave_nothing_behind(told: Told) -> None:
    """Whatever their course."""
    for index in range(3000):
        number = f"{index}"
        told.tell(
            ring_in("1001", number),
            ring_in("1002", number),
            answer_in("1001", number),
            transfer("1001", caller(TALKING, leg=number), call_id=number),
            ring_in("1003", number),
            bye(caller(leg=number), "1003", call_id=number),
            at=100.0 + index,
        )
    told.settle(5000)
    assert told.nothing_is_left()
    assert len(list(told.ledger.ended_since(0))) == 500
    assert set(told.ledger.last) == {"1001", "1002", "1003"}


def test_last_call_is_kept_only_of_known_extensions(told: Told) -> None:
    """Numbers that anybody could make up fill no memory."""
    told.tell(ring("10020", "10010"), bye("10010", "10020"))
    assert len(told.settle(102)) == 2
    assert told.ledger.last == {}
