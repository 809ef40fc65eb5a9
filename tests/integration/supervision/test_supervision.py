"""Supervision: joining a call, taking part in another way, and leaving it."""

from datetime import timedelta
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockUser,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.pbx.const import EVENT_MONITORING
from custom_components.pbx.supervision.memory import MEMORIES, async_forget_memory
from tests.integration.conftest import Push
from tests.integration.supervised import (
    SUPERVISOR,
    Told,
    act,
    agents_call,
    legs,
    listen_to,
    monitor,
    monitored_by,
)
from tests.simulator import Fault
from tests.simulator.faults import ReportFault

WIRE = {
    "listen": ("extension/listen", {"listener": "1005", "listenedext": "1002"}),
    "whisper": ("extension/whisper", {"whisperer": "1005", "whisperedext": "1002"}),
    "barge_in": ("extension/barge", {"bargein": "1005", "bargedext": "1002"}),
}


@pytest.fixture
def told(hass: HomeAssistant) -> Told:
    """Collect what is told."""
    return listen_to(hass)


def asked(push: Push) -> list[str]:
    """Return what the PBX was asked to do, without what only looks."""
    prefix = "extension/"
    return [
        request.endpoint.removeprefix(prefix)
        for request in push.sim.requests
        if request.endpoint.startswith(prefix) and request.endpoint != "extension/query"
    ]


@pytest.mark.parametrize("mode", WIRE)
async def test_each_mode_is_one_request(pushing: Push, told: Told, mode: str) -> None:
    """The supervisor is in the call in that way, and it is told and shown."""
    call = agents_call(pushing.sim)
    await pushing.settled()
    response = await monitor(pushing, mode)
    await pushing.settled()

    endpoint, body = WIRE[mode]
    (request,) = pushing.sim.requests_to(endpoint)
    assert request.body == body
    assert legs(pushing.sim) == [("1005", mode, "1002", "active")]
    assert set(response.values()) == {None, "1005", "1002"}
    assert monitored_by(pushing) == ["1005"]
    assert pushing.state(SUPERVISOR) == "busy"
    ((attributes, _),) = told.events
    assert attributes["event_type"] == "started"
    assert (attributes["mode"], attributes["user"]) == (mode, None)
    assert (attributes["supervisor"], attributes["extension"]) == ("1005", "1002")

    call.hang_up()
    await pushing.settled()
    assert monitored_by(pushing) is None
    assert told.types == ["started", "stopped"]
    assert told.reasons == [None, None]


@pytest.mark.parametrize("reports", [True, False])
async def test_another_mode_ends_the_one_before(
    in_time: Push, told: Told, reports: bool
) -> None:
    """Hung up, waited for, joined anew: with reports and without."""
    if not reports:
        in_time.sim.faults.reports.add(ReportFault("lost"))
    agents_call(in_time.sim)
    await in_time.settled()
    await monitor(in_time, "listen")
    await in_time.time_until(lambda: in_time.state(SUPERVISOR) == "busy", 15)

    changing = in_time.hass.loop.create_task(monitor(in_time, "whisper"))
    await in_time.time_until(changing.done, 10)
    await changing
    assert asked(in_time) == ["listen", "hangup", "whisper"]
    assert legs(in_time.sim) == [("1005", "whisper", "1002", "active")]
    assert told.types == ["started", "stopped", "started"]
    assert told.reasons == [None, "changed", None]
    assert monitored_by(in_time) == ["1005"]


async def test_another_call_ends_the_one_before(pushing: Push, told: Told) -> None:
    """A supervisor is in one call at a time."""
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "listen")
    await pushing.settled()
    await monitor(pushing, "listen", extension="1001")
    await pushing.settled()

    assert legs(pushing.sim) == [("1005", "listen", "1001", "active")]
    assert told.types == ["started", "stopped", "started"]
    assert monitored_by(pushing) is None
    assert monitored_by(pushing, "sensor.anna_berg") == ["1005"]


async def test_phone_that_does_not_get_free(in_time: Push, told: Told) -> None:
    """Somebody else called it in the meantime: said after ten seconds, nothing is forced."""
    sim = in_time.sim
    sim.switches.hangup_takes = "active"
    agents_call(sim)
    await in_time.settled()
    await monitor(in_time, "listen")
    await in_time.settled()
    sim.call("1006", "1005")
    await in_time.settled()

    changing = in_time.hass.loop.create_task(monitor(in_time, "whisper"))
    assert 8 <= await in_time.time_until(changing.done, 12) <= 11
    with pytest.raises(HomeAssistantError, match="did not become free") as err:
        await changing
    assert err.value.translation_key == "not_free_in_time"
    assert asked(in_time) == ["listen", "hangup"]
    assert told.types == ["started", "stopped", "refused"]
    assert told.reasons[2] == "not_free_in_time"
    assert monitored_by(in_time) is None


async def test_repeated_action_starts_no_second_supervision(
    pushing: Push, told: Told
) -> None:
    """For example two presses of one button."""
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "whisper")
    await pushing.settled()
    response = await monitor(pushing, "whisper", wait=True)
    await pushing.settled()
    assert response["call_id"] is None
    assert asked(pushing) == ["whisper"]
    assert told.types == ["started"]


async def test_same_again_after_an_end_that_nobody_told(
    pushing: Push, told: Told
) -> None:
    """Whoever hung up and presses again wants to be in the call."""
    sim = pushing.sim
    agents_call(sim)
    await pushing.settled()
    await monitor(pushing, "whisper")
    await pushing.settled()
    sim.faults.reports.add(ReportFault("lost"))
    sim.exchange.hang_up_extension("1005")
    await pushing.settled()
    await monitor(pushing, "whisper")
    assert asked(pushing) == ["whisper", "whisper"]
    assert legs(sim) == [("1005", "whisper", "1002", "active")]
    assert told.types == ["started", "stopped", "started"]


@pytest.mark.parametrize("reports", [True, False])
async def test_stop_hangs_up_the_supervisor_only(
    pushing: Push, told: Told, reports: bool
) -> None:
    """The call goes on."""
    call = agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "barge_in")
    await pushing.settled()
    if not reports:
        pushing.sim.faults.reports.add(ReportFault("lost"))
    response = await act(pushing.hass, "stop_monitoring", supervisor=SUPERVISOR)
    await pushing.settled()
    assert response == {"supervisor": "1005", "extension": "1002"}
    assert legs(pushing.sim) == []
    assert call.state == "talking"
    assert told.types == ["started", "stopped"]
    assert told.reasons == [None, "stopped"]
    assert monitored_by(pushing) is None


async def test_stop_without_response(pushing: Push) -> None:
    """Nobody has to take the answer."""
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "listen")
    await pushing.hass.services.async_call(
        "pbx", "stop_monitoring", {"supervisor": "1005"}, blocking=True
    )
    assert legs(pushing.sim) == []


async def test_stop_after_an_end_that_nobody_told(pushing: Push, told: Told) -> None:
    """What is over already is no failure."""
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "listen")
    await pushing.settled()
    pushing.sim.faults.reports.add(ReportFault("lost"))
    pushing.sim.exchange.hang_up_extension("1005")
    await pushing.settled()
    await act(pushing.hass, "stop_monitoring", supervisor="1005")
    assert told.types == ["started", "stopped"]


@pytest.mark.parametrize("own_call", [True, False])
async def test_nothing_to_stop(pushing: Push, told: Told, own_call: bool) -> None:
    """A supervisor's own call is not hung up by mistake."""
    if own_call:
        pushing.sim.call("1005", "1002", answer=True)
    await pushing.settled()
    with pytest.raises(HomeAssistantError) as err:
        await act(pushing.hass, "stop_monitoring", supervisor="1005")
    assert err.value.translation_key == "not_monitoring"
    assert "Sami Virtanen (1005)" in str(err.value)
    assert asked(pushing) == []
    assert told.types == []


async def unload(push: Push, *, remember: bool = True) -> None:
    """Take the entry down; without memory it is as if others had begun."""
    assert await push.hass.config_entries.async_unload(push.entry.entry_id)
    if not remember:
        await async_forget_memory(push.hass, push.entry.entry_id)


async def set_up_again(push: Push) -> None:
    """Set the entry up again."""
    assert await push.hass.config_entries.async_setup(push.entry.entry_id)
    await push.settled()


@pytest.mark.parametrize("reported", [True, False])
async def test_stop_of_supervision_that_is_not_remembered(
    pushing: Push, told: Told, reported: bool
) -> None:
    """Supervision begun elsewhere is ended, though its call is not known."""
    pushing.sim.switches.monitor_reports = reported
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "whisper")
    await pushing.settled()
    await unload(pushing, remember=False)
    await set_up_again(pushing)
    assert monitored_by(pushing) is None
    response = await act(pushing.hass, "stop_monitoring", supervisor="1005")
    await pushing.settled()
    assert response == {"supervisor": "1005", "extension": None}
    assert legs(pushing.sim) == []
    attributes, _ = told.events[-1]
    assert (attributes["event_type"], attributes["mode"]) == ("stopped", None)
    assert (attributes["supervisor"], attributes["extension"]) == ("1005", None)


@pytest.mark.parametrize("reported", [True, False])
async def test_supervision_survives_a_reload(
    pushing: Push, told: Told, reported: bool
) -> None:
    """It is shown all the time, changed as before, and stopped as before."""
    pushing.sim.switches.monitor_reports = reported
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "whisper")
    await pushing.settled()
    await unload(pushing)
    await set_up_again(pushing)
    assert monitored_by(pushing) == ["1005"]
    await monitor(pushing, "listen")
    await pushing.settled()
    assert legs(pushing.sim) == [("1005", "listen", "1002", "active")]
    response = await act(pushing.hass, "stop_monitoring", supervisor="1005")
    await pushing.settled()
    assert response == {"supervisor": "1005", "extension": "1002"}
    assert monitored_by(pushing) is None
    assert told.types == ["started", "stopped", "started", "stopped"]


async def test_supervision_that_ended_meanwhile(pushing: Push) -> None:
    """The end is told when the entry is set up again."""
    fired = async_capture_events(pushing.hass, EVENT_MONITORING)
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "whisper")
    await pushing.settled()
    await unload(pushing)
    pushing.sim.exchange.hang_up_extension("1005")
    await set_up_again(pushing)
    assert monitored_by(pushing) is None
    assert [event.data["type"] for event in fired] == ["started", "stopped"]
    assert fired[1].data["extension"] == "1002"
    assert fired[1].data["mode"] == "whisper"


async def test_supervision_is_stored_for_a_restart(
    pushing: Push, hass_storage: dict[str, Any]
) -> None:
    """With the user who began it, and without anything else; an end removes it."""
    ada = MockUser(is_owner=True)
    ada.add_to_hass(pushing.hass)
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "whisper", context=Context(user_id=ada.id))
    await pushing.settled()
    await flush_store(pushing.hass)
    key = f"pbx.supervision.{pushing.entry.entry_id}"
    supervisor = pushing.hass.states.get("sensor.sami_virtanen")
    assert supervisor is not None
    since = supervisor.attributes["monitoring_since"].timestamp()
    assert hass_storage[key]["data"] == {
        "running": {
            "1005": {
                "mode": "whisper",
                "supervisor": "1005",
                "extension": "1002",
                "user_id": ada.id,
                "since": since,
            }
        }
    }
    # As after a restart: nothing is left in memory.
    await unload(pushing)
    pushing.hass.data.pop(MEMORIES)
    await set_up_again(pushing)
    assert monitored_by(pushing) == ["1005"]
    again = pushing.hass.states.get("sensor.sami_virtanen")
    assert again is not None
    assert again.attributes["monitoring_since"].timestamp() == since
    await act(pushing.hass, "stop_monitoring", supervisor="1005")
    await pushing.settled()
    await flush_store(pushing.hass)
    assert hass_storage[key]["data"] == {"running": {}}
    await pushing.hass.config_entries.async_remove(pushing.entry.entry_id)
    assert key not in hass_storage


async def flush_store(hass: HomeAssistant) -> None:
    """Let what is to be stored be stored."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=5))
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_times_survive_a_reload(pushing: Push) -> None:
    """Since when a phone is in a call does not begin anew."""
    agents_call(pushing.sim)
    await pushing.settled()
    since = pushing.state("sensor.bruno_costa_in_call_since")
    (call,) = pushing.coordinator.data.calls
    await unload(pushing)
    pushing.clock.advance(100)
    await set_up_again(pushing)
    assert since not in (None, "unknown")
    assert pushing.state("sensor.bruno_costa_in_call_since") == since
    (again,) = pushing.coordinator.data.calls
    assert (again.started_at, again.answered_at) == (call.started_at, call.answered_at)


async def test_hang_up_that_fails_changes_nothing(pushing: Push, told: Told) -> None:
    """Neither by stopping nor by changing; and the next try works."""
    agents_call(pushing.sim)
    await pushing.settled()
    await monitor(pushing, "listen")
    pushing.sim.faults.add(
        Fault(kind="errno", endpoint="extension/hangup", errno=30001, times=2)
    )
    with pytest.raises(ServiceValidationError) as err:
        await act(pushing.hass, "stop_monitoring", supervisor="1005")
    assert err.value.translation_key == "control_internal_error"
    with pytest.raises(ServiceValidationError):
        await monitor(pushing, "whisper")
    await pushing.settled()
    assert monitored_by(pushing) == ["1005"]
    assert told.types == ["started", "refused"]
    await act(pushing.hass, "stop_monitoring", supervisor="1005")
    assert told.types == ["started", "refused", "stopped"]


async def test_refusal_is_told_with_its_reason(pushing: Push, told: Told) -> None:
    """By the PBX as well as by nobody who answers."""
    with pytest.raises(ServiceValidationError):
        await monitor(pushing, "listen")
    pushing.sim.faults.add(Fault(kind="reset", endpoint="extension/barge"))
    with pytest.raises(HomeAssistantError):
        await monitor(pushing, "barge_in")
    assert told.types == ["refused", "refused"]
    assert told.reasons == ["not_in_call", "unanswered"]
    assert [attributes["mode"] for attributes, _ in told.events] == [
        "listen",
        "barge_in",
    ]
    assert monitored_by(pushing) is None


async def test_two_supervisors(pushing: Push, told: Told) -> None:
    """Both are shown, and each leaves by himself."""
    sim = pushing.sim
    sim.set_registered("1003", True)
    sim.extensions["1003"].monitor_mode = "Extensive"
    agents_call(sim)
    await pushing.settled()
    both: list[Any] = ["1005", "1003"]
    for supervisor in both:
        await act(pushing.hass, "whisper", whisperer=supervisor, whispered="1002")
    await pushing.settled()
    assert monitored_by(pushing) == ["1003", "1005"]
    await act(pushing.hass, "stop_monitoring", supervisor="1005")
    await pushing.settled()
    assert monitored_by(pushing) == ["1003"]
    sim.exchange.hang_up_extension("1003")
    await pushing.settled()
    assert monitored_by(pushing) is None
    assert told.types == ["started", "started", "stopped", "stopped"]


async def test_supervisors_status_tells_whom_they_supervise(pushing: Push) -> None:
    """From the call of the phone to the end; that of the extension names the supervisor."""
    agents_call(pushing.sim)
    await pushing.settled()
    before = dt_util.utcnow()
    await monitor(pushing, "whisper")
    await pushing.settled()
    supervisor = pushing.hass.states.get(SUPERVISOR)
    assert supervisor is not None
    assert supervisor.attributes["monitors"] == "1002"
    assert supervisor.attributes["monitor_mode"] == "whisper"
    assert before <= supervisor.attributes["monitoring_since"] <= dt_util.utcnow()
    await act(pushing.hass, "stop_monitoring", supervisor="1005")
    await pushing.settled()
    supervisor = pushing.hass.states.get(SUPERVISOR)
    assert supervisor is not None
    assert not supervisor.attributes.keys() & {
        "monitors",
        "monitor_mode",
        "monitoring_since",
    }
