"""The actions on queues and parked calls: log in, log out, pause, pick up."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..client.model import Extension, ParkedCall, Queue
from ..client.pbx import Capability, Pbx
from ..const import (
    ATTR_AUTO_ANSWER,
    ATTR_CALL_ID,
    ATTR_EXTENSION,
    ATTR_QUEUE,
    ATTR_REASON,
    ATTR_SLOT,
    KEY_CALLERS_WAITING,
    SERVICE_LOG_IN_AGENT,
    SERVICE_LOG_OUT_AGENT,
    SERVICE_PAUSE_AGENT,
    SERVICE_PICK_UP,
    SERVICE_UNPAUSE_AGENT,
)
from ..hub.coordinator import PbxCoordinator
from ..hub.describe import queue_name, spoken_name
from ..hub.permission import async_check_control, async_check_permission
from ..hub.registry import QUEUE
from ..hub.request import async_act, require
from ..runtime import PbxRuntime
from .definition import OF_PBX, REFERENCE, Action
from .targets import (
    Target,
    find_device,
    find_extension,
    find_extensions,
    invalid,
    loaded_pbxs,
)

# In characters: it is shown on phones and wallboards.
MAX_REASON: Final = 80

# The arguments are queue, extension and reason.
type AgentRequest = Callable[[str, str, str | None, Pbx], Awaitable[None]]


def _queues_of(
    hass: HomeAssistant, reference: str, pbxs: dict[str, PbxRuntime]
) -> dict[str, Queue]:
    """Return the queues that a reference can mean, by entry id.

    A reference is an entity or a device of a queue, or a number.
    """
    device_id = find_device(hass, reference)
    found: dict[str, Queue] = {}
    for entry_id, runtime in pbxs.items():
        coordinator = runtime.coordinator
        number: str | None = reference
        if device_id is not None:
            number = coordinator.devices.queue_number_of(device_id)
        if number is not None and (queue := coordinator.data.queues.get(number)):
            found[entry_id] = queue
    return found


async def _async_agent_of(call: ServiceCall) -> Target[Extension, list[Queue]]:
    """Return an extension and one queue of the same PBX, else all of its queues.

    The permission to control the extension is required to learn what is wrong.
    """
    reference: str = call.data[ATTR_EXTENSION]
    pbxs = loaded_pbxs(call.hass, call.data.get(ATTR_CONFIG_ENTRY_ID))
    extensions = find_extensions(call.hass, reference, pbxs)
    queue: str | None = call.data.get(ATTR_QUEUE)
    found = {} if queue is None else _queues_of(call.hass, queue, pbxs)
    common = found.keys() & extensions.keys()
    for entry_id in common or extensions:
        coordinator = pbxs[entry_id].coordinator
        await async_check_permission(
            call.hass, call.context, coordinator, extensions[entry_id]
        )
    if queue is None:
        if len(extensions) > 1:
            raise invalid("ambiguous_extension", extension=reference)
        ((entry_id, extension),) = extensions.items()
        queues = [
            one
            for one in pbxs[entry_id].coordinator.data.queues.values()
            if any(agent.number == extension.number for agent in one.agents or ())
        ]
        return Target(pbxs[entry_id], extension, queues)
    if not found:
        raise invalid("unknown_queue", queue=queue)
    if not common:
        raise invalid("queue_of_other_pbx", extension=reference, queue=queue)
    if len(common) > 1:
        raise invalid("several_pbxs")
    entry_id = common.pop()
    return Target(pbxs[entry_id], extensions[entry_id], [found[entry_id]])


async def _async_agent(
    capability: Capability, request: AgentRequest, call: ServiceCall
) -> JsonObjectType:
    """Change what an agent does in one queue, or in all of its queues.

    The permission to control each of the queues is required, too.
    """
    target = await _async_agent_of(call)
    coordinator, extension, queues = target.coordinator, target.subject, target.other
    await async_check_control(
        call.hass,
        call.context,
        coordinator,
        {
            f"{QUEUE}{queue.number}_{KEY_CALLERS_WAITING}": queue_name(queue)
            for queue in queues
        },
    )
    name = spoken_name(extension)
    if not queues:
        title = coordinator.config_entry.title
        require(coordinator, capability, {"extension": name, "queue": title})
        raise invalid("agent_of_no_queue", extension=name)
    reason = call.data.get(ATTR_REASON)
    for queue in queues:
        await async_act(
            coordinator,
            capability,
            partial(request, queue.number, extension.number, reason),
            {"extension": name, "queue": queue_name(queue)},
        )
    return {
        ATTR_EXTENSION: extension.number,
        ATTR_QUEUE: [queue.number for queue in queues],
    }


def _parked(coordinator: PbxCoordinator, name: str, slot: str | None) -> ParkedCall:
    """Return the call in a slot, else the only one that is parked."""
    parked = coordinator.data.parked or ()
    if slot is not None:
        parked = tuple(call for call in parked if call.slot == slot)
        if not parked:
            raise invalid("no_parked_call", slot=slot)
    elif not parked:
        raise invalid("nothing_parked", extension=name)
    if len(parked) > 1:
        raise invalid("several_parked", extension=name)
    return parked[0]


async def _async_pick_up(call: ServiceCall) -> JsonObjectType:
    """Connect the phone of an extension with a parked call."""
    target = find_extension(
        call.hass, call.data[ATTR_EXTENSION], call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    coordinator, extension = target.coordinator, target.subject
    await async_check_permission(call.hass, call.context, coordinator, extension)
    names = {"extension": spoken_name(extension)}
    require(coordinator, Capability.PICK_UP, names)
    parked = _parked(coordinator, names["extension"], call.data.get(ATTR_SLOT))
    call_id = await async_act(
        coordinator,
        Capability.PICK_UP,
        lambda pbx: pbx.pick_up(
            parked, extension.number, auto_answer=call.data[ATTR_AUTO_ANSWER]
        ),
        names,
    )
    return {
        ATTR_CALL_ID: call_id or parked.call_id,
        ATTR_EXTENSION: extension.number,
        ATTR_SLOT: parked.slot,
    }


def _on_agent(
    name: str,
    capability: Capability,
    request: AgentRequest,
    fields: dict[vol.Marker, object],
) -> Action:
    """Return an action on an agent."""
    return Action(
        name=name,
        handler=partial(_async_agent, capability, request),
        schema=vol.Schema(
            {vol.Required(ATTR_EXTENSION): REFERENCE, **fields, **OF_PBX}
        ),
    )


_ONE_QUEUE: Final[dict[vol.Marker, object]] = {vol.Required(ATTR_QUEUE): REFERENCE}
_ANY_QUEUE: Final[dict[vol.Marker, object]] = {vol.Optional(ATTR_QUEUE): REFERENCE}
_REASON: Final = vol.All(
    cv.string, str.strip, vol.Length(max=MAX_REASON), vol.Match(r"[^\x00-\x1f\x7f]*$")
)

QUEUE_ACTIONS: Final = (
    _on_agent(
        SERVICE_LOG_IN_AGENT,
        Capability.AGENT_LOGIN,
        lambda queue, number, _, pbx: pbx.log_in_agent(queue, number),
        _ONE_QUEUE,
    ),
    _on_agent(
        SERVICE_LOG_OUT_AGENT,
        Capability.AGENT_LOGIN,
        lambda queue, number, _, pbx: pbx.log_out_agent(queue, number),
        _ONE_QUEUE,
    ),
    _on_agent(
        SERVICE_PAUSE_AGENT,
        Capability.AGENT_PAUSE,
        lambda queue, number, reason, pbx: pbx.pause_agent(
            queue, number, reason=reason or None
        ),
        {**_ANY_QUEUE, vol.Optional(ATTR_REASON): _REASON},
    ),
    _on_agent(
        SERVICE_UNPAUSE_AGENT,
        Capability.AGENT_PAUSE,
        lambda queue, number, _, pbx: pbx.unpause_agent(queue, number),
        _ANY_QUEUE,
    ),
    Action(
        name=SERVICE_PICK_UP,
        handler=_async_pick_up,
        schema=vol.Schema(
            {
                vol.Required(ATTR_EXTENSION): REFERENCE,
                vol.Optional(ATTR_SLOT): REFERENCE,
                vol.Optional(ATTR_AUTO_ANSWER, default=False): cv.boolean,
                **OF_PBX,
            }
        ),
    ),
)
