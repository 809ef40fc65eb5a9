"""Audibility: the tones that each phone sends, in the recordings of the others."""

import asyncio
from typing import Final

import pytest

from custom_components.pbx.client.model import MonitorMode

from .hub import StandInHub
from .office import OUTSIDE
from .remote import RemoteRig

AUDIBLE: Final = 5000
SILENT: Final = 50
# The second before hanging up is measured, so what is asked for takes a little more.
LONG_ENOUGH: Final = 1.6
AGENT, SUPERVISOR = "1001", "1005"

# Who calls the agent, and how.
CUSTOMERS = {"1002": "1002 dial 1001", OUTSIDE: f"{OUTSIDE} call_in 5550101"}


def expected(mode: MonitorMode | None, customer: str) -> dict[str, set[str]]:
    """Return the parties that agent, customer and supervisor should hear."""
    hears = {AGENT: {customer}, customer: {AGENT}}
    if mode is None:
        return hears
    hears[SUPERVISOR] = {AGENT, customer}
    if mode is not MonitorMode.LISTEN:
        hears[AGENT].add(SUPERVISOR)
    if mode is MonitorMode.BARGE_IN:
        hears[customer].add(SUPERVISOR)
    return hears


async def check(
    rig: RemoteRig, hub: StandInHub, mode: MonitorMode | None, customer: str
) -> None:
    """Wait while the parties talk, hang up, and check the recordings."""
    await asyncio.sleep(LONG_ENOUGH)
    await rig.do("clear")
    await hub.until(lambda: not hub.board.calls and not hub.statuses())
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


async def talk(rig: RemoteRig, hub: StandInHub, customer: str) -> None:
    """Start a call of a customer with the agent, whose phone answers by itself."""
    await rig.do(CUSTOMERS[customer])
    await hub.until_talking(AGENT)


async def joined(hub: StandInHub) -> None:
    """Wait until the supervisor has answered, and is in no call of its own."""
    await hub.until(lambda: hub.statuses().get(SUPERVISOR) == "busy")
    assert hub.board.calls_of(SUPERVISOR) == []


@pytest.mark.parametrize("customer", CUSTOMERS)
@pytest.mark.parametrize("mode", MonitorMode)
async def test_each_mode_lets_hear_those_it_should(
    rig: RemoteRig, hub: StandInHub, mode: MonitorMode, customer: str
) -> None:
    """Test that the supervisor is heard by no party, by the agent alone, or by both."""
    await talk(rig, hub, customer)
    call_id = await hub.pbx.monitor(mode, SUPERVISOR, AGENT)
    assert call_id is not None
    await joined(hub)
    await check(rig, hub, mode, customer)


@pytest.mark.parametrize("customer", CUSTOMERS)
async def test_another_mode_replaces_the_first(
    rig: RemoteRig, hub: StandInHub, customer: str
) -> None:
    """Test whisper after listen, with the supervisor called again."""
    await talk(rig, hub, customer)
    await hub.pbx.monitor(MonitorMode.LISTEN, SUPERVISOR, AGENT)
    await joined(hub)
    await hub.pbx.hang_up(SUPERVISOR)
    await hub.until(lambda: SUPERVISOR not in hub.statuses())
    await hub.pbx.monitor(MonitorMode.WHISPER, SUPERVISOR, AGENT)
    await joined(hub)
    await check(rig, hub, MonitorMode.WHISPER, customer)


@pytest.mark.parametrize("customer", CUSTOMERS)
async def test_the_call_goes_on_without_the_supervisor(
    rig: RemoteRig, hub: StandInHub, customer: str
) -> None:
    """Test that after the supervision the parties hear only each other."""
    await talk(rig, hub, customer)
    await hub.pbx.monitor(MonitorMode.BARGE_IN, SUPERVISOR, AGENT)
    await joined(hub)
    await hub.pbx.hang_up(SUPERVISOR)
    await hub.until(lambda: SUPERVISOR not in hub.statuses())
    assert hub.calls() == [f"{customer} talking, {AGENT} talking"]
    await check(rig, hub, None, customer)


async def test_mute_is_heard_by_nobody_until_it_is_taken_back(
    rig: RemoteRig, hub: StandInHub
) -> None:
    """Test that the customer does not hear the muted agent, who hears the customer."""
    await talk(rig, hub, "1002")
    await hub.pbx.mute(AGENT)
    await asyncio.sleep(LONG_ENOUGH)
    await rig.do("clear")
    levels = await rig.hears(AGENT, "1002")
    assert levels[AGENT]["1002"] >= AUDIBLE
    assert levels["1002"][AGENT] <= SILENT

    await hub.until(lambda: not hub.board.calls)
    await talk(rig, hub, "1002")
    await hub.pbx.mute(AGENT)
    await hub.pbx.unmute(AGENT)
    await check(rig, hub, None, "1002")
