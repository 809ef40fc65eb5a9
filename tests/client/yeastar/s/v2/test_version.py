"""Which version is found, and what happens when the PBX gets another one."""

from collections.abc import AsyncGenerator

import pytest

from custom_components.pbx.client import (
    PbxLoginRejected,
    PbxUnreachable,
    PbxWrongService,
)
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.client.conftest import Connect, small_office
from tests.simulator import Fault, ManualClock, Simulator


def logins(sim: Simulator) -> list[str]:
    """Return the versions of the logins that were tried."""
    return [request.version for request in sim.requests_to("login")]


async def test_newest_version_is_found(connect: Connect, sim: Simulator) -> None:
    """The first login has it, and asks for its reports."""
    info = await connect(sim).connect()
    assert info.api_version == "v2.0.0"
    (login,) = sim.requests_to("login")
    assert login.body is not None
    assert login.body["version"] == "2.0.0"


async def test_older_pbx_has_an_older_version(connect: Connect, sim: Simulator) -> None:
    """What a PBX does not know costs one request."""
    sim.pbx.versions = frozenset({"v1.1.0"})
    pbx = connect(sim)
    assert (await pbx.connect()).api_version == "v1.1.0"
    assert logins(sim) == ["v2.0.0", "v1.1.0"]
    sim.expire_tokens()
    await pbx.snapshot()
    # It is remembered.
    assert logins(sim) == ["v2.0.0", "v1.1.0", "v1.1.0"]


async def test_early_firmware_counts_as_version_one(
    connect: Connect, sim: Simulator
) -> None:
    """Without the request for the calls of extensions, calls would be unknown."""
    sim.pbx.v2.query_call = False
    assert (await connect(sim).connect()).api_version == "v1.1.0"
    # The session of version 2 was given back, so that reports come in one format.
    assert [one.version for one in sim.sessions.live.values()] == ["v1.1.0"]


async def test_lost_answer_to_the_probe_is_no_version_one(
    connect: Connect, sim: Simulator
) -> None:
    """A passing failure must not hide version 2 until the next login."""
    sim.faults.add(Fault("reset", endpoint="extension/query_call", times=1))
    pbx = connect(sim)
    with pytest.raises(PbxUnreachable):
        await pbx.connect()
    assert (await pbx.connect()).api_version == "v2.0.0"


async def test_new_firmware_has_a_newer_version(
    connect: Connect, sim: Simulator
) -> None:
    """After a restart with other firmware, the version is found anew."""
    sim.pbx.versions = frozenset({"v1.1.0"})
    pbx = connect(sim)
    await pbx.snapshot()
    sim.pbx.versions = frozenset({"v1.1.0", "v2.0.0"})
    sim.firmware = "30.13.0.30"
    sim.restart()
    await pbx.snapshot()
    snapshot = await pbx.snapshot()
    assert snapshot.info.api_version == "v2.0.0"
    assert snapshot.calls_now == ()


async def test_older_firmware_has_an_older_version(
    connected: YeastarS, sim: Simulator
) -> None:
    """The requests of version 2 are refused, and one reading later it is version 1."""
    sim.pbx.versions = frozenset({"v1.1.0"})
    sim.restart()
    with pytest.raises(PbxUnreachable):
        await connected.snapshot()
    snapshot = await connected.snapshot()
    assert snapshot.info.api_version == "v1.1.0"
    assert len(snapshot.extensions) == 4


async def test_wrong_password_is_tried_once(connect: Connect, sim: Simulator) -> None:
    """Never with the next version: it would lock the address out."""
    pbx = connect(sim)
    sim.password = "Changed-On-The-Pbx-1"
    for _ in range(3):
        with pytest.raises(PbxLoginRejected):
            await pbx.connect()
    assert logins(sim) == ["v2.0.0"]


@pytest.fixture
async def openvox(
    socket_enabled: None, clock: ManualClock
) -> AsyncGenerator[Simulator]:
    """Run a PBX of the UC series."""
    simulator = Simulator(
        clock=clock, extensions=small_office(), api_versions=("v0.0.1",)
    )
    async with simulator.running():
        yield simulator


async def test_relative_of_another_maker(connect: Connect, openvox: Simulator) -> None:
    """Each request says that it wants JSON (reference, section 1.6)."""
    pbx = connect(openvox)
    info = (await pbx.snapshot()).info
    assert (info.api_version, info.manufacturer) == ("v0.0.1", "OpenVox")
    own = [request for request in openvox.requests if request.version == "v0.0.1"]
    assert {request.query.get("type") for request in own} == {"json"}


async def test_another_service_is_named_after_all_versions(
    connect: Connect, sim: Simulator
) -> None:
    """It is no PBX at all."""
    sim.faults.add(Fault("html"))
    with pytest.raises(PbxWrongService):
        await connect(sim).connect()
