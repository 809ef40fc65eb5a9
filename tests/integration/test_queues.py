"""Queues, parked calls and voicemail boxes in Home Assistant, for any family."""

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.permissions.const import CAT_ENTITIES
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_fire_time_changed,
    async_mock_service,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
import voluptuous as vol

from custom_components.pbx.client.errors import (
    PbxRefused,
    PbxUnreachable,
    Refusal,
    Unreachable,
)
from custom_components.pbx.client.model import Mailbox, Queue, QueueAgent, QueueCaller
from custom_components.pbx.client.pbx import Address, Capability
from custom_components.pbx.client.report import MailboxNow, ParkedNow, QueueNow, Report
from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.families import FAMILIES

from .act import act
from .conftest import state_of
from .stub import AGENT, PARKED, QUEUE, SERIAL, SUPERVISOR, StubByStream, family
from .test_seam import ENTRY

WAITING = "sensor.queue_sales_callers_waiting"
SINCE = "sensor.queue_sales_longest_wait_since"
CALLERS = "event.queue_sales_callers"
LIMIT = timedelta(minutes=2)


@pytest.fixture
def pbx() -> Generator[StubByStream]:
    """Return a PBX that streams, of a family that is known."""
    made = StubByStream(Address("192.0.2.7", 4711, False))
    with patch.dict(FAMILIES, {"stub": family(lambda _: made)}):
        yield made


@pytest.fixture
async def entry(hass: HomeAssistant, pbx: StubByStream) -> MockConfigEntry:
    """Return the entry of the PBX, set up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Stub",
        unique_id=SERIAL,
        data=ENTRY,
        minor_version=2,
        options={"contacts": "0401234567 = Customer"},
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


def caller(number: str, waits: float = 0.0, call_id: str | None = None) -> QueueCaller:
    """Return a caller who has waited for some seconds."""
    return QueueCaller(number, dt_util.utcnow().timestamp() - waits, call_id or number)


async def tell(hass: HomeAssistant, pbx: StubByStream, report: Report) -> None:
    """Let the PBX report something."""
    assert pbx.take is not None
    pbx.take(report)
    await hass.async_block_till_done()


async def wait_in_queue(
    hass: HomeAssistant, pbx: StubByStream, *callers: QueueCaller
) -> None:
    """Let callers wait, and nobody else."""
    queue = replace(QUEUE, callers=callers)
    pbx.queues = [queue]
    await tell(hass, pbx, QueueNow(queue))


async def refresh(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Let the PBX be read."""
    await entry.runtime_data.coordinator.async_refresh()
    await hass.async_block_till_done()


def attributes(hass: HomeAssistant, entity_id: str) -> dict[str, Any]:
    """Return the attributes of an entity."""
    state = hass.states.get(entity_id)
    assert state is not None
    return dict(state.attributes)


# -- entities


@pytest.mark.usefixtures("entry")
async def test_queue_from_the_first_reading(hass: HomeAssistant) -> None:
    """Each has a device with its sensors."""
    assert state_of(hass, WAITING) == "0"
    assert state_of(hass, SINCE) == STATE_UNKNOWN
    assert state_of(hass, "sensor.queue_sales_agents_logged_in") == "2"
    assert state_of(hass, "sensor.queue_sales_agents_paused") == "1"
    assert state_of(hass, "sensor.queue_sales_agents_talking") == "1"
    paused = attributes(hass, "sensor.queue_sales_agents_paused")
    assert paused["agents"] == ["0409876543"]
    assert attributes(hass, WAITING)["number"] == "700"
    entity = er.async_get(hass).async_get(WAITING)
    assert entity is not None
    assert entity.device_id is not None
    device = dr.async_get(hass).async_get(entity.device_id)
    assert isinstance(device, dr.DeviceEntry)
    assert (device.name, device.model_id) == ("Queue Sales", "queue")


@pytest.mark.usefixtures("entry")
async def test_caller_enters_and_leaves(
    hass: HomeAssistant, pbx: StubByStream, freezer: FrozenDateTimeFactory
) -> None:
    """It is told at once, with the name of the contacts and the time of waiting."""
    first = caller("0401234567", call_id="c-1")
    await wait_in_queue(hass, pbx, first)
    assert state_of(hass, WAITING) == "1"
    since = datetime.fromtimestamp(int(first.since), UTC)
    assert state_of(hass, SINCE) == since.isoformat()
    (shown,) = attributes(hass, WAITING)["callers"]
    assert (shown["number"], shown["name"]) == ("0401234567", "Customer")
    entered = attributes(hass, CALLERS)
    assert (entered["event_type"], entered["waiting"]) == ("caller_entered", 1)
    assert (entered["call_id"], entered["name"]) == ("c-1", "Customer")
    freezer.tick(42)
    await wait_in_queue(hass, pbx)
    assert state_of(hass, WAITING) == "0"
    assert state_of(hass, SINCE) == STATE_UNKNOWN
    left = attributes(hass, CALLERS)
    assert (left["event_type"], left["waited"]) == ("caller_left", 42)


async def test_what_is_not_told_is_unknown(
    hass: HomeAssistant, pbx: StubByStream, entry: MockConfigEntry
) -> None:
    """Neither 0 nor what was known before."""
    await tell(hass, pbx, QueueNow(Queue("700", "Sales")))
    for key in ("callers_waiting", "agents_logged_in", "agents_talking"):
        assert state_of(hass, f"sensor.queue_sales_{key}") == STATE_UNKNOWN
    agents = (QueueAgent(AGENT, logged_in=True), QueueAgent("1005"))
    await tell(hass, pbx, QueueNow(replace(QUEUE, agents=agents)))
    assert state_of(hass, "sensor.queue_sales_agents_logged_in") == STATE_UNKNOWN


async def test_queue_is_added_renamed_and_removed(
    hass: HomeAssistant, pbx: StubByStream, entry: MockConfigEntry
) -> None:
    """While Home Assistant runs; a device goes with the second list that lacks it."""
    pbx.queues = [replace(QUEUE, name="Orders"), Queue("701")]
    await refresh(hass, entry)
    assert state_of(hass, "sensor.queue_701_callers_waiting") == STATE_UNKNOWN
    devices = dr.async_get(hass)
    names = {
        device.name
        for device in dr.async_entries_for_config_entry(devices, entry.entry_id)
        if device.model_id == "queue"
    }
    assert names == {"Queue Orders", "Queue 701"}
    pbx.queues = []
    await refresh(hass, entry)
    assert state_of(hass, WAITING) == STATE_UNAVAILABLE
    assert state_of(hass, CALLERS) == STATE_UNAVAILABLE
    await refresh(hass, entry)
    assert hass.states.get(WAITING) is None
    assert hass.states.get("sensor.queue_701_callers_waiting") is None


async def test_queue_that_goes_while_home_assistant_is_off(
    hass: HomeAssistant, pbx: StubByStream, entry: MockConfigEntry
) -> None:
    """Its device is removed as well."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass.data.pop("pbx_boards")
    pbx.queues = []
    assert await hass.config_entries.async_setup(entry.entry_id)
    await refresh(hass, entry)
    assert er.async_get(hass).async_get(WAITING) is None


async def test_lost_connection(
    hass: HomeAssistant, pbx: StubByStream, entry: MockConfigEntry
) -> None:
    """Nothing is known any more, and everything again afterwards."""
    assert pbx.lost is not None
    pbx.error = PbxUnreachable(Unreachable.CANNOT_CONNECT)
    pbx.lost(pbx.error)
    await hass.async_block_till_done()
    for entity_id in (
        WAITING,
        "sensor.stub_parked_calls",
        "sensor.alice_unread_voicemail",
    ):
        assert state_of(hass, entity_id) == STATE_UNAVAILABLE
    pbx.error = None
    pbx.queues = [replace(QUEUE, callers=(caller("0401234567"),))]
    await refresh(hass, entry)
    assert state_of(hass, WAITING) == "1"
    assert attributes(hass, CALLERS).get("event_type") is None, "nobody saw it"


async def test_right_that_is_taken_away(
    hass: HomeAssistant, pbx: StubByStream, entry: MockConfigEntry
) -> None:
    """What the login may not read any more is not shown as it was."""
    entity_ids = (
        WAITING,
        "sensor.stub_parked_calls",
        "sensor.alice_unread_voicemail",
    )
    pbx.can &= ~(Capability.QUEUES | Capability.PARKED_CALLS | Capability.VOICEMAIL)
    coordinator = entry.runtime_data.coordinator
    coordinator.async_set_update_error(ValueError())
    await refresh(hass, entry)
    assert [state_of(hass, one) for one in entity_ids] == [STATE_UNAVAILABLE] * 3


@pytest.mark.usefixtures("entry")
async def test_parked_calls(hass: HomeAssistant, pbx: StubByStream) -> None:
    """They are counted, and named with their slots."""
    assert state_of(hass, "sensor.stub_parked_calls") == "1"
    (call,) = attributes(hass, "sensor.stub_parked_calls")["calls"]
    assert (call["slot"], call["number"], call["parked_by"]) == (
        *("71", "0405555555"),
        AGENT,
    )
    await tell(hass, pbx, ParkedNow(()))
    assert state_of(hass, "sensor.stub_parked_calls") == "0"


async def test_voicemail(
    hass: HomeAssistant, pbx: StubByStream, entry: MockConfigEntry
) -> None:
    """An extension has a sensor while the PBX tells its box."""
    unread = "sensor.alice_unread_voicemail"
    assert state_of(hass, unread) == "2"
    assert hass.states.get("sensor.sue_unread_voicemail") is None
    await tell(hass, pbx, MailboxNow(Mailbox(AGENT, 3)))
    assert state_of(hass, unread) == "3"
    await tell(hass, pbx, MailboxNow(Mailbox(AGENT, None)))
    assert state_of(hass, unread) == STATE_UNKNOWN
    # A box of nobody is not shown.
    pbx.mailboxes = [Mailbox(SUPERVISOR, 0), Mailbox("4711", 1)]
    await refresh(hass, entry)
    assert state_of(hass, "sensor.sue_unread_voicemail") == "0"
    assert state_of(hass, unread) == STATE_UNAVAILABLE
    await refresh(hass, entry)
    assert hass.states.get(unread) is None


async def test_absent_queue_can_be_removed_by_the_user(
    hass: HomeAssistant, pbx: StubByStream, entry: MockConfigEntry
) -> None:
    """Not one that the PBX lists."""
    entity = er.async_get(hass).async_get(WAITING)
    assert entity is not None
    assert entity.device_id is not None
    device = dr.async_get(hass).async_get(entity.device_id)
    assert device is not None
    component = hass.data["integrations"][DOMAIN]
    remove = (await component.async_get_component()).async_remove_config_entry_device
    assert not await remove(hass, entry, device)
    pbx.queues = []
    await refresh(hass, entry)
    assert await remove(hass, entry, device)


async def test_diagnostics(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    pbx: StubByStream,
    entry: MockConfigEntry,
) -> None:
    """Nobody's number is in them."""
    await wait_in_queue(hass, pbx, caller("0401234567"))
    found = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert found["queues"]["each"][0]["waiting"] == 1
    assert found["parked_calls"] == found["voicemail_boxes"] == 1
    assert "0401234567" not in str(found)
    assert "0409876543" not in str(found)
    entity = er.async_get(hass).async_get(WAITING)
    assert entity is not None
    assert entity.device_id is not None
    device = dr.async_get(hass).async_get(entity.device_id)
    assert isinstance(device, dr.DeviceEntry)
    own = await get_diagnostics_for_device(hass, hass_client, entry, device)
    assert own["number"] == "700"
    assert len(own["agents"]) == 2


# -- triggers


async def automation(hass: HomeAssistant, trigger: dict[str, Any]) -> list[ServiceCall]:
    """Set an automation up; return what it does."""
    done: list[ServiceCall] = async_mock_service(hass, "test", "automation")
    config = {
        "triggers": [trigger],
        "actions": [
            {"action": "test.automation", "data": {"who": "{{ trigger.entity_id }}"}}
        ],
        "mode": "queued",
    }
    assert await async_setup_component(hass, "automation", {"automation": config})
    await hass.async_block_till_done()
    return done


@pytest.mark.usefixtures("entry")
async def test_caller_entered_queue(hass: HomeAssistant, pbx: StubByStream) -> None:
    """Each caller triggers, two at once as well; nobody who leaves does."""
    done = await automation(
        hass, {"trigger": "pbx.caller_entered_queue", "target": {"entity_id": CALLERS}}
    )
    await wait_in_queue(hass, pbx, caller("0401"), caller("0402"))
    assert len(done) == 2
    await wait_in_queue(hass, pbx)
    assert len(done) == 2


def exceeds(entity_id: str = SINCE) -> dict[str, Any]:
    """Return the trigger of a wait that is too long."""
    return {
        "trigger": "pbx.queue_wait_exceeded",
        "target": {"entity_id": entity_id},
        "options": {"for": {"seconds": LIMIT.total_seconds()}},
    }


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass."""
    freezer.tick(seconds)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()


@pytest.mark.usefixtures("entry")
async def test_wait_exceeded(
    hass: HomeAssistant, pbx: StubByStream, freezer: FrozenDateTimeFactory
) -> None:
    """Once while it is too long, by the time of the caller who waits longest."""
    done = await automation(hass, exceeds())
    first, second = caller("0401"), caller("0402", -60)
    await wait_in_queue(hass, pbx, first)
    await later(hass, freezer, 60)
    await wait_in_queue(hass, pbx, first, second)
    await later(hass, freezer, 59)
    assert done == []
    await later(hass, freezer, 3)
    assert [call.data["who"] for call in done] == [SINCE]
    # The next one has not waited for so long.
    await wait_in_queue(hass, pbx, second)
    await later(hass, freezer, 50)
    assert len(done) == 1
    await later(hass, freezer, 12)
    assert len(done) == 2
    # This one has: the wait is as much too long as before.
    third = caller("0403", 150)
    await wait_in_queue(hass, pbx, third)
    await later(hass, freezer, 10)
    assert len(done) == 2


@pytest.mark.usefixtures("entry")
async def test_nobody_waits_too_long(
    hass: HomeAssistant, pbx: StubByStream, freezer: FrozenDateTimeFactory
) -> None:
    """Who leaves in time triggers nothing, nor does who comes later."""
    done = await automation(hass, exceeds())
    await wait_in_queue(hass, pbx, caller("0401"))
    await later(hass, freezer, 100)
    await wait_in_queue(hass, pbx)
    await later(hass, freezer, 100)
    await wait_in_queue(hass, pbx, caller("0402"))
    await later(hass, freezer, 100)
    assert done == []


@pytest.mark.usefixtures("entry")
async def test_wait_that_was_too_long_before(
    hass: HomeAssistant, pbx: StubByStream, freezer: FrozenDateTimeFactory
) -> None:
    """An automation that is saved does not trigger for it, but for the next one."""
    await wait_in_queue(hass, pbx, caller("0401", 300))
    done = await automation(hass, exceeds())
    await later(hass, freezer, 10)
    assert done == []
    await wait_in_queue(hass, pbx)
    await wait_in_queue(hass, pbx, caller("0402", 200))
    assert len(done) == 1, "it was found late, but it is new"


async def test_wait_over_a_lost_connection(
    hass: HomeAssistant,
    pbx: StubByStream,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The time goes on; it triggers once, when it is known that somebody still waits."""
    done = await automation(hass, exceeds())
    first = caller("0401")
    await wait_in_queue(hass, pbx, first)
    coordinator = entry.runtime_data.coordinator
    coordinator.async_set_update_error(ValueError())
    await hass.async_block_till_done()
    freezer.tick(200)
    await hass.async_block_till_done()
    assert done == []
    await refresh(hass, entry)
    assert len(done) == 1
    coordinator.async_set_update_error(ValueError())
    await refresh(hass, entry)
    assert len(done) == 1


async def test_wait_in_a_queue_that_goes(
    hass: HomeAssistant,
    pbx: StubByStream,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Its device was the target; nothing is left that could trigger."""
    entity = er.async_get(hass).async_get(WAITING)
    assert entity is not None
    trigger = exceeds() | {"target": {"device_id": entity.device_id}}
    done = await automation(hass, trigger)
    await wait_in_queue(hass, pbx, caller("0401"))
    pbx.queues = []
    await refresh(hass, entry)
    await refresh(hass, entry)
    await later(hass, freezer, 300)
    assert done == []


async def test_trigger_of_a_device(
    hass: HomeAssistant,
    pbx: StubByStream,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It finds the sensor of the queue."""
    entity = er.async_get(hass).async_get(WAITING)
    assert entity is not None
    trigger = exceeds() | {"target": {"device_id": entity.device_id}}
    done = await automation(hass, trigger)
    await wait_in_queue(hass, pbx, caller("0401"))
    await later(hass, freezer, 130)
    assert [call.data["who"] for call in done] == [SINCE]


@pytest.mark.usefixtures("entry")
async def test_automation_that_is_switched_off(
    hass: HomeAssistant, pbx: StubByStream, freezer: FrozenDateTimeFactory
) -> None:
    """No timer is left over, nor one of a queue that is not there any more."""
    done = await automation(hass, exceeds())
    await wait_in_queue(hass, pbx, caller("0401"))
    (name,) = hass.states.async_entity_ids("automation")
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": name}, blocking=True
    )
    await later(hass, freezer, 300)
    assert done == []


# -- actions


def refused(error: pytest.ExceptionInfo[ServiceValidationError]) -> str:
    """Return the reason why an action was refused, which has a whole sentence."""
    assert "{" not in str(error.value)
    return str(error.value.translation_key)


@pytest.mark.parametrize("queue", ["700", WAITING, CALLERS, "device"])
async def test_actions_of_agents(
    hass: HomeAssistant, pbx: StubByStream, entry: MockConfigEntry, queue: str
) -> None:
    """The queue is given by number, entity or device."""
    if queue == "device":
        entity = er.async_get(hass).async_get(WAITING)
        assert entity is not None
        assert entity.device_id is not None
        queue = entity.device_id
    pbx.sent.clear()
    for action in ("log_in_agent", "log_out_agent", "pause_agent", "unpause_agent"):
        answer = await act(hass, action, queue=queue, extension="sensor.sue")
        assert answer == {"extension": SUPERVISOR, "queue": ["700"]}
    assert pbx.sent == [
        ("log_in_agent", "700", SUPERVISOR),
        ("log_out_agent", "700", SUPERVISOR),
        ("pause_agent", "700", SUPERVISOR, None),
        ("unpause_agent", "700", SUPERVISOR),
    ]


async def test_pause_in_all_queues(
    hass: HomeAssistant, pbx: StubByStream, entry: MockConfigEntry
) -> None:
    """Of the agent, and in no other."""
    pbx.queues = [QUEUE, replace(QUEUE, number="702", name=""), Queue("701", agents=())]
    await refresh(hass, entry)
    pbx.sent.clear()
    answer = await act(hass, "pause_agent", extension=AGENT, reason=" Lunch ")
    assert answer["queue"] == ["700", "702"]
    assert pbx.sent == [
        ("pause_agent", "700", AGENT, "Lunch"),
        ("pause_agent", "702", AGENT, "Lunch"),
    ]
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "pause_agent", extension=SUPERVISOR)
    assert refused(error) == "agent_of_no_queue"


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"queue": "999", "extension": AGENT}, "unknown_queue"),
        ({"queue": "sensor.alice", "extension": AGENT}, "unknown_queue"),
        ({"queue": "700", "extension": "4711"}, "unknown_extension"),
        ({"queue": "700", "extension": WAITING}, "not_an_extension"),
    ],
)
async def test_wrong_fields_of_agents(
    hass: HomeAssistant, data: dict[str, Any], key: str
) -> None:
    """The error says which is wrong."""
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "log_in_agent", **data)
    assert refused(error) == key


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("reason", ["x" * 81, "a\nb", "a\r\nAction: Originate"])
async def test_reason_of_a_pause(hass: HomeAssistant, reason: str) -> None:
    """It is one short line."""
    with pytest.raises(vol.Invalid):
        await act(hass, "pause_agent", extension=AGENT, reason=reason)


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    "refusal", [Refusal.NOT_AN_AGENT, Refusal.FIXED_AGENT, Refusal.NO_SUCH_QUEUE]
)
async def test_refusals_of_agents(
    hass: HomeAssistant, pbx: StubByStream, refusal: Refusal
) -> None:
    """Each has its sentence."""
    pbx.error = PbxRefused(refusal)
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "log_out_agent", queue="700", extension=AGENT)
    assert refused(error) == f"queue_{refusal}"
    assert "Sales (700)" in str(error.value)


async def test_queue_of_another_pbx(
    hass: HomeAssistant, pbx: StubByStream, entry: MockConfigEntry
) -> None:
    """Extension and queue are of one PBX; of two, one has to be chosen."""
    other = StubByStream(Address("192.0.2.8", 4711, False))
    other.queues, other.extensions = [Queue("800")], other.extensions[:1]
    row = replace(family(lambda _: other), key="other")
    second = MockConfigEntry(
        domain=DOMAIN,
        title="Other",
        unique_id=SERIAL,
        data={**ENTRY, "family": "other"},
        minor_version=2,
    )
    with patch.dict(FAMILIES, {"other": row}):
        second.add_to_hass(hass)
        hass.config_entries.async_update_entry(entry, unique_id="stub-0")
        assert await hass.config_entries.async_setup(second.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        with pytest.raises(ServiceValidationError) as error:
            await act(hass, "log_in_agent", queue="800", extension=SUPERVISOR)
        assert refused(error) == "queue_of_other_pbx"
        other.queues = [QUEUE]
        await refresh(hass, second)
        with pytest.raises(ServiceValidationError) as error:
            await act(hass, "log_in_agent", queue="700", extension=AGENT)
        assert refused(error) == "several_pbxs"
        await act(
            hass,
            "log_in_agent",
            queue="700",
            extension=AGENT,
            config_entry_id=second.entry_id,
        )
        assert other.sent[-1] == ("log_in_agent", "700", AGENT)


def user_of(hass: HomeAssistant, *controlled: str) -> str:
    """Return the id of a user who may control some entities."""
    user = MockUser()
    user.add_to_hass(hass)
    rights = {entity_id: {"control": True} for entity_id in controlled}
    user.mock_policy({CAT_ENTITIES: {"entity_ids": rights}})
    return str(user.id)


@pytest.mark.usefixtures("entry")
async def test_permission_for_agents(hass: HomeAssistant, pbx: StubByStream) -> None:
    """The user controls the extension and the queue."""
    pbx.sent.clear()
    for controlled in ((), ("sensor.alice",), (WAITING,)):
        user = user_of(hass, *controlled)
        for action in ("log_out_agent", "pause_agent"):
            data = {"queue": "700"} if action == "log_out_agent" else {}
            with pytest.raises(Unauthorized):
                await act(hass, action, user=user, extension=AGENT, **data)
    assert pbx.sent == []
    user = user_of(hass, "sensor.alice", WAITING)
    await act(hass, "pause_agent", user=user, extension=AGENT)
    assert len(pbx.sent) == 1


@pytest.mark.usefixtures("entry")
async def test_pick_up(hass: HomeAssistant, pbx: StubByStream) -> None:
    """The only parked call, else the one in a slot."""
    pbx.sent.clear()
    answer = await act(hass, "pick_up", extension=SUPERVISOR, auto_answer=True)
    assert answer == {"call_id": "p-1", "extension": SUPERVISOR, "slot": "71"}
    await tell(hass, pbx, ParkedNow((PARKED, replace(PARKED, slot="72"))))
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "pick_up", extension=SUPERVISOR)
    assert refused(error) == "several_parked"
    await act(hass, "pick_up", extension=SUPERVISOR, slot="72")
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "pick_up", extension=SUPERVISOR, slot="73")
    assert refused(error) == "no_parked_call"
    await tell(hass, pbx, ParkedNow(()))
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "pick_up", extension=SUPERVISOR)
    assert refused(error) == "nothing_parked"
    assert pbx.sent == [
        ("pick_up", "71", SUPERVISOR, True),
        ("pick_up", "72", SUPERVISOR, False),
    ]


@pytest.mark.usefixtures("entry")
async def test_picked_up_by_another(hass: HomeAssistant, pbx: StubByStream) -> None:
    """The error says what has happened."""
    pbx.error = PbxRefused(Refusal.NOT_PARKED)
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "pick_up", extension=SUPERVISOR, slot="71")
    assert refused(error) == "control_not_parked"


@pytest.mark.usefixtures("entry")
async def test_permission_to_pick_up(hass: HomeAssistant, pbx: StubByStream) -> None:
    """The user controls the extension that gets the call."""
    pbx.sent.clear()
    with pytest.raises(Unauthorized):
        await act(
            hass,
            "pick_up",
            user=user_of(hass, "sensor.alice"),
            extension=SUPERVISOR,
        )
    assert pbx.sent == []
    user = user_of(hass, "sensor.sue")
    await act(hass, "pick_up", user=user, extension=SUPERVISOR)
    assert len(pbx.sent) == 1
