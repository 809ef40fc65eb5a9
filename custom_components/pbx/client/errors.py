"""The errors of a PBX client, one class for each way to react to them."""

from enum import StrEnum
import re
from typing import Final

# What a server sends is shown to the user, who may see Markdown.
_NOT_SHOWN: Final = re.compile(r"[^A-Za-z0-9 ./-]")
_SHOWN: Final = 40


class Refusal(StrEnum):
    """The reason why a PBX refused a request that it understood, or could not serve it."""

    MISSING_PARAMETER = "missing_parameter"
    NO_SUCH_EXTENSION = "no_such_extension"
    NOT_IN_CALL = "not_in_call"
    NOT_IDLE = "not_idle"
    MONITORING_FORBIDDEN = "monitoring_forbidden"
    MONITOR_MODE_MISMATCH = "monitor_mode_mismatch"
    NO_SUCH_NUMBER = "no_such_number"
    NO_SUCH_DESTINATION = "no_such_destination"
    NOT_CONNECTED = "not_connected"
    TOO_LATE = "too_late"
    SETTINGS_REJECTED = "settings_rejected"
    OUTBOUND_FORBIDDEN = "outbound_forbidden"
    TOO_OFTEN = "too_often"
    TOO_MUCH = "too_much"
    TRUNK_UNAVAILABLE = "trunk_unavailable"
    NOT_FOUND = "not_found"
    NO_SUCH_QUEUE = "no_such_queue"
    NOT_AN_AGENT = "not_an_agent"
    FIXED_AGENT = "fixed_agent"
    NOT_PARKED = "not_parked"
    BAD_REQUEST = "bad_request"
    UNSUPPORTED = "unsupported"
    INTERNAL_ERROR = "internal_error"
    UNKNOWN = "unknown"


class Unreachable(StrEnum):
    """The reason why no usable answer arrived."""

    NAME_NOT_RESOLVED = "name_not_resolved"
    CANNOT_CONNECT = "cannot_connect"
    TIMED_OUT = "timed_out"
    BAD_ANSWER = "bad_answer"


class WrongService(StrEnum):
    """The reason why the server at an address is not the expected API."""

    NOT_THE_API = "not_the_api"
    API_OFF = "api_off"
    REDIRECTED = "redirected"


class PbxError(Exception):
    """The base of all errors of a client. Their texts never contain a secret."""


class PbxUnreachable(PbxError):
    """The PBX did not answer, or not with a usable answer; a later try may succeed.

    `maybe_done` is True when the PBX may have carried out the request all the same.
    """

    def __init__(self, reason: Unreachable, *, maybe_done: bool = False) -> None:
        """Initialize with the reason, and whether the request may have been carried out."""
        super().__init__(f"PBX unreachable: {reason}")
        self.reason = reason
        self.maybe_done = maybe_done


class PbxNotTrusted(PbxError):
    """The certificate is not trusted: not valid for this address, or not the pinned one.

    `certificate` is the DER encoding of the certificate that the PBX presented.
    """

    def __init__(self, certificate: bytes) -> None:
        """Initialize with the certificate, so that the user can check it."""
        super().__init__("The certificate of the PBX is not trusted")
        self.certificate = certificate


class PbxWrongService(PbxError):
    """A server answers at this address, but it is not the expected API.

    `answer` is how the server introduced itself: one short line of harmless characters.
    """

    def __init__(self, reason: WrongService, answer: str = "") -> None:
        """Initialize with the reason, and with what the server sent."""
        super().__init__(f"Not the PBX's API: {reason}")
        self.reason = reason
        self.answer = " ".join(_NOT_SHOWN.sub(" ", answer).split())[:_SHOWN]


class PbxLoginRejected(PbxError):
    """Username or password is wrong. They must not be tried again: the PBX locks out."""

    def __init__(self) -> None:
        """Initialize without the credentials, which must not be in a text."""
        super().__init__("The PBX rejected username or password")


class PbxLockedOut(PbxError):
    """The PBX blocks this address after too many failed logins."""

    def __init__(self, retry_after: float) -> None:
        """Initialize with the seconds until another login may succeed."""
        super().__init__(f"Locked out by the PBX for {retry_after:.0f} s")
        self.retry_after = retry_after


class PbxRefused(PbxError):
    """The PBX understood the request and did not carry it out.

    `code` is the PBX's own error code, None when it gave none.
    """

    def __init__(self, refusal: Refusal, code: int | None = None) -> None:
        """Initialize with the refusal and the PBX's own error code."""
        super().__init__(f"Refused by the PBX: {refusal} ({code})")
        self.refusal = refusal
        self.code = code


class PbxRightMissing(PbxRefused):
    """The user of the login lacks a right that reading the PBX needs.

    `right` is its name and `where` that of the list it belongs into, in the PBX's words.
    """

    def __init__(self, right: str, where: str) -> None:
        """Initialize with the right."""
        super().__init__(Refusal.UNSUPPORTED)
        self.right = right
        self.where = where
