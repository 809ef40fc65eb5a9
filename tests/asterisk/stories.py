"""The story of each scene of the rig, as it must be told.

Derived from what the phones of a scene do, the same for every version. A line of
STORIES is a moment without changes: the calls with their parties, the caller with a
star, and the phones that are not idle; or the end of a call. A line of EVENTS has the
call events of one extension, each with the other party.
"""

# In these the rig ends the calls by itself: nobody knows whose phone is the first.
ENDED_BY_THE_RIG = frozenset({"listen", "whisper", "barge", "whisper_outside"})

STORIES: dict[str, list[str]] = {
    "internal_answered": [
        "internal: *1002 dialing, 1001 ringing | 1001=ringing 1002=busy",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy",
        "internal: ended answered by 1002: 1001 answered, 1002 answered",
        "- | -",
    ],
    "internal_answered_callee_hangs_up": [
        "internal: *1002 dialing, 1001 ringing | 1001=ringing 1002=busy",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy",
        "internal: ended answered by 1001: 1001 answered, 1002 answered",
        "- | -",
    ],
    "internal_unanswered": [
        "internal: *1002 dialing, 1003 ringing | 1002=busy 1003=ringing",
        "internal: ended missed: 1002 missed, 1003 missed",
        "- | -",
    ],
    "internal_caller_gives_up": [
        "internal: *1002 dialing, 1003 ringing | 1002=busy 1003=ringing",
        "internal: ended missed by 1002: 1002 missed, 1003 missed",
        "- | -",
    ],
    "internal_busy": [
        "internal: ended busy: 1002 busy, 1003 busy",
        "- | -",
    ],
    "internal_rejected": [
        "internal: *1002 dialing, 1003 ringing | 1002=busy 1003=ringing",
        "internal: ended rejected: 1002 rejected, 1003 rejected",
        "- | -",
    ],
    "internal_offline": [
        "internal: ended failed: 1002 failed",
        "- | 1003=offline",
        "- | -",
    ],
    "no_such_number": [],
    "inbound_answered": [
        "inbound: *0123456789 dialing, 1001 ringing (dialed 5550101)"
        " (trunk itsp) | 1001=ringing",
        "inbound: *0123456789 talking, 1001 talking (dialed 5550101)"
        " (trunk itsp) | 1001=busy",
        "inbound: ended answered by 1001: 1001 answered (dialed 5550101) (trunk itsp)",
        "- | -",
    ],
    "inbound_to_voicemail": [
        "inbound: *0123456789 dialing, 1001 ringing (dialed 5550101)"
        " (trunk itsp) | 1001=ringing",
        "inbound: *0123456789 dialing (dialed 5550101) (trunk itsp) | -",
        "inbound: ended voicemail by 0123456789: 1001 missed (dialed 5550101)"
        " (trunk itsp)",
        "- | -",
    ],
    "outbound_answered": [
        "outbound: *1001 dialing, 0123456789 ringing (trunk itsp) | 1001=busy",
        "outbound: *1001 talking, 0123456789 talking (trunk itsp) | 1001=busy",
        "outbound: ended answered by 0123456789: 1001 answered (trunk itsp)",
        "- | -",
    ],
    "outbound_busy": [
        "outbound: ended busy: 1001 busy (trunk itsp)",
        "- | -",
    ],
    "two_calls": [
        "internal: *1002 dialing, 1001 ringing | 1001=ringing 1002=busy",
        "internal: *1002 talking, 1001 held"
        " + internal: *1003 dialing, 1001 ringing | 1001=ringing 1002=busy 1003=busy",
        "internal: *1002 talking, 1001 held"
        " + internal: *1003 talking, 1001 talking | 1001=busy 1002=busy 1003=busy",
        "internal: ended answered by 1003: 1001 answered, 1003 answered",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy",
        "internal: ended answered by 1002: 1001 answered, 1002 answered",
        "- | -",
    ],
    "hold_resume": [
        "internal: *1002 dialing, 1001 ringing | 1001=ringing 1002=busy",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy",
        "internal: *1002 talking, 1001 held | 1001=on_hold 1002=busy",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy",
        "internal: ended answered by 1002: 1001 answered, 1002 answered",
        "- | -",
    ],
    "blind_transfer": [
        "inbound: *0123456789 dialing, 1001 ringing (dialed 5550101)"
        " (trunk itsp) | 1001=ringing",
        "inbound: *0123456789 talking, 1001 talking (dialed 5550101)"
        " (trunk itsp) | 1001=busy",
        "inbound: *0123456789 dialing, 1003 ringing (dialed 5550101)"
        " (trunk itsp) | 1003=ringing",
        "inbound: *0123456789 talking, 1003 talking (dialed 5550101)"
        " (trunk itsp) | 1003=busy",
        "inbound: ended answered by 1003: 1001 answered, 1003 answered"
        " (dialed 5550101) (trunk itsp)",
        "- | -",
    ],
    "attended_transfer": [
        "inbound: *0123456789 dialing, 1001 ringing (dialed 5550101)"
        " (trunk itsp) | 1001=ringing",
        "inbound: *0123456789 talking, 1001 held (dialed 5550101)"
        " (trunk itsp) | 1001=on_hold",
        "inbound: *0123456789 talking, 1001 held (dialed 5550101) (trunk itsp)"
        " + internal: *1001 dialing, 1003 ringing | 1001=busy 1003=ringing",
        "inbound: *0123456789 talking, 1001 held (dialed 5550101) (trunk itsp)"
        " + internal: *1001 talking, 1003 talking | 1001=busy 1003=busy",
        "None: ended answered: 1001 answered, 1003 answered",
        "inbound: *0123456789 talking, 1003 talking (dialed 5550101)"
        " (trunk itsp) | 1003=busy",
        "inbound: ended answered by 1003: 1001 answered, 1003 answered"
        " (dialed 5550101) (trunk itsp)",
        "- | -",
    ],
    "attended_transfer_by_code": [
        "inbound: *0123456789 dialing, 1001 ringing (dialed 5550101)"
        " (trunk itsp) | 1001=ringing",
        "inbound: *0123456789 talking, 1001 talking (dialed 5550101)"
        " (trunk itsp) | 1001=busy",
        "inbound: *0123456789 talking, 1001 held (dialed 5550101)"
        " (trunk itsp) | 1001=on_hold",
        "inbound: *0123456789 talking, 1001 talking, 1003 ringing (dialed 5550101)"
        " (trunk itsp) | 1001=busy 1003=ringing",
        "inbound: *0123456789 talking, 1001 talking, 1003 talking (dialed 5550101)"
        " (trunk itsp) | 1001=busy 1003=busy",
        "inbound: ended answered by 1003: 1001 answered, 1003 answered"
        " (dialed 5550101) (trunk itsp)",
        "- | -",
    ],
    "parked": [
        "inbound: *0123456789 dialing, 1001 ringing (dialed 5550101)"
        " (trunk itsp) | 1001=ringing",
        "inbound: *0123456789 held (dialed 5550101) (trunk itsp) | 1001=busy",
        "None: ended answered: 1003 answered",
        "inbound: ended answered by 1003: 1001 answered, 1003 answered"
        " (dialed 5550101) (trunk itsp)",
        "- | -",
    ],
    "parked_given_up": [
        "inbound: *0123456789 dialing, 1001 ringing (dialed 5550101)"
        " (trunk itsp) | 1001=ringing",
        "inbound: *0123456789 held (dialed 5550101) (trunk itsp) | 1001=busy",
        "inbound: ended answered by 0123456789: 1001 answered (dialed 5550101)"
        " (trunk itsp)",
        "- | -",
    ],
    "ring_group": [
        "inbound: *0123456789 dialing, 1003 ringing, 1004 ringing, 1006 ringing"
        " (via 600) (dialed 5550102)"
        " (trunk itsp) | 1003=ringing 1004=ringing 1006=ringing",
        "inbound: *0123456789 talking, 1004 talking (via 600) (dialed 5550102)"
        " (trunk itsp) | 1004=busy",
        "inbound: ended answered by 1004: 1003 answered_elsewhere, 1004 answered, 1006 answered_elsewhere (via 600) (dialed 5550102) (trunk itsp"
        ")",
        "- | -",
    ],
    "queue": [
        "inbound: *0123456789 dialing, 1003 ringing, 1004 ringing (via 700)"
        " (dialed 5550103) (trunk itsp) | 1003=ringing 1004=ringing",
        "inbound: *0123456789 talking, 1003 talking (via 700) (dialed 5550103)"
        " (trunk itsp) | 1003=busy",
        "inbound: ended answered by 1003: 1003 answered, 1004 answered_elsewhere"
        " (via 700) (dialed 5550103) (trunk itsp)",
        "- | -",
    ],
    "queue_abandoned": [
        "inbound: *0123456789 dialing, 1003 ringing, 1004 ringing (via 700)"
        " (dialed 5550103) (trunk itsp) | 1003=ringing 1004=ringing",
        "inbound: ended missed by 0123456789: 1003 missed, 1004 missed (via 700)"
        " (dialed 5550103) (trunk itsp)",
        "- | -",
    ],
    "do_not_disturb": [
        "- | 1003=busy",
        "internal: ended busy: 1002 busy",
        "- | 1003=busy",
        "- | -",
    ],
    "forwarded": [
        "- | 1003=busy",
        "internal: *1002 dialing, 1004 ringing | 1002=busy 1004=ringing",
        "internal: ended answered by 1002: 1002 answered, 1004 answered",
        "- | 1003=busy",
        "- | -",
    ],
    "listen": [
        "internal: *1002 dialing, 1001 ringing | 1001=ringing 1002=busy",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy",
        "internal: *1002 talking, 1001 talking"
        " + internal: *1005 ringing | 1001=busy 1002=busy 1005=ringing",
        "None: ended answered: 1005 answered",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy 1005=busy",
        "internal: ended answered: 1001 answered, 1002 answered",
        "- | -",
    ],
    "whisper": [
        "internal: *1002 dialing, 1001 ringing | 1001=ringing 1002=busy",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy",
        "internal: *1002 talking, 1001 talking"
        " + internal: *1005 ringing | 1001=busy 1002=busy 1005=ringing",
        "None: ended answered: 1005 answered",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy 1005=busy",
        "internal: ended answered: 1001 answered, 1002 answered",
        "- | -",
    ],
    "barge": [
        "internal: *1002 dialing, 1001 ringing | 1001=ringing 1002=busy",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy",
        "internal: *1002 talking, 1001 talking"
        " + internal: *1005 ringing | 1001=busy 1002=busy 1005=ringing",
        "None: ended answered: 1005 answered",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy 1005=busy",
        "internal: ended answered: 1001 answered, 1002 answered",
        "- | -",
    ],
    "whisper_outside": [
        "inbound: *0123456789 dialing, 1001 ringing (dialed 5550101)"
        " (trunk itsp) | 1001=ringing",
        "inbound: *0123456789 talking, 1001 talking (dialed 5550101)"
        " (trunk itsp) | 1001=busy",
        "inbound: *0123456789 talking, 1001 talking (dialed 5550101) (trunk itsp)"
        " + internal: *1005 ringing | 1001=busy 1005=ringing",
        "None: ended answered: 1005 answered",
        "inbound: *0123456789 talking, 1001 talking (dialed 5550101)"
        " (trunk itsp) | 1001=busy 1005=busy",
        "inbound: ended answered: 1001 answered (dialed 5550101) (trunk itsp)",
        "- | -",
    ],
    "phone_unregisters": [
        "- | 1006=offline",
        "- | -",
    ],
    "restart": [
        "internal: *1002 dialing, 1001 ringing | 1001=ringing 1002=busy",
        "internal: ended answered: 1001 answered, 1002 answered",
        "- | -",
    ],
}


_IN = "0123456789 (dialed 5550101) (trunk itsp)"
_GROUP = "(via 600) (dialed 5550102) (trunk itsp)"
_QUEUE = "(via 700) (dialed 5550103) (trunk itsp)"
_OUT = "0123456789 (trunk itsp)"
_INTERNAL = [
    "1001: ringing 1002, answered 1002, ended answered 1002 by 1002",
    "1002: dialing 1001, answered 1001, ended answered 1001 by 1002",
]
# Asterisk tells that a phone is called by it, and that it was answered, before it tells
# that this is a supervision.
_SPYING = "1005: ringing None, dialing None, ended answered None"

EVENTS: dict[str, list[str]] = {
    "internal_answered": _INTERNAL,
    "internal_answered_callee_hangs_up": [
        "1001: ringing 1002, answered 1002, ended answered 1002 by 1001",
        "1002: dialing 1001, answered 1001, ended answered 1001 by 1001",
    ],
    "internal_unanswered": [
        "1002: dialing 1003, ended missed 1003",
        "1003: ringing 1002, missed missed 1002",
    ],
    "internal_caller_gives_up": [
        "1002: dialing 1003, ended missed 1003 by 1002",
        "1003: ringing 1002, missed missed 1002 by 1002",
    ],
    # Asterisk names no callee whose phone has not rung.
    "internal_busy": ["1002: dialing None, failed busy None"],
    "internal_rejected": [
        "1002: dialing 1003, failed rejected 1003",
        "1003: ringing 1002, ended rejected 1002",
    ],
    "internal_offline": ["1002: dialing None, failed failed None"],
    "no_such_number": [],
    "inbound_answered": [
        f"1001: ringing {_IN}, answered {_IN},"
        " ended answered 0123456789 by 1001 (dialed 5550101) (trunk itsp)",
    ],
    "inbound_to_voicemail": [f"1001: ringing {_IN}, missed missed {_IN}"],
    "outbound_answered": [
        f"1001: dialing {_OUT}, answered {_OUT},"
        " ended answered 0123456789 by 0123456789 (trunk itsp)",
    ],
    "outbound_busy": [f"1001: dialing {_OUT}, failed busy {_OUT}"],
    "two_calls": [
        "1001: ringing 1002, answered 1002, held 1002, ringing 1003, answered 1003,"
        " ended answered 1003 by 1003, resumed 1002, ended answered 1002 by 1002",
        "1002: dialing 1001, answered 1001, ended answered 1001 by 1002",
        "1003: dialing 1001, answered 1001, ended answered 1001 by 1003",
    ],
    "hold_resume": [
        "1001: ringing 1002, answered 1002, held 1002, resumed 1002,"
        " ended answered 1002 by 1002",
        "1002: dialing 1001, answered 1001, ended answered 1001 by 1002",
    ],
    "blind_transfer": [
        f"1001: ringing {_IN}, answered {_IN}, ended answered {_IN}",
        f"1003: ringing {_IN}, answered {_IN},"
        " ended answered 0123456789 by 1003 (dialed 5550101) (trunk itsp)",
    ],
    "attended_transfer": [
        # Asterisk takes the customer off hold right before it connects both.
        f"1001: ringing {_IN}, answered {_IN}, held {_IN}, dialing 1003, answered 1003,"
        f" resumed {_IN}, ended answered {_IN}, ended answered 1003",
        "1003: ringing 1001, answered 1001,"
        " ended answered 0123456789 by 1003 (dialed 5550101) (trunk itsp)",
    ],
    "attended_transfer_by_code": [
        f"1001: ringing {_IN}, answered {_IN}, held {_IN}, resumed {_IN},"
        f" ended answered {_IN}",
        f"1003: ringing {_IN}, answered {_IN},"
        " ended answered 0123456789 by 1003 (dialed 5550101) (trunk itsp)",
    ],
    "parked": [
        f"1001: ringing {_IN}, answered {_IN}, ended answered {_IN}",
        f"1003: dialing None, answered {_IN},"
        " ended answered 0123456789 by 1003 (dialed 5550101) (trunk itsp)",
    ],
    "parked_given_up": [f"1001: ringing {_IN}, answered {_IN}, ended answered {_IN}"],
    "ring_group": [
        f"1003: ringing 0123456789 {_GROUP},"
        f" ended answered_elsewhere 0123456789 {_GROUP}",
        f"1004: ringing 0123456789 {_GROUP}, answered 0123456789 {_GROUP},"
        f" ended answered 0123456789 by 1004 {_GROUP}",
        f"1006: ringing 0123456789 {_GROUP},"
        f" ended answered_elsewhere 0123456789 {_GROUP}",
    ],
    "queue": [
        f"1003: ringing 0123456789 {_QUEUE}, answered 0123456789 {_QUEUE},"
        f" ended answered 0123456789 by 1003 {_QUEUE}",
        f"1004: ringing 0123456789 {_QUEUE},"
        f" ended answered_elsewhere 0123456789 {_QUEUE}",
    ],
    "queue_abandoned": [
        f"{number}: ringing 0123456789 {_QUEUE},"
        f" missed missed 0123456789 by 0123456789 {_QUEUE}"
        for number in ("1003", "1004")
    ],
    "do_not_disturb": ["1002: dialing None, failed busy None"],
    "forwarded": [
        "1002: dialing 1004, answered 1004, ended answered 1004 by 1002",
        "1004: ringing 1002, answered 1002, ended answered 1002 by 1002",
    ],
    "listen": [*_INTERNAL, _SPYING],
    "whisper": [*_INTERNAL, _SPYING],
    "barge": [*_INTERNAL, _SPYING],
    "whisper_outside": [
        f"1001: ringing {_IN}, answered {_IN}, ended answered {_IN}",
        _SPYING,
    ],
    "phone_unregisters": [],
    "restart": [
        "1001: ringing 1002, answered 1002, ended answered 1002",
        "1002: dialing 1001, answered 1001, ended answered 1001",
    ],
}
