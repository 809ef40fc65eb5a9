"""Audibility: the tones that each phone sends, in the recordings of the others.

All is started by the actions of Home Assistant.
"""

import asyncio
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from custom_components.pbx.client.model import MonitorMode

from .home import (
    AGENT,
    CUSTOMERS,
    PHONES,
    SUPERVISOR,
    act,
    attribute,
    state,
    talk,
    until,
)
from .remote import RemoteRig
from .sound import AUDIBLE, LONG_ENOUGH, SILENT

# The names that the fields of an action have for supervisor and extension.
FIELDS: Final = {MonitorMode.WHISPER: ("whisperer", "whispered")}


def expected(mode: MonitorMode | None, customer: str) -> dict[str, set[str]]:
    """Return the parties that agent, customer and supervisor should hear."""
    agent, supervisor = PHONES[AGENT], PHONES[SUPERVISOR]
    hears = {agent: {customer}, customer: {agent}}
    if mode is None:
        return hears
    hears[supervisor] = {agent, customer}
    if mode is not MonitorMode.LISTEN:
        hears[agent].add(supervisor)
    if mode is MonitorMode.BARGE_IN:
        hears[customer].add(supervisor)
    return hears


async def check(
    hass: HomeAssistant, rig: RemoteRig, mode: MonitorMode | None, customer: str
) -> None:
    """Wait while the parties talk, hang up, and check the recordings."""
    await asyncio.sleep(LONG_ENOUGH)
    await rig.do("clear")
    await until(lambda: all(state(hass, one) == "idle" for one in PHONES))
    wanted = expected(mode, customer)
    levels = await rig.hears(*wanted)
    for number, row in levels.items():
        for party, level in row.items():
            heard = party in wanted[number]
            assert level >= AUDIBLE if heard else level <= SILENT, (
                number,
                party,
                levels,
            )


async def monitor(hass: HomeAssistant, mode: MonitorMode) -> None:
    """Start a supervision of the agent, and wait until the supervisor has answered."""
    supervisor, extension = FIELDS.get(mode, ("supervisor", "extension"))
    data: dict[str, Any] = {supervisor: SUPERVISOR, extension: AGENT}
    await act(hass, mode.value, wait=True, **data)
    assert attribute(hass, AGENT, "monitored_by") == [PHONES[SUPERVISOR]]
    assert state(hass, SUPERVISOR) == "busy"


@pytest.mark.parametrize("customer", CUSTOMERS)
@pytest.mark.parametrize("mode", MonitorMode)
async def test_each_mode_lets_hear_those_it_should(
    hass: HomeAssistant,
    quiet: RemoteRig,
    entry: ConfigEntry,
    mode: MonitorMode,
    customer: str,
) -> None:
    """Test that the supervisor is heard by no party, by the agent alone, or by both."""
    await talk(hass, quiet, customer)
    await monitor(hass, mode)
    await check(hass, quiet, mode, customer)
    await until(lambda: attribute(hass, AGENT, "monitored_by") is None)


@pytest.mark.parametrize("customer", CUSTOMERS)
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (MonitorMode.LISTEN, MonitorMode.WHISPER),
        (MonitorMode.BARGE_IN, MonitorMode.LISTEN),
    ],
)
async def test_another_mode_replaces_the_first(
    hass: HomeAssistant,
    quiet: RemoteRig,
    entry: ConfigEntry,
    first: MonitorMode,
    second: MonitorMode,
    customer: str,
) -> None:
    """Test a change to more and to less, for which the supervisor is called again."""
    await talk(hass, quiet, customer)
    await monitor(hass, first)
    await monitor(hass, second)
    await check(hass, quiet, second, customer)


@pytest.mark.parametrize("customer", CUSTOMERS)
async def test_the_call_goes_on_without_the_supervisor(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry, customer: str
) -> None:
    """Test that after the supervision the parties hear only each other."""
    await talk(hass, quiet, customer)
    await monitor(hass, MonitorMode.BARGE_IN)
    await act(hass, "stop_monitoring", supervisor=SUPERVISOR)
    await until(lambda: state(hass, SUPERVISOR) == "idle")
    await until(lambda: attribute(hass, AGENT, "monitored_by") is None)
    assert state(hass, AGENT) == "busy"
    await check(hass, quiet, None, customer)


@pytest.mark.parametrize("ami_user", ["freepbx"])
async def test_mute_is_heard_by_nobody_until_it_is_taken_back(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry
) -> None:
    """Test that the customer does not hear the muted agent, who hears the customer."""
    customer = "1002"
    await talk(hass, quiet)
    await act(hass, "mute", extension=AGENT)
    await asyncio.sleep(LONG_ENOUGH)
    await quiet.do("clear")
    levels = await quiet.hears(PHONES[AGENT], customer)
    assert levels[PHONES[AGENT]][customer] >= AUDIBLE
    assert levels[customer][PHONES[AGENT]] <= SILENT

    await until(lambda: all(state(hass, one) == "idle" for one in PHONES))
    await talk(hass, quiet)
    await act(hass, "mute", extension=AGENT)
    await act(hass, "unmute", extension=AGENT)
    await check(hass, quiet, None, customer)
