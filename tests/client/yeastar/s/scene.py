"""A simulated exchange whose reports and answers reach a switchboard without a network."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Self, cast

import aiohttp
from aiohttp.payload import BytesPayload
from yarl import URL

from custom_components.pbx.client import (
    Address,
    CallEvent,
    Changes,
    PartyState,
    Switchboard,
)
from custom_components.pbx.client.yeastar.s import YeastarS, hash_password, reports
from tests.simulator import ManualClock, SimExtension, SimTrunk, Simulator, Switches
from tests.simulator.exchange.events import Event, LegKind, LegState
from tests.simulator.yeastar_s.answers import encode
from tests.simulator.yeastar_s.reports import reports_of

STATES = {
    LegState.CALLING: PartyState.DIALING,
    LegState.RINGING: PartyState.RINGING,
    LegState.TALKING: PartyState.TALKING,
    LegState.HELD: PartyState.HELD,
}
CONNECTED = (PartyState.TALKING, PartyState.HELD)
KINDS = (LegKind.EXTENSION, LegKind.INBOUND, LegKind.OUTBOUND)

type Picture = dict[tuple[str, ...], dict[str, PartyState]]


class Answered:
    """As much of an aiohttp response as the client looks at."""

    status = HTTPStatus.OK

    def __init__(self, body: bytes) -> None:
        """Keep the body."""
        self.content = self
        self._body = body

    async def iter_any(self) -> AsyncGenerator[bytes]:
        """Yield the body."""
        yield self._body


class NoWire:
    """As much of an aiohttp session as the client uses; the exchange itself answers."""

    def __init__(self, sim: Simulator) -> None:
        """Keep the PBX that answers."""
        self._sim = sim

    @asynccontextmanager
    async def request(
        self, method: str, url: str, *, data: BytesPayload, **_: object
    ) -> AsyncGenerator[Answered]:
        """Answer a request of the API."""
        parts = URL(url)
        version, endpoint = parts.path.removeprefix("/api/").split("/", 1)
        answer = self._sim.pbx.answer(
            method,
            version,
            endpoint,
            dict(parts.query),
            data.decode().encode(),
            "192.0.2.9",
        )
        yield Answered(encode(answer).encode())


class Scene:
    """What happens in the exchange is told to the board, as long as `reporting` says so."""

    def __init__(self, sim: Simulator, clock: ManualClock, report_format: str) -> None:
        """Listen to the exchange."""
        self.sim = sim
        self.clock = clock
        self.board = Switchboard(reader=YeastarS.call_reader)
        self.events: list[CallEvent] = []
        self.bodies: list[bytes] = []
        self.reporting = True
        self.polling = False
        # What reports alone, or polls alone, make of it need not be true.
        self.patient = self.blind = False
        self.doubled: Callable[[], bool] = lambda: False
        self.lost: Callable[[bytes], bool] = lambda body: False
        self._format = report_format
        self._pbx = YeastarS(
            cast("aiohttp.ClientSession", NoWire(sim)),
            Address("pbx.invalid", 80, tls=False),
            sim.username,
            hash_password(sim.password),
            clock=clock.now,
        )
        sim.exchange.listeners.append(self._happened)

    @classmethod
    @asynccontextmanager
    async def played(
        cls,
        extensions: list[SimExtension] | None = None,
        *,
        report_format: str = "1.0.2",
        **switches: Any,
    ) -> AsyncGenerator[Self]:
        """Set the office up, and let the board read it."""
        clock = ManualClock()
        sim = Simulator(
            clock,
            Switches(**switches),
            extensions=extensions or people(),
            trunks=[SimTrunk("SIP-142")],
        )
        scene = cls(sim, clock, report_format)
        await scene.poll()
        try:
            yield scene
        finally:
            await sim.exchange.stop()

    def _happened(self, event: Event) -> None:
        for report in reports_of(
            event, self._format, self.sim.identity, self.sim.switches
        ):
            if self.lost(report.body):
                continue
            self.bodies.append(report.body)
            if self.reporting:
                self.tell(report.body)
                if self.doubled():
                    self.tell(report.body)

    def tell(self, body: bytes) -> Changes:
        """Let the board hear one report."""
        received = reports.parse(body)
        assert received is not None
        return self._noted(self.board.apply(received.reports[0], self.clock.now()))

    async def poll(self, **kwargs: Any) -> Changes:
        """Let the board read everything."""
        self.board.expect_snapshot()
        snapshot = await self._pbx.snapshot()
        return self._noted(self.board.reconcile(snapshot, self.clock.now(), **kwargs))

    async def wait(self, seconds: float) -> None:
        """Let time pass, a second at a time, and tell what waited for it."""
        for _ in range(int(seconds)):
            await self.clock.run_for(1)
            self._noted(self.board.settle(self.clock.now()))

    def _noted(self, changes: Changes) -> Changes:
        self.events.extend(changes.events)
        return changes

    def heard(self) -> list[str]:
        """Return what was told since the last time: number, event, outcome if any."""
        told = [
            " ".join(filter(None, (e.number, e.type, e.outcome))) for e in self.events
        ]
        self.events.clear()
        return told

    # -- two pictures of the same calls

    def truth(self) -> Picture:
        """Return who does what in each call, as the exchange knows it."""
        return {
            tuple(sorted(leg.number for leg in call.legs if leg.kind in KINDS)): {
                leg.number: STATES[leg.state] for leg in call.legs if leg.kind in KINDS
            }
            for call in self.sim.calls.values()
        }

    def picture(self) -> Picture:
        """Return the same as the board knows it."""
        return {
            tuple(sorted(party.number for party in call.parties)): {
                party.number: party.state for party in call.parties
            }
            for call in self.board.calls
        }

    async def checked(
        self, held: str = "", stale: str = "", *, machine: bool = False
    ) -> None:
        """Compare after a step, by reports and after a poll, and let some time pass.

        Without a poll nobody knows who has `held` a call, or left it by API (`stale`);
        without a report, that a caller inside talks to a `machine`.
        """
        if self.reporting and not self.patient:
            inconsistent = {
                number
                for number in self.board.extensions
                if not self.board.consistent(number)
            }
            assert inconsistent == set(stale.split()), inconsistent
            assert stale or self.agree(held)
        if self.polling:
            await self.poll()
            assert self.blind or self.agree(held, machine=machine)
        await self.wait(3)

    def agree(self, held: str = "", *, machine: bool = False) -> bool:
        """Return whether board and exchange see the same; the difference shows in pytest."""
        seen, truth = self.picture(), self.truth()
        for call, states in truth.items():
            for number, state in states.items():
                known = seen.get(call, {}).get(number, state)
                if (
                    # Who is put through to another stays connected, as nobody has told.
                    (state, known) == (PartyState.DIALING, PartyState.TALKING)
                    # A caller who waits with music has not been answered.
                    or (
                        (state, known) == (PartyState.TALKING, PartyState.DIALING)
                        and (machine or len(states) == 1)
                    )
                    or (number in held.split() and state in CONNECTED)
                ):
                    states[number] = known
        assert seen == truth, f"{seen} is not {truth}"
        assert len(self.board.calls) == len(self.sim.calls)
        assert {call.id for call in self.board.calls} <= {None, *self.sim.calls}
        return True


def people() -> list[SimExtension]:
    """Return those of the scenes: 1001 to 1006, and an analogue phone that is 1007."""
    return [
        *(SimExtension(str(number)) for number in range(1001, 1007)),
        SimExtension("1007", type="FXS", port="Span2-Port1", max_calls=1),
    ]
