"""A P-Series in Home Assistant: from the form to the whisper, over real sockets."""

import asyncio
from collections.abc import AsyncGenerator, Callable
import logging
from typing import Any, cast

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.diagnostics import async_get_config_entry_diagnostics
from tests.simulator import SimExtension
from tests.simulator.yeastar_p import PSimulator
from tests.simulator.yeastar_p.simulator import CLIENT_ID, CLIENT_SECRET

from .told import Told

ANNA, BRUNO, SAMI = (
    "sensor.anna_berg_1001",
    "sensor.bruno_costa_1002",
    "sensor.sami_virtanen_1005",
)


def office() -> list[SimExtension]:
    """Return three people; all may be monitored."""
    people = {"1001": "Anna Berg", "1002": "Bruno Costa", "1005": "Sami Virtanen"}
    return [
        SimExtension(number, name, allow_being_monitored=True)
        for number, name in people.items()
    ]


@pytest.fixture
async def sim(socket_enabled: None) -> AsyncGenerator[PSimulator]:
    """Run a simulated PBX with a certificate of its own making."""
    async with PSimulator(extensions=office()).running() as running:
        yield running


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


def monitored_by(hass: HomeAssistant, entity_id: str) -> list[str]:
    """Return the supervisors in the call of an extension."""
    found = hass.states.get(entity_id)
    assert found is not None
    return list(found.attributes.get("monitored_by", ()))


async def add(hass: HomeAssistant, sim: PSimulator, **changes: Any) -> ConfigFlowResult:
    """Choose the family and fill its form in."""
    flows = hass.config_entries.flow
    flow = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    form = await flows.async_configure(flow["flow_id"], {"family": "yeastar_p"})
    assert form["step_id"] == "user_yeastar_p"
    filled_in = {
        "host": sim.host,
        "port": sim.port,
        "ssl": False,
        "username": CLIENT_ID,
        "password": CLIENT_SECRET,
    }
    return await flows.async_configure(form["flow_id"], {**filled_in, **changes})


@pytest.fixture
async def entry(hass: HomeAssistant, sim: PSimulator) -> AsyncGenerator[ConfigEntry]:
    """Return the entry of the PBX, added by a user."""
    result = await add(hass, sim)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()
    made = result["result"]
    yield made
    if made.state is ConfigEntryState.LOADED:
        assert await hass.config_entries.async_unload(made.entry_id)
    await hass.async_block_till_done()


async def act(hass: HomeAssistant, action: str, **data: Any) -> None:
    """Call an action."""
    await hass.services.async_call(DOMAIN, action, data, blocking=True)


async def test_form_makes_an_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """The PBX is known by its serial number; every extension has its status."""
    assert entry.unique_id == "3631A2124001"
    assert entry.title == "Yeastar P550"
    assert entry.data["family"] == "yeastar_p"
    assert [state(hass, one) for one in (ANNA, BRUNO, SAMI)] == ["idle"] * 3


async def test_wrong_secret_is_told_in_its_own_words(
    hass: HomeAssistant, sim: PSimulator
) -> None:
    """The form stays, with a sentence about client ID and secret."""
    result = await add(hass, sim, password="wrong")
    assert result["errors"] == {"base": "invalid_auth_yeastar_p"}


async def test_call_and_whisper(
    hass: HomeAssistant, sim: PSimulator, entry: ConfigEntry, told: Told
) -> None:
    """The supervisor is in the call while the phone is, and the end is told."""
    sim.api.monitor_listed = True
    call = sim.exchange.inbound("5503301", "1002", "SIP-142")
    await until(lambda: state(hass, BRUNO) == "ringing")
    call.answer()
    await until(lambda: state(hass, BRUNO) == "busy")
    await act(hass, "whisper", whisperer=SAMI, whispered=BRUNO, wait=True)
    (monitor,) = sim.exchange.monitors.values()
    assert (monitor.mode, monitor.supervisor) == ("whisper", "1005")
    await until(lambda: monitored_by(hass, BRUNO) == ["1005"])
    await entry.runtime_data.coordinator.async_refresh()
    assert state(hass, SAMI) == "busy"
    await act(hass, "stop_monitoring", supervisor=SAMI)
    assert sim.monitors == {}
    await until(lambda: state(hass, SAMI) == "idle")
    assert state(hass, BRUNO) == "busy"
    call.hang_up()
    await until(lambda: state(hass, BRUNO) == "idle")


async def test_supervisor_that_the_pbx_does_not_list_stays(
    hass: HomeAssistant, sim: PSimulator, entry: ConfigEntry
) -> None:
    """Who is in the call is shown until the phone hangs up; stopping it says why not."""
    sim.inbound("5503301", "1002", "SIP-142", answer=True)
    await until(lambda: state(hass, BRUNO) == "busy")
    await act(hass, "listen", supervisor=SAMI, extension=BRUNO, wait=True)
    await entry.runtime_data.coordinator.async_refresh()
    assert state(hass, SAMI) == "busy"
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, "stop_monitoring", supervisor=SAMI)
    assert err.value.translation_key == "control_unsupported"
    assert monitored_by(hass, BRUNO) == ["1005"]
    (monitor,) = sim.monitors.values()
    monitor.end()
    await until(lambda: state(hass, SAMI) == "idle")
    await until(lambda: monitored_by(hass, BRUNO) == [])


async def test_refusals_are_sentences(
    hass: HomeAssistant, sim: PSimulator, entry: ConfigEntry
) -> None:
    """An extension without a call cannot be whispered to."""
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, "whisper", whisperer=SAMI, whispered=BRUNO)
    assert err.value.translation_key == "monitor_not_in_call"


async def test_lost_connection_makes_entities_unavailable(
    hass: HomeAssistant, sim: PSimulator, entry: ConfigEntry
) -> None:
    """Within a second, and back with the true state after it is reached again."""
    await sim.go_offline()
    await until(lambda: state(hass, BRUNO) == STATE_UNAVAILABLE)
    sim.exchange.inbound("5503301", "1002", "SIP-142").answer()
    await sim.come_back()
    await until(lambda: state(hass, BRUNO) == "busy")


async def test_changed_secret_asks_the_user(
    hass: HomeAssistant, sim: PSimulator, entry: ConfigEntry
) -> None:
    """The form names client ID and secret, and the entry works again after it."""
    sim.identity.password = "NewSecret-2026"
    sim.tokens.expire_all()
    await entry.runtime_data.coordinator.async_refresh()
    await hass.async_block_till_done()
    flows = hass.config_entries.flow
    (flow,) = flows.async_progress_by_handler(DOMAIN)
    assert flow["context"]["source"] == SOURCE_REAUTH
    form = await flows.async_configure(flow["flow_id"])
    assert form["step_id"] == "reauth_confirm_yeastar_p"
    result = await flows.async_configure(
        flow["flow_id"], {"username": CLIENT_ID, "password": "NewSecret-2026"}
    )
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    await until(lambda: state(hass, BRUNO) == "idle")


async def test_entities_of_missing_capabilities_are_absent(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    """Monitoring settings cannot be set, so they are not offered."""
    registry = er.async_get(hass)
    keys = {
        one.translation_key
        for one in er.async_entries_for_config_entry(registry, entry.entry_id)
    }
    assert {"call", "hang_up", "do_not_disturb", "forwarding"} <= keys
    assert not keys & {"may_be_monitored", "monitor_mode"}


async def test_do_not_disturb_and_forwarding(
    hass: HomeAssistant, sim: PSimulator, entry: ConfigEntry
) -> None:
    """Set here and on the PBX, and shown."""
    switch = "switch.bruno_costa_1002_do_not_disturb"
    await until(lambda: state(hass, switch) == "off")
    await hass.services.async_call(
        "switch", "turn_on", {"entity_id": switch}, blocking=True
    )
    assert sim.extensions["1002"].dnd
    assert state(hass, switch) == "on"
    await act(hass, "set_forwarding", extension=BRUNO, to="extension", number="1005")
    forward = sim.extensions["1002"].always_forward
    assert (forward.on, forward.extension) == (True, "1005")
    # The user is available again at the phone.
    await sim.go_offline()
    await until(lambda: state(hass, switch) == STATE_UNAVAILABLE)
    sim.objects.presences.update(
        sim.extensions["1002"], {"presence_status": "available"}
    )
    await sim.come_back()
    await until(lambda: state(hass, switch) == "off")
    with pytest.raises(ServiceValidationError) as err:
        await act(hass, "set_forwarding", extension=BRUNO, to="mobile")
    assert err.value.translation_key == "control_settings_rejected"


async def test_call_history(
    hass: HomeAssistant, sim: PSimulator, entry: ConfigEntry
) -> None:
    """The PBX's own records, by the name of the extension."""
    away = dt_util.now().utcoffset()
    assert away is not None
    sim.identity.utc_offset = int(away.total_seconds() // 3600)
    sim.inbound("5503301", "1002", "SIP-142", answer=True).hang_up()
    answer = await hass.services.async_call(
        *(DOMAIN, "get_call_history", {"extension": BRUNO}),
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    (call,) = cast(list[dict[str, Any]], answer["calls"])
    assert (call["caller"], call["callee"], call["callee_name"]) == (
        "5503301",
        "1002",
        "Bruno Costa",
    )
    assert (call["direction"], call["outcome"]) == ("inbound", "answered")


async def test_no_secret_leaks(
    hass: HomeAssistant,
    sim: PSimulator,
    entry: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither log nor diagnostics nor states contain a token or the client secret."""
    caplog.set_level(logging.DEBUG)
    await entry.runtime_data.coordinator.async_refresh()
    seen = caplog.text
    seen += str(await async_get_config_entry_diagnostics(hass, entry))
    seen += str([one.as_dict() for one in hass.states.async_all()])
    assert not [secret for secret in sim.secrets if secret in seen]
