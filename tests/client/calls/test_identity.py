"""Calls that a poll found before the PBX told their id."""

import pytest

from custom_components.pbx.client import CallOutcome, ExtensionStatus, PartyState
from custom_components.pbx.client.report import CallReport

from .told import (
    DIALING,
    HELD,
    INTERNAL,
    OUTBOUND,
    RINGING,
    TALKING,
    Step,
    Told,
    answer,
    bye,
    callee,
    cdr,
    ext,
    fail,
    ring,
    ring_in,
)

BUSY, REJECTED, FAILED = CallOutcome.BUSY, CallOutcome.REJECTED, CallOutcome.FAILED
MISSED, VOICEMAIL = CallOutcome.MISSED, CallOutcome.VOICEMAIL


def nameless(told: Told, *parties: tuple[str, PartyState, bool | None]) -> None:
    """Let a poll have found a call between extensions."""
    told.found(INTERNAL, *(ext(*party) for party in parties))


def test_found_call_gets_its_id_from_the_report(told: Told) -> None:
    """It is the same one: nothing is told twice."""
    nameless(told, ("1001", DIALING, True), ("1002", RINGING, False))
    assert told.of("1001")[0].id is None
    assert told.tell(ring("1002")) == []
    assert told.touched == {"1001", "1002"}
    assert told.of("1001")[0].id == "7.1"
    assert told.tell(answer("1002")) == ["1001 answered", "1002 answered"]
    told.tell(bye("1002", "1001"), cdr("1001", "1002"))
    assert told.nothing_is_left()


@pytest.mark.parametrize(
    "step",
    [
        bye("1002", "1001"),
        bye(ext("1002")),
        fail(REJECTED, ext("1002")),
        cdr("1001", "1002", MISSED),
    ],
)
def test_found_call_ends_by_any_report(told: Told, step: Step) -> None:
    """Even if that is the first one that is heard of it."""
    nameless(told, ("1001", DIALING, True), ("1002", RINGING, False))
    told.tell(step)
    assert len(told.settle(102)) == 2
    assert told.nothing_is_left()


@pytest.mark.parametrize("caller", ["1001", "1003"])
def test_record_tells_whose_call_failed_as_busy(told: Told, caller: str) -> None:
    """A phone that rings may refuse that call, or another one at once."""
    nameless(told, ("1001", DIALING, True), ("1002", RINGING, False))
    told.tell(fail(BUSY, ext("1002")))
    settled = told.tell(cdr(caller, "1002", BUSY))
    assert len(settled) == 2
    assert bool(told.live) is (caller != "1001")
    assert any(event.startswith(caller) for event in settled)


def test_found_call_with_the_outside_is_known_by_its_line(told: Told) -> None:
    """Or by its number; the extension may have changed meanwhile."""
    told.found(OUTBOUND, callee(TALKING))
    told.tell(CallReport("7.1", (callee(TALKING, "00555"),), OUTBOUND))
    assert told.live == ["7.1"]


def test_found_call_whose_end_waits_is_identified(told: Told) -> None:
    """What waits goes on waiting."""
    nameless(
        told,
        ("1001", TALKING, True),
        ("1002", TALKING, False),
        ("1003", RINGING, False),
    )
    told.status("1003", ExtensionStatus.IDLE, told.now)
    assert told.tell(answer("1002"), bye("1001", "1002")) == [
        "1003 ended answered_elsewhere"
    ]
    assert len(told.settle(102)) == 2
    assert told.nothing_is_left()


def test_report_of_one_who_talks_elsewhere_is_another_call(told: Told) -> None:
    """Who begins to dial or rings is not in the call that was found talking."""
    nameless(told, ("1001", TALKING, None), ("1002", TALKING, None))
    told.tell(CallReport("8.1", (ext("1001", DIALING, True),)))
    assert [call.id for call in told.of("1001")] == [None, "8.1"]


def test_report_that_could_mean_two_found_calls_means_neither(told: Told) -> None:
    """Guessing would mix them up; the next poll sorts it out."""
    nameless(told, ("1001", TALKING, None), ("1002", TALKING, None))
    nameless(told, ("1001", TALKING, None), ("1003", TALKING, None))
    told.tell(CallReport("7.1", (ext("1001", HELD),)))
    told.tell(cdr("1001", "1004", call_id="8.1"))
    assert [call.id for call in told.of("1001")] == [None, None, "7.1"]


def test_calls_are_listed_by_their_beginning(told: Told) -> None:
    """Also the one that got its id late."""
    nameless(told, ("1001", TALKING, True), ("1002", TALKING, False))
    told.tell(ring_in("1001", "8.1"), at=105)
    told.tell(answer("1002"), at=106)
    assert [call.id for call in told.of("1001")] == ["7.1", "8.1"]
