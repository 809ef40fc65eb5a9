"""What of an extension's settings can be read and changed, the same for every PBX."""

from dataclasses import dataclass
from enum import StrEnum


class MonitorPermission(StrEnum):
    """In which modes an extension may supervise others; extensive means in all."""

    DISABLED = "disabled"
    EXTENSIVE = "extensive"
    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE_IN = "barge_in"


class ForwardTo(StrEnum):
    """What kind of destination calls are forwarded to."""

    VOICEMAIL = "voicemail"
    EXTENSION = "extension"
    MOBILE = "mobile"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Whether calls are forwarded in one situation, and where to.

    `number` is the extension, or the outside number; voicemail and the extension's own
    mobile number have none. `prefix` goes before an outside or mobile number. The PBX
    tells the destination only while forwarding is on.

    To change it: off writes the switch alone; on without `to` keeps the destination
    that is set; else the destination is written whole.
    """

    on: bool
    to: ForwardTo | None = None
    number: str | None = None
    prefix: str | None = None


@dataclass(frozen=True, slots=True)
class ExtensionSettings:
    """Settings of one extension; None is what the PBX did not tell, or nobody knows."""

    number: str
    do_not_disturb: bool | None = None
    may_be_monitored: bool | None = None
    monitor_mode: MonitorPermission | None = None
    forward_always: Forwarding | None = None
    forward_busy: Forwarding | None = None
    forward_no_answer: Forwarding | None = None


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """Which settings of an extension to change; None leaves one as it is."""

    do_not_disturb: bool | None = None
    may_be_monitored: bool | None = None
    monitor_mode: MonitorPermission | None = None
    forward_always: Forwarding | None = None
    forward_busy: Forwarding | None = None
    forward_no_answer: Forwarding | None = None
