"""The bundle of the panel: served, and loaded by dashboards."""

from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
import re
from typing import Any

from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.pbx.const import DOMAIN
from custom_components.pbx.frontend import BUNDLE, FILE, PATH
from tests.integration.conftest import entry_for, small_office
from tests.simulator import ManualClock, Simulator

STORED = "lovelace_resources"
OTHER = {"id": "other", "type": "module", "url": "/local/other.js"}
HASHED = re.compile(re.escape(PATH) + r"\?v=[0-9a-f]{12}")


@pytest.fixture
async def dashboards(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    """Set dashboards up, with a resource of the user's."""
    stored(hass_storage, OTHER)
    assert await async_setup_component(hass, "lovelace", {})


def stored(hass_storage: dict[str, Any], *items: dict[str, Any]) -> None:
    """Store resources."""
    data = {"items": [dict(item) for item in items]}
    hass_storage[STORED] = {"version": 1, "key": STORED, "data": data}


def ours(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return the resources that load our bundle; the user's own is always there."""
    items = hass.data[LOVELACE_DATA].resources.async_items()
    assert [item for item in items if not item["url"].startswith(PATH)] == [OTHER]
    return [item for item in items if item["url"].startswith(PATH)]


async def restart_dashboards(hass: HomeAssistant) -> None:
    """Read the stored resources anew, as after a restart."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=30))
    await hass.async_block_till_done()
    data = hass.data[LOVELACE_DATA]
    assert isinstance(data.resources, ResourceStorageCollection)
    data.resources = ResourceStorageCollection(hass, data.resources.ll_config)


@pytest.mark.usefixtures("dashboards")
async def test_one_resource_after_ten_restarts(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """It stays the same."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    (first,) = ours(hass)
    assert first["type"] == "module"
    assert HASHED.fullmatch(first["url"])
    for _ in range(10):
        assert await hass.config_entries.async_unload(entry.entry_id)
        await restart_dashboards(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        assert ours(hass) == [first]


async def test_what_is_loaded_is_served(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
    dashboards: None,
) -> None:
    """Without a login, as browsers load it; the hash is that of the content."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    (item,) = ours(hass)
    client = await hass_client_no_auth()
    answer = await client.get(item["url"])
    assert answer.status == HTTPStatus.OK
    assert "javascript" in answer.headers["Content-Type"]
    assert "max-age" in answer.headers["Cache-Control"]
    content = await answer.read()
    assert content == FILE.read_bytes()
    assert item["url"].endswith(sha256(content).hexdigest()[:12])


async def test_upgrade(
    hass: HomeAssistant, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """The resource is the same one with another address, and one that is too many goes."""
    old = {"type": "module", "url": f"{PATH}?v=0123456789ab"}
    stored(hass_storage, {"id": "a", **old}, OTHER, {"id": "b", **old})
    assert await async_setup_component(hass, "lovelace", {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    (item,) = ours(hass)
    assert item["id"] == "a"
    assert item["url"] == hass.data[BUNDLE].url != old["url"]


@pytest.mark.usefixtures("dashboards", "socket_enabled")
async def test_it_goes_with_the_last_entry(
    hass: HomeAssistant, clock: ManualClock
) -> None:
    """Not before; one that is ignored does not count. And it comes back."""
    MockConfigEntry(domain=DOMAIN, source=SOURCE_IGNORE).add_to_hass(hass)
    offices = [small_office(clock, serial) for serial in ("369362089179", "2")]
    async with offices[0].running(), offices[1].running():
        entries = [entry_for(office) for office in offices]
        for entry in entries:
            entry.add_to_hass(hass)
        # With the integration both are set up, at the same time.
        assert await hass.config_entries.async_setup(entries[0].entry_id)
        await hass.async_block_till_done()
        assert {entry.state for entry in entries} == {ConfigEntryState.LOADED}
        assert len(ours(hass)) == 1
        await hass.config_entries.async_remove(entries[0].entry_id)
        assert len(ours(hass)) == 1
        await hass.config_entries.async_remove(entries[1].entry_id)
        assert ours(hass) == []
        again = entry_for(offices[0])
        again.add_to_hass(hass)
        assert await hass.config_entries.async_setup(again.entry_id)
        assert len(ours(hass)) == 1


async def test_without_dashboards(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """The integration is whole."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert LOVELACE_DATA not in hass.data
    await hass.config_entries.async_remove(entry.entry_id)


@pytest.mark.usefixtures("dashboards")
async def test_pbx_that_does_not_answer(
    hass: HomeAssistant, entry: MockConfigEntry, sim: Simulator
) -> None:
    """The panel is there to say so."""
    await sim.go_offline()
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert len(ours(hass)) == 1


@pytest.mark.parametrize("version", ["", "?v=1"])
async def test_resources_in_yaml(
    hass: HomeAssistant, entry: MockConfigEntry, version: str
) -> None:
    """They are the user's; what is missing is asked for, and what is there is not."""

    def asked() -> ir.IssueEntry | None:
        return ir.async_get(hass).async_get_issue(DOMAIN, "panel_resource")

    mine = {"type": "module", "url": "/local/other.js"}
    config = {"lovelace": {"resource_mode": "yaml", "resources": [mine]}}
    assert await async_setup_component(hass, "lovelace", config)
    assert await hass.config_entries.async_setup(entry.entry_id)
    issue = asked()
    assert issue is not None
    assert issue.translation_placeholders == {"url": hass.data[BUNDLE].url}
    resources = hass.data[LOVELACE_DATA].resources
    assert [item["url"] for item in resources.async_items()] == [mine["url"]]

    resources.async_items().append({"type": "module", "url": f"{PATH}{version}"})
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert asked() is None

    resources.async_items().pop()
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert asked() is not None
    await hass.config_entries.async_remove(entry.entry_id)
    assert asked() is None
    assert len(resources.async_items()) == 1
