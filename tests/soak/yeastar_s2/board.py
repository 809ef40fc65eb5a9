"""A switchboard beside a simulated PBX whose wire is version 2 of the S-Series' API."""

from typing import override

from custom_components.pbx.client.snapshot import Snapshot
from tests.simulator import Simulator
from tests.simulator.exchange.events import Event
from tests.simulator.yeastar_s.v2.calls import CallChanged

from ..board import Listening
from ..history import History
from ..oracle import Oracle, Wrong
from ..steps import Day
from .steps import FirmwareTwo, building
from .truth import S2History, S2Oracle


class ListeningToTwo(Listening):
    """The same day and the same faults, with each call told whole."""

    history: S2History
    endpoints = (
        *("extension/query_call", "call/query", "call/query"),
        *("extension/list", "trunk/list"),
    )

    @override
    def build(self, day: Day) -> tuple[Simulator, History, Oracle]:
        assert isinstance(day.firmware, FirmwareTwo)
        sim = building(self.clock, day.firmware)
        history = S2History(sim, self.now)
        sim.pbx.calls.tell = self._happened
        return sim, history, S2Oracle(history)

    @override
    def seen(self, *, silent: bool) -> None:
        self.history.read(silent=silent)

    @override
    def _again(self, snapshot: Snapshot) -> bool:
        return snapshot.again_soon

    @override
    def _forget(self) -> None:
        self._pbx = self._client()

    @override
    def note(self, event: Event | CallChanged, fate: str, index: int) -> None:
        self.history.told(event, fate)


def live(day: Day, trace: list[str] | None = None) -> list[Wrong]:
    """Let a day pass, and return what was wrong."""
    return ListeningToTwo(day, trace).live()
