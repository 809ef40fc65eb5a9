"""The dialects of the S-Series API: the differences between its versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ...extension_settings import ForwardTo, MonitorPermission
from ...model import DestinationKind, ExtensionStatus, TrunkStatus


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """The request for a transfer to one kind of destination (reference, section 3.9).

    `path` follows `inbound/` or `outbound/`. `permission` tells whether the request
    must name the extension whose outbound permission is used, or a blank.
    """

    path: str
    destination: str
    permission: bool = False


_NO_TRANSFERS: Final[Mapping[DestinationKind, TransferRequest]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Dialect:
    """The names and abilities of one version of the API (reference, section 3.1).

    `version` is the segment of the path, `query` what each request has after it.
    `report_format` is the field `version` of login and heartbeat, None for versions
    without that field (section 2.2), which do not support an absolute report address in
    the login either (2.3). `extension_number` is the name of an extension's number in
    answers, `extension_id` that in requests.

    `whole_calls` tells that each call is told with all its members. `needs` is an
    endpoint that early firmware of this version lacks: such firmware counts as not
    having the version. `older` is the version for what this one's manual leaves out.
    """

    version: str
    extension_list: str
    extension_number: str
    extension_id: str
    trunk_list: str
    report_format: str | None = None
    history: bool = False
    transfer_inbound: Mapping[DestinationKind, TransferRequest] = _NO_TRANSFERS
    transfer_outbound: Mapping[DestinationKind, TransferRequest] = _NO_TRANSFERS
    whole_calls: bool = False
    needs: str = ""
    older: Dialect | None = None
    query: Mapping[str, str] = MappingProxyType({})
    manufacturer: str = "Yeastar"
    model: str = "S-Series"


_TRANSFER_INBOUND: Final = MappingProxyType(
    {
        DestinationKind.EXTENSION: TransferRequest("transfer_extension", "extid"),
        DestinationKind.IVR: TransferRequest("transfer_ivr", "ivrid"),
        DestinationKind.QUEUE: TransferRequest("transfer_queue", "queueid"),
        DestinationKind.RING_GROUP: TransferRequest(
            "transfer_ringgroup", "ringgroupid"
        ),
        DestinationKind.OUTSIDE: TransferRequest(
            "transfer_outbound", "outto", permission=True
        ),
    }
)
_TRANSFER_OUTBOUND: Final = MappingProxyType(
    {
        kind: _TRANSFER_INBOUND[kind]
        for kind in (
            DestinationKind.EXTENSION,
            DestinationKind.IVR,
            DestinationKind.OUTSIDE,
        )
    }
)
# The only transfer request in the manuals of 1.1; it accepts all kinds of destinations.
_TRANSFER_NUMBER: Final = MappingProxyType(
    dict.fromkeys(
        DestinationKind, TransferRequest("transfer_number", "number", permission=True)
    )
)


def _v1(version: str, *, transfer_number: bool = False, **more: Any) -> Dialect:
    """Return the dialect of one v1 version; all share most paths and names (1.5)."""
    return Dialect(
        version=version,
        extension_list="extensionlist/query",
        extension_number="extnumber",
        extension_id="extid",
        trunk_list="trunklist/query",
        transfer_inbound=_TRANSFER_NUMBER if transfer_number else _TRANSFER_INBOUND,
        transfer_outbound=_TRANSFER_NUMBER if transfer_number else _TRANSFER_OUTBOUND,
        **more,
    )


V1_1: Final = _v1("v1.1.0", report_format="1.0.2", transfer_number=True, history=True)
V2: Final = Dialect(
    version="v2.0.0",
    extension_list="extension/list",
    extension_number="number",
    extension_id="number",
    trunk_list="trunk/list",
    report_format="2.0.0",
    history=True,
    whole_calls=True,
    needs="extension/query_call",
    older=V1_1,
)
# The UC series has the API of 1.1.0 under a version of its own (section 1.6).
_OPENVOX: Final = _v1(
    "v0.0.1",
    report_format="1.0.2",
    transfer_number=True,
    history=True,
    query=MappingProxyType({"type": "json"}),
    manufacturer="OpenVox",
    model="UC",
)

# Tried in this order at the first login. The answer of older firmware to an unknown
# version is not documented (reference, section 1.5).
DIALECTS: Final = (
    V2,
    V1_1,
    _v1("v1.0.6", transfer_number=True),
    _v1("v1.0.2"),
    _v1("v1.0.1"),
    _v1("v1.0.0"),
    _OPENVOX,
)

# The words that the PBX may use (section 4.3), in lower case and without separators.
MONITOR_PERMISSIONS: Final[Mapping[str, MonitorPermission]] = MappingProxyType(
    {
        "disable": MonitorPermission.DISABLED,
        "disabled": MonitorPermission.DISABLED,
        "extensive": MonitorPermission.EXTENSIVE,
        "general": MonitorPermission.EXTENSIVE,
        "listen": MonitorPermission.LISTEN,
        "whisper": MonitorPermission.WHISPER,
        "barge": MonitorPermission.BARGE_IN,
        "bargein": MonitorPermission.BARGE_IN,
    }
)
# The words that are written.
MONITOR_PERMISSION_WORDS: Final[Mapping[MonitorPermission, str]] = MappingProxyType(
    {
        MonitorPermission.DISABLED: "Disabled",
        MonitorPermission.EXTENSIVE: "Extensive",
        MonitorPermission.LISTEN: "Listen",
        MonitorPermission.WHISPER: "Whisper",
        MonitorPermission.BARGE_IN: "Barge-in",
    }
)

# The words for the destination of a forwarding (section 3.4).
FORWARD_WORDS: Final[Mapping[ForwardTo, str]] = MappingProxyType(
    {
        ForwardTo.VOICEMAIL: "Voicemail",
        ForwardTo.EXTENSION: "Extension",
        ForwardTo.MOBILE: "Mobile Number",
        ForwardTo.NUMBER: "Custom Number",
    }
)

# Every spelling seen on the wire or in print (reference, section 6.1), in lower case.
STATUS_WORDS: Final[Mapping[str, ExtensionStatus]] = MappingProxyType(
    {
        "registered": ExtensionStatus.IDLE,
        "idle": ExtensionStatus.IDLE,
        "ringing": ExtensionStatus.RINGING,
        "busy": ExtensionStatus.BUSY,
        "hold": ExtensionStatus.ON_HOLD,
        "unavailable": ExtensionStatus.OFFLINE,
        "unavailabl": ExtensionStatus.OFFLINE,
        "unregistered": ExtensionStatus.OFFLINE,
        "malfunction": ExtensionStatus.FAULT,
        "fxsnoport": ExtensionStatus.FAULT,
    }
)

# The beginnings of the words, as some continue in brackets (reference, section 6.2); in
# lower case.
TRUNK_WORDS: Final[Mapping[str, TrunkStatus]] = MappingProxyType(
    {
        "registered": TrunkStatus.REGISTERED,
        "registering": TrunkStatus.REGISTERING,
        "unregister": TrunkStatus.UNREGISTERED,
        "failure": TrunkStatus.UNREGISTERED,
        "idle": TrunkStatus.IDLE,
        "busy": TrunkStatus.BUSY,
        "up": TrunkStatus.UP,
        "down": TrunkStatus.DOWN,
        "alarm": TrunkStatus.ALARM,
        "fault": TrunkStatus.FAULT,
        "disable": TrunkStatus.DISABLED,
        "power off": TrunkStatus.POWER_OFF,
        "no sim": TrunkStatus.NO_SIM,
        "no signal": TrunkStatus.NO_SIGNAL,
        "pin error": TrunkStatus.PIN_ERROR,
    }
)
