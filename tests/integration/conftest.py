"""A simulated PBX on a real socket, and an entry for it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import md5
import ssl
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_SSL, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from custom_components.pbx.client.pbx import ReportsByPost
from custom_components.pbx.const import (
    CONF_FAMILY,
    CONF_FINGERPRINT,
    CONF_REPORT_ADDRESS,
    DOMAIN,
)
from custom_components.pbx.hub.coordinator import PbxCoordinator
from custom_components.pbx.hub.push import PushReceiver
from custom_components.pbx.runtime import PbxRuntime
from tests.integration.repairing import Client
from tests.integration.told import Told, collect_events
from tests.simulator import Clock, Fault, ManualClock, SimExtension, Simulator

# The key of the entry's data that holds the password.
CONF_PASSWORD_MD5 = "password_md5"

OFFICE = (
    SimExtension("1001", "Anna Berg"),
    SimExtension("1002", "Bruno Costa"),
    SimExtension("1003", "Chloé Dubois", registered=False),
    SimExtension("1005", "Sami Virtanen", monitor_mode="Extensive"),
    SimExtension("1006", "Door", type="FXS", port="Span2-Port1"),
)


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load our component in every test."""


@pytest.fixture
def everything() -> Generator[None]:
    """Enable all entities."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default", True
    ):
        yield


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Leave out of snapshots what differs with every run, or with the release."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension).with_defaults(
        exclude=props("compat_name", "since")
    )


@pytest.fixture
def clock() -> ManualClock:
    """Return the clock of the simulated PBX."""
    return ManualClock()


@pytest.fixture
def told(hass: HomeAssistant) -> Told:
    """Collect number, type and data of each event that is fired."""
    return collect_events(hass)


def small_office(clock: Clock, serial: str = "369362089179") -> Simulator:
    """Return a PBX with five extensions; 1005 may supervise, all may be monitored."""
    return Simulator(
        clock=clock,
        serial=serial,
        extensions=[
            SimExtension(
                extension.number,
                extension.name,
                type=extension.type,
                port=extension.port,
                registered=extension.registered,
                monitor_mode=extension.monitor_mode,
                allow_being_monitored=True,
            )
            for extension in OFFICE
        ],
    )


@pytest.fixture
async def sim(socket_enabled: None, clock: ManualClock) -> AsyncGenerator[Simulator]:
    """Run a simulated PBX that speaks plain HTTP."""
    simulator = small_office(clock)
    async with simulator.running():
        yield simulator


@pytest.fixture
async def tls_sim(
    hass: HomeAssistant, socket_enabled: None, clock: ManualClock
) -> AsyncGenerator[Simulator]:
    """Run a simulated PBX that speaks HTTPS with a certificate of its own making.

    A client that breaks a handshake off is an exception on the server's side, and
    the server shares its loop with the test.
    """
    handler = hass.loop.get_exception_handler()

    def ignore_broken_handshakes(
        loop: asyncio.AbstractEventLoop, context: dict[str, Any]
    ) -> None:
        exception = context.get("exception")
        if handler and not isinstance(exception, ssl.SSLError | ConnectionResetError):
            handler(loop, context)

    hass.loop.set_exception_handler(ignore_broken_handshakes)
    simulator = small_office(clock)
    async with simulator.running(tls=True):
        yield simulator


def rewrite_list(sim: Simulator, change: Callable[[list[Any]], list[Any]]) -> None:
    """Let the PBX send another list of extensions than the true one."""
    sim.faults.add(
        Fault(
            kind="rewrite",
            endpoint="extensionlist/query",
            rewrite=lambda answer: {**answer, "extlist": change(answer["extlist"])},
        )
    )


def state_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the state of an entity, None when there is none."""
    found = hass.states.get(entity_id)
    return found.state if found else None


def device_of(
    registry: dr.DeviceRegistry, entry: MockConfigEntry, number: str | None = None
) -> dr.DeviceEntry | None:
    """Return the device of an extension, or of the PBX; None when there is none."""
    identifier = "_".join(filter(None, (entry.unique_id, number)))
    return registry.async_get_device_by_identifier((DOMAIN, identifier), entry.entry_id)


def entry_for(simulator: Simulator, title: str = "Yeastar S100") -> MockConfigEntry:
    """Return the entry of a simulated PBX, without options."""
    data = {
        CONF_HOST: simulator.host,
        CONF_PORT: simulator.port,
        CONF_SSL: simulator.fingerprint is not None,
        CONF_USERNAME: simulator.username,
        CONF_PASSWORD_MD5: md5(simulator.password.encode()).hexdigest(),
        CONF_FAMILY: "yeastar_s",
    }
    if simulator.fingerprint:
        data[CONF_FINGERPRINT] = simulator.fingerprint
    return MockConfigEntry(
        domain=DOMAIN,
        title=title,
        unique_id=simulator.serial,
        data=data,
        minor_version=2,
    )


@pytest.fixture
def entry(hass: HomeAssistant, sim: Simulator) -> MockConfigEntry:
    """Return the entry of the simulated PBX, known to Home Assistant."""
    config_entry = entry_for(sim)
    config_entry.add_to_hass(hass)
    return config_entry


@pytest.fixture
async def coordinator(hass: HomeAssistant, entry: MockConfigEntry) -> PbxCoordinator:
    """Return the coordinator of a PBX that is set up."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    # The settings are read in the background.
    await hass.async_block_till_done(wait_background_tasks=True)
    runtime: PbxRuntime = entry.runtime_data
    return runtime.coordinator


@pytest.fixture
async def runtime(entry: MockConfigEntry, coordinator: PbxCoordinator) -> PbxRuntime:
    """Return all that a PBX which is set up has."""
    result: PbxRuntime = entry.runtime_data
    return result


@pytest.fixture
async def report_address(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, sim: Simulator
) -> AsyncGenerator[str]:
    """Let Home Assistant serve on a real socket, and return where.

    At the end, the PBX falls silent first: asyncio cannot accept a connection while the
    server closes.
    """
    # A server of a test serves no paths that are added once it runs.
    assert await async_setup_component(hass, DOMAIN, {})
    client = await hass_client_no_auth()
    yield f"127.0.0.1:{client.port}"
    await sim.reporter.stop()
    for _ in range(5):  # so that connections on their way are accepted
        await asyncio.sleep(0)


@dataclass
class Push:
    """A PBX that really reports to this Home Assistant, and time for both."""

    hass: HomeAssistant
    sim: Simulator
    entry: MockConfigEntry
    clock: ManualClock
    freezer: FrozenDateTimeFactory | None = None

    @property
    def coordinator(self) -> PbxCoordinator:
        """Return the coordinator of the entry, the newest after a reload."""
        return self.runtime.coordinator

    @property
    def runtime(self) -> PbxRuntime:
        """Return all that the entry has, the newest after a reload."""
        result: PbxRuntime = self.entry.runtime_data
        return result

    @property
    def pbx(self) -> ReportsByPost:
        """Return the client's side of the reports."""
        pbx = self.coordinator.pbx
        assert isinstance(pbx, ReportsByPost)
        return pbx

    @property
    def receiver(self) -> PushReceiver:
        """Return what receives the reports."""
        assert self.coordinator.receiver is not None
        return self.coordinator.receiver

    @property
    def url(self) -> str:
        """Return where the PBX reports to."""
        target = self.pbx.report_target
        assert target is not None
        return target.url("127.0.0.1")

    def state(self, entity_id: str) -> str | None:
        """Return the state of an entity, None when there is none."""
        return state_of(self.hass, entity_id)

    async def settled(self) -> None:
        """Return when every report was delivered and worked on."""
        await self.sim.reports_sent()
        await self.hass.async_block_till_done()

    async def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass on both sides, step by step."""
        assert self.freezer is not None
        while seconds > 0:
            now = min(step, seconds)
            seconds -= now
            self.freezer.tick(timedelta(seconds=now))
            self.clock.advance(now)
            async_fire_time_changed(self.hass)
            await self.hass.async_block_till_done(wait_background_tasks=True)
            # The PBX's tries are no tasks of Home Assistant's.
            for _ in range(60):
                await asyncio.sleep(0)
            await self.hass.async_block_till_done(wait_background_tasks=True)

    async def time_until(self, right: Callable[[], bool], limit: float) -> float:
        """Let time pass until something is so, and return how long that took."""
        for _ in range(60):
            await asyncio.sleep(0)
        await self.hass.async_block_till_done()
        took = 0.0
        while not right():
            assert took < limit, f"Not so after {limit} seconds"
            await self.pass_time(1)
            took += 1
        return took


async def set_up_pushing(
    hass: HomeAssistant,
    sim: Simulator,
    clock: ManualClock,
    address: str,
    freezer: FrozenDateTimeFactory | None = None,
    options: Mapping[str, Any] | None = None,
) -> Push:
    """Set an entry up whose PBX reports to an address."""
    entry = entry_for(sim)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        entry, options={CONF_REPORT_ADDRESS: address, **(options or {})}
    )
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return Push(hass, sim, entry, clock, freezer)


@pytest.fixture
async def pushing(
    hass: HomeAssistant, sim: Simulator, clock: ManualClock, report_address: str
) -> Push:
    """Return a set-up entry whose PBX really reports into this Home Assistant."""
    return await set_up_pushing(hass, sim, clock, report_address)


@pytest.fixture
async def in_time(
    hass: HomeAssistant,
    sim: Simulator,
    clock: ManualClock,
    freezer: FrozenDateTimeFactory,
    report_address: str,
) -> Push:
    """Return the same, with a time that only passes when a test lets it."""
    return await set_up_pushing(hass, sim, clock, report_address, freezer)


@pytest.fixture
def no_trunks(sim: Simulator) -> None:
    """Run a PBX without lines: releases name the entities of child devices differently."""
    sim.trunks.clear()


def trunk_state(
    hass: HomeAssistant,
    sim: Simulator,
    name: str,
    platform: str = "sensor",
    key: str = "status",
) -> str | None:
    """Return the state of a trunk's entity, None when there is none."""
    entity_id = er.async_get(hass).async_get_entity_id(
        platform, DOMAIN, f"{sim.serial}_trunk_{name}_{key}"
    )
    return state_of(hass, entity_id) if entity_id else None


@pytest.fixture
async def repairs(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Client:
    """Return what the dashboard mends repairs with."""
    assert await async_setup_component(hass, "repairs", {})
    # A server of a test serves no paths that are added once it runs.
    assert await async_setup_component(hass, DOMAIN, {})
    client: Client = await hass_client()
    return client
