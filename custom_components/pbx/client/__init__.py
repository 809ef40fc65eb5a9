"""Client for telephone systems (PBXs): asyncio, typed, without Home Assistant.

This package holds what all families of PBX share; each family is a package of its own.
"""

from .board.switchboard import Changes, Switchboard
from .dial_string import dial_string
from .errors import (
    PbxError,
    PbxLockedOut,
    PbxLoginRejected,
    PbxNotTrusted,
    PbxRefused,
    PbxRightMissing,
    PbxUnreachable,
    PbxWrongService,
    Refusal,
    Unreachable,
    WrongService,
)
from .extension_settings import (
    ExtensionSettings,
    Forwarding,
    ForwardTo,
    MonitorPermission,
    SettingsChange,
)
from .model import (
    Call,
    CallDirection,
    CallEvent,
    CallEventType,
    CallOutcome,
    DestinationKind,
    Extension,
    ExtensionStatus,
    HistoryCall,
    MonitorMode,
    Party,
    PartyState,
    PbxInfo,
    Trunk,
    TrunkStatus,
)
from .pbx import Address, Capability, Pbx, ReportsByPost, ReportsByStream, ReportTarget
from .snapshot import Snapshot
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
    "DestinationKind",
    "Extension",
    "ExtensionSettings",
    "ExtensionStatus",
    "ForwardTo",
    "Forwarding",
    "HistoryCall",
    "MonitorMode",
    "MonitorPermission",
    "Party",
    "PartyState",
    "Pbx",
    "PbxError",
    "PbxInfo",
    "PbxLockedOut",
    "PbxLoginRejected",
    "PbxNotTrusted",
    "PbxRefused",
    "PbxRightMissing",
    "PbxUnreachable",
    "PbxWrongService",
    "Refusal",
    "ReportTarget",
    "ReportsByPost",
    "ReportsByStream",
    "SettingsChange",
    "Snapshot",
    "Switchboard",
    "Trunk",
    "TrunkStatus",
    "Unreachable",
    "WrongService",
    "dial_string",
    "fingerprint_of",
    "read_certificate",
]
