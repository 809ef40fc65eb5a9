"""An installation through the Marketplace of Home Assistant itself, from files of this repository."""

from importlib import import_module
from importlib.util import find_spec
import json
from pathlib import Path
import sys
from types import SimpleNamespace

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant import loader
from homeassistant.bootstrap import async_load_base_functionality
from homeassistant.components.network.network import async_get_network
from homeassistant.config_entries import ConfigEntries
from homeassistant.core import HomeAssistant
import pytest

from script.lib.package import build

ROOT = Path(__file__).parents[2]
REPOSITORY = "ha-pbx/ha-pbx"
VERSION = "1.2.3"
MARKETPLACE = "homeassistant.components.marketplace"

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(
        find_spec(MARKETPLACE) is None, reason="This release has no Marketplace"
    ),
]


def catalog(asked: list[str], archive: bytes) -> web.Application:
    """Return what serves a release, as GitHub and its mirrors do, and nothing else."""

    async def serve(request: web.Request) -> web.Response:
        asked.append(request.path)
        release = f"/{REPOSITORY}/releases/download/v{VERSION}/pbx.zip"
        if request.path == release:
            return web.Response(body=archive)
        file = request.path.removeprefix(f"/{REPOSITORY}/v{VERSION}/")
        assert file in ("hacs.json", "custom_components/pbx/manifest.json"), file
        return web.Response(body=(ROOT / file).read_bytes())

    application = web.Application()
    application.router.add_get("/{path:.*}", serve)
    return application


@pytest.fixture
def no_custom_components(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the loader look for custom components in the configuration only."""
    for name in [name for name in sys.modules if name.startswith("custom_components")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [one for one in sys.path if one != str(ROOT)])


@pytest.mark.usefixtures("no_custom_components")
async def test_installed_from_the_archive_of_a_release(tmp_path: Path) -> None:
    """The only asset is asked for by its name, and what it holds is what we ship."""
    base = import_module(f"{MARKETPLACE}.base")
    profiles = import_module(f"{MARKETPLACE}.profiles")
    integration = import_module(f"{MARKETPLACE}.repositories.integration")
    archive = tmp_path / "pbx.zip"
    files = build(VERSION, archive)
    config = tmp_path / "config"
    config.mkdir()
    hass = HomeAssistant(str(config))
    asked: list[str] = []
    async with TestServer(catalog(asked, archive.read_bytes())) as server:
        home = str(server.make_url("")).rstrip("/")
        loader.async_setup(hass)
        hass.config_entries = ConfigEntries(hass, {})
        await async_load_base_functionality(hass)
        await async_get_network(hass)
        hass.data["lovelace"] = SimpleNamespace(resource_mode="storage")
        entry = SimpleNamespace(data={}, options={}, entry_id="marketplace")
        manager = base.MarketplaceManager(hass, entry)
        profile = profiles.DownloadProfile(
            id="local", operator="test", api=home, github=home, raw=home, catalog=home
        )
        manager.endpoints = profiles.ProfileEndpoints(profile)
        repository = integration.IntegrationRepository(manager, REPOSITORY)
        manager.enable_category(repository.data.category)
        repository.data.id = "1"
        repository.data.domain = "pbx"
        repository.data.last_version = f"v{VERSION}"
        manager.repositories.register(repository, default=True)

        await repository.async_install_repository()
        installed = config / "custom_components" / "pbx"
        found = [path for path in installed.rglob("*") if path.is_file()]
        manifest = json.loads((installed / "manifest.json").read_bytes())
        custom = await loader.async_get_custom_components(hass)
        await hass.async_stop(force=True)
    assert asked == [
        f"/{REPOSITORY}/v{VERSION}/hacs.json",
        f"/{REPOSITORY}/v{VERSION}/custom_components/pbx/manifest.json",
        f"/{REPOSITORY}/releases/download/v{VERSION}/pbx.zip",
    ]
    assert len(found) == files
    assert manifest["version"] == VERSION
    assert repository.data.installed
    assert custom["pbx"].version == VERSION
