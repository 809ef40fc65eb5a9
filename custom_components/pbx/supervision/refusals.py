"""Refusals caused by settings of the PBX; repeated ones raise an issue."""

from collections import Counter
from typing import Final

from homeassistant.core import HomeAssistant, callback

from ..client.errors import Refusal
from ..client.model import Extension
from ..const import ISSUE_MONITOR_MODE, ISSUE_MONITORING_FORBIDDEN
from ..hub.coordinator import PbxCoordinator
from ..hub.describe import spoken_name
from ..hub.issues import async_set_issue
from ..hub.markdown import escaped

# The number of refusals before an issue is raised.
REFUSALS_NEEDED: Final = 3


class RefusalCounter:
    """The counts of refusals, by the extension whose settings cause them."""

    def __init__(self, hass: HomeAssistant, coordinator: PbxCoordinator) -> None:
        """Initialize without refusals."""
        self._hass = hass
        self._coordinator = coordinator
        self._of_extension = Counter[str]()
        self._of_supervisor = Counter[str]()

    @callback
    def async_refused(
        self, refusal: Refusal, supervisor: Extension, extension: Extension
    ) -> None:
        """Count a refusal for the extension whose settings cause it."""
        if refusal is Refusal.MONITORING_FORBIDDEN:
            self._of_extension[extension.number] += 1
        elif refusal is Refusal.MONITOR_MODE_MISMATCH:
            self._of_supervisor[supervisor.number] += 1
        else:
            return
        self._update_issues()

    @callback
    def async_joined(self, supervisor: Extension, extension: Extension) -> None:
        """Reset the counts of two extensions after a success."""
        if self._of_extension or self._of_supervisor:
            del self._of_extension[extension.number]
            del self._of_supervisor[supervisor.number]
            self._update_issues()

    @callback
    def _update_issues(self) -> None:
        """Raise or delete the issues, according to the counts."""
        extensions = self._coordinator.data.extensions
        entry = self._coordinator.config_entry
        for issue, counts in (
            (ISSUE_MONITORING_FORBIDDEN, self._of_extension),
            (ISSUE_MONITOR_MODE, self._of_supervisor),
        ):
            names = [
                escaped(spoken_name(extensions[number]))
                for number, count in sorted(counts.items())
                if count >= REFUSALS_NEEDED and number in extensions
            ]
            async_set_issue(
                self._hass,
                entry,
                issue,
                {"pbx": entry.title, "extensions": ", ".join(names)} if names else None,
            )
