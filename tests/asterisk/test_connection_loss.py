"""Loss of the connection to a real Asterisk: the state is right again at once."""

import asyncio
import time

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest

from custom_components.pbx.client import PbxUnreachable, Unreachable
from custom_components.pbx.client.asterisk import connection
from custom_components.pbx.client.model import MonitorMode

from .home import SUPERVISOR, act, state, talk, until
from .hub import StandInHub
from .install import SUITES
from .office import OUTSIDE
from .picture import Picture
from .proxy import Proxy
from .remote import RemoteRig

# Seconds until the next attempt to connect, with the pauses between them.
BACK_WITHIN = 10.0


@pytest.mark.parametrize("seconds", [10.0, 60.0])
async def test_what_happened_while_away_is_shown_when_back(
    hass: HomeAssistant,
    rig: RemoteRig,
    proxy: Proxy,
    entry: ConfigEntry,
    seconds: float,
) -> None:
    """Test calls that ended, began, were answered, held and supervised meanwhile."""
    if seconds > 10 and rig.suite != SUITES[0]:
        pytest.skip("The long one takes a minute, so one version has to do")
    picture = Picture(hass, entry)
    async with picture.watching():
        await talk(hass, rig)
        await rig.do("1004 does ring")
        await rig.do("1003 dial 1004")
        await rig.do("1006 dial 1007")
        await rig.do("until_talking 1006 1007")
        await until(lambda: picture.state("1004_status") == "ringing")
        await until(lambda: picture.state("1007_status") == "busy")

        proxy.cut()
        began = time.monotonic()
        await until(lambda: picture.state("1001_status") == STATE_UNAVAILABLE, 1.0)
        await rig.do("1002 hang_up")
        await rig.do("1004 answer")
        await rig.do("1006 hold")
        await rig.do(f"{OUTSIDE} call_in 5550101")
        await rig.do("until_talking itsp 1001")
        near = rig.client()
        await near.snapshot()
        await near.monitor(MonitorMode.LISTEN, "1005", "1001")
        await near.close()
        await asyncio.sleep(seconds - (time.monotonic() - began))
        proxy.mend()
        await until(lambda: picture.state("connection") == "on", BACK_WITHIN)
    # The number that the caller dialled can no longer be read.
    assert picture.lines[-1] == (
        f"inbound: *{OUTSIDE} talking, 1001 talking (trunk itsp)"
        " + internal: *1003 talking, 1004 talking"
        " + internal: *1006 held, 1007 talking"
        " | 1001=busy 1003=busy 1004=busy 1005=busy 1006=on_hold 1007=busy"
    )
    assert picture.contradictions == []
    assert picture.last_calls() == []
    await act(hass, "stop_monitoring", supervisor=SUPERVISOR)
    await until(lambda: state(hass, SUPERVISOR) == "idle")


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
