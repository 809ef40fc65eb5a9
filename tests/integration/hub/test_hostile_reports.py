"""Whoever else can reach the address changes nothing, learns nothing and costs little."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
import gc
from http import HTTPStatus
import json
import tracemalloc
from typing import Any, cast

import aiohttp
from aiohttp.web import BaseRequest
from homeassistant.core import HomeAssistant
import pytest

from custom_components.pbx.const import CONF_REPORT_SENDERS
from custom_components.pbx.hub import push as push_module
from custom_components.pbx.hub.push import Dropped
from tests.integration.conftest import Push, set_up_pushing
from tests.simulator import ManualClock, Simulator

ANNA = "sensor.anna_berg"
MARK = "4711-Nobody-Logs-This"


def report(serial: str | None = None, **more: Any) -> bytes:
    """Return the report that Anna's phone is gone, which it is not."""
    members = {
        "action": "ExtensionStatus",
        "extension": "1001",
        "status": "Unavailable",
        **more,
    }
    if serial is not None:
        members["sn"] = serial
    return json.dumps(members).encode()


@pytest.fixture
async def http(socket_enabled: None) -> AsyncGenerator[aiohttp.ClientSession]:
    """Return what a hostile neighbour posts with."""
    async with aiohttp.ClientSession() as session:
        yield session


async def post(http: aiohttp.ClientSession, url: str, body: Any) -> None:
    """Post, and make sure that the answer tells nothing."""
    async with http.post(url, data=body) as answer:
        assert (answer.status, await answer.read()) == (HTTPStatus.OK, b"")


@pytest.fixture
def unimpressed(
    pushing: Push, caplog: pytest.LogCaptureFixture
) -> Callable[[], AsyncGenerator[None]]:
    """Check that nothing changed, nothing was logged, and real reports still arrive."""
    states = {s.entity_id: s.as_dict_json for s in pushing.hass.states.async_all()}

    async def check() -> AsyncGenerator[None]:
        await pushing.hass.async_block_till_done()
        assert pushing.receiver.accepted == 0
        assert states == {
            s.entity_id: s.as_dict_json for s in pushing.hass.states.async_all()
        }
        assert MARK not in caplog.text
        assert not any(r.levelname in ("WARNING", "ERROR") for r in _ours(caplog))
        pushing.sim.set_registered("1001", False)
        await pushing.settled()
        assert pushing.state(ANNA) == "offline"
        assert pushing.receiver.accepted == 1
        yield

    return check


def _ours(caplog: pytest.LogCaptureFixture) -> Generator[Any]:
    """Yield what our component logged."""
    yield from (r for r in caplog.records if r.name.startswith("custom_components.pbx"))


async def ensure(check: Callable[[], AsyncGenerator[None]]) -> None:
    """Run the check."""
    async for _ in check():
        pass


NESTED = b'{"action":"ExtensionStatus","sn":' + b"[" * 20_000 + b"]" * 20_000 + b"}"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (report(serial="111111111111", name=MARK), Dropped.WRONG_PBX),
        (b"x" * 1_000_000, Dropped.TOO_LARGE),
        (b"", Dropped.NOT_A_REPORT),
        (MARK.encode(), Dropped.NOT_A_REPORT),
        (b"\xff\xfe\x00" + MARK.encode(), Dropped.NOT_A_REPORT),
        (b"[" * 60_000, Dropped.NOT_A_REPORT),
        (b'{"a":' * 10_000, Dropped.NOT_A_REPORT),
        (b"[1, 2, 3]", Dropped.NOT_A_REPORT),
        (b'"' + MARK.encode() + b'"', Dropped.NOT_A_REPORT),
        (b"null", Dropped.NOT_A_REPORT),
        (b"{}", Dropped.NOT_A_REPORT),
        (b'{"action": null, "extension": "1001"}', Dropped.NOT_A_REPORT),
    ],
    ids=lambda value: value.value if isinstance(value, Dropped) else repr(value[:12]),
)
async def test_what_is_no_report_of_this_pbx(
    pushing: Push,
    http: aiohttp.ClientSession,
    unimpressed: Callable[[], AsyncGenerator[None]],
    body: bytes,
    reason: Dropped,
) -> None:
    """Counted by reason, and forgotten."""
    await post(http, pushing.url, body)
    await ensure(unimpressed)
    assert pushing.receiver.dropped == {reason: 1}


@pytest.mark.parametrize(
    "body",
    [
        NESTED,
        report(extension=MARK),
        b'{"action": 5}',
        b'{"action":"ExtensionStatus","extension":{"a":[1]},"status":["x"]}',
        b'{"action":"RING","callid":7,"call":"' + MARK.encode() + b'"}',
        b'{"action":"BYE","callid":"\xff\xfe","call":[{"ext":{"extid":null}}]}',
        b'{"action":"NewCdr","callid":"x","duration":"-1e999","callfrom":[[]]}',
        b'{"action":"' + MARK.encode() + b'"}',
    ],
    ids=range(8),
)
async def test_nonsense_in_the_form_of_a_report(
    pushing: Push,
    http: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
    body: bytes,
) -> None:
    """It may count as a report; no state moves, no error, no content in the log."""
    await post(http, pushing.url, body)
    await pushing.hass.async_block_till_done()
    assert pushing.state(ANNA) == "idle"
    assert pushing.state("sensor.yeastar_s100_calls_in_progress") == "0"
    assert not any(r.levelname == "ERROR" for r in _ours(caplog))
    assert MARK not in caplog.text
    pushing.sim.set_registered("1001", False)
    await pushing.settled()
    assert pushing.state(ANNA) == "offline"


async def test_large_body_without_a_length(
    pushing: Push,
    http: aiohttp.ClientSession,
    unimpressed: Callable[[], AsyncGenerator[None]],
) -> None:
    """Who does not say how much comes is cut off all the same."""

    async def body() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 10_000

    await post(http, pushing.url, body())
    await ensure(unimpressed)
    assert pushing.receiver.dropped == {Dropped.TOO_LARGE: 1}


async def test_slow_body(
    pushing: Push,
    http: aiohttp.ClientSession,
    unimpressed: Callable[[], AsyncGenerator[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody keeps a connection busy byte by byte."""
    monkeypatch.setattr(push_module, "BODY_TIMEOUT", 0.1)

    async def body() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.03)

    await post(http, pushing.url, body())
    await ensure(unimpressed)
    assert pushing.receiver.dropped == {Dropped.INCOMPLETE: 1}


async def test_body_that_breaks_off(
    pushing: Push, unimpressed: Callable[[], AsyncGenerator[None]]
) -> None:
    """Half a report is none."""
    host, _, port = pushing.entry.options["report_address"].partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    path = pushing.url.partition(port)[2]
    half = report()[:20]
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n".encode() + half
    )
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.05)
    await ensure(unimpressed)


async def test_wrong_sender(
    pushing: Push, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A perfect report from another address is none."""
    transport: Any = pushing.coordinator.pbx
    real = transport._transport.remote_ip
    for remote in ("192.0.2.9", "", "not an address"):
        monkeypatch.setattr(transport._transport, "remote_ip", remote)
        await post(http, pushing.url, report(pushing.sim.serial))
    await pushing.hass.async_block_till_done()
    receiver = pushing.receiver
    assert receiver.dropped == {Dropped.WRONG_SENDER: 3}
    assert (receiver.accepted, pushing.coordinator.last_report) == (0, None)
    assert pushing.state(ANNA) == "idle"

    monkeypatch.setattr(transport._transport, "remote_ip", f"::ffff:{real}")
    await post(http, pushing.url, report(pushing.sim.serial))
    await pushing.hass.async_block_till_done()
    assert pushing.state(ANNA) == "offline"


async def test_sender_the_user_named(
    hass: HomeAssistant,
    sim: Simulator,
    clock: ManualClock,
    report_address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behind a proxy, reports come from it."""
    senders = {CONF_REPORT_SENDERS: ["127.0.0.1"]}
    push = await set_up_pushing(hass, sim, clock, report_address, options=senders)
    pbx: Any = push.coordinator.pbx
    monkeypatch.setattr(pbx._transport, "remote_ip", "192.0.2.9")
    sim.set_registered("1001", False)
    await push.settled()
    assert push.state(ANNA) == "offline"


@pytest.mark.parametrize("method", ["get", "head", "delete", "patch"])
async def test_other_methods(
    pushing: Push,
    http: aiohttp.ClientSession,
    unimpressed: Callable[[], AsyncGenerator[None]],
    method: str,
) -> None:
    """A browser that is led here changes nothing."""
    async with http.request(method, pushing.url, data=report()) as answer:
        assert answer.status in (HTTPStatus.OK, HTTPStatus.METHOD_NOT_ALLOWED)
    await ensure(unimpressed)


async def test_guessed_id(
    pushing: Push,
    http: aiohttp.ClientSession,
    unimpressed: Callable[[], AsyncGenerator[None]],
) -> None:
    """Another path is answered the same, and reaches nobody."""
    guess = pushing.url[:-4] + "0000"
    await post(http, guess, report(pushing.sim.serial))
    await ensure(unimpressed)
    assert not pushing.receiver.dropped


async def test_flood(
    pushing: Push,
    http: aiohttp.ClientSession,
    unimpressed: Callable[[], AsyncGenerator[None]],
) -> None:
    """Thousands of posts: all counted, none kept."""
    body, posts, receiver = report("111111111111"), 2_000, pushing.receiver

    async def some() -> None:
        for _ in range(posts // 40):
            await post(http, pushing.url, body)
            assert len(receiver._waiting) <= push_module.MAX_WAITING

    await asyncio.gather(*(some() for _ in range(40)))
    await ensure(unimpressed)
    assert receiver.dropped == {Dropped.WRONG_PBX: posts}
    assert not receiver._waiting


class Posted:
    """As much of a request as is looked at; a real one takes longer to make than to refuse."""

    def __init__(self, remote: str, body: bytes) -> None:
        """Keep sender and body."""
        self.remote = remote
        self.content_length = len(body)
        self.content = self
        self._body = body

    async def read(self, size: int) -> bytes:
        """Return the body, once."""
        body, self._body = self._body[:size], self._body[size:]
        return body


@pytest.mark.parametrize(
    ("sender", "reason"),
    [("192.0.2.66", Dropped.WRONG_SENDER), ("127.0.0.1", Dropped.WRONG_PBX)],
)
async def test_ten_thousand_a_second_for_ten_seconds(
    pushing: Push,
    unimpressed: Callable[[], AsyncGenerator[None]],
    sender: str,
    reason: Dropped,
) -> None:
    """A hundred thousand at the handler itself, which no socket could deliver as fast."""
    # A poll meanwhile would be measured too.
    pushing.hass.config_entries.async_update_entry(
        pushing.entry, pref_disable_polling=True
    )
    await pushing.coordinator.async_refresh()
    receiver = pushing.receiver
    body, seconds, a_second = report("111111111111"), 10, 10_000

    async def one_second() -> None:
        for number in range(a_second):
            await receiver._async_handle(cast("BaseRequest", Posted(sender, body)))
            if number % 100 == 99:
                # However slow the machine: what is too much has a test of its own.
                while receiver._waiting:
                    await asyncio.sleep(0)

    async def left_behind() -> int:
        """Return how many bytes of one second are still there after it."""
        gc.collect()
        tracemalloc.start()
        try:
            await one_second()
            gc.collect()
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()

    for _ in range(seconds - 3):
        await one_second()
    # What else goes on in this process leaves something behind now and then; what each
    # report costs would be there every time.
    left = min([await left_behind() for _ in range(3)])
    assert receiver.dropped == {reason: seconds * a_second}
    assert not receiver._waiting
    # Ten bytes a report would be too much.
    assert left < 10 * a_second
    await ensure(unimpressed)


async def test_more_than_can_be_worked_on(
    pushing: Push, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits is bounded; the oldest are worked on in order, a little at a time."""
    monkeypatch.setattr(push_module, "MAX_WAITING", 5)
    monkeypatch.setattr(push_module, "TURN", 0.0)
    receiver, loop = pushing.receiver, pushing.hass.loop
    busy = receiver._turn = loop.call_later(600, receiver._work)
    for _ in range(8):
        await post(http, pushing.url, report(pushing.sim.serial))
    assert len(receiver._waiting) == 5
    assert receiver.dropped == {Dropped.TOO_MANY: 3}

    busy.cancel()
    receiver._work()
    assert len(receiver._waiting) == 4
    for _ in range(10):
        await asyncio.sleep(0)
    assert receiver.accepted == 5
    assert not receiver._waiting
    assert pushing.state(ANNA) == "offline"


async def test_what_waits_is_lost_when_unloaded(
    pushing: Push, http: aiohttp.ClientSession
) -> None:
    """Nothing is worked on after the end."""
    receiver, loop = pushing.receiver, pushing.hass.loop
    busy = receiver._turn = loop.call_later(600, receiver._work)
    await post(http, pushing.url, report(pushing.sim.serial))
    await pushing.hass.config_entries.async_unload(pushing.entry.entry_id)
    assert busy.cancelled()
    assert not receiver._waiting
    assert receiver.accepted == 0
