"""What a simulated PBX is and has: identity, people, lines, secrets."""

import hashlib

from .clock import Clock
from .exchange import Exchange, SimExtension, SimTrunk
from .exchange.events import SettingsChanged
from .people import OFFICE_IVR, OFFICE_QUEUE, OFFICE_RING_GROUP
from .switches import Switches
from .yeastar_s.identity import Identity
from .yeastar_s.sessions import Sessions

SECRET_LEAST_LENGTH = 6


class Device:
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
        self.clock = clock
        self.switches = switches
        self.exchange = exchange
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

    @property
    def extensions(self) -> dict[str, SimExtension]:
        """Return the extensions by number."""
        return self.exchange.extensions

    @property
    def trunks(self) -> dict[str, SimTrunk]:
        """Return the trunks by name."""
        return self.exchange.trunks

    def add_extension(self, extension: SimExtension) -> None:
        """Create an extension and report it."""
        self.exchange.add(extension)

    def remove_extension(self, number: str) -> None:
        """Delete an extension and report it."""
        self.exchange.remove(number)

    def rename_extension(self, number: str, name: str) -> None:
        """Rename an extension and report it."""
        self.extensions[number].name = name
        self.exchange.emit(SettingsChanged("extension", number, "update"))

    def set_registered(self, number: str, registered: bool) -> None:
        """Let a phone register or unregister and report it."""
        self.exchange.set_registered(number, registered)

    def set_trunk_status(self, name: str, status: str) -> None:
        """Change the word a trunk shows; no report for that is documented (reference 5.3)."""
        self.trunks[name].status = status
