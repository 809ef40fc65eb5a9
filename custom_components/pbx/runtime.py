"""The parts of the integration that one loaded PBX has."""

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry

from .extension_settings.store import SettingsStore
from .hub.coordinator import PbxCoordinator
from .supervision.supervision import Supervision

type PbxConfigEntry = ConfigEntry[PbxRuntime]


@dataclass(frozen=True, slots=True)
class PbxRuntime:
    """The coordinator of a PBX, and what builds on it."""

    coordinator: PbxCoordinator
    supervision: Supervision
    settings: SettingsStore
