"""The settings of an extension that can be read and changed, the same for every family."""

from dataclasses import dataclass
from enum import StrEnum


class MonitorPermission(StrEnum):
    """The modes in which an extension may supervise others; EXTENSIVE allows all."""

    DISABLED = "disabled"
    EXTENSIVE = "extensive"
    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE_IN = "barge_in"


class ForwardTo(StrEnum):
    """The kind of destination that calls are forwarded to."""

    VOICEMAIL = "voicemail"
    EXTENSION = "extension"
    MOBILE = "mobile"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Forwarding:
    """The forwarding of calls in one situation.

    `number` is the extension or the outside number; voicemail and the extension's own
    mobile number have none. `prefix` is dialled before an outside or mobile number. The
    PBX tells the destination only while forwarding is on.

    As a change: `on=False` writes the switch alone, `on=True` without `to` keeps the
    destination that is set, otherwise the complete destination is written.
    """

    on: bool
    to: ForwardTo | None = None
    number: str | None = None
    prefix: str | None = None


@dataclass(frozen=True, slots=True)
class ExtensionSettings:
    """The settings of one extension; None for those that are not told, or unknown words."""

    number: str
    do_not_disturb: bool | None = None
    may_be_monitored: bool | None = None
    monitor_mode: MonitorPermission | None = None
    forward_always: Forwarding | None = None
    forward_busy: Forwarding | None = None
    forward_no_answer: Forwarding | None = None


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """A change of an extension's settings; None leaves a setting as it is."""

    do_not_disturb: bool | None = None
    may_be_monitored: bool | None = None
    monitor_mode: MonitorPermission | None = None
    forward_always: Forwarding | None = None
    forward_busy: Forwarding | None = None
    forward_no_answer: Forwarding | None = None
