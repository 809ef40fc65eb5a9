"""Fixtures: rigs, each version started once, and hubs connected to them."""

from collections.abc import AsyncGenerator, Generator

import pytest

from .hub import StandInHub
from .install import SUITES
from .proxy import Proxy
from .remote import RemoteRig, running_rig
from .requirement import require_asterisk


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests of a rig in one process, when several run tests."""
    for item in items:
        if item.path.parent.name != "asterisk" or "rig" not in getattr(
            item, "fixturenames", ()
        ):
            continue
        item.add_marker(pytest.mark.asterisk)
        item.add_marker(pytest.mark.timeout(120))
        suite = item.callspec.params["rig"]  # type: ignore[attr-defined]
        item.add_marker(pytest.mark.xdist_group(f"asterisk-{suite}"))


@pytest.fixture(scope="session", params=SUITES)
def rig(request: pytest.FixtureRequest) -> Generator[RemoteRig]:
    """Return a running Asterisk; skip the test, with the reason, if there is none."""
    suite = str(request.param)
    require_asterisk(suite)
    with running_rig(suite) as running:
        yield running


@pytest.fixture
async def quiet(rig: RemoteRig, socket_enabled: None) -> AsyncGenerator[RemoteRig]:
    """Yield a rig without calls, before and after the test."""
    yield rig
    await rig.do("clear")


@pytest.fixture
async def hub(quiet: RemoteRig) -> AsyncGenerator[StandInHub]:
    """Yield a hub with all rights."""
    async with StandInHub(quiet.client()).running() as running:
        yield running


@pytest.fixture
async def proxy(quiet: RemoteRig) -> AsyncGenerator[Proxy]:
    """Yield a proxy to the PBX that can be cut."""
    async with Proxy(quiet.address).running() as running:
        yield running
