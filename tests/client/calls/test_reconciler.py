"""A table of calls and a snapshot: what the poll found, and what it did not find."""

from dataclasses import replace

import pytest

from custom_components.pbx.client import ExtensionStatus, Party
from custom_components.pbx.client.yeastar.s.v1.found import Ties

from .polled import (
    BUSY,
    IDLE,
    OFFLINE,
    ON_HOLD,
    RINGS,
    STAFF,
    Polled,
    coming,
    going,
    inside,
    talk,
)
from .told import (
    DIALING,
    INBOUND,
    RINGING,
    TALKING,
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


@pytest.fixture
def told() -> Polled:
    """Return an empty table."""
    return Polled()


# -- calls that were reported


def test_reported_call_is_not_told_again(told: Polled) -> None:
    """The list knows it by its id, by its line, or by who is in it."""
    told.tell(ring_in("1001", "7.1"), answer_in("1001", "7.1"))
    told.tell(ring_out("1002", "8.1"), answer_out("1002", "8.1"))
    told.tell(ring("1004", "1003", "9.1"), answer("1004", "1003", "9.1"))
    busy = {f"e{number}": BUSY for number in STAFF}
    assert (
        told.read(
            coming("1001", answered=True),
            going("1002", answered=True),
            talk("1003", "1004"),
            **busy,
        )
        == []
    )
    assert told.live == ["7.1", "8.1", "9.1"]


def test_call_to_the_outside_is_known_by_its_number(told: Polled) -> None:
    """If a report did not tell the line."""
    unsaid = replace(callee(RINGING), leg=None)
    told.tell(replace(ring_out("1001"), parties=(unsaid, ext("1001", DIALING, True))))
    told.read(going("1001"), e1001=BUSY)
    assert told.live == ["7.1"]


def test_found_call_gets_its_id_from_the_next_poll(told: Polled) -> None:
    """A call between the outside and an extension that was found nameless."""
    told.found(None, caller(TALKING), ext("1001", TALKING, False))
    assert told.read(coming("1001", answered=True), e1001=BUSY) == []
    assert [call.id for call in told.of("1001")] == ["7.1"]


def test_second_call_with_the_same_outside_party_is_another_one(told: Polled) -> None:
    """The one that was dialed, and the one that comes back meanwhile."""
    told.read(going("1001"), e1001=BUSY)
    assert told.read(going("1001"), coming("1001"), e1001=BUSY) == ["1001 ringing"]
    assert len(told.of("1001")) == 2


def test_call_between_many_is_one_call(told: Polled) -> None:
    """It is found pair by pair: each pair is part of it, and nobody has left."""
    told.tell(ring("1002"), answer("1002"), answer("1003"))
    busy = {"e1001": BUSY, "e1002": BUSY, "e1003": BUSY}
    pairs = talk("1001", "1002"), talk("1001", "1003")
    for found in (pairs, pairs[::-1]):
        assert told.read(*found, **busy) == []
        assert told.live == ["7.1"]
        assert told.parties() == dict.fromkeys(("1001", "1002", "1003"), TALKING)


def test_call_that_is_passed_on_inside_stays_the_same(told: Polled) -> None:
    """Who is left alone in a call is found with somebody else."""
    told.tell(ring("1002"), answer("1002"), transfer("1002", "1001"))
    assert told.read(inside("1001", "1003"), e1001=BUSY, e1003=RINGS) == [
        "1003 ringing"
    ]
    assert told.parties() == {"1001": TALKING, "1003": RINGING}


def test_second_of_two_calls_between_the_same_is_the_one_that_is_found(
    told: Polled,
) -> None:
    """The first one has ended unseen."""
    told.tell(ring("1002"), answer("1002"), at=100)
    told.tell(ring("1002", call_id="8.1"), answer("1002", call_id="8.1"), at=110)
    told.read(talk("1001", "1002"), e1001=BUSY, e1002=BUSY)
    assert told.live == ["8.1"]


def test_lost_answer_is_found(told: Polled) -> None:
    """A poll knows nothing of roles, the table does."""
    told.tell(ring("1002"))
    assert told.read(talk("1001", "1002"), at=110, e1001=BUSY, e1002=BUSY) == [
        "1002 answered",
        "1001 answered",
    ]
    assert told.of("1001")[0].parties == (
        ext("1001", TALKING, True),
        ext("1002", TALKING, False),
    )


def test_lost_goodbye_is_found(told: Polled) -> None:
    """A call that no list shows has ended."""
    told.tell(ring_in("1001"), answer_in("1001"), ring("1003", "1002", "8.1"), at=100)
    told.read(at=160)
    assert told.live == []
    assert sorted(told.settle(162)) == [
        "1001 ended answered",
        "1002 ended",
        "1003 ended",
    ]


def test_answer_of_a_poll_does_not_go_back(told: Polled) -> None:
    """Who is put through to another stays connected."""
    told.tell(ring_in("1001"), answer_in("1001"), transfer("1001", caller(TALKING)))
    assert told.read(coming("1002"), e1002=RINGS) == ["1002 ringing"]
    assert told.parties() == {"555": TALKING, "1002": RINGING}


def test_transfer_that_was_not_reported(told: Polled) -> None:
    """One leaves, another comes; the call is the same."""
    told.tell(ring_in("1001"), answer_in("1001"))
    assert told.read(coming("1002"), e1002=RINGS) == ["1002 ringing"]
    assert told.settle(102) == ["1001 ended answered"]
    assert told.live == ["7.1"]


def test_transfer_inside_that_was_not_reported(told: Polled) -> None:
    """It cannot be told from a new call, but nobody keeps an old one."""
    told.tell(ring("1002"), answer("1002"))
    assert told.read(inside("1001", "1003"), e1001=BUSY, e1003=RINGS) == [
        "1001 dialing",
        "1003 ringing",
    ]
    assert len(told.of("1001")) == 1
    assert sorted(told.settle(102)) == ["1001 ended answered", "1002 ended answered"]


def test_call_to_the_outside_that_was_handed_on(told: Polled) -> None:
    """Who dialled has left; who is there instead was called."""
    told.tell(ring_out("1001"), answer_out("1001"))
    assert told.read(going("1002"), e1002=RINGS) == ["1002 ringing"]
    assert told.parties() == {"555": TALKING, "1002": RINGING}
    assert told.settle(102) == ["1001 ended answered"]


def test_who_dialled_and_left_does_not_come_back(told: Polled) -> None:
    """The list still names them, though they talk elsewhere by now."""
    told.tell(ring_out("1001"), answer_out("1001"), transfer("1001", callee(TALKING)))
    told.tell(ring_in("1001", "8.1"), answer_in("1001", "8.1"))
    found = going("1001", answered=True), coming("1001", answered=True, call_id="8.1")
    told.read(*found, ties={"1001": Ties(("8.1",))}, e1001=BUSY)
    assert [call.id for call in told.of("1001")] == ["8.1"]
    told.read(*found, e1001=BUSY)
    assert {call.id for call in told.of("1001")} == {"7.1", "8.1"}


def test_status_of_two_calls_says_nothing_of_one(told: Polled) -> None:
    """Busy with the first one, it rings for the second."""
    told.tell(ring("1002"), answer("1002"), ring("1001", "1003", "8.1"))
    busy = {"e1001": BUSY, "e1002": BUSY, "e1003": BUSY}
    assert told.read(talk("1001", "1002"), talk("1001", "1003"), **busy) == []
    assert told.parties("8.1") == {"1001": RINGING, "1003": DIALING}


def test_held_call_is_found_held(told: Polled) -> None:
    """The status says it of the one call there is."""
    told.tell(ring_in("1001"), answer_in("1001"))
    assert told.read(coming("1001", answered=True), e1001=ON_HOLD) == ["1001 held"]


def test_call_that_seemed_to_have_ended_goes_on(told: Polled) -> None:
    """Nothing was told of its end yet, so nothing is taken back."""
    told.tell(ring_in("1001"), answer_in("1001"), at=100)
    told.read(at=110)
    assert told.live == []
    assert told.read(coming("1001", answered=True), at=111, e1001=BUSY) == []
    assert told.parties() == {"555": TALKING, "1001": TALKING}
    assert told.of("1001")[0].answered_at == 100
    assert told.settle(500) == []
    told.tell(bye("1001", caller()), cdr("555", "1001", direction=INBOUND))
    assert told.nothing_is_left()


def test_call_that_was_told_to_have_ended_begins_anew(told: Polled) -> None:
    """Who is in it must be seen in it."""
    told.tell(ring_in("1001"), answer_in("1001"), at=100)
    told.read(at=110)
    assert told.settle(112) == ["1001 ended answered"]
    assert told.read(coming("1001", answered=True), at=120, e1001=BUSY) == [
        "1001 answered"
    ]
    assert told.parties() == {"555": TALKING, "1001": TALKING}


# -- what the list of extensions says


def test_who_is_free_by_now_is_in_no_call(told: Polled) -> None:
    """The list of extensions is read after the calls."""
    assert told.read(coming("1001"), inside("1002", "1003"), e1001=IDLE) == []
    assert told.of("1001") == told.of("1002") == []


@pytest.mark.parametrize("status", [OFFLINE, ExtensionStatus.FAULT])
def test_who_is_out_of_reach_is_in_the_call_that_a_row_names(
    told: Polled, status: ExtensionStatus
) -> None:
    """A phone that is lost ends no call."""
    assert told.read(coming("1001"), e1001=status) == ["1001 ringing"]


def test_unknown_word_is_no_proof_of_being_free(told: Polled) -> None:
    """An extension that does something nobody knows stays in its call."""
    assert told.read(coming("1001", answered=True), e1001=None) == ["1001 answered"]
    told.tell(ring("1003", "1002", "8.1"), answer("1003", "1002", "8.1"))
    told.read(coming("1001", answered=True), e1001=None, e1002=None, e1003=None)
    assert len(told.live) == 2


def test_extension_that_is_deleted_leaves_its_calls(told: Polled) -> None:
    """It is not listed any more."""
    told.tell(ring("1009", "1001", "8.1"), ring_in("1008"), answer_in("1008"))
    told.read(coming("1008", answered=True), e1001=IDLE)
    assert told.parties() == {"555": TALKING}
    assert sorted(told.settle(102)) == [
        "1001 ended",
        "1008 ended answered",
        "1009 ended",
    ]


def test_list_that_is_not_complete_proves_nobody_gone(told: Polled) -> None:
    """An extension whose item was damaged still has its call."""
    told.tell(ring("1009"), answer("1009"))
    assert told.read(talk("1001", "1009"), complete=False, e1001=BUSY) == []
    assert told.parties("7.1") == {"1001": TALKING, "1009": TALKING}


# -- calls that no list shows


def test_internal_call_of_two_who_are_busy_stays(told: Polled) -> None:
    """Unless they were asked, and did not tell of it."""
    told.tell(ring("1002"), answer("1002"))
    assert told.read(asked="", e1001=BUSY, e1002=BUSY) == []
    assert told.live
    told.read(e1001=BUSY, e1002=BUSY)
    assert told.live == []


def test_caller_alone_may_talk_to_the_voicemail(told: Polled) -> None:
    """The called one has stopped ringing; how that ended shows later."""
    told.tell(ring("1002"))
    assert told.read(e1001=BUSY) == []
    assert told.parties() == {"1001": DIALING}
    told.tell(bye(ext("1001")), at=130)
    assert sorted(told.settle(132)) == ["1001 ended missed", "1002 missed missed"]


def test_caller_alone_with_another_call_talks_in_that_one(told: Polled) -> None:
    """It explains why they are busy."""
    told.tell(ring("1002"), ring_in("1001", "8.1"), answer_in("1001", "8.1"))
    told.read(coming("1001", answered=True, call_id="8.1"), e1001=BUSY)
    assert told.live == ["8.1"]


def test_phone_that_rings_is_not_the_one_that_talked(told: Polled) -> None:
    """Alone in its call, it is called by somebody else now; unless it rang before."""
    told.tell(ring("1002"), ring("1003", "1004", "8.1"))
    told.read(asked="", e1001=RINGS, e1003=RINGS, e1004=BUSY)
    assert told.live == ["8.1"]
    assert told.parties("8.1") == {"1003": RINGING, "1004": DIALING}


def test_nobody_is_left_in_a_call_inside(told: Polled) -> None:
    """Then it has ended."""
    told.tell(ring("1002"), answer("1002"))
    told.read(calls=None)
    assert told.live == []


def test_pbx_without_lists_of_calls_ends_those_of_the_free(told: Polled) -> None:
    """And knows nothing of the others."""
    told.tell(ring_in("1001"), ring_in("1002", "8.1"))
    told.read(calls=None, e1002=RINGS)
    assert told.live == ["8.1"]


# -- reports that arrive while the snapshot is read


def test_report_under_way_is_newer_than_the_snapshot(told: Polled) -> None:
    """What it tells of stays, and what it does not, is no reason to end anything."""
    told.tell(ring_in("1001"), answer_in("1001"))
    assert told.read(coming("1001", "1002"), touched={"7.1"}, e1001=RINGS) == []
    assert told.parties() == {"555": TALKING, "1001": TALKING}
    assert told.read(touched={"7.1"}) == []
    assert told.read(touched={"1001"}) == []
    assert told.live


def test_call_that_ended_under_way_does_not_come_back(told: Polled) -> None:
    """The snapshot was read before."""
    told.tell(ring_in("1001"), answer_in("1001"), bye("1001", caller()))
    told.tell(ring("1003", "1002", "8.1"), bye("1002", "1003", call_id="8.1"))
    told.read(
        coming("1001", answered=True),
        inside("1002", "1003"),
        touched={"7.1", "8.1", "1001", "1002", "1003"},
        e1001=BUSY,
        e1002=BUSY,
        e1003=RINGS,
    )
    assert told.live == []


def test_found_call_that_another_report_touches_is_seen(told: Polled) -> None:
    """It is not taken over, but it has not ended either."""
    told.tell(ring_in("1001"))
    assert told.read(coming("1002", "1001"), touched={"1002"}, e1001=RINGS) == []
    assert told.parties() == {"555": DIALING, "1001": RINGING}


def test_any_snapshot_after_any_other_leaves_the_truth(told: Polled) -> None:
    """The same one again changes nothing more."""
    found = coming("1001", answered=True), talk("1002", "1003")
    statuses = {"e1001": BUSY, "e1002": BUSY, "e1003": BUSY}
    told.tell(ring("1002"), answer("1002"), ring_out("1003", "9.1"))
    told.read(*found, **statuses)
    pictures = {call.picture.parties for call in told.ledger.live.values()}
    assert told.read(*found, **statuses) == []
    assert pictures == {call.picture.parties for call in told.ledger.live.values()}
    assert {
        tuple(sorted(party.number for party in parties)) for parties in pictures
    } == {("1001", "555"), ("1002", "1003")}
    assert all(isinstance(p, Party) for parties in pictures for p in parties)
