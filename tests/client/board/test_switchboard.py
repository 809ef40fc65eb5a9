"""The one picture of a PBX: what a snapshot changes in it."""

from dataclasses import replace
from unittest.mock import patch

from hypothesis import given, strategies as st
import pytest

from custom_components.pbx.client import (
    Extension,
    ExtensionStatus,
    Snapshot,
    Switchboard,
)
from custom_components.pbx.client.board.roster import Roster

from .switchboards import ANNA, BRUNO, changes, read


def test_first_snapshot_adds_everything() -> None:
    """Before it there is nothing."""
    board = Switchboard()
    assert not board.known

    assert board.reconcile(read(ANNA, BRUNO)) == changes(added="1001 1002")
    assert board.extensions == {"1001": ANNA, "1002": BRUNO}
    assert board.present("1001")
    assert board.known


def test_same_snapshot_changes_nothing() -> None:
    """Equal values are equal, whoever made them."""
    board = Switchboard()
    board.reconcile(read(ANNA, BRUNO))
    assert board.reconcile(read(replace(ANNA), replace(BRUNO))) == changes()


def test_same_snapshot_is_passed_over_once() -> None:
    """A poll that finds nothing new looks for nothing that is missing."""
    board = Switchboard()
    board.reconcile(read(ANNA, BRUNO))
    with patch.object(Roster, "_miss") as miss:
        board.reconcile(read(ANNA, BRUNO))
    miss.assert_not_called()


def test_each_field_counts_as_a_change() -> None:
    """Status, name, type and port are all somebody's state."""
    board = Switchboard()
    extension = ANNA
    board.reconcile(read(extension, BRUNO))
    for field in (
        {"status": None},
        {"name": "Anna B."},
        {"type": "FXS"},
        {"port": "Span1-Port1"},
    ):
        extension = replace(extension, **field)
        found = board.reconcile(read(extension, BRUNO))
        assert found.changed == {"1001"}
        assert found.unreported == ({"1001"} if "status" in field else set())
        assert board.extensions["1001"] == extension


def test_missing_once_is_absent_and_missing_twice_is_gone() -> None:
    """One poll may catch the PBX in the middle of something."""
    board = Switchboard()
    board.reconcile(read(ANNA, BRUNO))

    assert board.reconcile(read(ANNA)) == changes(changed="1002", presence="1002")
    assert not board.present("1002")
    assert board.extensions["1002"] == BRUNO

    assert board.reconcile(read(ANNA)) == changes(removed="1002")
    assert "1002" not in board.extensions
    assert not board.present("1002")

    assert board.reconcile(read(ANNA)) == changes()


def test_incomplete_snapshot_proves_nothing_by_what_it_lacks() -> None:
    """Neither absence nor removal follows from it; what it says still counts."""
    board = Switchboard()
    board.reconcile(read(ANNA, BRUNO))
    busy = replace(ANNA, status=ExtensionStatus.BUSY)
    for _ in range(3):
        board.reconcile(read(busy, complete=False))
    assert board.present("1002")
    assert board.extensions == {"1001": busy, "1002": BRUNO}


def test_incomplete_snapshot_between_does_not_remove() -> None:
    """Missing, then unclear, then missing: gone only now."""
    board = Switchboard()
    board.reconcile(read(ANNA, BRUNO))
    board.reconcile(read(ANNA))
    assert board.reconcile(read(ANNA, complete=False)) == changes()
    assert not board.present("1002")
    assert board.reconcile(read(ANNA)) == changes(removed="1002")


def test_reappearing_is_a_change_even_with_the_same_value() -> None:
    """Its entities were not available in between."""
    board = Switchboard()
    board.reconcile(read(ANNA, BRUNO))
    board.reconcile(read(ANNA))
    assert board.reconcile(read(ANNA, BRUNO)) == changes(
        changed="1002", presence="1002"
    )
    assert board.present("1002")


def test_reappearing_starts_the_count_of_misses_anew() -> None:
    """Two misses that are not in a row remove nothing."""
    board = Switchboard()
    board.reconcile(read(ANNA, BRUNO))
    for _ in range(3):
        assert board.reconcile(read(ANNA)) == changes(changed="1002", presence="1002")
        assert board.reconcile(read(ANNA, BRUNO)) == changes(
            changed="1002", presence="1002"
        )


def test_incomplete_snapshot_brings_back_what_it_lists() -> None:
    """What it does say is true."""
    board = Switchboard()
    board.reconcile(read(ANNA, BRUNO))
    board.reconcile(read(ANNA))
    assert board.reconcile(read(BRUNO, complete=False)) == changes(
        changed="1002", presence="1002"
    )
    assert board.present("1002")


def test_removed_extension_that_returns_is_new() -> None:
    """Nothing of it was kept."""
    board = Switchboard()
    board.reconcile(read(ANNA, BRUNO))
    board.reconcile(read(ANNA))
    board.reconcile(read(ANNA))
    assert board.reconcile(read(ANNA, BRUNO)) == changes(added="1002")


def test_extension_known_from_before_is_added_when_listed() -> None:
    """It has a device, but no value yet."""
    board = Switchboard(["1001"])
    assert board.known
    assert not board.present("1001")
    assert board.extensions == {}
    assert board.reconcile(read(ANNA)) == changes(added="1001")
    assert board.present("1001")


def test_extension_known_from_before_is_removed_after_two_misses() -> None:
    """It was deleted while nobody looked; there is no value to change."""
    board = Switchboard(["1001", "1002"])
    assert board.reconcile(read(ANNA)) == changes(added="1001")
    assert board.reconcile(read(ANNA, complete=False)) == changes()
    assert board.reconcile(read(ANNA)) == changes(removed="1002")


def test_extension_known_from_before_is_added_after_one_miss() -> None:
    """Late is not never."""
    board = Switchboard(["1001", "1002"])
    board.reconcile(read(ANNA))
    assert board.reconcile(read(ANNA, BRUNO)) == changes(added="1002")


def test_one_comes_as_another_goes() -> None:
    """The number of extensions is no proof that they are the same."""
    board = Switchboard()
    board.reconcile(read(ANNA))
    assert board.reconcile(read(BRUNO)) == changes(
        added="1002", changed="1001", presence="1001"
    )
    assert board.reconcile(read(BRUNO)) == changes(removed="1001")


def test_empty_snapshots_empty_the_table() -> None:
    """Whether to believe an empty list is decided elsewhere."""
    board = Switchboard()
    board.reconcile(read(ANNA, BRUNO))
    assert board.reconcile(read()) == changes(changed="1001 1002", presence="1001 1002")
    assert board.reconcile(read()) == changes(removed="1001 1002")
    assert not board.known


def test_counts_follow_status_and_presence() -> None:
    """Only what is listed counts; an unknown status is neither."""
    board = Switchboard()
    board.reconcile(read(ANNA, BRUNO))
    assert (board.registered_count, board.in_use_count) == (2, 1)

    board.reconcile(read(ANNA, replace(BRUNO, status=ExtensionStatus.OFFLINE)))
    assert (board.registered_count, board.in_use_count) == (1, 0)

    board.reconcile(read(replace(ANNA, status=None), BRUNO))
    assert (board.registered_count, board.in_use_count) == (1, 1)

    board.reconcile(read(replace(ANNA, status=None)))
    assert (board.registered_count, board.in_use_count) == (0, 0)

    board.reconcile(read(ANNA, BRUNO))
    assert (board.registered_count, board.in_use_count) == (2, 1)


def test_forgotten_extension_is_new_when_it_returns() -> None:
    """Somebody removed its device while it was missing."""
    board = Switchboard(["1003"])
    board.reconcile(read(ANNA, BRUNO))
    board.reconcile(read(ANNA))
    board.forget("1002")
    board.forget("1003")
    board.forget("nobody")
    assert board.extensions == {"1001": ANNA}
    assert (board.registered_count, board.in_use_count) == (1, 0)
    assert board.reconcile(read(ANNA)) == changes()
    assert board.reconcile(read(ANNA, BRUNO)) == changes(added="1002")
    assert (board.registered_count, board.in_use_count) == (2, 1)


def test_present_extension_cannot_be_forgotten() -> None:
    """The next snapshot would bring it back."""
    board = Switchboard()
    board.reconcile(read(ANNA))
    with pytest.raises(ValueError):
        board.forget("1001")
    assert board.extensions == {"1001": ANNA}


NUMBERS = ("001", "01", "1", "2", "3")
extension_values = st.builds(
    Extension,
    number=st.just(""),
    name=st.sampled_from(["Anna", ""]),
    status=st.sampled_from([None, *ExtensionStatus]),
)
snapshots = st.builds(
    lambda values, complete: read(
        *(replace(value, number=number) for number, value in values.items()),
        complete=complete,
    ),
    st.dictionaries(st.sampled_from(NUMBERS), extension_values),
    st.booleans(),
)


@given(st.sets(st.sampled_from(NUMBERS)), st.lists(snapshots, max_size=12))
def test_any_history_keeps_the_promises(
    known: set[str], history: list[Snapshot]
) -> None:
    """Compare with the rules, written down the slow way."""
    board = Switchboard(known)
    table: dict[str, Extension] = {}
    misses = dict.fromkeys(known, 0)
    for snapshot in history:
        before = {number: (table[number], board.present(number)) for number in table}
        listed = {extension.number: extension for extension in snapshot.extensions}
        added = listed.keys() - table.keys()
        table |= listed
        for number in [*misses, *table]:
            if number in listed:
                misses[number] = 0
            elif snapshot.complete:
                misses.setdefault(number, 0)
        removed = set()
        if snapshot.complete:
            for number in misses.keys() - listed.keys():
                misses[number] += 1
                if misses[number] == 2:
                    removed.add(number)
                    del misses[number]
                    table.pop(number, None)

        result = board.reconcile(snapshot)

        present = {number for number in table if not misses.get(number)}
        assert result.added == added
        assert result.removed == removed
        assert result.changed == {
            number
            for number, value in before.items()
            if number in table and value != (table[number], number in present)
        }
        assert board.extensions == table
        assert {number for number in NUMBERS if board.present(number)} == present
        assert board.known == bool(table or misses)
        assert board.registered_count == sum(
            bool(table[number].registered) for number in present
        )
        assert board.in_use_count == sum(table[number].in_use for number in present)
