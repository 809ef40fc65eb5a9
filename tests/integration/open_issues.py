"""What the user is told to repair."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx.const import DOMAIN


def issue(
    hass: HomeAssistant, entry: MockConfigEntry, key: str
) -> ir.IssueEntry | None:
    """Return what the user is told to repair, None when nothing."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"{key}_{entry.entry_id}")


def issues(hass: HomeAssistant) -> list[str]:
    """Return all that the user is told to repair."""
    return sorted(
        str(found.translation_key)
        for found in ir.async_get(hass).issues.values()
        if found.domain == DOMAIN and found.active
    )
