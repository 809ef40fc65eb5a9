"""What differs between the versions of the S-Series API."""

from dataclasses import dataclass
from typing import Final

from ..model import ExtensionStatus, MonitorMode

# Tried in this order at the first login. v1.1.0 is common; what older firmware
# answers to a version it does not know is not documented (reference, section 1.5).
VERSIONS: Final = ("v1.1.0", "v1.0.6", "v1.0.2", "v1.0.1", "v1.0.0")


@dataclass(frozen=True, slots=True)
class MonitorRequest:
    """How one way of monitoring is asked for (reference, section 4.1)."""

    path: str
    supervisor: str
    extension: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """Paths and field names of one generation of the API (reference, section 3.1)."""

    device_info: str
    extension_list: str
    extension_number: str
    monitor: dict[MonitorMode, MonitorRequest]


V1: Final = Dialect(
    device_info="deviceinfo/query",
    extension_list="extensionlist/query",
    extension_number="extnumber",
    monitor={
        MonitorMode.LISTEN: MonitorRequest(
            "extension/listen", "listener", "listenedext"
        ),
        MonitorMode.WHISPER: MonitorRequest(
            "extension/whisper", "whisperer", "whisperedext"
        ),
        MonitorMode.BARGE_IN: MonitorRequest("extension/barge", "bargein", "bargedext"),
    },
)

# Every spelling seen on the wire or in print (reference, section 6.1), in lower case.
STATUS_WORDS: Final = {
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
