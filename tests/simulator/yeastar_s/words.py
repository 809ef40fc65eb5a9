"""How the S-Series says things: reference 5.3 and 6."""

from typing import Literal

from tests.simulator.exchange.cdr import Outcome
from tests.simulator.exchange.events import ExtensionState, Failure

# Reference 6.1: the words of lists and queries.
LIST_WORDS = {
    ExtensionState.ABSENT: "Unavailable",
    ExtensionState.FREE: "Registered",
    ExtensionState.RINGING: "Ringing",
    ExtensionState.BUSY: "Busy",
    ExtensionState.HOLD: "Hold",
    ExtensionState.FAULT: "Malfunction",
    ExtensionState.NO_PORT: "Fxsnoport",
}

# Reference 6.1: a report knows neither Hold nor Malfunction.
REPORT_WORDS = {
    ExtensionState.ABSENT: "Unregistered",
    ExtensionState.FREE: "Idle",
    ExtensionState.RINGING: "Ringing",
    ExtensionState.BUSY: "Busy",
}

OUTCOME_WORDS = {
    Outcome.ANSWERED: "ANSWERED",
    Outcome.NO_ANSWER: "NO ANSWER",
    Outcome.BUSY: "BUSY",
    Outcome.FAILED: "FAILED",
    Outcome.VOICEMAIL: "VOICEMAIL",
}

# Reference 5.3, note on `CallFailed.reason`: the words of 2017 and those since 1.0.6.
FAILURE_WORDS: dict[Literal["2017", "1.0.6"], dict[Failure, str]] = {
    "2017": {
        Failure.BUSY: "User busy",
        Failure.DECLINED: "User busy",
        Failure.DO_NOT_DISTURB: "DND",
        Failure.UNREACHABLE: "Line unreachable",
        Failure.NO_SUCH_NUMBER: "Line unreachable",
        Failure.NO_PERMISSION: "NO Outbound Restriction",
        Failure.NO_LINE: "Line unreachable",
    },
    "1.0.6": {
        Failure.BUSY: "486 Busy Here",
        Failure.DECLINED: "603 Declined",
        Failure.DO_NOT_DISTURB: "DND",
        Failure.UNREACHABLE: "480 Temporarily unavailable",
        Failure.NO_SUCH_NUMBER: "404 NOT found",
        Failure.NO_PERMISSION: "NO Outbound Restriction",
        Failure.NO_LINE: "503 Service Unavailable",
    },
}

CALL_TYPES = {
    "internal": "Internal",
    "inbound": "Inbound",
    "outbound": "Outbound",
    "transfer": "Transfer",
}
