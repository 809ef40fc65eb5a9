"""What happens to the calls of each extension: told once, and only what is news."""

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest

from custom_components.pbx.const import CONF_CONTACTS
from tests.simulator import Fault, ManualClock, Simulator
from tests.simulator.faults import ReportFault

from .conftest import Push, set_up_pushing
from .told import Told, types


async def test_a_call_from_ring_to_hang_up(pushing: Push, told: Told) -> None:
    """Both ends hear of it, each its own part."""
    call = pushing.sim.call("1001", "1002")
    await pushing.settled()
    call.answer()
    await pushing.settled()
    pushing.clock.advance(42)
    call.hang_up("1002")
    await pushing.settled()

    assert types(told, "1001") == ["dialing", "answered", "ended"]
    assert types(told, "1002") == ["ringing", "answered", "ended"]
    (_, _, ringing), (_, _, ended) = (
        next(t for t in told if t[:2] == ("1002", "ringing")),
        next(t for t in told if t[:2] == ("1002", "ended")),
    )
    assert ringing["call_id"] == ended["call_id"] == call.call_id
    assert (ringing["number"], ringing["name"]) == ("1001", "Anna Berg")
    assert ringing["direction"] == "internal"
    assert "outcome" not in ringing
    assert (ended["outcome"], ended["ended_by"]) == ("answered", "1002")
    assert (ended["talked"], ended["duration"]) == (42, 42)
    assert ended["rang"] == 0


async def test_inbound_call_names_who_calls(
    hass: HomeAssistant,
    sim: Simulator,
    clock: ManualClock,
    report_address: str,
    told: Told,
) -> None:
    """Number, contact, trunk and direction are there at the first ring."""
    push = await set_up_pushing(
        hass,
        sim,
        clock,
        report_address,
        options={CONF_CONTACTS: "+358 40 123 4567 = Grandma\n0800* = Free"},
    )
    call = sim.inbound("0401234567", "1001", trunk="SIP-142")
    await push.settled()
    (number, kind, data) = told[0]
    assert (number, kind) == ("1001", "ringing")
    assert (data["number"], data["name"]) == ("0401234567", "Grandma")
    assert (data["trunk"], data["direction"]) == ("SIP-142", "inbound")
    call.hang_up()
    await push.settled()
    assert types(told, "1001") == ["ringing", "missed"]
    assert told[-1][2]["outcome"] == "missed"
    assert told[-1][2]["talked"] == 0


async def test_call_that_cannot_be_put_through(pushing: Push, told: Told) -> None:
    """Who dialled hears that it failed, and how."""
    call = pushing.sim.call("1001", "1002")
    await pushing.settled()
    call.reject()
    await pushing.settled()
    assert types(told, "1001") == ["dialing", "failed"]
    assert told[-1][2]["outcome"] in ("busy", "rejected") or (
        next(t for t in told if t[:2] == ("1001", "failed"))[2]["outcome"]
        in ("busy", "rejected")
    )


async def test_hold_is_found_by_the_poll(pushing: Push, told: Told) -> None:
    """The PBX does not report it; while a call is held, the poll is fast."""
    call = pushing.sim.call("1001", "1002", answer=True)
    await pushing.settled()
    call.hold("1001")
    await pushing.settled()
    await pushing.coordinator.async_refresh()
    assert pushing.state("sensor.anna_berg") == "on_hold"
    interval = pushing.coordinator.update_interval
    assert interval is not None
    assert interval.total_seconds() == 10
    call.unhold("1001")
    await pushing.settled()
    await pushing.coordinator.async_refresh()
    await pushing.settled()
    assert types(told, "1001") == ["dialing", "answered", "held", "resumed"]
    assert pushing.coordinator.polling.mode.value == "working"


async def test_two_calls_at_once_stay_two(pushing: Push, told: Told) -> None:
    """The end of the second leaves the first as it is."""
    first = pushing.sim.call("1001", "1002", answer=True)
    await pushing.settled()
    second = pushing.sim.call("1005", "1002")
    await pushing.settled()
    assert pushing.state("sensor.yeastar_s100_calls_in_progress") == "2"
    assert pushing.state("sensor.bruno_costa_other_party") == "Anna Berg"
    second.hang_up()
    await pushing.settled()

    of_bruno = [(k, d["call_id"]) for n, k, d in told if n == "1002"]
    assert of_bruno == [
        ("ringing", first.call_id),
        ("answered", first.call_id),
        ("ringing", second.call_id),
        ("missed", second.call_id),
    ]
    assert pushing.state("sensor.yeastar_s100_calls_in_progress") == "1"
    assert pushing.state("sensor.bruno_costa") == "busy"
    assert pushing.state("sensor.bruno_costa_other_party") == "Anna Berg"
    first.hang_up()
    await pushing.settled()
    assert of_bruno[-1][0] == "missed"
    assert types(told, "1002")[-1] == "ended"


async def test_call_that_runs_at_start_is_no_news(
    hass: HomeAssistant,
    sim: Simulator,
    clock: ManualClock,
    report_address: str,
    told: Told,
) -> None:
    """It may have begun an hour ago; only its end is an event."""
    call = sim.call("1001", "1002", answer=True)
    push = await set_up_pushing(hass, sim, clock, report_address)
    assert told == []
    assert push.state("sensor.anna_berg_other_party") == "Bruno Costa"
    call.hang_up()
    await push.settled()
    assert types(told, "1001") == types(told, "1002") == ["ended"]


@pytest.mark.parametrize("kind", ["doubled", "reordered"])
async def test_repeated_reports_fire_no_event_twice(
    pushing: Push, told: Told, kind: str
) -> None:
    """In any number and any order."""
    pushing.sim.faults.reports.add(ReportFault(kind))
    call = pushing.sim.call("1001", "1002")
    await pushing.settled()
    call.answer()
    await pushing.settled()
    call.hang_up()
    await pushing.settled()
    pushing.sim.faults.clear()
    await pushing.coordinator.async_refresh()
    await pushing.settled()

    for number in ("1001", "1002"):
        happened = types(told, number)
        assert len(happened) == len(set(happened))
        assert happened[-1] == "ended"


async def test_end_without_a_record_is_told_after_a_moment(
    in_time: Push, told: Told
) -> None:
    """The PBX's record is waited for, but not for ever."""
    call = in_time.sim.call("1001", "1002", answer=True)
    await in_time.settled()
    in_time.sim.faults.reports.add(ReportFault("lost", action="NewCdr"))
    call.hang_up()
    await in_time.settled()
    assert "ended" not in types(told, "1001")
    took = await in_time.time_until(lambda: "ended" in types(told, "1001"), 5)
    assert took <= 3
    assert in_time.state("sensor.anna_berg_last_call") == "answered"


async def test_unloading_cancels_the_timer_of_ended_calls(
    in_time: Push, told: Told
) -> None:
    """No timer is left behind."""
    call = in_time.sim.call("1001", "1002", answer=True)
    await in_time.settled()
    in_time.sim.faults.reports.add(ReportFault("lost", action="NewCdr"))
    call.hang_up()
    await in_time.settled()
    await in_time.hass.config_entries.async_unload(in_time.entry.entry_id)
    await in_time.pass_time(5)
    assert "ended" not in types(told, "1001")


async def test_call_reported_while_polls_fail(pushing: Push, told: Told) -> None:
    """The PBX that reports it is there, whatever became of the last poll."""
    pushing.sim.faults.add(Fault("errno"))
    await pushing.coordinator.async_refresh()
    assert pushing.state("sensor.anna_berg") == STATE_UNAVAILABLE

    call = pushing.sim.call("1001", "1002")
    await pushing.settled()
    call.answer()
    call.hang_up()
    await pushing.settled()
    assert types(told, "1002") == ["ringing", "answered", "ended"]

    pushing.sim.faults.clear()
    await pushing.coordinator.async_refresh()
    await pushing.settled()
    assert types(told, "1002") == ["ringing", "answered", "ended"]
