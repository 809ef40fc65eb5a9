"""The contract every kind of PBX fulfils."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Flag, auto

from .model import MonitorMode, PbxInfo, Snapshot


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


class Pbx(ABC):
    """One PBX. Every method raises PbxError's children and nothing else."""

    capabilities: Capability
    address: Address

    @abstractmethod
    async def connect(self) -> PbxInfo:
        """Log in where that has not been done yet, and read who the PBX is."""

    @abstractmethod
    async def snapshot(self) -> Snapshot:
        """Read everything that is polled, keeping the session alive."""

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
