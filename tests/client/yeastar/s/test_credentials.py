"""Wrong credentials and lock-out: what must never be tried again."""

import asyncio

import pytest

from custom_components.pbx.client import (
    MonitorMode,
    PbxLockedOut,
    PbxLoginRejected,
    PbxUnreachable,
    Unreachable,
)
from custom_components.pbx.client.yeastar.s import YeastarS, hash_password
from tests.client.conftest import Connect, endpoints, login_versions
from tests.simulator import Fault, ManualClock, Simulator


def test_password_is_hashed_as_the_reference_says() -> None:
    """Plain MD5, lower case, UTF-8 (2.1)."""
    assert hash_password("password") == "5f4dcc3b5aa765d61d8327deb882cf99"
    assert hash_password("pässword") == "8e1843033a0f6ee52e2f618aa8ebbef4"


@pytest.mark.parametrize("wrong", ["username", "password"])
async def test_wrong_credentials_are_tried_once_and_never_again(
    connect: Connect, sim: Simulator, clock: ManualClock, wrong: str
) -> None:
    """Five failures would lock the whole address, for everybody (2.5)."""
    pbx = connect(sim)
    setattr(sim, wrong, "Changed-On-The-Pbx-1")
    for _ in range(3):
        with pytest.raises(PbxLoginRejected):
            await pbx.snapshot()
        with pytest.raises(PbxLoginRejected):
            await pbx.monitor(MonitorMode.LISTEN, "1005", "1001")
        await clock.advance(86_400)
    assert login_versions(sim) == ["v1.1.0"]


async def test_password_changed_later_stops_the_logins_too(
    connected: YeastarS, sim: Simulator
) -> None:
    """The first dead token tells."""
    sim.password = "Changed-On-The-Pbx-1"
    sim.restart()
    for _ in range(3):
        with pytest.raises(PbxLoginRejected):
            await connected.snapshot()
    assert endpoints(sim) == ["inbound/query", "login"]


async def test_captcha_stops_the_logins(pbx: YeastarS, sim: Simulator) -> None:
    """Nobody knows how to send one (2.1), so asking again can only harm."""
    sim.faults.add(Fault(kind="errno", endpoint="login", errno=20013))
    for _ in range(2):
        with pytest.raises(PbxLoginRejected):
            await pbx.snapshot()
    assert len(sim.requests) == 1


async def test_concurrent_requests_with_wrong_credentials_cost_one_login(
    pbx: YeastarS, sim: Simulator
) -> None:
    """Those that wait learn from the one that failed."""
    sim.password = "Changed-On-The-Pbx-1"
    results = await asyncio.gather(
        *(pbx.snapshot() for _ in range(5)), return_exceptions=True
    )
    assert [type(result) for result in results] == [PbxLoginRejected] * 5
    assert len(sim.requests) == 1


async def lock_out(connect: Connect, sim: Simulator) -> None:
    """Fail as often as it takes, as somebody else behind the same address would."""
    right, sim.password = sim.password, "Changed-On-The-Pbx-1"
    # Each client tries once only.
    wrong = [connect(sim) for _ in range(5)]
    sim.password = right
    for pbx in wrong:
        with pytest.raises(PbxLoginRejected):
            await pbx.connect()
    sim.requests.clear()


async def test_locked_out_means_ten_silent_minutes(
    connect: Connect, sim: Simulator, clock: ManualClock
) -> None:
    """Then a login is tried again, and works."""
    pbx = connect(sim)
    await lock_out(connect, sim)

    with pytest.raises(PbxLockedOut) as err:
        await pbx.snapshot()
    assert err.value.retry_after == 600
    assert login_versions(sim) == ["v1.1.0"]

    await clock.advance(250)
    with pytest.raises(PbxLockedOut) as err:
        await pbx.monitor(MonitorMode.WHISPER, "1005", "1001")
    assert err.value.retry_after == 350

    await clock.advance(349.5)
    with pytest.raises(PbxLockedOut) as err:
        await pbx.connect()
    assert err.value.retry_after == 0.5
    assert len(sim.requests) == 1

    await clock.advance(0.5)
    assert (await pbx.connect()).serial_number == sim.serial


async def test_still_locked_out_after_ten_minutes(
    pbx: YeastarS, sim: Simulator, clock: ManualClock
) -> None:
    """Ten more, and one login for each."""
    sim.faults.add(Fault(kind="errno", endpoint="login", errno=20002))
    for count in (1, 2, 3):
        for _ in range(3):
            with pytest.raises(PbxLockedOut):
                await pbx.snapshot()
        assert len(sim.requests) == count
        await clock.advance(600)


async def test_lock_out_in_the_middle_of_a_session(
    connected: YeastarS, sim: Simulator
) -> None:
    """Its token is still good, so only new logins keep quiet."""
    sim.faults.add(
        Fault(kind="errno", endpoint="extensionlist/query", errno=20002, times=1)
    )
    with pytest.raises(PbxLockedOut) as err:
        await connected.snapshot()
    assert err.value.retry_after == 600
    assert (await connected.snapshot()).complete

    sim.expire_tokens()
    sim.requests.clear()
    with pytest.raises(PbxLockedOut):
        await connected.snapshot()
    assert endpoints(sim) == ["inbound/query"]


async def test_lock_out_that_drops_looks_like_no_connection(
    connect: Connect, sim: Simulator
) -> None:
    """Not documented whether it answers at all (2.5)."""
    await lock_out(connect, sim)
    sim.switches.lockout_drops = True
    with pytest.raises(PbxUnreachable) as err:
        await connect(sim).connect()
    assert err.value.reason is Unreachable.CANNOT_CONNECT
