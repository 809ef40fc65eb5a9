"""Too many changes at once: one `apply` at the end, and not too often (3.12)."""

import asyncio
from contextlib import suppress

import pytest

from custom_components.pbx.client import (
    PbxLockedOut,
    PbxRefused,
    PbxUnreachable,
    Refusal,
    SettingsChange,
)
from custom_components.pbx.client.yeastar.s import YeastarS, settings
from tests.client.conftest import endpoints
from tests.simulator import Fault, Simulator

DND = SettingsChange(do_not_disturb=True)
NUMBERS = ("1001", "1002", "1005", "1006")


@pytest.fixture
def bursting(
    connected: YeastarS, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> YeastarS:
    """Return a client of a PBX that lets no change take effect by itself."""
    sim.switches.update_limit = 0
    monkeypatch.setattr(settings, "SETTLE", 0.05)
    monkeypatch.setattr(settings, "APPLY_INTERVAL", 0.3)
    return connected


def _disturbed(sim: Simulator) -> list[str]:
    """Return who can be disturbed."""
    return [number for number, one in sim.extensions.items() if not one.dnd]


def test_intervals_are_what_they_are_meant_to_be() -> None:
    """Old firmware may lose calls over it."""
    assert settings.SETTLE == 1
    assert settings.APPLY_INTERVAL == 10


async def test_changes_that_take_effect_need_no_apply(
    connected: YeastarS, sim: Simulator
) -> None:
    """The PBX does it by itself."""
    await connected.change_settings("1001", DND)
    assert endpoints(sim) == ["extension/update"]


async def test_one_apply_serves_a_burst(bursting: YeastarS, sim: Simulator) -> None:
    """All wait for it, and then all is in effect; nothing is written twice."""
    async with asyncio.timeout(5):
        await asyncio.gather(*(bursting.change_settings(n, DND) for n in NUMBERS))
    assert endpoints(sim) == ["extension/update"] * 4 + ["apply"]
    assert not _disturbed(sim)


async def test_next_apply_waits_for_its_time(
    bursting: YeastarS, sim: Simulator
) -> None:
    """However soon the next change comes."""
    for number in NUMBERS[:2]:
        await bursting.change_settings(number, DND)
    first, second = sim.requests_to("apply")
    assert second.monotonic - first.monotonic >= 0.3
    assert _disturbed(sim) == ["1005", "1006"]


async def test_refused_apply_means_written_but_not_in_effect(
    bursting: YeastarS, sim: Simulator
) -> None:
    """All who waited learn of it; it is not tried again until the next change."""
    sim.switches.apply_limit = 0
    outcomes = await asyncio.gather(
        *(bursting.change_settings(n, DND) for n in NUMBERS), return_exceptions=True
    )
    assert [err.refusal for err in outcomes if isinstance(err, PbxRefused)] == [
        Refusal.TOO_OFTEN
    ] * 4
    assert len(sim.requests_to("apply")) == 1
    assert len(_disturbed(sim)) == 4

    sim.switches.apply_limit = 3
    await bursting.change_settings("1001", DND)
    assert not _disturbed(sim)


async def test_apply_that_fails_for_another_reason(
    bursting: YeastarS, sim: Simulator
) -> None:
    """Means the same: it is written all the same."""
    sim.faults.add(Fault(kind="errno", endpoint="apply", errno=30001))
    with pytest.raises(PbxRefused) as err:
        await bursting.change_settings("1001", DND)
    assert (err.value.refusal, err.value.code) == (Refusal.TOO_OFTEN, 30001)


@pytest.mark.parametrize("kind", ["reset", "html", "http_503"])
async def test_lost_apply_leaves_open_what_was_done(
    bursting: YeastarS, sim: Simulator, kind: str
) -> None:
    """Not sent again."""
    sim.faults.add(Fault(kind=kind, endpoint="apply"))
    with pytest.raises(PbxUnreachable) as err:
        await bursting.change_settings("1001", DND)
    assert err.value.maybe_done
    assert endpoints(sim) == ["extension/update", "apply"]


async def test_apply_that_was_never_sent_leaves_it_open_too(
    bursting: YeastarS, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings were written before."""
    monkeypatch.setattr(settings, "SETTLE", 1)
    change = asyncio.create_task(bursting.change_settings("1001", DND))
    while not endpoints(sim):
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.2)
    await sim.go_offline()
    with pytest.raises(PbxUnreachable) as err:
        await change
    assert err.value.maybe_done


async def test_lock_out_in_answer_to_the_apply_is_raised(
    bursting: YeastarS, sim: Simulator
) -> None:
    """It is not turned into a refusal of the `apply`."""
    sim.faults.add(Fault(kind="errno", endpoint="apply", errno=20002))
    with pytest.raises(PbxLockedOut):
        await bursting.change_settings("1001", DND)


async def test_cancelled_change_leaves_the_apply_to_the_others(
    bursting: YeastarS, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the cancelled one would have sent it."""
    monkeypatch.setattr(settings, "SETTLE", 1)
    changes = [asyncio.create_task(bursting.change_settings(n, DND)) for n in NUMBERS]
    while len(endpoints(sim)) < 4:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.2)
    changes[0].cancel()
    with suppress(asyncio.CancelledError):
        await changes[0]
    await asyncio.gather(*changes[1:])
    assert endpoints(sim).count("apply") == 1
    assert not _disturbed(sim)


async def test_hanging_change_does_not_delay_the_apply_forever(
    bursting: YeastarS, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait for other changes is bounded."""
    monkeypatch.setattr(settings, "MOST_SETTLING", 2)
    sim.faults.add(Fault(kind="hang", endpoint="extension/update", after=1))
    async with asyncio.timeout(5):
        changes = [
            asyncio.create_task(bursting.change_settings(n, DND)) for n in NUMBERS[:2]
        ]
        await asyncio.wait(changes, return_when=asyncio.FIRST_COMPLETED)
    assert endpoints(sim) == ["extension/update", "extension/update", "apply"]
    changes[1].cancel()
    with suppress(asyncio.CancelledError):
        await changes[1]
