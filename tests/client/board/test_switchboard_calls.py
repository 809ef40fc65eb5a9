"""The one picture of a PBX: its calls, as others look at them."""

from dataclasses import replace

from custom_components.pbx.client import (
    CallDirection,
    CallOutcome,
    ExtensionStatus,
    PartyState,
)
from custom_components.pbx.client.report import CallReport, ExtensionReport
from custom_components.pbx.client.yeastar.s.v1.found import FoundCall
from tests.client.calls.told import (
    answer,
    answer_in,
    bye,
    caller,
    cdr,
    ext,
    ring,
    ring_in,
)

from .switchboards import ANNA, BRUNO, CARLA, TALK, board_of, changes, events_of, read

COMING = FoundCall("9.1", CallDirection.INBOUND, ("1001",), (caller(),), answered=True)


def test_calls_are_listed_and_counted() -> None:
    """The oldest first."""
    board = board_of(ANNA, BRUNO, CARLA)
    board.apply(ring("1002"), 100)
    board.apply(ring_in("1003", "8.1"), 101)
    assert board.call_count == 2
    assert [call.id for call in board.calls] == ["7.1", "8.1"]
    assert [call.id for call in board.calls_of("1003")] == ["8.1"]
    assert board.calls_of("1009") == []


def test_current_call_is_the_one_that_is_talked_on() -> None:
    """Else the one that rings, that is dialed, that is on hold; of equals the newest."""
    board = board_of(ANNA, BRUNO, CARLA)
    assert board.current_call("1001") is None

    def current() -> str | None:
        call = board.current_call("1001")
        assert call is not None
        return call.id

    board.apply(ring("1002", call_id="1.1"), 100)
    assert current() == "1.1"
    board.apply(ring_in("1001", "2.1"), 101)
    assert current() == "2.1"
    board.apply(ring_in("1001", "3.1"), 102)
    assert current() == "3.1"
    board.apply(answer("1002", call_id="1.1"), 103)
    assert current() == "1.1"
    board.apply(CallReport("1.1", (ext("1001", PartyState.HELD),)), 104)
    assert current() == "3.1"
    board.apply(answer_in("1001", "2.1"), 105)
    assert current() == "2.1"


def test_connected_since_the_oldest_call_that_was_answered() -> None:
    """Without a break, whether on hold or not."""
    board = board_of(ANNA, BRUNO, CARLA)
    board.apply(ring("1002"), 100)
    assert board.in_call_since("1001") is None
    board.apply(answer("1002"), 103)
    board.apply(ring_in("1001", "8.1"), 104)
    board.apply(answer_in("1001", "8.1"), 105)
    since = board.in_call_since("1001")
    assert since == 103
    board.apply(bye("1002", "1001"), 110)
    since = board.in_call_since("1001")
    assert since == 105
    assert board.in_call_since("1002") is None


def test_status_and_calls_can_be_compared() -> None:
    """They come in reports of their own; what does not fit will be read again."""
    out_of_reach = {ExtensionStatus.OFFLINE, ExtensionStatus.FAULT}
    for steps, fitting in (
        ((), {ExtensionStatus.IDLE} | out_of_reach),
        # Idle it has stopped ringing, which no report tells in other words.
        ((ring_in("1001"),), set(ExtensionStatus) - out_of_reach),
        (
            (ring_in("1001"), answer_in("1001")),
            {ExtensionStatus.BUSY, ExtensionStatus.ON_HOLD},
        ),
    ):
        for status in (None, *ExtensionStatus):
            board = board_of(ANNA)
            for step in steps:
                board.apply(step, 100)
            board.apply(ExtensionReport("1001", status), 100)
            assert board.consistent("1001") == (status is None or status in fitting)
    assert board.consistent("1009")


def test_end_is_told_when_its_time_has_come() -> None:
    """Whoever owns the board asks when that is."""
    board = board_of(ANNA, BRUNO)
    for step in (*TALK, bye("1001", "1002")):
        board.apply(step, 100)
    deadline = board.next_deadline
    assert deadline == 102
    assert board.settle(101) == changes()
    assert len(events_of(board.settle(102))) == 2
    assert board.next_deadline is None
    event = board.last_call("1001")
    assert event is not None
    assert (event.number, event.outcome) == ("1001", CallOutcome.ANSWERED)
    assert board.last_call("1003") is None


def test_last_call_goes_with_its_extension() -> None:
    """Whether it was deleted or forgotten; a new one has none."""
    board = board_of(ANNA, BRUNO)
    for step in (*TALK, bye("1001", "1002"), cdr("1001", "1002")):
        board.apply(step, 100)
    board.reconcile(read(CARLA))
    board.forget("1001")
    assert board.last_call("1001") is None
    assert board.last_call("1002") is not None
    board.reconcile(read(CARLA))
    assert board.last_call("1002") is None


# -- snapshots


def test_calls_of_a_snapshot_are_told() -> None:
    """Their events and whose they are; hold is seen in the list of extensions."""
    busy = replace(ANNA, status=ExtensionStatus.BUSY)
    board = board_of(busy)
    found = board.reconcile(replace(read(busy), calls=(COMING,)), 100)
    assert events_of(found) == ["1001 answered"]
    assert found.calls == {"1001"}
    held = replace(ANNA, status=ExtensionStatus.ON_HOLD)
    found = board.reconcile(replace(read(held), calls=None), 101)
    assert events_of(found) == ["1001 held"]
    assert board.extensions["1001"].status is ExtensionStatus.ON_HOLD


def test_silent_snapshot_tells_no_events() -> None:
    """All of it may have been so for hours, and also what ended; it still counts."""
    busy = replace(ANNA, status=ExtensionStatus.BUSY)
    board = board_of(busy, BRUNO)
    for step in (*TALK, bye("1001", "1002")):
        board.apply(step, 100)
    for step in (ring("1002", call_id="8.1"), answer("1002", call_id="8.1")):
        board.apply(step, 101)
    board.expect_snapshot()
    idle = replace(BRUNO, status=ExtensionStatus.IDLE)
    snapshot = replace(read(busy, idle), calls=(COMING,))
    found = board.reconcile(snapshot, 500, silent=True)
    # What had ended before is told, what ended unseen is not.
    assert sorted((event.number, event.call.id) for event in found.events) == [
        ("1001", "7.1"),
        ("1002", "7.1"),
    ]
    assert found.calls == {"1001", "1002"}
    assert [call.id for call in board.calls] == ["9.1"]
    last = board.last_call("1002")
    assert last is not None
    assert last.call.id == "8.1"
    assert board.next_deadline is None
    assert events_of(board.settle(600)) == []

    board.expect_snapshot()
    assert events_of(board.reconcile(replace(snapshot, calls=()), 700)) == []
    assert events_of(board.settle(702)) == ["1001 ended answered"]


def test_clock_set_back_in_a_call_makes_no_negative_times() -> None:
    """What cannot be measured is as short as can be."""
    board = board_of(ANNA, BRUNO)
    board.apply(ring("1002"), 5000)
    board.apply(answer("1002"), 1400)
    board.apply(bye("1001", "1002"), 1000)
    (anna, bruno) = board.settle(1010).events
    assert (anna.rang, anna.talked) == (bruno.rang, bruno.talked) == (0, 0)
