"""Every `[choose]` of the reference as a named switch, with the recommended pick as default."""

from dataclasses import dataclass
from typing import Literal

# Reference 4.4: no source says in which order the monitoring errors are tested.
RECOMMENDED_ORDER = ("10004", "10006", "10008", "10010", "10009", "10007")
PRINTED_ORDER = ("10004", "10007", "10010", "10008", "10006", "10009")


@dataclass(slots=True)
class Switches:
    """What the reference leaves open, or says firmware differs in."""

    # Requests and sessions (reference 1.2, 2)
    get_allowed: bool = True
    """GET works for every endpoint; False answers 20001 (quirk 14)."""
    expired_token_errno: Literal["20004", "20005", "20006"] = "20004"
    """What a token that timed out is answered (9.3)."""
    token_lifetime: float = 1800.0
    """Seconds without interaction after which a token is deleted (2.4)."""
    reports_keep_token: bool = True
    """A report that the server took counts as interaction (2.4)."""
    lockout_failures: int = 5
    """Failed logins in a row that lock the source address (2.5)."""
    lockout_seconds: float = 600.0
    """How long the source address stays locked (2.5)."""
    lockout_drops: bool = False
    """A locked address is cut off instead of getting 20002 (9.4)."""
    single_session: bool = False
    """A login ends every earlier session (9.4)."""
    port_required: bool = False
    """A login without `port` is answered 20008 (2.1)."""
    heartbeat_requires_address: bool = False
    """A heartbeat without `ipaddr` or `port` is answered 20011 (9.12)."""
    old_login_fields: bool = True
    """`urltag` and `version` are ignored on v1.0.0 and v1.0.1 paths, which predate them (2.1)."""
    odd_report_format: Literal["legacy", "1.0.2"] = "legacy"
    """Format for a `version` v1 does not document, such as 1.0.1 or 2.0.0 (2.2)."""

    # Answers (reference 3, 6)
    sip_free_word: Literal["Registered", "Idle"] = "Registered"
    """List word of a free SIP phone (6.1)."""
    lowercase_unavailable: bool = False
    """The last absent extension of a list is printed `unavailable` (3.3)."""
    agent_id_in_list: bool = True
    """The list has `agentid` (older firmware leaves it out, 3.3)."""
    call_objects: Literal["object", "array"] = "object"
    """Shape of `inbound`, `outbound`, `ext` in extension/query (3.4)."""
    unknown_in_query: Literal["10006", "omit"] = "10006"
    """An unknown number in extension/query (3.4)."""
    unknown_call_in_query: Literal["omit", "10007"] = "omit"
    """An unknown id in inbound/query and outbound/query (3.8 names only 30001)."""
    apply_limit: int = 3
    """That many `apply` within the window pass, the next is answered 10025 (3.12)."""
    apply_window: float = 10.0
    """Seconds of the window of `apply_limit` and `update_limit`."""
    update_limit: int | None = None
    """That many extension/update within the window take effect; more wait for `apply` (3.6)."""

    # Monitoring (reference 4)
    monitor_order: tuple[str, ...] = RECOMMENDED_ORDER
    """Order in which the errors are tested (4.4)."""
    monitor_self_errno: str = "10008"
    """The supervisor is the monitored extension."""
    monitor_absent_errno: str = "10008"
    """The supervisor's phone is not registered."""
    monitor_ringing_errno: str | None = "10007"
    """The monitored extension only rings or dials; None allows it."""
    monitor_hold_errno: str | None = None
    """The monitored extension has its call on hold; None allows it."""
    monitor_second_errno: str | None = "10009"
    """A second listener on one extension; None allows it."""
    auto_answer_delay: float = 0.0
    """Seconds an auto-answering phone is seen ringing before it picks up (9.9)."""
    monitor_reports: bool = False
    """The supervisor's leg produces RING, ANSWER and BYE (9.9)."""
    monitor_cdr: bool = False
    """The supervisor's leg produces a NewCdr (9.9)."""

    # Calls (reference 3.9, 5.3)
    invite_window: float = 10.0
    """Seconds in which an inbound call can be accepted or refused (3.9)."""
    answer_after: float | None = None
    """Whatever rings is answered by itself after that many seconds; None: nobody answers."""
    voicemail_seconds: float = 20.0
    """How long a caller talks to the voicemail."""
    waiting_call_word: Literal["Busy", "Ringing"] = "Busy"
    """Status of a busy extension on which a second call rings."""
    queue_retry: float = 5.0
    """Seconds until a queue offers a call again that no agent took (`retry`, 3.11)."""
    unanswered_group_cdr: Literal["group", "member"] = "group"
    """`callto` when several rang and nobody answered: the group, or `6200(first member)`."""
    hangup_takes: Literal["all", "active"] = "all"
    """extension/hangup on an extension with several calls ends all, or the one talked on."""
    transfer_cdr: Literal["segments", "once"] = "segments"
    """A transferred call gets a CDR for each part, or one when it ends."""
    failure_words: Literal["2017", "1.0.6"] = "1.0.6"
    """Vocabulary of CallFailed.reason (5.3)."""
    message_seconds: float = 2.0
    """Until a text message is reported as sent (5.6)."""
    messages_delivered: bool = True
    """What that report says."""
    empty_history: Literal["20021", "header"] = "20021"
    """cdr/get_random when nothing was recorded in that time (3.11)."""
    history_order: Literal["oldest", "newest"] = "oldest"
    """Which record comes first in the file of cdr/download."""
    recordings: bool = True
    """Answered calls are recorded, so their NewCdr has `recording`."""

    # Reports (reference 5)
    ring_reports: Literal["all", "api", "none"] = "all"
    """For which calls RING and ALERT are sent (5.3)."""
    ring_report_for_caller: bool = False
    """RING also while the caller's own phone rings after dial_extension (3.9)."""
    report_hold: bool = False
    """`Hold` is reported by ExtensionStatus (9.11)."""
    report_serial: Literal["all", "not_legacy", "none"] = "all"
    """Which reports carry `sn`; 2017 had none, 1.0.6 has it in all (5.3)."""
    report_tries: int = 3
    """How often a report is sent until it is answered 200 (9.7)."""
    report_spacing: float = 1.0
    """Seconds between the tries."""
    report_timeout: float = 5.0
    """Seconds a try may take, in real time as the network is real."""
    report_queue: int = 1000
    """Reports waiting for one target; the oldest is dropped beyond."""
    reports_to: Literal["every_session", "last_login"] = "every_session"
    """Who gets reports when several tokens live (2.6)."""
    duplicate_targets: bool = False
    """Two sessions with the same target get every report twice (2.6)."""
    boot_report: bool = True
    """BootUp goes to the targets known before the restart, though their tokens are gone (5.3)."""
    report_host: Literal["target", "documented"] = "target"
    """Host header of reports: the target's, or the PBX's own with a space as printed (5.1)."""
