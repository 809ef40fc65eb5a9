"""What goes over the wire, and what may come back."""

import asyncio

import aiohttp
import pytest

from custom_components.pbx.client import (
    MonitorMode,
    PbxError,
    PbxUnreachable,
    PbxWrongService,
    Unreachable,
    WrongService,
)
from custom_components.pbx.client.yeastar import http as http_transport
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.client.conftest import BAD_ANSWERS, Connect, client_of, endpoints
from tests.simulator import Fault, Simulator

from .wire import DEVICE, LOGIN, Wire, answer

EMPTY_LIST = {"status": "Success", "extlist": []}


async def test_requests_are_written_as_documented(http: aiohttp.ClientSession) -> None:
    """POST, JSON, its type, its length, the token in the query; nothing stays open."""
    wire = Wire(answer(LOGIN), answer({"status": "Success"}))
    async with wire.running():
        await client_of(wire, http).monitor(MonitorMode.WHISPER, "0100", "1001")

    login, whisper = wire.requests
    for request in wire.requests:
        head, _, body = request.partition(b"\r\n\r\n")
        lines = head.decode().lower().split("\r\n")
        assert "content-type: application/json; charset=utf-8" in lines
        assert f"content-length: {len(body)}" in lines
        assert "connection: close" in lines
    assert login.startswith(b"POST /api/v1.1.0/login HTTP/1.1\r\n")
    assert whisper.startswith(
        b"POST /api/v1.1.0/extension/whisper"
        b"?token=48a7d7481a5355aa4fb5dc285edeb40e HTTP/1.1\r\n"
    )
    assert whisper.endswith(b'{"whisperer":"0100","whisperedext":"1001"}')


async def test_each_request_has_a_connection_of_its_own(
    http: aiohttp.ClientSession,
) -> None:
    """Even if a server keeps one open: a stale one would make a POST ambiguous."""
    wire = Wire(answer(LOGIN), answer(DEVICE), answer(EMPTY_LIST))
    async with wire.running():
        await client_of(wire, http).snapshot()
    assert wire.connections == len(wire.requests) == 6


async def test_timeouts_are_what_they_are_meant_to_be() -> None:
    """Five seconds to connect, ten in all, two mebibytes."""
    assert http_transport.CONNECT_TIMEOUT == 5
    assert http_transport.TOTAL_TIMEOUT == 10
    assert http_transport.MAX_BODY == 2_097_152


@pytest.mark.parametrize("kind", BAD_ANSWERS)
async def test_nonsense_after_login_is_a_bad_answer(
    connected: YeastarS, sim: Simulator, kind: str
) -> None:
    """Not asked again at once; reading does nothing, so nothing may have been done."""
    sim.faults.add(Fault(kind=kind, times=1))
    with pytest.raises(PbxUnreachable) as err:
        await connected.snapshot()
    assert err.value.reason is Unreachable.BAD_ANSWER
    assert not err.value.maybe_done
    assert endpoints(sim) == ["inbound/query"]
    assert (await connected.snapshot()).complete


async def test_body_that_is_too_large_is_not_read_to_the_end(
    http: aiohttp.ClientSession,
) -> None:
    """Of five megabytes, most are never taken."""
    size = 64 * 1024 * 1024
    written = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
        while written < size:
            writer.write(b" " * 65536)
            await writer.drain()
            written += 65536

    wire = Wire(answer(LOGIN), flood)
    async with wire.running():
        with pytest.raises(PbxUnreachable) as err:
            await client_of(wire, http).monitor(MonitorMode.LISTEN, "1005", "1001")
    assert err.value.reason is Unreachable.BAD_ANSWER
    assert err.value.maybe_done
    assert written < size / 2


async def test_list_of_a_large_pbx_is_read(http: aiohttp.ClientSession) -> None:
    """Ten thousand extensions fit."""
    items = [
        {
            "extnumber": str(100_000 + index),
            "status": "Registered",
            "type": "SIP",
            "username": f"Extension {index}",
            "agentid": "",
        }
        for index in range(10_000)
    ]
    wire = Wire(
        answer(LOGIN),
        answer(DEVICE),
        answer({"status": "Success", "extlist": items}),
    )
    async with wire.running():
        snapshot = await client_of(wire, http).snapshot()
    assert len(snapshot.extensions) == 10_000


async def test_content_type_does_not_matter(
    connected: YeastarS, sim: Simulator
) -> None:
    """The device is free to say what it likes about its JSON."""
    sim.faults.add(Fault(kind="wrong_content_type"))
    assert (await connected.snapshot()).complete


async def test_redirect_in_the_middle_of_a_session(
    talking: YeastarS, sim: Simulator
) -> None:
    """Somebody switched HTTP off: not followed, and nothing was done."""
    sim.faults.add(Fault(kind="redirect", location=f"{sim.url}/api/v1.1.0/login"))
    for request in (
        talking.snapshot(),
        talking.monitor(MonitorMode.WHISPER, "1005", "1001"),
    ):
        with pytest.raises(PbxWrongService) as err:
            await request
        assert err.value.reason is WrongService.REDIRECTED
    assert endpoints(sim) == ["inbound/query", "extension/whisper"]


@pytest.mark.parametrize("endpoint", ["login", "extensionlist/query"])
async def test_cancelled_request_raises_no_pbx_error(
    pbx: YeastarS, sim: Simulator, endpoint: str
) -> None:
    """The next request works."""
    sim.faults.add(Fault(kind="hang", endpoint=endpoint, times=1))
    task = asyncio.create_task(pbx.snapshot())
    while not sim.requests_to(endpoint):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await pbx.snapshot()).complete


async def test_timeout_of_the_caller_is_the_callers(
    connected: YeastarS, sim: Simulator
) -> None:
    """It does not turn into an error of the PBX."""
    sim.faults.add(Fault(kind="hang"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await connected.snapshot()


async def test_slow_answer_is_waited_for(connected: YeastarS, sim: Simulator) -> None:
    """A busy PBX is not a dead one."""
    sim.faults.add(Fault(kind="latency", seconds=0.3))
    assert (await connected.snapshot()).complete


async def test_shared_session_stays_open(
    connect: Connect, sim: Simulator, http: aiohttp.ClientSession
) -> None:
    """It belongs to somebody else."""
    pbx = connect(sim)
    await pbx.connect()
    await pbx.close()
    assert not http.closed


async def test_every_failure_is_a_pbx_error_without_a_cause(
    sim: Simulator, connect: Connect
) -> None:
    """Exceptions of aiohttp contain the URL with the token."""
    for kind in (*BAD_ANSWERS, "reset", "redirect", "errno", "missing_fields"):
        pbx = connect(sim)
        await pbx.connect()
        sim.faults.add(Fault(kind=kind))
        for request in (
            pbx.snapshot(),
            pbx.monitor(MonitorMode.WHISPER, "1005", "1001"),
            connect(sim).connect(),
        ):
            with pytest.raises(PbxError) as err:
                await request
            link: BaseException | None = err.value
            while link is not None:
                assert isinstance(link, PbxError)
                link = link.__cause__ or link.__context__
        sim.faults.clear()
