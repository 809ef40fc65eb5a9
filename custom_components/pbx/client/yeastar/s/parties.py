"""The parties of a report, in all three formats (reference, section 5)."""

from typing import Any, Final

from ...model import Party, PartyState
from ...texts import outside_number
from ..values import text
from .lenient_json import Pairs

type Fields = dict[str, Any]
# The kind of a party, as the PBX spells it, and its fields.
type Member = tuple[str, Fields]

_KINDS: Final = frozenset({"ext", "inbound", "outbound"})


def first_of(fields: Fields, *names: str) -> str:
    """Return the first non-blank field; the PBX uses several names for one value."""
    for name in names:
        if found := text(fields.get(name)):
            return found
    return ""


def identifier(fields: Fields, *names: str) -> str:
    """Return a number or an id; a damaged one, with other characters, becomes blank."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, str) and (found := value.strip()):
            return found if found.isascii() and found.isprintable() else ""
    return ""


def members_of(pairs: Pairs) -> list[Member]:
    """Return the parties in order, from all places that the formats use (5.3, 5.4)."""
    found: list[Member] = []
    for key, value in pairs:
        if key in _KINDS:
            if isinstance(value, tuple):
                found.append((key, dict(value)))
        elif key in ("call", "members") and isinstance(value, list):
            for item in value:
                if isinstance(item, tuple):
                    found += [
                        (kind, dict(party))
                        for kind, party in item
                        if kind in _KINDS and isinstance(party, tuple)
                    ]
    return found


def extension_number(fields: Fields) -> str:
    """Return the number of an extension from one of three field names (5.5)."""
    return identifier(fields, "extid", "number", "extension")


def party_of(
    member: Member, state: PartyState, caller: bool | None = None
) -> Party | None:
    """Return one party, None for an extension without a number.

    An outside party's kind determines its role: "inbound" is the caller, "outbound" the
    callee, whatever else the report says. A hidden number is blank.
    """
    kind, fields = member
    if kind == "ext":
        number = extension_number(fields)
        return Party(number, True, state, caller) if number else None
    inbound = kind == "inbound"
    if state in (PartyState.DIALING, PartyState.RINGING):
        state = PartyState.DIALING if inbound else PartyState.RINGING
    leg = ("inboundid",) if inbound else ("outboundid", "ouboundid")
    return Party(
        number=outside_number(first_of(fields, "from" if inbound else "to")),
        extension=False,
        state=state,
        caller=inbound,
        trunk=first_of(fields, "trunk", "trunkname") or None,
        leg=first_of(fields, *leg, "channelid") or None,
    )
