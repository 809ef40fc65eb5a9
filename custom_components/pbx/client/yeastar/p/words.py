"""The objects of the P-Series API: extensions, trunks and calls (reference, 3 and 6)."""

from typing import Any, Final

from ...model import CallOutcome, PbxInfo, Trunk, TrunkStatus
from ..member_words import MemberNames, member, objects
from ..members import Member
from ..values import Answer, integer, text

_NAMES: Final = MemberNames(
    extension="extension",
    channel="channel_id",
    status="member_status",
    path="call_path",
    trunk="trunk_name",
)
# Section 6.4.
_TRUNK_CODES: Final = {
    1: TrunkStatus.IDLE,
    2: TrunkStatus.BUSY,
    3: TrunkStatus.UP,
    4: TrunkStatus.REGISTERING,
    5: TrunkStatus.REGISTERING,
    11: TrunkStatus.FAULT,
    12: TrunkStatus.DOWN,
    21: TrunkStatus.DOWN,
    22: TrunkStatus.FAULT,
    23: TrunkStatus.DOWN,
    31: TrunkStatus.FAULT,
    32: TrunkStatus.POWER_OFF,
    33: TrunkStatus.NO_SIM,
    34: TrunkStatus.NO_SIGNAL,
    35: TrunkStatus.PIN_ERROR,
    36: TrunkStatus.UNREGISTERED,
    41: TrunkStatus.UNREGISTERED,
    42: TrunkStatus.DOWN,
    43: TrunkStatus.DOWN,
    44: TrunkStatus.DISABLED,
    45: TrunkStatus.UNREGISTERED,
}
# Section 6.6; older firmware misspells the first.
_RECORD_WORDS: Final = {
    "ANSWERED": CallOutcome.ANSWERED,
    "ANSWERD": CallOutcome.ANSWERED,
    "NO ANSWER": CallOutcome.MISSED,
    "ABANDONED": CallOutcome.MISSED,
    "BUSY": CallOutcome.BUSY,
    "FAILED": CallOutcome.FAILED,
    "VOICEMAIL": CallOutcome.VOICEMAIL,
}
# Section 5.6, event 30015: the beginnings of its reasons, in lower case.
_FAILURE_WORDS: Final = {
    "dnd": CallOutcome.BUSY,
    "user busy": CallOutcome.BUSY,
    "486": CallOutcome.BUSY,
    "603": CallOutcome.REJECTED,
    "408": CallOutcome.MISSED,
    "480": CallOutcome.MISSED,
}
# Section 3.2.1 and event 30007: the kinds of an extension's phones, by member of the list.
PHONES: Final = {
    "fxs_phone": "fxs",
    "sip_phone": "sip",
    "linkus_desktop": "desktop",
    "linkus_mobile": "mobile",
    "linkus_web": "web",
}


def pbx_info(answer: Answer) -> PbxInfo | None:
    """Return the identity of the PBX, None without a serial number (section 3.1)."""
    info = answer.get("data")
    if not isinstance(info, dict) or not (serial_number := text(info.get("sn"))):
        return None
    return PbxInfo(
        serial_number=serial_number,
        name=text(info.get("device_name")) or "Yeastar P-Series",
        manufacturer="Yeastar",
        model=text(info.get("model_name")) or "P-Series",
        hardware_version=None,
        firmware_version=text(info.get("firmware_version")) or None,
        api_version="1.0",
    )


def registered_phones(item: dict[str, Any]) -> set[str]:
    """Return the kinds of phones of a listed extension that are registered (3.2.1)."""
    online = item.get("online_status")
    if not isinstance(online, dict):
        return set()
    return {
        PHONES.get(str(kind), str(kind))
        for kind, phone in online.items()
        if isinstance(phone, dict)
        and any(
            integer(one.get("status")) == 1
            for one in (phone, *objects(phone.get("status_list")))
        )
    }


def trunk(item: dict[str, Any]) -> Trunk | None:
    """Return a listed trunk, None without a name (sections 3.4 and 6.4)."""
    name = text(item.get("name"))
    if not name:
        return None
    return Trunk(
        name,
        text(item.get("type")) or None,
        _TRUNK_CODES.get(integer(item.get("status")) or 0),
    )


def call(value: object) -> tuple[str, list[tuple[Member, bool]]] | None:
    """Return the id of a call and its members, each with whether it hung up (3.3).

    Returns None for a value that is no call.
    """
    if not isinstance(value, dict) or not (call_id := text(value.get("call_id"))):
        return None
    members = (member(item, _NAMES) for item in objects(value.get("members")))
    return call_id, [one for one in members if one is not None]


def outcome_of_record(word: str) -> CallOutcome | None:
    """Return the outcome in the record of a call, None for an unknown word (6.6)."""
    return _RECORD_WORDS.get(word.strip().upper())


def outcome_of_failure(reason: str) -> CallOutcome:
    """Return the outcome for the reason why a call was not connected (event 30015)."""
    lower = reason.strip().lower()
    for beginning, outcome in _FAILURE_WORDS.items():
        if lower.startswith(beginning):
            return outcome
    return CallOutcome.FAILED
