"""What the search has found: each once a fault of the switchboard, kept by name."""

from collections.abc import Sequence
from typing import Any

import pytest

from .board import Listening, live
from .steps import Day, Firmware, Step


def firmware(**chosen: Any) -> Firmware:
    """Return a PBX that reports no hold, and else tells most, but for what is chosen."""
    return Firmware(chosen={"report_hold": False, **chosen})


def hold(steps: Sequence[Step], of: Firmware) -> None:
    """Raise AssertionError with all that was wrong in a day."""
    wrong = live(Day(tuple(steps), of))
    assert not wrong, "\n".join(map(str, wrong))


UNREPORTED = firmware(ring_reports="api")
LOST = Step("lose")
UNSEEN_END = [Step("lose", 5), Step("hang_up"), Step("deliver")]


def lose(count: int) -> list[Step]:
    """Return the loss of so many reports."""
    return [LOST] * count


@pytest.mark.parametrize(
    ("steps", "firmware"),
    [
        pytest.param(
            [Step("call", 0, 1), *lose(3), Step("answer"), Step("inbound", 0, 0)],
            firmware(),
            id="an_answer_is_found_though_the_caller_has_a_second_call",
        ),
        pytest.param(
            [*lose(3), Step("call", 0, 1)],
            firmware(),
            id="a_call_known_by_its_alert_alone_is_the_one_found",
        ),
        pytest.param(
            [*lose(2), Step("outbound", 0, 0)],
            firmware(),
            id="a_call_to_the_outside_known_by_its_alert_alone_is_the_one_found",
        ),
        pytest.param(
            [
                Step("outbound", 0, 0),
                *UNSEEN_END,
                Step("outbound", 0, 0),
            ],
            firmware(),
            id="the_same_number_on_another_line_is_another_call",
        ),
        pytest.param(
            [LOST, Step("race"), Step("outbound", 0, 2), Step("inbound", 0, 2)],
            UNREPORTED,
            id="who_calls_back_meanwhile_is_on_another_line",
        ),
        pytest.param(
            [Step("talk", 1, 0), Step("transfer", 0, 2), Step("answer")],
            UNREPORTED,
            id="a_transfer_whose_ringing_is_not_reported_stays_one_call",
        ),
        pytest.param(
            [
                Step("talk", 1, 0),
                Step("transfer", 0, 2),
                Step("answer"),
                Step("transfer", 0, 0),
                Step("answer"),
            ],
            firmware(),
            id="a_call_that_is_passed_back_begins_another_part",
        ),
        pytest.param(
            [Step("to_group", 0), Step("reload"), *UNSEEN_END, Step("to_group", 1)],
            UNREPORTED,
            id="who_calls_now_is_not_in_the_call_in_which_they_rang",
        ),
        pytest.param(
            [
                Step("to_queue", 0),
                Step("reload"),
                Step("call", 1, 0),
                Step("call", 4, 0),
            ],
            firmware(),
            id="a_call_that_failed_busy_is_not_the_one_that_goes_on",
        ),
        pytest.param(
            [*lose(9), Step("to_group", 0), Step("reload"), Step("wait_long")],
            UNREPORTED,
            id="a_record_of_a_group_nobody_answered_for_ends_the_call_found",
        ),
        pytest.param(
            [Step("call", 0, 1), *UNSEEN_END, Step("dial", 0, 2)],
            firmware(),
            id="who_rings_is_not_alone_in_the_call_they_dialled",
        ),
        pytest.param(
            [
                Step("outbound", 0),
                Step("answer"),
                Step("transfer", 0, 1),
                Step("answer"),
                Step("transfer", 0, 0),
            ],
            firmware(),
            id="a_call_to_the_outside_comes_back_to_who_dialled",
        ),
        pytest.param(
            [
                Step("call", 3, 1),
                Step("answer"),
                Step("call", 3, 0),
                Step("transfer", 2, 2),
            ],
            firmware(),
            id="two_who_ring_for_one_caller_stay_in_two_calls",
        ),
        pytest.param(
            [Step("outbound", 1), *lose(2), Step("reload"), Step("to_ivr", 1)],
            firmware(),
            id="who_calls_an_ivr_has_left_no_call_to_the_outside",
        ),
        pytest.param(
            [LOST, Step("delay", 5), Step("talk", 0, 1), Step("race"), LOST],
            firmware(),
            id="a_call_found_before_its_reports_arrive_is_told_once",
        ),
        pytest.param(
            [LOST, Step("delay"), Step("to_ivr", 0), Step("cut"), Step("call", 0, 1)],
            firmware(),
            id="a_service_has_not_answered_a_call_that_still_rings",
        ),
        pytest.param(
            [Step("to_ivr", 1), Step("call", 0, 1)],
            firmware(),
            id="who_rings_beside_an_ivr_has_not_answered",
        ),
        pytest.param(
            [Step("talk", 0, 1), Step("reload"), Step("to_ivr", 0)],
            firmware(),
            id="who_talks_to_an_ivr_beside_a_call_found_has_two",
        ),
        pytest.param(
            [Step("lose", 5), Step("to_queue", 0), Step("poll"), Step("wait_long")],
            firmware(),
            id="a_queue_that_rings_again_goes_on_with_the_call_found",
        ),
        pytest.param(
            [Step("call", 1, 0), Step("talk", 3, 2), Step("inbound", 0, 2)],
            firmware(waiting_call_word="Ringing"),
            id="a_call_that_waits_does_not_swap_who_called",
        ),
        pytest.param(
            [
                Step("delay", 2),
                Step("to_group", 0),
                Step("poll"),
                Step("reject"),
            ],
            firmware(),
            id="a_late_ring_of_who_has_rejected_is_not_another",
        ),
        pytest.param(
            [
                Step("delay", 2),
                Step("to_group", 0),
                Step("poll"),
                Step("pick_up", 2),
            ],
            firmware(),
            id="a_late_ring_in_a_call_that_another_took_is_not_another",
        ),
        pytest.param(
            [Step("delay", 1), Step("outbound"), Step("restart"), Step("wait")],
            firmware(),
            id="a_late_ring_reopens_no_call_that_nobody_answered",
        ),
        pytest.param(
            [Step("delay", 2), Step("call", 0, 1), Step("reload"), Step("restart")],
            firmware(),
            id="reports_that_come_after_polls_saw_all_of_a_call_tell_it_again",
        ),
        pytest.param(
            [
                Step("call", 0, 2),
                Step("delay", 2),
                Step("to_queue", 1),
                Step("poll"),
                Step("reject", 0, 1),
            ],
            firmware(),
            id="a_late_ring_of_a_queue_that_waits_is_one_more_attempt",
        ),
        pytest.param(
            [
                Step("to_queue", 1),
                Step("delay", 3),
                Step("to_queue", 0),
                Step("answer"),
                Step("poll"),
            ],
            firmware(),
            id="a_late_end_and_ring_of_a_queue_are_one_more_attempt",
        ),
        pytest.param(
            [
                Step("talk", 0, 1),
                Step("lose", 5),
                Step("outbound", 1, 0),
                Step("transfer_out"),
            ],
            firmware(),
            id="two_who_are_in_calls_to_the_outside_are_not_in_their_first_call_any_more",
        ),
        pytest.param(
            [
                Step("call", 2, 1),
                Step("answer"),
                Step("call", 0, 1),
                LOST,
                Step("transfer"),
            ],
            firmware(transfer_cdr="once"),
            id="who_was_transferred_away_is_found_in_their_other_call_alone",
        ),
        pytest.param(
            [
                Step("outbound", 1),
                Step("answer"),
                Step("call", 0, 1),
                LOST,
                Step("transfer"),
            ],
            firmware(transfer_cdr="once"),
            id="who_names_no_line_any_more_is_in_no_call_to_the_outside",
        ),
        pytest.param(
            [
                Step("outbound", 1),
                Step("answer"),
                Step("inbound"),
                Step("transfer"),
                Step("reload"),
            ],
            firmware(),
            id="who_got_a_call_to_the_outside_beside_another_is_found_in_both",
        ),
        pytest.param(
            [
                LOST,
                LOST,
                Step("lose", 2),
                Step("delay"),
                Step("talk", 0, 2),
                Step("transfer", 0, 1),
            ],
            firmware(),
            id="a_late_answer_of_who_has_left_stops_nobody_ringing",
        ),
        pytest.param(
            [
                Step("call", 1, 4),
                Step("call", 0, 2),
                Step("answer", 0, 1),
                Step("wait_long"),
                LOST,
                Step("call", 0, 1),
            ],
            firmware(),
            id="who_talks_to_the_voicemail_was_not_transferred_to_who_calls_them",
        ),
        pytest.param(
            [Step("call", 0, 1), *lose(3), Step("answer"), Step("unregister")],
            firmware(),
            id="a_phone_that_rang_and_is_busy_has_answered_one_out_of_reach",
        ),
        pytest.param(
            [Step("dial", 0, 4), Step("wait_long"), Step("call", 0, 1)],
            UNREPORTED,
            id="who_talks_to_the_voicemail_and_calls_somebody_has_two_calls",
        ),
        pytest.param(
            [
                Step("call", 0, 1),
                Step("delay", 4),
                Step("wait_long"),
                Step("to_group"),
                Step("cut"),
            ],
            UNREPORTED,
            id="a_late_hang_up_of_two_seems_to_be_that_of_a_group_they_are_in",
        ),
        pytest.param(
            [
                Step("call", 0, 1),
                Step("lose", 1),
                Step("delay", 2),
                Step("wait_long"),
                Step("to_group"),
                Step("cut"),
            ],
            UNREPORTED,
            id="a_late_record_of_who_did_not_answer_is_not_that_of_a_group",
        ),
        pytest.param(
            [
                Step("to_queue", 0),
                LOST,
                Step("reject"),
                Step("to_group", 1),
                Step("unregister", 1),
            ],
            firmware(),
            id="who_is_called_by_one_out_of_reach_rings_in_no_other_call",
        ),
        pytest.param(
            [Step("setting", 5, 1), Step("dial", 1, 5)],
            Firmware(chosen={"ring_reports": "none"}),
            id="a_transfer_of_an_unknown_call_begins_it",
        ),
        pytest.param(
            [Step("talk", 5, 1), Step("transfer_out", 4, 3), Step("unregister", 5)],
            Firmware(chosen={"ring_reports": "api"}),
            id="who_is_out_of_reach_keeps_a_line_that_names_them",
        ),
        pytest.param(
            [
                Step("to_queue", 4, 5),
                Step("other_hangs_up", 4),
                Step("poll"),
                Step("inbound", 0, 2),
                Step("talk", 5, 2),
            ],
            Firmware(chosen={"ring_reports": "api"}),
            id="a_phone_that_rings_refuses_another_call_as_busy",
        ),
        pytest.param(
            [Step("talk", 4, 3), Step("transfer", 2, 0), Step("wait_long")],
            Firmware(chosen={"transfer_cdr": "once"}),
            id="who_rang_to_the_end_has_not_answered_a_call_passed_on",
        ),
        pytest.param(
            [Step("outbound", 4, 3), Step("answer", 3, 1), Step("transfer_out", 4, 1)],
            Firmware(chosen={"ring_reports": "api"}),
            id="a_line_passed_on_to_another_line_is_one_call",
        ),
        pytest.param(
            [
                Step("to_queue", 1, 2),
                Step("poll"),
                Step("unregister", 2),
                Step("wait_long"),
            ],
            Firmware(chosen={"ring_reports": "none"}),
            id="a_queue_goes_on_though_one_it_rang_is_out_of_reach",
        ),
        pytest.param(
            [
                Step("to_queue", 1, 4),
                Step("talk", 4, 1),
                Step("unregister", 4),
                Step("poll"),
                Step("register", 4),
            ],
            Firmware(chosen={"call_objects": "object"}),
            id="a_phone_that_names_one_of_its_calls_keeps_both",
        ),
        pytest.param(
            [Step("dial", 1, 2), Step("talk", 4, 1)],
            Firmware(chosen={"waiting_call_word": "Ringing"}),
            id="a_phone_that_rings_already_rings_for_another_call",
        ),
        pytest.param(
            [
                Step("outbound", 2, 2),
                Step("answer", 2, 3),
                Step("park", 4, 2),
                Step("to_queue", 1, 4),
            ],
            Firmware(chosen={"call_objects": "object"}),
            id="who_is_put_through_to_a_line_rings_no_more",
        ),
        pytest.param(
            [
                Step("inbound", 2, 3),
                Step("talk", 0, 5),
                Step("to_queue", 1, 2),
                Step("transfer", 1, 1),
                Step("wait_long"),
            ],
            Firmware({"transfer_cdr": "once", "ring_reports": "none"}, "legacy"),
            id="who_was_in_another_call_did_not_answer_what_was_passed_on",
        ),
        pytest.param(
            [Step("queue_inbound", 4, 4), Step("supervise", 1, 2), Step("call", 0, 1)],
            Firmware({"auto_answer_delay": 2.0}),
            id="a_phone_that_rang_before_its_call_is_in_another_one",
        ),
        pytest.param(
            [
                *(Step("outbound", 2, 1), Step("to_queue", 0, 2), Step("talk", 1, 2)),
                *(Step("to_ivr", 5, 5), Step("answer", 3, 4), Step("answer", 0, 1)),
                *(Step("hang_up_phone", 5, 4), Step("supervise", 5, 3)),
                *(Step("to_conference", 3, 1), Step("to_queue", 4, 5)),
                Step("transfer", 3, 5),
            ],
            Firmware(),
            id="who_supervises_is_rung_for_a_call_to_the_outside",
        ),
        pytest.param(
            [
                *(Step("to_queue", 3, 3), Step("queue_inbound", 1, 3)),
                *(Step("ivr_inbound", 5, 4), Step("call", 1, 0), Step("to_ivr", 4, 3)),
                *(Step("inbound", 0, 5), Step("reject", 2, 5), Step("answer", 1, 5)),
                *(Step("to_queue", 5, 4), Step("transfer", 0, 5)),
            ],
            Firmware(),
            id="who_waits_in_a_queue_is_rung_for_the_call_that_went_past_them",
        ),
        pytest.param(
            [Step("talk", 2, 0), Step("dial", 5, 0), Step("call", 0, 5)],
            Firmware({"ring_reports": "api", "ring_report_for_caller": True}),
            id="who_calls_a_phone_that_rings_for_its_own_dial_is_in_another_call",
        ),
        pytest.param(
            [
                Step("to_group", 4, 4),
                Step("poll"),
                Step("reject", 2, 0),
                Step("call", 1, 4),
            ],
            Firmware({"ring_reports": "api"}),
            id="who_stopped_ringing_and_dials_is_not_called_once_more",
        ),
        pytest.param(
            [
                Step("talk", 4, 1),
                Step("to_ivr", 4, 1),
                Step("unhold"),
                Step("unhold"),
                Step("hang_up", 5, 1),
                Step("dial", 4, 0),
            ],
            Firmware(),
            id="what_is_held_already_is_not_held_once_more",
        ),
    ],
)
def test_what_was_found_is_right(steps: Sequence[Step], firmware: Firmware) -> None:
    """Each was shrunk by the search of its time."""
    hold(steps, firmware)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(
            [Step("to_queue", 0), Step("to_queue", 1), Step("wait_long")],
            id="a_queue_that_rings_somebody_no_more_shows_in_their_status",
        ),
        pytest.param(
            [Step("to_queue", 0), Step("talk", 1, 2), Step("wait_long")],
            id="a_queue_rings_again_though_one_it_rang_took_another_call",
        ),
        pytest.param(
            [
                Step("to_queue", 0),
                Step("call", 1, 2),
                Step("wait_long"),
            ],
            id="a_queue_rings_again_though_one_it_rang_is_called_by_another",
        ),
        pytest.param(
            [
                Step("to_queue", 2),
                Step("talk", 0, 3),
                Step("wait_long"),
                Step("poll"),
                Step("hang_up", 0, 1),
            ],
            id="who_waits_in_a_queue_keeps_their_call_though_its_agent_talks",
        ),
        pytest.param(
            [Step("to_queue", 1), Step("call", 0, 2), Step("reject")],
            id="a_phone_that_rings_twice_and_rejects_once_looks_the_same",
        ),
        pytest.param(
            [Step("talk", 0, 4), Step("inbound", 0, 4), Step("wait_long")],
            id="the_voicemail_takes_a_call_of_who_talks_to_another",
        ),
        pytest.param(
            [Step("to_ivr", 1), Step("call", 0, 1), Step("poll"), Step("poll")],
            id="who_talks_to_an_ivr_and_is_called_has_not_answered",
        ),
        pytest.param(
            [
                Step("call", 0, 1),
                Step("call", 2, 1),
                Step("unregister", 0),
                Step("poll"),
            ],
            id="a_caller_out_of_reach_is_not_believed_to_call",
        ),
        pytest.param(
            [
                Step("call", 2, 1),
                Step("unregister", 1),
                Step("call", 0, 2),
                Step("poll"),
            ],
            id="who_dials_one_out_of_reach_has_not_answered_who_waits",
        ),
        pytest.param(
            [
                Step("talk", 0, 1),
                Step("unregister", 1),
                Step("poll"),
                Step("register", 1),
            ],
            id="who_talks_on_while_out_of_reach_has_one_part_in_the_call",
        ),
        pytest.param(
            [Step("to_queue", 2), Step("reject"), Step("call", 0, 2), Step("poll")],
            id="who_waits_in_a_queue_has_not_answered_who_calls_them",
        ),
        pytest.param(
            [Step("dial", 4, 0), Step("dial", 0, 4), Step("answer")],
            id="two_who_call_each_other_have_two_calls",
        ),
        pytest.param(
            [
                Step("to_queue", 2, 5),
                Step("unregister", 2),
                Step("unregister", 3),
                Step("poll"),
                Step("register", 2),
            ],
            id="a_call_whose_phones_are_out_of_reach_goes_on_as_it_was",
        ),
        pytest.param(
            [
                Step("talk", 0, 3),
                Step("hold", 0, 5),
                Step("talk", 3, 2),
                Step("transfer", 4, 5),
                Step("unhold", 1, 3),
                Step("wait_long"),
            ],
            id="a_phone_takes_no_call_back_by_dialling_another",
        ),
        pytest.param(
            [
                Step("talk", 0, 2),
                Step("call", 0, 1),
                Step("park", 4, 4),
                Step("poll"),
                Step("pick_up", 1),
                Step("fetch", 1, 1),
            ],
            id="who_fetches_a_call_is_in_it_though_a_poll_did_not_show_it",
        ),
    ],
)
def test_what_was_found_without_faults_is_right(steps: Sequence[Step]) -> None:
    """Nothing was lost, and hold is reported."""
    hold(steps, Firmware())


@pytest.mark.parametrize("late", [[], [Step("poll"), Step("wait"), Step("wait")]])
@pytest.mark.parametrize("end", ["wait_long", "reject"])
def test_an_end_that_a_poll_sees_before_it_is_reported_is_told_once(
    end: str, late: list[Step]
) -> None:
    """The call has no id yet, its record has."""
    steps = [Step("call", 0, 3), Step("poll"), Step("delay", 5), Step(end), *late]
    listening = Listening(Day(tuple(steps), UNREPORTED))
    assert not listening.live()
    told = [(event.number, event.type.value) for event, _ in listening.oracle.events]
    assert len(told) == len(set(told)) == 4


def test_a_call_handed_on_to_the_outside_twice_is_one_call() -> None:
    """Its two lines have a row each in the list."""
    steps = [Step("outbound"), Step("answer"), Step("transfer_out"), Step("poll")]
    listening = Listening(Day(tuple(steps), firmware()))
    assert not listening.live()
    assert len(listening.board.calls) == 1
