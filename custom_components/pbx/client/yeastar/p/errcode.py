"""The error codes of the P-Series API (reference, section 7)."""

from typing import Final

from ...errors import Refusal

FAILURE: Final = -1
SUCCESS: Final = 0
TOKEN_DEAD: Final = 10004
NO_DATA: Final = 60001
TOO_MANY_TOKENS: Final = 60002
ADDRESS_BLOCKED: Final = 70004
ACTION_FORBIDDEN: Final = 70084
API_OFF: Final = 70123
CHANNEL_GONE: Final = 70130
NOT_POSSIBLE: Final = 70132

# The PBX lacks an interface, or the application may not use it.
NO_SUCH_INTERFACE: Final = frozenset({10001, 10002, 10003, 10005})

_REFUSALS: Final[dict[int, Refusal]] = {
    -2: Refusal.INTERNAL_ERROR,
    10001: Refusal.UNSUPPORTED,
    10002: Refusal.UNSUPPORTED,
    10003: Refusal.UNSUPPORTED,
    10005: Refusal.UNSUPPORTED,
    40001: Refusal.BAD_REQUEST,
    40002: Refusal.BAD_REQUEST,
    NO_DATA: Refusal.NOT_FOUND,
    TOO_MANY_TOKENS: Refusal.TOO_OFTEN,
    70082: Refusal.TOO_OFTEN,
    CHANNEL_GONE: Refusal.NOT_IN_CALL,
    NOT_POSSIBLE: Refusal.NOT_CONNECTED,
}


def refusal_of(code: int | None) -> Refusal:
    """Return the refusal for an error code, UNKNOWN for one without a clear meaning."""
    return Refusal.UNKNOWN if code is None else _REFUSALS.get(code, Refusal.UNKNOWN)
