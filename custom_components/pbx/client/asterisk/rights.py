"""The rights of a user of the manager interface (reference, section 2)."""

from collections.abc import Collection, Mapping
from typing import Final

from ..pbx import Capability

# The actions that reading the PBX needs; without one of them, a login is refused.
LOOK: Final = frozenset(
    {"CoreSettings", "CoreShowChannels", "DBGetTree", "DeviceStateList", "Getvar"}
)

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
}


def all_capabilities() -> Capability:
    """Return the capabilities of a user with all rights."""
    capabilities = Capability(0)
    for capability in _NEEDS:
        capabilities |= capability
    return capabilities


def capabilities_of(actions: Collection[str], *, freepbx: bool) -> Capability:
    """Return the capabilities of a user with the rights to these actions.

    Settings need FreePBX: the dialplan of a plain Asterisk would ignore them.
    """
    capabilities = Capability(0)
    for capability, needed in _NEEDS.items():
        if needed.issubset(actions):
            capabilities |= capability
    return capabilities if freepbx else capabilities & ~Capability.SETTINGS
