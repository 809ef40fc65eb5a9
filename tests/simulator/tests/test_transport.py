"""Path, method, body, headers: reference 1."""

import json

import aiohttp
import pytest

from tests.simulator import ManualClock, Simulator

from .wire import Wire

OVER_THE_LIMIT = b'{"extid":"' + b"1" * (1 << 20) + b'"}'


async def test_headers(wire: Wire) -> None:
    """The documented ones, on a connection that is closed."""
    response, _ = await wire.raw("/api/v1.1.0/login", b"{}")
    assert response.status == 200
    assert response.headers["Server"] == "Boa/0.94.14rc21"
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Connection"] == "close"
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Access-control-allow-origin"] == "*"
    assert response.headers["Access-control-allow-methods"] == (
        "GET, POST, OPTIONS, PUT, DELETE"
    )


@pytest.mark.parametrize("version", ["v1.0.0", "v1.0.9", "v1.1.0", "v1.10"])
async def test_known_versions(wire: Wire, version: str) -> None:
    """All of v1 is there, the printed typo too."""
    wire.version = version
    assert (await wire.login())["status"] == "Success"


@pytest.mark.parametrize("version", ["v2.0.0", "v1.2.0", "v9", "1.1.0", "x"])
async def test_unknown_versions(wire: Wire, version: str) -> None:
    """The version gate stands before everything else."""
    wire.version = version
    assert await wire.login() == {"status": "Failed", "errno": "10003"}
    assert await wire.errno("deviceinfo/query") == "10003"


async def test_firmware_with_old_api_only(clock: ManualClock) -> None:
    """The set of versions is the test's choice; later endpoints are missing then."""
    sim = Simulator(clock, api_versions=["v1.0.x"])
    async with sim.running(), aiohttp.ClientSession() as http:
        wire = Wire(sim, http)
        assert (await wire.login())["errno"] == "10003"
        wire.version = "v1.0.5"
        assert (await wire.login())["status"] == "Success"
        body = {"inboundid": "1.1", "number": "1001", "fromext": ""}
        assert await wire.errno("inbound/transfer_number", body) == "10003"
        wire.version = "v1.0.6"
        assert await wire.errno("inbound/transfer_number", body) == "10007"


@pytest.mark.parametrize(
    "endpoint", ["no/such", "call/dial", "extension/list", "queue/add"]
)
async def test_unknown_endpoint(wire: Wire, endpoint: str) -> None:
    """The token is checked first, then the name."""
    assert await wire.errno(endpoint) == "10003"


@pytest.mark.parametrize("path", ["/api/v1.1.0", "/api/v1.1.0/", "/api/v1.1.0//"])
async def test_no_endpoint(wire: Wire, path: str) -> None:
    """An empty request name is 20009."""
    _, text = await wire.raw(path)
    assert text == '{"status":"Failed","errno":"20009"}'


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/index.html", 404)])
async def test_web_interface(wire: Wire, path: str, status: int) -> None:
    """What is not the API is HTML."""
    response, text = await wire.raw(path, method="GET")
    assert (response.status, response.content_type) == (status, "text/html")
    assert text.startswith("<!DOCTYPE html>")


async def test_get(wire: Wire) -> None:
    """Lenient as in the field, or strict as documented."""
    path = f"/api/v1.1.0/extensionlist/query?token={wire.token}"
    assert json.loads((await wire.raw(path, method="GET"))[1])["status"] == "Success"
    wire.sim.switches.get_allowed = False
    assert (await wire.raw(path, method="GET"))[
        1
    ] == '{"status":"Failed","errno":"20001"}'


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods(wire: Wire, method: str) -> None:
    """Only POST is supported."""
    path = f"/api/v1.1.0/deviceinfo/query?token={wire.token}"
    assert (await wire.raw(path, method=method))[
        1
    ] == '{"status":"Failed","errno":"20001"}'


@pytest.mark.parametrize("body", [None, b"", b"{}", b"  \n"])
@pytest.mark.parametrize("kind", ["application/json", "text/plain", None])
async def test_no_parameters(wire: Wire, body: bytes | None, kind: str | None) -> None:
    """No body, an empty one, an empty object: all the same; the type is not enforced."""
    path = f"/api/v1.1.0/trunklist/query?token={wire.token}"
    headers = {} if kind is None else {"Content-Type": kind}
    _, text = await wire.raw(path, body, headers=headers)
    assert json.loads(text)["status"] == "Success"


@pytest.mark.parametrize(
    ("body", "errno"),
    [
        (b"{", "20000"),
        (b"\xff\xfe", "20000"),
        (b"null", "20000"),
        (b"[" * 100_000, "20000"),
        (b"<xml/>", "10002"),
        (OVER_THE_LIMIT, "20000"),
    ],
    ids=["cut", "bytes", "null", "deep", "xml", "big"],
)
async def test_bad_bodies(wire: Wire, body: bytes, errno: str) -> None:
    """What is no JSON object is refused, whatever it is."""
    path = f"/api/v1.1.0/extension/query?token={wire.token}"
    try:
        _, text = await wire.raw(path, body)
    except aiohttp.ClientConnectionError:
        # The answer may come before all was sent, and the connection end with it.
        assert body is OVER_THE_LIMIT
    else:
        assert text == f'{{"status":"Failed","errno":"{errno}"}}'
    assert len(wire.sim.requests[-1].raw_body) <= (1 << 20) + 1


async def test_call_id_as_a_number(wire: Wire) -> None:
    """An unquoted id keeps its digits: it never passes through a float."""
    wire.sim.exchange.next_sequence = 200
    call = wire.sim.inbound("0123", "1002", answer=True)
    assert call.call_id.endswith(".200")
    short = call.call_id[:-2]
    body = f'{{"inboundid":{short}}}'
    assert (
        await wire.text("inbound/hangup", body) == '{"status":"Failed","errno":"10007"}'
    )
    body = f'{{"inboundid":{call.call_id}}}'
    assert await wire.text("inbound/hangup", body) == '{"status":"Success"}'


async def test_odd_types_are_made_strings(wire: Wire) -> None:
    """A number in the place of an extension is that extension; null is missing."""
    assert await wire.errno("extension/hangup", {"extid": 1001}) == "10007"
    assert await wire.errno("extension/hangup", {"extid": None}) == "10004"
    assert await wire.errno("extension/hangup", {"extid": [1001]}) == "10007"
    assert await wire.errno("extension/hangup") == "20007"


async def test_requests_are_recorded(wire: Wire, clock: ManualClock) -> None:
    """Tests see what came in, bounded."""
    wire.sim.extensions["1001"].name = "Zoë"
    await wire.post("extension/query", {"extid": "1001"})
    request = wire.sim.requests[-1]
    assert (request.method, request.version, request.endpoint) == (
        "POST",
        "v1.1.0",
        "extension/query",
    )
    assert request.path == "/api/v1.1.0/extension/query"
    assert request.query == {"token": wire.token}
    assert (request.body, request.raw_body) == ({"extid": "1001"}, b'{"extid": "1001"}')
    assert (request.at, request.remote) == (clock.now(), "127.0.0.1")
    assert wire.sim.requests_to("extension/query") == [request]
    assert wire.sim.requests.maxlen is not None
    await wire.raw("/api/v1.1.0/login", b"[1]")
    assert wire.sim.requests[-1].body is None


async def test_text_is_compact_utf8(wire: Wire) -> None:
    """Names are written as they are, without blanks between members."""
    text = await wire.text("extensionlist/query")
    assert '"username":"Zoë Müller","agentid":""}' in text
