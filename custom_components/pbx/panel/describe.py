"""The data of calls, supervision and capabilities, as the panel gets them."""

from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

from ..client.calls.call import Leg, TrackedCall
from ..client.model import CallEvent, CallOutcome, MonitorMode, ParkedCall, Party, Queue
from ..client.pbx import Capability
from ..const import (
    ATTR_AGENTS,
    ATTR_CALLER,
    ATTR_CALLERS,
    ATTR_EXTENSION,
    ATTR_MODE,
    ATTR_NAME,
    ATTR_NUMBER,
    ATTR_OUTCOME,
    ATTR_RANG,
    ATTR_REASON,
    ATTR_SINCE,
    ATTR_STATE,
    ATTR_SUPERVISOR,
    ATTR_TALKED,
    ATTR_TRUNK,
)
from ..hub.coordinator import PbxCoordinator
from ..hub.describe import call_data, caller_data, number_name, parked_data, party_data
from ..supervision.monitoring import Monitoring
from ..supervision.policy import never_monitored
from ..supervision.supervision import CAPABILITIES

ATTR_KEY: Final = "key"
ATTR_PARTIES: Final = "parties"

# The outcomes by what they say about a call that rang several extensions.
RANKS: Final = (
    CallOutcome.ANSWERED,
    CallOutcome.VOICEMAIL,
    CallOutcome.REJECTED,
    CallOutcome.BUSY,
    CallOutcome.FAILED,
    CallOutcome.MISSED,
    CallOutcome.ANSWERED_ELSEWHERE,
    None,
)


def capabilities_data(capabilities: Capability) -> dict[str, Any]:
    """Return what a PBX can do."""
    transfer = Capability.TRANSFER in capabilities
    return {
        "supervise": [
            mode.value for mode in MonitorMode if CAPABILITIES[mode] in capabilities
        ],
        "dial": Capability.DIAL in capabilities,
        "hang_up": Capability.HANG_UP in capabilities,
        "hold": Capability.HOLD in capabilities,
        "mute": Capability.MUTE in capabilities,
        "transfer": "outside" if transfer else None,
        "take": transfer,
        "settings": Capability.SETTINGS in capabilities,
        "history": Capability.HISTORY in capabilities,
        "queues": Capability.QUEUES in capabilities,
        "agent_login": Capability.AGENT_LOGIN in capabilities,
        "agent_pause": Capability.AGENT_PAUSE in capabilities,
        "parked": Capability.PARKED_CALLS in capabilities,
        "pick_up": Capability.PICK_UP in capabilities,
    }


def live_data(coordinator: PbxCoordinator, tracked: TrackedCall) -> dict[str, Any]:
    """Return the data of a call in progress."""
    call = tracked.picture
    numbers = {party.number for party in call.parties if party.extension}
    denial = never_monitored(coordinator.options, numbers)
    return {
        ATTR_KEY: str(tracked.key),
        **call_data(call),
        ATTR_SINCE: call.started_at,
        "answered_since": call.answered_at,
        "answered_exact": tracked.answered_exact,
        "held": call.held,
        "monitoring": True if denial is None else denial.value,
        ATTR_PARTIES: [_party_data(coordinator, leg) for leg in tracked.shown],
    }


def _party_data(coordinator: PbxCoordinator, leg: Leg) -> dict[str, Any]:
    """Return the data of a party of a call in progress."""
    party = leg.party
    return {
        **party_data(coordinator, party),
        ATTR_EXTENSION: party.extension,
        ATTR_STATE: party.state.value,
        ATTR_SINCE: leg.state_since,
        "answered_since": leg.answered_at,
        ATTR_CALLER: party.caller,
        ATTR_TRUNK: party.trunk,
    }


def queue_data(coordinator: PbxCoordinator, queue: Queue) -> dict[str, Any]:
    """Return the data of a queue, with its callers and agents as far as told."""
    callers, agents = queue.callers, queue.agents
    return {
        ATTR_NUMBER: queue.number,
        ATTR_NAME: queue.name or None,
        ATTR_CALLERS: None
        if callers is None
        else [
            {**caller_data(coordinator, caller), ATTR_SINCE: caller.since}
            for caller in callers
        ],
        ATTR_AGENTS: None
        if agents is None
        else [
            {
                ATTR_NUMBER: agent.number,
                ATTR_NAME: number_name(coordinator, agent.number) or agent.name or None,
                "logged_in": agent.logged_in,
                "paused": agent.paused,
                "talking": agent.talking,
                ATTR_REASON: agent.reason,
                "dynamic": agent.dynamic,
            }
            for agent in agents
        ],
    }


def parked_call_data(coordinator: PbxCoordinator, call: ParkedCall) -> dict[str, Any]:
    """Return the data of a parked call."""
    return {
        **parked_data(coordinator, call),
        ATTR_EXTENSION: call.party.extension,
        ATTR_TRUNK: call.party.trunk,
        ATTR_SINCE: call.since,
    }


def visible_parties(
    tracked: TrackedCall, reads_calls: Callable[[str], bool]
) -> Collection[Party]:
    """Return the parties that the sensors of the readable extensions show."""
    call = tracked.picture
    own = [
        party for party in call.parties if party.extension and reads_calls(party.number)
    ]
    others = [call.other(party.number) for party in own]
    return [party for party in call.parties if party in own or party in others]


def monitoring_data(monitoring: Monitoring, user_id: str) -> dict[str, Any]:
    """Return the data of one supervision, for a user."""
    return {
        ATTR_SUPERVISOR: monitoring.supervisor,
        ATTR_EXTENSION: monitoring.extension,
        ATTR_MODE: monitoring.mode.value,
        ATTR_SINCE: monitoring.since,
        ATTR_STATE: "joined" if monitoring.joined else "calling",
        "own": monitoring.context.user_id == user_id,
    }


def recent_data(
    coordinator: PbxCoordinator, key: int, events: Iterable[CallEvent]
) -> dict[str, Any]:
    """Return the data of an ended call from the ends of its extensions' parts."""
    ends = sorted(
        events,
        key=lambda event: (RANKS.index(event.outcome), -(event.talked or 0)),
    )
    # The callees tell how a call ended. Those of a call to the outside are not known.
    callees = [event for event in ends if not _calls(event)]
    first, *_ = shown = callees or ends
    call = first.call
    return {
        ATTR_KEY: str(key),
        **call_data(call),
        "other": None
        if first.party is None
        else {
            **party_data(coordinator, first.party),
            ATTR_EXTENSION: first.party.extension,
        },
        "extensions": [_end_data(coordinator, event) for event in shown],
        ATTR_OUTCOME: first.outcome.value if first.outcome else None,
        "started": call.started_at,
        "ended": max(event.at for event in ends),
        ATTR_RANG: round(first.rang or 0),
        ATTR_TALKED: round(first.talked or 0),
    }


def _end_data(coordinator: PbxCoordinator, event: CallEvent) -> dict[str, Any]:
    """Return the data of the end of one extension's part."""
    extension = coordinator.data.extensions.get(event.number)
    return {
        ATTR_NUMBER: event.number,
        ATTR_NAME: extension.name or None if extension else None,
        ATTR_CALLER: _role(event),
        ATTR_OUTCOME: event.outcome.value if event.outcome else None,
    }


def _calls(event: CallEvent) -> bool:
    """Return whether the extension of an event is the caller, as far as it is known."""
    return _role(event) is True


def _role(event: CallEvent) -> bool | None:
    """Return whether the extension of an event is the caller, None if unknown."""
    for party in event.call.parties:
        if party.extension and party.number == event.number:
            return party.caller
    other = event.party.caller if event.party is not None else None
    return None if other is None else not other
