"""What a PBX consists of, in the words of the field; the same for every kind of PBX."""

from dataclasses import dataclass
from enum import StrEnum


class ExtensionStatus(StrEnum):
    """What an extension is doing, as the PBX itself says it."""

    IDLE = "idle"
    RINGING = "ringing"
    BUSY = "busy"
    ON_HOLD = "on_hold"
    OFFLINE = "offline"
    FAULT = "fault"


IN_USE = frozenset(
    {ExtensionStatus.RINGING, ExtensionStatus.BUSY, ExtensionStatus.ON_HOLD}
)
OUT_OF_REACH = frozenset({ExtensionStatus.OFFLINE, ExtensionStatus.FAULT})


class MonitorMode(StrEnum):
    """How a supervisor joins somebody else's call."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE_IN = "barge_in"


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension of a PBX.

    `number` is a string: leading zeros exist. `status` is None when the PBX used a
    word nobody knows; such an extension is neither free nor gone.
    """

    number: str
    name: str
    status: ExtensionStatus | None
    type: str | None = None
    port: str | None = None

    @property
    def registered(self) -> bool | None:
        """Whether the PBX can reach the phone; None when the status is not known."""
        return None if self.status is None else self.status not in OUT_OF_REACH

    @property
    def in_use(self) -> bool:
        """Whether the phone rings, talks or holds a call."""
        return self.status in IN_USE


@dataclass(frozen=True, slots=True)
class PbxInfo:
    """Who the PBX is."""

    serial_number: str
    name: str
    manufacturer: str
    model: str
    hardware_version: str | None
    firmware_version: str | None
    api_version: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything one poll read; each extension's number comes once.

    `complete` is False when part of the answer could not be understood: what is
    missing from such a snapshot proves nothing.
    """

    info: PbxInfo
    extensions: tuple[Extension, ...]
    complete: bool = True
