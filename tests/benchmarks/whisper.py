"""From the action `pbx.whisper` to the request on the wire, beside a bare POST."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
import random
from statistics import median, quantiles
from time import perf_counter
from typing import Any
from unittest.mock import patch

import aiohttp
from aiohttp.client_reqrep import ClientRequest, ClientResponse
from homeassistant.auth.const import GROUP_ID_ADMIN, GROUP_ID_USER
from homeassistant.const import Platform
from homeassistant.core import Context
from homeassistant.helpers import entity_registry as er

from custom_components.pbx.const import (
    ATTR_WHISPERED,
    ATTR_WHISPERER,
    DOMAIN,
    KEY_STATUS,
    SERVICE_WHISPER,
)
from custom_components.pbx.hub.coordinator import PbxCoordinator
from custom_components.pbx.hub.subscriptions import News

from .home import Home, configuration, no_garbage_collection
from .pbx import RecordedPbx
from .recording import SERIAL, WHISPER, whisper_body
from .table import say, show
from .trivial.const import DOMAIN as TRIVIAL

EXTENSIONS = 100
ROUNDS = 25
PER_ROUND = 50
WARM_UP = 100

BARE = "bare aiohttp POST"
IN_ACTION = "bare POST in an action"
BY_ENTITY = "pbx.whisper, by entity"
BY_NUMBER = "pbx.whisper, by number"


@dataclass(slots=True)
class Moments:
    """When a request passed by; `perf_counter` seconds."""

    called: float = 0.0
    handed: float = 0.0
    sent: float = 0.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What one request took, in microseconds since the call."""

    to_aiohttp: float
    to_wire: float
    total: float


@contextmanager
def watched(moments: Moments) -> Generator[None]:
    """Note when aiohttp is asked for a request, and when it begins to write one."""
    request, send = aiohttp.ClientSession._request, ClientRequest.send

    async def noted_request(
        session: aiohttp.ClientSession, *args: Any, **kwargs: Any
    ) -> ClientResponse:
        moments.handed = perf_counter()
        return await request(session, *args, **kwargs)

    async def noted_send(
        self: ClientRequest, *args: Any, **kwargs: Any
    ) -> ClientResponse:
        moments.sent = perf_counter()
        return await send(self, *args, **kwargs)

    with (
        patch.object(aiohttp.ClientSession, "_request", noted_request),
        patch.object(ClientRequest, "send", noted_send),
    ):
        yield


def hung_up(coordinator: PbxCoordinator, supervisor: str) -> None:
    """Let the whisper be over, and the PBX not be asked meanwhile: each is a first one."""
    # Supervision of an extension that is gone ends without a request.
    coordinator.subscriptions.news.async_call(News.EXTENSIONS_REMOVED, [supervisor])
    coordinator.polling.async_cancel()


async def measure(act: Callable[[], Awaitable[object]], moments: Moments) -> Sample:
    """Do it once."""
    moments.called = perf_counter()
    await act()
    total = perf_counter() - moments.called
    return Sample(
        1e6 * (moments.handed - moments.called),
        1e6 * (moments.sent - moments.called),
        1e6 * total,
    )


async def actions(
    home: Home, pbx: RecordedPbx
) -> dict[str, Callable[[], Awaitable[object]]]:
    """Return what is compared: the same request on four ways."""
    hass, body = home.hass, whisper_body(EXTENSIONS)
    # The first user is the owner; the second one's permissions are looked at.
    await hass.auth.async_create_user("Owner", group_ids=[GROUP_ID_ADMIN])
    user = await hass.auth.async_create_user("Supervisor", group_ids=[GROUP_ID_USER])
    by_number = {
        ATTR_WHISPERER: body["whisperer"],
        ATTR_WHISPERED: body["whisperedext"],
    }
    registry = er.async_get(hass)
    by_entity = {
        field: registry.async_get_entity_id(
            Platform.SENSOR, DOMAIN, f"{SERIAL}_{number}_{KEY_STATUS}"
        )
        for field, number in by_number.items()
    }

    async def bare(_: object = None) -> None:
        await pbx.post(WHISPER, body)

    hass.services.async_register(TRIVIAL, SERVICE_WHISPER, bare)

    def whisper(domain: str, data: dict[str, Any]) -> Callable[[], Awaitable[object]]:
        return lambda: hass.services.async_call(
            domain,
            SERVICE_WHISPER,
            data,
            blocking=True,
            context=Context(user_id=user.id),
        )

    return {
        BARE: bare,
        IN_ACTION: whisper(TRIVIAL, by_number),
        BY_ENTITY: whisper(DOMAIN, by_entity),
        BY_NUMBER: whisper(DOMAIN, by_number),
    }


async def run(folder: Path) -> None:
    """Measure, and print what came out."""
    say(f"whisper: {ROUNDS * PER_ROUND} of each …")
    samples: dict[str, list[Sample]] = {}
    requests: dict[str, int] = {}
    moments = Moments()
    with configuration(folder) as config:
        async with (
            RecordedPbx.running(folder, (EXTENSIONS,)) as pbx,
            Home.running(pbx, config) as home,
        ):
            await pbx.show(EXTENSIONS)
            entry = home.entry(DOMAIN, EXTENSIONS)
            await home.set_up(entry)
            supervisor = whisper_body(EXTENSIONS)["whisperer"]
            ways = await actions(home, pbx)
            for name, act in ways.items():
                samples[name] = []
                before = await pbx.requests()
                for _ in range(WARM_UP):
                    await act()
                    hung_up(entry.runtime_data.coordinator, supervisor)
                requests[name] = await pbx.requests() - before
            order = random.Random(0)  # noqa: S311
            with watched(moments):
                for _ in range(ROUNDS):
                    names = [*ways] * PER_ROUND
                    order.shuffle(names)
                    with no_garbage_collection():
                        for name in names:
                            sample = await measure(ways[name], moments)
                            samples[name].append(sample)
                            hung_up(entry.runtime_data.coordinator, supervisor)
    report(samples, requests)


def report(samples: dict[str, list[Sample]], requests: dict[str, int]) -> None:
    """Print the tables."""
    stages: dict[str, Callable[[Sample], float]] = {
        "From the call until aiohttp is asked": lambda sample: sample.to_aiohttp,
        "From the call until the request is being written": lambda sample: (
            sample.to_wire
        ),
        "From the call until the result": lambda sample: sample.total,
    }
    floor = median(sample.total for sample in samples[BARE])
    for title, stage in stages.items():
        rows = [["µs", "median", "99 %", "ratio", "99 %", "added", "of a bare POST"]]
        bare = [stage(sample) for sample in samples[BARE]]
        for name, found in samples.items():
            values = [stage(sample) for sample in found]
            added = median(values) - median(bare)
            rows.append(
                [
                    name,
                    *(f"{median(values):.0f}", f"{percentile(values):.0f}"),
                    f"{median(values) / median(bare):.2f}",
                    f"{percentile(values) / percentile(bare):.2f}",
                    *(f"{added:+.0f}", f"{added / floor:+.1%}"),
                ]
            )
        show(title, rows)
    counts = [["", "HTTP requests"]]
    for name in (BY_ENTITY, BY_NUMBER):
        each = requests[name] / WARM_UP
        counts.append([name, f"{each:g}{'' if each == 1 else '   <- MUST BE 1'}"])
    show("Requests for one whisper, counted at the PBX", counts)
    say()
    say(
        "  Wall time. In random order, without TLS (a handshake would hide us), all to a"
    )
    say(
        "  PBX in a process of its own that repeats recorded answers, on 127.0.0.1; gc off."
    )
    say("  A user without administrator's rights acts, so permissions are looked at.")
    say(
        "  A bare POST: aiohttp, same body, same headers, the answer read and not parsed."
    )
    say(
        "  Added: the median beyond the bare POST's; of a bare POST: of all of it, to the answer."
    )


def percentile(values: list[float]) -> float:
    """Return what 99 of 100 values stay below."""
    return quantiles(values, n=100)[98]
