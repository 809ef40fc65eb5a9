"""Listen, whisper, barge in: one request, and every refusal."""

from collections.abc import Callable

import aiohttp
import pytest

from custom_components.pbx.client import MonitorMode, PbxRefused, Refusal
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.client.conftest import VERSIONS
from tests.simulator import PRINTED_ORDER, Fault, Simulator

from .wire import LOGIN, Wire, answer

MODES = [
    (MonitorMode.LISTEN, "extension/listen", "listener", "listenedext"),
    (MonitorMode.WHISPER, "extension/whisper", "whisperer", "whisperedext"),
    (MonitorMode.BARGE_IN, "extension/barge", "bargein", "bargedext"),
]


@pytest.mark.parametrize(("mode", "endpoint", "supervisor", "extension"), MODES)
async def test_each_mode_is_one_request(
    talking: YeastarS,
    sim: Simulator,
    mode: MonitorMode,
    endpoint: str,
    supervisor: str,
    extension: str,
) -> None:
    """With the names that the reference gives it (4.1); v1 tells no call id."""
    (token,) = sim.sessions.live
    assert await talking.monitor(mode, "1005", "1001") is None

    (request,) = sim.requests
    assert (request.method, request.path) == ("POST", f"/api/v1.1.0/{endpoint}")
    assert request.query == {"token": token}
    assert request.body == {supervisor: "1005", extension: "1001"}
    (leg,) = sim.monitors.values()
    assert (leg.mode, leg.supervisor, leg.extension) == (mode.value, "1005", "1001")


@pytest.mark.parametrize("version", VERSIONS[1:])
async def test_older_versions_monitor_alike(
    pbx: YeastarS, sim: Simulator, version: str
) -> None:
    """Same names, another path."""
    sim.pbx.versions = frozenset({version})
    sim.call("1001", "1002", answer=True)
    await pbx.monitor(MonitorMode.WHISPER, "1005", "1001")
    assert sim.requests[-1].path == f"/api/{version}/extension/whisper"
    assert len(sim.monitors) == 1


@pytest.mark.parametrize(
    ("callid", "expected"),
    [
        (b'"1571624363.72"', "1571624363.72"),
        (b"1571624363.20", "1571624363.20"),
        (b'""', None),
        (b"null", None),
        (b"[1]", None),
    ],
)
async def test_call_id_is_returned_where_the_pbx_tells_it(
    http: aiohttp.ClientSession, callid: bytes, expected: str | None
) -> None:
    """As text: .20 and .200 are two calls (1.4)."""
    body = b'{"status":"Success","callid":' + callid + b"}"
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with Wire(answer(LOGIN), head + body).running() as wire:
        pbx = YeastarS(http, wire.address, "api", "0" * 32)
        assert await pbx.monitor(MonitorMode.WHISPER, "1005", "1001") == expected


def _hang_up(sim: Simulator) -> None:
    for call in list(sim.calls.values()):
        call.hang_up()


def _forbid(sim: Simulator) -> None:
    sim.extensions["1001"].allow_being_monitored = False


def _limit(sim: Simulator) -> None:
    sim.extensions["1005"].monitor_mode = "Listen"


def _occupy(sim: Simulator) -> None:
    sim.call("1005", "1006")


def _nothing(sim: Simulator) -> None:
    """Leave it as it is."""


@pytest.mark.parametrize("order", ["recommended", "printed"])
@pytest.mark.parametrize(
    ("prepare", "supervisor", "extension", "code", "refusal"),
    [
        (_nothing, "", "1001", 10004, Refusal.MISSING_PARAMETER),
        (_nothing, "1005", "", 10004, Refusal.MISSING_PARAMETER),
        (_nothing, "1005", "9999", 10006, Refusal.NO_SUCH_EXTENSION),
        (_hang_up, "1005", "1001", 10007, Refusal.NOT_IN_CALL),
        (_occupy, "1005", "1001", 10008, Refusal.NOT_IDLE),
        (_forbid, "1005", "1001", 10009, Refusal.MONITORING_FORBIDDEN),
        (_limit, "1005", "1001", 10010, Refusal.MONITOR_MODE_MISMATCH),
    ],
)
async def test_each_refusal_of_the_pbx(
    talking: YeastarS,
    sim: Simulator,
    order: str,
    prepare: Callable[[Simulator], None],
    supervisor: str,
    extension: str,
    code: int,
    refusal: Refusal,
) -> None:
    """For a real reason, whatever order it tests them in (4.4)."""
    if order == "printed":
        sim.switches.monitor_order = PRINTED_ORDER
        # An extension that does not exist is in no call either.
        code, refusal = {
            10006: (10007, Refusal.NOT_IN_CALL),
        }.get(code, (code, refusal))
    prepare(sim)
    with pytest.raises(PbxRefused) as err:
        await talking.monitor(MonitorMode.WHISPER, supervisor, extension)
    assert (err.value.code, err.value.refusal) == (code, refusal)
    assert len(sim.requests) == 1
    assert not sim.monitors


@pytest.mark.parametrize("mode", MonitorMode)
async def test_internal_failure_is_not_repeated(
    talking: YeastarS, sim: Simulator, mode: MonitorMode
) -> None:
    """30001: the PBX says so itself."""
    sim.faults.add(Fault(kind="errno", errno=30001))
    with pytest.raises(PbxRefused) as err:
        await talking.monitor(mode, "1005", "1001")
    assert err.value.refusal is Refusal.INTERNAL_ERROR
    assert len(sim.requests) == 1


async def test_numbers_are_sent_as_they_are(talking: YeastarS, sim: Simulator) -> None:
    """Leading zeros and odd characters reach the PBX as text."""
    with pytest.raises(PbxRefused):
        await talking.monitor(MonitorMode.LISTEN, "0015", 'é"\\')
    assert sim.requests[0].body == {"listener": "0015", "listenedext": 'é"\\'}


async def test_refusal_keeps_the_session(talking: YeastarS, sim: Simulator) -> None:
    """It was an answer like any other."""
    with pytest.raises(PbxRefused):
        await talking.monitor(MonitorMode.LISTEN, "1005", "9999")
    await talking.monitor(MonitorMode.LISTEN, "1005", "1001")
    assert sim.requests_to("login") == []
