"""What actions on calls are about: numbers as people type them, calls, trunks, PBXs."""

from dataclasses import dataclass, replace
import re
from typing import TYPE_CHECKING, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from ..client.dial_string import dial_string
from ..client.model import Call, Extension, PartyState, Trunk
from ..hub.names import spoken_name
from .targets import (
    find_device,
    find_extension,
    find_extensions,
    invalid,
    loaded_entries,
)

if TYPE_CHECKING:
    from ..hub.coordinator import PbxCoordinator

# What people put into numbers, and what address books paste along: spaces, dashes and
# marks of direction of all kinds. No line breaks and no tabs: those are never meant.
_NOT_DIALLED: Final = re.compile(
    r"[ \u00a0\u2007\u2009\u202f()\[\]./\\\u2010-\u2015\u2212\u200e\u200f\u202a-\u202e-]"
)
# A template makes a number of `+358401234567` and drops the plus; not of this.
_SCHEME: Final = "tel:"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a call goes to: an extension of the same PBX, or any other number."""

    number: str
    extension: Extension | None

    @property
    def outside(self) -> bool:
        """Whether it is no extension."""
        return self.extension is None


@dataclass(frozen=True, slots=True)
class Connection:
    """An extension and where its call goes to, on one PBX."""

    coordinator: PbxCoordinator
    extension: Extension
    to: Destination


def number_to_dial(text: str) -> str:
    """Return a number as it is dialled, from how people write it."""
    try:
        return dial_string(_NOT_DIALLED.sub("", text.removeprefix(_SCHEME)))
    except ValueError as err:
        raise invalid("not_a_number", number=text) from err


def find_connection(
    hass: HomeAssistant, reference: str, to: str, entry_id: str | None
) -> Connection:
    """Return the extension that is meant, and where to; an extension is known as one."""
    entries = loaded_entries(hass, entry_id)
    found = find_extensions(hass, reference, entries)
    named: dict[str, Extension] | None = None
    number = ""
    if find_device(hass, to) is None:
        number = number_to_dial(to)
    else:
        named = find_extensions(hass, to, entries)
        found = {entry: found[entry] for entry in found.keys() & named.keys()}
        if not found:
            raise invalid("different_pbxs", supervisor=reference, extension=to)
    if len(found) > 1:
        # Also where only one of the PBXs has the other number: it may be one outside.
        raise invalid("ambiguous_extension", extension=reference)
    ((entry_id, extension),) = found.items()
    coordinator = entries[entry_id].runtime_data
    target = (
        coordinator.data.extensions.get(number) if named is None else named[entry_id]
    )
    return Connection(
        coordinator,
        extension,
        Destination(number if target is None else target.number, target),
    )


def find_destination(
    hass: HomeAssistant, to: str, permission_of: str | None, entry_id: str | None
) -> Connection:
    """Return whom a PBX calls by itself, and the extension that is used for it.

    That is the one called, or for a number outside the one with whose right it is.
    """
    if permission_of is not None:
        connection = find_connection(hass, permission_of, to, entry_id)
        used = connection.to.extension or connection.extension
        return replace(connection, extension=used)
    if find_device(hass, to) is None:
        number = number_to_dial(to)
        entries = loaded_entries(hass, entry_id).values()
        if not any(number in entry.runtime_data.data.extensions for entry in entries):
            raise invalid("permission_of_missing", number=number)
        to = number
    coordinator, extension = find_extension(hass, to, entry_id)
    to_it = Destination(extension.number, extension)
    return Connection(coordinator, extension, to_it)


def find_pbx(hass: HomeAssistant, entry_id: str | None) -> PbxCoordinator:
    """Return the PBX that is meant: the only one, unless it is said."""
    entries = list(loaded_entries(hass, entry_id).values())
    if len(entries) > 1:
        raise invalid("several_pbxs")
    return entries[0].runtime_data


def find_call(
    hass: HomeAssistant, call_id: str, entry_id: str | None
) -> tuple[PbxCoordinator, str]:
    """Return the PBX that has a call, and the id it goes by there.

    A call that nobody has told us of yet is asked for all the same.
    """
    coordinators = [
        entry.runtime_data for entry in loaded_entries(hass, entry_id).values()
    ]
    found = [
        (coordinator, call.id)
        for coordinator in coordinators
        if (call := _by_id(coordinator.data.calls, call_id)) and call.id
    ]
    if len(found) == 1:
        return found[0]
    if len(coordinators) > 1:
        raise invalid("several_pbxs")
    return coordinators[0], call_id


async def async_find_outside_call(
    coordinator: PbxCoordinator, extension: Extension, call_id: str | None
) -> Call:
    """Return the call of an extension with somebody outside, the one talked on first.

    Where there seems to be none the PBX is asked once: it may not have been reported.
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
    """Return whether somebody outside is in a call, on a line that is known."""
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


def find_trunk(
    hass: HomeAssistant, reference: str, entry_id: str | None
) -> tuple[PbxCoordinator, Trunk]:
    """Return the trunk that is meant: by an entity or device of it, or by its name."""
    coordinators = [
        entry.runtime_data for entry in loaded_entries(hass, entry_id).values()
    ]
    device_id = find_device(hass, reference)
    device = None if device_id is None else dr.async_get(hass).async_get(device_id)
    found = [
        (coordinator, trunk)
        for coordinator in coordinators
        if (
            name := reference
            if device is None
            else coordinator.devices.trunk_name(device)
        )
        and (trunk := coordinator.data.trunks.get(name))
    ]
    if not found:
        raise invalid("unknown_trunk", trunk=reference)
    if len(found) > 1:
        raise invalid("several_pbxs")
    return found[0]
