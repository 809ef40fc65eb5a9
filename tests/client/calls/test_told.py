"""Calls as the reports tell them: who takes part, what happens to each, how it ends."""

from dataclasses import replace

from custom_components.pbx.client import (
    Call,
    CallEventType,
    CallOutcome,
    ExtensionStatus,
)
from custom_components.pbx.client.report import CallReport

from .told import (
    DIALING,
    GONE,
    HELD,
    INBOUND,
    INTERNAL,
    OUTBOUND,
    RINGING,
    TALKING,
    UNKNOWN,
    Told,
    answer,
    answer_in,
    answer_out,
    answered,
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


# -- one call


def test_call_is_told_from_ring_to_record(told: Told) -> None:
    """Each thing once, with the call as it was then and who the other one is."""
    assert told.tell(ring("1002"), at=100) == ["1002 ringing", "1001 dialing"]
    assert told.touched == {"1001", "1002"}
    assert told.tell(answer("1002"), at=104) == ["1002 answered", "1001 answered"]
    assert told.tell(answered("1002"), at=104) == []
    assert told.tell(bye("1002", "1001"), bye("1001", "1002"), at=134) == []
    assert told.live == []
    record = cdr("1001", "1002", duration=34, talked=30)
    assert len(told.tell(record)) == 2
    assert told.nothing_is_left()

    ended = {e.number: e for e in told.all_events if e.type is CallEventType.ENDED}
    for number, other in (("1001", "1002"), ("1002", "1001")):
        event = ended[number]
        assert (event.rang, event.talked, event.at) == (4, 30, 134)
        assert event.party is not None
        assert event.party.number == other
        assert event.call == Call(
            "7.1",
            INTERNAL,
            (ext("1001", GONE, True), ext("1002", GONE, False)),
            100,
            answered_at=104,
            ended_at=134,
            ended_by="1002",
            outcome=CallOutcome.ANSWERED,
            duration=34,
            talked=30,
        )
        assert told.ledger.last[number] == event
    dialing = told.all_events[1]
    assert (dialing.party, dialing.at) == (ext("1002", RINGING, False), 100)
    assert (dialing.outcome, dialing.rang, dialing.talked) == (None, None, None)


def test_end_is_told_as_soon_as_the_record_comes(told: Told) -> None:
    """It has the durations; nothing waits after it."""
    told.tell(ring("1002"), answer("1002"))
    assert told.tell(bye("1001", "1002"), at=110) == []
    assert told.ledger.next_deadline == 112
    assert sorted(told.tell(cdr("1001", "1002"), at=110.5)) == [
        "1001 ended answered",
        "1002 ended answered",
    ]
    assert told.settle(120) == []
    assert told.nothing_is_left()


def test_end_is_told_without_a_record_after_two_seconds(told: Told) -> None:
    """A record that never comes must not hide the end."""
    told.tell(ring("1002"), answer("1002"), at=100)
    told.tell(bye("1001", "1002"), at=110)
    assert told.settle(111.9) == []
    assert len(told.settle(112)) == 2
    assert [event.talked for event in told.all_events[-2:]] == [10, 10]
    assert told.tell(cdr("1001", "1002", talked=10)) == []
    assert told.nothing_is_left()


def test_unanswered_call_is_missed_by_the_called(told: Told) -> None:
    """For who called it has just ended; both learn that nobody answered."""
    told.tell(ring("1002"), bye("1001", "1002"))
    assert sorted(told.tell(cdr("1001", "1002", MISSED))) == [
        "1001 ended missed",
        "1002 missed missed",
    ]
    assert [event.talked for event in told.all_events[-2:]] == [0, 0]


def test_call_from_outside(told: Told) -> None:
    """Trunk, caller and dialed number are known; who is outside gets no events."""
    assert told.tell(CallReport("7.1", (caller(DIALING),), INBOUND, "0301234")) == []
    assert told.tell(ring_in("1001")) == ["1001 ringing"]
    assert told.tell(answer_in("1001")) == ["1001 answered"]
    (call,) = told.of("1001")
    assert (call.direction, call.dialed, call.trunk) == (INBOUND, "0301234", "SIP-142")
    assert call.parties == (caller(TALKING), ext("1001", TALKING, False))
    told.tell(bye(caller(), "1001"))
    assert told.tell(cdr("555", "1001", direction=INBOUND)) == ["1001 ended answered"]
    assert told.all_events[-1].call.ended_by == "555"
    assert told.all_events[-1].party == replace(caller(), state=TALKING)


def test_hidden_caller_is_one_party(told: Told) -> None:
    """A blank number is a number, too, also in the record."""
    told.tell(ring_in("1001", number=""), answer_in("1001", number=""))
    assert told.parties() == {"": TALKING, "1001": TALKING}
    told.tell(bye("1001", caller(number="")), cdr("", "1001", direction=INBOUND))
    assert [party.number for party in told.all_events[-1].call.parties] == ["", "1001"]


def test_call_to_the_outside(told: Told) -> None:
    """The caller is the extension."""
    assert told.tell(ring_out("1001"), answer_out("1001")) == [
        "1001 dialing",
        "1001 answered",
    ]
    assert told.of("1001")[0].parties == (
        ext("1001", TALKING, True),
        callee(TALKING),
    )
    told.tell(bye("1001", callee()))
    assert told.tell(cdr("1001", "555", direction=OUTBOUND)) == ["1001 ended answered"]


def test_line_is_the_same_party_however_its_number_is_written(told: Told) -> None:
    """With and without the prefix that was dialed."""
    told.tell(ring_out("1001"))
    told.tell(
        CallReport(
            "7.1",
            (callee(TALKING, number="00555"), ext("1001", TALKING, True)),
            OUTBOUND,
        )
    )
    assert told.parties() == {"1001": TALKING, "555": TALKING}
    told.tell(bye("1001", callee(number="00555")))
    told.tell(cdr("1001", "+555", direction=OUTBOUND))
    assert len(told.all_events[-1].call.parties) == 2


def test_what_was_not_known_is_learned_later(told: Told) -> None:
    """The roles, the trunk, the line, the group; nothing of it is forgotten again."""
    told.tell(
        CallReport(
            "7.1",
            (ext("1002", RINGING), replace(caller(DIALING), trunk=None, leg=None)),
        )
    )
    told.tell(replace(ring_in("1002"), via="6200"))
    told.tell(CallReport("7.1", (ext("1002", TALKING), caller(TALKING))))
    (call,) = told.of("1002")
    assert call.parties == (caller(TALKING), ext("1002", TALKING, False))
    assert (call.direction, call.dialed, call.via) == (INBOUND, "0301234", "6200")


def test_phone_of_the_caller_rings_first_when_the_pbx_dials(told: Told) -> None:
    """It is called, and then it calls (section 3.9)."""
    assert told.tell(CallReport("7.1", (ext("1001", RINGING),))) == ["1001 ringing"]
    assert told.tell(ring("1002")) == ["1001 dialing", "1002 ringing"]
    assert told.tell(answer("1002")) == ["1001 answered", "1002 answered"]


def test_called_phone_does_not_dial(told: Told) -> None:
    """Whatever a report says of it."""
    told.tell(ring("1002"))
    assert told.tell(CallReport("7.1", (ext("1002", DIALING),))) == []
    assert told.parties()["1002"] is RINGING


def test_party_that_is_gone_has_left(told: Told) -> None:
    """Formats that tell all members say so (5.4); the others go on."""
    told.tell(ring_in("1001"), answer_in("1001"), ring_in("1002"), at=100)
    told.tell(CallReport("7.1", (ext("1001", GONE),)), at=105)
    assert told.parties() == {"555": TALKING, "1002": RINGING}
    assert told.settle(107) == ["1001 ended answered"]
    assert told.tell(CallReport("7.1", (ext("1003", GONE),))) == []
    assert told.parties() == {"555": TALKING, "1002": RINGING}


def test_outside_party_that_is_gone_wakes_nobody(told: Told) -> None:
    """Its end is never told, so nothing has to wait for it."""
    told.tell(ring_in("1001"), answer_in("1001"), ring_in("1002"))
    told.tell(CallReport("7.1", (ext("1002", GONE), caller(GONE))))
    told.settle(500)
    assert told.ledger.next_deadline is None


def test_hold_and_resume_may_be_reported(told: Told) -> None:
    """By formats that know them (5.4)."""
    told.tell(ring("1002"), answer("1002"))
    assert told.tell(CallReport("7.1", (ext("1002", HELD),))) == ["1002 held"]
    assert told.touched == {"1001", "1002"}
    assert told.of("1001")[0].held
    assert told.tell(CallReport("7.1", (ext("1002", TALKING),))) == ["1002 resumed"]
    assert not told.of("1001")[0].held


def test_call_on_hold_was_answered(told: Told) -> None:
    """Even if nobody told."""
    told.tell(ring("1002"), at=100)
    held = CallReport("7.1", (ext("1002", HELD),))
    assert told.tell(held, at=103) == ["1002 answered"]
    assert told.tell(CallReport("8.1", (ext("1003", HELD),))) == ["1003 answered"]
    told.tell(bye("1001", "1002"), at=109)
    assert "1002 ended answered" in told.settle(111)


def test_nothing_but_goodbyes_is_no_call(told: Told) -> None:
    """What ended before anybody knew of it."""
    assert told.tell(CallReport("7.1", (ext("1001", GONE), ext("1002", GONE)))) == []
    assert told.tell(bye("1001", "1002"), transfer("1001", "1002")) == []
    assert told.nothing_is_left()


def test_outside_number_like_that_of_an_extension_is_somebody_else(told: Told) -> None:
    """Two PBXs that are connected may both have an extension 1001."""
    told.tell(ring_in("1001", number="1001"), answer_in("1001", number="1001"))
    told.tell(CallReport("7.1", (caller(GONE, "1001"),)))
    assert [call.id for call in told.of("1001")] == ["7.1"]
    told.tell(bye("1001", caller(number="1001")))
    assert told.settle(102) == ["1001 ended answered"]
    assert told.nothing_is_left()


# -- more than one call


def test_two_calls_at_once_stay_two_calls(told: Told) -> None:
    """The second one ending keeps the first talking."""
    told.tell(ring("1002", call_id="7.1"), answer("1002", call_id="7.1"), at=100)
    assert told.tell(ring_in("1001", "8.1"), at=105) == ["1001 ringing"]
    assert told.tell(answer_in("1001", "8.1"), at=107) == [
        "1001 answered",
        "1001 held",
    ]
    assert [call.id for call in told.of("1001")] == ["7.1", "8.1"]
    told.tell(bye("1001", caller(leg="8.1"), call_id="8.1"), at=115)
    assert told.tell(cdr("555", "1001", direction=INBOUND, call_id="8.1")) == [
        "1001 ended answered"
    ]
    assert [call.id for call in told.of("1001")] == ["7.1"]
    # A phone talks in one call at a time; no report tells that it takes one back.
    assert told.parties() == {"1001": HELD, "1002": TALKING}


def test_call_waiting_that_gives_up_is_missed(told: Told) -> None:
    """By one who talks on."""
    told.tell(ring("1002"), answer("1002"), ring_in("1001", "8.1"))
    told.tell(bye(caller(leg="8.1"), "1001", call_id="8.1"))
    assert told.settle(200) == ["1001 missed missed"]
    assert [call.id for call in told.of("1001")] == ["7.1"]


# -- several phones


def test_others_of_a_group_learn_at_once_that_somebody_answered(told: Told) -> None:
    """They missed nothing."""
    told.tell(*(ring_in(number) for number in ("1001", "1002", "1003")))
    assert told.tell(answer_in("1002")) == [
        "1002 answered",
        "1001 ended answered_elsewhere",
        "1003 ended answered_elsewhere",
    ]
    assert told.parties() == {"555": TALKING, "1002": TALKING}
    assert told.of("1001") == []
    told.tell(bye("1002", caller()))
    assert told.tell(cdr("555", "1002", direction=INBOUND, via="6200")) == [
        "1002 ended answered"
    ]
    assert told.all_events[-1].call.via == "6200"
    assert told.nothing_is_left()


def test_group_that_nobody_answers_is_missed_by_all(told: Told) -> None:
    """The record may name the group instead of anybody."""
    told.tell(*(ring_in(number) for number in ("1001", "1002", "1003")))
    told.tell(bye(caller(), "1001"))
    assert told.tell(cdr("555", "6200", MISSED, INBOUND)) == [
        "1001 missed missed",
        "1002 missed missed",
        "1003 missed missed",
    ]
    assert told.nothing_is_left()


def test_answer_that_got_lost_shows_in_the_record(told: Told) -> None:
    """Who is named there answered, the others did not."""
    told.tell(ring_in("1001"), ring_in("1002"), bye("1002", caller()))
    assert sorted(told.tell(cdr("555", "1002", direction=INBOUND, talked=9))) == [
        "1001 ended answered_elsewhere",
        "1002 ended answered",
    ]
    assert {e.number: e.talked for e in told.all_events[-2:]} == {"1001": 0, "1002": 9}


def test_one_of_several_who_cannot_be_reached_ends_nothing(told: Told) -> None:
    """Their own part has failed; the call goes on at the others."""
    told.tell(ring_in("1001"), ring_in("1002"))
    told.tell(fail(BUSY, ext("1003")), fail(REJECTED, ext("1002"), caller()), at=105)
    assert told.parties() == {"555": DIALING, "1001": RINGING}
    assert sorted(told.settle(107)) == ["1002 ended rejected", "1003 missed busy"]
    assert told.tell(fail(BUSY, ext("1003"))) == []
    assert told.tell(answer_in("1001")) == ["1001 answered"]


def test_queue_rings_an_agent_again(told: Told) -> None:
    """Each time it rings is told, and that it was missed."""
    told.tell(ring_in("1001"))
    for _ in range(3):
        told.status("1001", ExtensionStatus.IDLE, told.now)
        assert told.tell(ring_in("1001")) == []  # the status says that it does not
        told.statuses["1001"] = ExtensionStatus.RINGING
        assert told.tell(ring_in("1001"))[-1] == "1001 ringing"
        assert told.tell(ring_in("1001")) == []
        del told.statuses["1001"]
    told.tell(bye(caller(), "1001"))
    assert told.settle(200) == ["1001 missed missed"]
    ends = [event for event in told.all_events if event.outcome]
    assert len(ends) == 4
    assert told.nothing_is_left()


# -- hold, as the status tells it


def test_hold_and_resume_show_in_the_status(told: Told) -> None:
    """No report of the S-Series tells them otherwise."""
    told.tell(ring("1002"), answer("1002"))
    told.status("1001", ExtensionStatus.ON_HOLD, 110)
    assert told.happened() == ["1001 held"]
    assert told.touched == {"1001", "1002"}
    assert told.parties() == {"1001": HELD, "1002": TALKING}
    told.status("1001", ExtensionStatus.ON_HOLD, 111)
    assert told.happened() == []
    told.status("1001", ExtensionStatus.BUSY, 120)
    assert told.happened() == ["1001 resumed"]
    told.status("1001", None, 130)
    told.status("1001", ExtensionStatus.IDLE, 130)
    assert told.parties() == {"1001": TALKING, "1002": TALKING}


def test_free_phone_has_stopped_ringing(told: Told) -> None:
    """No report of a group or queue tells so; how it ended shows at the end."""
    told.tell(ring_in("1001"), ring_in("1002"))
    told.status("1001", ExtensionStatus.IDLE, 110)
    assert told.happened() == []
    assert told.touched == {"1001", "1002"}
    assert told.parties() == {"555": DIALING, "1002": RINGING}
    assert told.ledger.next_deadline is None
    told.tell(answer_in("1002"), bye("1002", caller()), at=120)
    assert "1001 ended answered_elsewhere" in told.settle(200)


def test_phone_whose_status_is_told_before_the_answer_was_answered_elsewhere(
    told: Told,
) -> None:
    """Both are told of the same moment."""
    told.tell(ring_in("1001"), ring_in("1002"), at=100)
    told.status("1001", ExtensionStatus.IDLE, 110)
    assert told.tell(answer_in("1002"), at=110.5) == [
        "1002 answered",
        "1001 ended answered_elsewhere",
    ]


def test_answer_of_a_phone_that_rang_again_unreported(told: Told) -> None:
    """It is busy, and with nothing else; otherwise the answer comes late."""
    told.tell(ring_in("1001"), at=100)
    told.status("1001", ExtensionStatus.IDLE, 130)
    assert told.tell(answer_in("1001"), at=140) == []
    told.statuses["1001"] = ExtensionStatus.BUSY
    assert told.tell(answer_in("1001"), at=141) == [
        "1001 missed missed",
        "1001 answered",
    ]
    assert told.parties() == {"555": TALKING, "1001": TALKING}


def test_busy_with_another_call_takes_nothing_back(told: Told) -> None:
    """The call on hold stays on hold while a second one is dialed, rings or talks."""
    told.tell(ring("1002"), answer("1002"))
    told.status("1001", ExtensionStatus.ON_HOLD, 110)
    for step in (ring_in("1001", "8.1"), answer_in("1001", "8.1")):
        told.tell(step)
        told.status("1001", ExtensionStatus.BUSY, 115)
        assert told.parties()["1001"] is HELD
    assert told.happened() == []


def test_which_of_two_calls_is_taken_back_nobody_knows(told: Told) -> None:
    """Neither is told to be, and what is done in either is unknown."""
    told.tell(ring("1002"), answer("1002"), ring_in("1001", "8.1"))
    assert told.tell(answer_in("1001", "8.1")) == ["1001 answered", "1001 held"]
    told.status("1001", ExtensionStatus.ON_HOLD, 110)
    assert told.happened() == ["1001 held"]
    told.status("1001", ExtensionStatus.BUSY, 120)
    assert told.happened() == []
    assert told.parties()["1001"] is UNKNOWN
