"""The error codes of the S-Series API (reference, section 7).

The codes of login and session are handled in `session.py` alone.
"""

from typing import Final

from ...errors import Refusal

UNKNOWN_REQUEST: Final = 10003
NO_SUCH_REQUEST: Final = frozenset({UNKNOWN_REQUEST, 20009})
LOCKED_OUT: Final = 20002
# 20013 is a wrong captcha. How to send one is not documented, so a retry cannot succeed.
LOGIN_REJECTED: Final = frozenset({20003, 20013})
API_NOT_RUNNING: Final = frozenset({20010, 30003})
NO_RECORDS: Final = 20021
TOKEN_DEAD: Final = frozenset({20004, 20005, 20006})

_REFUSALS: Final[dict[int, Refusal]] = {
    10002: Refusal.BAD_REQUEST,
    UNKNOWN_REQUEST: Refusal.UNSUPPORTED,
    10004: Refusal.MISSING_PARAMETER,
    10005: Refusal.NOT_IN_CALL,
    10006: Refusal.NO_SUCH_EXTENSION,
    10007: Refusal.NOT_IN_CALL,
    10008: Refusal.NOT_IDLE,
    10009: Refusal.MONITORING_FORBIDDEN,
    10010: Refusal.MONITOR_MODE_MISMATCH,
    10011: Refusal.NO_SUCH_NUMBER,
    10012: Refusal.NO_SUCH_DESTINATION,
    10013: Refusal.NO_SUCH_DESTINATION,
    10014: Refusal.NO_SUCH_DESTINATION,
    10015: Refusal.NOT_CONNECTED,
    10016: Refusal.TOO_LATE,
    10017: Refusal.SETTINGS_REJECTED,
    10018: Refusal.SETTINGS_REJECTED,
    10019: Refusal.SETTINGS_REJECTED,
    10020: Refusal.SETTINGS_REJECTED,
    10021: Refusal.NOT_FOUND,
    10022: Refusal.SETTINGS_REJECTED,
    10023: Refusal.NOT_FOUND,
    10024: Refusal.OUTBOUND_FORBIDDEN,
    10025: Refusal.TOO_OFTEN,
    10026: Refusal.TRUNK_UNAVAILABLE,
    10027: Refusal.TRUNK_UNAVAILABLE,
    10028: Refusal.MISSING_PARAMETER,
    10029: Refusal.INTERNAL_ERROR,
    10030: Refusal.MISSING_PARAMETER,
    10031: Refusal.NO_SUCH_NUMBER,
    10032: Refusal.SETTINGS_REJECTED,
    10033: Refusal.SETTINGS_REJECTED,
    # Trunks, inbound and outbound routes: one code for each invalid field.
    **dict.fromkeys(range(10042, 10083), Refusal.SETTINGS_REJECTED),
    10062: Refusal.NOT_FOUND,
    10072: Refusal.NOT_FOUND,
    10110: Refusal.NO_SUCH_DESTINATION,
    20000: Refusal.BAD_REQUEST,
    20001: Refusal.BAD_REQUEST,
    20007: Refusal.BAD_REQUEST,
    20008: Refusal.BAD_REQUEST,
    20009: Refusal.UNSUPPORTED,
    20010: Refusal.INTERNAL_ERROR,
    20011: Refusal.BAD_REQUEST,
    20012: Refusal.NOT_FOUND,
    20013: Refusal.BAD_REQUEST,
    20014: Refusal.NOT_FOUND,
    20015: Refusal.BAD_REQUEST,
    20016: Refusal.BAD_REQUEST,
    20017: Refusal.BAD_REQUEST,
    20018: Refusal.NOT_FOUND,
    20019: Refusal.BAD_REQUEST,
    20020: Refusal.BAD_REQUEST,
    NO_RECORDS: Refusal.NOT_FOUND,
    30001: Refusal.INTERNAL_ERROR,
    30003: Refusal.INTERNAL_ERROR,
}


def refusal_of(code: int | None) -> Refusal:
    """Return the refusal for an error code, UNKNOWN for an undocumented one.

    10034 to 10041 and 10083 to 10109 exist, but have no documented meaning.
    """
    return Refusal.UNKNOWN if code is None else _REFUSALS.get(code, Refusal.UNKNOWN)
