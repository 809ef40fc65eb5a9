"""The one picture of a PBX: its trunks."""

from dataclasses import replace

import pytest

from custom_components.pbx.client import Snapshot, Switchboard, Trunk, TrunkStatus

from .switchboards import ANNA, board_of, changes, read

SIP = Trunk("SIP-142", "SIP", TrunkStatus.REGISTERED)
GSM = Trunk("GSM2-7", "GSM", TrunkStatus.NO_SIM, "Span2-Port7")


def lines(*trunks: Trunk) -> Snapshot:
    """Return a snapshot that lists these trunks."""
    return replace(read(ANNA), trunks=trunks)


def test_trunks_appear_change_and_go() -> None:
    """Missing once is absent, missing twice in a row is gone."""
    board = board_of(ANNA)
    assert board.trunks == {}
    assert board.reconcile(lines(SIP, GSM)) == changes(trunks_added="SIP-142 GSM2-7")
    assert board.trunks == {"SIP-142": SIP, "GSM2-7": GSM}
    assert board.reconcile(lines(SIP, GSM)) == changes()

    down = replace(SIP, status=TrunkStatus.UNREGISTERED)
    assert board.reconcile(lines(down, GSM)) == changes(trunks_changed="SIP-142")
    assert board.trunks["SIP-142"] == down

    assert board.reconcile(lines(down)) == changes(trunks_changed="GSM2-7")
    assert not board.trunk_present("GSM2-7")
    assert board.trunks["GSM2-7"] == GSM
    assert board.reconcile(lines(down)) == changes(trunks_removed="GSM2-7")
    assert board.trunks == {"SIP-142": down}
    assert board.reconcile(lines(down)) == changes()
    assert board.reconcile(lines(down, GSM)) == changes(trunks_added="GSM2-7")


def test_trunk_that_reappears_has_changed() -> None:
    """And its misses are counted anew."""
    board = board_of(ANNA)
    board.reconcile(lines(SIP))
    for _ in range(3):
        assert board.reconcile(lines()) == changes(trunks_changed="SIP-142")
        assert board.reconcile(lines(SIP)) == changes(trunks_changed="SIP-142")
    assert board.trunk_present("SIP-142")


def test_trunks_that_were_not_read_stay() -> None:
    """However often."""
    board = board_of(ANNA)
    board.reconcile(lines(SIP))
    for _ in range(3):
        assert board.reconcile(read(ANNA)) == changes()
    assert board.trunk_present("SIP-142")


def test_trunk_known_from_before_appears_or_is_gone() -> None:
    """It has a device, but no value yet."""
    board = Switchboard(known_trunks=["SIP-142", "GSM2-7"])
    assert not board.trunk_present("SIP-142")
    assert board.reconcile(lines(SIP)).trunks_added == {"SIP-142"}
    assert board.reconcile(lines(SIP)) == changes(trunks_removed="GSM2-7")
    assert board.trunk_present("SIP-142")


def test_forgotten_trunk_is_new_when_it_returns() -> None:
    """Somebody removed its device while it was missing; one that is there stays."""
    board = Switchboard(known_trunks=["GSM2-7"])
    board.reconcile(lines(SIP))
    with pytest.raises(ValueError, match="SIP-142"):
        board.forget_trunk("SIP-142")
    assert board.reconcile(lines()) == changes(
        trunks_changed="SIP-142", trunks_removed="GSM2-7"
    )
    board.forget_trunk("SIP-142")
    board.forget_trunk("nothing")
    assert board.trunks == {}
    assert board.reconcile(lines()) == changes()
    assert board.reconcile(lines(SIP)) == changes(trunks_added="SIP-142")
