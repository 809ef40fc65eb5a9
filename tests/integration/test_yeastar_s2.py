"""An S-Series PBX with version 2 of its API in Home Assistant, over real sockets."""

import asyncio
from collections.abc import AsyncGenerator, Callable
import logging
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.diagnostics import async_get_config_entry_diagnostics
from tests.simulator import ManualClock, Simulator

from .conftest import small_office

BRUNO, SAMI = "sensor.bruno_costa_1002", "sensor.sami_virtanen_1005"
BOTH = frozenset({"v1.1.0", "v2.0.0"})


@pytest.fixture
async def sim(socket_enabled: None, clock: ManualClock) -> AsyncGenerator[Simulator]:
    """Run a PBX that has version 2 beside version 1.1.0."""
    simulator = small_office(clock)
    simulator.pbx.versions = BOTH
    async with simulator.running():
        yield simulator


async def until(so: Callable[[], object]) -> None:
    """Wait until something is so, at most five seconds."""
    async with asyncio.timeout(5):
        while not so():
            await asyncio.sleep(0.01)


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity."""
    found = hass.states.get(entity_id)
    assert found is not None
    return found.state


async def add(hass: HomeAssistant, sim: Simulator) -> ConfigEntry:
    """Choose the family and fill its form in; no field asks for a version."""
    flows = hass.config_entries.flow
    flow = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    form = await flows.async_configure(flow["flow_id"], {"family": "yeastar_s"})
    result = await flows.async_configure(
        form["flow_id"],
        {
            "host": sim.host,
            "port": sim.port,
            "ssl": False,
            "username": sim.username,
            "password": sim.password,
        },
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()
    entry: ConfigEntry = result["result"]
    return entry


async def remove(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Unload an entry."""
    if entry.state is ConfigEntryState.LOADED:
        assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


@pytest.fixture
async def entry(hass: HomeAssistant, sim: Simulator) -> AsyncGenerator[ConfigEntry]:
    """Return the entry of the PBX, added by a user."""
    made = await add(hass, sim)
    yield made
    await remove(hass, made)


async def read(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Read the PBX."""
    await entry.runtime_data.coordinator.async_refresh()
    await hass.async_block_till_done()


async def act(hass: HomeAssistant, action: str, **data: Any) -> None:
    """Call an action."""
    await hass.services.async_call(DOMAIN, action, data, blocking=True)


async def test_version_is_found(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """The entry is the same as for any other S-Series PBX."""
    assert entry.runtime_data.coordinator.info.api_version == "v2.0.0"
    assert entry.data["family"] == "yeastar_s"


async def test_whisper_and_stop(
    hass: HomeAssistant, sim: Simulator, entry: ConfigEntry
) -> None:
    """The supervisor is in the call while the phone is, and the call goes on."""
    call = sim.inbound("5503301", "1002")
    await read(hass, entry)
    assert state(hass, BRUNO) == "ringing"
    call.answer()
    await read(hass, entry)
    assert state(hass, BRUNO) == "busy"
    await act(hass, "whisper", whisperer=SAMI, whispered=BRUNO)
    (monitor,) = sim.monitors.values()
    assert (monitor.mode, monitor.supervisor) == ("whisper", "1005")
    await read(hass, entry)
    shown = hass.states.get(BRUNO)
    assert shown is not None
    assert shown.attributes["monitored_by"] == ["1005"]
    await act(hass, "stop_monitoring", supervisor=SAMI)
    assert not sim.monitors
    await read(hass, entry)
    assert [state(hass, one) for one in (SAMI, BRUNO)] == ["idle", "busy"]


async def test_reports_are_applied(
    hass: HomeAssistant, sim: Simulator, entry: ConfigEntry
) -> None:
    """Without another poll: calls, and hold, which version 1 does not report."""
    receiver = entry.runtime_data.coordinator.receiver
    assert receiver is not None
    session = next(iter(sim.sessions.live.values()))
    assert session.report_format == "2.0.0"

    def deliver(event: Any) -> None:
        for report in sim.reporter.reports_of(event, "2.0.0"):
            receiver.async_take_body(report.body)

    sim.exchange.listeners.append(deliver)
    sim.pbx.calls.tell = deliver
    call = sim.inbound("5503301", "1002")
    assert state(hass, BRUNO) == "ringing"
    call.answer()
    assert state(hass, BRUNO) == "busy"
    call.hold("1002")
    assert state(hass, BRUNO) == "on_hold"
    call.unhold("1002")
    assert state(hass, BRUNO) == "busy"
    call.hang_up("1002")
    assert state(hass, BRUNO) == "idle"


async def test_settings_can_be_changed(
    hass: HomeAssistant, sim: Simulator, entry: ConfigEntry
) -> None:
    """As with version 1, under the names of version 2."""
    await hass.services.async_call(
        "switch",
        "turn_on",
        {"entity_id": "switch.bruno_costa_1002_do_not_disturb"},
        blocking=True,
    )
    assert sim.extensions["1002"].dnd


async def test_entry_of_version_one_moves_over(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """After an update of the firmware: the same devices and entities, nothing asked."""
    sim.pbx.versions = frozenset({"v1.1.0"})
    entry = await add(hass, sim)
    registry = er.async_get(hass)

    def known() -> dict[str, str]:
        entities = er.async_entries_for_config_entry(registry, entry.entry_id)
        return {one.unique_id: one.entity_id for one in entities}

    before = known()
    assert entry.runtime_data.coordinator.info.api_version == "v1.1.0"
    sim.pbx.versions = BOTH
    sim.firmware = "30.13.0.30"
    sim.restart()
    await read(hass, entry)
    sim.call("1001", "1002", answer=True)
    await read(hass, entry)
    assert entry.runtime_data.coordinator.info.api_version == "v2.0.0"
    assert state(hass, BRUNO) == "busy"
    assert known() == before
    # And back again.
    sim.pbx.versions = frozenset({"v1.1.0"})
    sim.restart()
    await read(hass, entry)
    await read(hass, entry)
    assert entry.runtime_data.coordinator.info.api_version == "v1.1.0"
    assert state(hass, BRUNO) == "idle"
    assert known() == before
    await remove(hass, entry)


async def test_expired_token_in_a_call(
    hass: HomeAssistant, sim: Simulator, entry: ConfigEntry
) -> None:
    """An action goes through once; with refused refresh tokens, too."""
    sim.call("1001", "1002", answer=True)
    sim.expire_tokens()
    await act(hass, "whisper", whisperer=SAMI, whispered=BRUNO)
    assert len(sim.monitors) == 1
    await read(hass, entry)
    assert state(hass, BRUNO) == "busy"


async def test_no_secret_leaks(
    hass: HomeAssistant,
    sim: Simulator,
    entry: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither log nor diagnostics nor states contain a token or a password."""
    caplog.set_level(logging.DEBUG)
    sim.expire_tokens()
    await read(hass, entry)
    seen = caplog.text
    seen += str(await async_get_config_entry_diagnostics(hass, entry))
    seen += str([one.as_dict() for one in hass.states.async_all()])
    assert not [secret for secret in sim.secrets if secret in seen]
