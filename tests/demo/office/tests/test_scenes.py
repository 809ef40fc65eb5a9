"""Each scene, what the PBX tells in it, and that nothing is left behind."""

import asyncio
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest

from tests.demo.office.office import SCENE_SUPERVISORS, Office
from tests.demo.office.scenes import SCENES, chosen, play
from tests.demo.office.stage import Stage
from tests.simulator import ManualClock, Simulator
from tests.simulator.chance import Chance
from tests.simulator.exchange import Forward
from tests.simulator.exchange.errors import ExchangeError, NotPossible
from tests.simulator.tests.told import Told

STAFF = ("1003", "1004", "1006", "1007")
ALL = [(name, variant) for name, variants in SCENES.items() for variant in variants]
LONGEST = 400


def expected() -> dict[tuple[str, str], list[str]]:
    """Return the reports of each scene, as read through against reference 5.3."""
    text = Path(__file__).with_name("scenes.txt").read_text(encoding="utf-8")
    found: dict[tuple[str, str], list[str]] = {}
    for section in text.strip().split("\n\n"):
        title, *lines = section.splitlines()
        name, variant = title.split()
        found[name, variant] = [line.strip() for line in lines]
    return found


def staged(clock: ManualClock) -> tuple[Simulator, Stage]:
    """Return an office without its traffic, and a stage in it."""
    sim = Simulator(clock)
    Office(sim)
    return sim, Stage(sim, Chance("x"), STAFF, SCENE_SUPERVISORS)


async def played(
    clock: ManualClock, stage: Stage, name: str, variant: str, seconds: int = LONGEST
) -> None:
    """Play a scene to its end."""
    task = asyncio.create_task(play(stage, SCENES[name][variant]))
    for _ in range(seconds):
        await clock.run_for(1)
        if task.done():
            break
    assert task.done()
    await task


@pytest.mark.parametrize(("name", "variant"), ALL)
async def test_reports(clock: ManualClock, name: str, variant: str) -> None:
    """What is told, in which order, of which call; then everybody is free."""
    sim, stage = staged(clock)
    told = Told(sim)
    await played(clock, stage, name, variant)
    assert stage.ended_by is None
    assert told.lines == expected()[name, variant]
    assert not sim.calls
    assert not sim.monitors
    assert all(sim.exchange.free(number) for number in STAFF)
    await sim.exchange.stop()


def test_every_scene_is_written_down() -> None:
    """Neither more nor less."""
    assert list(expected()) == ALL


@pytest.mark.parametrize(("name", "variant"), ALL)
async def test_somebody_interferes(clock: ManualClock, name: str, variant: str) -> None:
    """Answered, held, hung up or refused by hand, early or late: no call is left behind."""
    for after, act in product((1, 5, 9, 14), ("answer", "hold", "hang_up", "reject")):
        sim, stage = staged(clock)
        task = asyncio.create_task(play(stage, SCENES[name][variant]))
        await clock.run_for(after)
        for call in list(sim.calls.values()):
            with suppress(ExchangeError):
                getattr(call, act)()
        await clock.run_for(LONGEST)
        assert task.done()
        assert not sim.calls
        assert not sim.monitors
        await sim.exchange.stop()


@pytest.mark.parametrize(("name", "variant"), ALL)
async def test_power_is_lost(clock: ManualClock, name: str, variant: str) -> None:
    """A restart ends a scene too."""
    sim, stage = staged(clock)
    task = asyncio.create_task(play(stage, SCENES[name][variant]))
    await clock.run_for(6)
    sim.restart()
    await clock.run_for(LONGEST)
    assert task.done()
    assert not sim.calls
    await sim.exchange.stop()


async def test_office_plays_one_scene_by_itself(clock: ManualClock) -> None:
    """Called by name; with a cast that the traffic leaves alone, ended with the office."""
    sim = Simulator(clock)
    office = Office(sim)
    assert office.play("two_calls", "first_ends_first") == "first_ends_first"
    assert office.play("voicemail") == "leaves_a_message"
    assert list(office.scenes) == [
        ("two_calls", "first_ends_first"),
        ("voicemail", "leaves_a_message"),
    ]
    await clock.run_for(3)
    assert len(sim.calls) == 2
    await office.close()
    assert not sim.calls
    await sim.exchange.stop()


async def test_office_plays_scenes_now_and_then(clock: ManualClock) -> None:
    """In its traffic, of many kinds, by the seed; the demo pair is left alone."""
    sim = Simulator(clock, seed=3)
    office = Office(sim)
    office.open()
    for _ in range(3600):
        await clock.run_for(1)
        for call in sim.calls.values():
            pair = {"1001", "1002"} & set(call.numbers)
            assert pair in (set(), {"1001", "1002"})
    assert len({name for name, _ in office.scenes}) >= 5
    await office.close()
    await sim.exchange.stop()


async def test_nobody_is_free(clock: ManualClock) -> None:
    """Told at once; a scene that is not in the table is another mistake."""
    sim = Simulator(clock)
    office = Office(sim)
    for number in STAFF:
        sim.extensions[number].dnd = True
    for name in ("queue", "ring_group", "call_waiting", "forwarding"):
        with pytest.raises(NotPossible):
            office.play(name)
    sim.exchange.queues["6700"] = ["1000"]
    with pytest.raises(NotPossible):
        office.play("queue")
    assert not sim.calls
    assert not office.scenes
    with pytest.raises(LookupError):
        office.play("opera")
    with pytest.raises(LookupError):
        chosen("queue", "opera", Chance("x"))
    await office.close()
    await sim.exchange.stop()


async def test_forwarding_is_put_back(clock: ManualClock) -> None:
    """Also when the scene is broken off, or the extension is gone."""
    sim, stage = staged(clock)
    task = asyncio.create_task(play(stage, SCENES["forwarding"]["always"]))
    await clock.run_for(1)
    away = next(e for e in sim.extensions.values() if e.always_forward.on)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert away.always_forward == Forward()
    assert not sim.calls
    stage = Stage(sim, Chance("x"))
    with stage.always_forwarding(away.number, "1001"):
        sim.remove_extension(away.number)
    await sim.exchange.stop()
