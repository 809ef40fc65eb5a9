"""The one picture of a PBX: its queues, parked calls and voicemail boxes."""

from dataclasses import replace

import pytest

from custom_components.pbx.client import (
    Changes,
    Mailbox,
    ParkedCall,
    Party,
    PartyState,
    Queue,
    QueueAgent,
    QueueCaller,
    Snapshot,
    Switchboard,
)
from custom_components.pbx.client.report import MailboxNow, ParkedNow, QueueNow

from .switchboards import ANNA, board_of, read

FIRST = QueueCaller("0401234567", 100.0, call_id="c-1")
SECOND = QueueCaller("0507654321", 130.0, call_id="c-2")
SALES = Queue("700", "Sales", (), (QueueAgent("1001", "Anna", True, False, False),))
HELP = Queue("701", "Help", (), ())
PARKED = ParkedCall(
    "71", Party("0401234567", False, PartyState.HELD), 100.0, call_id="c-1"
)


def queues(*listed: Queue) -> Snapshot:
    """Return a snapshot that lists these queues."""
    return replace(read(ANNA), queues=listed)


def waiting(*callers: QueueCaller) -> Queue:
    """Return a queue in which these callers wait."""
    return replace(SALES, callers=callers)


def events_of(changes: Changes) -> list[str]:
    """Return the events of queues: queue, event, caller."""
    return [
        f"{event.queue} {event.type} {event.caller.number}"
        for event in changes.queues.events
    ]


def slots(board: Switchboard) -> list[str] | None:
    """Return the slots in which calls are parked."""
    return None if board.parked is None else [call.slot for call in board.parked]


@pytest.fixture
def board() -> Switchboard:
    """Return a board with two queues, in which nobody waits."""
    board = board_of(ANNA)
    board.reconcile(queues(SALES, HELP), 90.0)
    board.expect_snapshot()
    return board


def test_queues_appear_and_go() -> None:
    """Missing once is absent, missing twice in a row is gone; unread ones stay."""
    board = board_of(ANNA)
    found = board.reconcile(queues(SALES, HELP)).queues.queues
    assert found.added == {"700", "701"}
    assert board.queues == {"700": SALES, "701": HELP}
    assert board.reconcile(read(ANNA)).queues.queues.removed == frozenset()
    assert board.reconcile(queues(SALES)).queues.queues.presence == {"701"}
    assert not board.queue_present("701")
    assert board.reconcile(queues(SALES)).queues.queues.removed == {"701"}
    assert board.queues == {"700": SALES}


def test_queue_of_an_earlier_run_goes() -> None:
    """It has a device, but the PBX does not have it any more."""
    board = Switchboard(known_queues=["700"])
    board.reconcile(queues())
    assert board.reconcile(queues()).queues.queues.removed == {"700"}


def test_absent_queue_is_forgotten(board: Switchboard) -> None:
    """At the wish of the user; a present one is not."""
    with pytest.raises(ValueError, match="present"):
        board.forget_queue("701")
    board.reconcile(queues(SALES))
    board.forget_queue("701")
    assert board.queues == {"700": SALES}


def test_reports_tell_who_enters_and_leaves(board: Switchboard) -> None:
    """Each caller once, whoever is in front of them."""
    found = board.apply(QueueNow(waiting(FIRST)), 100.0)
    assert found.queues.queues.changed == {"700"}
    assert events_of(found) == ["700 caller_entered 0401234567"]
    found = board.apply(QueueNow(waiting(FIRST, SECOND)), 130.0)
    assert events_of(found) == ["700 caller_entered 0507654321"]
    assert board.queues["700"].waiting == 2
    assert board.queues["700"].waiting_since == 100.0
    found = board.apply(QueueNow(waiting(SECOND)), 140.0)
    assert events_of(found) == ["700 caller_left 0401234567"]
    assert board.queues["700"].waiting_since == 130.0
    assert board.apply(QueueNow(waiting(SECOND)), 141.0) == Changes()


def test_callers_without_call_ids(board: Switchboard) -> None:
    """Two hidden numbers are two callers."""
    hidden = [QueueCaller("", 100.0), QueueCaller("", 101.0)]
    board.apply(QueueNow(waiting(*hidden)), 101.0)
    found = board.apply(QueueNow(waiting(hidden[1])), 110.0)
    assert events_of(found) == ["700 caller_left "]
    assert board.queues["700"].waiting_since == 101.0


def test_time_of_entering_stays(board: Switchboard) -> None:
    """Where it is computed from whole seconds, it would be another with each reading."""
    board.apply(QueueNow(waiting(FIRST)), 100.0)
    late = replace(FIRST, since=101.7)
    assert board.apply(QueueNow(waiting(late)), 160.0) == Changes()
    board.expect_snapshot()
    board.reconcile(queues(waiting(late), HELP), 161.0)
    assert board.queues["700"].waiting_since == 100.0


def test_time_of_one_who_entered_again(board: Switchboard) -> None:
    """The time in between was not told, but the later one is."""
    board.apply(QueueNow(waiting(FIRST)), 100.0)
    board.apply(QueueNow(waiting(replace(FIRST, since=150.0))), 160.0)
    assert board.queues["700"].waiting_since == 150.0


def test_snapshot_finds_who_was_not_reported(board: Switchboard) -> None:
    """A silent one tells no events."""
    found = board.reconcile(queues(waiting(FIRST), HELP), 100.0)
    assert events_of(found) == ["700 caller_entered 0401234567"]
    board.expect_snapshot()
    found = board.reconcile(queues(SALES, HELP), 130.0, silent=True)
    assert found.queues.queues.changed == {"700"}
    assert events_of(found) == []


def test_report_is_newer_than_the_snapshot_that_was_asked_for(
    board: Switchboard,
) -> None:
    """It is kept, and the PBX read again."""
    board.apply(QueueNow(waiting(FIRST)), 100.0)
    found = board.reconcile(queues(SALES, HELP), 101.0)
    assert found.doubtful
    assert board.queues["700"].waiting == 1
    board.expect_snapshot()
    assert not board.reconcile(queues(SALES, HELP), 103.0).doubtful
    assert board.queues["700"].waiting == 0


def test_report_about_an_unknown_queue_is_doubtful(board: Switchboard) -> None:
    """Only a snapshot tells what there is."""
    assert board.apply(QueueNow(Queue("702")), 100.0).doubtful
    assert "702" not in board.queues


def test_queue_that_is_not_told() -> None:
    """Nobody knows who waits: no events, and no number."""
    board = board_of(ANNA)
    board.reconcile(queues(Queue("700")))
    board.expect_snapshot()
    found = board.apply(QueueNow(waiting(FIRST)), 100.0)
    assert events_of(found) == []
    assert Queue("700").waiting is None
    assert Queue("700").waiting_since is None


def test_agents_are_counted_where_all_are_known() -> None:
    """One whose state is not told makes the number unknown."""
    anna, bruno = QueueAgent("1001", paused=True), QueueAgent("1002", paused=False)
    queue = Queue("700", agents=(anna, bruno))
    assert queue.agents_that(lambda agent: agent.paused) == [anna]
    assert queue.agents_that(lambda agent: agent.talking) is None
    assert Queue("700").agents_that(lambda agent: agent.paused) is None


def test_parked_calls_come_and_go(board: Switchboard) -> None:
    """They are not known before they are told; their time stays."""
    assert slots(board) is None
    assert board.reconcile(replace(read(ANNA), parked=()), 90.0).queues.parked
    board.expect_snapshot()
    assert board.apply(ParkedNow((PARKED,)), 100.0).queues.parked
    assert slots(board) == ["71"]
    late = replace(PARKED, since=101.0)
    assert not board.apply(ParkedNow((late,)), 102.0).queues.parked
    board.reconcile(replace(read(ANNA), parked=()), 103.0)
    assert board.parked == (PARKED,), "it was reported while the snapshot was read"
    board.expect_snapshot()
    board.reconcile(replace(read(ANNA), parked=()), 104.0)
    assert slots(board) == []


def test_mailboxes(board: Switchboard) -> None:
    """Listed by snapshots, changed by reports too."""
    assert board.apply(MailboxNow(Mailbox("1001", 1)), 90.0).doubtful
    board.expect_snapshot()
    listed = replace(read(ANNA), mailboxes=(Mailbox("1001", 2),))
    assert board.reconcile(listed, 91.0).queues.mailboxes.added == {"1001"}
    board.expect_snapshot()
    found = board.apply(MailboxNow(Mailbox("1001", 3)), 92.0)
    assert found.queues.mailboxes.changed == {"1001"}
    assert board.apply(MailboxNow(Mailbox("1001", 3)), 92.0) == Changes()
    assert board.reconcile(listed, 93.0).doubtful
    assert board.mailboxes["1001"].unread == 3
    board.expect_snapshot()
    board.reconcile(listed, 94.0)
    assert board.mailboxes["1001"].unread == 2
    assert board.mailbox_present("1001")
