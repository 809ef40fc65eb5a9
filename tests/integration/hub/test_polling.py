"""Reports that do not fit together: the PBX is asked soon, and only where it has to be."""

import pytest

from tests.integration.conftest import Push
from tests.simulator.faults import ReportFault

ANNA = "sensor.anna_berg"
ANNAS_PARTY = "sensor.anna_berg_other_party"
LAST = "sensor.anna_berg_last_call"
# What reports a call; lost, only the status of the phones is told.
STEPS = ("RING", "ALERT", "ANSWER", "ANSWERED", "BYE")


def lose(push: Push, *actions: str) -> None:
    """Let reports get lost from now on."""
    for action in actions:
        push.sim.faults.reports.add(ReportFault("lost", action))


async def proven(push: Push) -> int:
    """Prove that reports arrive, so that polls are rare; return how many there were."""
    push.sim.set_registered("1006", False)
    await push.settled()
    await push.coordinator.async_refresh()
    await push.pass_time(4)
    assert push.coordinator.polling.mode.value == "working"
    return len(push.sim.requests_to("extensionlist/query"))


def last_call(push: Push) -> tuple[str, object]:
    """Return how Anna's last call ended, and with whom it was."""
    state = push.hass.states.get(LAST)
    assert state is not None
    return state.state, state.attributes.get("number")


async def test_status_without_its_call_asks_the_pbx(in_time: Push) -> None:
    """Busy, with nobody: what was lost is found within seconds, not with the next poll."""
    polls = await proven(in_time)
    lose(in_time, *STEPS)
    in_time.sim.call("1001", "1002", answer=True)
    await in_time.settled()
    assert (in_time.state(ANNA), in_time.state(ANNAS_PARTY)) == ("busy", "unknown")
    assert len(in_time.sim.requests_to("extensionlist/query")) == polls
    await in_time.time_until(lambda: in_time.state(ANNAS_PARTY) == "Bruno Costa", 4)


async def test_reports_that_fit_together_ask_nobody(in_time: Push) -> None:
    """However many come: all of a call is told, so there is nothing to ask."""
    polls = await proven(in_time)
    call = in_time.sim.call("1001", "1002")
    await in_time.settled()
    await in_time.pass_time(3)
    call.answer()
    await in_time.settled()
    await in_time.pass_time(3)
    call.hang_up()
    await in_time.settled()
    await in_time.pass_time(3)
    assert len(in_time.sim.requests_to("extensionlist/query")) == polls
    assert in_time.state(LAST) == "answered"


@pytest.mark.parametrize("times", [1, 2])
async def test_end_without_a_record_is_told_all_the_same(
    in_time: Push, times: int
) -> None:
    """After a while, each time anew."""
    await proven(in_time)
    lose(in_time, "NewCdr")
    for other in ("1002", "1005")[:times]:
        call = in_time.sim.call("1001", other, answer=True)
        await in_time.settled()
        call.hang_up()
        await in_time.settled()

        await in_time.time_until(lambda: last_call(in_time) == ("answered", other), 8)  # noqa: B023
