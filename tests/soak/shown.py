"""Compares what Home Assistant shows with the switchboard behind it, and watches the log."""

from collections.abc import Generator
from contextlib import contextmanager
import logging
from typing import override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import async_get_platforms
from homeassistant.util import dt as dt_util

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator

from .steps import PHONES, SERIAL


class Errors(logging.Handler):
    """Keeps what is logged as an error, but for polls that fail while the network is cut."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        line = self.format(record)
        if record.exc_info or not line.startswith("Error fetching"):
            self.lines.append(line)


@contextmanager
def no_errors() -> Generator[None]:
    """Raise AssertionError when something unexpected is logged; leave out what is normal."""
    root, ours = logging.getLogger(), logging.getLogger("custom_components")
    levels = root.level, ours.level
    errors = Errors()
    root.addHandler(errors)
    root.setLevel(logging.WARNING)
    ours.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(errors)
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
    assert not errors.lines, "\n".join(errors.lines)


def check_entities(hass: HomeAssistant, coordinator: PbxCoordinator) -> None:
    """Raise AssertionError when a state is not what the switchboard says."""
    board = coordinator.data
    registry = er.async_get(hass)

    def shown(key: str, domain: str = "sensor") -> str | None:
        found = registry.async_get_entity_id(domain, DOMAIN, f"{SERIAL}_{key}")
        assert found is not None, key
        state = hass.states.get(found)
        return None if state is None else state.state

    for number in PHONES:
        call = board.current_call(number)
        party = call.other(number) if call is not None else None
        since = board.in_call_since(number)
        extension = board.extensions[number]
        wanted = {
            "status": str(extension.status),
            "other_party": "unknown" if party is None else party.number,
            "in_call_since": "unknown"
            if since is None
            else dt_util.utc_from_timestamp(since).isoformat(timespec="seconds"),
        }
        assert {key: shown(f"{number}_{key}") for key in wanted} == wanted, number
        assert shown(f"{number}_registered", "binary_sensor") == (
            "on" if extension.registered else "off"
        ), number
    for name, trunk in board.trunks.items():
        assert shown(f"trunk_{name}_status") == str(trunk.status), name
    assert shown("extensions_registered") == str(board.registered_count)
    assert shown("extensions_in_use") == str(board.in_use_count)
    assert shown("calls") == str(len(board.calls))
    _check_nothing_is_unwritten(hass)


def _check_nothing_is_unwritten(hass: HomeAssistant) -> None:
    """Raise AssertionError when an entity that writes its state anew shows another one."""
    for platform in async_get_platforms(hass, DOMAIN):
        for entity_id, entity in platform.entities.items():
            before = hass.states.get(entity_id)
            entity.async_write_ha_state()
            after = hass.states.get(entity_id)
            assert before is not None, entity_id
            assert after is not None, entity_id
            assert (entity_id, after.state, after.attributes) == (
                *(entity_id, before.state, before.attributes),
            )
