"""A P-Series PBX as a whole."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

from tests.simulator.certificate import Certificate
from tests.simulator.clock import Clock, SystemClock
from tests.simulator.exchange import Exchange, SimExtension, SimTrunk
from tests.simulator.listener import Listener
from tests.simulator.people import (
    OFFICE_IVR,
    OFFICE_QUEUE,
    OFFICE_RING_GROUP,
    office_extensions,
    office_trunks,
)
from tests.simulator.switches import Switches
from tests.simulator.yeastar_s.identity import Identity

from .endpoints import Endpoints
from .events import Events
from .front import Front
from .objects import Objects
from .switches import PSwitches
from .tokens import Tokens

CLIENT_ID = "UEnH9Dmv6uBJEXsYcag1trNfQThYabcd"
CLIENT_SECRET = "ZLcXl63S9EtMnYoHUnjbVo6sA8Cbabcd"


class PSimulator:
    """A PBX on a real socket that behaves as the reference says."""

    def __init__(
        self,
        clock: Clock | None = None,
        switches: PSwitches | None = None,
        exchange_switches: Switches | None = None,
        seed: int = 0,
        extensions: Iterable[SimExtension] | None = None,
        trunks: Iterable[SimTrunk] | None = None,
        serial: str = "3631A2124001",
    ) -> None:
        """Put the parts together; `start` puts it on the network."""
        self.clock = clock or SystemClock()
        self.switches = switches or PSwitches()
        self.exchange = Exchange(
            self.clock,
            exchange_switches or Switches(),
            office_extensions() if extensions is None else extensions,
            office_trunks() if trunks is None else trunks,
        )
        agents = list(self.exchange.extensions)
        self.exchange.ivrs[OFFICE_IVR] = "Welcome"
        self.exchange.queues[OFFICE_QUEUE] = agents[3:5]
        self.exchange.ring_groups[OFFICE_RING_GROUP] = agents[:3]
        self.identity = Identity(serial, CLIENT_ID, CLIENT_SECRET)
        self.tokens = Tokens(self.clock, self.switches, seed)
        self.objects = Objects(self.exchange, self.switches)
        endpoints = Endpoints(
            self.exchange, self.objects, self.identity, self.switches, self.clock
        )
        self.front = Front(
            endpoints, self.tokens, self.identity, self.switches, self.clock
        )
        self.events = Events(
            self.exchange,
            self.objects,
            self.switches,
            lambda: self.identity.serial,
            self.front.send,
        )
        self._listener = Listener(self.front.handle)
        self.fingerprint: str | None = None

    @asynccontextmanager
    async def running(
        self, host: str = "127.0.0.1", port: int = 0, tls: bool = False
    ) -> AsyncGenerator[PSimulator]:
        """Listen, and stop at the end."""
        certificate = Certificate.new(self.identity.device_name) if tls else None
        context = None if certificate is None else certificate.context()
        self.fingerprint = None if certificate is None else certificate.fingerprint
        await self._listener.open(host, port, context)
        try:
            yield self
        finally:
            await self._listener.close()
            await self.exchange.stop()

    async def go_offline(self) -> None:
        """Lose the network."""
        await self._listener.go_away()

    async def come_back(self) -> None:
        """Get the network back on the same port."""
        await self._listener.come_back()

    @property
    def host(self) -> str:
        """Return the address it listens on."""
        return self._listener.host

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return self._listener.port

    @property
    def secrets(self) -> set[str]:
        """Return everything that must never leak."""
        return {*self.tokens.issued, self.identity.password}
