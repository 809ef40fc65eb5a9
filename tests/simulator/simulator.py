"""The simulated PBX as a whole: what a test, the demo and the benchmark hold in their hands."""

from collections import deque
from collections.abc import AsyncGenerator, Collection, Iterable
from contextlib import asynccontextmanager
from typing import Self

from .certificate import Certificate
from .clock import Clock, SystemClock
from .device import Device
from .exchange import Exchange, SimExtension, SimTrunk
from .faults import Faults
from .listener import Listener
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
        sessions = Sessions(clock, switches, seed)
        identity = Identity(serial, username, password)
        super().__init__(clock, switches, exchange, identity, sessions)
        self.seed = seed
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
        self._listener = Listener(self._front.handle)
        self._certificate: Certificate | None = None
        self._tls = False
        self._fingerprint: str | None = None

    # -- on and off the network

    async def start(
        self, host: str = "127.0.0.1", port: int = 0, tls: bool = False
    ) -> Self:
        """Listen; port 0 takes any free one, TLS a certificate of the PBX's own making."""
        self._tls = tls
        if tls and self._certificate is None:
            self.new_certificate()
        shown = self._certificate if tls else None
        context = None if shown is None else shown.context()
        await self._listener.open(host, port, context)
        self._fingerprint = None if shown is None else shown.fingerprint
        self.reporter.own_address = host
        self.reporter.network_up = True
        self.reporter.start()
        return self

    async def stop(self) -> None:
        """Leave the network; calls in progress vanish."""
        await self._listener.close()
        await self.reporter.stop()
        await self.exchange.stop()

    @asynccontextmanager
    async def running(
        self, host: str = "127.0.0.1", port: int = 0, tls: bool = False
    ) -> AsyncGenerator[Self]:
        """Start it, and stop it at the end."""
        await self.start(host, port, tls)
        try:
            yield self
        finally:
            await self.stop()

    async def go_offline(self) -> None:
        """Lose the network: connections are cut and refused, reports go nowhere."""
        self.reporter.network_up = False
        await self._listener.go_away()

    async def come_back(self) -> None:
        """Get the network back on the same port."""
        await self._listener.come_back()
        self.reporter.network_up = True

    @property
    def online(self) -> bool:
        """Return whether the PBX is on the network."""
        return self._listener.up

    def new_certificate(self) -> None:
        """Make another certificate, shown from the next start on."""
        self.use_certificate(Certificate.new(self.identity.device_name))

    def use_certificate(self, certificate: Certificate) -> None:
        """Show that certificate from the next start on."""
        self._certificate = certificate

    def restart(self) -> None:
        """Boot anew: tokens and calls are gone, BootUp is reported."""
        self.sessions.restart()
        self.exchange.restart()

    def expire_tokens(self) -> None:
        """Let every token time out now."""
        self.sessions.expire_all()

    # -- what it is

    @property
    def host(self) -> str:
        """Return the address it listens on."""
        return self._listener.host

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return self._listener.port

    @property
    def url(self) -> str:
        """Return scheme, address and port."""
        return f"{'https' if self._tls else 'http'}://{self.host}:{self.port}"

    @property
    def fingerprint(self) -> str | None:
        """Return the SHA-256 of the certificate (DER) in lower-case hex, None without TLS."""
        return self._fingerprint

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

    def status_of(self, number: str) -> str:
        """Return the word the lists show for an extension."""
        return status_word(self.pbx, self.extensions[number])
