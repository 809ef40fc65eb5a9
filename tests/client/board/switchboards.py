"""A switchboard and what it reads: three extensions, and snapshots of them."""

from custom_components.pbx.client import (
    Changes,
    Extension,
    ExtensionStatus,
    PbxInfo,
    Switchboard,
)
from custom_components.pbx.client.yeastar.s import YeastarS
from custom_components.pbx.client.yeastar.s.v1.found import PolledSnapshot
from tests.client.calls.told import answer, ring

INFO = PbxInfo("369362089179", "PBX", "Yeastar", "S-Series", None, None, "v1.1.0")
ANNA = Extension("1001", "Anna", ExtensionStatus.IDLE)
BRUNO = Extension("1002", "Bruno", ExtensionStatus.BUSY)
CARLA = Extension("1003", "Carla", ExtensionStatus.IDLE)
# Anna has called Bruno, and he has answered.
TALK = (ring("1002"), answer("1002"))


def read(*extensions: Extension, complete: bool = True) -> PolledSnapshot:
    """Return a snapshot that lists these extensions."""
    return PolledSnapshot(INFO, extensions, complete)


def changes(**told: str) -> Changes:
    """Return changes from numbers or names separated by spaces."""
    return Changes(**{name: frozenset(text.split()) for name, text in told.items()})  # type: ignore[arg-type]


def board_of(*extensions: Extension) -> Switchboard:
    """Return a board that has read these extensions, and waits for nothing."""
    board = Switchboard(reader=YeastarS.call_reader)
    board.reconcile(read(*extensions))
    board.expect_snapshot()
    return board


def events_of(found: Changes) -> list[str]:
    """Return the events of a change: number, event, outcome if any."""
    return [
        " ".join(filter(None, (event.number, event.type, event.outcome)))
        for event in found.events
    ]
