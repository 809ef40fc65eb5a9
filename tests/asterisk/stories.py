"""The story of each scene of the rig, as the client must report it.

Derived from what the phones of a scene do, the same for every version. A line is a
moment without changes: the calls with their parties, the caller with a star, and the
phones that are not idle; or the end of a call.
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
        "None: ended None: 1005 None",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy 1005=busy",
        "internal: ended answered: 1001 answered, 1002 answered",
        "- | -",
    ],
    "whisper": [
        "internal: *1002 dialing, 1001 ringing | 1001=ringing 1002=busy",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy",
        "internal: *1002 talking, 1001 talking"
        " + internal: *1005 ringing | 1001=busy 1002=busy 1005=ringing",
        "None: ended None: 1005 None",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy 1005=busy",
        "internal: ended answered: 1001 answered, 1002 answered",
        "- | -",
    ],
    "barge": [
        "internal: *1002 dialing, 1001 ringing | 1001=ringing 1002=busy",
        "internal: *1002 talking, 1001 talking | 1001=busy 1002=busy",
        "internal: *1002 talking, 1001 talking"
        " + internal: *1005 ringing | 1001=busy 1002=busy 1005=ringing",
        "None: ended None: 1005 None",
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
        "None: ended None: 1005 None",
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
