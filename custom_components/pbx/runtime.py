"""The runtime data of a loaded entry."""

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry

from .extension_settings.store import SettingsStore
from .hub.coordinator import PbxCoordinator
from .supervision.supervision import Supervision

type PbxConfigEntry = ConfigEntry[PbxRuntime]


@dataclass(frozen=True, slots=True)
class PbxRuntime:
    """The coordinator of a PBX, with its supervision and its settings."""

    coordinator: PbxCoordinator
    supervision: Supervision
    settings: SettingsStore
