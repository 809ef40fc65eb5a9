"""The actions that return calls: those in progress, and the records of past ones."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..client.errors import PbxError
from ..client.model import Call, Extension, HistoryCall, Party, PartyState
from ..client.pbx import HISTORY_LIMIT, Capability
from ..const import (
    ATTR_CALL_ID,
    ATTR_CALLER,
    ATTR_CALLS,
    ATTR_DIALED,
    ATTR_DIRECTION,
    ATTR_DURATION,
    ATTR_END,
    ATTR_EXTENSION,
    ATTR_LIMIT,
    ATTR_OUTCOME,
    ATTR_SINCE,
    ATTR_START,
    ATTR_STATE,
    ATTR_TALKED,
    ATTR_TRUNK,
    ATTR_VIA,
    KEY_CALLS,
    SERVICE_GET_CALL_HISTORY,
    SERVICE_GET_CALLS,
)
from ..hub.connect import failure
from ..hub.coordinator import PbxCoordinator
from ..hub.describe import call_data, party_data, spoken_name
from ..hub.permission import async_check_control, async_check_permission
from ..hub.request import async_request
from .definition import OF_PBX, REFERENCE, Action
from .targets import Target, find_extension, find_pbx, invalid, loaded_pbxs

# The time span when no start is given.
RECENT: Final = timedelta(days=1)
MOST: Final = 1000


async def _async_extension(call: ServiceCall) -> Target[Extension] | None:
    """Return the extension whose calls are requested, None for all calls."""
    reference = call.data.get(ATTR_EXTENSION)
    if reference is None:
        return None
    found = find_extension(call.hass, reference, call.data.get(ATTR_CONFIG_ENTRY_ID))
    await async_check_permission(
        call.hass, call.context, found.coordinator, found.subject
    )
    return found


async def _async_check_all(call: ServiceCall, coordinator: PbxCoordinator) -> None:
    """Raise unless the user may control the sensor of all calls of a PBX."""
    title = coordinator.config_entry.title
    await async_check_control(call.hass, call.context, coordinator, {KEY_CALLS: title})


async def _async_get_calls(call: ServiceCall) -> JsonObjectType:
    """Return the calls in progress of an extension or of all PBXs, the oldest first."""
    found: list[tuple[Call, PbxCoordinator]] = []
    if (target := await _async_extension(call)) is not None:
        _check_known(target.coordinator)
        calls = target.coordinator.data.calls_of(target.subject.number)
        found += [(one, target.coordinator) for one in calls]
    else:
        pbxs = loaded_pbxs(call.hass, call.data.get(ATTR_CONFIG_ENTRY_ID))
        for runtime in pbxs.values():
            await _async_check_all(call, runtime.coordinator)
            _check_known(runtime.coordinator)
            found += [
                (one, runtime.coordinator) for one in runtime.coordinator.data.calls
            ]
        found.sort(key=lambda one: one[0].started_at)
    return {ATTR_CALLS: [_live(coordinator, one) for one, coordinator in found]}


def _check_known(coordinator: PbxCoordinator) -> None:
    """Raise unless the calls of a PBX are known."""
    if not coordinator.last_update_success:
        raise _not_known(coordinator)


def _not_known(coordinator: PbxCoordinator) -> HomeAssistantError:
    """Return the error that the last poll failed with."""
    err = coordinator.last_exception
    if isinstance(err, HomeAssistantError):
        return err.with_traceback(None)
    return HomeAssistantError(
        **failure(PbxError(), coordinator.pbx.address, coordinator.family)
    )


def _live(coordinator: PbxCoordinator, call: Call) -> JsonObjectType:
    """Return the data of a call in progress."""
    entry = coordinator.config_entry
    return {
        ATTR_CONFIG_ENTRY_ID: entry.entry_id,
        "pbx": entry.title,
        **call_data(call),
        ATTR_SINCE: _time(call.started_at),
        "answered_since": _time(call.answered_at) if call.answered_at else None,
        "held": call.held,
        "parties": [
            _party(coordinator, party)
            for party in call.parties
            if party.state is not PartyState.GONE
        ],
    }


def _party(coordinator: PbxCoordinator, party: Party) -> JsonObjectType:
    """Return the data of a party of a call."""
    return {
        **party_data(coordinator, party),
        ATTR_EXTENSION: party.extension,
        ATTR_STATE: party.state.value,
        ATTR_CALLER: party.caller,
    }


def _time(timestamp: float) -> str:
    """Return a time as text, in the time zone of Home Assistant."""
    return dt_util.as_local(dt_util.utc_from_timestamp(timestamp)).isoformat(
        timespec="seconds"
    )


async def _async_get_call_history(call: ServiceCall) -> JsonObjectType:
    """Return the PBX's own records of calls, the newest first."""
    target = await _async_extension(call)
    if target is not None:
        coordinator, extension = target.coordinator, target.subject
        number, subject = extension.number, spoken_name(extension)
    else:
        runtime = find_pbx(call.hass, call.data.get(ATTR_CONFIG_ENTRY_ID))
        coordinator = runtime.coordinator
        number, subject = None, coordinator.config_entry.title
        await _async_check_all(call, coordinator)
    try:
        end = _pbx_time(call.data.get(ATTR_END) or dt_util.now())
        start = _pbx_time(call.data.get(ATTR_START) or end - RECENT)
    except OverflowError as err:
        raise invalid("not_a_time") from err
    if end < start:
        raise invalid("end_before_start")
    calls = await async_request(
        coordinator,
        Capability.HISTORY,
        lambda pbx: pbx.call_history(start, end, number, call.data[ATTR_LIMIT]),
        {"subject": subject},
    )
    return {ATTR_CALLS: [_past(coordinator, one) for one in calls]}


def _pbx_time(time: datetime) -> datetime:
    """Return a time in the PBX's zone, assumed to be that of Home Assistant."""
    local = dt_util.as_local(time) if time.tzinfo else time
    return local.replace(tzinfo=None, microsecond=0)


def _past(coordinator: PbxCoordinator, call: HistoryCall) -> JsonObjectType:
    """Return the data of a call record."""
    return {
        ATTR_CALL_ID: call.id,
        "started": call.started_at.isoformat(),
        "caller": call.caller,
        "caller_name": _name(coordinator, call.caller),
        "callee": call.callee,
        "callee_name": _name(coordinator, call.callee),
        ATTR_DIRECTION: call.direction.value if call.direction else None,
        ATTR_OUTCOME: call.outcome.value if call.outcome else None,
        "transfer": call.transfer,
        ATTR_TRUNK: call.trunk,
        ATTR_VIA: call.via,
        ATTR_DIALED: call.dialed,
        ATTR_DURATION: call.duration,
        ATTR_TALKED: call.talked,
    }


def _name(coordinator: PbxCoordinator, number: str) -> str | None:
    """Return the name of a number: an extension's, else from the user's contacts."""
    extension = coordinator.data.extensions.get(number)
    if extension is not None and extension.name:
        return extension.name
    return coordinator.contacts.name(number)


LIST_ACTIONS: Final = (
    Action(
        name=SERVICE_GET_CALLS,
        handler=_async_get_calls,
        schema=vol.Schema({vol.Optional(ATTR_EXTENSION): REFERENCE, **OF_PBX}),
        response=SupportsResponse.ONLY,
    ),
    Action(
        name=SERVICE_GET_CALL_HISTORY,
        handler=_async_get_call_history,
        schema=vol.Schema(
            {
                vol.Optional(ATTR_START): cv.datetime,
                vol.Optional(ATTR_END): cv.datetime,
                vol.Optional(ATTR_EXTENSION): REFERENCE,
                vol.Optional(ATTR_LIMIT, default=HISTORY_LIMIT): vol.All(
                    vol.Coerce(int), vol.Range(min=1, max=MOST)
                ),
                **OF_PBX,
            }
        ),
        response=SupportsResponse.ONLY,
    ),
)
