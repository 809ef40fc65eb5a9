"""Fixtures: rigs, each version started once, and hubs connected to them."""

from collections.abc import AsyncGenerator, Generator
import logging

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
import pytest
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from .home import USER, add
from .hub import StandInHub
from .install import SUITES
from .picture import Picture
from .proxy import Proxy
from .remote import RemoteRig, running_rig
from .requirement import require_asterisk


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests of a rig in one process, when several run tests."""
    for item in items:
        if item.path.parent.name != "asterisk" or "rig" not in getattr(
            item, "fixturenames", ()
        ):
            continue
        item.add_marker(pytest.mark.asterisk)
        item.add_marker(pytest.mark.timeout(120))
        suite = item.callspec.params["rig"]  # type: ignore[attr-defined]
        item.add_marker(pytest.mark.xdist_group(f"asterisk-{suite}"))


@pytest.fixture(scope="session", params=SUITES)
def rig(request: pytest.FixtureRequest) -> Generator[RemoteRig]:
    """Return a running Asterisk; skip the test, with the reason, if there is none."""
    suite = str(request.param)
    require_asterisk(suite)
    with running_rig(suite) as running:
        yield running


@pytest.fixture
async def quiet(rig: RemoteRig, socket_enabled: None) -> AsyncGenerator[RemoteRig]:
    """Yield a rig without calls, before and after the test."""
    yield rig
    await rig.do("clear")


@pytest.fixture
async def hub(quiet: RemoteRig) -> AsyncGenerator[StandInHub]:
    """Yield a hub with all rights."""
    async with StandInHub(quiet.client()).running() as running:
        yield running


@pytest.fixture
async def proxy(quiet: RemoteRig) -> AsyncGenerator[Proxy]:
    """Yield a proxy to the PBX that can be cut."""
    async with Proxy(quiet.address).running() as running:
        yield running


@pytest.fixture
def ami_user() -> str:
    """Return the user of the manager interface that Home Assistant logs in as."""
    return USER


@pytest.fixture
async def entry(
    hass: HomeAssistant,
    quiet: RemoteRig,
    proxy: Proxy,
    ami_user: str,
    enable_custom_integrations: None,
    caplog: pytest.LogCaptureFixture,
) -> AsyncGenerator[ConfigEntry]:
    """Return the PBX, added by a user; its path can be cut. No log has the secret."""
    caplog.set_level(logging.DEBUG)
    made = await add(hass, proxy.address.port, ami_user)
    yield made
    if made.state is ConfigEntryState.LOADED:
        assert await hass.config_entries.async_unload(made.entry_id)
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    assert any(record.name.startswith("custom_components.pbx") for record in records)
    logged = logging.Formatter()
    assert not [
        one for one in map(logged.format, records) if f"{ami_user}-secret" in one
    ]


@pytest.fixture
async def far_proxy(quiet: RemoteRig) -> AsyncGenerator[Proxy]:
    """Yield the path of a second Home Assistant to the PBX."""
    async with Proxy(quiet.address).running() as running:
        yield running


@pytest.fixture
async def far_picture(
    hass: HomeAssistant, far_proxy: Proxy, rig: RemoteRig, entry: ConfigEntry
) -> AsyncGenerator[Picture | None]:
    """Yield the picture in a second Home Assistant; for the first version only."""
    if rig.suite != SUITES[0]:
        yield None
        return
    async with async_test_home_assistant() as far:
        del far.data[DATA_CUSTOM_COMPONENTS]
        made = await add(far, far_proxy.address.port)
        yield Picture(far, made)
        await far.config_entries.async_unload(made.entry_id)
        await far.async_stop(force=True)


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
