"""A port of our own for reports, where Home Assistant itself speaks only HTTPS."""

import asyncio
import socket
from types import SimpleNamespace

import aiohttp
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.pbx.const import CONF_REPORT_PORT, ISSUE_PORT_TAKEN
from custom_components.pbx.hub.http_listener import LISTENERS, MAX_CONNECTIONS
from tests.integration.conftest import set_up_pushing, small_office
from tests.integration.open_issues import issue, issues
from tests.simulator import ManualClock, Simulator

ANNA = "sensor.anna_berg"


@pytest.fixture
async def https_only(hass: HomeAssistant, socket_enabled: None) -> int:
    """Let Home Assistant speak only HTTPS, and return a free port."""
    assert await async_setup_component(hass, "webhook", {})
    hass.config.api = SimpleNamespace(port=8123, use_ssl=True)  # type: ignore[assignment]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def test_own_port_shared_by_two_pbxs(
    hass: HomeAssistant, sim: Simulator, clock: ManualClock, https_only: int
) -> None:
    """Plain HTTP on a port of our own; each PBX has its own path; the last one closes it."""
    other = small_office(clock, serial="555555555555")
    other.rename_extension("1001", "Other Anna")
    async with other.running():
        option = {CONF_REPORT_PORT: https_only}
        push = await set_up_pushing(hass, sim, clock, "127.0.0.1", options=option)
        second = await set_up_pushing(hass, other, clock, "127.0.0.1", options=option)
        assert push.url.startswith(f"http://127.0.0.1:{https_only}/api/webhook/")
        sim.set_registered("1001", False)
        await push.settled()
        assert (push.state(ANNA), push.state("sensor.other_anna")) == (
            "offline",
            "idle",
        )
        other.set_registered("1001", False)
        await second.settled()
        assert push.state("sensor.other_anna") == "offline"

        async with aiohttp.ClientSession() as http:
            for method, url in (
                ("GET", push.url),
                ("POST", f"http://127.0.0.1:{https_only}/api/webhook/guess"),
            ):
                async with http.request(method, url, data=b"{}") as answer:
                    assert (answer.status, await answer.read()) == (200, b"")
        assert not push.receiver.dropped

        await hass.config_entries.async_unload(push.entry.entry_id)
        assert https_only in hass.data.get(LISTENERS, {})
        await hass.config_entries.async_unload(second.entry.entry_id)
        await hass.async_block_till_done()
        assert not hass.data.get(LISTENERS)
        with socket.socket() as again:
            assert again.connect_ex(("127.0.0.1", https_only)) != 0


async def test_own_port_opened_by_two_pbxs_at_once(
    hass: HomeAssistant, sim: Simulator, clock: ManualClock, https_only: int
) -> None:
    """As at every start of Home Assistant: neither takes the port from the other."""
    other = small_office(clock, serial="555555555555")
    async with other.running():
        option = {CONF_REPORT_PORT: https_only}
        both = await asyncio.gather(
            *(
                set_up_pushing(hass, pbx, clock, "127.0.0.1", options=option)
                for pbx in (sim, other)
            )
        )
        assert issues(hass) == []
        for push in both:
            push.sim.set_registered("1001", False)
            await push.settled()
            assert push.receiver.accepted == 1
            await hass.config_entries.async_unload(push.entry.entry_id)
        await hass.async_block_till_done()
        assert not hass.data.get(LISTENERS)


async def test_port_that_is_taken_leaves_the_poll(
    hass: HomeAssistant,
    sim: Simulator,
    clock: ManualClock,
    freezer: FrozenDateTimeFactory,
    https_only: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The user is told which port; the states stay right all the same."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("0.0.0.0", https_only))  # noqa: S104
        taken.listen()
        push = await set_up_pushing(
            hass,
            sim,
            clock,
            "127.0.0.1",
            freezer,
            options={CONF_REPORT_PORT: https_only},
        )
        assert push.entry.state is ConfigEntryState.LOADED
        found = issue(hass, push.entry, ISSUE_PORT_TAKEN)
        assert found is not None
        assert found.translation_placeholders is not None
        assert found.translation_placeholders["port"] == str(https_only)
        assert f"on port {https_only}" in caplog.text
        sim.set_registered("1001", False)
        assert await push.time_until(lambda: push.state(ANNA) == "offline", 15) <= 11

    await hass.config_entries.async_reload(push.entry.entry_id)
    await hass.async_block_till_done()
    assert issue(hass, push.entry, ISSUE_PORT_TAKEN) is None
    sim.set_registered("1001", True)
    await push.settled()
    assert push.state(ANNA) == "idle"


async def closed_at_once(port: int, address: str) -> bool:
    """Return whether a connection from an address is closed before it says anything."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, local_addr=(address, 0)
    )
    try:
        async with asyncio.timeout(0.5):
            return await reader.read() == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    finally:
        writer.close()


async def test_strangers_are_closed_at_once(
    hass: HomeAssistant, sim: Simulator, clock: ManualClock, https_only: int
) -> None:
    """Only the PBX may keep a connection open."""
    option = {CONF_REPORT_PORT: https_only}
    await set_up_pushing(hass, sim, clock, "127.0.0.1", options=option)
    assert await closed_at_once(https_only, "127.0.0.2")
    assert not await closed_at_once(https_only, "127.0.0.1")


async def test_connections_are_bounded(
    hass: HomeAssistant, sim: Simulator, clock: ManualClock, https_only: int
) -> None:
    """Also those of a PBX that has gone mad."""
    option = {CONF_REPORT_PORT: https_only}
    await set_up_pushing(hass, sim, clock, "127.0.0.1", options=option)
    writers = []
    for _ in range(MAX_CONNECTIONS):
        _, writer = await asyncio.open_connection("127.0.0.1", https_only)
        writers.append(writer)
    assert await closed_at_once(https_only, "127.0.0.1")
    for writer in writers:
        writer.close()


async def test_what_is_no_http_leaves_no_traceback(
    hass: HomeAssistant,
    sim: Simulator,
    clock: ManualClock,
    https_only: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One for each request would fill the log."""
    option = {CONF_REPORT_PORT: https_only}
    await set_up_pushing(hass, sim, clock, "127.0.0.1", options=option)
    for garbage in (b"\x16\x03\x01\r\n\r\n", b"POST / HTTP/9\r\nx\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", https_only)
        writer.write(garbage)
        async with asyncio.timeout(5):
            await reader.read()
        writer.close()
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
