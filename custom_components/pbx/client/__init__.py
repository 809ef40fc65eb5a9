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
from .model import (
    Call,
    CallDirection,
    CallEvent,
    CallEventType,
    CallOutcome,
    Extension,
    ExtensionStatus,
    MonitorMode,
    Party,
    PartyState,
    PbxInfo,
    Snapshot,
    Trunk,
    TrunkStatus,
)
from .pbx import Address, Capability, Pbx, ReportTarget
from .switchboard import Changes, Switchboard
from .tls import fingerprint_of, read_certificate

__all__ = [
    "Address",
    "Call",
    "CallDirection",
    "CallEvent",
    "CallEventType",
    "CallOutcome",
    "Capability",
    "Changes",
    "Extension",
    "ExtensionStatus",
    "MonitorMode",
    "Party",
    "PartyState",
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
    "ReportTarget",
    "Snapshot",
    "Switchboard",
    "Trunk",
    "TrunkStatus",
    "Unreachable",
    "WrongService",
    "fingerprint_of",
    "read_certificate",
]
