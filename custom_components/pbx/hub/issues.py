"""Repair issues: raised where the user can do something, deleted when it is solved."""

from collections.abc import Iterable
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..client.errors import (
    PbxError,
    PbxLockedOut,
    PbxNotTrusted,
    PbxUnreachable,
    PbxWrongService,
    WrongService,
)
from ..const import (
    DOMAIN,
    ISSUE_ADDRESS_CHANGED,
    ISSUE_API_OFF,
    ISSUE_CERTIFICATE,
    ISSUE_LOCKED_OUT,
    ISSUE_MONITOR_MODE,
    ISSUE_MONITORING_FORBIDDEN,
    ISSUE_NOT_REPORTED,
    ISSUE_PORT_TAKEN,
    ISSUE_PUSH_MISSING,
)

# Each stands for one failure to connect.
FAILURE_ISSUES: Final = (ISSUE_API_OFF, ISSUE_CERTIFICATE, ISSUE_LOCKED_OUT)
# All that a connection solves.
CONNECTION_ISSUES: Final = (*FAILURE_ISSUES, ISSUE_ADDRESS_CHANGED)
OTHER_ISSUES: Final = (
    ISSUE_MONITOR_MODE,
    ISSUE_MONITORING_FORBIDDEN,
    ISSUE_NOT_REPORTED,
    ISSUE_PORT_TAKEN,
    ISSUE_PUSH_MISSING,
)
FIXABLE: Final = frozenset({ISSUE_ADDRESS_CHANGED, ISSUE_CERTIFICATE})
SET_UP_FAILED: Final = (ConfigEntryState.SETUP_RETRY, ConfigEntryState.SETUP_ERROR)
SET_UP_FAILS: Final = (*SET_UP_FAILED, ConfigEntryState.SETUP_IN_PROGRESS)


@callback
def async_update_push_issues(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    *,
    missing_at: str,
    never_reported: list[str],
) -> None:
    """Raise the issues of the reports, and delete those that are solved.

    `missing_at` is the address where no reports arrive, blank where they do.
    """
    placeholders = {"pbx": entry.title}
    async_set_issue(
        hass,
        entry,
        ISSUE_PUSH_MISSING,
        placeholders | {"address": missing_at} if missing_at else None,
    )
    names = ", ".join(never_reported)
    async_set_issue(
        hass,
        entry,
        ISSUE_NOT_REPORTED,
        placeholders | {"extensions": names} if names else None,
    )


@callback
def async_port_taken(hass: HomeAssistant, entry: ConfigEntry[Any], port: int) -> None:
    """Raise that the port for reports is taken."""
    async_set_issue(
        hass, entry, ISSUE_PORT_TAKEN, {"pbx": entry.title, "port": str(port)}
    )


@callback
def async_connected(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Delete the issues that kept the PBX from being read."""
    _delete(hass, entry, CONNECTION_ISSUES)


@callback
def async_connection_failed(
    hass: HomeAssistant, entry: ConfigEntry[Any], err: PbxError
) -> None:
    """Raise the issue that keeps the PBX from being read, where the user can act."""
    if isinstance(err, PbxUnreachable):
        return  # the issues from before may persist
    placeholders = {"pbx": entry.title}
    wrong: str | None = None
    match err:
        case PbxNotTrusted():
            wrong = ISSUE_CERTIFICATE
        case PbxWrongService(reason=WrongService.API_OFF):
            wrong = ISSUE_API_OFF
        case PbxLockedOut():
            wrong = ISSUE_LOCKED_OUT
            until = dt_util.now().timestamp() + err.retry_after
            placeholders["until"] = (
                f"{dt_util.as_local(dt_util.utc_from_timestamp(until)):%H:%M}"
            )
    for issue in FAILURE_ISSUES:
        async_set_issue(hass, entry, issue, placeholders if issue == wrong else None)


@callback
def async_delete_issues(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Delete all issues of an entry that is unloaded.

    Those that keep it from being set up stay while Home Assistant tries again.
    """
    _delete(hass, entry, OTHER_ISSUES)
    if entry.state not in SET_UP_FAILS:
        _delete(hass, entry, CONNECTION_ISSUES)
        return

    @callback
    def state_changed() -> None:
        """Delete them when Home Assistant no longer tries."""
        if entry.state in SET_UP_FAILED:
            return
        remove()
        if entry.state is ConfigEntryState.NOT_LOADED:
            _delete(hass, entry, CONNECTION_ISSUES)

    remove = entry.async_on_state_change(state_changed)


def _delete(hass: HomeAssistant, entry: ConfigEntry[Any], keys: Iterable[str]) -> None:
    """Delete issues."""
    for key in keys:
        async_set_issue(hass, entry, key, None)


@callback
def async_set_issue(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    key: str,
    placeholders: dict[str, str] | None,
    data: dict[str, str] | None = None,
) -> None:
    """Raise an issue, or delete it where there are no placeholders.

    `data` is for the flow that fixes it.
    """
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
            data={"entry_id": entry.entry_id, "issue": key, **(data or {})},
            is_fixable=key in FIXABLE,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders=placeholders,
        )
