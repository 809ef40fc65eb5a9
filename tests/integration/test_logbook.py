"""The logbook: who supervises whom, read from the real component's own history."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
import logging
from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.core import Context, Event, EventOrigin, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import (
    RecorderInstanceContextManager,
    WebSocketGenerator,
)

from custom_components.pbx import logbook
from custom_components.pbx.const import EVENT_MONITORING
from custom_components.pbx.hub.options import SupervisionPolicy
from custom_components.pbx.hub.permission import Denial
from custom_components.pbx.hub.request import REFUSALS, Kind
from custom_components.pbx.supervision.audit import async_setup_audit
from custom_components.pbx.supervision.memory import async_forget_memory
from tests.simulator import Fault, ManualClock, Simulator

from .conftest import Push, device_of, set_up_pushing
from .supervised import AGENT, SUPERVISOR, act, agents_call, monitor

type Entries = list[dict[str, Any]]
type Read = Callable[..., Awaitable[Entries]]

SAMI, BRUNO = "Sami Virtanen (1005)", "Bruno Costa (1002)"


@pytest.fixture
def mock_recorder_before_hass(
    async_test_recorder: RecorderInstanceContextManager,
) -> None:
    """Prepare the database, which has to be there before Home Assistant is."""


@pytest.fixture
async def _logbook(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """Set up the real component, with the frontend it wants, before anything is served."""
    # The test package lets it tell every statement.
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    assert await async_setup_component(hass, "logbook", {})


@pytest.fixture
async def pushing(
    _logbook: None,
    hass: HomeAssistant,
    sim: Simulator,
    clock: ManualClock,
    report_address: str,
) -> Push:
    """Return a set-up entry whose doings are recorded."""
    return await set_up_pushing(hass, sim, clock, report_address)


@pytest.fixture
def read(pushing: Push, hass_ws_client: WebSocketGenerator) -> Read:
    """Return what asks the logbook as a page of the frontend does."""
    begun = dt_util.utcnow() - timedelta(seconds=1)

    async def get_events(**of: Any) -> Entries:
        """Return the entries of entities or devices that are about supervision."""
        await pushing.settled()
        await async_wait_recording_done(pushing.hass)
        client = await hass_ws_client()
        await client.send_json_auto_id(
            {
                "type": "logbook/get_events",
                "start_time": _iso(begun),
                "end_time": _iso(dt_util.utcnow() + timedelta(seconds=1)),
                **of,
            }
        )
        answer = await client.receive_json()
        assert answer["success"], answer
        return [entry for entry in answer["result"] if entry.get("domain") == "pbx"]

    return get_events


def _iso(time: datetime) -> str:
    return time.isoformat()


def device(push: Push, number: str) -> str:
    """Return the id of an extension's device."""
    found = device_of(dr.async_get(push.hass), push.entry, number)
    assert found is not None
    return found.id


def pbx_device(push: Push) -> str:
    """Return the id of the device of the PBX."""
    registry = er.async_get(push.hass)
    connection = registry.async_get("binary_sensor.yeastar_s100_connection")
    assert connection is not None
    assert connection.device_id is not None
    return connection.device_id


def messages(entries: Entries) -> list[str]:
    """Return what entries say."""
    return [entry["message"] for entry in entries]


@pytest.mark.parametrize(
    ("mode", "begins", "ends"),
    [
        ("listen", "listens to", "stopped listening to"),
        ("whisper", "whispers to", "stopped whispering to"),
        ("barge_in", "barges in on", "left the call of"),
    ],
)
async def test_start_and_stop(
    pushing: Push, read: Read, mode: str, begins: str, ends: str
) -> None:
    """A sentence each, on the page of the extension that is monitored, and who did it."""
    agents_call(pushing.sim)
    user = MockUser(name="Owner", is_owner=True)
    user.add_to_hass(pushing.hass)
    await pushing.settled()
    names = {"supervisor": SUPERVISOR, "extension": AGENT}
    if mode == "whisper":
        names = {"whisperer": SUPERVISOR, "whispered": AGENT}
    await act(pushing.hass, mode, Context(user_id=user.id), **names)
    await pushing.settled()
    pushing.sim.exchange.hang_up_extension("1005")

    entries = await read(entity_ids=[AGENT])
    assert messages(entries) == [f"{SAMI} {begins} {BRUNO}", f"{SAMI} {ends} {BRUNO}"]
    assert {entry["entity_id"] for entry in entries} == {AGENT}
    start, stop = entries
    assert start["context_user_id"] == user.id
    assert (start["context_domain"], start["context_service"]) == ("pbx", mode)
    # Whoever began it did not end it.
    assert "context_user_id" not in stop
    assert "context_service" not in stop
    assert start["icon"] != stop["icon"]


async def test_pages_of_devices(pushing: Push, read: Read) -> None:
    """It stands on the pages of the monitored extension and of its PBX, and on no other."""
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "whisper")
    expected = [f"{SAMI} whispers to {BRUNO}"]
    # The page of a device asks for the device and its entities.
    for number, entity_id, found in (
        ("1002", AGENT, expected),
        ("1005", SUPERVISOR, []),
        ("1001", "sensor.anna_berg", []),
    ):
        page = [device(pushing, number)]
        assert messages(await read(device_ids=page, entity_ids=[entity_id])) == found
    assert messages(await read(device_ids=[pbx_device(pushing)])) == expected
    assert messages(await read()) == expected


async def test_end_by_an_action_names_its_user(pushing: Push, read: Read) -> None:
    """The context of the action is the cause."""
    agents_call(pushing.sim)
    user = MockUser(is_owner=True)
    user.add_to_hass(pushing.hass)
    await pushing.settled()
    await monitor(pushing, "listen")
    await pushing.settled()
    context = Context(user_id=user.id)
    await act(pushing.hass, "stop_monitoring", context, supervisor="1005")
    _, stop = await read(entity_ids=[AGENT])
    assert stop["message"] == f"{SAMI} stopped listening to {BRUNO}"
    assert stop["context_user_id"] == user.id
    assert stop["context_service"] == "stop_monitoring"


async def test_ends_that_need_a_reason(pushing: Push, read: Read) -> None:
    """Joining in another way, and a phone that nobody picked up."""
    pushing.sim.extensions["1005"].auto_answer = False
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "listen")
    await pushing.settled()
    await monitor(pushing, "whisper")
    await pushing.settled()
    pushing.sim.exchange.hang_up_extension("1005")
    assert messages(await read(entity_ids=[AGENT])) == [
        f"{SAMI} listens to {BRUNO}",
        f"{SAMI} stopped listening to {BRUNO} to join in another way",
        f"{SAMI} whispers to {BRUNO}",
        f"{SAMI} stopped whispering to {BRUNO} as the phone was not picked up",
    ]


async def test_refusals(pushing: Push, read: Read) -> None:
    """By the PBX, by the options, and by nobody who answers: each says why."""
    with pytest.raises(HomeAssistantError):
        await monitor(pushing, "whisper")
    pushing.sim.faults.add(Fault(kind="reset", endpoint="extension/listen"))
    with pytest.raises(HomeAssistantError):
        await monitor(pushing, "listen")
    pushing.hass.config_entries.async_update_entry(
        pushing.entry,
        options={**pushing.entry.options, "supervision": SupervisionPolicy.OFF},
    )
    with pytest.raises(HomeAssistantError):
        await monitor(pushing, "barge_in")
    refused = f"{BRUNO} and was refused:"
    assert messages(await read(entity_ids=[AGENT])) == [
        f"{SAMI} wanted to whisper to {refused} {BRUNO} is not in a call",
        (
            f"{SAMI} wanted to listen to {refused} the PBX did not answer, and may have"
            " done it all the same"
        ),
        f"{SAMI} wanted to barge in on {refused} supervision is switched off",
    ]


async def test_what_was_begun_before_a_restart(pushing: Push, read: Read) -> None:
    """Nobody knows whose call it was: it stands with who supervised."""
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "whisper")
    await pushing.settled()
    assert await pushing.hass.config_entries.async_unload(pushing.entry.entry_id)
    await async_forget_memory(pushing.hass, pushing.entry.entry_id)
    assert await pushing.hass.config_entries.async_setup(pushing.entry.entry_id)
    await pushing.settled()
    await act(pushing.hass, "stop_monitoring", supervisor="1005")
    (stop,) = await read(entity_ids=[SUPERVISOR])
    assert stop["message"] == f"{SAMI} stopped supervising a call"
    assert stop["entity_id"] == SUPERVISOR


async def test_renamed_entity_and_extension_without_name(
    pushing: Push, read: Read
) -> None:
    """Entity ids are the user's; an extension without a name is its number."""
    registry = er.async_get(pushing.hass)
    registry.async_update_entity(AGENT, new_entity_id="sensor.front_desk")
    pushing.sim.extensions["1002"].name = ""
    agents_call(pushing.sim)
    await pushing.settled()
    await pushing.coordinator.async_refresh()
    await monitor(pushing, "whisper")
    (entry,) = await read(entity_ids=["sensor.front_desk"])
    assert entry["message"] == f"{SAMI} whispers to 1002"


async def test_event_holds_no_secret_and_all_that_is_told(
    pushing: Push, hass: HomeAssistant
) -> None:
    """Automations may listen to it too."""
    fired: list[dict[str, Any]] = []

    @callback
    def collect(event: Any) -> None:
        fired.append(dict(event.data))

    hass.bus.async_listen(EVENT_MONITORING, collect)
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "whisper")
    assert len(fired[0].pop("proof")) == 64
    assert fired == [
        {
            "type": "started",
            "mode": "whisper",
            "supervisor": "1005",
            "supervisor_name": SAMI,
            "extension": "1002",
            "extension_name": BRUNO,
            "entity_id": AGENT,
            "device_id": pbx_device(pushing),
            "user": None,
            "reason": None,
        }
    ]


@pytest.mark.parametrize(
    "forged",
    [
        {"extension_name": "Anna Berg (1001)"},
        {"proof": ""},
        {"proof": None},
        {"proof": "\u00e9"},
        {"type": "nothing"},
        {},
    ],
)
async def test_event_that_somebody_else_fires_is_not_believed(
    pushing: Push, read: Read, forged: dict[str, Any]
) -> None:
    """The app of each user can fire one, even a copy of ours with other names."""
    hass = pushing.hass
    fired: list[dict[str, Any]] = []

    @callback
    def collect(event: Event[dict[str, Any]]) -> None:
        fired.append(dict(event.data))

    hass.bus.async_listen(EVENT_MONITORING, collect)
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "whisper")
    data = fired[0] | forged if forged else {"entity_id": AGENT}
    hass.bus.async_fire(EVENT_MONITORING, data, EventOrigin.remote)
    hass.bus.async_fire(EVENT_MONITORING, fired[0], EventOrigin.remote)
    entries = messages(await read())
    assert entries.count(f"{SAMI} whispers to {BRUNO}") == 1
    assert entries.count(logbook.UNPROVED) == 2
    assert not any("Anna" in entry for entry in entries)


async def test_old_entries_are_believed_after_a_restart(
    pushing: Push, read: Read, hass_storage: dict[str, Any]
) -> None:
    """The key of the proofs stays the same; it is in no event."""
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "whisper")
    await async_setup_audit(pushing.hass)
    assert messages(await read()) == [f"{SAMI} whispers to {BRUNO}"]
    key = hass_storage["pbx.audit"]["data"]["key"]
    assert len(key) == 64


def test_every_refusal_has_a_phrase_of_its_own() -> None:
    """Those of the PBX with a sentence, and all of the integration."""
    wanted = {*REFUSALS[Kind.MONITOR], *Denial}
    assert wanted == logbook.REFUSALS.keys()
    words = [*logbook.REFUSALS.values(), logbook.OTHER_REFUSAL]
    assert len(set(words)) == len(words)
