"""Setting a PBX up, taking it down, and what happens when it cannot be reached."""

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.pbx.const import CONF_FAMILY, DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.simulator import Fault, Simulator

from .conftest import device_of, entry_for


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigEntryState:
    """Set an entry up and return what became of it."""
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    state: ConfigEntryState = entry.state
    return state


async def test_set_up_logs_in_once_and_reads_everything_once(
    sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Identity, calls, extensions and trunks are all a start needs; settings follow."""
    assert [request.endpoint for request in sim.requests] == [
        "login",  # version 2 of the API, which it does not have
        "login",
        "deviceinfo/query",
        "inbound/query",
        "outbound/query",
        "extensionlist/query",
        "trunklist/query",
        "extension/query",
    ]


async def test_devices(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """The PBX is a device, each extension one below it."""
    pbx = device_of(device_registry, entry)
    assert pbx is not None
    assert (pbx.manufacturer, pbx.model) == ("Yeastar", "S-Series")
    assert pbx.serial_number == sim.serial
    assert pbx.configuration_url == sim.url
    names = {
        device.name: device
        for device in dr.async_entries_for_config_entry(device_registry, entry.entry_id)
        if device.id != pbx.id
    }
    assert set(names) == {ext.name for ext in sim.extensions.values()}
    anna = names["Anna Berg"]
    assert anna.via_device_id == pbx.id
    assert anna.model == "SIP 1001"
    assert anna.identifiers == {(DOMAIN, f"{sim.serial}_1001")}


async def test_unloading_logs_out_and_ends_polling(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
) -> None:
    """The PBX gets its session back."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()

    assert entry.state is ConfigEntryState.NOT_LOADED
    assert sim.requests[-1].endpoint == "logout"
    count = len(sim.requests)
    await coordinator.async_refresh()
    assert len(sim.requests) == count


async def test_stop_of_home_assistant_logs_out(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """A stop is not an unload, and yet the session ends."""
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()

    assert sim.requests[-1].endpoint == "logout"


async def test_reload_comes_back(
    hass: HomeAssistant,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
) -> None:
    """Everything is there again after a reload."""
    before = sorted(hass.states.async_entity_ids())
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()

    assert entry.state is ConfigEntryState.LOADED
    assert sorted(hass.states.async_entity_ids()) == before


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("refuse", "cannot_connect"),
        ("http_500", "bad_answer"),
        ("html", "not_the_api"),
    ],
)
async def test_unreachable_pbx_is_tried_again(
    hass: HomeAssistant,
    sim: Simulator,
    entry: MockConfigEntry,
    kind: str,
    reason: str,
) -> None:
    """Home Assistant retries by itself and says why."""
    if kind == "refuse":
        await sim.go_offline()
    else:
        sim.faults.add(Fault(kind=kind))

    assert await set_up(hass, entry) is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == reason


async def test_wrong_password_asks_the_user_and_never_knocks_again(
    hass: HomeAssistant, sim: Simulator, entry: MockConfigEntry
) -> None:
    """One failed login, then silence until somebody types a password."""
    sim.password = "Changed-On-The-Pbx-1"

    assert await set_up(hass, entry) is ConfigEntryState.SETUP_ERROR
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [flow["context"]["source"] for flow in flows] == [SOURCE_REAUTH]
    # The first one was in a version that the PBX does not have, and no failed login.
    assert [(one.endpoint, one.version) for one in sim.requests] == [
        ("login", "v2.0.0"),
        ("login", "v1.1.0"),
    ]


async def test_locked_out_set_up_does_not_knock_again(
    hass: HomeAssistant, sim: Simulator, entry: MockConfigEntry
) -> None:
    """Each retry makes a new client; none of them logs in before the ten minutes end."""
    sim.faults.add(Fault(kind="errno", endpoint="login", errno=20002))

    assert await set_up(hass, entry) is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "locked_out"
    assert len(sim.requests_to("login")) == 1

    sim.faults.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert len(sim.requests_to("login")) == 1

    await hass.config_entries.async_remove(entry.entry_id)
    again = MockConfigEntry(
        domain=DOMAIN, unique_id=entry.unique_id, data=dict(entry.data)
    )
    again.add_to_hass(hass)
    assert await set_up(hass, again) is ConfigEntryState.LOADED


async def test_another_pbx_at_the_address_is_not_taken_for_ours(
    hass: HomeAssistant, sim: Simulator, entry: MockConfigEntry
) -> None:
    """No entity of this PBX is fed by another one."""
    hass.config_entries.async_update_entry(entry, unique_id="111111111111")

    assert await set_up(hass, entry) is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "wrong_pbx"


async def test_changed_certificate_is_refused(
    hass: HomeAssistant, tls_sim: Simulator
) -> None:
    """What was pinned stays pinned."""
    entry = entry_for(tls_sim)
    entry.add_to_hass(hass)
    assert await set_up(hass, entry) is ConfigEntryState.LOADED
    await hass.config_entries.async_unload(entry.entry_id)

    await tls_sim.stop()
    tls_sim.new_certificate()
    port = entry.data["port"]
    await tls_sim.start(port=port, tls=True)
    before = len(tls_sim.requests)
    assert await set_up(hass, entry) is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "not_trusted"
    assert len(tls_sim.requests) == before


async def test_only_devices_of_vanished_extensions_can_be_removed(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """The user may tidy up by hand, but not break what is in use."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)
    sim.remove_extension("1006")
    await coordinator.async_refresh()

    async def remove(identifier: str) -> bool:
        device = device_registry.async_get_device_by_identifier(
            (DOMAIN, identifier), entry.entry_id
        )
        assert device is not None
        answer = await client.remove_device(device.id)
        return bool(answer["success"])

    assert not await remove(sim.serial)
    assert not await remove(f"{sim.serial}_1001")
    assert await remove(f"{sim.serial}_1006")
    trunk = device_registry.async_get_child_device_by_identifier(
        (DOMAIN, f"{sim.serial}_trunk_SIP-142"), entry.entry_id
    )
    assert trunk is not None
    assert not (await client.remove_device(trunk.id))["success"]
    del sim.trunks["SIP-142"]
    coordinator.polling.async_trunks_changed()
    await coordinator.async_refresh()
    assert (await client.remove_device(trunk.id))["success"]


async def test_entry_from_before_there_were_families(
    hass: HomeAssistant, sim: Simulator
) -> None:
    """It is migrated to the family there was, and goes on as it was."""
    new = entry_for(sim)
    data = {key: value for key, value in new.data.items() if key != CONF_FAMILY}
    old = MockConfigEntry(
        domain=DOMAIN, title=new.title, unique_id=new.unique_id, data=data
    )
    old.add_to_hass(hass)
    assert await hass.config_entries.async_setup(old.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert old.state is ConfigEntryState.LOADED
    assert (old.version, old.minor_version) == (1, 2)
    assert old.data[CONF_FAMILY] == "yeastar_s"
    assert data.items() <= old.data.items()


async def test_entry_of_a_newer_release(hass: HomeAssistant, sim: Simulator) -> None:
    """It is left alone: what it means is not known."""
    entry = MockConfigEntry(
        domain=DOMAIN, unique_id=sim.serial, data=dict(entry_for(sim).data), version=2
    )
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.MIGRATION_ERROR
