"""The sensors, against a snapshot and against the simulator."""

from collections.abc import Generator
from typing import Any
from unittest.mock import patch

from homeassistant.const import STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    restore_state,
)
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.pbx.const import CONF_CONTACTS, DOMAIN
from custom_components.pbx.hub.coordinator import PbxCoordinator
from tests.simulator import ManualClock, Simulator
from tests.simulator.exchange import SimTrunk

from .conftest import Push, set_up_pushing, trunk_state

PARTY = "sensor.anna_berg_other_party"
SINCE = "sensor.anna_berg_in_call_since"
LAST = "sensor.anna_berg_last_call"


@pytest.fixture
def _sensors_only() -> Generator[None]:
    """Load no other platform."""
    with patch("custom_components.pbx.PLATFORMS", [Platform.SENSOR]):
        yield


@pytest.mark.usefixtures("no_trunks", "_sensors_only", "everything", "coordinator")
async def test_sensors(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """Every sensor is as it was agreed on."""
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


async def test_status_follows_the_phone(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Every status a phone can have is shown."""
    seen: list[str] = []

    async def look() -> None:
        await coordinator.async_refresh()
        state = hass.states.get("sensor.bruno_costa")
        assert state is not None
        seen.append(state.state)

    await look()
    call = sim.call("1001", "1002")
    await look()
    call.answer()
    await look()
    call.hold("1002")
    await look()
    call.hang_up()
    sim.set_registered("1002", False)
    await look()
    assert seen == ["idle", "ringing", "busy", "on_hold", "offline"]


async def test_fault_of_an_analogue_line(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """A broken port is a fault, not merely offline."""
    sim.extensions["1006"].malfunction = True
    await coordinator.async_refresh()

    state = hass.states.get("sensor.door")
    assert state is not None
    assert state.state == "fault"
    assert state.attributes["port"] == "Span2-Port1"


async def test_counts(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """The PBX's own sensors count what the extensions say."""
    sim.call("1001", "1002", answer=True)
    await coordinator.async_refresh()

    in_use = hass.states.get("sensor.yeastar_s100_extensions_in_use")
    registered = hass.states.get("sensor.yeastar_s100_registered_extensions")
    assert in_use is not None
    assert registered is not None
    assert (in_use.state, registered.state) == ("2", "4")


async def test_other_party_is_an_extension(pushing: Push) -> None:
    """The PBX's own name as state, the number beside it; nobody afterwards."""
    call = pushing.sim.call("1001", "1002")
    await pushing.settled()
    state = pushing.hass.states.get(PARTY)
    assert state is not None
    assert state.state == state.attributes["name"] == "Bruno Costa"
    assert state.attributes["number"] == "1002"
    assert state.attributes["direction"] == "internal"
    assert state.attributes["call_id"] == call.call_id
    assert pushing.state(SINCE) == "unknown"

    call.hang_up()
    await pushing.settled()
    state = pushing.hass.states.get(PARTY)
    assert state is not None
    assert state.state == "unknown"
    assert "name" not in state.attributes


async def test_other_party_from_the_contacts(
    hass: HomeAssistant, sim: Simulator, clock: ManualClock, report_address: str
) -> None:
    """A number of the outside is called as the user calls it, else by nothing."""
    option = {CONF_CONTACTS: "+358 40 123 4567 = Grandma"}
    push = await set_up_pushing(hass, sim, clock, report_address, options=option)
    sim.inbound("0401234567", "1001", trunk="SIP-142")
    sim.inbound("0999999999", "1002", trunk="SIP-142")
    await push.settled()
    known, unknown = (
        hass.states.get(PARTY),
        hass.states.get(PARTY.replace("anna_berg", "bruno_costa")),
    )
    assert known is not None
    assert unknown is not None
    assert (known.state, known.attributes["number"]) == ("Grandma", "0401234567")
    assert known.attributes["trunk"] == "SIP-142"
    assert known.attributes["direction"] == "inbound"
    assert (unknown.state, unknown.attributes["name"]) == ("0999999999", None)


async def test_in_call_since_is_our_own_time(pushing: Push) -> None:
    """Whatever the PBX's clock says, which is years off here."""
    before = dt_util.utcnow().replace(microsecond=0)
    pushing.sim.call("1001", "1002", answer=True)
    await pushing.settled()
    since = dt_util.parse_datetime(pushing.state(SINCE) or "")
    assert since is not None
    assert before <= since <= dt_util.utcnow()


async def test_last_call(pushing: Push) -> None:
    """How it ended, with whom, and how long it took."""
    assert pushing.state(LAST) == "unknown"
    call = pushing.sim.inbound("0401234567", "1001", trunk="SIP-142")
    await pushing.settled()
    assert pushing.state("sensor.yeastar_s100_calls_in_progress") == "1"
    call.hang_up()
    await pushing.settled()
    state = pushing.hass.states.get(LAST)
    assert state is not None
    assert state.state == "missed"
    assert state.attributes["number"] == "0401234567"
    assert state.attributes["talked"] == 0
    assert "outcome" not in state.attributes
    assert state.attributes["ended"] <= dt_util.utcnow()
    assert pushing.state("sensor.yeastar_s100_calls_in_progress") == "0"


@pytest.mark.parametrize(
    ("value", "expected"), [("missed", "missed"), ("no_such_word", "unknown")]
)
async def test_last_call_survives_a_restart(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    sim: Simulator,
    clock: ManualClock,
    report_address: str,
    value: str,
    expected: str,
) -> None:
    """Who called while you were out is still there; a new call replaces it."""
    attributes = {"number": "0401234567", "talked": 0, "icon": "x"}
    stored = {
        "state": State(LAST, value, attributes).as_dict(),
        "extra_data": {"native_value": value, "native_unit_of_measurement": None},
        "last_seen": dt_util.utcnow().isoformat(),
    }
    # Written as it lies on the disk, which is the same for all releases.
    hass_storage["core.restore_state"] = {"version": 1, "data": [stored]}
    await restore_state.async_get(hass).async_load()
    push = await set_up_pushing(hass, sim, clock, report_address)
    state = hass.states.get(LAST)
    assert state is not None
    assert state.state == expected
    assert state.attributes["number"] == "0401234567"
    assert "icon" not in state.attributes

    sim.call("1001", "1002", answer=True).hang_up()
    await push.settled()
    state = hass.states.get(LAST)
    assert state is not None
    assert (state.state, state.attributes["number"]) == ("answered", "1002")


async def reread_trunks(coordinator: PbxCoordinator) -> None:
    """Poll as if a minute had passed."""
    coordinator.polling.async_trunks_changed()
    await coordinator.async_refresh()
    await coordinator.hass.async_block_till_done()


async def test_trunk_appears_changes_and_goes(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """A device below the PBX, with a status and whether calls can pass."""

    def device(name: str) -> object | None:
        return device_registry.async_get_child_device_by_identifier(
            (DOMAIN, f"{sim.serial}_trunk_{name}"), entry.entry_id
        )

    assert device("SIP-142") is not None
    assert (
        trunk_state(hass, sim, "SIP-142"),
        trunk_state(hass, sim, "SIP-142", "binary_sensor", "usable"),
    ) == ("registered", "on")
    assert trunk_state(hass, sim, "GSM2-7") == "no_sim"
    assert any(
        state.attributes.get("port") == "Span2-Port7"
        for state in hass.states.async_all("sensor")
    )

    sim.set_trunk_status("SIP-142", "Unreachable")
    sim.trunks["NEW"] = SimTrunk("NEW", "SIP", "Idle")
    await reread_trunks(coordinator)
    assert trunk_state(hass, sim, "SIP-142", "binary_sensor", "usable") in (
        "off",
        "unknown",
    )
    assert trunk_state(hass, sim, "NEW") == "idle"
    assert device("NEW") is not None

    del sim.trunks["NEW"]
    await reread_trunks(coordinator)
    assert trunk_state(hass, sim, "NEW") == STATE_UNAVAILABLE
    await reread_trunks(coordinator)
    assert trunk_state(hass, sim, "NEW") is None
    assert device("NEW") is None


async def test_trunk_that_went_while_home_assistant_was_off(
    hass: HomeAssistant,
    sim: Simulator,
    coordinator: PbxCoordinator,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """It is remembered, and missed twice, before its device goes."""
    await hass.config_entries.async_unload(entry.entry_id)
    del sim.trunks["SIP-142"]
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    identifier = (DOMAIN, f"{sim.serial}_trunk_SIP-142")

    def there() -> bool:
        return (
            device_registry.async_get_child_device_by_identifier(
                identifier, entry.entry_id
            )
            is not None
        )

    assert there()
    await reread_trunks(entry.runtime_data.coordinator)
    assert not there()


async def test_trunk_with_a_word_nobody_knows(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """Neither usable nor not."""
    sim.set_trunk_status("SIP-142", "Levitating")
    await reread_trunks(coordinator)
    assert (
        trunk_state(hass, sim, "SIP-142"),
        trunk_state(hass, sim, "SIP-142", "binary_sensor", "usable"),
    ) == ("unknown", "unknown")


def attributes_of(push: Push, entity_id: str) -> dict[str, Any]:
    """Return the attributes of an entity."""
    state = push.hass.states.get(entity_id)
    assert state is not None
    return dict(state.attributes)


async def test_own_part_in_a_call(in_time: Push) -> None:
    """State, its beginning, and the role: all of the extension, not of the other party."""
    call = in_time.sim.call("1001", "1002")
    await in_time.settled()
    began = dt_util.utcnow()
    caller = attributes_of(in_time, PARTY)
    callee = attributes_of(in_time, PARTY.replace("anna_berg", "bruno_costa"))
    own = ("state", "caller", "since", "calls", "is_extension")
    assert [caller[key] for key in own] == ["dialing", True, began, 1, True]
    assert [callee[key] for key in own] == ["ringing", False, began, 1, True]

    await in_time.pass_time(5)
    call.answer("1002")
    await in_time.settled()
    answered = dt_util.utcnow()
    await in_time.pass_time(5)
    caller = attributes_of(in_time, PARTY)
    assert [caller[key] for key in own] == ["talking", True, answered, 1, True]

    in_time.sim.inbound("0401234567", "1001", trunk="SIP-142")
    await in_time.settled()
    caller = attributes_of(in_time, PARTY)
    assert (caller["state"], caller["calls"]) == ("talking", 2)


async def test_late_states(pushing: Push) -> None:
    """How late they may be is told until reports arrive."""
    push = "sensor.yeastar_s100_live_updates"
    assert attributes_of(pushing, push)["max_age"] == 10
    pushing.sim.call("1001", "1002")
    await pushing.settled()
    assert pushing.state(push) == "working"
    assert "max_age" not in attributes_of(pushing, push)


async def test_phone_shows_six_entities_by_default(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
    sim: Simulator,
    coordinator: PbxCoordinator,
) -> None:
    """What a glance at a phone should tell, and what automations start from."""
    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, f"{sim.serial}_1001"), coordinator.config_entry.entry_id
    )
    assert device is not None
    keys = {
        found.unique_id.removeprefix(f"{sim.serial}_1001_")
        for found in er.async_entries_for_device(entity_registry, device.id)
    }
    assert keys == {
        "call",
        "do_not_disturb",
        "in_call_since",
        "last_call",
        "other_party",
        "status",
    }
