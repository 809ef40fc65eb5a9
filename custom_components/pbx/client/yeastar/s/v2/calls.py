"""Calls with their members, in lists and in events (reference, sections 3.5, 3.8, 5.4)."""

from collections.abc import Iterable
from typing import Any, Final

from ...member_words import MemberNames, member
from ...members import Member, Side
from ...values import Answer, text
from ..parties import Fields, Member as Told

OF_EXTENSIONS: Final = "extension/query_call"
OF_LINES: Final = "call/query"

_NAMES: Final = MemberNames(
    extension="ext",
    channel="channelid",
    status="memberstatus",
    path="callpath",
    trunk="trunkname",
)

# The members of a call, each with whether it has hung up; calls by id.
type Members = list[tuple[Member, bool]]
type Calls = dict[str, Members]


def of_lines(answer: Answer) -> Calls | None:
    """Return the calls of a list, None unless every item was understood."""
    return _calls(answer.get("calls"))


def of_extensions(answer: Answer) -> Calls | None:
    """Return the calls of all extensions in a list, None unless all were understood."""
    rows = answer.get("calllist")
    if not isinstance(rows, list):
        return None
    found: Calls = {}
    for row in rows:
        if not isinstance(row, dict) or not text(row.get("number")):
            return None
        calls = _calls(row.get("numbercalls"))
        if calls is None:
            return None
        found |= calls
    return found


def _calls(rows: object) -> Calls | None:
    """Return calls by id, None unless every item was understood."""
    if not isinstance(rows, list):
        return None
    found: Calls = {}
    for row in rows:
        call_id = text(row.get("callid")) if isinstance(row, dict) else ""
        items = row.get("members") if call_id else None
        if not isinstance(items, list):
            return None
        members = [_member(item) for item in items]
        found[call_id] = [one for one in members if one is not None]
        if len(found[call_id]) != len(members):
            return None
    return found


def _member(item: Any) -> tuple[Member, bool] | None:
    """Return a member of a call, and whether it hung up; None for anything else."""
    return member(item, _NAMES) if isinstance(item, dict) else None


def told(members: Iterable[Told]) -> Members:
    """Return the members that an event names; None of them is without its status."""
    found = (
        _member({kind: fields}) for kind, fields in members if "memberstatus" in fields
    )
    return [one for one in found if one is not None]


def offered(members: Iterable[Told]) -> Members:
    """Return the outside caller of an event that tells no status (section 5.4)."""
    found = (_offered(kind, fields) for kind, fields in members)
    return [(one, False) for one in found if one is not None]


def _offered(kind: str, fields: Fields) -> Member | None:
    """Return an outside caller whose call is at no phone yet, None for anyone else."""
    known = _member({kind: {**fields, "memberstatus": "ALERT"}})
    if known is None or known[0].side is not Side.INBOUND:
        return None
    return known[0]
