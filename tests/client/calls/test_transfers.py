"""Calls that are handed on, forwarded, or transferred without a word."""

from custom_components.pbx.client import CallEventType, CallOutcome, ExtensionStatus
from custom_components.pbx.client.report import CallReport

from .told import (
    DIALING,
    INBOUND,
    OUTBOUND,
    RINGING,
    TALKING,
    Told,
    answer,
    answer_in,
    answer_out,
    bye,
    callee,
    caller,
    cdr,
    ext,
    ring,
    ring_in,
    ring_out,
    transfer,
)

BUSY, REJECTED, FAILED = CallOutcome.BUSY, CallOutcome.REJECTED, CallOutcome.FAILED
MISSED, VOICEMAIL = CallOutcome.MISSED, CallOutcome.VOICEMAIL


def test_transfer_ends_the_part_of_who_leaves(told: Told) -> None:
    """The call goes on; the record of the first part ends nothing else."""
    told.tell(ring_in("1001"), at=100)
    told.tell(answer_in("1001"), at=105)
    assert told.tell(transfer("1001", caller(TALKING)), at=125) == []
    assert told.tell(cdr("555", "1001", direction=INBOUND, talked=20)) == [
        "1001 ended answered"
    ]
    assert told.all_events[-1].talked == 20
    assert told.all_events[-1].party == caller(TALKING)
    assert told.tell(ring_in("1002"), at=126) == ["1002 ringing"]
    assert told.tell(answer_in("1002"), at=130) == ["1002 answered"]
    told.tell(bye("1002", caller()), at=140)
    final = cdr("555", "1002", direction=None, transfer=True, talked=10)
    assert told.tell(final) == ["1002 ended answered"]
    assert told.nothing_is_left()


def test_end_of_who_leaves_does_not_wait_for_a_record(told: Told) -> None:
    """Some firmware writes one for all parts."""
    told.tell(ring_in("1001"), answer_in("1001"), transfer("1001", caller(TALKING)))
    told.tell(ring_in("1002"), answer_in("1002"))
    assert told.settle(102) == ["1001 ended answered"]
    assert told.tell(cdr("555", "1002", direction=INBOUND), at=130) == []
    assert told.live == []
    assert told.settle(132) == ["1002 ended answered"]
    assert told.nothing_is_left()


def test_caller_may_be_the_one_who_leaves(told: Told) -> None:
    """Who comes instead was called, even if the other one is reached through a trunk."""
    told.tell(ring_out("1001"), answer_out("1001"), transfer("1001", callee(TALKING)))
    told.tell(cdr("1001", "555", direction=OUTBOUND))
    newcomer = CallReport(
        "7.1", (ext("1003", DIALING, True), callee(RINGING)), OUTBOUND
    )
    assert told.tell(newcomer) == ["1003 ringing"]
    assert told.parties() == {"555": TALKING, "1003": RINGING}
    told.tell(bye("1003", callee()))
    assert told.tell(cdr("555", "1003", MISSED, None, transfer=True)) == [
        "1003 missed missed"
    ]
    assert told.all_events[-1].party == callee(TALKING)


def test_transfer_between_extensions_keeps_who_stays(told: Told) -> None:
    """Talking times of both parts add up."""
    told.tell(ring("1002"), answer("1002"), at=100)
    told.tell(transfer("1002", "1001"), cdr("1001", "1002", talked=20), at=120)
    told.tell(ring("1003"), answer("1003"), at=125)
    told.tell(bye("1001", "1003"), at=135)
    told.tell(cdr("1001", "1003", direction=None, transfer=True, talked=10))
    ended = {e.number: e for e in told.all_events if e.type is CallEventType.ENDED}
    assert {number: e.talked for number, e in ended.items()} == {
        "1001": 30,
        "1002": 20,
        "1003": 10,
    }
    assert ended["1001"].party == ext("1003", TALKING, False)
    assert ended["1003"].party == ext("1001", TALKING, True)


def test_doubled_transfer_counts_once(told: Told) -> None:
    """The last record still ends the call when the goodbye got lost."""
    told.tell(ring_in("1001"), answer_in("1001"))
    told.tell(*[transfer("1001", caller(TALKING))] * 2)
    told.tell(*[cdr("555", "1001", direction=INBOUND)] * 2)
    told.tell(ring_in("1002"), answer_in("1002"))
    assert told.live
    told.tell(cdr("555", "1002", direction=None, transfer=True), at=150)
    assert told.settle(152) == ["1002 ended answered"]
    assert told.nothing_is_left()


def test_goodbye_of_who_has_left_ends_nothing(told: Told) -> None:
    """They hang up after the transfer."""
    told.tell(ring_in("1001"), answer_in("1001"), transfer("1001", caller(TALKING)))
    told.tell(ring_in("1002"), bye("1001", caller()))
    assert told.parties() == {"555": TALKING, "1002": RINGING}


def test_transfer_by_api_is_not_reported(told: Told) -> None:
    """A record without a goodbye, and then the call reaches somebody new (3.9)."""
    told.tell(ring_in("1001"), answer_in("1001"), at=100)
    assert told.tell(cdr("555", "1001", direction=INBOUND, talked=9), at=110) == []
    assert told.tell(ring_in("1002"), at=110.1) == ["1002 ringing"]
    assert told.parties() == {"555": TALKING, "1002": RINGING}
    assert told.settle(112) == ["1001 ended answered"]
    told.tell(answer_in("1002"), bye("1002", caller()), at=120)
    assert told.tell(cdr("555", "1002", direction=None, transfer=True)) == [
        "1002 ended answered"
    ]
    assert told.nothing_is_left()


def test_who_stays_in_a_call_transferred_by_api_is_told_nothing_twice(
    told: Told,
) -> None:
    """An extension that seemed to have left with the first part."""
    told.tell(ring("1002"), answer("1002"), cdr("1001", "1002"), at=100)
    assert told.of("1001") == []
    assert told.tell(ring("1003"), at=101) == ["1003 ringing"]
    assert told.parties() == {"1001": TALKING, "1003": RINGING}
    assert told.of("1001")[0].answered_at == 100
    assert told.settle(102) == ["1002 ended answered"]
    told.tell(bye("1001", "1003"), at=103)
    assert sorted(told.settle(105)) == ["1001 ended answered", "1003 missed missed"]


def test_report_that_comes_after_the_ends_were_told_reopens_nothing(told: Told) -> None:
    """It may be late; if the call goes on, a poll finds it."""
    told.tell(ring("1002"), answer("1002"), cdr("1001", "1002"), at=100)
    assert len(told.settle(102)) == 2
    assert told.tell(ring("1003"), at=103) == []
    assert told.nothing_is_left()


def test_forwarding_hands_the_call_on_before_it_was_answered(told: Told) -> None:
    """It is reported as a transfer (5.3); how it ended shows at the end."""
    told.tell(ring("1002"), at=100)
    assert told.tell(transfer("1002", "1001"), at=120) == []
    assert told.tell(ring("1003"), at=120) == ["1003 ringing"]
    assert told.parties() == {"1001": DIALING, "1003": RINGING}
    assert told.settle(130) == []
    told.tell(answer("1003"), bye("1001", "1003"), at=140)
    assert sorted(told.tell(cdr("1001", "1003"))) == [
        "1001 ended answered",
        "1002 ended answered_elsewhere",
        "1003 ended answered",
    ]


def test_forwarded_part_may_have_a_record(told: Told) -> None:
    """It tells how that part ended, and does not end the call."""
    told.tell(ring("1002"), transfer("1002", "1001"), ring("1003"))
    assert told.tell(cdr("1001", "1002", MISSED)) == ["1002 missed missed"]
    assert told.parties() == {"1001": DIALING, "1003": RINGING}


def test_forwarding_of_all_calls_is_told_before_anything_else(told: Told) -> None:
    """The extension never rang, so it had no part."""
    told.tell(CallReport("7.1", (caller(DIALING),), INBOUND))
    assert told.tell(transfer("1001", caller(TALKING))) == []
    assert told.parties() == {"555": DIALING}
    told.tell(transfer("1001", ext("1004", TALKING)))
    assert told.parties() == {"555": DIALING, "1004": RINGING}


def test_call_that_comes_back_to_who_transferred_it(told: Told) -> None:
    """A second part begins where the first has ended; its record ends the call."""
    told.tell(ring_in("1001"), answer_in("1001"), at=100)
    told.tell(transfer("1001", caller(TALKING)), at=109)
    told.statuses["1001"] = ExtensionStatus.RINGING
    assert told.tell(ring_in("1001"), answer_in("1001"), at=110) == [
        "1001 ended answered",
        "1001 ringing",
        "1001 answered",
    ]
    told.tell(cdr("555", "1001", direction=None, transfer=True), at=120)
    assert told.settle(122) == ["1001 ended answered"]
    assert told.nothing_is_left()


def test_outside_party_may_hand_a_call_on(told: Told) -> None:
    """No record of a part is expected for it."""
    told.tell(ring_in("1001"), answer_in("1001"), transfer(caller(TALKING), "1001"))
    assert told.parties() == {"1001": TALKING}
    told.tell(cdr("555", "1001", direction=INBOUND))
    assert told.live == []
