"""The P-Series: from an event on the WebSocket to the state, beside a floor.

The floor is a bare WebSocket reader that parses a frame and writes one state for it.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
import json
from pathlib import Path
from statistics import median
import sys
import time
from time import process_time

from aiohttp import ClientSession, WSMsgType
from homeassistant.const import (
    CONF_HOST,
    CONF_PORT,
    CONF_SSL,
    CONF_USERNAME,
    EVENT_STATE_CHANGED,
    Platform,
)
from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx.const import CONF_FAMILY, DOMAIN as PBX, KEY_STATUS
from tests.demo.process import Process, StageError, free_port
from tests.simulator.yeastar_p.simulator import CLIENT_ID, CLIENT_SECRET

from .asterisk import FEW, MANY, TIMEOUT, TOGGLES, Manager, last
from .cost import only_status
from .home import Home, configuration, no_garbage_collection
from .openapi import CALLING
from .pbx import HOST, ROOT, START_TIMEOUT
from .recording import numbers
from .table import say, show
from .trivial.const import DOMAIN as TRIVIAL
from .trivial.entity import TrivialConfigEntry, TrivialSensor

SERIAL = "3631A2124001"
EXTENSIONS = 1000
EVENTS = 2000
ROUNDS = 3
WORDS = {"Busy": "busy", "Idle": "idle", "Ringing": "ringing"}
DESIGNS = ("floor", "pbx")
API = "openapi/v1.0"


@dataclass(slots=True)
class Found:
    """What was measured of one design: seconds, and seconds of CPU for 1,000 events."""

    latency: list[float] = field(default_factory=list)
    cpu: dict[int, list[float]] = field(default_factory=lambda: {FEW: [], MANY: []})


@asynccontextmanager
async def simulator(folder: Path, count: int) -> AsyncGenerator[Manager]:
    """Start a simulated PBX in a process of its own, and end it."""
    ports = {"port": free_port(), "orders": free_port(), "extensions": count}
    process = await Process.start(
        "The simulated P-Series",
        [
            *(sys.executable, "-m", "tests.benchmarks.openapi"),
            *(part for key, one in ports.items() for part in (f"--{key}", str(one))),
        ],
        folder / f"openapi-{count}.log",
        cwd=ROOT,
    )
    try:
        async with asyncio.timeout(START_TIMEOUT):
            while True:
                try:
                    streams = await asyncio.open_connection(HOST, ports["orders"])
                    break
                except OSError:
                    await asyncio.sleep(0.1)
        yield Manager(ports["port"], streams)
        streams[1].close()
    finally:
        await process.stop()


class Stage:
    """A Home Assistant with our integration, the trivial one, and a simulated PBX."""

    def __init__(self, home: Home, pbx: Manager, count: int) -> None:
        """Keep what runs."""
        self.home = home
        self.pbx = pbx
        self.phones = numbers(count)[:CALLING]
        self.sensors: dict[str, TrivialSensor] = {}
        self._seen = 0
        self._written: dict[str, asyncio.Future[float]] = {}

    async def prepare(self) -> None:
        """Set the trivial entities up, and watch all states."""
        trivial: TrivialConfigEntry = self.home.entry(TRIVIAL, CALLING)
        await self.home.set_up(trivial)
        found = [one[0] for one in trivial.runtime_data.sensors.values()]
        self.sensors = dict(zip(self.phones, found, strict=True))
        self.home.hass.bus.async_listen(EVENT_STATE_CHANGED, self._noted)

    @callback
    def _noted(self, event: Event[EventStateChangedData]) -> None:
        self._seen += 1
        future = self._written.get(event.data["entity_id"])
        if future is not None and not future.done():
            future.set_result(time.monotonic())

    @asynccontextmanager
    async def running(self, name: str) -> AsyncGenerator[Callable[[str], str]]:
        """Let one design be connected, and no other; tell the entities it writes."""
        if name == "floor":
            async with self._floor():
                yield lambda number: self.sensors[number].entity_id
            return
        entry = self._entry()
        with no_garbage_collection():
            await self.home.set_up(entry)
        yield self._entity
        await self.home.hass.config_entries.async_remove(entry.entry_id)
        await self.home.hass.async_block_till_done()

    def _entry(self) -> MockConfigEntry:
        entry = MockConfigEntry(
            domain=PBX,
            title="P-Series",
            unique_id=SERIAL,
            minor_version=2,
            data={
                CONF_HOST: HOST,
                CONF_PORT: self.pbx.port,
                CONF_SSL: False,
                CONF_USERNAME: CLIENT_ID,
                CONF_FAMILY: "yeastar_p",
                "client_secret": CLIENT_SECRET,
            },
            pref_disable_polling=True,
        )
        entry.add_to_hass(self.home.hass)
        return entry

    def _entity(self, number: str) -> str:
        found = er.async_get(self.home.hass).async_get_entity_id(
            Platform.SENSOR, PBX, f"{SERIAL}_{number}_{KEY_STATUS}"
        )
        if found is None:
            raise StageError(f"There is no sensor for {number}")
        return found

    @asynccontextmanager
    async def _floor(self) -> AsyncGenerator[None]:
        """Read a WebSocket, and write one state per frame."""
        base = f"http://{HOST}:{self.pbx.port}/{API}"
        login = {"username": CLIENT_ID, "password": CLIENT_SECRET}
        async with ClientSession(headers={"User-Agent": "OpenAPI"}) as session:
            async with session.post(f"{base}/get_token", json=login) as response:
                token = (await response.json())["access_token"]
            async with session.ws_connect(
                f"{base}/subscribe?access_token={token}"
            ) as socket:
                await socket.send_json({"topic_list": [30008]})
                await socket.receive()

                async def read() -> None:
                    while (message := await socket.receive()).type is WSMsgType.TEXT:
                        body = json.loads(json.loads(message.data)["msg"])
                        sensor = self.sensors[body["extension"]]
                        sensor.set_value(WORDS[body["status"]])
                        sensor.async_write_ha_state()

                task = asyncio.create_task(read())
                yield
                task.cancel()

    async def latencies(self, entity_id: str) -> list[float]:
        """Return the seconds from the PBX to the state, event by event."""
        found = []
        for index in range(TOGGLES):
            word = ("Busy", "Idle")[index % 2]
            written = asyncio.get_running_loop().create_future()
            self._written = {entity_id: written}
            sent = await self.pbx.order("phone", self.phones[-1], word)
            async with asyncio.timeout(TIMEOUT):
                found.append(await written - sent)
            await asyncio.sleep(0.02)
        return found[10:]

    async def cpu(self, entity: Callable[[str], str]) -> float:
        """Return the seconds of CPU for 1,000 events, each of which changes a state."""
        with no_garbage_collection():
            written = asyncio.get_running_loop().create_future()
            begun = process_time()
            await self.pbx.order("traffic", EVENTS)
            # The last one is a change, too.
            self._written = {entity(self.phones[-1]): written}
            await self.pbx.order("phone", self.phones[-1], "Ringing")
            await self.pbx.order("phone", self.phones[-1], "Busy")
            async with asyncio.timeout(TIMEOUT):
                await written
            return (process_time() - begun) * 1000 / EVENTS


async def run(folder: Path) -> None:
    """Measure, and print what came out."""
    found = {name: Found() for name in DESIGNS}
    with configuration(folder) as config:
        for count in (EXTENSIONS, FEW, MANY):
            say(f"yeastar-p: {count:,} extensions …")
            with only_status() if count != EXTENSIONS else nullcontext():
                async with (
                    simulator(folder, count) as pbx,
                    Home.running(pbx, config) as home,  # type: ignore[arg-type]
                ):
                    stage = Stage(home, pbx, count)
                    await stage.prepare()
                    for name, one in found.items():
                        async with stage.running(name) as entity:
                            await asyncio.sleep(0.5)
                            if count == EXTENSIONS:
                                number = stage.phones[-1]
                                one.latency = await stage.latencies(entity(number))
                                continue
                            for _ in range(ROUNDS):
                                one.cpu[count].append(await stage.cpu(entity))
    tell(found)


def tell(found: dict[str, Found]) -> None:
    """Print the table."""
    rows = [["", *found, "pbx : floor", "goal"]]

    def row(name: str, value: Callable[[Found], float], goal: str) -> None:
        values = [value(one) for one in found.values()]
        shown = (f"{1e3 * one:.2f} ms" for one in values)
        rows.append([name, *shown, f"{values[1] / values[0]:.2f}", goal])

    row("event -> state, median", lambda one: median(one.latency), "<= 1.5")
    row("event -> state, 99 %", lambda one: last(one.latency), "")
    row("CPU, 1,000 events", lambda one: median(one.cpu[FEW]), "")
    ratios = (median(one.cpu[MANY]) / median(one.cpu[FEW]) for one in found.values())
    name = f"CPU of an event, {MANY:,} : {FEW}"
    rows.append([name, *(f"{one:.2f}" for one in ratios), "", "<= 1.2"])
    show(
        f"P-Series, {EXTENSIONS:,} extensions",
        rows,
        "floor: a bare WebSocket reader that parses a frame and writes one state for it",
        "events: each changes the status of an extension",
    )
