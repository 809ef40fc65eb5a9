"""Client for telephone systems (PBXs): asyncio, typed, without Home Assistant.

What all kinds of PBX share is here; each kind is a package of its own, `yeastar_s`.
"""

from .errors import (
    PbxError,
    PbxLockedOut,
    PbxLoginRejected,
    PbxNotTrusted,
    PbxRefused,
    PbxUnreachable,
    PbxWrongService,
    Refusal,
    Unreachable,
    WrongService,
)
from .model import Extension, ExtensionStatus, MonitorMode, PbxInfo, Snapshot
from .pbx import Address, Capability, Pbx
from .switchboard import Changes, Switchboard
from .tls import fingerprint_of, read_certificate

__all__ = [
    "Address",
    "Capability",
    "Changes",
    "Extension",
    "ExtensionStatus",
    "MonitorMode",
    "Pbx",
    "PbxError",
    "PbxInfo",
    "PbxLockedOut",
    "PbxLoginRejected",
    "PbxNotTrusted",
    "PbxRefused",
    "PbxUnreachable",
    "PbxWrongService",
    "Refusal",
    "Snapshot",
    "Switchboard",
    "Unreachable",
    "WrongService",
    "fingerprint_of",
    "read_certificate",
]
