"""Home Assistant on a real Asterisk: from the form to the voice in the agent's ear."""

import asyncio
from collections.abc import AsyncGenerator, Callable
import logging
import time
from typing import Any, Final

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.pbx.client.model import MonitorMode
from custom_components.pbx.const import DOMAIN

from .office import EXTENSIONS, OUTSIDE
from .proxy import Proxy
from .remote import RemoteRig
from .test_sound import AUDIBLE, LONG_ENOUGH, SILENT, expected

# Has the rights that the form asks for, and no others.
USER: Final = "homeassistant"
AGENT, CUSTOMER, SUPERVISOR = "sensor.anna_berg", "sensor.ben_cole", "sensor.sam_super"
PHONES: Final = {AGENT: "1001", CUSTOMER: "1002", SUPERVISOR: "1005"}


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load our component."""


async def until(so: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not so():
            await asyncio.sleep(0.01)


def state(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the state of an entity, None when there is none."""
    found = hass.states.get(entity_id)
    return None if found is None else found.state


def attribute(hass: HomeAssistant, entity_id: str, name: str) -> Any:
    """Return an attribute of an entity, None when it has none."""
    found = hass.states.get(entity_id)
    return None if found is None else found.attributes.get(name)


async def act(hass: HomeAssistant, action: str, **data: Any) -> Any:
    """Call an action and return its response."""
    return await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )


async def open_form(hass: HomeAssistant) -> ConfigFlowResult:
    """Choose the family."""
    manager = hass.config_entries.flow
    flow = await manager.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert flow["step_id"] == "family"
    form = await manager.async_configure(flow["flow_id"], {"family": "asterisk"})
    assert form["step_id"] == "user_asterisk"
    return form


def filled_in(port: int, user: str = USER, **changes: Any) -> dict[str, Any]:
    """Return what a user fills in."""
    return {
        "host": "127.0.0.1",
        "port": port,
        "ssl": False,
        "username": user,
        "password": f"{user}-secret",
        **changes,
    }


async def submit(
    hass: HomeAssistant, form: ConfigFlowResult, user_input: dict[str, Any]
) -> ConfigFlowResult:
    """Submit a form or choose from a menu."""
    return await hass.config_entries.flow.async_configure(form["flow_id"], user_input)


@pytest.fixture
async def entry(
    hass: HomeAssistant,
    quiet: RemoteRig,
    proxy: Proxy,
    caplog: pytest.LogCaptureFixture,
) -> AsyncGenerator[ConfigEntry]:
    """Return the PBX, added by a user; its path can be cut. No log has the secret."""
    caplog.set_level(logging.DEBUG)
    form = filled_in(proxy.address.port)
    result = await submit(hass, await open_form(hass), form)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()
    made = result["result"]
    yield made
    if made.state is ConfigEntryState.LOADED:
        assert await hass.config_entries.async_unload(made.entry_id)
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    assert any(record.name.startswith("custom_components.pbx") for record in records)
    logged = logging.Formatter()
    assert not [one for one in map(logged.format, records) if f"{USER}-secret" in one]


@pytest.fixture
def happened(hass: HomeAssistant) -> list[tuple[str, str]]:
    """Collect the events of calls: whose, and what."""
    found: list[tuple[str, str]] = []

    @callback
    def collect(event: Event[EventStateChangedData]) -> None:
        new, old = event.data["new_state"], event.data["old_state"]
        if new is None or new.domain != "event" or old is None:
            return
        if old.state not in (STATE_UNAVAILABLE, new.state):
            found.append((new.entity_id, new.attributes["event_type"]))

    hass.bus.async_listen("state_changed", collect)
    return found


async def talk(hass: HomeAssistant, rig: RemoteRig) -> None:
    """Let the customer call the agent, whose phone answers by itself."""
    before = state(hass, "event.anna_berg_call")
    await rig.do("1002 dial 1001")
    await until(
        lambda: (
            state(hass, "event.anna_berg_call") != before
            and attribute(hass, "event.anna_berg_call", "event_type") == "answered"
        )
    )
    await until(lambda: state(hass, AGENT) == state(hass, CUSTOMER) == "busy")


# -- the form


async def test_the_form_says_what_is_wrong(
    hass: HomeAssistant, quiet: RemoteRig, proxy: Proxy
) -> None:
    """And the entry is made when nothing is."""
    port = proxy.address.port
    form = await open_form(hass)
    for user_input, error in (
        (filled_in(port, password="wrong"), "invalid_auth_asterisk"),
        (filled_in(port, "events"), "refused_asterisk"),
        (filled_in(quiet.ports["AMI_TLS"] + 1000), "cannot_connect_asterisk"),
        (filled_in(port, ssl=True), "not_the_api_asterisk"),
    ):
        form = await submit(hass, form, user_input)
        assert form["errors"] == {"base": error}
        placeholders = form["description_placeholders"]
        assert placeholders is not None
        assert "http" not in placeholders["address"]

    tls = filled_in(quiet.ports["AMI_TLS"], ssl=True)
    form = await submit(hass, form, tls)
    assert form["step_id"] == "certificate"
    result = await submit(hass, form, {"next_step_id": "trust"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    made = result["result"]
    assert made.data["secret"] == f"{USER}-secret"
    assert made.unique_id is not None
    assert made.unique_id.count(":") == 5
    assert state(hass, AGENT) == "idle"
    assert await hass.config_entries.async_unload(made.entry_id)


async def test_every_extension_is_a_device(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry
) -> None:
    """With its name and status; the PBX has no link to a page that is not there."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    by_id = {identifier[1]: one for one in devices for identifier in one.identifiers}
    pbx = by_id[str(entry.unique_id)]
    assert pbx.manufacturer == "FreePBX"
    assert pbx.configuration_url is None
    registry = er.async_get(hass)
    for number, (name, _, _) in EXTENSIONS.items():
        device = by_id[f"{entry.unique_id}_{number}"]
        assert (device.name or "").startswith(name or number)
        status = registry.async_get_entity_id(
            "sensor", DOMAIN, f"{entry.unique_id}_{number}_status"
        )
        assert status is not None
        assert state(hass, status) == "idle"
    # Releases name the entities of trunks differently.
    trunk = registry.async_get_entity_id(
        "sensor", DOMAIN, f"{entry.unique_id}_trunk_itsp_status"
    )
    assert trunk is not None
    assert state(hass, trunk) == "registered"


# -- calls


async def test_a_call_inside(
    hass: HomeAssistant,
    quiet: RemoteRig,
    entry: ConfigEntry,
    happened: list[tuple[str, str]],
) -> None:
    """Status, other party, events and last call of both."""
    await quiet.do("1001 does ring")
    await quiet.do("1002 dial 1001")
    await until(lambda: state(hass, AGENT) == "ringing")
    await quiet.do("1001 answer")
    await until(lambda: state(hass, AGENT) == state(hass, CUSTOMER) == "busy")
    assert state(hass, "sensor.anna_berg_other_party") == "Ben Cole"
    await quiet.do("1002 hang_up")
    await until(lambda: state(hass, AGENT) == state(hass, CUSTOMER) == "idle")
    await until(lambda: len(happened) == 6)
    assert [what for who, what in happened if who == "event.anna_berg_call"] == [
        "ringing",
        "answered",
        "ended",
    ]
    assert [what for who, what in happened if who == "event.ben_cole_call"] == [
        "dialing",
        "answered",
        "ended",
    ]
    for last in ("sensor.anna_berg_last_call", "sensor.ben_cole_last_call"):
        assert state(hass, last) == "answered"
        assert attribute(hass, last, "direction") == "internal"


async def test_a_call_from_outside(
    hass: HomeAssistant,
    quiet: RemoteRig,
    entry: ConfigEntry,
    happened: list[tuple[str, str]],
) -> None:
    """Number, trunk and direction are told; hung up by the action."""
    await quiet.do(f"{OUTSIDE} call_in 5550101")
    await until(lambda: state(hass, AGENT) == "busy")
    (call,) = (await act(hass, "get_calls"))["calls"]
    assert (call["direction"], call["trunk"]) == ("inbound", "itsp")
    assert state(hass, "sensor.anna_berg_other_party") == OUTSIDE
    await act(hass, "hang_up", extension=AGENT)
    await until(lambda: state(hass, AGENT) == "idle")
    await until(lambda: ("event.anna_berg_call", "ended") in happened)
    last = "sensor.anna_berg_last_call"
    assert state(hass, last) == "answered"
    assert attribute(hass, last, "number") == OUTSIDE
    assert attribute(hass, last, "direction") == "inbound"


async def test_what_the_user_may_not_is_refused(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry
) -> None:
    """Nothing is offered that AMI lacks, or that this user has no right to."""
    await talk(hass, quiet)
    for action in ("hold", "mute"):
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, action, extension=AGENT)
        assert refused.value.translation_key == "control_unsupported"


# -- supervision


async def heard(hass: HomeAssistant, rig: RemoteRig, mode: MonitorMode | None) -> None:
    """Let all talk for a while, hang up, and look at who was heard on each phone."""
    await asyncio.sleep(LONG_ENOUGH)
    await rig.do("clear")
    await until(lambda: all(state(hass, one) == "idle" for one in PHONES))
    wanted = expected(mode, PHONES[CUSTOMER])
    levels = await rig.hears(*wanted)
    for number, row in levels.items():
        for party, level in row.items():
            loud = party in wanted[number]
            assert level >= AUDIBLE if loud else level <= SILENT, (
                number,
                party,
                levels,
            )


async def test_whisper_reaches_the_agent_alone(
    hass: HomeAssistant,
    quiet: RemoteRig,
    entry: ConfigEntry,
    happened: list[tuple[str, str]],
) -> None:
    """The supervisor's phone rings and is picked up; measured on the three phones."""
    await talk(hass, quiet)
    await quiet.do("1005 does ring")
    answer = await act(hass, "whisper", whisperer=SUPERVISOR, whispered=AGENT)
    assert (answer["whisperer"], answer["whispered"]) == ("1005", "1001")
    await until(lambda: state(hass, SUPERVISOR) == "ringing")
    await until(lambda: attribute(hass, AGENT, "monitored_by") == ["1005"])
    assert state(hass, SUPERVISOR) == "ringing"
    await quiet.do("1005 answer")
    await until(lambda: state(hass, SUPERVISOR) == "busy")
    assert attribute(hass, AGENT, "monitored_by") == ["1005"]
    await heard(hass, quiet, MonitorMode.WHISPER)
    await until(lambda: attribute(hass, AGENT, "monitored_by") is None)
    assert "event.sam_super_call" not in {who for who, _ in happened}


async def test_stopped_nobody_hears_the_supervisor(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry
) -> None:
    """After barge in; the call goes on."""
    await talk(hass, quiet)
    await act(hass, "barge_in", supervisor=SUPERVISOR, extension=AGENT, wait=True)
    assert attribute(hass, AGENT, "monitored_by") == ["1005"]
    await act(hass, "stop_monitoring", supervisor=SUPERVISOR)
    await until(lambda: state(hass, SUPERVISOR) == "idle")
    await until(lambda: attribute(hass, AGENT, "monitored_by") is None)
    assert state(hass, AGENT) == state(hass, CUSTOMER) == "busy"
    await heard(hass, quiet, None)


# -- the connection


async def test_a_lost_connection_is_shown_and_mended(
    hass: HomeAssistant, quiet: RemoteRig, proxy: Proxy, entry: ConfigEntry
) -> None:
    """Unavailable within a second; what happened meanwhile is shown afterwards."""
    await talk(hass, quiet)
    began = time.monotonic()
    proxy.cut()
    await until(lambda: state(hass, AGENT) == STATE_UNAVAILABLE, 1.0)
    assert time.monotonic() - began < 1.0
    await quiet.do("1002 hang_up")
    await quiet.do("1003 dial 1004")
    await quiet.do("until_talking 1003 1004")
    proxy.mend()
    await until(lambda: state(hass, AGENT) == "idle", 8.0)
    assert state(hass, CUSTOMER) == "idle"
    assert state(hass, "sensor.zoe_muller") == state(hass, "sensor.dora_diaz") == "busy"
    await quiet.do("1003 hang_up")
    await until(lambda: state(hass, "sensor.dora_diaz") == "idle")


async def test_a_wrong_secret_asks_the_user(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry
) -> None:
    """And the right one is all that it takes."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "secret": "changed"}
    )
    await hass.config_entries.async_reload(entry.entry_id)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["step_id"] == "reauth_confirm_asterisk"
    manager = hass.config_entries.flow
    login = {"username": USER, "password": "wrong"}
    form = await manager.async_configure(flow["flow_id"], login)
    assert form["errors"] == {"base": "invalid_auth_asterisk"}
    login["password"] = f"{USER}-secret"
    result = await manager.async_configure(flow["flow_id"], login)
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert state(hass, AGENT) == "idle"


async def test_unloaded_nothing_stays_connected(
    hass: HomeAssistant, quiet: RemoteRig, proxy: Proxy, entry: ConfigEntry
) -> None:
    """Asterisk has no user of ours any more."""
    assert proxy.connections == 1
    assert await hass.config_entries.async_unload(entry.entry_id)
    await until(lambda: proxy.connections == 0, 1.0)
