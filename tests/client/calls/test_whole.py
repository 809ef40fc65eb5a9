"""Calls of a family that tells them whole, through the switchboard's own surface."""

from dataclasses import replace

from custom_components.pbx.client import (
    Call,
    CallDirection,
    CallOutcome,
    Changes,
    Extension,
    ExtensionStatus,
    Party,
    PbxInfo,
    Snapshot,
    Switchboard,
)
from custom_components.pbx.client.report import CallNow, ExtensionReport, Restarted

from .told import DIALING, HELD, INTERNAL, RINGING, TALKING, caller, ext

INFO = PbxInfo("1", "PBX", "Maker", "Model", None, None, "1")
STAFF = tuple(Extension(n, n, ExtensionStatus.IDLE) for n in ("100", "101", "102"))
DIALS = CallNow("a", (ext("100", DIALING, True), ext("101", RINGING, False)), INTERNAL)
TALKS = replace(DIALS, parties=(ext("100", TALKING, True), ext("101", TALKING, False)))


def board_of() -> Switchboard:
    """Return a switchboard that has read three extensions."""
    board = Switchboard()
    board.reconcile(Snapshot(INFO, STAFF, calls_now=()), 100)
    board.expect_snapshot()
    return board


def told(found: Changes) -> list[str]:
    """Return what was told: number, event, outcome if any."""
    return [
        " ".join(filter(None, (event.number, event.type, event.outcome)))
        for event in found.events
    ]


def only(board: Switchboard) -> Call:
    """Return the only call there is."""
    (call,) = board.calls
    return call


def test_call_is_told_from_ring_to_end() -> None:
    """Each report is the call as it is; what it does not name has not changed."""
    board = board_of()
    assert told(board.apply(DIALS, 100)) == ["100 dialing", "101 ringing"]
    assert told(board.apply(DIALS, 101)) == []
    assert told(board.apply(TALKS, 104)) == ["100 answered", "101 answered"]
    held = replace(TALKS, parties=(ext("100", HELD, True), TALKS.parties[1]))
    assert told(board.apply(held, 110)) == ["100 held"]
    assert told(board.apply(TALKS, 111)) == ["100 resumed"]
    over = CallNow("a", ended_by="101", duration=24, talked=20, recorded=True)
    assert sorted(told(board.apply(over, 124))) == [
        "100 ended answered",
        "101 ended answered",
    ]
    last = board.last_call("100")
    assert last is not None
    assert (last.rang, last.talked, last.at) == (4, 20, 124)
    assert (last.call.ended_by, last.call.duration) == ("101", 24)
    assert last.party == ext("101", TALKING, False)
    assert board.calls == []


def test_end_waits_for_the_record() -> None:
    """No longer than two seconds; how it ended comes with it."""
    board = board_of()
    board.apply(DIALS, 100)
    assert told(board.apply(CallNow("a", ended_by="100"), 110)) == []
    late = CallNow("a", outcome=CallOutcome.BUSY, recorded=True)
    assert told(board.apply(late, 111)) == ["100 failed busy", "101 missed busy"]
    board.apply(replace(DIALS, id="b"), 120)
    board.apply(CallNow("b"), 125)
    assert board.next_deadline == 127
    assert told(board.settle(127)) == ["100 ended missed", "101 missed missed"]


def test_party_that_is_not_named_has_left() -> None:
    """Another may come instead: the call is the same."""
    board = board_of()
    board.apply(TALKS, 100)
    passed = replace(
        TALKS,
        parties=(TALKS.parties[0], ext("102", RINGING, False)),
        left=(("101", None),),
    )
    assert told(board.apply(passed, 110)) == ["102 ringing"]
    assert told(board.settle(112)) == ["101 ended answered"]
    assert [party.number for party in only(board).parties] == ["100", "102"]


def test_outcome_of_one_of_several_is_its_own() -> None:
    """It is told at once; the call goes on at the others."""
    board = board_of()
    both = (*DIALS.parties, ext("102", RINGING, False))
    board.apply(replace(DIALS, parties=both), 100)
    one = replace(
        DIALS,
        parties=(DIALS.parties[0], both[2]),
        left=(("101", CallOutcome.REJECTED),),
    )
    assert told(board.apply(one, 105)) == ["101 ended rejected"]
    assert board.next_deadline is None


def test_callee_of_a_group_was_called_by_the_caller() -> None:
    """Not by a colleague whose phone still rings after the caller has left."""
    board = board_of()
    both = (*DIALS.parties, ext("102", RINGING, False))
    board.apply(replace(DIALS, parties=both), 100)
    missed = CallOutcome.MISSED
    left: tuple[tuple[str, CallOutcome | None], ...] = (("100", missed),)
    alone = replace(DIALS, parties=both[1:], left=left, ended_by="100")
    events = list(board.apply(alone, 105).events)
    for number, rest in (("101", both[2:]), ("102", ())):
        left += ((number, missed),)
        events += board.apply(replace(alone, parties=rest, left=left), 105).events
    missing = [event for event in events if event.number != "100"]
    assert [event.number for event in missing] == ["101", "102"]
    for event in missing:
        assert event.party is not None
        assert (event.party.number, event.call.ended_by) == ("100", "100")


def test_party_that_comes_back_has_another_part() -> None:
    """The first one has its own end."""
    board = board_of()
    board.apply(DIALS, 100)
    board.apply(replace(DIALS, parties=DIALS.parties[:1]), 105)
    assert told(board.apply(DIALS, 110)) == ["101 missed missed", "101 ringing"]


def test_calls_are_read_whole() -> None:
    """What is listed is there with its times; what is not is over."""
    board = board_of()
    board.apply(DIALS, 100)
    board.apply(replace(TALKS, id="b"), 100)
    board.expect_snapshot()
    since = replace(TALKS, id="c", started_at=50.0, answered_at=60.0, trunk="T")
    found = board.reconcile(Snapshot(INFO, STAFF, calls_now=(DIALS, since)), 110)
    assert sorted(told(found)) == ["100 answered", "101 answered"]
    assert [call.id for call in board.calls] == ["a", "c"]
    call = board.calls[1]
    assert (call.started_at, call.answered_at, call.trunk) == (50, 60, "T")
    assert board.in_call_since("101") == 60
    assert len(told(board.settle(112))) == 2


def test_call_that_was_told_of_meanwhile_stays_as_told() -> None:
    """The list may be older; one that did not read calls says nothing of them."""
    board = board_of()
    board.apply(DIALS, 100)
    board.apply(CallNow("b"), 100)
    listed = replace(TALKS, id="b")
    board.reconcile(Snapshot(INFO, STAFF, calls_now=(listed,)), 101)
    assert [call.id for call in board.calls] == ["a"]
    board.expect_snapshot()
    board.reconcile(Snapshot(INFO, STAFF), 102)
    assert only(board).id == "a"


def test_restart_ends_all_calls() -> None:
    """What is told after it are others."""
    board = board_of()
    board.apply(TALKS, 100)
    board.apply(Restarted(), 110)
    assert board.calls == []
    assert told(board.settle(112)) == ["100 ended answered", "101 ended answered"]
    assert len(told(board.apply(replace(TALKS, id="b"), 113))) == 2


def test_outside_party_and_status_are_what_they_are() -> None:
    """A line is a party like any other; a status says nothing of calls."""
    board = board_of()
    outside = Party("555", False, TALKING, True, "T", "line")
    inbound = CallNow("a", (outside, ext("100", TALKING, False)), CallDirection.INBOUND)
    assert told(board.apply(inbound, 100)) == ["100 answered"]
    assert only(board).trunk == "T"
    idle = ExtensionReport("100", ExtensionStatus.BUSY)
    assert board.apply(idle, 101).changed == {"100"}
    assert board.call_count == 1
    assert caller() not in only(board).parties


def test_call_that_nobody_ever_was_in_is_none() -> None:
    """Its end comes before its beginning was told."""
    board = board_of()
    assert board.apply(CallNow("a", ended_by="100"), 100) == Changes()
    assert board.next_deadline is None


def test_call_that_becomes_part_of_another_does_not_end() -> None:
    """Who goes on in the other call has not been called anew, and was not left."""
    board = board_of()
    board.apply(TALKS, 100)
    asks = replace(
        TALKS, id="b", parties=(ext("101", TALKING, True), ext("102", TALKING, False))
    )
    board.apply(asks, 110)
    joined = replace(
        TALKS,
        parties=(ext("100", TALKING, True), ext("102", TALKING, False)),
        left=(("101", CallOutcome.ANSWERED),),
        absorbed=("b",),
    )
    assert told(board.apply(joined, 120)) == ["101 ended answered"]
    over = CallNow(
        "b",
        left=(("101", CallOutcome.ANSWERED), ("102", CallOutcome.ANSWERED)),
        recorded=True,
    )
    assert told(board.apply(over, 120)) == ["101 ended answered"]
    assert [party.number for party in only(board).parties] == ["100", "102"]
    assert board.in_call_since("102") == 110
    end = board.apply(CallNow("a", ended_by="100", recorded=True), 130)
    assert sorted(told(end)) == ["100 ended answered", "102 ended answered"]
    last = board.last_call("102")
    assert last is not None
    assert last.talked == 20


def test_absorbed_call_that_is_not_known_changes_nothing() -> None:
    """Nor does the call itself, or one whose parties all left."""
    board = board_of()
    board.apply(TALKS, 100)
    found = board.apply(replace(TALKS, absorbed=("a", "b")), 101)
    assert told(found) == []
    assert [party.number for party in only(board).parties] == ["100", "101"]
