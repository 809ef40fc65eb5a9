"""The ledger: one way to change a call, one source of what is told of it."""

from dataclasses import FrozenInstanceError, replace

import pytest

from custom_components.pbx.client import CallEventType, CallOutcome
from custom_components.pbx.client.calls import steps
from custom_components.pbx.client.calls.ledger import (
    MAX_RECENT,
    SETTLE,
    Ledger,
    difference,
)

from .told import GONE, HELD, RINGING, TALKING, UNKNOWN, ext


def types(ledger: Ledger) -> list[tuple[str, CallEventType]]:
    """Return what was told since the last time."""
    return [(event.number, event.type) for event in ledger.drain().events]


def test_calls_and_legs_never_change() -> None:
    """Each step returns another value; the one before stays as it was."""
    ledger = Ledger()
    empty = ledger.begin("1", 100)
    call = steps.sit(empty, ext("1001", RINGING), 100)
    assert not empty.legs
    with pytest.raises(FrozenInstanceError):
        call.via = "6200"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        call.legs["1001"].told = True  # type: ignore[misc]


def test_step_that_changes_nothing_copies_nothing() -> None:
    """And what is put again as it is tells nothing."""
    ledger = Ledger()
    call = steps.sit(ledger.begin("1", 100), ext("1001", TALKING), 100)
    ledger.put(call, 100)
    ledger.drain()
    assert steps.sit(call, ext("1001", TALKING), 101) is call
    assert steps.set_state(call, "1001", TALKING, 101) is call
    assert steps.learn(call, None) is call
    ledger.put(call, 101)
    assert not any(ledger.drain())


def test_nothing_is_told_of_a_call_that_is_not_put() -> None:
    """Steps alone change nothing."""
    ledger = Ledger()
    steps.sit(ledger.begin("1", 100), ext("1001", RINGING), 100)
    assert not any(ledger.drain())
    assert ledger.of("1001") == []


def test_unknown_state_is_told_only_as_far_as_it_is_known() -> None:
    """That a party is connected, though not whether it is held."""
    ledger = Ledger()
    call = steps.sit(ledger.begin("1", 100), ext("1001", UNKNOWN), 100)
    ledger.put(call, 100)
    assert types(ledger) == []
    call = steps.answered(call, "1001", 101)
    ledger.put(call, 101)
    assert types(ledger) == [("1001", CallEventType.ANSWERED)]
    for state in (HELD, UNKNOWN, TALKING):
        call = steps.set_state(call, "1001", state, 102)
        ledger.put(call, 102)
        assert types(ledger) == []


def test_end_is_told_when_it_is_due() -> None:
    """Each one once, and to nobody outside."""
    ledger = Ledger()
    call = steps.sit(ledger.begin("1", 100), ext("1001", TALKING, True), 100)
    call = steps.sit(call, replace(ext("555", TALKING), extension=False), 100)
    ledger.put(call, 100)
    ledger.put(steps.close(call, 105, "1001", SETTLE), 105)
    ledger.drain()
    assert ledger.next_deadline == 107
    ledger.settle(106.9)
    assert types(ledger) == []
    for _ in range(2):
        ledger.settle(107)
    assert types(ledger) == [("1001", CallEventType.ENDED)]
    assert ledger.next_deadline is None


def test_another_part_is_the_end_of_the_old_one_and_a_beginning() -> None:
    """Even at the very same moment."""
    ledger = Ledger()
    before = steps.sit(ledger.begin("1", 100), ext("1001", TALKING), 100)
    after = steps.again(before, ext("1001", RINGING), 100)
    assert [
        (event.type, event.outcome) for event in difference(before, after, 100)
    ] == [
        (CallEventType.ENDED, CallOutcome.ANSWERED),
        (CallEventType.RINGING, None),
    ]


def test_silent_ledger_remembers_what_it_does_not_tell() -> None:
    """Nobody waits for an end that is not told."""
    ledger = Ledger()
    call = steps.sit(ledger.begin("1", 100), ext("1001", TALKING), 100)
    ledger.silent = True
    ledger.put(call, 100)
    ledger.put(steps.close(call, 101, None, ledger.wait), 101)
    drained = ledger.drain()
    assert (drained.events, drained.touched) == ([], {"1001"})
    assert ledger.last["1001"].type is CallEventType.ENDED
    assert ledger.next_deadline is None


def test_call_is_found_by_the_id_it_gets_later() -> None:
    """It stays the same call."""
    ledger = Ledger()
    call = steps.sit(ledger.begin(None, 100), ext("1001", TALKING), 100)
    ledger.put(call, 100)
    ledger.put(replace(call, id="7.1"), 101)
    found = ledger.find("7.1")
    assert found is not None
    assert found.key == call.key
    assert len(ledger.live) == 1
    ledger.put(steps.leave(found, "1001", 102, None), 102)
    assert ledger.of("1001") == []
    left = ledger.find("7.1")
    assert left is not None
    assert left.legs["1001"].state is GONE


def test_recent_call_gathers_the_ends_of_its_extensions() -> None:
    """One call that rang two phones is one, and the oldest make room."""
    ledger = Ledger(lambda number: number != "1003")
    call = ledger.begin("1", 100)
    for number in ("1001", "1002", "1003"):
        call = steps.sit(call, ext(number, RINGING), 100)
    ledger.put(call, 100)
    assert ledger.drain().changed == {call.key}
    ledger.put(steps.close(call, 105, None, 0), 105)
    drained = ledger.drain()
    assert (drained.changed, drained.listed) == ({call.key}, {call.key})
    assert [event.number for event in ledger.recent[call.key]] == ["1001", "1002"]
    for at in range(200, 200 + MAX_RECENT):
        other = steps.sit(ledger.begin(None, at), ext("1001", RINGING), at)
        ledger.put(other, at)
        ledger.put(steps.close(other, at + 1, None, 0), at + 1)
    assert call.key not in ledger.recent
    assert len(ledger.recent) == MAX_RECENT


def test_time_of_an_answer_that_was_seen_is_exact() -> None:
    """That of a conversation found in progress is not, and learned later it is."""
    ledger = Ledger()
    rings = steps.sit(ledger.begin("1", 100), ext("1001", RINGING), 100)
    assert steps.sit(rings, ext("1001", TALKING), 104).answered_exact
    found = steps.sit(ledger.begin("2", 100), ext("1001", TALKING), 100)
    assert not found.answered_exact
    told = steps.answered(found, "1001", 90)
    assert told.answered_exact
    assert told.legs["1001"].state_since == 90
    unknown = steps.sit(ledger.begin("3", 100), ext("1001", UNKNOWN), 100)
    assert not steps.sit(unknown, ext("1001", TALKING), 104).answered_exact


def test_state_of_a_party_has_its_own_time() -> None:
    """The time of the answer stays when the party is put on hold."""
    ledger = Ledger()
    call = steps.sit(ledger.begin("1", 100), ext("1001", RINGING), 100)
    call = steps.sit(call, ext("1001", TALKING), 104)
    held = steps.set_state(call, "1001", HELD, 150).legs["1001"]
    assert (held.since, held.answered_at, held.state_since) == (100, 104, 150)
    learned = steps.sit(call, ext("1001", TALKING, True), 160).legs["1001"]
    assert learned.state_since == 104
