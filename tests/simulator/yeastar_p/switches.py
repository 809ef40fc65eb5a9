"""What the P-Series' reference leaves open, as named switches."""

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class PSwitches:
    """What the reference leaves open (its section 9), or says firmware differs in."""

    access_lifetime: int = 1800
    refresh_lifetime: int = 86_400
    token_limit: int = 8
    """Tokens that are valid at the same time (2.4)."""
    failures_until_blocked: int = 5
    blocked_seconds: float = 600.0
    api_on: bool = True
    address_allowed: bool = True
    members_told: Literal["all", "changed"] = "all"
    """Whether event 30011 has all members or only those that changed (9, 8)."""
    body_encoding: Literal["string", "object"] = "string"
    """How `msg` is encoded (5.3)."""
    no_calls: Literal["empty", "null", "missing", "60001"] = "empty"
    """What call/query answers when there is no call (9, 11)."""
    monitor_listed: bool = False
    """The supervisor's leg is a member of the call (9, 5)."""
    monitor_forbidden: Literal["silent", "70084"] = "silent"
    """What a monitor request is answered for an extension that forbids it (9, 2)."""
    socket_at_expiry: Literal["kept", "closed"] = "kept"
    """What happens to a socket whose token has expired (9, 10)."""
    subscription: Literal["success", "event first", "refused", "silent", "closed"] = (
        "success"
    )
    """How a subscription is answered; all but the first two are faults."""
    heartbeats_answered: bool = True
    silence_limit: float = 60.0
    """Seconds without traffic after which a socket is closed (5.1)."""
    max_page_size: int = 1000
    blanks_as_space: bool = True
    """Unused texts are a single blank (8.3)."""
    date_format: Literal["YYYY/MM/DD", "MM/DD/YYYY", "DD-MM-YYYY"] = "YYYY/MM/DD"
    """How dates are shown and read (8.3)."""
    twelve_hours: bool = False
    """Times are shown and read with AM and PM."""
    formats_told: bool = True
    """system/information names the formats, which older firmware does not (3.1)."""
    presence_monitored: bool = True
    """Changes of presence are told (5.4)."""
    records_filtered: bool = True
    """cdr/search heeds its filters and pages (8.3)."""
