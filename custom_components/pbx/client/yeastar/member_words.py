"""The members of calls in the words of a Yeastar PBX."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ..model import PartyState
from ..texts import outside_number
from .members import Member, Side
from .values import UnknownWords, text

unknown_members = UnknownWords("member")

# Sections 5.4 (S-Series) and 6.1 (P-Series): the state, and whether it is a caller's.
_WORDS: Final = {
    "ALERT": (PartyState.DIALING, True),
    "RING": (PartyState.RINGING, False),
    "EARLYMEDIA": (PartyState.RINGING, False),
    "ANSWERED": (PartyState.TALKING, True),
    "ANSWER": (PartyState.TALKING, False),
    "HOLD": (PartyState.HELD, None),
    "BYE": (PartyState.GONE, None),
}


@dataclass(frozen=True, slots=True)
class MemberNames:
    """The names of a member's fields."""

    extension: str
    channel: str
    status: str
    path: str
    trunk: str

    def side(self, item: dict[str, Any]) -> tuple[Side, dict[str, Any]] | None:
        """Return the kind of a member with its fields, None if it is incomplete."""
        for side in Side:
            name = self.extension if side is Side.EXTENSION else side.name.lower()
            if isinstance(fields := item.get(name), dict):
                return side, fields
        return None


def objects(value: object) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list; any other value has none."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def member(item: dict[str, Any], names: MemberNames) -> tuple[Member, bool] | None:
    """Return a member of a call, and whether it hung up; None if it is incomplete."""
    if (found := names.side(item)) is None:
        return None
    side, fields = found
    channel = text(fields.get(names.channel))
    word = text(fields.get(names.status)).upper()
    state, caller = _WORDS.get(word, (PartyState.UNKNOWN, None))
    if state is PartyState.UNKNOWN:
        unknown_members.log(word)
    via = text(fields.get(names.path)) or None
    gone = state is PartyState.GONE
    if side is Side.EXTENSION:
        number = text(fields.get("number"))
        if not (channel and number):
            return None
        return Member(side, number, channel, state, caller, via=via), gone
    if not channel:
        return None
    inbound = side is Side.INBOUND
    return Member(
        side,
        outside_number(text(fields.get("from" if inbound else "to"))),
        channel,
        state,
        inbound,
        text(fields.get(names.trunk)) or None,
        via,
        (outside_number(text(fields.get("to"))) or None) if inbound else None,
    ), gone
