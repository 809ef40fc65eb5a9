"""Names and data of extensions and calls, for states, events and sentences."""

from typing import Any

from homeassistant.util import dt as dt_util

from ..client.model import (
    Call,
    CallEvent,
    Extension,
    ParkedCall,
    Party,
    Queue,
    QueueCaller,
)
from ..const import (
    ATTR_CALL_ID,
    ATTR_DIALED,
    ATTR_DIRECTION,
    ATTR_DURATION,
    ATTR_ENDED_BY,
    ATTR_NAME,
    ATTR_NUMBER,
    ATTR_OUTCOME,
    ATTR_PARKED_BY,
    ATTR_RANG,
    ATTR_SINCE,
    ATTR_SLOT,
    ATTR_TALKED,
    ATTR_TRUNK,
    ATTR_VIA,
)
from .coordinator import PbxCoordinator
from .registry import with_number


def spoken_name(extension: Extension) -> str:
    """Return the name of an extension for a sentence, with its number."""
    return with_number(extension.name, extension.number)


def party_name(coordinator: PbxCoordinator, party: Party | None) -> str | None:
    """Return the name of a party: from the PBX, else from the user's contacts."""
    if party is None:
        return None
    if party.extension:
        return number_name(coordinator, party.number)
    return coordinator.contacts.name(party.number)


def number_name(coordinator: PbxCoordinator, number: str) -> str | None:
    """Return the name for a number: an extension's, else the one of the contacts."""
    extension = coordinator.data.extensions.get(number)
    if extension is not None and extension.name:
        return extension.name
    return coordinator.contacts.name(number)


def party_data(coordinator: PbxCoordinator, party: Party | None) -> dict[str, Any]:
    """Return the number and name of a party; a hidden number is blank."""
    return {
        ATTR_NUMBER: party.number if party is not None else None,
        ATTR_NAME: party_name(coordinator, party),
    }


def caller_data(coordinator: PbxCoordinator, caller: QueueCaller) -> dict[str, Any]:
    """Return the data of a caller who waits in a queue."""
    return {
        ATTR_NUMBER: caller.number,
        ATTR_NAME: number_name(coordinator, caller.number),
        ATTR_SINCE: dt_util.utc_from_timestamp(caller.since),
        ATTR_CALL_ID: caller.call_id,
    }


def parked_data(coordinator: PbxCoordinator, call: ParkedCall) -> dict[str, Any]:
    """Return the data of a parked call."""
    return {
        ATTR_SLOT: call.slot,
        ATTR_NUMBER: call.party.number,
        ATTR_NAME: party_name(coordinator, call.party),
        ATTR_SINCE: dt_util.utc_from_timestamp(call.since),
        ATTR_PARKED_BY: call.parked_by,
        ATTR_CALL_ID: call.call_id,
    }


def queue_name(queue: Queue) -> str:
    """Return the name of a queue for a sentence, with its number."""
    return with_number(queue.name, queue.number)


def call_data(call: Call) -> dict[str, Any]:
    """Return the data of a call that all its parties share."""
    return {
        ATTR_CALL_ID: call.id,
        ATTR_DIRECTION: call.direction.value if call.direction else None,
        ATTR_TRUNK: call.trunk,
        ATTR_VIA: call.via,
        ATTR_DIALED: call.dialed,
    }


def event_data(event: CallEvent, coordinator: PbxCoordinator) -> dict[str, Any]:
    """Return the data of a call event, with outcome and times for an end."""
    data = {**call_data(event.call), **party_data(coordinator, event.party)}
    if event.talked is None or event.rang is None:
        return data
    return {
        **data,
        ATTR_OUTCOME: event.outcome.value if event.outcome else None,
        ATTR_RANG: round(event.rang),
        ATTR_TALKED: round(event.talked),
        ATTR_DURATION: event.call.duration,
        ATTR_ENDED_BY: event.call.ended_by,
    }
