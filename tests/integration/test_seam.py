"""A second family touches its own folder and one row: a stub goes through everything."""

from collections.abc import Generator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_USER, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.pbx.client.errors import (
    PbxLoginRejected,
    PbxUnreachable,
    Unreachable,
)
from custom_components.pbx.client.model import Extension, ExtensionStatus
from custom_components.pbx.client.pbx import Address, Capability
from custom_components.pbx.client.report import CallNow, ExtensionReport
from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.families import FAMILIES

from .act import act
from .conftest import state_of
from .stub import (
    AGENT,
    ALL,
    SERIAL,
    SUPERVISOR,
    StubByPost,
    StubByStream,
    StubPbx,
    family,
)

ROOT = Path(__file__).parents[2] / "custom_components" / "pbx"
ALICE = "sensor.alice"
FORM = {
    "host": "192.0.2.7",
    "port": 4711,
    "ssl": False,
    "username": "api",
    "password": "abc",
}
ENTRY = {
    "host": "192.0.2.7",
    "port": 4711,
    "ssl": False,
    "login": "api",
    "word": "cba",
    "family": "stub",
}


@pytest.fixture(params=[StubPbx, StubByStream, StubByPost])
def stub(request: pytest.FixtureRequest) -> Generator[StubPbx]:
    """Return a PBX of each way of reporting, of a family that is known."""
    made: StubPbx = request.param(Address("192.0.2.7", 4711, False))
    with patch.dict(FAMILIES, {"stub": family(lambda _: made)}):
        yield made


@pytest.fixture
def stream() -> Generator[StubByStream]:
    """Return a PBX that streams, of a family that is known."""
    made = StubByStream(Address("192.0.2.7", 4711, False))
    with patch.dict(FAMILIES, {"stub": family(lambda _: made)}):
        yield made


async def set_up(hass: HomeAssistant) -> MockConfigEntry:
    """Set an entry of the stub's family up."""
    entry = MockConfigEntry(
        domain=DOMAIN, title="Stub", unique_id=SERIAL, data=ENTRY, minor_version=2
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


def keys(hass: HomeAssistant, entry: MockConfigEntry, subject: str) -> set[str]:
    """Return platform and key of the entities of an extension, or of the PBX."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    numbers = (AGENT, SUPERVISOR, "0042", "trunk_Line", "queue_700")
    prefix = f"{SERIAL}_{subject}_" if subject else f"{SERIAL}_"
    return {
        f"{one.domain}.{one.unique_id.removeprefix(prefix)}"
        for one in found
        if one.unique_id.startswith(prefix)
        and (
            subject
            or not one.unique_id.startswith(tuple(prefix + one for one in numbers))
        )
    }


async def test_added_in_the_user_interface(hass: HomeAssistant, stub: StubPbx) -> None:
    """The user chooses the family, then fills in its form; secrets are stored as it wants."""
    start = hass.config_entries.flow.async_init
    result = await start(DOMAIN, context={"source": SOURCE_USER})
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "family")
    step = hass.config_entries.flow.async_configure
    result = await step(result["flow_id"], {"family": "stub"})
    assert result["step_id"] == "user"
    schema = result["data_schema"]
    assert schema is not None
    assert {str(key) for key in schema.schema} == FORM.keys()
    result = await step(result["flow_id"], FORM)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert (entry.title, entry.unique_id) == ("Stub", SERIAL)
    assert ENTRY.items() <= dict(entry.data).items()
    assert entry.state is ConfigEntryState.LOADED


async def test_calls_told_whole(hass: HomeAssistant, stub: StubPbx) -> None:
    """What goes on when Home Assistant starts is shown, from all the family tells."""
    await set_up(hass)
    assert state_of(hass, ALICE) == "busy"
    assert state_of(hass, "sensor.alice_other_party") == "0401234567"
    assert state_of(hass, "sensor.stub_calls_in_progress") == "1"
    assert state_of(hass, "sensor.zero") == "offline"


async def test_diagnostics_keep_the_secret(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, stub: StubPbx
) -> None:
    """Whatever the family calls it."""
    entry = await set_up(hass)
    found = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert "cba" not in str(found)


QUEUE_ENTITIES = (
    "event.queue",
    "sensor.agents_logged_in",
    "sensor.agents_paused",
    "sensor.agents_talking",
    "sensor.callers_waiting",
    "sensor.waiting_since",
)
# For each capability: the actions that need it, and the entities.
LACKS: dict[Capability, tuple[dict[str, dict[str, Any]], set[str]]] = {
    Capability.LISTEN: (
        {"listen": {"supervisor": SUPERVISOR, "extension": AGENT}},
        set(),
    ),
    Capability.WHISPER: (
        {"whisper": {"whisperer": SUPERVISOR, "whispered": AGENT}},
        set(),
    ),
    Capability.BARGE_IN: (
        {"barge_in": {"supervisor": SUPERVISOR, "extension": AGENT}},
        set(),
    ),
    Capability.DIAL: ({"dial": {"extension": SUPERVISOR, "to": "0401"}}, set()),
    Capability.HANG_UP: ({"hang_up": {"extension": AGENT}}, {"button.hang_up"}),
    Capability.HOLD: (
        {"hold": {"extension": AGENT}, "resume": {"extension": AGENT}},
        set(),
    ),
    Capability.MUTE: (
        {"mute": {"extension": AGENT}, "unmute": {"extension": AGENT}},
        set(),
    ),
    Capability.TRANSFER: (
        {"transfer": {"extension": AGENT, "to": SUPERVISOR}},
        set(),
    ),
    Capability.INBOUND_CONTROL: (
        {"accept_call": {"call_id": "c-1"}, "refuse_call": {"call_id": "c-1"}},
        set(),
    ),
    Capability.SMS: (
        {"send_sms": {"trunk": "Line", "number": "0401", "message": "Hi"}},
        set(),
    ),
    Capability.PROMPT: ({"play_prompt": {"to": AGENT, "prompts": ["bell"]}}, set()),
    Capability.SETTINGS: (
        {"set_forwarding": {"extension": AGENT, "to": "voicemail"}},
        {
            "switch.do_not_disturb",
            "sensor.forwarding",
        },
    ),
    Capability.MONITOR_PERMISSIONS: (
        {},
        {"switch.may_be_monitored", "select.monitor_mode"},
    ),
    Capability.HISTORY: ({"get_call_history": {"extension": AGENT}}, set()),
    Capability.QUEUES: ({}, set(QUEUE_ENTITIES)),
    Capability.AGENT_LOGIN: (
        {
            "log_in_agent": {"queue": "700", "extension": SUPERVISOR},
            "log_out_agent": {"queue": "700", "extension": AGENT},
        },
        set(),
    ),
    Capability.AGENT_PAUSE: (
        {
            "pause_agent": {"extension": AGENT, "reason": "lunch"},
            "unpause_agent": {"queue": "700", "extension": AGENT},
        },
        set(),
    ),
    Capability.PARKED_CALLS: ({}, {"sensor.parked_calls"}),
    Capability.PICK_UP: ({"pick_up": {"extension": SUPERVISOR}}, set()),
    Capability.VOICEMAIL: ({}, {"sensor.voicemail"}),
}


def test_every_capability_is_looked_at() -> None:
    """Whoever adds one says which actions and entities need it."""
    assert set(LACKS) == set(Capability)


@pytest.mark.parametrize("lacking", Capability, ids=lambda one: one.name)
@pytest.mark.usefixtures("everything")
async def test_without_a_capability(
    hass: HomeAssistant, stream: StubByStream, lacking: Capability
) -> None:
    """No entity; the action says that this PBX cannot do it, and sends nothing."""
    stream.can = ALL & ~lacking
    entry = await set_up(hass)
    actions, entities = LACKS[lacking]
    others = {key for _, more in LACKS.values() for key in more} - entities
    shown = {
        key
        for subject in (AGENT, "queue_700", "")
        for key in keys(hass, entry, subject)
    }
    assert not entities & shown
    assert others <= shown
    stream.sent.clear()
    for action, data in actions.items():
        with pytest.raises(ServiceValidationError) as err:
            await act(hass, action, **data)
        assert str(err.value.translation_key).endswith("_unsupported")
        assert "PBX" in str(err.value)
        assert "{" not in str(err.value)
    assert stream.sent == []


@pytest.mark.parametrize("having", Capability, ids=lambda one: one.name)
async def test_with_a_capability(
    hass: HomeAssistant, stream: StubByStream, having: Capability
) -> None:
    """Each action reaches the PBX, also where it can do nothing else."""
    stream.can = having
    await set_up(hass)
    actions, _ = LACKS[having]
    for action, data in actions.items():
        stream.sent.clear()
        await act(hass, action, **data)
        assert stream.sent, action


@pytest.mark.usefixtures("everything")
async def test_pbx_that_cannot_monitor(
    hass: HomeAssistant, stream: StubByStream
) -> None:
    """Nothing of supervision is shown, and the options do not ask about it."""
    stream.can = ALL & ~Capability.MONITOR
    entry = await set_up(hass)
    assert "event.monitoring" not in keys(hass, entry, "")
    result = await hass.config_entries.options.async_init(entry.entry_id)
    schema = result["data_schema"]
    assert schema is not None
    assert {
        str(key) for found in schema.schema.values() for key in found.schema.schema
    } == {"allow_codes", "contacts", "numbers_in_names"}


async def test_stream_is_followed(hass: HomeAssistant, stream: StubByStream) -> None:
    """Reports arrive on the connection; polls are rare."""
    entry = await set_up(hass)
    assert (stream.opened, stream.snapshots) == (1, 1)
    assert stream.take is not None
    stream.take(CallNow("c-1"))
    stream.take(ExtensionReport(AGENT, ExtensionStatus.IDLE))
    await hass.async_block_till_done()
    assert state_of(hass, ALICE) == "idle"
    assert state_of(hass, "sensor.stub_calls_in_progress") == "0"
    interval = entry.runtime_data.coordinator.update_interval
    assert interval >= timedelta(minutes=5)
    assert state_of(hass, "sensor.stub_live_updates") == "working"


async def test_lost_stream(
    hass: HomeAssistant, stream: StubByStream, freezer: FrozenDateTimeFactory
) -> None:
    """Unavailable at once; opened again after 1, 2, 4 … 60 s, each time with a snapshot."""
    await set_up(hass)
    assert stream.lost is not None
    stream.error = PbxUnreachable(Unreachable.CANNOT_CONNECT)
    stream.lost(stream.error)
    await hass.async_block_till_done()
    assert state_of(hass, ALICE) == STATE_UNAVAILABLE
    # The coordinator begins to count at whole seconds.
    tries: list[int] = []
    for second in range(1, 400):
        before = stream.opened
        freezer.tick(1)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
        tries.extend([second] * (stream.opened - before))
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert tries[0] <= 2
    for gap, wanted in zip(gaps, (2, 4, 8, 16, 32, 60, 60, 60), strict=False):
        assert wanted - 1 <= gap <= wanted, gaps
    assert len(gaps) >= 7
    stream.error = None
    stream.extensions[0] = Extension(AGENT, "Alice", ExtensionStatus.IDLE)
    stream.calls.clear()
    for _ in range(62):
        freezer.tick(1)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, ALICE) == "idle"
    assert state_of(hass, "sensor.stub_calls_in_progress") == "0"


async def test_wrong_login_of_a_stream_asks_the_user(
    hass: HomeAssistant, stream: StubByStream, freezer: FrozenDateTimeFactory
) -> None:
    """Once, and the PBX is left alone after it."""
    await set_up(hass)
    assert stream.lost is not None
    stream.error = PbxLoginRejected()
    stream.lost(PbxUnreachable(Unreachable.CANNOT_CONNECT))
    opened = stream.opened
    for _ in range(200):
        freezer.tick(1)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert stream.opened == opened + 1
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


async def test_unloaded_stream_is_closed(
    hass: HomeAssistant, stream: StubByStream
) -> None:
    """Nothing that comes afterwards does anything."""
    entry = await set_up(hass)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert stream.closed
    assert stream.take is not None
    assert stream.lost is not None
    stream.take(ExtensionReport(AGENT, ExtensionStatus.IDLE))
    stream.lost(PbxUnreachable(Unreachable.CANNOT_CONNECT))
    await hass.async_block_till_done()
    assert (stream.opened, stream.snapshots) == (1, 1)


def test_no_code_names_a_family() -> None:
    """Neither key nor name stands anywhere but in the row and the family's own folder."""
    for folder in ("hub", "actions", "supervision", "flows", "sensor"):
        for file in (ROOT / folder).glob("*.py"):
            if file.stem == "families":
                continue
            text = file.read_text(encoding="utf-8").lower()
            assert not [name for name in ("yeastar", "asterisk") if name in text], file
    for file in ROOT.glob("*.py"):
        text = file.read_text(encoding="utf-8").lower()
        assert not [name for name in ("yeastar", "asterisk") if name in text], file
