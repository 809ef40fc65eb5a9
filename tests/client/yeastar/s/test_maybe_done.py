"""Whether a request may have been carried out, and that it is never repeated then."""

import asyncio
from contextlib import suppress

import aiohttp
from aiohttp.abc import AbstractStreamWriter
import pytest

from custom_components.pbx.client import (
    Address,
    MonitorMode,
    PbxUnreachable,
    Unreachable,
)
from custom_components.pbx.client.yeastar.http import RequestBody
from custom_components.pbx.client.yeastar.s import YeastarS, hash_password, transport
from tests.client.conftest import BAD_ANSWERS, client_of, endpoints
from tests.simulator import Fault, Simulator

from .wire import LOGIN, Wire, answer


@pytest.mark.parametrize("kind", BAD_ANSWERS)
async def test_nonsense_in_place_of_an_answer_leaves_open_what_was_done(
    talking: YeastarS, sim: Simulator, kind: str
) -> None:
    """The phone may be ringing: never repeated, and the caller learns of it."""
    sim.faults.add(Fault(kind=kind, endpoint="extension/whisper", carried_out=True))
    with pytest.raises(PbxUnreachable) as err:
        await talking.monitor(MonitorMode.WHISPER, "1005", "1001")
    assert err.value.reason is Unreachable.BAD_ANSWER
    assert err.value.maybe_done
    assert endpoints(sim) == ["extension/whisper"]
    assert len(sim.monitors) == 1


async def test_connection_lost_before_an_answer_leaves_open_what_was_done(
    talking: YeastarS, sim: Simulator
) -> None:
    """The request was out."""
    sim.faults.add(Fault(kind="reset", endpoint="extension/whisper"))
    with pytest.raises(PbxUnreachable) as err:
        await talking.monitor(MonitorMode.WHISPER, "1005", "1001")
    assert err.value.reason is Unreachable.CANNOT_CONNECT
    assert err.value.maybe_done
    assert endpoints(sim) == ["extension/whisper"]

    sim.faults.clear()
    sim.faults.add(Fault(kind="reset"))
    with pytest.raises(PbxUnreachable) as err:
        await talking.snapshot()
    assert not err.value.maybe_done


async def test_connection_lost_in_the_middle_of_an_answer(
    http: aiohttp.ClientSession,
) -> None:
    """Neither the head alone nor half of the body is an answer."""

    async def half(writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"status":')
        await writer.drain()
        writer.transport.abort()

    wire = Wire(answer(LOGIN), half)
    async with wire.running():
        pbx = client_of(wire, http)
        with pytest.raises(PbxUnreachable) as err:
            await pbx.monitor(MonitorMode.LISTEN, "1005", "1001")
    assert err.value.maybe_done
    assert len(wire.requests) == 2


async def test_unreachable_pbx_did_certainly_nothing(
    talking: YeastarS, sim: Simulator
) -> None:
    """The connection was refused, so the request was never sent."""
    await sim.go_offline()
    with pytest.raises(PbxUnreachable) as err:
        await talking.monitor(MonitorMode.WHISPER, "1005", "1001")
    assert err.value.reason is Unreachable.CANNOT_CONNECT
    assert not err.value.maybe_done


@pytest.mark.usefixtures("short_timeouts")
@pytest.mark.parametrize("acting", [False, True])
async def test_pbx_that_hangs_times_out(
    talking: YeastarS, sim: Simulator, acting: bool
) -> None:
    """After the request was sent: who acts cannot know."""
    sim.faults.add(Fault(kind="hang"))
    request = (
        talking.monitor(MonitorMode.WHISPER, "1005", "1001")
        if acting
        else talking.snapshot()
    )
    with pytest.raises(PbxUnreachable) as err:
        await request
    assert err.value.reason is Unreachable.TIMED_OUT
    assert err.value.maybe_done is acting
    assert len(sim.requests) == 1


@pytest.mark.usefixtures("short_timeouts")
async def test_answer_that_comes_too_slowly_times_out(
    http: aiohttp.ClientSession,
) -> None:
    """Time runs until the last byte."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    wire = Wire(answer(LOGIN), drip)
    async with wire.running():
        with pytest.raises(PbxUnreachable) as err:
            await client_of(wire, http).monitor(MonitorMode.LISTEN, "1005", "1001")
    assert err.value.reason is Unreachable.TIMED_OUT
    assert err.value.maybe_done


@pytest.mark.usefixtures("short_timeouts")
async def test_connection_that_does_not_come_about_times_out(
    http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handshake without an end: nothing was sent yet, and the wait is shorter."""
    monkeypatch.setattr(transport, "TOTAL_TIMEOUT", 60)
    wire = Wire(b"")
    async with wire.running(claim_tls=True), asyncio.timeout(10):
        with pytest.raises(PbxUnreachable) as err:
            await client_of(wire, http).monitor(MonitorMode.LISTEN, "1005", "1001")
    assert err.value.reason is Unreachable.TIMED_OUT
    assert not err.value.maybe_done


@pytest.mark.usefixtures("short_timeouts")
async def test_monitoring_that_cannot_connect_in_time_did_nothing(
    socket_enabled: None, sim: Simulator
) -> None:
    """All connections are taken, so the request waits and is never sent."""
    connector = aiohttp.TCPConnector(limit=1)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        Wire(b"").running() as silent,
    ):
        address = Address(sim.host, sim.port, tls=False)
        pbx = YeastarS(session, address, sim.username, hash_password(sim.password))
        await pbx.connect()
        sim.call("1001", "1002", answer=True)
        sim.requests.clear()
        blocker = asyncio.create_task(session.post(silent.address.url, data=b"{}"))
        while not silent.requests:
            await asyncio.sleep(0.01)
        with pytest.raises(PbxUnreachable) as err:
            await pbx.monitor(MonitorMode.WHISPER, "1005", "1001")
        blocker.cancel()
        with suppress(asyncio.CancelledError):
            await blocker
    assert err.value.reason is Unreachable.TIMED_OUT
    assert not err.value.maybe_done
    assert endpoints(sim) == []


async def test_connection_lost_just_before_writing_is_told_by_the_writing() -> None:
    """There is nothing to learn about a connection that is gone."""

    class Gone(AbstractStreamWriter):
        """A writer whose connection was lost."""

        async def write(self, chunk: bytes | bytearray | memoryview) -> None:
            raise aiohttp.ClientConnectionResetError

        async def write_eof(self, chunk: bytes = b"") -> None: ...
        async def drain(self) -> None: ...
        def enable_compression(self, *args: object, **kwargs: object) -> None: ...
        def enable_chunking(self) -> None: ...
        async def write_headers(self, *args: object) -> None: ...

    body = RequestBody(b"{}")
    with pytest.raises(aiohttp.ClientConnectionResetError):
        await body.write_with_length(Gone(), None)
    assert body.sent
