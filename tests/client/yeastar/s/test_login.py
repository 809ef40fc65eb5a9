"""Login: once, in the right version, and never when that could do harm."""

import asyncio

import aiohttp
import pytest

from custom_components.pbx.client import (
    Address,
    MonitorMode,
    PbxError,
    PbxRefused,
    PbxUnreachable,
    PbxWrongService,
    Refusal,
    Unreachable,
    WrongService,
)
from custom_components.pbx.client.yeastar.s import YeastarS, hash_password
from tests.client.conftest import VERSIONS, Connect, endpoints, login_versions
from tests.simulator import Fault, Simulator

from .wire import DEVICE, LOGIN, Wire, answer, http


async def test_nothing_is_sent_before_the_first_request(
    connect: Connect, sim: Simulator
) -> None:
    """A client costs nothing until it is used."""
    pbx = connect(sim)
    await asyncio.sleep(0.01)
    await pbx.close()
    assert endpoints(sim) == []


async def test_connect_logs_in_and_reads_who_it_is(
    pbx: YeastarS, sim: Simulator
) -> None:
    """The login says what the reference wants, and no more."""
    info = await pbx.connect()

    assert endpoints(sim) == ["login", "deviceinfo/query"]
    login = sim.requests[0]
    assert login.path == "/api/v1.1.0/login"
    assert login.query == {}
    assert login.body == {
        "username": "api",
        "password": hash_password(sim.password),
        "port": "8260",
        "version": "1.0.2",
    }
    assert sim.password.encode() not in login.raw_body
    assert info.serial_number == sim.serial
    assert info.api_version == "v1.1.0"


async def test_connecting_again_costs_nothing(
    connected: YeastarS, sim: Simulator
) -> None:
    """Session and identity are still good."""
    assert (await connected.connect()).serial_number == sim.serial
    assert endpoints(sim) == []


async def test_concurrent_requests_cause_one_login(
    pbx: YeastarS, sim: Simulator
) -> None:
    """The first logs in, the others wait for its token."""
    sim.call("1001", "1002", answer=True)
    await asyncio.gather(
        pbx.snapshot(),
        pbx.snapshot(),
        pbx.connect(),
        pbx.monitor(MonitorMode.LISTEN, "1005", "1001"),
    )
    assert len(sim.requests_to("login")) == 1
    assert len({request.query.get("token") for request in sim.requests}) == 2


async def test_waiting_requests_log_in_themselves_when_the_first_is_cancelled(
    pbx: YeastarS, sim: Simulator
) -> None:
    """A login that was given up holds nobody up."""
    sim.faults.add(Fault(kind="hang", endpoint="login", times=1))
    first = asyncio.create_task(pbx.snapshot())
    while not sim.requests:
        await asyncio.sleep(0.01)
    second = asyncio.create_task(pbx.snapshot())
    await asyncio.sleep(0.01)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert (await second).info.serial_number == sim.serial
    assert len(sim.requests_to("login")) == 2


@pytest.mark.parametrize("version", VERSIONS[1:])
async def test_older_firmware_is_spoken_to_in_its_version(
    pbx: YeastarS, sim: Simulator, version: str
) -> None:
    """Found by trying from the newest on; everything after uses it."""
    sim.pbx.versions = frozenset({version})
    info = await pbx.connect()

    tried = VERSIONS[: VERSIONS.index(version) + 1]
    assert login_versions(sim) == tried
    assert info.api_version == version
    assert sim.requests[-1].path == f"/api/{version}/deviceinfo/query"
    assert sim.requests_to("login")[-1].body == {
        "username": "api",
        "password": hash_password(sim.password),
        "port": "8260",
    }


async def test_version_found_is_remembered(pbx: YeastarS, sim: Simulator) -> None:
    """The next login does not search."""
    sim.pbx.versions = frozenset({"v1.0.2"})
    await pbx.connect()
    sim.requests.clear()
    sim.expire_tokens()
    await pbx.snapshot()
    assert login_versions(sim) == ["v1.0.2"]


async def test_new_firmware_may_speak_another_version(
    connected: YeastarS, sim: Simulator
) -> None:
    """What is remembered is tried first, then the rest."""
    sim.pbx.versions = frozenset({"v1.0.6"})
    sim.restart()
    with pytest.raises(PbxRefused):
        await connected.snapshot()  # 10003: the old version still had its token
    sim.faults.add(Fault(kind="errno", errno=20004, times=1))  # its time is over
    assert (await connected.snapshot()).info.api_version == "v1.0.6"
    assert login_versions(sim) == ["v1.1.0", "v1.0.6"]


@pytest.mark.parametrize(
    "kind", ["http_404", "html", "empty", "garbled", "huge", "http_403"]
)
async def test_login_moves_on_from_what_is_no_answer(
    pbx: YeastarS, sim: Simulator, kind: str
) -> None:
    """Firmware may say in many ways that it does not know a version (1.5)."""
    sim.faults.add(Fault(kind=kind, endpoint="login", times=1))
    assert (await pbx.connect()).api_version == "v1.0.6"
    assert login_versions(sim) == VERSIONS[:2]


@pytest.mark.parametrize(
    "kind", ["http_404", "html", "empty", "garbled", "huge", "http_403"]
)
async def test_other_service_is_recognized_after_all_versions(
    pbx: YeastarS, sim: Simulator, kind: str
) -> None:
    """PbxWrongService is raised once every version was tried."""
    sim.faults.add(Fault(kind=kind))
    with pytest.raises(PbxWrongService) as err:
        await pbx.connect()
    assert err.value.reason is WrongService.NOT_THE_API
    assert login_versions(sim) == VERSIONS


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (http(b'{"errcode":10001,"errmsg":"INTERFACE NOT EXISTED"}'), "JSON"),
        (http(b"[]"), "HTTP 200"),
        (http(b"null"), "HTTP 200"),
        (http(b'"Success"'), "HTTP 200"),
        (http(b"17"), "HTTP 200"),
        (http(b'{"status":"Success","token":"48a7'), "HTTP 200"),
        (http(b"[" * 100_000), "HTTP 200"),
        (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}", "no HTTP"),
        (
            b"HTTP/1.1 404 Not Found\r\nServer: nginx/1.26 (*x*)\r\n"
            b"Content-Length: 0\r\n\r\n",
            "HTTP 404 nginx/1.26 x",
        ),
    ],
    ids=[
        *("p_series", "list", "null", "string", "number"),
        *("cut", "deep", "ssh", "header", "nginx"),
    ],
)
async def test_json_of_another_service_is_not_the_api(
    http: aiohttp.ClientSession, reply: bytes, answer: str
) -> None:
    """Valid JSON without the fields of the API."""
    async with Wire(reply).running() as wire:
        with pytest.raises(PbxWrongService) as err:
            await YeastarS(http, wire.address, "api", "0" * 32).connect()
    assert err.value.reason is WrongService.NOT_THE_API
    assert err.value.answer == answer
    assert len(wire.requests) == len(VERSIONS)


async def test_server_that_knows_no_version_is_not_the_api(
    pbx: YeastarS, sim: Simulator
) -> None:
    """Code 10003 for each version."""
    sim.pbx.versions = frozenset({"v3.0.0"})
    with pytest.raises(PbxWrongService) as err:
        await pbx.connect()
    assert err.value.reason is WrongService.NOT_THE_API
    assert login_versions(sim) == VERSIONS


@pytest.mark.parametrize("kind", ["html", "http_404", "empty"])
async def test_invalid_login_answer_of_a_known_pbx_is_unreachable(
    connected: YeastarS, sim: Simulator, kind: str
) -> None:
    """It was the API before; the PBX may be starting."""
    sim.expire_tokens()
    sim.faults.add(Fault(kind=kind, endpoint="login"))
    with pytest.raises(PbxUnreachable) as err:
        await connected.snapshot()
    assert err.value.reason is Unreachable.BAD_ANSWER

    sim.faults.clear()
    assert (await connected.snapshot()).info.api_version == "v1.1.0"


@pytest.mark.parametrize("code", [20010, 30003])
async def test_api_that_is_not_running(
    pbx: YeastarS, sim: Simulator, code: int
) -> None:
    """The web interface answers in its place, for every version alike."""
    sim.faults.add(Fault(kind="errno", endpoint="login", errno=code))
    with pytest.raises(PbxWrongService) as err:
        await pbx.connect()
    assert err.value.reason is WrongService.API_OFF
    assert len(sim.requests) == 1


async def test_redirect_is_not_followed(pbx: YeastarS, sim: Simulator) -> None:
    """Port 80 redirects; a POST would lose its body and its secrets (1.1)."""
    sim.faults.add(Fault(kind="redirect", location=f"{sim.url}/elsewhere"))
    with pytest.raises(PbxWrongService) as err:
        await pbx.connect()
    assert err.value.reason is WrongService.REDIRECTED
    assert endpoints(sim) == ["login"]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("http_500", Unreachable.BAD_ANSWER),
        ("http_504", Unreachable.BAD_ANSWER),
        ("truncated", Unreachable.BAD_ANSWER),
        ("reset", Unreachable.CANNOT_CONNECT),
    ],
)
async def test_failing_login_is_not_repeated(
    pbx: YeastarS, sim: Simulator, kind: str, reason: Unreachable
) -> None:
    """Not even with another version: this says nothing about versions."""
    sim.faults.add(Fault(kind=kind))
    with pytest.raises(PbxUnreachable) as err:
        await pbx.connect()
    assert (err.value.reason, err.value.maybe_done) == (reason, False)
    assert endpoints(sim) == ["login"]


async def test_success_without_a_token_is_a_bad_answer(
    pbx: YeastarS, sim: Simulator
) -> None:
    """It is the API, so no other version is tried."""
    sim.faults.add(Fault(kind="missing_fields", endpoint="login"))
    with pytest.raises(PbxUnreachable) as err:
        await pbx.connect()
    assert err.value.reason is Unreachable.BAD_ANSWER
    assert len(sim.requests) == 1


async def test_login_refused_for_another_reason(pbx: YeastarS, sim: Simulator) -> None:
    """The reason is passed on, and no other version is tried."""
    sim.faults.add(Fault(kind="errno", endpoint="login", errno=20008))
    with pytest.raises(PbxRefused) as err:
        await pbx.connect()
    assert (err.value.refusal, err.value.code) == (Refusal.BAD_REQUEST, 20008)
    assert len(sim.requests) == 1


async def test_two_clients_of_two_pbxs_do_not_mix(
    http: aiohttp.ClientSession, sim: Simulator, connect: Connect
) -> None:
    """Neither tokens nor what is known of the version."""
    other = Wire(answer(LOGIN), answer(DEVICE))
    async with other.running():
        infos = await asyncio.gather(
            connect(sim).connect(),
            YeastarS(http, other.address, "api", "0" * 32).connect(),
        )
    assert [info.serial_number for info in infos] == [sim.serial, "369364835218"]


@pytest.mark.parametrize("host", ["pbx.invalid", "a" * 64 + ".invalid", "..", "a b"])
async def test_name_that_does_not_exist(http: aiohttp.ClientSession, host: str) -> None:
    """Nor one that cannot exist."""
    pbx = YeastarS(http, Address(host, 8088, tls=False), "api", "0" * 32)
    with pytest.raises(PbxError) as err:
        await pbx.monitor(MonitorMode.LISTEN, "1005", "1001")
    assert isinstance(err.value, PbxUnreachable)
    assert err.value.reason is Unreachable.NAME_NOT_RESOLVED
    assert not err.value.maybe_done
