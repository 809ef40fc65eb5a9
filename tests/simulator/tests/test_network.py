"""On and off the network, plain and with a certificate."""

import asyncio
import hashlib
import ssl

import aiohttp
import pytest

from tests.simulator import ManualClock, Simulator

from .wire import Wire


async def shown(sim: Simulator) -> str:
    """Return the fingerprint of the certificate that a client is shown."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    _, writer = await asyncio.open_connection(sim.host, sim.port, ssl=context)
    try:
        der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.close()
        await writer.wait_closed()
    return hashlib.sha256(der).hexdigest()


async def test_plain(sim: Simulator) -> None:
    """No TLS, no fingerprint."""
    assert sim.url == f"http://127.0.0.1:{sim.port}"
    assert sim.fingerprint is None


async def test_self_signed(clock: ManualClock) -> None:
    """The fingerprint is the shown certificate's; nobody trusts it unasked."""
    sim = Simulator(clock)
    async with sim.running(tls=True), aiohttp.ClientSession() as http:
        wire = Wire(sim, http)
        assert sim.url == f"https://127.0.0.1:{sim.port}"
        assert (await wire.login())["status"] == "Success"
        assert await shown(sim) == sim.fingerprint
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await http.get(sim.url)
        first = sim.fingerprint
        sim.new_certificate()
        assert sim.fingerprint == await shown(sim) == first
    async with sim.running(tls=True):
        assert sim.fingerprint == await shown(sim) != first
    async with sim.running():
        assert sim.fingerprint is None


async def test_network_down_and_up(wire: Wire) -> None:
    """Refused at once, back on the same port with the session alive."""
    sim = wire.sim
    port = sim.port
    await sim.go_offline()
    await sim.go_offline()
    assert not sim.online
    with pytest.raises(aiohttp.ClientConnectorError):
        await wire.post("deviceinfo/query")
    other = Simulator()
    with pytest.raises(OSError, match="in use"):
        await asyncio.get_running_loop().create_server(
            asyncio.Protocol, "127.0.0.1", port, reuse_address=False
        )
    async with other.running():
        assert other.port != port
    await sim.come_back()
    await sim.come_back()
    assert (sim.online, sim.port) == (True, port)
    assert await wire.errno("deviceinfo/query") == "Success"


async def test_open_connections_are_cut(wire: Wire) -> None:
    """Whoever waits for an answer when the network goes gets none."""
    reader, writer = await asyncio.open_connection(wire.sim.host, wire.sim.port)
    writer.write(
        b"POST /api/v1.1.0/login HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
    )
    await writer.drain()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(), 0.05)
    await wire.sim.go_offline()
    (end,) = await asyncio.gather(
        asyncio.wait_for(reader.read(), 1), return_exceptions=True
    )
    assert end == b"" or isinstance(end, ConnectionError)
    writer.close()


async def test_taken_port(sim: Simulator) -> None:
    """A port that somebody listens on is an error, and leaves nothing behind."""
    with pytest.raises(OSError, match="in use"):
        await Simulator().start(port=sim.port)


async def test_same_seed_same_tokens(clock: ManualClock) -> None:
    """Runs can be repeated."""

    async def token(seed: int) -> str:
        sim = Simulator(clock, seed=seed)
        async with sim.running(), aiohttp.ClientSession() as http:
            return str((await Wire(sim, http).login())["token"])

    assert await token(1) == await token(1) != await token(2)


async def test_stop_loses_the_calls(clock: ManualClock) -> None:
    """A simulator can be started again; its calls are gone, its sessions are not."""
    sim = Simulator(clock)
    async with aiohttp.ClientSession() as http:
        wire = Wire(sim, http)
        async with sim.running():
            await wire.login()
            call = sim.call("1001", "1002")
        assert (call.state, sim.calls, clock.sleepers) == ("ended", {}, 0)
        async with sim.running():
            assert await wire.errno("deviceinfo/query") == "Success"
