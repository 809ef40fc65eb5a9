"""Loss of the connection to a real Asterisk: the state is right again at once."""

import asyncio
from collections.abc import AsyncGenerator
import time

import pytest

from custom_components.pbx.client import PbxUnreachable, Unreachable
from custom_components.pbx.client.asterisk import connection
from custom_components.pbx.client.model import MonitorMode

from .hub import ENDS, StandInHub
from .office import OUTSIDE
from .proxy import Proxy
from .remote import RemoteRig

# Seconds that the path is gone, and until the next attempt behind it.
AWAY = 10.0
BACK_WITHIN = 10.0


@pytest.fixture
async def far_hub(quiet: RemoteRig, proxy: Proxy) -> AsyncGenerator[StandInHub]:
    """Return a hub that is connected through the proxy."""
    pbx = quiet.client(address=proxy.address)
    async with StandInHub(pbx).running() as running:
        yield running


def endings(hub: StandInHub, number: str) -> list[str]:
    """Return how an extension's parts in calls ended."""
    return [
        str(event.outcome)
        for event in hub.events
        if event.number == number and event.type in ENDS
    ]


async def test_what_happened_while_away_is_shown_when_back(
    rig: RemoteRig, proxy: Proxy, far_hub: StandInHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Test calls that ended, began, were answered, held and supervised meanwhile."""
    monkeypatch.setattr("tests.asterisk.hub.LONGEST_PAUSE", 1.0)
    hub = far_hub
    await rig.do("1002 dial 1001")
    await hub.until_talking("1001", "1002")
    await rig.do("1004 does ring")
    await rig.do("1003 dial 1004")
    await hub.until(lambda: hub.statuses().get("1004") == "ringing")
    await rig.do("1006 dial 1007")
    await hub.until_talking("1006", "1007")

    proxy.cut()
    began = time.monotonic()
    await hub.until(lambda: not hub.connected.is_set(), seconds=1)
    assert time.monotonic() - began < 1.0
    await rig.do("1002 hang_up")
    await rig.do("1004 answer")
    await rig.do("1006 hold")
    await rig.do(f"{OUTSIDE} call_in 5550101")
    await rig.do("until_talking itsp 1001")
    near = rig.client()
    await near.snapshot()
    await near.monitor(MonitorMode.LISTEN, "1005", "1001")
    await near.close()
    await asyncio.sleep(AWAY - (time.monotonic() - began))

    proxy.mend()
    async with asyncio.timeout(BACK_WITHIN):
        await hub.connected.wait()
    assert hub.calls() == sorted(
        [
            f"{OUTSIDE} talking, 1001 talking",
            "1003 talking, 1004 talking",
            "1006 held, 1007 talking",
        ]
    )
    assert hub.statuses() == {
        "1001": "busy",
        "1003": "busy",
        "1004": "busy",
        "1005": "busy",
        "1006": "on_hold",
        "1007": "busy",
    }
    assert hub.board.calls_of("1005") == []
    await hub.until(lambda: endings(hub, "1002") == ["answered"])
    await hub.pbx.hang_up("1005")
    await hub.until(lambda: "1005" not in hub.statuses())


async def test_silence_is_noticed(
    quiet: RemoteRig, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Test a PBX that lost its power, and so does not close the connection."""
    monkeypatch.setattr(connection, "PING_AFTER", 0.5)
    monkeypatch.setattr(connection, "PING_TIMEOUT", 0.5)
    pbx = quiet.client(address=proxy.address)
    async with StandInHub(pbx).running() as hub:
        await quiet.do("1002 dial 1001")
        await hub.until_talking("1001", "1002")
        proxy.freeze()
        await hub.until(lambda: not hub.connected.is_set(), seconds=2)
        (why,) = hub.losses
        assert isinstance(why, PbxUnreachable)
        assert why.reason is Unreachable.TIMED_OUT
        await quiet.do("1002 hang_up")
        proxy.mend()
        async with asyncio.timeout(BACK_WITHIN):
            await hub.connected.wait()
        assert (hub.calls(), hub.statuses()) == ([], {})


@pytest.mark.parametrize(
    "scene",
    [
        "two_calls",
        "blind_transfer",
        "attended_transfer",
        "parked",
        "queue",
    ],
)
async def test_a_scene_with_the_path_cut_in_the_middle(
    rig: RemoteRig,
    proxy: Proxy,
    far_hub: StandInHub,
    scene: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Test that the state after reconnecting is that of an uninterrupted listener."""
    monkeypatch.setattr("tests.asterisk.hub.FIRST_PAUSE", 0.2)
    async with StandInHub(rig.client()).running() as near:
        playing = asyncio.create_task(rig.do(scene))
        compared = 0
        try:
            while not playing.done():
                await asyncio.sleep(0.3)
                proxy.cut()
                await asyncio.sleep(0.1)
                proxy.mend()
                async with asyncio.timeout(BACK_WITHIN):
                    await far_hub.connected.wait()
                await asyncio.sleep(0.25)
                if far_hub.connected.is_set():
                    assert far_hub.calls() == near.calls()
                    assert far_hub.statuses() == near.statuses()
                    compared += 1
        finally:
            await playing
        assert compared
        await near.until(lambda: not near.board.calls and not near.statuses())
        await far_hub.until(lambda: not far_hub.board.calls and not far_hub.statuses())
        await far_hub.until(lambda: far_hub.unended() == set())
