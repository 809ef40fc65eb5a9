"""How supervision ends: by whom, and when nobody says so."""

from collections.abc import Callable

from homeassistant.core import Context, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from tests.integration.conftest import Push
from tests.integration.phone import until
from tests.integration.supervised import (
    SUPERVISOR,
    Told,
    act,
    agents_call,
    listen_to,
    monitor,
    monitored_by,
)
from tests.simulator import Fault, SimCall, Simulator
from tests.simulator.faults import ReportFault


@pytest.fixture
def told(hass: HomeAssistant) -> Told:
    """Collect what is told."""
    return listen_to(hass)


def by_hand(sim: Simulator, call: SimCall) -> None:
    """Let the supervisor put the receiver down."""
    sim.exchange.hang_up_extension("1005")


def by_the_call(sim: Simulator, call: SimCall) -> None:
    """Let the call end."""
    call.hang_up()


def by_a_restart(sim: Simulator, call: SimCall) -> None:
    """Let the PBX lose power."""
    sim.restart()


@pytest.mark.parametrize("end", [by_hand, by_the_call, by_a_restart])
@pytest.mark.parametrize("reports", [True, False])
async def test_end_that_nobody_asked_for(
    in_time: Push,
    told: Told,
    end: Callable[[Simulator, SimCall], None],
    reports: bool,
) -> None:
    """Seen from the supervisor's phone, reported or polled; it names who had begun it."""
    if not reports:
        in_time.sim.faults.reports.add(ReportFault("lost"))
    user = MockUser(is_owner=True)
    user.add_to_hass(in_time.hass)
    call = agents_call(in_time.sim)
    await in_time.settled()
    await monitor(in_time, "listen", context=Context(user_id=user.id))
    await in_time.pass_time(5)
    assert in_time.state(SUPERVISOR) == "busy"
    end(in_time.sim, call)
    await in_time.time_until(lambda: monitored_by(in_time) is None, 12)
    assert told.types == ["started", "stopped"]
    assert told.reasons == [None, None]
    (begun, by_user), (ended, by_nobody) = told.events
    assert begun["user"] == ended["user"] == user.id
    assert (by_user.user_id, by_nobody.user_id) == (user.id, None)


async def test_stop_and_change_are_of_who_did_them(
    hass: HomeAssistant, pushing: Push, told: Told
) -> None:
    """The logbook names who ended what somebody else had begun."""
    users = [MockUser(is_owner=True, name=name) for name in ("Ada", "Bob", "Cleo")]
    for user in users:
        user.add_to_hass(hass)
    ada, bob, cleo = (Context(user_id=user.id) for user in users)
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "listen", context=ada)
    await pushing.settled()
    await monitor(pushing, "whisper", context=bob)
    await pushing.settled()
    await act(hass, "stop_monitoring", supervisor="1005", context=cleo)
    await pushing.settled()
    assert told.types == ["started", "stopped", "started", "stopped"]
    assert [context for _, context in told.events] == [ada, bob, bob, cleo]
    assert [attributes["user"] for attributes, _ in told.events] == [
        context.user_id for context in (ada, bob, bob, cleo)
    ]


async def test_end_while_the_pbx_is_away(in_time: Push, told: Told) -> None:
    """Told when it is back."""
    agents_call(in_time.sim)
    await in_time.settled()
    await monitor(in_time, "listen")
    await in_time.settled()
    await in_time.sim.go_offline()
    await in_time.coordinator.async_refresh()
    in_time.sim.exchange.hang_up_extension("1005")
    await in_time.pass_time(30, step=5)
    assert told.types == ["started"]
    await in_time.sim.come_back()
    await in_time.time_until(lambda: in_time.state(SUPERVISOR) == "idle", 15)
    assert monitored_by(in_time) is None
    assert told.types == ["started", "stopped"]


async def test_phone_that_seems_in_use_all_the_time(in_time: Push, told: Told) -> None:
    """Nothing changes where an old call gave way to the supervision: it counts in the end."""
    sim = in_time.sim
    sim.faults.reports.add(ReportFault("lost"))
    agents_call(sim)
    own = sim.call("1005", "1006", answer=True)
    await in_time.coordinator.async_refresh()
    own.hang_up()
    await monitor(in_time, "listen")
    await in_time.pass_time(20)
    assert monitored_by(in_time) == ["1005"]
    sim.exchange.hang_up_extension("1005")
    await in_time.time_until(lambda: monitored_by(in_time) is None, 12)
    assert told.reasons == [None, None]


async def test_supervisor_that_is_deleted(in_time: Push, told: Told) -> None:
    """A phone that does not exist supervises nobody."""
    agents_call(in_time.sim)
    await in_time.settled()
    await monitor(in_time, "listen")
    await in_time.settled()
    in_time.sim.remove_extension("1005")
    await in_time.settled()
    await in_time.coordinator.async_refresh()
    await in_time.coordinator.async_refresh()
    await in_time.settled()
    assert in_time.state(SUPERVISOR) is None
    assert monitored_by(in_time) is None
    assert told.types == ["started", "stopped"]


async def test_supervisor_that_is_deleted_while_the_pbx_is_asked(
    pushing: Push, told: Told
) -> None:
    """The PBX calls a phone that is gone when it answers: nobody supervises for ever."""
    sim, hass = pushing.sim, pushing.hass
    agents_call(sim)
    await pushing.settled()
    sim.faults.add(Fault(kind="latency", endpoint="extension/listen", seconds=0.5))
    listening = hass.async_create_task(monitor(pushing, "listen"))
    await until(lambda: bool(sim.requests_to("extension/listen")))
    sim.remove_extension("1005")
    await pushing.coordinator.async_refresh()
    await pushing.coordinator.async_refresh()
    assert not listening.done()
    await listening
    await pushing.settled()
    assert monitored_by(pushing) is None
    assert told.types == ["started", "stopped"]


async def test_end_that_is_reported_before_the_pbx_answers(
    pushing: Push, told: Told
) -> None:
    """It is told once, with who did it."""
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "listen")
    await pushing.settled()
    pushing.sim.faults.add(
        Fault(kind="latency", endpoint="extension/hangup", seconds=0.2)
    )
    await act(pushing.hass, "stop_monitoring", supervisor="1005")
    await pushing.settled()
    assert told.reasons == [None, "stopped"]


async def test_phone_that_is_picked_up_before_the_pbx_answers(
    pushing: Push, told: Told
) -> None:
    """What was reported by then counts: nobody waits for it to happen again."""
    agents_call(pushing.sim)
    await pushing.settled()
    pushing.sim.faults.add(
        Fault(kind="latency", endpoint="extension/whisper", seconds=0.2)
    )
    await monitor(pushing, "whisper", wait=True)
    assert monitored_by(pushing) == ["1005"]
    pushing.sim.exchange.hang_up_extension("1005")
    await pushing.settled()
    assert told.reasons == [None, None]
