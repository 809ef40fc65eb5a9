"""What a simulated PBX is and has: identity, people, lines, secrets."""

import hashlib

from .clock import Clock
from .exchange import Exchange
from .people import OFFICE_IVR, OFFICE_QUEUE, OFFICE_RING_GROUP
from .switches import Switches
from .telephony import Telephony
from .yeastar_s.identity import Identity
from .yeastar_s.sessions import Sessions

SECRET_LEAST_LENGTH = 6


class Device(Telephony):
    """The PBX as its administrator sees it."""

    def __init__(
        self,
        clock: Clock,
        switches: Switches,
        exchange: Exchange,
        identity: Identity,
        sessions: Sessions,
    ) -> None:
        """Put the parts together."""
        super().__init__(clock, switches, exchange)
        self.identity = identity
        self.sessions = sessions
        self._passwords = {identity.password}
        self._add_services()

    def _add_services(self) -> None:
        """Install an IVR, a queue and a ring group for the transfers (reference 3.9)."""
        agents = list(self.exchange.extensions)
        self.exchange.ivrs[OFFICE_IVR] = "Welcome"
        self.exchange.queues[OFFICE_QUEUE] = agents[3:5]
        self.exchange.ring_groups[OFFICE_RING_GROUP] = agents[:3]

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
        found = set(self.sessions.issued) | self._passwords
        found.update(
            hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
            for password in self._passwords
        )
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
