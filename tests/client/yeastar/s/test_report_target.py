"""Where the PBX is told to report to, and when it is told again."""

from collections.abc import AsyncGenerator
import socket

import pytest
import pytest_socket

from custom_components.pbx.client import Address, MonitorMode, ReportTarget
from custom_components.pbx.client.yeastar.s import YeastarS, hash_password
from tests.client.conftest import QUIET_POLL, VERSIONS, Connect, endpoints, small_office
from tests.simulator import Fault, ManualClock, Simulator
from tests.source_address import connecting_from

from .wire import Wire, http as http_response

SECRET = "api/webhook/0123456789abcdef"
RELATIVE = ReportTarget(None, 8124, SECRET)
ABSOLUTE = ReportTarget("ha.example", 8124, SECRET)


def told(sim: Simulator, endpoint: str) -> dict[str, str]:
    """Return what the one request to an endpoint said."""
    (request,) = sim.requests_to(endpoint)
    assert request.body is not None
    return request.body


def target(sim: Simulator) -> str | None:
    """Return where the one session reports to."""
    (session,) = sim.sessions.live.values()
    return session.target


@pytest.fixture(params=VERSIONS)
async def old_sim(
    socket_enabled: None, clock: ManualClock, request: pytest.FixtureRequest
) -> AsyncGenerator[Simulator]:
    """Run a simulated PBX that speaks one version of the API."""
    simulator = Simulator(
        clock=clock, extensions=small_office(), api_versions=[request.param]
    )
    async with simulator.running():
        yield simulator


async def test_without_a_target_login_names_the_documented_port(
    connected: YeastarS, sim: Simulator
) -> None:
    """A login must name one (2.1); nothing listens there."""
    assert target(sim) == "http://127.0.0.1:8260/"


async def test_login_tells_the_target_relative_to_our_address(
    pbx: YeastarS, sim: Simulator
) -> None:
    """The PBX knows where the login came from (2.3)."""
    pbx.report_target = RELATIVE
    await pbx.connect()
    assert target(sim) == f"http://127.0.0.1:8124/{SECRET}"
    assert {**told(sim, "login"), "username": "", "password": ""} == {
        "username": "",
        "password": "",
        "port": "8124",
        "url": SECRET,
        "urltag": "0",
        "version": "1.0.2",
    }


async def test_login_tells_the_target_with_its_host(
    pbx: YeastarS, sim: Simulator
) -> None:
    """As the vendor recommends behind NAT; without a scheme, as in the samples (2.3)."""
    pbx.report_target = ABSOLUTE
    await pbx.connect()
    assert target(sim) == f"http://ha.example:8124/{SECRET}"
    assert told(sim, "login")["url"] == f"ha.example:8124/{SECRET}"
    assert told(sim, "login")["urltag"] == "1"


async def test_literal_ipv6_host_gets_brackets(pbx: YeastarS, sim: Simulator) -> None:
    """Else its end would look like the port."""
    pbx.report_target = ReportTarget("fd00::7", 8124, SECRET)
    await pbx.connect()
    assert target(sim) == f"http://[fd00::7]:8124/{SECRET}"


@pytest.mark.parametrize(
    ("wanted", "url"),
    [
        (RELATIVE, "http://192.0.2.9:8124/"),
        (ABSOLUTE, "http://ha.example:8124/"),
        (ReportTarget("fd00::7", 80, SECRET), "http://[fd00::7]:80/"),
    ],
)
def test_target_as_a_url(wanted: ReportTarget, url: str) -> None:
    """What a person can try out."""
    assert wanted.url("192.0.2.9") == url + SECRET


def test_target_as_a_url_from_an_ipv6_address() -> None:
    """Our own needs brackets, too."""
    assert RELATIVE.url("fd00::9") == f"http://[fd00::9]:8124/{SECRET}"


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
async def test_session_over_ipv6(
    socket_enabled: None, clock: ManualClock, connect: Connect
) -> None:
    """Login and heartbeat agree about where we are."""
    # The harness allows IPv4 alone, and sets that up anew for the next test.
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"])
    simulator = Simulator(clock=clock, extensions=small_office())
    try:
        await simulator.start(host="::1")
    except OSError:
        pytest.skip("no IPv6 here")
    try:
        pbx = connect(simulator)
        pbx.report_target = RELATIVE
        await pbx.snapshot()
        assert (pbx.own_address, pbx.remote_address) == ("::1", "::1")
        assert target(simulator) == f"http://[::1]:8124/{SECRET}"
        await clock.advance(601)
        await pbx.snapshot()
        assert target(simulator) == f"http://[::1]:8124/{SECRET}"
        assert len(simulator.requests_to("heartbeat")) == 1
    finally:
        await simulator.stop()


async def test_addresses_are_blank_before_the_first_request(
    pbx: YeastarS, sim: Simulator
) -> None:
    """And literal after it."""
    assert (pbx.own_address, pbx.remote_address) == ("", "")
    await pbx.connect()
    assert (pbx.own_address, pbx.remote_address) == ("127.0.0.1", "127.0.0.1")


@pytest.mark.parametrize("wanted", [None, RELATIVE, ABSOLUTE])
async def test_no_heartbeat_right_after_login(
    pbx: YeastarS, sim: Simulator, wanted: ReportTarget | None
) -> None:
    """The login has told everything."""
    pbx.report_target = wanted
    await pbx.snapshot()
    await pbx.snapshot()
    assert endpoints(sim) == ["login", "deviceinfo/query", *QUIET_POLL, *QUIET_POLL]


@pytest.mark.parametrize("wanted", [RELATIVE, ABSOLUTE])
async def test_heartbeat_tells_the_target_again(
    pbx: YeastarS, sim: Simulator, clock: ManualClock, wanted: ReportTarget
) -> None:
    """Left out, path and format would fall back to defaults (quirk 2)."""
    pbx.report_target = wanted
    await pbx.connect()
    before = target(sim)
    await clock.advance(601)
    await pbx.snapshot()
    heartbeat = told(sim, "heartbeat")
    assert heartbeat["version"] == "1.0.2"
    assert heartbeat["urltag"] == heartbeat["urlflag"]
    assert heartbeat["ipaddr"] == (wanted.host or "127.0.0.1")
    assert target(sim) == before


async def test_every_version_reports_relative_to_our_address(
    old_sim: Simulator, connect: Connect, clock: ManualClock
) -> None:
    """From the oldest to the newest, after login and after a heartbeat."""
    pbx = connect(old_sim)
    pbx.report_target = RELATIVE
    await pbx.snapshot()
    assert target(old_sim) == f"http://127.0.0.1:8124/{SECRET}"
    assert old_sim.requests_to("heartbeat") == []
    await clock.advance(601)
    await pbx.snapshot()
    assert target(old_sim) == f"http://127.0.0.1:8124/{SECRET}"


@pytest.mark.parametrize("host", ["192.0.2.44", "fd00::7"])
async def test_every_version_reports_to_another_host(
    old_sim: Simulator, connect: Connect, host: str
) -> None:
    """Where a login cannot name it, a heartbeat follows at once."""
    pbx = connect(old_sim)
    pbx.report_target = ReportTarget(host, 8124, SECRET)
    await pbx.snapshot()
    shown = f"[{host}]" if ":" in host else host
    assert target(old_sim) == f"http://{shown}:8124/{SECRET}"
    newest = old_sim.requests[-1].version == VERSIONS[0]
    assert len(old_sim.requests_to("heartbeat")) == (0 if newest else 1)
    for heartbeat in old_sim.requests_to("heartbeat"):
        assert heartbeat.body == {"ipaddr": host, "port": "8124", "url": SECRET}

    await pbx.snapshot()
    assert len(old_sim.requests_to("heartbeat")) == (0 if newest else 1)


@pytest.mark.parametrize("wanted", [RELATIVE, ABSOLUTE])
async def test_every_login_tells_the_target(
    pbx: YeastarS, sim: Simulator, wanted: ReportTarget
) -> None:
    """A PBX that has restarted knows nothing."""
    pbx.report_target = wanted
    await pbx.connect()
    before = target(sim)
    for _ in range(2):
        sim.restart()
        await pbx.snapshot()
        assert target(sim) == before
    assert len(sim.requests_to("login")) == 3
    assert sim.requests_to("heartbeat") == []


async def test_changed_target_is_told_with_one_heartbeat(
    connected: YeastarS, sim: Simulator
) -> None:
    """Before the next request, and not again."""
    for wanted, url in (
        (RELATIVE, f"http://127.0.0.1:8124/{SECRET}"),
        (ABSOLUTE, f"http://ha.example:8124/{SECRET}"),
        (None, "http://127.0.0.1:8260/"),
    ):
        connected.report_target = wanted
        assert connected.report_target == wanted
        sim.requests.clear()
        await connected.snapshot()
        await connected.snapshot()
        assert endpoints(sim) == ["heartbeat", *QUIET_POLL, *QUIET_POLL]
        assert target(sim) == url


async def test_changed_target_does_not_delay_an_action(
    talking: YeastarS, sim: Simulator
) -> None:
    """The next poll tells it."""
    talking.report_target = RELATIVE
    await talking.monitor(MonitorMode.LISTEN, "1005", "1001")
    assert endpoints(sim) == ["extension/listen"]


async def test_changed_address_of_ours_is_told_with_one_heartbeat(
    pbx: YeastarS, sim: Simulator
) -> None:
    """As soon as a request shows it: the host has moved, reports must follow."""
    pbx.report_target = RELATIVE
    await pbx.snapshot()
    sim.requests.clear()
    with connecting_from("127.0.0.2"):
        await pbx.snapshot()
        assert pbx.own_address == "127.0.0.2"
        await pbx.snapshot()
    assert endpoints(sim) == [
        QUIET_POLL[0],
        "heartbeat",
        *QUIET_POLL[1:],
        *QUIET_POLL,
    ]
    assert target(sim) == f"http://127.0.0.2:8124/{SECRET}"


async def test_heartbeat_that_got_lost_is_sent_again_soon(
    connected: YeastarS, sim: Simulator, clock: ManualClock
) -> None:
    """Until then the PBX reports to where nobody listens; not with every request."""
    connected.report_target = RELATIVE
    sim.faults.add(Fault(kind="reset", endpoint="heartbeat", times=1))
    await connected.snapshot()
    await connected.snapshot()
    assert len(sim.requests_to("heartbeat")) == 1
    assert target(sim) == "http://127.0.0.1:8260/"
    await clock.advance(30)
    await connected.snapshot()
    await connected.snapshot()
    assert len(sim.requests_to("heartbeat")) == 2
    assert target(sim) == f"http://127.0.0.1:8124/{SECRET}"


async def test_heartbeat_that_is_refused_does_not_hold_up_the_polls(
    connected: YeastarS, sim: Simulator, clock: ManualClock
) -> None:
    """It is sent again when the next one is due, with everything."""
    connected.report_target = RELATIVE
    sim.faults.add(Fault(kind="errno", endpoint="heartbeat", errno=20011, times=1))
    await connected.snapshot()
    await connected.snapshot()
    assert len(sim.requests_to("heartbeat")) == 1
    assert target(sim) == "http://127.0.0.1:8260/"
    await clock.advance(601)
    await connected.snapshot()
    assert target(sim) == f"http://127.0.0.1:8124/{SECRET}"


async def test_reports_arrive_where_they_are_wanted(
    pbx: YeastarS, sim: Simulator
) -> None:
    """In the format that keeps parties apart, and they can be read."""
    wire = Wire(http_response(b""))
    async with wire.running():
        pbx.report_target = ReportTarget(None, wire.address.port, SECRET)
        await pbx.connect()
        sim.call("1001", "1002")
        await sim.reports_sent()
    assert len(wire.requests) == 4
    for request in wire.requests:
        head, _, body = request.partition(b"\r\n\r\n")
        assert head.startswith(f"POST /{SECRET} HTTP/1.1".encode())
        received = pbx.parse(body)
        assert received is not None
        assert received.serial_number == sim.serial
    assert b'"call":[' in wire.requests[-1]
    assert pbx.parse(b"no report") is None


def test_nothing_is_sent_by_naming_a_target(clock: ManualClock) -> None:
    """It waits for the next request."""
    pbx = YeastarS(
        None,  # type: ignore[arg-type]
        Address("pbx.invalid", 80, tls=False),
        "api",
        hash_password("x"),
        clock=clock.now,
    )
    assert pbx.report_target is None
    pbx.report_target = RELATIVE
    assert pbx.report_target == RELATIVE
