"""Asterisk: from an event on the wire to the state, beside a floor and the usual design.

The floor is a bare asyncio reader that writes one state per event. The usual design is a
library with a thread, in which each entity listens to every event and calls the loop.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
import gc
from hashlib import md5
from pathlib import Path
import socket
from statistics import median, quantiles
import sys
from threading import Thread
import time
from time import process_time

from homeassistant.const import (
    CONF_HOST,
    CONF_PORT,
    CONF_SSL,
    CONF_USERNAME,
    EVENT_STATE_CHANGED,
    Platform,
)
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx.client import Address, Switchboard
from custom_components.pbx.client.asterisk import Asterisk
from custom_components.pbx.const import CONF_FAMILY, DOMAIN as PBX, KEY_STATUS
from tests.demo.process import Process, StageError, free_port

from .cost import only_status
from .home import Home, configuration, no_garbage_collection
from .manager import CALLING
from .pbx import HOST, ROOT, START_TIMEOUT
from .recording import numbers
from .table import say, show
from .trivial.const import DOMAIN as TRIVIAL
from .trivial.entity import TrivialConfigEntry, TrivialSensor

SERIAL = "02:fc:00:00:00:01"
USER, SECRET = "operator", "Ami-Secret-2026-zq8"
CHALLENGE = "171789901"
EXTENSIONS = 1000
FEW, MANY = 20, 10_000
CALLS = 100
TOGGLES = 150
TRAFFIC = 200.0
EVENTS = 3000
FAST = 1000.0
FAST_EVENTS = 8_000
TIMEOUT = 10.0
TICK = 0.002
CONNECTS = 7
END = b"\r\n\r\n"
LOGIN = (
    "Action: Challenge\r\nAuthType: MD5\r\n\r\n"
    "Action: Login\r\nAuthType: MD5\r\n"
    f"Username: {USER}\r\nKey: {md5((CHALLENGE + SECRET).encode()).hexdigest()}\r\n"
    "Events: system,call,cdr,agent\r\n\r\n"
).encode()
STATES = {"NOT_INUSE": "idle", "UNAVAILABLE": "offline"}

type Message = dict[str, str]


def parsed(raw: bytes) -> Message:
    """Return the fields of a message."""
    pairs = (line.partition(": ") for line in raw.decode().split("\r\n"))
    return {key: value for key, _, value in pairs}


class Manager:
    """The fake manager interface, in a process of its own."""

    def __init__(
        self, port: int, orders: tuple[asyncio.StreamReader, asyncio.StreamWriter]
    ) -> None:
        """Keep how to reach it."""
        self.port = port
        self._orders = orders

    @classmethod
    @asynccontextmanager
    async def running(
        cls, folder: Path, count: int, calls: int
    ) -> AsyncGenerator[Manager]:
        """Start it with that many extensions and calls in progress, and end it."""
        port, orders = free_port(), free_port()
        arguments = {
            "port": port,
            "orders": orders,
            "extensions": count,
            "calls": calls,
        }
        process = await Process.start(
            "The fake manager interface",
            [
                *(sys.executable, "-m", "tests.benchmarks.manager"),
                *(
                    part
                    for key, value in arguments.items()
                    for part in (f"--{key}", str(value))
                ),
            ],
            folder / f"manager-{count}.log",
            cwd=ROOT,
        )
        try:
            async with asyncio.timeout(START_TIMEOUT):
                while True:
                    try:
                        streams = await asyncio.open_connection(HOST, orders)
                        break
                    except OSError:
                        await asyncio.sleep(0.1)
            yield cls(port, streams)
            streams[1].close()
        finally:
            await process.stop()

    async def order(self, *words: object) -> float:
        """Let it send something; return when it began to."""
        reader, writer = self._orders
        writer.write((" ".join(map(str, words)) + "\n").encode())
        return float(await reader.readline())


@dataclass(slots=True)
class Found:
    """What was measured of one design."""

    latency: list[float] = field(default_factory=list)
    cpu: float = 0.0
    cpu_few: float = 0.0
    cpu_many: float = 0.0
    delays: list[float] = field(default_factory=list)
    behind: float = 0.0


type Connect = Callable[
    [Home, Manager, list[TrivialSensor]], Awaitable[Callable[[], None]]
]


async def floor(
    home: Home, manager: Manager, sensors: list[TrivialSensor]
) -> Callable[[], None]:
    """Read with a bare asyncio reader, and write one state per event."""
    reader, writer = await asyncio.open_connection(HOST, manager.port)
    writer.write(LOGIN)
    by_device = {
        f"PJSIP/{n}": s for n, s in zip(numbers(len(sensors)), sensors, strict=True)
    }

    async def read() -> None:
        count = 0
        await reader.readuntil(b"\r\n")
        while True:
            event = parsed(await reader.readuntil(END))
            if "Event" not in event:
                continue
            count += 1
            sensor = by_device.get(event.get("Device", ""), sensors[0])
            sensor.set_value(STATES.get(event.get("State", ""), str(count)))
            sensor.async_write_ha_state()

    task = asyncio.create_task(read())

    def close() -> None:
        task.cancel()
        writer.close()

    return close


class Listener:
    """An entity of the usual design: it hears every event, in the library's thread."""

    def __init__(self, hass: HomeAssistant, number: str, sensor: TrivialSensor) -> None:
        """Keep which events are its own."""
        self._hass = hass
        self._sensor = sensor
        self._device = f"PJSIP/{number}"

    def hear(self, event: Message) -> None:
        """Take an event, and call the loop where it is its own."""
        if (
            event.get("Event") == "DeviceStateChange"
            and event["Device"] == self._device
        ):
            state = event["State"]
            self._sensor.set_value(STATES.get(state, state.lower()))
            self._hass.loop.call_soon_threadsafe(self._sensor.async_write_ha_state)


def _received(connection: socket.socket) -> bytes:
    """Return what has arrived, nothing at the end."""
    try:
        return connection.recv(65536)
    except OSError:
        return b""


async def usual(
    home: Home, manager: Manager, sensors: list[TrivialSensor]
) -> Callable[[], None]:
    """Read in a thread; each of the entities of each extension listens to every event."""
    hass, count = home.hass, len(sensors)
    entities = [
        Listener(hass, number, sensor)
        for number, sensor in zip(numbers(count), sensors, strict=True)
    ]
    # Five entities an extension, of which one shows its status.
    others = [
        Listener(hass, f"other-{index}", sensors[0]) for index in range(4 * count)
    ]
    listeners = [*entities, *others]
    connection = socket.create_connection((HOST, manager.port))
    connection.sendall(LOGIN)

    def read() -> None:
        buffer = b""
        while data := _received(connection):
            *messages, buffer = (buffer + data).split(END)
            for message in messages:
                event = parsed(message)
                if "Event" in event:
                    for listener in listeners:
                        listener.hear(event)

    thread = Thread(target=read, daemon=True)
    thread.start()

    def close() -> None:
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()
        thread.join(TIMEOUT)

    return close


async def ours(
    home: Home, manager: Manager, sensors: list[TrivialSensor]
) -> Callable[[], None]:
    """Do nothing: the integration is connected already."""
    return lambda: None


DESIGNS: dict[str, Connect] = {"floor": floor, "pbx": ours, "usual design": usual}


def ami_entry(home: Home, manager: Manager) -> MockConfigEntry:
    """Return the entry of our integration, not set up yet."""
    entry = MockConfigEntry(
        domain=PBX,
        title="Asterisk",
        unique_id=SERIAL,
        minor_version=2,
        data={
            CONF_HOST: HOST,
            CONF_PORT: manager.port,
            CONF_SSL: False,
            CONF_USERNAME: USER,
            CONF_FAMILY: "asterisk",
            "secret": SECRET,
        },
        pref_disable_polling=True,
    )
    entry.add_to_hass(home.hass)
    return entry


class Stage:
    """A Home Assistant with our integration, the trivial one, and a fake PBX."""

    def __init__(self, home: Home, manager: Manager, count: int) -> None:
        """Keep what runs."""
        self.home = home
        self.manager = manager
        self.count = count
        self.sensors: list[TrivialSensor] = []
        self.entry: MockConfigEntry | None = None
        self._written: dict[str, asyncio.Future[float]] = {}

    async def prepare(self) -> None:
        """Set the trivial entities up, and watch all states."""
        # Those with calls have a sensor each; the others need not be seen.
        trivial: TrivialConfigEntry = self.home.entry(TRIVIAL, CALLING)
        await self.home.set_up(trivial)
        sensors = [one[0] for one in trivial.runtime_data.sensors.values()]
        self.sensors = [sensors[index % CALLING] for index in range(self.count)]
        self.home.hass.bus.async_listen(EVENT_STATE_CHANGED, self._noted)

    @callback
    def _noted(self, event: Event[EventStateChangedData]) -> None:
        future = self._written.get(event.data["entity_id"])
        if future is not None and not future.done():
            future.set_result(time.monotonic())

    def shown_by(self, name: str, number: str) -> str:
        """Return the entity in which a design shows an extension's status."""
        if name != "pbx":
            return self.sensors[numbers(self.count).index(number)].entity_id
        found = er.async_get(self.home.hass).async_get_entity_id(
            Platform.SENSOR, PBX, f"{SERIAL}_{number}_{KEY_STATUS}"
        )
        if found is None:
            raise StageError(f"There is no sensor for {number}")
        return found

    @asynccontextmanager
    async def running(self, name: str) -> AsyncGenerator[None]:
        """Let one of the designs be connected, and no other."""
        hass = self.home.hass
        if name == "pbx":
            if self.entry is None:
                self.entry = ami_entry(self.home, self.manager)
            with no_garbage_collection():
                await self.home.set_up(self.entry)
        close = await DESIGNS[name](self.home, self.manager, self.sensors)
        await asyncio.sleep(0.5)
        try:
            yield
        finally:
            close()
            if name == "pbx" and self.entry is not None:
                await hass.config_entries.async_unload(self.entry.entry_id)
            await hass.async_block_till_done()

    async def latencies(self, name: str) -> list[float]:
        """Return the seconds from the PBX to the state, event by event."""
        number = numbers(CALLING)[-1]
        entity_id = self.shown_by(name, number)
        found = []
        for index in range(TOGGLES):
            state = ("UNAVAILABLE", "NOT_INUSE")[index % 2]
            written = asyncio.get_running_loop().create_future()
            self._written = {entity_id: written}
            sent = await self.manager.order("phone", number, state)
            async with asyncio.timeout(TIMEOUT):
                found.append(await written - sent)
            await asyncio.sleep(0.02)
        return found[10:]

    async def cpu(self, rate: float, events: int) -> float:
        """Return the seconds of CPU for 1,000 events of traffic."""
        with no_garbage_collection():
            begun = process_time()
            await self.manager.order("traffic", rate, events)
            await self._caught_up(CALLING)
            return (process_time() - begun) * 1000 / events

    async def _caught_up(self, last: int) -> None:
        """Return when all that was sent has been read."""
        await asyncio.sleep(0.3)

    async def delays(self) -> list[float]:
        """Return how late the event loop was at each tick, under fast traffic."""
        found: list[float] = []
        loop = asyncio.get_running_loop()

        async def tick() -> None:
            while True:
                due = loop.time() + TICK
                await asyncio.sleep(TICK)
                found.append(loop.time() - due)

        task = asyncio.create_task(tick())
        with no_garbage_collection():
            await self.manager.order("traffic", FAST, FAST_EVENTS)
        task.cancel()
        return found


async def run(folder: Path) -> None:
    """Measure, and print what came out."""
    found = {name: Found() for name in DESIGNS}
    with configuration(folder) as config:
        async with (
            Manager.running(folder, EXTENSIONS, 0) as manager,
            Home.running(manager, config) as home,  # type: ignore[arg-type]
        ):
            await _thousand(Stage(home, manager, EXTENSIONS), found)
        for count in (FEW, MANY):
            say(f"asterisk: {count:,} extensions …")
            async with (
                Manager.running(folder, count, 0) as manager,
                Home.running(manager, config) as home,  # type: ignore[arg-type]
            ):
                await _scale(Stage(home, manager, count), found)
        async with Manager.running(folder, EXTENSIONS, CALLS) as manager:
            connecting = await connect(manager)
    tell(found, connecting)


async def _thousand(stage: Stage, found: dict[str, Found]) -> None:
    await stage.prepare()
    for name, one in found.items():
        say(f"asterisk: {name} with {stage.count:,} extensions …")
        async with stage.running(name):
            one.latency = await stage.latencies(name)
            one.cpu = await stage.cpu(TRAFFIC, EVENTS)
            one.delays = await stage.delays()


async def _scale(stage: Stage, found: dict[str, Found]) -> None:
    with only_status() if stage.count == MANY else nullcontext():
        await stage.prepare()
        for name, one in found.items():
            async with stage.running(name):
                used = await stage.cpu(TRAFFIC, EVENTS // 2)
            if stage.count == FEW:
                one.cpu_few = used
            else:
                one.cpu_many = used


async def connect(manager: Manager) -> tuple[float, float]:
    """Return the CPU of connecting with the first picture, and of parsing the same bytes."""
    taken, parsing = [], []
    raw = await _same_bytes(manager)
    for _ in range(CONNECTS):
        gc.collect()
        with no_garbage_collection():
            begun = process_time()
            pbx = Asterisk(Address(HOST, manager.port, tls=False), USER, SECRET)
            board = Switchboard(reader=Asterisk.call_reader)
            await pbx.listen(lambda report: None, lambda why: None)
            board.reconcile(await pbx.snapshot(), time.time(), silent=True)
            taken.append(process_time() - begun)
        if len(board.calls) != CALLS:
            raise StageError(f"{len(board.calls)} calls of {CALLS}")
        await pbx.close()
        begun = process_time()
        for message in raw.split(END):
            parsed(message)
        parsing.append(process_time() - begun)
    return median(taken), median(parsing)


async def _same_bytes(manager: Manager) -> bytes:
    """Return what the PBX answers to the same requests."""
    reader, writer = await asyncio.open_connection(HOST, manager.port)
    asked = [
        "Action: ListCommands",
        "Action: CoreSettings",
        "Action: Getvar\r\nVariable: ENTITYID",
        "Action: DBGetTree\r\nFamily: AMPUSER",
        "Action: DBGetTree\r\nFamily: DEVICE",
        "Action: PJSIPShowRegistrationsOutbound",
        "Action: DeviceStateList",
        "Action: CoreShowChannels",
        *("Action: Getvar\r\nVariable: CHANNEL(onhold)" for _ in range(2 * CALLS)),
        "Action: Logoff",
    ]
    writer.write(LOGIN + "".join(f"{one}\r\n\r\n" for one in asked).encode())
    return await reader.read()


def last(values: list[float]) -> float:
    """Return what 99 of 100 values stay below."""
    return quantiles(values, n=100)[98]


def tell(found: dict[str, Found], connecting: tuple[float, float]) -> None:
    """Print the table."""
    base = found["floor"]
    rows = [["", *found, "pbx : floor", "usual : floor", "goal"]]

    def row(
        name: str, value: Callable[[Found], float], unit: float, shown: str, goal: str
    ) -> None:
        values = [value(one) for one in found.values()]
        rows.append(
            [
                name,
                *(f"{unit * one:.2f} {shown}" for one in values),
                *(f"{one / values[0]:.2f}" for one in values[1:]),
                goal,
            ]
        )

    row("event -> state, median", lambda one: median(one.latency), 1e3, "ms", "<= 1.5")
    row("event -> state, 99 %", lambda one: last(one.latency), 1e3, "ms", "")
    row("CPU, 1,000 events", lambda one: one.cpu, 1e3, "ms", "<= 1.0")
    row(
        "loop delay at 1,000/s, 99 %",
        lambda one: last(one.delays),
        1e3,
        "ms",
        "<= 10 ms",
    )
    rows.append(
        [
            f"CPU of an event, {MANY:,} : {FEW}",
            *(f"{one.cpu_many / one.cpu_few:.2f}" for one in found.values()),
            *("", "", "<= 1.2"),
        ]
    )
    taken, parsing = connecting
    rows.append(
        [
            f"connect and first picture, {EXTENSIONS:,} extensions, {CALLS} calls",
            f"{1e3 * parsing:.0f} ms",
            f"{1e3 * taken:.0f} ms",
            "",
            f"{taken / parsing:.2f}",
            *("", "<= 3"),
        ]
    )
    show(
        f"Asterisk, {EXTENSIONS:,} extensions",
        rows,
        "floor: a bare asyncio reader that writes one state per event; of connecting: parsing",
        "usual design: a thread, 5 entities an extension, each listens to every event",
        "events: of calls as a real PBX sends them, most of which change nothing that is shown",
    )
    del base
