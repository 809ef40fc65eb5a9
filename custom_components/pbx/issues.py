"""What the user can do when reports do not arrive: raised as repairs, and taken back."""

from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN, ISSUE_NOT_REPORTED, ISSUE_PORT_TAKEN, ISSUE_PUSH_MISSING

if TYPE_CHECKING:
    from .coordinator import PbxCoordinator


@callback
def async_update_issues(hass: HomeAssistant, coordinator: PbxCoordinator) -> None:
    """Raise what is wrong with the reports now, and take back what is not any more."""
    entry, proof = coordinator.config_entry, coordinator.proof
    # Blank without a port to listen on, which is a repair of its own.
    address = coordinator.receiver.address
    _set(
        hass,
        entry,
        ISSUE_PUSH_MISSING,
        {"pbx": entry.title, "address": address} if proof.missing and address else None,
    )
    silent = proof.never_reported
    _set(
        hass,
        entry,
        ISSUE_NOT_REPORTED,
        {"pbx": entry.title, "extensions": ", ".join(silent)} if silent else None,
    )


@callback
def async_port_taken(hass: HomeAssistant, entry: ConfigEntry[Any], port: int) -> None:
    """Say that no port could be had to listen on."""
    _set(hass, entry, ISSUE_PORT_TAKEN, {"pbx": entry.title, "port": str(port)})


@callback
def async_delete_issues(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Take back everything: the PBX is not watched any more."""
    for key in (ISSUE_PUSH_MISSING, ISSUE_NOT_REPORTED, ISSUE_PORT_TAKEN):
        _set(hass, entry, key, None)


def _set(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    key: str,
    placeholders: dict[str, str] | None,
) -> None:
    """Raise an issue, or take it back."""
    issue_id = f"{key}_{entry.entry_id}"
    known = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    if placeholders is None:
        if known is not None:
            ir.async_delete_issue(hass, DOMAIN, issue_id)
    elif known is None or known.translation_placeholders != placeholders:
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders=placeholders,
        )
