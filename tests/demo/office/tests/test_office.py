"""The office at work, and the clock it works by."""

import asyncio

from tests.demo.office.office import Office, Plan
from tests.simulator import ManualClock, Simulator, SystemClock
from tests.simulator.exchange.cdr import Outcome
from tests.simulator.exchange.events import CallRecorded


async def worked(
    seed: int, minutes: int
) -> tuple[Simulator, list[Plan], list[Outcome], list[int]]:
    """Let an office work; return the plans, how calls ended, how many lived each second."""
    clock = ManualClock()
    sim = Simulator(clock, seed=seed)
    outcomes: list[Outcome] = []
    sim.exchange.listeners.append(
        lambda event: (
            outcomes.append(event.record.outcome)
            if isinstance(event, CallRecorded)
            else None
        )
    )
    office = Office(sim)
    office.open()
    office.open()
    alive = []
    for _ in range(minutes * 60):
        await clock.run_for(1)
        alive.append(len(sim.calls))
    await office.close()
    await sim.exchange.stop()
    assert not office.running
    return sim, list(office.history), outcomes, alive


async def test_a_working_hour() -> None:
    """Calls of every kind start and end; there is always one to whisper to."""
    _, plans, outcomes, alive = await worked(1, 20)
    assert {plan.way for plan in plans} == {"internal", "inbound", "outbound"}
    assert {plan.fate for plan in plans} >= {
        "talk",
        "hold",
        "transfer",
        "reject",
        "unanswered",
    }
    assert set(outcomes) >= {
        Outcome.ANSWERED,
        Outcome.NO_ANSWER,
        Outcome.BUSY,
        Outcome.VOICEMAIL,
    }
    assert 2 <= max(alive) <= 6
    # Between two demo calls, which last ten minutes, there is a breath of two seconds.
    assert alive.count(0) <= 10


async def test_same_seed_same_day() -> None:
    """The plans depend on the seed alone."""
    first, second, other = [(await worked(seed, 3))[1] for seed in (1, 1, 2)]
    assert first == second != other
    assert len(first) > 8


async def test_supervisors_are_left_in_peace() -> None:
    """Nobody calls them: their phones are free unless they monitor. The demo pair talks."""
    clock = ManualClock()
    sim = Simulator(clock)
    office = Office(sim)
    office.open()
    for _ in range(100):
        await clock.run_for(2)
        assert sim.status_of("1005") == "Registered"
        for number in ("1000", "1011"):
            assert not sim.exchange.calls_of(number)
    assert (sim.status_of("1001"), sim.status_of("1002")) == ("Busy", "Busy")
    demo = next(call for call in sim.calls.values() if call.numbers == ("1001", "1002"))
    demo.hang_up()
    await clock.run_for(5)
    assert sim.status_of("1002") == "Busy"
    await office.close()
    await sim.exchange.stop()


async def test_people_may_interfere() -> None:
    """Calls that a test ends, extensions it deletes: the office goes on."""
    clock = ManualClock()
    sim = Simulator(clock)
    office = Office(sim)
    office.open()
    for second in range(150):
        await clock.run_for(1)
        if second % 20 == 0:
            for call in list(sim.calls.values()):
                call.hang_up()
    for number in list(sim.extensions)[5:]:
        sim.remove_extension(number)
    before = len(office.history)
    await clock.run_for(120)
    assert len(office.history) > before
    await office.close()
    await sim.exchange.stop()


async def test_two_calls_at_once_happen() -> None:
    """Somebody who talks is called a second time."""
    clock = ManualClock()
    sim = Simulator(clock)
    office = Office(sim)
    office.open()
    most = 0
    for _ in range(600):
        await clock.run_for(1)
        most = max(
            most, *(len(sim.exchange.calls_of(number)) for number in sim.extensions)
        )
    assert most == 2
    await office.close()
    await sim.exchange.stop()


async def test_manual_clock() -> None:
    """It wakes who is due, the earliest first, and lets chains run at their own time."""
    clock = ManualClock(100.0)
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, *naps: float) -> None:
        for nap in naps:
            await clock.sleep(nap)
            woken.append((name, clock.now()))

    tasks = [
        asyncio.create_task(sleeper("late", 5)),
        asyncio.create_task(sleeper("early", 1, 1, 1)),
        asyncio.create_task(sleeper("now", 0)),
    ]
    await asyncio.sleep(0)
    assert clock.sleepers == 2
    await asyncio.sleep(0)
    assert woken == [("now", 100.0)]
    await clock.advance(0.5)
    assert len(woken) == 1
    await clock.run_for(2)
    assert woken[1:] == [("early", 101.0), ("early", 102.0)]
    await clock.advance(10)
    assert sorted(woken[3:]) == [("early", 112.5), ("late", 112.5)]
    cancelled = asyncio.create_task(sleeper("never", 1))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.gather(*tasks, cancelled, return_exceptions=True)
    await clock.advance(5)
    assert len(woken) == 5


async def test_system_clock() -> None:
    """Real time passes."""
    clock = SystemClock()
    before = clock.now()
    await clock.sleep(0.02)
    assert 0.01 < clock.now() - before < 5
