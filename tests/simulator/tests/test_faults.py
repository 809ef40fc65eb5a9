"""What goes wrong on demand."""

import asyncio
import json
import time

import aiohttp
import pytest

from tests.simulator import Fault

from .wire import Wire

LIST = "extensionlist/query"


async def response_to(wire: Wire, endpoint: str) -> tuple[aiohttp.ClientResponse, str]:
    """Return response and text of a request that the network carries."""
    return await wire.raw(f"/api/v1.1.0/{endpoint}?token={wire.token}")


async def test_latency(wire: Wire) -> None:
    """The true answer, late."""
    expected = await wire.text(LIST)
    wire.sim.faults.add(Fault("latency", seconds=0.1, times=1))
    begin = time.monotonic()
    assert await wire.text(LIST) == expected
    assert time.monotonic() - begin >= 0.1


async def test_hang(wire: Wire) -> None:
    """No answer ever, until the client gives up; the PBX still stops at once."""
    wire.sim.faults.add(Fault("hang"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await wire.text(LIST)


async def test_reset(wire: Wire) -> None:
    """The connection is cut by a reset."""
    wire.sim.faults.add(Fault("reset"))
    with pytest.raises(aiohttp.ClientConnectionError):
        await wire.text(LIST)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("http", 500), ("http_503", 503), ("http_404", 404), ("html", 200)],
)
async def test_not_the_api(wire: Wire, kind: str, status: int) -> None:
    """HTML from a gateway or a web server."""
    wire.sim.faults.add(Fault(kind))
    response, text = await response_to(wire, LIST)
    assert (response.status, response.content_type) == (status, "text/html")
    assert text.startswith("<!DOCTYPE html>")


async def test_redirect(wire: Wire) -> None:
    """As port 80 does."""
    wire.sim.faults.add(Fault("redirect", location="https://127.0.0.1:8088/x"))
    response, _ = await response_to(wire, LIST)
    assert (response.status, response.headers["Location"]) == (
        302,
        "https://127.0.0.1:8088/x",
    )


async def test_truncated(wire: Wire) -> None:
    """Half the announced body."""
    wire.sim.faults.add(Fault("truncated"))
    with pytest.raises(aiohttp.ClientPayloadError):
        await wire.text(LIST)


async def test_bodies(wire: Wire) -> None:
    """Empty, huge, garbled, of another type: all with HTTP 200."""
    expected = await wire.text(LIST)
    faults = wire.sim.faults
    faults.add(Fault("empty", times=1))
    assert await wire.text(LIST) == ""
    faults.add(Fault("huge", times=1))
    huge = await wire.text(LIST)
    assert len(huge) > 5_000_000
    assert json.loads(huge)["extlist"] == json.loads(expected)["extlist"]
    faults.add(Fault("huge", times=1, size=10))
    assert len(await wire.text(LIST)) < len(expected) + 30
    faults.add(Fault("wrong_content_type", times=1))
    response, text = await response_to(wire, LIST)
    assert (response.status, response.content_type) == (200, "text/html")
    faults.add(Fault("garbled", times=1))
    with pytest.raises(UnicodeDecodeError):
        await wire.text(LIST)
    assert await wire.text(LIST) == text == expected


async def test_errno(wire: Wire) -> None:
    """Any code for any endpoint, as number or text."""
    wire.sim.faults.add(Fault("errno", endpoint="login", errno=20002))
    wire.sim.faults.add(Fault("errno", endpoint="apply", errno="30003"))
    assert await wire.login() == {"status": "Failed", "errno": "20002"}
    assert await wire.errno("apply") == "30003"
    assert await wire.errno(LIST) == "Success"


async def test_altered_answers(wire: Wire) -> None:
    """Lists empty, members missing, types wrong, or whatever a test writes."""
    faults = wire.sim.faults
    faults.add(Fault("empty_list", times=1))
    assert await wire.post(LIST) == {"status": "Success", "extlist": []}
    faults.add(Fault("missing_fields", times=1))
    assert await wire.post(LIST) == {"status": "Success"}
    faults.add(Fault("missing_fields", times=1, fields=("status", "agentid", "port")))
    answer = await wire.post(LIST)
    assert list(answer) == ["extlist"]
    assert {key for row in answer["extlist"] for key in row} == {
        "extnumber",
        "status",
        "type",
        "username",
    } - {"status"}
    faults.add(Fault("wrong_types", times=1))
    assert await wire.post(LIST) == {"status": "Success", "extlist": ""}
    faults.add(Fault("wrong_types", times=1, fields=("extnumber", "username")))
    first = (await wire.post(LIST))["extlist"][0]
    assert (first["extnumber"], first["username"], first["type"]) == (1000, None, "SIP")
    faults.add(Fault("wrong_types", times=1, endpoint="deviceinfo/query"))
    assert isinstance((await wire.post("deviceinfo/query"))["deviceinfo"], list)
    faults.add(
        Fault("rewrite", times=1, rewrite=lambda answer: {**answer, "extlist": [7]})
    )
    assert await wire.post(LIST) == {"status": "Success", "extlist": [7]}


async def test_how_often_and_where(wire: Wire) -> None:
    """The next two after the first, on one endpoint only."""
    wire.sim.faults.add(Fault("errno", endpoint=LIST, errno=1, after=1, times=2))
    assert await wire.errno("apply") == "Success"
    assert [await wire.errno(LIST) for _ in range(4)] == [
        "Success",
        "1",
        "1",
        "Success",
    ]
    assert wire.sim.faults.pending == []


async def test_always_until_cleared(wire: Wire) -> None:
    """Without `times` a fault stays."""
    wire.sim.faults.add(Fault("errno", errno=1))
    assert [await wire.errno(LIST) for _ in range(3)] == ["1", "1", "1"]
    wire.sim.faults.clear()
    assert await wire.errno(LIST) == "Success"


@pytest.mark.parametrize(
    ("fault", "carried_out"),
    [
        (Fault("http", times=1), False),
        (Fault("http", times=1, carried_out=True), True),
        (Fault("errno", times=1), False),
        (Fault("empty", times=1), True),
        (Fault("empty", times=1, carried_out=False), False),
        (Fault("reset", times=1, carried_out=True), True),
    ],
    ids=lambda value: (
        f"{value.kind}-{value.carried_out}" if isinstance(value, Fault) else ""
    ),
)
async def test_carried_out_or_not(wire: Wire, fault: Fault, carried_out: bool) -> None:
    """The answer may be lost before or after the PBX did what it was asked."""
    call = wire.sim.call("1001", "1002", answer=True)
    wire.sim.faults.add(fault)
    body = '{"whisperer":"1005","whisperedext":"1002"}'
    try:
        await wire.text("extension/whisper", body)
    except aiohttp.ClientConnectionError:
        assert fault.kind == "reset"
    assert len(call.monitors) == carried_out


async def test_web_interface_can_fail_too(wire: Wire) -> None:
    """A fault without an endpoint strikes everything."""
    wire.sim.faults.add(Fault("http_502"))
    assert (await wire.raw("/"))[0].status == 502


async def test_nonsense_is_refused() -> None:
    """A typing error in a test is told."""
    with pytest.raises(ValueError, match="explode"):
        Fault("explode")
    with pytest.raises(ValueError, match="rewrite"):
        Fault("rewrite")
    with pytest.raises(ValueError, match="rewrite"):
        Fault("hang", rewrite=lambda answer: answer)


async def test_locked_address_can_be_dropped(wire: Wire) -> None:
    """Expect either: 20002, or nothing at all."""
    wire.sim.switches.lockout_drops = True
    for _ in range(5):
        await wire.login(password="0" * 32)
    with pytest.raises(aiohttp.ClientConnectionError):
        await wire.login()
