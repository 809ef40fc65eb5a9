"""The one picture of a PBX: what its reports change in it."""

from dataclasses import replace

import pytest

from custom_components.pbx.client import (
    CallDirection,
    CallOutcome,
    Changes,
    Extension,
    ExtensionStatus,
    Party,
    PartyState,
    Switchboard,
)
from custom_components.pbx.client.report import (
    CallNow,
    CallReport,
    ExtensionReport,
    OtherReport,
    Report,
    Restarted,
    SettingsChanged,
    Subject,
)
from custom_components.pbx.client.yeastar.s.reports import parse
from custom_components.pbx.client.yeastar.s.v1.found import FoundCall, Ties
from tests.client.calls.told import (
    answer,
    answer_in,
    bye,
    caller,
    cdr,
    ext,
    fail,
    ring,
    ring_in,
    transfer,
)

from .switchboards import ANNA, BRUNO, CARLA, TALK, board_of, changes, events_of, read


def test_reported_status_is_taken_over() -> None:
    """And nothing else of the extension."""
    board = board_of(ANNA, BRUNO)
    rings = ExtensionReport("1001", ExtensionStatus.RINGING)
    assert board.apply(rings, 100) == changes(changed="1001")
    assert board.extensions["1001"] == replace(ANNA, status=ExtensionStatus.RINGING)
    assert board.apply(rings, 100) == changes()
    assert board.apply(ExtensionReport("1001", None), 100) == changes(
        changed="1001", registered="1001"
    )


def test_reported_status_is_counted() -> None:
    """As if a poll had found it."""
    board = board_of(ANNA, BRUNO)
    for status, counts in (
        (ExtensionStatus.BUSY, (2, 2)),
        (ExtensionStatus.ON_HOLD, (2, 2)),
        (ExtensionStatus.OFFLINE, (1, 1)),
        (None, (1, 1)),
        (ExtensionStatus.IDLE, (2, 1)),
    ):
        board.apply(ExtensionReport("1001", status), 100)
        assert (board.registered_count, board.in_use_count) == counts


def test_reported_status_of_who_is_not_listed_is_passed_over() -> None:
    """The next poll says who exists."""
    board = Switchboard(["1003"])
    board.reconcile(read(ANNA, BRUNO))
    board.reconcile(read(ANNA))
    for number in ("1002", "1003", "1009"):
        report = ExtensionReport(number, ExtensionStatus.RINGING)
        assert board.apply(report, 100) == changes()
    assert board.extensions["1002"] == BRUNO
    assert "1009" not in board.extensions


def test_each_report_of_a_call_changes_those_in_it() -> None:
    """And tells what happened to each of them."""
    board = board_of(ANNA, BRUNO, CARLA)
    for report, calls, events in (
        (ring("1002"), "1001 1002", ["1002 ringing", "1001 dialing"]),
        (answer("1002"), "1001 1002", ["1002 answered", "1001 answered"]),
        (transfer("1002", "1001"), "1001 1002", []),
        (cdr("1001", "1002"), "1002", ["1002 ended answered"]),
        (ring("1003"), "1001 1003", ["1003 ringing"]),
        (fail(CallOutcome.BUSY, ext("1003")), "1001 1003", []),
        (
            cdr("1001", "1003", CallOutcome.BUSY, None, transfer=True),
            "1001 1003",
            ["1001 ended answered", "1003 missed busy"],
        ),
        (bye("1001", "1002"), "", []),
    ):
        found = board.apply(report, 100)
        assert found.calls == set(calls.split())
        assert events_of(found) == events
        assert found.changed == found.added == found.removed == set()
    assert board.calls == []


@pytest.mark.parametrize(
    "report", [Restarted(), SettingsChanged(Subject.EXTENSION), OtherReport("DTMF")]
)
def test_other_reports_change_nothing(report: Report) -> None:
    """What follows from them is decided elsewhere."""
    board = board_of(ANNA, BRUNO)
    for step in TALK:
        board.apply(step, 100)
    assert board.apply(report, 100) == changes()
    assert board.call_count == 1


def test_hold_shows_in_the_reported_status() -> None:
    """Of firmware that reports it."""
    board = board_of(ANNA, BRUNO)
    for step in TALK:
        board.apply(step, 100)
    found = board.apply(ExtensionReport("1001", ExtensionStatus.ON_HOLD), 110)
    assert events_of(found) == ["1001 held"]
    assert found.calls == {"1001", "1002"}
    found = board.apply(ExtensionReport("1001", ExtensionStatus.BUSY), 120)
    assert events_of(found) == ["1001 resumed"]


# -- reports and snapshots


def test_change_that_nobody_reported_is_said_to_be() -> None:
    """It is evidence that no reports arrive."""
    board = board_of(ANNA, BRUNO)
    rings = replace(ANNA, status=ExtensionStatus.RINGING)
    assert board.reconcile(read(rings, BRUNO)).unreported == {"1001"}
    board.expect_snapshot()
    board.apply(ExtensionReport("1001", ExtensionStatus.BUSY), 100)
    busy = replace(ANNA, status=ExtensionStatus.BUSY)
    assert board.reconcile(read(busy, BRUNO)) == changes()


@pytest.mark.parametrize("status", [ExtensionStatus.ON_HOLD, ExtensionStatus.FAULT])
def test_change_that_is_never_reported_is_no_evidence(status: ExtensionStatus) -> None:
    """Neither into it nor out of it (6.1)."""
    board = board_of(ANNA)
    for extension in (replace(ANNA, status=status), ANNA):
        found = board.reconcile(read(extension))
        assert found.changed == {"1001"}
        assert not found.unreported


def test_new_name_or_port_needs_no_report() -> None:
    """Only a status is reported."""
    board = board_of(ANNA)
    assert not board.reconcile(read(replace(ANNA, name="Anna B."))).unreported


def test_report_that_came_while_the_snapshot_was_read_wins() -> None:
    """The snapshot may be older; that they differ is doubt enough to read again."""
    board = board_of(ANNA, BRUNO)
    board.apply(ExtensionReport("1001", ExtensionStatus.RINGING), 100)
    assert board.reconcile(read(ANNA, BRUNO)) == Changes(doubtful=True)
    assert board.extensions["1001"].status is ExtensionStatus.RINGING
    assert (board.registered_count, board.in_use_count) == (2, 2)

    board.expect_snapshot()
    found = board.reconcile(read(ANNA, BRUNO))
    assert not found.doubtful
    assert found.changed == {"1001"}


def test_rest_of_a_doubtful_extension_is_taken_over() -> None:
    """Its name is not in the report."""
    board = board_of(ANNA)
    board.apply(ExtensionReport("1001", ExtensionStatus.RINGING), 100)
    found = board.reconcile(read(replace(ANNA, name="Anna B.")))
    assert found == Changes(changed=frozenset({"1001"}), doubtful=True)
    assert board.extensions["1001"] == Extension(
        "1001", "Anna B.", ExtensionStatus.RINGING
    )


def test_call_that_was_reported_while_the_snapshot_was_read_stays() -> None:
    """Begun or ended: the snapshot does not know it yet."""
    board = board_of(ANNA, BRUNO, CARLA)
    board.apply(ring_in("1003", "8.1"), 100)
    board.expect_snapshot()
    board.apply(ring("1002"), 101)
    board.apply(bye(caller(leg="8.1"), "1003", call_id="8.1"), 101)
    board.apply(cdr("555", "1003", CallOutcome.MISSED, call_id="8.1"), 101)
    found = FoundCall("8.1", CallDirection.INBOUND, ("1003",), (caller(),))
    snapshot = replace(read(ANNA, BRUNO, CARLA), calls=(found,))
    assert board.reconcile(snapshot, 101).events == ()
    assert [call.id for call in board.calls] == ["7.1"]


def test_hold_is_not_taken_from_a_snapshot_that_a_report_overtook() -> None:
    """The phone has done something else meanwhile."""
    board = board_of(ANNA, BRUNO)
    for step in TALK:
        board.apply(step, 100)
    held = replace(ANNA, status=ExtensionStatus.ON_HOLD)
    assert events_of(board.reconcile(read(held, BRUNO), 101)) == []


# -- restarts of the PBX


def test_restart_leaves_the_calls_to_the_next_snapshot() -> None:
    """What it does not show is over, also what no snapshot ever shows."""
    busy = [replace(who, status=ExtensionStatus.BUSY) for who in (ANNA, CARLA)]
    quiet = replace(read(*busy), calls=())
    board = board_of(*busy)
    board.apply(answer_in("1001", "9.1"), 100)
    board.apply(CallReport("8.1", (ext("1003", PartyState.TALKING, True),)), 100)
    board.expect_snapshot()
    shown = FoundCall("9.1", CallDirection.INBOUND, ("1001",), (caller(leg="9.1"),))
    there = replace(quiet, calls=(shown,))
    board.reconcile(there, 101)
    assert [call.id for call in board.calls] == ["9.1", "8.1"]

    assert board.apply(Restarted(), 102) == changes()
    # This one was being read meanwhile, and the other did not look for calls.
    board.reconcile(quiet, 102)
    board.expect_snapshot()
    board.reconcile(read(*busy), 103)
    assert board.call_count == 2

    assert events_of(board.reconcile(there, 104)) == []
    assert [call.id for call in board.calls] == ["9.1"]
    assert events_of(board.settle(106)) == ["1003 ended answered"]


def test_call_that_a_snapshot_shows_after_a_restart_is_one_like_any_other() -> None:
    """It is another one between the same two."""
    board = board_of(replace(ANNA, status=ExtensionStatus.BUSY), BRUNO)
    for step in TALK:
        board.apply(step, 100)
    board.apply(Restarted(), 101)
    board.expect_snapshot()
    ties = {"1001": Ties(others=("1002",))}
    there = replace(read(BRUNO), extensions=tuple(board.extensions.values()))
    board.reconcile(replace(there, calls=(), ties=ties), 102)
    board.reconcile(replace(there, calls=()), 103)
    assert board.call_count == 1


# -- what a status report does not prove


@pytest.mark.parametrize("status", [ExtensionStatus.BUSY, ExtensionStatus.ON_HOLD])
def test_registration_of_a_phone_in_use_frees_it_not(
    status: ExtensionStatus,
) -> None:
    """Its address has changed; that is no hang-up, but reason enough to ask."""
    board = board_of(ANNA, BRUNO)
    for step in TALK:
        board.apply(step, 100)
    board.apply(ExtensionReport("1001", status), 100)
    again = ExtensionReport("1001", ExtensionStatus.IDLE, registration=True)
    assert board.apply(again, 110) == Changes(doubtful=True)
    assert board.extensions["1001"].status is status
    assert board.call_count == 1
    # One that comes free says so in another word.
    idle = ExtensionReport("1001", ExtensionStatus.IDLE)
    assert board.apply(idle, 120).changed == {"1001"}


def test_registration_of_a_phone_that_was_lost_is_its_status() -> None:
    """It is in reach again, and free."""
    board = board_of(ANNA, BRUNO)
    board.apply(ExtensionReport("1001", ExtensionStatus.OFFLINE), 100)
    again = ExtensionReport("1001", ExtensionStatus.IDLE, registration=True)
    assert board.apply(again, 110) == changes(changed="1001", registered="1001")
    assert board.extensions["1001"].status is ExtensionStatus.IDLE


def test_status_report_without_a_word_leaves_the_status() -> None:
    """The phone does what it did; a word that nobody knows is another matter."""
    board = board_of(ANNA, BRUNO)
    busy = b'{"action":"ExtensionStatus","extension":"1001","status":"Busy"}'
    for body, status in (
        (busy, ExtensionStatus.BUSY),
        (b'{"action":"ExtensionStatus","extension":"1001"}', ExtensionStatus.BUSY),
        (busy.replace(b"Busy", b""), ExtensionStatus.BUSY),
        (busy.replace(b"Busy", b"Levitating"), None),
    ):
        received = parse(body)
        assert received is not None
        board.apply(received.reports[0], 100)
        assert board.extensions["1001"].status is status


def test_report_of_another_wire_tells_no_calls() -> None:
    """A reader takes what its own wire tells."""
    board = board_of(ANNA, BRUNO)
    for report in TALK:
        board.apply(report, 100)
    calls = board.calls
    board.apply(CallNow("9.9", (Party("1003", True, PartyState.TALKING),)), 101)
    assert board.calls == calls
