"""Reports that are lost, doubled, late, or in another order."""

from collections import Counter
from itertools import permutations

import pytest

from custom_components.pbx.client import CallEventType, CallOutcome
from custom_components.pbx.client.calls.ledger import SETTLE
from custom_components.pbx.client.calls.steps import close
from custom_components.pbx.client.report import CallReport

from .told import (
    DIALING,
    INBOUND,
    INTERNAL,
    OUTBOUND,
    RINGING,
    TALKING,
    Step,
    Told,
    answer,
    answer_in,
    answered,
    bye,
    caller,
    cdr,
    ext,
    ring,
    ring_in,
)

BUSY, REJECTED, FAILED = CallOutcome.BUSY, CallOutcome.REJECTED, CallOutcome.FAILED
MISSED, VOICEMAIL = CallOutcome.MISSED, CallOutcome.VOICEMAIL


INTERNAL_CALL: tuple[Step, ...] = (
    ring("1002"),
    answer("1002"),
    answered("1002"),
    bye("1001", "1002"),
    bye("1002", "1001"),
    cdr("1001", "1002", duration=9, talked=5),
)
INBOUND_CALL: tuple[Step, ...] = (
    ring_in("1001"),
    answer_in("1001"),
    CallReport("7.1", (caller(TALKING), ext("1001", TALKING, False)), INBOUND),
    bye(caller(), "1001"),
    bye("1001", caller()),
    cdr("555", "1001", direction=INBOUND, duration=9, talked=5),
)
MISSED_CALL: tuple[Step, ...] = (
    ring("1002"),
    CallReport("7.1", (ext("1001", DIALING, True),)),
    bye("1001", "1002"),
    bye("1002", "1001"),
    cdr("1001", "1002", MISSED, duration=9),
)


@pytest.mark.parametrize(
    ("steps", "ends"),
    [
        (INTERNAL_CALL, ["1001 ended answered", "1002 ended answered"]),
        (INBOUND_CALL, ["1001 ended answered"]),
        (MISSED_CALL, ["1001 ended missed", "1002 missed missed"]),
    ],
    ids=["internal", "inbound", "missed"],
)
def test_any_order_comes_to_the_same_end(
    steps: tuple[Step, ...], ends: list[str]
) -> None:
    """No event of a type comes twice, and nothing is left."""
    for order in permutations(steps):
        told = Told()
        told.tell(*order)
        told.settle(102)
        assert told.nothing_is_left()
        counted = Counter((e.number, e.type) for e in told.all_events)
        assert set(counted.values()) == {1}, order
        assert ends == sorted(
            f"{e.number} {e.type} {e.outcome}" for e in told.all_events if e.outcome
        ), order
        recorded = {e.call.talked for e in told.all_events if e.outcome}
        assert recorded == {None if "missed" in ends[-1] else 5}


@pytest.mark.parametrize("steps", [INTERNAL_CALL, INBOUND_CALL, MISSED_CALL])
def test_doubled_reports_change_nothing(steps: tuple[Step, ...]) -> None:
    """Each one twice, at once or all over again."""
    once, twice, again = Told(), Told(), Told()
    once.tell(*steps)
    twice.tell(*(step for step in steps for _ in range(2)))
    again.tell(*steps, *steps)
    assert twice.all_events == once.all_events
    assert again.all_events == once.all_events
    assert again.nothing_is_left()


@pytest.mark.parametrize("lost", range(len(INTERNAL_CALL)))
def test_any_lost_report_costs_no_end(lost: int) -> None:
    """Either goodbye or the record is enough."""
    told = Told()
    told.tell(*INTERNAL_CALL[:lost], *INTERNAL_CALL[lost + 1 :])
    told.settle(102)
    assert told.nothing_is_left()
    ends = [e.number for e in told.all_events if e.type is CallEventType.ENDED]
    assert sorted(ends) == ["1001", "1002"]


@pytest.mark.parametrize("cut", range(1, 3))
def test_record_alone_tells_all_of_a_call(cut: int) -> None:
    """Whichever goodbyes come without a beginning are passed over."""
    told = Told()
    assert sorted(told.tell(*INTERNAL_CALL[-cut:])) == [
        "1001 ended answered",
        "1002 ended answered",
    ]
    event = told.all_events[0]
    assert [p.number for p in event.call.parties] == ["1001", "1002"]
    assert (event.talked, event.call.duration) == (5, 9)
    assert told.nothing_is_left()


@pytest.mark.parametrize(
    ("record", "parties", "ends"),
    [
        (
            cdr("555", "1001", direction=INBOUND, trunk="SIP-142"),
            [("555", False, "SIP-142"), ("1001", True, None)],
            ["1001 ended answered"],
        ),
        (
            cdr("1001", "555", FAILED, OUTBOUND, trunk="SIP-142"),
            [("1001", True, None), ("555", False, "SIP-142")],
            ["1001 failed failed"],
        ),
        # The number of an extension here, dialing from elsewhere.
        (
            cdr("1001", "1001", MISSED, INBOUND),
            [("1001", False, None), ("1001", True, None)],
            ["1001 missed missed"],
        ),
        (cdr("1001", "6500"), [("1001", True, None)], ["1001 ended answered"]),
        (cdr("555", "6500", MISSED, INBOUND), [("555", False, None)], []),
        (cdr("555", "777", None, None, transfer=True), [], []),
    ],
)
def test_record_alone_tells_who_took_part(
    told: Told,
    record: Step,
    parties: list[tuple[str, bool, str | None]],
    ends: list[str],
) -> None:
    """Groups, menus and numbers that nobody knows are no parties."""
    assert told.tell(record) == ends
    call = next(told.ledger.ended_since(0)).picture
    assert [(p.number, p.extension, p.trunk) for p in call.parties] == parties
    assert told.nothing_is_left()


def test_late_ring_does_not_reopen_a_call(told: Told) -> None:
    """Not even of somebody new, once a goodbye was told."""
    told.tell(ring("1002"), bye("1001", "1002"), cdr("1001", "1002", MISSED))
    assert told.tell(ring("1002"), ring("1003"), answer("1002")) == []
    assert told.nothing_is_left()


def test_late_ring_does_not_take_an_answer_back(told: Told) -> None:
    """Nothing goes back."""
    told.tell(ring("1002"), answer("1002"))
    assert told.tell(ring("1002")) == []
    assert told.parties() == {"1001": TALKING, "1002": TALKING}


def test_goodbye_after_the_record_settles_at_once(told: Told) -> None:
    """Both are there, so nothing more can come."""
    told.tell(*INTERNAL_CALL[:3])
    assert told.tell(INTERNAL_CALL[-1]) == []
    assert len(told.tell(INTERNAL_CALL[-2])) == 2


def test_goodbye_names_who_was_not_known(told: Told) -> None:
    """They took part, too."""
    told.tell(CallReport("7.1", (ext("1002", RINGING, False),), INTERNAL))
    told.tell(bye("1001", "1002"))
    assert sorted(told.tell(cdr("1001", "1002", MISSED))) == [
        "1001 ended missed",
        "1002 missed missed",
    ]
    assert told.nothing_is_left()


def test_goodbye_that_names_nobody_ends_the_call(told: Told) -> None:
    """And nobody has ended it."""
    told.tell(ring("1002"), answer("1002"), bye())
    told.settle(102)
    assert told.all_events[-1].call.ended_by is None
    assert told.nothing_is_left()


def test_goodbye_of_a_call_that_a_poll_saw_ending(told: Told) -> None:
    """It says at last that it was missed."""
    told.tell(ring("1002"))
    call = told.ledger.find("7.1")
    assert call is not None
    told.ledger.put(close(call, told.now, None, SETTLE), told.now)
    told.tell(bye("1001", "1002"))
    assert sorted(told.settle(102)) == ["1001 ended missed", "1002 missed missed"]
