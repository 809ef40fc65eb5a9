"""The panel in the browser: serves its bundle, and has dashboards load it."""

import asyncio
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from homeassistant.components.http import StaticPathConfig
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, ISSUE_PANEL_RESOURCE

FILE: Final = Path(__file__).parent / "pbx-panel.js"
PATH: Final = f"/{DOMAIN}_static/{FILE.name}"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The bundle that is served; `url` differs with its content."""

    url: str
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


BUNDLE: HassKey[Bundle] = HassKey(f"{DOMAIN}_bundle")


async def async_serve(hass: HomeAssistant) -> None:
    """Serve the bundle."""
    content = await hass.async_add_executor_job(FILE.read_bytes)
    version = sha256(content).hexdigest()[:12]
    hass.data[BUNDLE] = Bundle(f"{PATH}?v={version}")
    await hass.http.async_register_static_paths([StaticPathConfig(PATH, str(FILE))])


async def async_load_on_dashboards(hass: HomeAssistant) -> None:
    """Have all dashboards load the bundle; nothing without dashboards.

    Resources in YAML are the user's: an issue asks for the missing line.
    """
    if (lovelace := hass.data.get(LOVELACE_DATA)) is None:
        return
    resources, bundle = lovelace.resources, hass.data[BUNDLE]
    if not isinstance(resources, ResourceStorageCollection):
        _update_issue(hass, missing=not _ours(resources.async_items()))
        return
    async with bundle.lock:
        await resources.async_get_info()  # Reads what is stored.
        ours = _ours(resources.async_items())
        if not ours:
            await resources.async_create_item({"res_type": "module", "url": bundle.url})
        elif ours[0]["url"] != bundle.url:
            await resources.async_update_item(ours[0]["id"], {"url": bundle.url})
        for item in ours[1:]:
            await resources.async_delete_item(item["id"])


async def async_forget(hass: HomeAssistant) -> None:
    """Have dashboards no longer load the bundle."""
    _update_issue(hass, missing=False)
    lovelace = hass.data.get(LOVELACE_DATA)
    if lovelace is None or not isinstance(
        resources := lovelace.resources, ResourceStorageCollection
    ):
        return
    await resources.async_get_info()
    for item in _ours(resources.async_items()):
        await resources.async_delete_item(item["id"])


def _ours(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the resources that load the bundle, of whatever version."""
    return [item for item in items if urlsplit(item["url"]).path == PATH]


@callback
def _update_issue(hass: HomeAssistant, *, missing: bool) -> None:
    """Raise or delete the issue of a resource that is missing in YAML."""
    if not missing:
        ir.async_delete_issue(hass, DOMAIN, ISSUE_PANEL_RESOURCE)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        ISSUE_PANEL_RESOURCE,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=ISSUE_PANEL_RESOURCE,
        translation_placeholders={"url": hass.data[BUNDLE].url},
    )
