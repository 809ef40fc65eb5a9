"""What can go wrong with a PBX, told apart by what a person or a program does next."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a PBX said no to a request it understood, or could not serve it."""

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
    BAD_REQUEST = "bad_request"
    UNSUPPORTED = "unsupported"
    INTERNAL_ERROR = "internal_error"
    UNKNOWN = "unknown"


class Unreachable(StrEnum):
    """Why no usable answer arrived."""

    NAME_NOT_RESOLVED = "name_not_resolved"
    CANNOT_CONNECT = "cannot_connect"
    TIMED_OUT = "timed_out"
    BAD_ANSWER = "bad_answer"


class WrongService(StrEnum):
    """Why what answers is not the API we speak."""

    NOT_THE_API = "not_the_api"
    API_OFF = "api_off"
    REDIRECTED = "redirected"


class PbxError(Exception):
    """Base of everything a client raises. No text of it ever holds a secret."""


class PbxUnreachable(PbxError):
    """The PBX did not answer, or not sensibly; trying again later may help.

    `maybe_done` is True when the request may have been carried out all the same.
    """

    def __init__(self, reason: Unreachable, *, maybe_done: bool = False) -> None:
        """Keep why, and whether the request may have acted."""
        super().__init__(f"PBX unreachable: {reason}")
        self.reason = reason
        self.maybe_done = maybe_done


class PbxNotTrusted(PbxError):
    """The certificate is not trusted: not valid for this address, or not the pinned one.

    `certificate` is the DER encoding of what the PBX presented.
    """

    def __init__(self, certificate: bytes) -> None:
        """Keep the certificate, for a person to look at."""
        super().__init__("The certificate of the PBX is not trusted")
        self.certificate = certificate


class PbxWrongService(PbxError):
    """Something answers at this address, but not the API we speak."""

    def __init__(self, reason: WrongService) -> None:
        """Keep what is there instead."""
        super().__init__(f"Not the PBX's API: {reason}")
        self.reason = reason


class PbxLoginRejected(PbxError):
    """Username or password is wrong. Never try again with the same ones."""

    def __init__(self) -> None:
        """Say it without the credentials."""
        super().__init__("The PBX rejected username or password")


class PbxLockedOut(PbxError):
    """The PBX blocks this address after too many failed logins."""

    def __init__(self, retry_after: float) -> None:
        """Keep after how many seconds a login makes sense again."""
        super().__init__(f"Locked out by the PBX for {retry_after:.0f} s")
        self.retry_after = retry_after


class PbxRefused(PbxError):
    """The PBX understood the request and did not carry it out.

    `code` is the PBX's own number for it, None when it gave none.
    """

    def __init__(self, refusal: Refusal, code: int | None = None) -> None:
        """Keep why, and the PBX's own code."""
        super().__init__(f"Refused by the PBX: {refusal} ({code})")
        self.refusal = refusal
        self.code = code
