"""The rights of a user of the manager interface (reference, section 2)."""

from collections.abc import Collection, Mapping, Set as AbstractSet
import re
from typing import Final

from ..errors import PbxRefused, PbxRightMissing
from ..pbx import Capability
from .connection import Connection

# The actions that reading the PBX needs; without one of them, a login is refused.
_LOOK: Final = frozenset(
    {"CoreSettings", "CoreShowChannels", "DBGetTree", "DeviceStateList", "Getvar"}
)
# The class that permits them, under `write`.
_LOOK_CLASS: Final = "reporting"
# The same for the events of queues; without them, queues are not known.
_EVENTS_OF_QUEUES: Final = frozenset({"agent", "all"})
_OF_QUEUES: Final = Capability.QUEUES | Capability.AGENT_LOGIN | Capability.AGENT_PAUSE
# The classes under `read` of which one is needed for the events of calls.
_EVENTS_OF_CALLS: Final = frozenset({"call", "all"})
# A user's name that can be an argument of a dialplan function.
_PLAIN: Final = re.compile(r"[\w.@-]+")

_NEEDS: Final[Mapping[Capability, frozenset[str]]] = {
    Capability.LISTEN: frozenset({"Originate"}),
    Capability.WHISPER: frozenset({"Originate"}),
    Capability.BARGE_IN: frozenset({"Originate"}),
    Capability.DIAL: frozenset({"Originate"}),
    Capability.PROMPT: frozenset({"Originate"}),
    Capability.HANG_UP: frozenset({"Hangup"}),
    Capability.MUTE: frozenset({"MuteAudio"}),
    Capability.TRANSFER: frozenset({"Redirect"}),
    Capability.SETTINGS: frozenset({"DBGetTree", "DBPut", "DBDel", "Setvar"}),
    Capability.QUEUES: frozenset({"QueueStatus"}),
    Capability.AGENT_LOGIN: frozenset({"QueueAdd", "QueueRemove", "QueueStatus"}),
    Capability.AGENT_PAUSE: frozenset({"QueuePause", "QueueStatus"}),
    Capability.PARKED_CALLS: frozenset({"ParkedCalls"}),
    Capability.PICK_UP: frozenset({"Originate", "ParkedCalls"}),
    Capability.VOICEMAIL: frozenset({"VoicemailUsersList"}),
}


async def check_rights(
    connection: Connection, username: str, actions: Collection[str]
) -> frozenset[str]:
    """Return the classes of events that a user may receive, none if they are unknown.

    Raises PbxRightMissing for a user who cannot read the PBX, or not the calls.
    `actions` are those that the user may carry out. Raises PbxUnreachable.
    """
    if not _LOOK.issubset(actions):
        raise PbxRightMissing(_LOOK_CLASS, "write")
    readable = await _readable(connection, username)
    # Who could log in may read `system`: a line without it is of another time.
    if "system" not in readable:
        return frozenset()
    if not readable & _EVENTS_OF_CALLS:
        raise PbxRightMissing("call", "read")
    return readable


async def _readable(connection: Connection, username: str) -> frozenset[str]:
    """Return the classes of events that a user may receive, none if they are unknown.

    No action tells them, but the PBX's own configuration may be read (reference,
    section 2): of the user's section, this one line.
    """
    if not _PLAIN.fullmatch(username):
        return frozenset()
    line = f"AST_CONFIG(manager.conf,{username},read,-1)"
    try:
        answer = await connection.request("Getvar", {"Variable": line})
    except PbxRefused:
        return frozenset()
    return frozenset(
        one.strip() for one in answer.fields.get("Value", "").split(",") if one.strip()
    )


def all_capabilities() -> Capability:
    """Return the capabilities of a user with all rights."""
    capabilities = Capability(0)
    for capability in _NEEDS:
        capabilities |= capability
    return capabilities


def capabilities_of(
    actions: Collection[str], readable: AbstractSet[str], *, freepbx: bool
) -> Capability:
    """Return the capabilities of a user with the rights to these actions.

    `readable` are the classes of events, none if they are unknown. Settings need
    FreePBX: the dialplan of a plain Asterisk would ignore them.
    """
    capabilities = Capability(0)
    for capability, needed in _NEEDS.items():
        if needed.issubset(actions):
            capabilities |= capability
    if readable and not readable & _EVENTS_OF_QUEUES:
        capabilities &= ~_OF_QUEUES
    return capabilities if freepbx else capabilities & ~Capability.SETTINGS
