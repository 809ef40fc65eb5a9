"""Login, token, heartbeat, logout, lock-out: reference 2."""

import json
import re
from typing import Literal

import pytest

from tests.simulator import ManualClock, Simulator

from .wire import SAMPLE_MD5, Receiver, Wire


async def test_login_sample(wire: Wire) -> None:
    """The documented login gives a token of 32 hexadecimal digits, and nothing else."""
    body = (
        f'{{"username":"api","password":"{SAMPLE_MD5}","port":"8260","version":"1.0.2",'
        '"url":"127.0.0.1:8260/report","urltag":"1"}'
    )
    headers = {"Content-Type": "application/json; charset=utf-8"}
    _, text = await wire.raw("/api/v1.1.0/login", body, headers=headers)
    assert re.fullmatch(r'\{"status":"Success","token":"[0-9a-f]{32}"\}', text)


@pytest.mark.parametrize(
    ("body", "errno"),
    [
        (b"", "20007"),
        (b"{}", "10004"),
        (b'{"username":"api"}', "10004"),
        (b'{"username":"api","password":""}', "10004"),
        (b'{"username":"api","password":"   "}', "10004"),
        (b"username=api", "20000"),
        (b"\xef\xbb\xbf{}", "20000"),
        (b'["api"]', "20000"),
        (b"<xml><username>api</username></xml>", "10002"),
        (b'{"username":"api","password":"wrong"}', "20003"),
        (f'{{"username":"admin","password":"{SAMPLE_MD5}"}}'.encode(), "20003"),
        (f'{{"username":"api","password":"{SAMPLE_MD5.upper()}"}}'.encode(), "20003"),
        (
            f'{{"username":"api","password":"{SAMPLE_MD5}","port":"0"}}'.encode(),
            "20008",
        ),
        (
            f'{{"username":"api","password":"{SAMPLE_MD5}","port":"65536"}}'.encode(),
            "20008",
        ),
        (
            f'{{"username":"api","password":"{SAMPLE_MD5}","port":"http"}}'.encode(),
            "20008",
        ),
        (f'{{"username":"api","password":"{SAMPLE_MD5}","port":""}}'.encode(), "20008"),
    ],
)
async def test_login_refusals(wire: Wire, body: bytes, errno: str) -> None:
    """Each way to get a login wrong has its code, and HTTP stays 200."""
    response, text = await wire.raw("/api/v1.1.0/login", body)
    assert (response.status, text) == (200, f'{{"status":"Failed","errno":"{errno}"}}')


async def test_port_may_be_a_number(wire: Wire) -> None:
    """JSON numbers are accepted for every scalar."""
    assert (await wire.login(port=8260))["status"] == "Success"


async def test_port_can_be_required(wire: Wire) -> None:
    """The switch makes a login without port fail."""
    wire.sim.switches.port_required = True
    assert (await wire.login())["errno"] == "20008"


async def test_token_slides(wire: Wire, clock: ManualClock) -> None:
    """Any request counts as interaction; 1800 s of silence end the token."""
    for _ in range(3):
        await clock.advance(1799)
        assert await wire.errno("deviceinfo/query") == "Success"
    await clock.advance(1800)
    assert await wire.errno("deviceinfo/query") == "20004"


@pytest.mark.parametrize("errno", ["20005", "20006"])
async def test_expired_token_by_switch(
    wire: Wire, clock: ManualClock, errno: Literal["20005", "20006"]
) -> None:
    """An expired token can be told from one that never was."""
    wire.sim.switches.expired_token_errno = errno
    await clock.advance(1800)
    assert await wire.errno("deviceinfo/query") == errno
    wire.token = "f" * 32
    assert await wire.errno("deviceinfo/query") == "20004"


@pytest.mark.parametrize("query", ["", "?", "?token=", "?Token=1"])
async def test_missing_token(wire: Wire, query: str) -> None:
    """No token is told from an unknown one, even for an endpoint that does not exist."""
    for endpoint in ("deviceinfo/query", "no/such"):
        _, text = await wire.raw(f"/api/v1.1.0/{endpoint}{query}")
        assert text == '{"status":"Failed","errno":"20005"}'


async def test_stray_ampersand(wire: Wire) -> None:
    """`?&token=` is what a working client sends."""
    _, text = await wire.raw(f"/api/v1.1.0/extensionlist/query?&token={wire.token}")
    assert json.loads(text)["status"] == "Success"


async def test_expire_tokens(wire: Wire) -> None:
    """A test can end every session at once."""
    wire.sim.expire_tokens()
    assert await wire.errno("deviceinfo/query") == "20004"
    assert (await wire.login())["status"] == "Success"


async def test_several_tokens_live(wire: Wire) -> None:
    """A second login leaves the first token alone, unless switched."""
    first = wire.token
    await wire.login()
    second, wire.token = wire.token, first
    assert first != second
    assert await wire.errno("deviceinfo/query") == "Success"
    wire.sim.switches.single_session = True
    await wire.login()
    wire.token = second
    assert await wire.errno("deviceinfo/query") == "20004"


async def test_token_of_one_version_on_another(wire: Wire) -> None:
    """Clients log in on v1.10 and go on with v1.1.0."""
    wire.version = "v1.10"
    await wire.login()
    wire.version = "v1.1.0"
    assert await wire.errno("deviceinfo/query") == "Success"


async def test_logout(wire: Wire) -> None:
    """The token is gone."""
    assert await wire.text("logout") == '{"status":"Success"}'
    assert await wire.errno("deviceinfo/query") == "20004"


async def test_lock_out(wire: Wire, clock: ManualClock) -> None:
    """Five failures lock the address for ten minutes, whatever is sent then."""
    for _ in range(5):
        assert (await wire.login(password="0" * 32))["errno"] == "20003"
    assert (await wire.login())["errno"] == "20002"
    assert await wire.errno("deviceinfo/query") == "Success"
    await clock.advance(599)
    assert (await wire.login())["errno"] == "20002"
    await clock.advance(1)
    assert (await wire.login())["status"] == "Success"


async def test_success_ends_the_row_of_failures(wire: Wire) -> None:
    """Only consecutive failures count."""
    for _ in range(3):
        for _ in range(4):
            assert (await wire.login(password="0" * 32))["errno"] == "20003"
        assert (await wire.login())["status"] == "Success"


async def test_administrator_unlocks(wire: Wire) -> None:
    """The blocked address can be deleted on the PBX."""
    for _ in range(5):
        await wire.login(password="0" * 32)
    wire.sim.sessions.unlock()
    assert (await wire.login())["status"] == "Success"


async def test_password_changes(wire: Wire) -> None:
    """The old credential is wrong at once; both stay secrets."""
    wire.sim.password = "Changed-2026"
    assert (await wire.login())["errno"] == "20003"
    assert {"Changed-2026", "Demo-Pbx-2026", SAMPLE_MD5} <= wire.sim.secrets


async def test_secrets(sim: Simulator, wire: Wire) -> None:
    """What must never leak is listed: tokens, also dead ones, and every password."""
    await wire.post("logout")
    extension = sim.extensions["1003"]
    assert {wire.token, extension.register_password, extension.vm_secret} <= sim.secrets
    assert extension.web_password_md5 in sim.secrets
    assert min(len(secret) for secret in sim.secrets) >= 6


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"url": "new"}, "/new"),
        ({}, "/"),
        ({"url": "127.0.0.1:PORT/abs", "urltag": "1"}, "/abs"),
        ({"url": "127.0.0.1:PORT/abs", "urlflag": "1"}, "/abs"),
        ({"url": "http://127.0.0.1:PORT/abs", "urltag": 1}, "/abs"),
    ],
)
async def test_heartbeat_sets_the_target(
    wire: Wire, receiver: Receiver, body: dict[str, str], path: str
) -> None:
    """Without `url` reports go back to the root; `urltag` has two spellings."""
    await wire.login(port=receiver.port, url="old", version="1.0.2")
    port = str(receiver.port)
    sent = {key: str(value).replace("PORT", port) for key, value in body.items()}
    assert await wire.post(
        "heartbeat", {"ipaddr": "127.0.0.1", "port": port, **sent}
    ) == {"status": "Success"}
    wire.sim.set_registered("1001", False)
    await wire.sim.reports_sent()
    assert [request[0] for request in receiver.requests] == [path]


async def test_heartbeat_errors(wire: Wire, clock: ManualClock) -> None:
    """A wrong port is 20011; a dead token is not revived."""
    assert (
        await wire.errno("heartbeat", {"ipaddr": "127.0.0.1", "port": "0"}) == "20011"
    )
    assert await wire.errno("heartbeat", {"url": "x"}) == "Success"
    wire.sim.switches.heartbeat_requires_address = True
    assert await wire.errno("heartbeat", {"url": "x"}) == "20011"
    await clock.advance(1800)
    assert (
        await wire.errno("heartbeat", {"ipaddr": "127.0.0.1", "port": "1"}) == "20004"
    )


async def test_heartbeat_keeps_the_token(wire: Wire, clock: ManualClock) -> None:
    """It counts as interaction."""
    await clock.advance(1700)
    assert (
        await wire.errno("heartbeat", {"ipaddr": "127.0.0.1", "port": "9"}) == "Success"
    )
    await clock.advance(1700)
    assert await wire.errno("deviceinfo/query") == "Success"
