"""The control surface of a person, and of tests in another process."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from tests.demo.office.control import Control
from tests.demo.office.office import Office
from tests.simulator import Simulator
from tests.simulator.tests.wire import Receiver, Wire, reports
from tests.simulator.yeastar_p import PSimulator

type Ask = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
async def office(sim: Simulator) -> AsyncGenerator[Office]:
    """Return an office that is closed at the end."""
    office = Office(sim)
    yield office
    await office.close()


@pytest.fixture
async def control(sim: Simulator, office: Office) -> AsyncGenerator[Control]:
    """Run the control server."""
    server = Control(sim, office)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def ask(control: Control) -> AsyncGenerator[Ask]:
    """Return what asks the control server."""
    async with aiohttp.ClientSession() as http:

        async def request(
            method: str, path: str, body: object = None
        ) -> tuple[int, Any]:
            async with http.request(method, control.url + path, json=body) as answer:
                return answer.status, await answer.json()

        yield request


async def test_page(control: Control) -> None:
    """It is HTML that loads nothing from elsewhere."""
    async with aiohttp.ClientSession() as http, http.get(f"{control.url}/") as answer:
        page = await answer.text()
    assert answer.content_type == "text/html"
    assert "<title>PBX simulator</title>" in page
    assert "http://" not in page
    assert "https://" not in page


async def test_state(sim: Simulator, wire: Wire, ask: Ask) -> None:
    """Extensions, calls, who monitors whom; no secret."""
    call = sim.inbound("0123", "1002", answer=True)
    await wire.post("extension/whisper", {"whisperer": "1005", "whisperedext": "1002"})
    status, state = await ask("GET", "/state")
    assert status == 200
    assert state["serial"] == "369362089179"
    assert state["fingerprint"] is None
    assert (state["network"], state["office"], state["sessions"]) == (True, False, 1)
    extensions = {extension["number"]: extension for extension in state["extensions"]}
    monitor = {
        "mode": "whisper",
        "supervisor": "1005",
        "extension": "1002",
        "state": "active",
    }
    assert extensions["1002"]["name"] == "Amy Baker"
    assert (extensions["1002"]["status"], extensions["1002"]["registered"]) == (
        "Busy",
        True,
    )
    assert extensions["1002"]["calls"] == [call.call_id]
    assert extensions["1005"]["monitors"] == [monitor]
    assert state["calls"] == [
        {
            "call_id": call.call_id,
            "kind": "inbound",
            "state": "talking",
            "parties": [
                {
                    "kind": "inbound",
                    "number": "0123",
                    "state": "talking",
                    "trunk": "SIP-142",
                },
                {
                    "kind": "extension",
                    "number": "1002",
                    "state": "talking",
                    "trunk": "",
                },
            ],
            "monitors": [monitor],
        }
    ]
    text = str(state)
    assert not [secret for secret in sim.secrets if secret in text]


async def test_calls(sim: Simulator, ask: Ask) -> None:
    """Every button of a call."""
    status, call = await ask(
        "POST", "/calls", {"from": "1001", "to": "1002", "answer": False}
    )
    assert (status, call["state"]) == (200, "ringing")
    path = f"/calls/{call['call_id']}"
    for act, state in (("answer", "talking"), ("hold", "held"), ("unhold", "talking")):
        assert (await ask("POST", f"{path}/{act}"))[1]["state"] == state
    answer = (await ask("POST", f"{path}/transfer", {"to": "1007", "by": "1002"}))[1]
    assert [party["number"] for party in answer["parties"]] == ["1001", "1007"]
    assert (await ask("POST", f"{path}/reject"))[1]["state"] == "ended"
    assert (await ask("POST", f"{path}/hangup"))[0] == 404
    _, call = await ask(
        "POST", "/calls", {"from": "1001", "to": "1002", "answer": True}
    )
    assert call["state"] == "talking"
    assert (await ask("POST", f"/calls/{call['call_id']}/hangup", {"by": "1002"}))[
        0
    ] == 200
    assert sim.calls == {}


async def test_calls_through_a_trunk(sim: Simulator, ask: Ask) -> None:
    """The side that is no extension is outside."""
    body = {"from": "0123", "to": "1002", "trunk": "SIP-142", "answer": True}
    assert (await ask("POST", "/calls", body))[1]["kind"] == "inbound"
    body = {"from": "1001", "to": "41000", "trunk": "SIP-142"}
    assert (await ask("POST", "/calls", body))[1]["kind"] == "outbound"
    assert len(sim.calls) == 2


async def test_extensions(sim: Simulator, ask: Ask) -> None:
    """Created, changed, deleted."""
    status, made = await ask("PUT", "/extensions/1300", {"name": "New Desk"})
    assert (status, made["name"], sim.status_of("1300")) == (
        201,
        "New Desk",
        "Registered",
    )
    changes = {
        "registered": False,
        "name": "Old Desk",
        "allow_being_monitored": True,
        "monitor_mode": "Listen",
        "auto_answer": False,
        "dnd": True,
    }
    status, changed = await ask("POST", "/extensions/1300", changes)
    assert status == 200
    assert {**changed, **changes} == changed
    assert changed["status"] == "Unavailable"
    assert (await ask("DELETE", "/extensions/1300"))[0] == 200
    assert "1300" not in sim.extensions


async def test_pick_up(sim: Simulator, ask: Ask) -> None:
    """A ringing phone only."""
    call = sim.call("1001", "1002")
    assert (await ask("POST", "/pick_up/1002"))[0] == 200
    assert call.state == "talking"
    assert (await ask("POST", "/pick_up/1002"))[0] == 409


async def test_restart_and_network(sim: Simulator, wire: Wire, ask: Ask) -> None:
    """As in process."""
    sim.call("1001", "1002")
    assert (await ask("POST", "/restart"))[0] == 200
    assert (sim.calls, await wire.errno("deviceinfo/query")) == ({}, "20004")
    assert await ask("POST", "/network", {"up": False}) == (200, {"up": False})
    with pytest.raises(aiohttp.ClientConnectorError):
        await wire.login()
    assert await ask("POST", "/network", {"up": True}) == (200, {"up": True})
    assert (await wire.login())["status"] == "Success"


async def test_faults(sim: Simulator, wire: Wire, ask: Ask) -> None:
    """Of requests and of reports."""
    body = {"kind": "errno", "endpoint": "apply", "errno": 30001, "times": 1}
    assert (await ask("POST", "/faults", body))[0] == 200
    body = {"kind": "lost", "action": "RING", "reports": True}
    assert (await ask("POST", "/faults", body))[0] == 200
    assert (await ask("GET", "/state"))[1]["faults"] == [
        {"kind": "errno", "endpoint": "apply", "times": 1},
        {"kind": "lost", "action": "RING", "times": None, "reports": True},
    ]
    assert await wire.errno("apply") == "30001"
    assert await wire.errno("apply") == "Success"
    assert (await ask("DELETE", "/faults"))[0] == 200
    assert sim.faults.reports.pending == []


async def test_office(office: Office, ask: Ask) -> None:
    """Opened and closed."""
    assert await ask("POST", "/office", {"running": True}) == (200, {"running": True})
    assert office.running
    assert await ask("POST", "/office", {"running": False}) == (200, {"running": False})
    assert not office.running


async def test_scenes(sim: Simulator, office: Office, ask: Ask) -> None:
    """Listed, and begun by name with one of the variants or any."""
    scenes = (await ask("GET", "/state"))[1]["scenes"]
    assert scenes["queue"] == ["answered", "declined", "given_up"]
    body = {"variant": "given_up"}
    assert await ask("POST", "/office/scenes/queue", body) == (
        200,
        {"scene": "queue", "variant": "given_up"},
    )
    assert sim.status_of("1004") == "Ringing"
    assert (await ask("POST", "/office/scenes/queue"))[0] == 409
    sim.extensions["1007"].dnd = sim.extensions["1004"].dnd = True
    status, begun = await ask("POST", "/office/scenes/ring_group")
    assert (status, begun["error"]) == (409, "Not everybody of 6200 is free")
    status, begun = await ask("POST", "/office/scenes/transfer_outside")
    assert (status, begun["variant"] in scenes["transfer_outside"]) == (200, True)


async def test_trunks(sim: Simulator, wire: Wire, reported: Receiver, ask: Ask) -> None:
    """Another word in the list, and no report, as none is documented."""
    status, trunk = await ask("POST", "/trunks/SIP-142", {"status": "Failure"})
    assert (status, trunk) == (
        200,
        {"name": "SIP-142", "type": "SIP", "status": "Failure"},
    )
    rows = (await wire.post("trunklist/query"))["trunklist"]
    assert {"trunkname": "SIP-142", "status": "Failure", "type": "SIP"} in rows
    assert await reports(wire, reported) == []


async def test_requests_are_masked(sim: Simulator, wire: Wire, ask: Ask) -> None:
    """Neither token nor password is shown."""
    await wire.post("extension/hangup", {"extid": "1001"})
    await wire.raw("/api/v1.1.0/login", "nonsense")
    _, requests = await ask("GET", "/requests")
    assert [request["path"] for request in requests] == [
        "/api/v1.1.0/login",
        "/api/v1.1.0/extension/hangup",
        "/api/v1.1.0/login",
    ]
    assert requests[0]["body"]["username"] == "api"
    assert requests[1]["body"] == {"extid": "1001"}
    assert requests[2]["body"] is None
    assert not [secret for secret in sim.secrets if secret in str(requests)]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/calls", {"from": "1001"}, 404),
        ("POST", "/calls", {"from": "0123", "to": "4711"}, 404),
        ("POST", "/calls", {"from": "1001", "to": "Amy"}, 404),
        ("POST", "/calls", {"from": "1010", "to": "1001"}, 409),
        ("POST", "/calls", [], 400),
        ("POST", "/calls/1.1/answer", {}, 404),
        ("POST", "/extensions/4711", {}, 404),
        ("POST", "/extensions/1001", {"dnd": "yes"}, 400),
        ("POST", "/extensions/1001", {"registered": 1}, 400),
        ("POST", "/extensions/1001", {"monitor_mode": "All"}, 400),
        ("PUT", "/extensions/1001", {}, 400),
        ("PUT", "/extensions/new", {}, 400),
        ("DELETE", "/extensions/4711", None, 404),
        ("POST", "/faults", {"kind": "explode"}, 400),
        ("POST", "/faults", {}, 400),
        ("POST", "/network", {}, 404),
        ("POST", "/trunks/nowhere", {"status": "Up"}, 404),
        ("POST", "/trunks/SIP-142", {}, 404),
        ("POST", "/trunks/SIP-142", {"status": ""}, 400),
        ("POST", "/trunks/SIP-142", {"status": 1}, 400),
        ("POST", "/office/scenes/opera", {}, 404),
        ("POST", "/office/scenes/queue", {"variant": "opera"}, 404),
    ],
)
async def test_mistakes(
    ask: Ask, method: str, path: str, body: object, status: int
) -> None:
    """Told in JSON, with a status that fits."""
    found, answer = await ask(method, path, body)
    assert (found, bool(answer["error"])) == (status, True)


async def test_unknown_act(sim: Simulator, ask: Ask) -> None:
    """A call cannot do what it does not know."""
    call = sim.call("1001", "1002")
    assert (await ask("POST", f"/calls/{call.call_id}/explode"))[0] == 404


async def test_taken_port(sim: Simulator, office: Office, control: Control) -> None:
    """An error, and nothing is left behind."""
    with pytest.raises(OSError, match="in use"):
        await Control(sim, office).start(port=int(control.url.rpartition(":")[2]))


async def test_p_series(sockets: None) -> None:
    """The same page controls the other wire, and shows none of its secrets."""
    async with PSimulator().running() as sim, aiohttp.ClientSession() as http:
        office = Office(sim)
        server = Control(sim, office)
        await server.start()

        async def ask(method: str, path: str, body: object = None) -> Any:
            async with http.request(method, server.url + path, json=body) as answer:
                return await answer.json()

        login = {"username": sim.username, "password": sim.password}
        async with http.post(f"{sim.url}/openapi/v1.0/get_token", json=login) as got:
            assert (await got.json())["errcode"] == 0
        await ask("POST", "/calls", {"from": "0123", "to": "1002", "answer": True})
        state = await ask("GET", "/state")
        words = {one["number"]: one["status"] for one in state["extensions"]}
        assert (words["1002"], words["1001"], words["1010"]) == (
            "Busy",
            "Idle",
            "Unregistered",
        )
        assert (state["sessions"], state["requests"]) == (1, 1)
        (request,) = await ask("GET", "/requests")
        assert request["body"] == {"username": sim.username, "password": "********"}
        fault = {"kind": "http_502", "endpoint": "call/query", "times": 1}
        assert await ask("POST", "/faults", fault) == {}
        assert "error" in await ask("POST", "/faults", {"kind": "explode"})
        assert (await ask("GET", "/state"))["faults"] == [fault]
        await ask("DELETE", "/faults")
        assert (await ask("GET", "/state"))["faults"] == []
        assert not [secret for secret in sim.secrets if secret in str(state)]
        await office.close()
        await server.stop()
