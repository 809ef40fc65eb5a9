"""What a report about a call costs while panels are open, and what they are sent."""

import asyncio
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
import logging
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any
from unittest.mock import Mock, patch

from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.components.websocket_api.http import WebSocketAdapter
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.pbx.const import DOMAIN as PBX
from custom_components.pbx.hub.coordinator import PbxCoordinator
from custom_components.pbx.panel.feed import async_feed_of
from tests.demo.process import StageError
from tests.simulator.yeastar_s.answers import encode

from .home import Home, no_garbage_collection
from .pbx import HOST, RecordedPbx
from .recording import SERIAL, numbers
from .reports import BUSY, status_report
from .table import say, show

EXTENSIONS = 200
CALLS = 60
ROUNDS = 20
PER_ROUND = 20
HELD = "Hold"
# Panels, and their users: one for all, or each its own, who is no administrator.
CASES = {
    "none": (0, 0),
    "1": (1, 1),
    "20 of one administrator": (20, 1),
    "20 of 20 users who may read all": (20, 20),
}


@dataclass(slots=True)
class Panels:
    """CPU seconds of one report, and of the messages that follow; bytes of one message."""

    report: list[float] = field(default_factory=list)
    messages: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    first: int = 0


async def measure(pbx: RecordedPbx, config: Path) -> None:
    """Measure each number of panels, and print what came out."""
    await pbx.show(EXTENSIONS)
    async with Home.running(pbx, config) as home:
        entry = home.entry(PBX, EXTENSIONS)
        await home.set_up(entry)
        coordinator: PbxCoordinator = entry.runtime_data.coordinator
        talk(coordinator)
        found = {name: await cost(home.hass, entry, *CASES[name]) for name in CASES}
    tell(found)


def talk(coordinator: PbxCoordinator) -> None:
    """Report calls between extensions."""
    receiver = coordinator.receiver
    assert receiver is not None
    people = numbers(2 * CALLS)
    for index, pair in enumerate(zip(people[::2], people[1::2], strict=True)):
        parties = [{"ext": {"extid": number}} for number in pair]
        for action in ("RING", "ANSWER"):
            report = {
                "action": action,
                "callid": f"149569{index:04}.1",
                "call": parties,
                "sn": SERIAL,
            }
            receiver.async_take_body(encode(report).encode())
        for number in pair:
            receiver.async_take_body(status_report(number, BUSY))
    if coordinator.data.call_count < CALLS:
        raise StageError(f"Only {coordinator.data.call_count} calls were understood")


@contextmanager
def opened(
    hass: HomeAssistant, entry: MockConfigEntry, panels: int, users: int
) -> Generator[list[bytes]]:
    """Open panels, and collect what they are sent."""
    sent: list[bytes] = []
    people = [MockUser(is_owner=users == 1) for _ in range(users)]
    for user in people:
        user.mock_policy({"entities": {"all": {"read": True}}})
    with ExitStack() as stack:
        for index in range(panels):

            def send(message: Any) -> None:
                """Take a message."""
                sent.append(message)

            connection = ActiveConnection(
                WebSocketAdapter(logging.getLogger(__name__), {"connid": index}),
                hass,
                send,
                people[index % users],
                Mock(),
                HOST,
            )
            feed = async_feed_of(hass, entry)
            stack.callback(feed.async_open(connection, 1))
            feed.async_send_all(connection, 1)
        yield sent


async def cost(
    hass: HomeAssistant, entry: MockConfigEntry, panels: int, users: int
) -> Panels:
    """Measure reports that put one call on hold, and take it back."""
    coordinator: PbxCoordinator = entry.runtime_data.coordinator
    receiver = coordinator.receiver
    assert receiver is not None
    bodies = [status_report(numbers(1)[0], word) for word in (HELD, BUSY)]
    found = Panels()
    with (
        # Each report is followed by its messages, without a pause.
        patch("custom_components.pbx.panel.feed.PACE", 0.0),
        opened(hass, entry, panels, users) as sent,
    ):
        found.first = len(sent[0]) if sent else 0
        for round_ in range(ROUNDS + 1):
            with no_garbage_collection():
                for index in range(PER_ROUND):
                    sent.clear()
                    started = thread_time()
                    receiver.async_take_body(bodies[index % 2])
                    reported = thread_time()
                    coordinator.polling.async_cancel()
                    before = thread_time()
                    while panels and not sent:
                        await asyncio.sleep(0)
                    ended = thread_time()
                    if round_:
                        found.report.append(reported - started)
                        found.messages.append(ended - before)
                        found.sizes.extend(map(len, sent))
                    await hass.async_block_till_done()
    return found


def tell(found: dict[str, Panels]) -> None:
    """Print the table."""
    rows = [["open panels", "report", "messages", "bytes each", "first message"]]
    for name, panels in found.items():
        rows.append(
            [
                name,
                f"{1e6 * median(panels.report):.1f} µs",
                f"{1e6 * median(panels.messages):.1f} µs" if panels.sizes else "-",
                f"{median(panels.sizes):,.0f}" if panels.sizes else "-",
                f"{panels.first:,}" if panels.first else "-",
            ]
        )
    show(
        f"Cost of one report about one of {CALLS} calls, {EXTENSIONS} extensions",
        rows,
        "report: CPU time from its body until all states are written: hold and back in turn",
        "messages: CPU time of all that the panels are sent then, at most five times a second",
    )
    say()
