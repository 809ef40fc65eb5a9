"""What the coordinator does with what it reads, and with what it cannot read."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.connect import LOCKED_UNTIL
from custom_components.pbx.hub.coordinator import PbxCoordinator
from custom_components.pbx.hub.polling import FAST_POLL
from tests.integration.conftest import entry_for, rewrite_list, small_office, state_of
from tests.simulator import Fault, SimExtension, Simulator

ANNA = "sensor.anna_berg"
BRUNO = "sensor.bruno_costa"
CONNECTION = "binary_sensor.yeastar_s100_connection"


@pytest.fixture
async def written(hass: HomeAssistant) -> list[str]:
    """Collect the entities whose states are written, changed or not."""
    entity_ids: list[str] = []

    @callback
    def collect(event: Event[EventStateChangedData]) -> None:
        entity_ids.append(event.data["entity_id"])

    hass.bus.async_listen("state_changed", collect)
    hass.bus.async_listen(
        "state_reported", collect, event_filter=callback(lambda _: True)
    )
    return entity_ids


async def test_polls_every_ten_seconds_until_reports_arrive(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A quiet poll costs three requests; the trunks are read once a minute."""

    async def poll() -> list[str]:
        before = len(sim.requests)
        freezer.tick(FAST_POLL + timedelta(seconds=1))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
        return [request.endpoint for request in list(sim.requests)[before:]]

    quiet = ["inbound/query", "outbound/query", "extensionlist/query"]
    for _ in range(4):
        assert await poll() == quiet
    sim.call("1001", "1002", answer=True)
    assert await poll() == [*quiet, "extension/query", "trunklist/query"]
    assert state_of(hass, ANNA) == state_of(hass, BRUNO) == "busy"


@pytest.mark.usefixtures("everything")
async def test_only_what_changed_writes_its_state(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    written: list[str],
) -> None:
    """A quiet poll writes nothing, a change writes exactly what it concerns."""
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert written == []

    sim.set_registered("1001", False)
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert sorted(written) == [
        "binary_sensor.anna_berg_registered",
        ANNA,
        "sensor.yeastar_s100_registered_extensions",
    ]


async def test_recovery_writes_each_state_once(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    written: list[str],
) -> None:
    """What changed while the PBX was away is not written twice when it is back."""
    await sim.go_offline()
    await coordinator.async_refresh()
    sim.set_registered("1001", False)
    await sim.come_back()
    await hass.async_block_till_done()
    written.clear()
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    assert sorted(written) == sorted(hass.states.async_entity_ids())
    assert state_of(hass, ANNA) == "offline"


async def test_pbx_gone_for_an_hour_and_back_with_other_extensions(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Down is said once, up is said once, and then everything is as the PBX says."""
    await sim.go_offline()
    for _ in range(360):
        await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert state_of(hass, ANNA) == STATE_UNAVAILABLE
    assert state_of(hass, CONNECTION) == STATE_OFF
    assert caplog.text.count("Error fetching Yeastar S100 data") == 1

    sim.restart()
    sim.remove_extension("1001")
    sim.add_extension(SimExtension("2000", "Dora Evans"))
    await sim.come_back()
    await coordinator.async_refresh()
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    assert state_of(hass, ANNA) is None
    assert state_of(hass, "sensor.dora_evans") == "idle"
    assert state_of(hass, BRUNO) == "idle"
    assert state_of(hass, CONNECTION) == STATE_ON
    assert caplog.text.count("Fetching Yeastar S100 data recovered") == 1


async def test_restarted_pbx_costs_one_login(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Its tokens are gone; the poll that notices reads the truth all the same."""
    sim.restart()
    sim.set_registered("1001", False)
    before = len(sim.requests_to("login"))
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    assert len(sim.requests_to("login")) == before + 1
    assert state_of(hass, ANNA) == "offline"


async def test_password_changed_on_the_pbx_asks_the_user(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """One refused login, then the user is asked and polling ends."""
    logins = len(sim.requests_to("login"))
    sim.password = "Changed-On-The-Pbx-1"
    sim.expire_tokens()
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    assert len(sim.requests_to("login")) == logins + 1
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [flow["context"]["source"] for flow in flows] == [SOURCE_REAUTH]
    assert state_of(hass, ANNA) == STATE_UNAVAILABLE

    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(sim.requests_to("login")) == logins + 1


async def test_refused_poll_names_the_code(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """A code is worth more to the user than "unknown"."""
    sim.faults.add(Fault(kind="errno", endpoint="extensionlist/query", errno=30001))
    await coordinator.async_refresh()

    assert state_of(hass, ANNA) == STATE_UNAVAILABLE
    assert "30001" in str(coordinator.last_exception)


async def test_swapped_pbx_feeds_nothing(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Another box at the same address is noticed at the next login."""
    sim.serial = "222222222222"
    sim.restart()
    sim.set_registered("1001", False)
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    assert state_of(hass, ANNA) == STATE_UNAVAILABLE
    assert coordinator.data.extensions["1001"].registered


@pytest.mark.usefixtures("everything")
async def test_unknown_status_word_is_unknown_and_logged_once(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A word nobody knows is neither free nor busy."""
    rewrite_list(
        sim,
        lambda items: [
            {**item, "status": "Hovering"} if item["extnumber"] == "1001" else item
            for item in items
        ],
    )
    await coordinator.async_refresh()
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    assert state_of(hass, ANNA) == "unknown"
    assert state_of(hass, "binary_sensor.anna_berg_registered") == "unknown"
    assert caplog.text.count("Hovering") == 1


async def test_extension_of_which_little_is_known(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """A number and a status are enough."""
    rewrite_list(sim, lambda items: [*items, {"extnumber": "0042", "status": "Idle"}])
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    found = hass.states.get("sensor.0042")
    assert found is not None
    assert found.state == "idle"
    assert found.attributes["number"] == "0042"
    assert not {"type", "port"} & found.attributes.keys()


async def test_lock_out_ends(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
) -> None:
    """After ten minutes one login is tried again."""
    hass.data[LOCKED_UNTIL] = {entry.entry_id: hass.loop.time() + 1}
    await coordinator.async_refresh()
    assert state_of(hass, CONNECTION) == STATE_OFF

    hass.data[LOCKED_UNTIL] = {entry.entry_id: hass.loop.time() - 1}
    await coordinator.async_refresh()
    assert state_of(hass, CONNECTION) == STATE_ON
    assert hass.data[LOCKED_UNTIL] == {}


async def test_two_pbxs_do_not_mix(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """The same numbers on two PBXs are different extensions."""
    other = small_office(sim.clock, serial="555555555555")
    other.rename_extension("1001", "Other Anna")
    async with other.running():
        second = entry_for(other, "Branch")
        second.add_to_hass(hass)
        assert await hass.config_entries.async_setup(second.entry_id)
        await hass.async_block_till_done()
        other.set_registered("1001", False)
        await second.runtime_data.coordinator.async_refresh()
        await coordinator.async_refresh()
        await hass.async_block_till_done()

        assert state_of(hass, "sensor.other_anna") == "offline"
        assert state_of(hass, ANNA) == "idle"
        await hass.config_entries.async_unload(second.entry_id)


async def test_states_are_written_once_per_change(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """A call shows as one change per phone and poll."""
    events = async_capture_events(hass, "state_changed")
    sim.call("1001", "1002", answer=True)
    await coordinator.async_refresh()
    await hass.async_block_till_done()

    assert sorted(event.data["entity_id"] for event in events) == [
        "event.anna_berg_call",
        "event.bruno_costa_call",
        ANNA,
        "sensor.anna_berg_in_call_since",
        "sensor.anna_berg_other_party",
        BRUNO,
        "sensor.bruno_costa_in_call_since",
        "sensor.bruno_costa_other_party",
        "sensor.yeastar_s100_calls_in_progress",
        "sensor.yeastar_s100_extensions_in_use",
    ]


async def test_listener_without_a_topic_hears_of_the_connection_only(
    sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Whoever names no extension is not woken for each of them."""
    heard: list[bool] = []
    remove = coordinator.async_add_listener(
        lambda: heard.append(coordinator.last_update_success)
    )
    sim.set_registered("1001", False)
    await coordinator.async_refresh()
    assert heard == []

    await sim.go_offline()
    await coordinator.async_refresh()
    await sim.come_back()
    await coordinator.async_refresh()
    remove()
    await sim.go_offline()
    await coordinator.async_refresh()
    assert heard == [False, True]


@pytest.mark.usefixtures("everything")
async def test_every_entity_of_a_missing_extension_is_unavailable(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Not only its status: nothing is known of its calls either, until it is back."""
    ids = [
        found.entity_id
        for found in hass.states.async_all()
        if "anna" in found.entity_id
    ]
    assert len(ids) == 11
    rewrite_list(sim, lambda items: items[1:])
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert {state_of(hass, entity_id) for entity_id in ids} == {STATE_UNAVAILABLE}

    sim.faults.clear()
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert STATE_UNAVAILABLE not in {state_of(hass, entity_id) for entity_id in ids}
