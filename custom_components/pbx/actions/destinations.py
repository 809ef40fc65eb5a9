"""Destinations: the numbers and calls that an action's fields refer to."""

from dataclasses import dataclass, replace
import re
from typing import Final

from homeassistant.core import HomeAssistant

from ..client.board.switchboard import Switchboard
from ..client.dial_string import dial_string
from ..client.model import Call, Extension, PartyState
from ..hub.coordinator import PbxCoordinator
from ..hub.describe import spoken_name
from .targets import (
    Target,
    find_device,
    find_extension,
    find_extensions,
    invalid,
    loaded_pbxs,
)

# Spaces, dashes and marks of text direction that users type into numbers, or paste along
# with them. Not line breaks and tabs, which are never intended.
_NOT_DIALLED: Final = re.compile(
    r"[ \u00a0\u2007\u2009\u202f()\[\]./\\\u2010-\u2015\u2212\u200e\u200f\u202a-\u202e-]"
)
# A template makes a number of `+358401234567` and drops the plus, but not of a text.
_SCHEME: Final = "tel:"
# A number of Home Assistant, such as the state of a helper: `1002.0` is not 10020.
_FLOAT: Final = re.compile(r"(\d+)\.0", re.ASCII)


@dataclass(frozen=True, slots=True)
class Destination:
    """The destination of a call: an extension of the same PBX, or another number."""

    number: str
    extension: Extension | None

    @property
    def outside(self) -> bool:
        """Return whether it is not an extension."""
        return self.extension is None


def number_to_dial(text: str) -> str:
    """Return the dial string for a number as users write it."""
    if number := _FLOAT.fullmatch(text):
        text = number[1]
    try:
        return dial_string(_NOT_DIALLED.sub("", text.removeprefix(_SCHEME)))
    except ValueError as err:
        raise invalid("not_a_number", number=text) from err


def find_connection(
    hass: HomeAssistant, reference: str, to: str, entry_id: str | None
) -> Target[Extension, Destination]:
    """Return an extension and the destination it is connected with.

    A bare number is an extension where the PBX has one of that number.
    """
    pbxs = loaded_pbxs(hass, entry_id)
    found = find_extensions(hass, reference, pbxs)
    named: dict[str, Extension] = {}
    if find_device(hass, to) is not None:
        named = find_extensions(hass, to, pbxs)
        found = {entry: found[entry] for entry in found.keys() & named.keys()}
        if not found:
            raise invalid("different_pbxs", supervisor=reference, extension=to)
    if len(found) > 1:
        # Even if only one of the PBXs has the destination: it may be an outside number.
        raise invalid("ambiguous_extension", extension=reference)
    ((found_id, extension),) = found.items()
    runtime = pbxs[found_id]
    extensions = runtime.coordinator.data.extensions
    callee = named.get(found_id) or extensions.get(to)
    if callee is None:
        number = number_to_dial(to)
        callee = extensions.get(number)
    return Target(
        runtime, extension, Destination(callee.number if callee else number, callee)
    )


def find_destination(
    hass: HomeAssistant, to: str, permission_of: str | None, entry_id: str | None
) -> Target[Extension, Destination]:
    """Return a destination that the PBX itself calls, and the extension used for it.

    That is the callee, or for an outside number the extension whose permission is used.
    """
    if permission_of is not None:
        target = find_connection(hass, permission_of, to, entry_id)
        return replace(target, subject=target.other.extension or target.subject)
    boards = [
        runtime.coordinator.data for runtime in loaded_pbxs(hass, entry_id).values()
    ]
    if find_device(hass, to) is None and not _extension_of_any(boards, to):
        number = number_to_dial(to)
        if not _extension_of_any(boards, number):
            raise invalid("permission_of_missing", number=number)
        to = number
    callee = find_extension(hass, to, entry_id)
    extension = callee.subject
    return Target(callee.runtime, extension, Destination(extension.number, extension))


def _extension_of_any(boards: list[Switchboard], number: str) -> bool:
    """Return whether any PBX has an extension of a number."""
    return any(number in board.extensions for board in boards)


def find_call(hass: HomeAssistant, call_id: str, entry_id: str | None) -> Target[str]:
    """Return the id of a call as its PBX knows it.

    An unknown id is returned unchanged, as the PBX may know the call already.
    """
    pbxs = list(loaded_pbxs(hass, entry_id).values())
    found = [
        Target(runtime, call.id, None)
        for runtime in pbxs
        if (call := _by_id(runtime.coordinator.data.calls, call_id)) and call.id
    ]
    if len(found) == 1:
        return found[0]
    if len(pbxs) > 1:
        raise invalid("several_pbxs")
    return Target(pbxs[0], call_id, None)


async def async_find_outside_call(
    coordinator: PbxCoordinator, extension: Extension, call_id: str | None
) -> Call:
    """Return the call of an extension with an outside party, the current one first.

    When there is none the PBX is polled once, as the call may not have been reported.
    """
    call = _outside_call(coordinator, extension.number, call_id)
    if call is None:
        await coordinator.async_refresh()
        call = _outside_call(coordinator, extension.number, call_id)
    if call is not None:
        return call
    name = spoken_name(extension)
    if call_id is not None:
        raise invalid("no_such_call", extension=name, call=call_id)
    raise invalid("no_outside_call", extension=name)


def _outside_call(
    coordinator: PbxCoordinator, number: str, call_id: str | None
) -> Call | None:
    """Return the call of an extension that has a line to the outside."""
    board = coordinator.data
    calls = [call for call in board.calls_of(number) if _has_line(call)]
    if call_id is not None:
        return _by_id(calls, call_id)
    current = board.current_call(number)
    if current in calls:
        return current
    return calls[-1] if calls else None


def _has_line(call: Call) -> bool:
    """Return whether an outside party is in a call, on a line with a known id."""
    return any(
        not party.extension and party.leg and party.state is not PartyState.GONE
        for party in call.parties
    )


def _by_id(calls: list[Call], call_id: str) -> Call | None:
    """Return the call with an id.

    A template makes a number of an id, and of `1495698433.20` it makes `1495698433.2`.
    """
    for call in calls:
        if call.id == call_id:
            return call
    alike = [
        call
        for call in calls
        if call.id and "." in call.id and call.id.rstrip("0") == call_id
    ]
    return alike[0] if len(alike) == 1 else None
