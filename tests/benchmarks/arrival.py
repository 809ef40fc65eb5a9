"""From a report on the wire to the state written, beside an empty webhook handler."""

import asyncio
from itertools import cycle
from pathlib import Path
import random
from statistics import median, quantiles
from time import perf_counter

from aiohttp.web import Request
from homeassistant.components import webhook
from homeassistant.const import CONF_WEBHOOK_ID, EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pbx.const import DOMAIN as PBX
from tests.demo.process import StageError

from .home import Home, no_garbage_collection
from .pbx import HOST, RecordedPbx
from .recording import numbers
from .reports import BUSY, IDLE, status_entity, status_report
from .table import show
from .trivial.const import DOMAIN as TRIVIAL, TrivialConfigEntry

EXTENSIONS = 100
ROUNDS = 10
PER_ROUND = 50
TIMEOUT = 10.0
GOAL = 1.5
REPORT = "report"
FLOOR = "empty webhook handler"
LATER = "one that answers first"

type Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Way:
    """A webhook, and the entity that changes when it is used."""

    def __init__(self, home: Home, entity_id: str, webhook_id: str) -> None:
        """Keep whom to tell, and what to watch."""
        self._home = home
        self._entity_id = entity_id
        self._path = webhook.async_generate_path(webhook_id)
        self._streams: Streams | None = None
        self._written: asyncio.Future[float] | None = None
        # With a new connection each, and on one that is open.
        self.samples: dict[bool, list[float]] = {False: [], True: []}

    @callback
    def noted(self, event: Event[EventStateChangedData]) -> None:
        """Note when the state is written."""
        if event.data["entity_id"] != self._entity_id:
            return
        if self._written is not None and not self._written.done():
            self._written.set_result(perf_counter())

    async def once(self, body: bytes, *, stay: bool) -> float:
        """Return the seconds from the beginning of a report to the written state."""
        request = (
            f"POST {self._path} HTTP/1.1\r\nHost: {HOST}\r\n"
            "Content-Type: application/json; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n"
            f"Connection: {'keep-alive' if stay else 'close'}\r\n\r\n"
        ).encode()
        self._written = self._home.hass.loop.create_future()
        streams = self._streams if stay else None
        started = perf_counter()
        reader, writer = streams or await asyncio.open_connection(HOST, self._home.port)
        writer.write(request + body)
        try:
            async with asyncio.timeout(TIMEOUT):
                written = await self._written
                head = await reader.readuntil(b"\r\n\r\n")
        except TimeoutError:
            raise StageError(f"{self._entity_id} was not written") from None
        if not head.startswith(b"HTTP/1.1 200") or b"Content-Length: 0" not in head:
            raise StageError(f"Home Assistant answered {head!r}")
        if stay:
            self._streams = (reader, writer)
        else:
            writer.close()
            await writer.wait_closed()
        return written - started

    def close(self) -> None:
        """Close the connection that stayed open."""
        if self._streams is not None:
            self._streams[1].close()


async def ways(home: Home, entry: MockConfigEntry) -> dict[str, Way]:
    """Return what is compared: our webhook and two that only write a state."""
    hass, number = home.hass, numbers(EXTENSIONS)[-1]
    trivial: TrivialConfigEntry = home.entry(TRIVIAL, EXTENSIONS)
    await home.set_up(trivial)
    sensor = trivial.runtime_data.sensors[number][0]

    def write() -> None:
        busy = sensor._attr_native_value == "busy"
        sensor._attr_native_value = "idle" if busy else "busy"
        sensor.async_write_ha_state()

    async def write_first(hass: HomeAssistant, webhook_id: str, _: Request) -> None:
        write()

    async def answer_first(hass: HomeAssistant, webhook_id: str, _: Request) -> None:
        hass.loop.call_soon(write)

    webhook.async_register(hass, TRIVIAL, "Floor", "floor", write_first)
    webhook.async_register(hass, TRIVIAL, "Later", "later", answer_first)
    return {
        REPORT: Way(
            home, status_entity(hass, number), str(entry.data[CONF_WEBHOOK_ID])
        ),
        FLOOR: Way(home, sensor.entity_id, "floor"),
        LATER: Way(home, sensor.entity_id, "later"),
    }


async def measure(pbx: RecordedPbx, config: Path) -> None:
    """Measure all, alternating, and print what came out."""
    await pbx.show(EXTENSIONS)
    number = numbers(EXTENSIONS)[-1]
    bodies = cycle(status_report(number, word) for word in (BUSY, IDLE))
    async with Home.running(pbx, config) as home:
        entry = home.entry(PBX, EXTENSIONS)
        await home.set_up(entry)
        compared = await ways(home, entry)
        await home.serve()
        for way in compared.values():
            home.hass.bus.async_listen(EVENT_STATE_CHANGED, way.noted)
        polling = entry.runtime_data.coordinator.polling
        order = random.Random(0)  # noqa: S311
        for round_ in range(ROUNDS + 1):
            with no_garbage_collection():
                for _ in range(PER_ROUND):
                    # Each sees either word, every other round.
                    for stay in (False, True) if round_ % 2 else (True, False):
                        body = next(bodies)
                        shuffled = [*compared.values()]
                        order.shuffle(shuffled)
                        for way in shuffled:
                            taken = await way.once(body, stay=stay)
                            if round_:
                                way.samples[stay].append(taken)
                    # The PBX is not asked meanwhile.
                    polling.async_cancel()
        for way in compared.values():
            way.close()
    for stay in (False, True):
        tell(compared, stay=stay)


def tell(compared: dict[str, Way], *, stay: bool) -> None:
    """Print one table."""
    rows = [["", "median", "99 %", "ratio", "99 %", "goal"]]
    floor = compared[FLOOR].samples[stay]
    for name, way in compared.items():
        found = way.samples[stay]
        rows.append(
            [
                *(name, f"{1e6 * median(found):.0f} µs", f"{1e6 * last(found):.0f} µs"),
                f"{median(found) / median(floor):.2f}",
                f"{last(found) / last(floor):.2f}",
                f"<= {GOAL}" if name == REPORT and not stay else "",
            ]
        )
    if stay:
        show("The same on a connection that is open already", rows)
        return
    show(
        f"Report -> state written, {len(floor):,} of each, each on its own connection",
        rows,
        "Wall time, from connecting to Home Assistant's own server, as the PBX does for every",
        "report, until the state of the extension has changed: its status, Busy and Idle.",
        f"{FLOOR}: reads nothing, writes the state of one trivial sensor",
        f"{LATER}: the same, once the answer is sent, as reports are treated",
    )


def last(values: list[float]) -> float:
    """Return what 99 of 100 values stay below."""
    return quantiles(values, n=100)[98]
