"""A P-Series PBX as a whole."""

from collections.abc import Iterable
from typing import override

from aiohttp import web

from tests.simulator.clock import Clock, SystemClock
from tests.simulator.device import Device
from tests.simulator.exchange import Exchange, SimExtension, SimTrunk
from tests.simulator.people import office_extensions, office_trunks
from tests.simulator.switches import Switches
from tests.simulator.yeastar_s.identity import Identity

from .endpoints import Endpoints
from .events import Events, word_of
from .front import Front
from .objects import Objects
from .switches import PSwitches
from .tokens import Tokens

CLIENT_ID = "UEnH9Dmv6uBJEXsYcag1trNfQThYabcd"
CLIENT_SECRET = "ZLcXl63S9EtMnYoHUnjbVo6sA8Cbabcd"


class PSimulator(Device):
    """A PBX on a real socket that behaves as the reference says.

    `switches` are those of the exchange, `api` those of this wire.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        api: PSwitches | None = None,
        switches: Switches | None = None,
        seed: int = 0,
        extensions: Iterable[SimExtension] | None = None,
        trunks: Iterable[SimTrunk] | None = None,
        serial: str = "3631A2124001",
    ) -> None:
        """Put the parts together; `start` puts it on the network."""
        clock, switches = clock or SystemClock(), switches or Switches()
        exchange = Exchange(
            clock,
            switches,
            office_extensions() if extensions is None else extensions,
            office_trunks() if trunks is None else trunks,
        )
        identity = Identity(
            *(serial, CLIENT_ID, CLIENT_SECRET, "Yeastar P550"), firmware="37.20.0.21"
        )
        super().__init__(clock, switches, exchange, identity, seed)
        self.api = api or PSwitches()
        self.tokens = Tokens(clock, self.api, seed)
        self.objects = Objects(exchange, self.api)
        endpoints = Endpoints(exchange, self.objects, identity, self.api, clock)
        self.front = Front(endpoints, self.tokens, identity, self.api, clock)
        self.events = Events(
            exchange, self.objects, self.api, lambda: self.serial, self.front.send
        )

    @override
    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        return await self.front.handle(request)

    @override
    def set_trunk_status(self, name: str, status: str) -> None:
        """Change the status of a trunk, and tell (event 30010)."""
        super().set_trunk_status(name, status)
        self.events.trunk_status(self.trunks[name])

    @override
    def status_of(self, number: str) -> str:
        return word_of(self.exchange.state_of(number))

    @property
    @override
    def secrets(self) -> set[str]:
        return super().secrets | self.tokens.issued
