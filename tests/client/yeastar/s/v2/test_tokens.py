"""Refresh tokens, as the Cloud has them (reference, section 2.4)."""

import pytest

from custom_components.pbx.client import PbxUnreachable, ReportTarget
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.client.conftest import Connect
from tests.simulator import Fault, ManualClock, Simulator


@pytest.fixture
async def cloud(connect: Connect, sim: Simulator) -> YeastarS:
    """Return a client of a PBX that gives refresh tokens."""
    sim.pbx.v2.refresh_tokens = True
    pbx = connect(sim)
    await pbx.snapshot()
    sim.requests.clear()
    return pbx


async def test_token_is_refreshed_in_time(
    cloud: YeastarS, sim: Simulator, clock: ManualClock
) -> None:
    """Without a login, and without the token in the address."""
    for _ in range(5):
        clock.advance(400)
        await cloud.snapshot()
    (refresh,) = sim.requests_to("token/refresh")
    assert refresh.query == {}
    assert not sim.requests_to("login")


async def test_expired_token_is_refreshed(cloud: YeastarS, sim: Simulator) -> None:
    """An action in a call goes through, once."""
    sim.call("1001", "1002", answer=True)
    for token in list(sim.sessions.live):
        sim.sessions.expired.append(token)
        del sim.sessions.live[token]
    await cloud.hold("1001")
    assert sim.status_of("1001") == "Hold"
    assert len(sim.requests_to("token/refresh")) == 1
    assert not sim.requests_to("login")


async def test_refused_refresh_is_followed_by_a_login(
    cloud: YeastarS, sim: Simulator
) -> None:
    """After a restart, no token is worth anything."""
    sim.restart()
    await cloud.snapshot()
    assert len(sim.requests_to("token/refresh")) == 1
    assert len(sim.requests_to("login")) == 1


async def test_refused_early_refresh_costs_nothing(
    cloud: YeastarS, sim: Simulator, clock: ManualClock
) -> None:
    """The token lives on, as each request lets it."""
    sim.sessions.refreshable.clear()
    for _ in range(5):
        clock.advance(400)
        await cloud.snapshot()
    assert len(sim.requests_to("token/refresh")) == 1
    assert not sim.requests_to("login")


async def test_lost_refresh_is_tried_again(cloud: YeastarS, sim: Simulator) -> None:
    """Whether the PBX got it is not known."""
    sim.sessions.live.clear()
    sim.faults.add(Fault("reset", endpoint="token/refresh", times=1))
    with pytest.raises(PbxUnreachable):
        await cloud.snapshot()
    await cloud.snapshot()
    assert len(sim.requests_to("token/refresh")) == 2


async def test_report_target_is_told_after_a_refresh(
    cloud: YeastarS, sim: Simulator, clock: ManualClock
) -> None:
    """Whether it outlives the token is not documented."""
    cloud.report_target = ReportTarget("192.0.2.44", 8123, "api/webhook/x")
    await cloud.snapshot()
    sim.requests.clear()
    clock.advance(1600)
    await cloud.snapshot()
    assert sim.requests_to("token/refresh")
    (heartbeat,) = sim.requests_to("heartbeat")
    assert heartbeat.body is not None
    assert heartbeat.body["version"] == "2.0.0"


async def test_no_secret_leaks(
    cloud: YeastarS, sim: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither tokens nor refresh tokens are logged, or in an error."""
    caplog.set_level("DEBUG")
    sim.sessions.live.clear()
    await cloud.snapshot()
    sim.faults.add(Fault("http_500", endpoint="extension/list"))
    with pytest.raises(PbxUnreachable) as err:
        await cloud.snapshot()
    seen = caplog.text + str(err.value) + repr(err.value.__cause__)
    assert not [secret for secret in sim.secrets if secret in seen]
