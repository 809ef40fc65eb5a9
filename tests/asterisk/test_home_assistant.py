"""Home Assistant on a real Asterisk: the form, calls, supervision, the connection."""

import time

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.pbx.const import DOMAIN

from .home import (
    AGENT,
    CUSTOMER,
    SUPERVISOR,
    USER,
    act,
    attribute,
    filled_in,
    open_form,
    state,
    submit,
    talk,
    until,
)
from .office import EXTENSIONS, OUTSIDE, TRUNK
from .proxy import Proxy
from .remote import RemoteRig


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load our component."""


# -- the form


async def test_the_form_says_what_is_wrong(
    hass: HomeAssistant, quiet: RemoteRig, proxy: Proxy
) -> None:
    """And the entry is made when nothing is."""
    port = proxy.address.port
    form = await open_form(hass)
    for user_input, error in (
        (filled_in(port, password="wrong"), "invalid_auth_asterisk"),
        (filled_in(port, "events"), "right_missing"),
        (filled_in(port, "deaf"), "right_missing"),
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
    assert state(hass, "sensor.anna_berg_1001_other_party") == "Ben Cole"
    await quiet.do("1002 hang_up")
    await until(lambda: state(hass, AGENT) == state(hass, CUSTOMER) == "idle")
    await until(lambda: len(happened) == 6)
    assert [what for who, what in happened if who == "event.anna_berg_1001_call"] == [
        "ringing",
        "answered",
        "ended",
    ]
    assert [what for who, what in happened if who == "event.ben_cole_1002_call"] == [
        "dialing",
        "answered",
        "ended",
    ]
    for last in ("sensor.anna_berg_1001_last_call", "sensor.ben_cole_1002_last_call"):
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
    assert state(hass, "sensor.anna_berg_1001_other_party") == OUTSIDE
    await act(hass, "hang_up", extension=AGENT)
    await until(lambda: state(hass, AGENT) == "idle")
    await until(lambda: ("event.anna_berg_1001_call", "ended") in happened)
    last = "sensor.anna_berg_1001_last_call"
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


# -- trunks


async def test_a_trunk_out_of_order_is_shown_at_once(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry
) -> None:
    """Asterisk reports the registration; a poll would find it much later."""
    entities = [
        entity_id
        for platform, key in (("sensor", "status"), ("binary_sensor", "usable"))
        if (
            entity_id := er.async_get(hass).async_get_entity_id(
                platform, DOMAIN, f"{entry.unique_id}_trunk_{TRUNK}_{key}"
            )
        )
    ]

    def shown() -> list[str | None]:
        return [state(hass, entity_id) for entity_id in entities]

    assert shown() == ["registered", "on"]
    await quiet.do("unregister_trunk")
    await until(lambda: shown() == ["unregistered", "off"], 3.0)
    await quiet.do("register_trunk")
    await until(lambda: shown() == ["registered", "on"], 3.0)


# -- supervision


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
    await act(hass, "hang_up", extension=AGENT)
    await until(lambda: attribute(hass, AGENT, "monitored_by") is None)
    assert "event.sam_super_1005_call" not in {who for who, _ in happened}


async def test_a_reload_in_a_supervised_call_changes_nothing(
    hass: HomeAssistant,
    quiet: RemoteRig,
    entry: ConfigEntry,
    happened: list[tuple[str, str]],
) -> None:
    """The call and its supervision are shown again, without events, and end as usual."""
    await talk(hass, quiet)
    await act(hass, "whisper", whisperer=SUPERVISOR, whispered=AGENT, wait=True)
    happened.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, AGENT) == state(hass, SUPERVISOR) == "busy"
    assert attribute(hass, AGENT, "monitored_by") == ["1005"]
    assert state(hass, "sensor.anna_berg_1001_other_party") == "Ben Cole"
    assert happened == []
    await quiet.do("1002 hang_up")
    await until(lambda: state(hass, AGENT) == state(hass, SUPERVISOR) == "idle")
    await until(lambda: ("event.anna_berg_1001_call", "ended") in happened)
    assert state(hass, "sensor.anna_berg_1001_last_call") == "answered"
    assert attribute(hass, "sensor.anna_berg_1001_last_call", "number") == "1002"
    assert attribute(hass, AGENT, "monitored_by") is None


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
    assert (
        state(hass, "sensor.zoe_muller_1003")
        == state(hass, "sensor.dora_diaz_1004")
        == "busy"
    )
    await quiet.do("1003 hang_up")
    await until(lambda: state(hass, "sensor.dora_diaz_1004") == "idle")


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
