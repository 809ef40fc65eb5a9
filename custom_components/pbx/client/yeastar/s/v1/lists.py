"""The parser of the PBX's lists of calls (reference, sections 3.4 and 3.8)."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, Final

from ....model import CallDirection, Party, PartyState
from ....texts import outside_number
from ...values import Answer, text
from ..dialect import Dialect
from .found import FoundCall, Ties

# Reference, section 6.3: in all other states, no party talks yet.
_TALKING: Final = "talking"
# The fields in the settings of an extension that describe its calls.
_CALL_OBJECTS: Final = ("inbound", "outbound", "ext")


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """Yield the objects of a value that is one object or a list (section 3.4)."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item


def inbound_calls(answer: Answer) -> list[FoundCall] | None:
    """Return the inbound calls of a list, None without a list (section 3.8)."""
    items = answer.get("inbound")
    if not isinstance(items, list):
        return None
    return [_inbound(item) for item in _objects(items) if text(item.get("inboundid"))]


def _inbound(item: dict[str, Any]) -> FoundCall:
    """Return one inbound call with the callees that it rings at or has reached."""
    call_id = text(item.get("inboundid"))
    answered = text(item.get("status")).lower() == _TALKING
    callees = list(_objects(item.get("callee")))
    numbers = (text(callee.get("extid")) for callee in callees)
    caller = Party(
        outside_number(text(item.get("from"))),
        extension=False,
        state=PartyState.TALKING if answered else PartyState.DIALING,
        caller=True,
        trunk=text(item.get("trunk")) or None,
        leg=call_id,
    )
    # If the call continues to the outside, that line has its own row in the other list.
    onward = tuple(
        Party(
            "",
            extension=False,
            state=PartyState.TALKING if answered else PartyState.RINGING,
            caller=False,
            leg=line,
        )
        for callee in callees
        if (line := text(callee.get("outboundid")))
    )
    return FoundCall(
        id=call_id,
        direction=CallDirection.INBOUND,
        numbers=tuple(dict.fromkeys(number for number in numbers if number)),
        outside=(caller, *onward),
        answered=answered,
        dialed=outside_number(text(item.get("to"))) or None,
    )


def outbound_calls(
    answer: Answer, known: Collection[str], inbound: list[FoundCall]
) -> list[FoundCall] | None:
    """Return all calls, with outbound lines joined to the inbound calls they continue.

    `known` are the extensions: the caller of an outbound call may be none of them.
    Without a list, the result is None (section 3.8).
    """
    items = answer.get("outbound")
    if not isinstance(items, list):
        return None
    rows = {
        line: item
        for item in _objects(items)
        if (line := text(item.get("outboundid") or item.get("ouboundid")))
    }
    found = [_joined(call, rows) for call in inbound]
    found.extend(_outbound(line, item, known) for line, item in rows.items())
    return found


def _joined(call: FoundCall, rows: dict[str, dict[str, Any]]) -> FoundCall:
    """Return an inbound call with its outside callees, which leave `rows`."""
    parties = []
    for party in call.outside:
        row = rows.pop(party.leg or "", None) if party.caller is False else None
        if row is not None:
            parties.append(_callee(party.leg or "", row))
        elif party.caller:
            parties.append(party)
    return replace(call, outside=tuple(parties))


def _callee(line: str, item: dict[str, Any]) -> Party:
    """Return the callee on an outbound line."""
    talking = text(item.get("status")).lower() == _TALKING
    return Party(
        outside_number(text(item.get("to"))),
        extension=False,
        state=PartyState.TALKING if talking else PartyState.RINGING,
        caller=False,
        trunk=text(item.get("trunk")) or None,
        leg=line,
    )


def _outbound(line: str, item: dict[str, Any], known: Collection[str]) -> FoundCall:
    """Return one outbound call; this list does not contain its call id."""
    callee = _callee(line, item)
    caller = text(item.get("from"))
    return FoundCall(
        id=None,
        direction=CallDirection.OUTBOUND,
        numbers=(caller,) if caller in known else (),
        outside=(callee,),
        answered=callee.state is PartyState.TALKING,
        caller=caller,
    )


def ties(answer: Answer, dialect: Dialect) -> dict[str, Ties]:
    """Return the calls of extensions according to their settings (section 3.4).

    Nothing else of that answer is read: it contains the passwords of the phones.
    """
    found: dict[str, Ties] = {}
    for item in _objects(answer.get("extinfos")):
        number = text(item.get(dialect.extension_number))
        if not number:
            continue
        lines = [
            text(one.get(f"{key}id") or one.get("ouboundid"))
            for key in ("inbound", "outbound")
            for one in _objects(item.get(key))
        ]
        others = [text(one.get("extid")) for one in _objects(item.get("ext"))]
        found[number] = Ties(
            tuple(line for line in lines if line),
            tuple(other for other in others if other and other != number),
            # Firmware that sends an object lists only one call of each kind.
            not any(isinstance(item.get(key), dict) for key in _CALL_OBJECTS),
        )
    return found
