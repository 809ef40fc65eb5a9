"""What a simulated PBX with a web server is and has: identity, people, services, network."""

from abc import abstractmethod
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Self

from aiohttp import web

from .certificate import Certificate
from .clock import Clock
from .exchange import Exchange
from .listener import Listener
from .people import OFFICE_IVR, OFFICE_QUEUE, OFFICE_RING_GROUP
from .switches import Switches
from .telephony import Telephony
from .yeastar_s.identity import Identity

SECRET_LEAST_LENGTH = 6


class Device(Telephony):
    """The PBX as its administrator sees it, on a real socket."""

    def __init__(
        self,
        clock: Clock,
        switches: Switches,
        exchange: Exchange,
        identity: Identity,
        seed: int = 0,
    ) -> None:
        """Put the parts together; `start` puts it on the network."""
        super().__init__(clock, switches, exchange)
        self.identity = identity
        self.seed = seed
        self._passwords = {identity.password}
        self._listener = Listener(self.handle)
        self._certificate: Certificate | None = None
        self._tls = False
        self._fingerprint: str | None = None
        self._add_services()

    def _add_services(self) -> None:
        """Install an IVR, a queue and a ring group for the transfers (reference 3.9)."""
        agents = list(self.exchange.extensions)
        self.exchange.ivrs[OFFICE_IVR] = "Welcome"
        self.exchange.queues[OFFICE_QUEUE] = agents[3:5]
        self.exchange.ring_groups[OFFICE_RING_GROUP] = agents[:3]

    # -- on and off the network

    @abstractmethod
    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""

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
        return self

    async def stop(self) -> None:
        """Leave the network; calls in progress vanish."""
        await self._listener.close()
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
        """Lose the network: connections are cut and refused."""
        await self._listener.go_away()

    async def come_back(self) -> None:
        """Get the network back on the same port."""
        await self._listener.come_back()

    def restart(self) -> None:
        """Boot anew: calls are gone."""
        self.exchange.restart()

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

    # -- what it is

    @abstractmethod
    def status_of(self, number: str) -> str:
        """Return the word the PBX has for what an extension does."""

    @property
    def serial(self) -> str:
        """Return the serial number."""
        return self.identity.serial

    @serial.setter
    def serial(self, serial: str) -> None:
        self.identity.serial = serial

    @property
    def firmware(self) -> str:
        """Return the firmware version."""
        return self.identity.firmware

    @firmware.setter
    def firmware(self, firmware: str) -> None:
        self.identity.firmware = firmware

    @property
    def username(self) -> str:
        """Return the name of the API user."""
        return self.identity.username

    @username.setter
    def username(self, username: str) -> None:
        self.identity.username = username

    @property
    def password(self) -> str:
        """Return the password of the API user."""
        return self.identity.password

    @password.setter
    def password(self, password: str) -> None:
        self._passwords.add(password)
        self.identity.password = password

    @property
    def secrets(self) -> set[str]:
        """Return everything that must never leak."""
        found = set(self._passwords)
        for extension in self.extensions.values():
            found.update(
                (
                    extension.register_password,
                    extension.login_password,
                    extension.web_password_md5,
                    extension.vm_secret,
                )
            )
        return {secret for secret in found if len(secret) >= SECRET_LEAST_LENGTH}
