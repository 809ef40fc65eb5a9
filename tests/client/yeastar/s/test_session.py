"""A session: dead tokens, heartbeats, the end."""

import asyncio
from functools import partial
import logging

import pytest

from custom_components.pbx.client import MonitorMode, PbxUnreachable, Unreachable
from custom_components.pbx.client.yeastar.s import YeastarS, session
from tests.client.conftest import Connect, endpoints
from tests.simulator import Fault, Simulator


@pytest.mark.parametrize("code", ["20004", "20005", "20006"])
async def test_dead_token_costs_one_login_and_one_repeat(
    connected: YeastarS, sim: Simulator, code: str
) -> None:
    """Whichever of the three codes the PBX says it with (2.4)."""
    sim.faults.add(
        Fault(kind="errno", endpoint="extensionlist/query", errno=code, times=1)
    )
    assert (await connected.snapshot()).complete
    assert endpoints(sim) == [
        "inbound/query",
        "outbound/query",
        "extensionlist/query",
        "login",
        "extensionlist/query",
        "trunklist/query",
        "deviceinfo/query",
    ]
    first, second = sim.requests_to("extensionlist/query")
    assert first.query["token"] != second.query["token"]


@pytest.mark.parametrize("code", ["20004", "20005", "20006"])
async def test_monitoring_is_repeated_after_a_dead_token(
    talking: YeastarS, sim: Simulator, code: str
) -> None:
    """Such an answer proves that nothing was done."""
    sim.faults.add(
        Fault(kind="errno", endpoint="extension/whisper", errno=code, times=1)
    )
    await talking.monitor(MonitorMode.WHISPER, "1005", "1001")
    assert endpoints(sim) == ["extension/whisper", "login", "extension/whisper"]
    assert len(sim.monitors) == 1


async def test_token_that_dies_at_once_is_given_up(
    connected: YeastarS, sim: Simulator
) -> None:
    """Twice in a row: no third try, and the next request begins anew."""
    sim.faults.add(Fault(kind="errno", endpoint="extension/whisper", errno=20004))
    with pytest.raises(PbxUnreachable) as err:
        await connected.monitor(MonitorMode.WHISPER, "1005", "1001")
    assert err.value.reason is Unreachable.BAD_ANSWER
    assert not err.value.maybe_done
    assert endpoints(sim) == ["extension/whisper", "login", "extension/whisper"]

    sim.requests.clear()
    assert (await connected.snapshot()).complete
    assert endpoints(sim)[0] == "login"


async def test_requests_that_find_the_token_dead_together_cause_one_login(
    talking: YeastarS, sim: Simulator
) -> None:
    """Whoever comes second uses the token of the first."""
    sim.restart()
    sim.call("1001", "1002", answer=True)
    await asyncio.gather(
        talking.snapshot(),
        talking.snapshot(),
        talking.monitor(MonitorMode.LISTEN, "1005", "1001"),
    )
    assert len(sim.requests_to("login")) == 1
    assert len(sim.monitors) == 1


async def test_late_answer_about_an_old_token_keeps_the_new_one(
    connected: YeastarS, sim: Simulator
) -> None:
    """A request that was slow to learn it does not throw away what others got."""
    sim.expire_tokens()
    sim.faults.add(
        Fault(kind="latency", endpoint="extensionlist/query", seconds=0.1, times=1)
    )
    slow = asyncio.create_task(connected.snapshot())
    while not sim.requests:
        await asyncio.sleep(0.01)
    await connected.snapshot()
    await slow
    assert len(sim.requests_to("login")) == 1


async def test_pbx_that_ends_other_sessions_with_each_login(
    connect: Connect, sim: Simulator
) -> None:
    """Two clients take the token from each other, and both still work."""
    sim.switches.single_session = True
    one, other = connect(sim), connect(sim)
    for _ in range(3):
        assert (await one.snapshot()).complete
        assert (await other.snapshot()).complete


async def test_restarted_pbx_is_logged_into_again(
    connected: YeastarS, sim: Simulator
) -> None:
    """Without anybody noticing."""
    sim.restart()
    assert (await connected.snapshot()).complete


async def test_token_survives_a_lost_network(
    connected: YeastarS, sim: Simulator
) -> None:
    """The token is still valid when only the network was interrupted."""
    await sim.go_offline()
    with pytest.raises(PbxUnreachable):
        await connected.snapshot()
    await sim.come_back()
    assert (await connected.snapshot()).complete
    assert sim.requests_to("login") == []


async def test_close_gives_the_token_back_once(
    connected: YeastarS, sim: Simulator
) -> None:
    """And needs no request when there is none."""
    (token,) = sim.sessions.live
    await connected.close()
    await connected.close()
    (logout,) = sim.requests
    assert (logout.endpoint, logout.query) == ("logout", {"token": token})
    assert sim.sessions.live == {}


async def test_close_raises_nothing_when_the_pbx_is_unreachable(
    connected: YeastarS, sim: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller could do nothing about it."""
    await sim.go_offline()
    await connected.close()
    assert not [
        record
        for record in caplog.records
        if record.name.startswith("custom_components")
        and record.levelno > logging.DEBUG
    ]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="errno", errno=20004),
        Fault(kind="http_500"),
        Fault(kind="html"),
        Fault(kind="redirect"),
        Fault(kind="reset"),
    ],
    ids=lambda fault: fault.kind,
)
async def test_close_raises_nothing_for_any_answer(
    connected: YeastarS, sim: Simulator, fault: Fault
) -> None:
    """One request is sent, and no exception is raised."""
    sim.faults.add(fault)
    await connected.close()
    assert endpoints(sim) == ["logout"]


async def test_close_does_not_wait_for_a_pbx_that_hangs(
    connected: YeastarS, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five seconds at most."""
    assert session.LOGOUT_TIMEOUT == 5
    monkeypatch.setattr(session, "LOGOUT_TIMEOUT", 0.1)
    sim.faults.add(Fault(kind="hang", endpoint="logout"))
    async with asyncio.timeout(2):
        await connected.close()


async def test_close_during_a_login_gives_that_token_back(
    pbx: YeastarS, sim: Simulator
) -> None:
    """No session stays behind on the PBX."""
    sim.faults.add(Fault(kind="latency", endpoint="login", seconds=0.1))
    connect = asyncio.create_task(pbx.connect())
    while not sim.requests:
        await asyncio.sleep(0.01)
    await pbx.close()
    with pytest.raises(PbxUnreachable):
        await connect
    assert endpoints(sim) == ["login", "logout"]
    assert sim.sessions.live == {}


async def test_closed_client_opens_no_session(
    connected: YeastarS, sim: Simulator
) -> None:
    """What is asked after the end, or was under way then, fails without a request."""
    await connected.close()
    sim.requests.clear()
    settings = partial(connected.settings, ["1001"])
    for ask in (connected.connect, connected.snapshot, settings):
        with pytest.raises(PbxUnreachable) as err:
            await ask()
        assert not err.value.maybe_done
    assert endpoints(sim) == []
