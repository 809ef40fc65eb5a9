"""The simulated PBX as a whole: what a test, the demo and the benchmark hold in their hands."""

from collections import deque
from collections.abc import Collection, Iterable
import hashlib
from typing import Self, override

from aiohttp import web

from .clock import Clock, SystemClock
from .device import Device
from .exchange import Exchange, SimExtension, SimTrunk
from .faults import Faults
from .people import office_extensions, office_trunks
from .switches import Switches
from .yeastar_s.front import Front
from .yeastar_s.identity import Identity
from .yeastar_s.lists import status_word
from .yeastar_s.pbx import YeastarS
from .yeastar_s.reporter import Reporter, SentReport
from .yeastar_s.request import RecordedRequest
from .yeastar_s.sessions import Sessions
from .yeastar_s.versions import DEFAULT_VERSIONS

DEMO_PASSWORD = "Demo-Pbx-2026"


class Simulator(Device):
    """A PBX on a real socket that behaves as the reference says."""

    def __init__(
        self,
        clock: Clock | None = None,
        switches: Switches | None = None,
        seed: int = 0,
        extensions: Iterable[SimExtension] | None = None,
        trunks: Iterable[SimTrunk] | None = None,
        api_versions: Collection[str] | None = None,
        serial: str = "369362089179",
        username: str = "api",
        password: str = DEMO_PASSWORD,
    ) -> None:
        """Set it up; `start` puts it on the network."""
        clock, switches = clock or SystemClock(), switches or Switches()
        exchange = Exchange(
            clock,
            switches,
            office_extensions() if extensions is None else extensions,
            office_trunks() if trunks is None else trunks,
        )
        identity = Identity(serial, username, password)
        super().__init__(clock, switches, exchange, identity, seed)
        self.sessions = Sessions(clock, switches, seed)
        self.faults = Faults()
        self.pbx = YeastarS(
            self.exchange,
            self.sessions,
            self.identity,
            self.switches,
            self.clock,
            DEFAULT_VERSIONS if api_versions is None else api_versions,
        )
        self.reporter = Reporter(
            self.exchange,
            self.sessions,
            self.identity,
            self.switches,
            self.clock,
            self.faults.reports,
            self.pbx.calls,
        )
        self._front = Front(self.pbx, self.faults, self.clock)

    # -- on and off the network

    @override
    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        return await self._front.handle(request)

    @override
    async def start(
        self, host: str = "127.0.0.1", port: int = 0, tls: bool = False
    ) -> Self:
        await super().start(host, port, tls)
        self.reporter.own_address = host
        self.reporter.network_up = True
        self.reporter.start()
        return self

    @override
    async def stop(self) -> None:
        await self._listener.close()
        await self.reporter.stop()
        await self.exchange.stop()

    @override
    async def go_offline(self) -> None:
        """Lose the network: connections are cut and refused, reports go nowhere."""
        self.reporter.network_up = False
        await super().go_offline()

    @override
    async def come_back(self) -> None:
        await super().come_back()
        self.reporter.network_up = True

    @override
    def restart(self) -> None:
        """Boot anew: tokens and calls are gone, BootUp is reported."""
        self.sessions.restart()
        super().restart()

    def expire_tokens(self) -> None:
        """Let every token time out now."""
        self.sessions.expire_all()

    # -- what it is

    @property
    @override
    def secrets(self) -> set[str]:
        """Return everything that must never leak."""
        hashes = (
            hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
            for password in self._passwords
        )
        return super().secrets.union(self.sessions.issued, hashes)

    # -- what came in and went out

    @property
    def requests(self) -> deque[RecordedRequest]:
        """Return the requests that came in, the oldest first."""
        return self._front.requests

    def requests_to(self, endpoint: str) -> list[RecordedRequest]:
        """Return the requests to one endpoint."""
        return [request for request in self.requests if request.endpoint == endpoint]

    @property
    def reports(self) -> deque[SentReport]:
        """Return the reports that were tried, the oldest first."""
        return self.reporter.log

    async def reports_sent(self) -> None:
        """Return when no report waits any more."""
        await self.reporter.sent()

    @override
    def status_of(self, number: str) -> str:
        """Return the word the lists show for an extension."""
        return status_word(self.pbx, self.extensions[number])
