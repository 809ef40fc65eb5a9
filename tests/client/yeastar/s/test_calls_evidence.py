"""Statuses and polls that decide what a report or a remembered call is about."""

import pytest

from custom_components.pbx.client import CallOutcome, ExtensionStatus
from custom_components.pbx.client.report import CallReport, ExtensionReport, Restarted
from custom_components.pbx.client.yeastar.s.v1.found import Ties
from tests.client.calls.polled import (
    BUSY,
    IDLE,
    OFFLINE,
    ON_HOLD,
    RINGS,
    Inside,
    Polled,
    coming,
    inside,
)
from tests.client.calls.told import (
    DIALING,
    HELD,
    INBOUND,
    INTERNAL,
    RINGING,
    TALKING,
    UNKNOWN,
    answer,
    answer_in,
    bye,
    callee,
    cdr,
    ext,
    fail,
    ring,
    ring_in,
    transfer,
)


@pytest.fixture
def told() -> Polled:
    """Return an empty table."""
    return Polled()


def served(calling: str, call_id: str = "8.1") -> CallReport:
    """Return ANSWERED of a call that a service of the PBX has answered."""
    return CallReport(call_id, (ext(calling, TALKING, True),), None)


# -- a party that comes back


def test_parked_call_is_fetched_by_its_transferor(told: Polled) -> None:
    """Take the phone's status as evidence that the answer is a new one."""
    told.tell(ring("1002"), answer("1002"), transfer("1002", "1001"))
    told.tell(served("1001", "7.1"), cdr("1001", "1002"))
    told.statuses["1002"] = BUSY
    assert told.tell(answer("1002"), at=103) == ["1002 answered"]
    assert told.parties() == {"1001": TALKING, "1002": TALKING}


def test_late_answer_does_not_bring_a_transferor_back(told: Polled) -> None:
    """Its phone is idle."""
    told.tell(ring("1002"), answer("1002"), transfer("1002", "1001"))
    told.statuses["1002"] = IDLE
    told.tell(answer("1002"))
    assert told.parties() == {"1001": TALKING}


def test_call_that_ended_unseen_rings_on(told: Polled) -> None:
    """A queue rings an agent again, and no other call explains the ringing phone."""
    told.tell(ring("1002"))
    told.read(e1001=OFFLINE, e1002=IDLE)
    told.settle(103)
    told.statuses["1002"] = RINGS
    assert "1002 ringing" in told.tell(ring("1002"), at=130)
    assert told.live == ["7.1"]


def test_late_ring_of_an_ended_call_is_not_believed(told: Polled) -> None:
    """The phone is idle, or rings in another call."""
    told.tell(ring("1002"))
    told.read(e1001=OFFLINE, e1002=IDLE)
    told.settle(103)
    assert told.tell(ring("1002"), at=130) == []
    told.tell(ring("1002", "1003", "8.1"))
    told.statuses["1002"] = RINGS
    assert told.tell(ring("1002"), at=131) == []
    assert told.live == ["8.1"]


# -- a service answers


def test_voicemail_answers_for_a_phone_that_another_call_rings(told: Polled) -> None:
    """Its status stays Ringing, so the answer alone shows that it stopped."""
    told.tell(ring("1002"), ring_in("1002", "8.1"))
    told.statuses["1002"] = RINGS
    told.tell(served("1001", "7.1"))
    assert told.parties() == {"1001": TALKING}
    assert told.parties("8.1") == {"555": DIALING, "1002": RINGING}


def test_callee_that_alone_rings_still_rings(told: Polled) -> None:
    """The answer may be late, or come before the status."""
    told.tell(ring("1002"))
    told.statuses["1002"] = RINGS
    told.tell(served("1001", "7.1"))
    assert told.parties() == {"1001": TALKING, "1002": RINGING}


def test_service_answers_a_call_without_an_id(told: Polled) -> None:
    """Its callee has another call, in which it is busy."""
    told.tell(served("1002", "8.1"))
    told.read(inside("1001", "1002"), e1001=BUSY, e1002=BUSY)
    told.statuses["1002"] = BUSY
    told.tell(served("1001", "7.1"))
    assert told.parties() == {"1001": TALKING}


# -- holds


@pytest.mark.parametrize(("status", "state"), [(BUSY, TALKING), (ON_HOLD, HELD)])
def test_one_call_of_two_is_left(
    told: Polled, status: ExtensionStatus, state: object
) -> None:
    """With one call the status of a phone tells what it does in it."""
    told.tell(served("1001", "7.1"), served("1001", "8.1"))
    told.status("1001", ON_HOLD, 101)
    told.status("1001", BUSY, 102)
    assert told.parties() == {"1001": UNKNOWN}
    told.tell(bye("1001", call_id="8.1"))
    told.status("1001", status, 103)
    assert told.parties() == {"1001": state}


def test_hold_that_comes_before_the_answer(told: Polled) -> None:
    """Reports may arrive in another order."""
    told.tell(ring("1002"))
    told.status("1001", ON_HOLD, 101)
    assert told.tell(answer("1002")) == [
        "1002 answered",
        "1001 answered",
        "1001 held",
    ]


def test_phone_that_dials_beside_a_connected_call_holds_it(told: Polled) -> None:
    """A phone has one voice, and a connected call does not ring again."""
    told.tell(ring("1001", "1003"), answer("1001", "1003"))
    found = inside("1001", "1002"), inside("1003", "1001")
    statuses = {"e1001": BUSY, "e1002": RINGS, "e1003": BUSY}
    assert "1001 held" in told.read(*found, **statuses)
    assert told.parties() == {"1003": TALKING, "1001": HELD}


def test_call_that_dials_is_not_the_one_on_hold(told: Polled) -> None:
    """Its end was lost: what is on hold has been answered."""
    told.tell(served("1001"), ring("1002"))
    told.read(e1001=ON_HOLD, e1002=IDLE)
    assert told.live == ["8.1"]


# -- ends


def test_idle_phone_is_in_no_call(told: Polled) -> None:
    """Also in none in which a poll could not tell what it does."""
    told.read(inside("1001", "1002"), coming("1002"), e1001=BUSY, e1002=RINGS)
    (call,) = [call for call in told.of("1002") if call.id is None]
    assert [party.state for party in call.parties if party.number == "1002"] == [
        UNKNOWN
    ]
    told.status("1002", IDLE, 101)
    assert told.of("1002") == []


def test_voicemail_of_a_call_that_was_passed_on_is_told(told: Polled) -> None:
    """The record alone names its owner, and the caller who was passed on."""
    line = callee(TALKING, "555", "7.2")
    told.tell(
        CallReport("7.1", (line, ext("1001", TALKING, True)), None),
        transfer(ext("1001", TALKING), line),
        cdr("1001", "555", direction=None),
    )
    told.settle(103)
    told.tell(bye(line))
    told.tell(cdr("555", "1002", CallOutcome.VOICEMAIL, None))
    (end,) = [event for event in told.all_events if event.number == "1002"]
    assert end.type == "missed"
    assert end.party is not None
    assert end.party.number == "555"


def test_callee_of_a_failure_told_after_the_end(told: Polled) -> None:
    """A poll had ended the call, which its caller alone was known to be in."""
    told.tell(CallReport("7.1", (ext("1001", RINGING),), None))
    told.read(e1001=IDLE)
    told.settle(103)
    told.tell(fail(CallOutcome.REJECTED, ext("1002")), cdr("1001", "1002", None))
    assert [e.outcome for e in told.all_events if e.number == "1002"] == ["rejected"]


# -- reports that are late, and lists that are damaged


def test_address_change_told_before_the_status_is_no_hang_up(told: Polled) -> None:
    """The phone rings in a call that was reported."""
    told.tell(ring("1002"))
    told.statuses["1002"] = IDLE
    report = ExtensionReport("1002", IDLE, registration=True)
    assert told.reader.hear(report, 101) is False
    assert told.parties() == {"1001": DIALING, "1002": RINGING}


def test_call_without_a_row_goes_on_while_a_phone_names_its_line(told: Polled) -> None:
    """The row may be damaged."""
    told.tell(ring_in("1001"), ring_in("1002"))
    on_line = {number: Ties(("7.1",)) for number in ("1001", "1002")}
    assert told.read(e1001=RINGS, e1002=RINGS, ties=on_line) == []
    assert told.parties() == {"555": DIALING, "1001": RINGING, "1002": RINGING}


def test_call_without_a_row_is_over_when_no_phone_names_its_line(told: Polled) -> None:
    """Break down what is not there."""
    told.tell(ring_in("1001"), answer_in("1001"))
    told.read(e1001=BUSY)
    assert told.live == []


def test_two_calls_found_again_without_lists(told: Polled) -> None:
    """A call inside without an id goes on beside one from outside of the same phone."""
    told.read(inside("1001", "1002"), e1001=BUSY, e1002=RINGS)
    told.tell(ring_in("1002"))
    told.read(e1001=BUSY, e1002=RINGS, asked="", calls=None)
    assert [call.direction for call in told.of("1002")] == [INTERNAL, INBOUND]
    assert told.settle(110) == []


def test_call_found_with_one_end_out_of_reach_is_shown(told: Polled) -> None:
    """The other end names it; what either does is unknown."""
    gone = Inside(("1001",), "1002")
    assert told.read(gone, e1001=BUSY, e1002=OFFLINE) == []
    (call,) = told.of("1001")
    assert {party.number: party.state for party in call.parties} == {
        "1001": UNKNOWN,
        "1002": UNKNOWN,
    }


def test_group_of_a_caller_out_of_reach_is_shown(told: Polled) -> None:
    """Each phone that rings names it."""
    gone = Inside(("1001",), "1003"), Inside(("1002",), "1003")
    statuses = {"e1001": RINGS, "e1002": RINGS, "e1003": OFFLINE}
    assert told.read(*gone, **statuses) == [
        "1003 dialing",
        "1001 ringing",
        "1002 ringing",
    ]
    assert len(told.live) == 1


# -- what is remembered beside a poll


def test_parked_call_is_not_lent_to_the_next_one(told: Polled) -> None:
    """The caller talks to the parking slot, and dials beside it."""
    told.tell(ring("1002"), answer("1002"), transfer("1002", "1001"))
    told.tell(served("1001", "7.1"))
    told.read(inside("1001", "1003"), e1001=BUSY, e1003=RINGS)
    assert sorted(str(call.id) for call in told.of("1001")) == ["7.1", "None"]


def test_waiting_phone_that_had_dialled_has_not_answered(told: Polled) -> None:
    """It waits in a queue, which no list shows; a free phone would have rung."""
    for number in ("1002", "1001"):
        told.statuses[number] = IDLE
        told.status(number, BUSY, 100)
    told.read(inside("1001", "1002"), e1001=BUSY, e1002=BUSY)
    (call,) = told.of("1001")
    assert call.answered_at is None


def test_phone_that_rang_and_is_busy_has_answered(told: Polled) -> None:
    """Neither report of the answer came."""
    told.statuses |= {"1001": IDLE, "1002": RINGS}
    for number in ("1001", "1002"):
        told.status(number, BUSY, 100)
    assert told.read(inside("1001", "1002"), e1001=BUSY, e1002=BUSY) == [
        "1001 answered",
        "1002 answered",
    ]


def test_call_of_two_lost_phones_is_the_same_when_one_is_back(told: Polled) -> None:
    """None of them was asked meanwhile, so the call only seemed to end."""
    told.tell(ring("1002"), answer("1002"))
    told.read(e1001=OFFLINE, e1002=OFFLINE)
    told.settle(103)
    told.read(Inside(("1001",), "1002"), e1001=BUSY, e1002=OFFLINE)
    assert told.parties() == {"1001": TALKING, "1002": TALKING}
    (call,) = told.of("1001")
    assert call.answered_at == 100


def test_transfer_rings_a_busy_phone_that_had_left_the_call(told: Polled) -> None:
    """Its status stays that of its other call."""
    told.tell(ring("1002"), ring("1003"), answer("1002"), ring("1004", "1003", "8.1"))
    told.tell(transfer("1002", "1001"))
    told.statuses["1003"] = BUSY
    assert told.tell(ring("1003")) == ["1003 ringing"]


def test_nothing_ends_when_no_phone_was_asked(told: Polled) -> None:
    """The lists of calls were damaged, and the caller's phone is out of reach."""
    told.tell(ring("1002"), ring("1003"))
    statuses = {"e1001": OFFLINE, "e1002": RINGS, "e1003": RINGS}
    assert told.read(asked="", calls=None, **statuses) == []
    assert told.parties() == {"1001": DIALING, "1002": RINGING, "1003": RINGING}


def test_call_that_a_restart_ended_does_not_ring_on(told: Polled) -> None:
    """A report of it is late, as the status that shows the ringing phone."""
    told.tell(ring("1002"))
    told.reader.tell(Restarted(), 101)
    told.read(e1001=IDLE, e1002=IDLE)
    told.settle(104)
    told.statuses["1002"] = RINGS
    assert told.tell(ring("1002"), at=105) == []
    assert told.live == []


def test_call_with_a_final_record_does_not_ring_on(told: Polled) -> None:
    """A busy callee is called no more."""
    told.tell(ring("1002"), cdr("1001", "1002", CallOutcome.BUSY))
    told.statuses["1002"] = RINGS
    assert told.tell(ring("1002"), at=101) == []
    assert told.live == []


def test_phone_in_a_call_that_rings_by_its_status_is_still_in_it(told: Polled) -> None:
    """Another call rings it, of which no report tells and which no list shows."""
    told.tell(ring("1002"), answer("1002"))
    told.statuses["1001"] = BUSY
    told.status("1001", RINGS, 101)
    assert told.read(inside("1001", "1002"), e1001=RINGS, e1002=BUSY) == []
    assert told.parties() == {"1001": TALKING, "1002": TALKING}
