"""A Home Assistant in this process that knows our integration and the trivial one."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
import gc
import logging
from pathlib import Path
import sys
from unittest.mock import patch

from aiohttp.resolver import ThreadedResolver
from homeassistant.components.http.config import HTTP_STORAGE_SCHEMA
from homeassistant.const import (
    CONF_HOST,
    CONF_PORT,
    CONF_SSL,
    CONF_USERNAME,
    EVENT_HOMEASSISTANT_START,
)
from homeassistant.core import HomeAssistant
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.pbx.const import CONF_FAMILY, DOMAIN as PBX
from tests.demo.process import StageError, free_port

from .pbx import HOST, RecordedPbx
from .recording import SERIAL, USERNAME, numbers
from .trivial.const import CONF_NUMBERS, DOMAIN as TRIVIAL

PLATFORMS = (
    *("http", "webhook"),
    *("binary_sensor", "button", "event", "select", "sensor", "switch"),
)
TRIVIAL_FOLDER = Path(__file__).with_name("trivial")


class LoopbackResolver(ThreadedResolver):
    """Instead of Home Assistant's own, which would ask the local network."""

    async def real_close(self) -> None:
        """Close it, as Home Assistant does at its end."""
        await self.close()


class Home:
    """Home Assistant, running, with everything loaded that the entities need."""

    def __init__(self, hass: HomeAssistant, pbx: RecordedPbx, port: int) -> None:
        """Keep what runs."""
        self.hass = hass
        self.port = port
        self._pbx = pbx

    @classmethod
    @asynccontextmanager
    async def running(cls, pbx: RecordedPbx, config: Path) -> AsyncGenerator[Home]:
        """Start it, and stop it at the end."""
        async with async_test_home_assistant(config_dir=str(config)) as hass:
            del hass.data[DATA_CUSTOM_COMPONENTS]
            port = free_port()
            # Not from a file, which would be on trial for some minutes, and shared.
            server = HTTP_STORAGE_SCHEMA({"server_host": [HOST], "server_port": port})
            with (
                patch(
                    "homeassistant.helpers.aiohttp_client._async_make_resolver",
                    lambda hass: LoopbackResolver(),
                ),
                patch(
                    "homeassistant.components.http.async_load_config",
                    return_value=server,
                ),
                # Home Assistant adds no more than 10,000; here that is no limit.
                patch(
                    "homeassistant.helpers.entity_platform"
                    ".MAX_ENABLED_ENTITIES_PER_CONFIG_ENTRY",
                    sys.maxsize,
                ),
            ):
                try:
                    for component in PLATFORMS:
                        await async_setup_component(hass, component, {})
                    await hass.async_block_till_done()
                    yield cls(hass, pbx, port)
                finally:
                    await hass.async_stop(force=True)

    def entry(self, domain: str, count: int) -> MockConfigEntry:
        """Return an entry that is not set up yet; nothing of it polls by itself."""
        data: dict[str, object] = {CONF_NUMBERS: numbers(count)}
        if domain == PBX:
            data = {
                CONF_HOST: self._pbx.host,
                CONF_PORT: self._pbx.port,
                CONF_SSL: False,
                CONF_USERNAME: USERNAME,
                CONF_FAMILY: "yeastar_s",
                "password_md5": "0" * 32,
            }
        entry = MockConfigEntry(
            domain=domain,
            title="Yeastar S100",
            unique_id=SERIAL,
            data=data,
            pref_disable_polling=True,
        )
        entry.add_to_hass(self.hass)
        return entry

    async def serve(self) -> None:
        """Let Home Assistant's own server answer, as it does once all has started."""
        self.hass.bus.async_fire(EVENT_HOMEASSISTANT_START)
        await self.hass.async_block_till_done()

    async def set_up(self, entry: MockConfigEntry) -> None:
        """Set an entry up and wait until all of it is there."""
        if not await self.hass.config_entries.async_setup(entry.entry_id):
            raise StageError(f"{entry.domain} could not be set up: {entry.reason}")
        # Settings are read in the background; what follows is not to be measured with it.
        await self.hass.async_block_till_done(wait_background_tasks=True)


@contextmanager
def configuration(folder: Path) -> Generator[Path]:
    """Make a configuration folder that holds the trivial integration."""
    config = folder / "config"
    components = config / "custom_components"
    components.mkdir(parents=True)
    (components / TRIVIAL).symlink_to(TRIVIAL_FOLDER)
    root = logging.getLogger()
    level = root.level
    # Home Assistant warns of every custom integration.
    root.setLevel(logging.ERROR)
    sys.path.append(str(config))
    try:
        yield config
    finally:
        sys.path.remove(str(config))
        root.setLevel(level)


@contextmanager
def no_garbage_collection() -> Generator[None]:
    """Collect before, and not while something is measured."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
