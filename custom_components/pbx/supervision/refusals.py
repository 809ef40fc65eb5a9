"""What the settings of a PBX forbid a supervisor: seen often enough, the user is told."""

from collections import Counter
from typing import TYPE_CHECKING, Final

from homeassistant.core import HomeAssistant, callback

from ..client.errors import Refusal
from ..client.model import Extension
from ..const import ISSUE_MONITOR_MODE, ISSUE_MONITORING_FORBIDDEN
from ..hub.issues import async_set_issue
from ..hub.names import spoken_name

if TYPE_CHECKING:
    from ..hub.coordinator import PbxCoordinator

# So often the PBX must refuse until it is no mishap.
REFUSALS_NEEDED: Final = 3


class Forbidden:
    """Counts the refusals that only a setting of the PBX can end."""

    def __init__(self, hass: HomeAssistant, coordinator: PbxCoordinator) -> None:
        """Begin without any."""
        self._hass = hass
        self._coordinator = coordinator
        self._of_extension = Counter[str]()
        self._of_supervisor = Counter[str]()

    @callback
    def async_refused(
        self, refusal: Refusal, supervisor: Extension, extension: Extension
    ) -> None:
        """Count a refusal for the extension whose settings it comes from."""
        if refusal is Refusal.MONITORING_FORBIDDEN:
            self._of_extension[extension.number] += 1
        elif refusal is Refusal.MONITOR_MODE_MISMATCH:
            self._of_supervisor[supervisor.number] += 1
        else:
            return
        self._tell()

    @callback
    def async_joined(self, supervisor: Extension, extension: Extension) -> None:
        """Forget what was refused: it is allowed now."""
        del self._of_extension[extension.number], self._of_supervisor[supervisor.number]
        self._tell()

    def _tell(self) -> None:
        """Raise or take back what the user can do."""
        extensions = self._coordinator.data.extensions
        for issue, counts in (
            (ISSUE_MONITORING_FORBIDDEN, self._of_extension),
            (ISSUE_MONITOR_MODE, self._of_supervisor),
        ):
            names = [
                spoken_name(extensions[number])
                for number, count in sorted(counts.items())
                if count >= REFUSALS_NEEDED and number in extensions
            ]
            entry = self._coordinator.config_entry
            async_set_issue(
                self._hass,
                entry,
                issue,
                {"pbx": entry.title, "extensions": ", ".join(names)} if names else None,
            )
