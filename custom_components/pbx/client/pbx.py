"""The contract every kind of PBX fulfils."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Flag, auto

from .model import MonitorMode, PbxInfo, Snapshot
from .report import Received


class Capability(Flag):
    """What a kind of PBX can do; entities and actions ask before they offer it."""

    LISTEN = auto()
    WHISPER = auto()
    BARGE_IN = auto()


@dataclass(frozen=True, slots=True)
class Address:
    """Where a PBX is: a name or literal address, a TCP port, and whether TLS is spoken."""

    host: str
    port: int
    tls: bool

    @property
    def url(self) -> str:
        """The address as a URL without a path, for a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class ReportTarget:
    """Where the PBX shall report to: plain HTTP, a TCP port and a path without a slash.

    `host` is None for the address that our requests come from.
    """

    host: str | None
    port: int
    path: str

    def url(self, own_address: str) -> str:
        """Return it as a URL, given the address our requests come from."""
        host = self.host or own_address
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/{self.path}"


class Pbx(ABC):
    """One PBX. Every method raises PbxError's children and nothing else.

    `report_target` is told to the PBX with every login and while the session lives;
    None asks for no reports.
    """

    capabilities: Capability
    address: Address
    report_target: ReportTarget | None = None

    @property
    @abstractmethod
    def own_address(self) -> str:
        """Our literal IP address towards the PBX; blank before the first request."""

    @property
    @abstractmethod
    def remote_address(self) -> str:
        """The PBX's literal IP address; blank before the first request."""

    @abstractmethod
    def parse(self, body: bytes) -> Received | None:
        """Return what a report says, None when it is none. Raises nothing."""

    @abstractmethod
    async def connect(self) -> PbxInfo:
        """Log in where that has not been done yet, and read who the PBX is."""

    @abstractmethod
    async def snapshot(self, *, trunks: bool = True) -> Snapshot:
        """Read everything that is polled, keeping the session alive; trunks if wanted."""

    @abstractmethod
    async def monitor(
        self, mode: MonitorMode, supervisor: str, extension: str
    ) -> str | None:
        """Call the supervisor's phone and let it join the extension's call.

        Returns when the supervisor's phone is being called, not when it answered: the
        id of that call where the PBX tells it, else None. Never repeated once it may
        have been carried out.
        """

    @abstractmethod
    async def close(self) -> None:
        """Log out, quietly: a PBX that does not answer changes nothing."""
