"""What the PBX reports by itself, the proof that it does, and where it reports to."""

import asyncio
from collections.abc import Callable
import socket
from typing import Any

import aiohttp
from homeassistant.const import CONF_WEBHOOK_ID, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.pbx.client.pbx import ReportTarget
from custom_components.pbx.client.snapshot import Snapshot
from custom_components.pbx.const import DOMAIN, ISSUE_NOT_REPORTED, ISSUE_PUSH_MISSING
from custom_components.pbx.hub.coordinator import PbxCoordinator
from custom_components.pbx.hub.polling import FAST_POLL, SLOW_POLL
from tests.integration.conftest import Push, entry_for, set_up_pushing, state_of
from tests.simulator import Fault, ManualClock, SimExtension, Simulator
from tests.simulator.exchange.events import SettingsChanged
from tests.simulator.faults import ReportFault

ANNA = "sensor.anna_berg"
BRUNO = "sensor.bruno_costa"
CALLS = "sensor.yeastar_s100_calls_in_progress"
PUSH_MODE = "sensor.yeastar_s100_live_updates"


def issue(push: Push, key: str) -> ir.IssueEntry | None:
    """Return what the user is told to repair, None when nothing."""
    registry = ir.async_get(push.hass)
    return registry.async_get_issue(DOMAIN, f"{key}_{push.entry.entry_id}")


def endpoints(sim: Simulator, since: int = 0) -> list[str]:
    """Return what the PBX was asked."""
    return [request.endpoint for request in list(sim.requests)[since:]]


@pytest.fixture
async def old_sim(socket_enabled: None, clock: ManualClock) -> Any:
    """Run a PBX that knows only the oldest API, and reports in the oldest format."""
    simulator = Simulator(
        clock=clock,
        api_versions=("v1.0.0", "v1.0.1"),
        extensions=[SimExtension("1001", "Anna Berg"), SimExtension("1002", "Bruno")],
    )
    async with simulator.running():
        yield simulator


async def test_report_is_the_state_without_a_poll(pushing: Push) -> None:
    """One delivery, and the dashboard is right; the PBX is not asked."""
    before = len(pushing.sim.requests)
    pushing.sim.set_registered("1001", False)
    await pushing.settled()
    assert pushing.state(ANNA) == "offline"

    pushing.sim.set_registered("1001", True)
    call = pushing.sim.call("1001", "1002")
    await pushing.settled()
    assert (pushing.state(ANNA), pushing.state(BRUNO)) == ("busy", "ringing")
    assert pushing.state("sensor.anna_berg_other_party") == "Bruno Costa"
    call.answer()
    await pushing.settled()
    assert pushing.state(BRUNO) == "busy"
    call.hang_up()
    await pushing.settled()
    assert pushing.state(ANNA) == pushing.state(BRUNO) == "idle"
    assert pushing.state("sensor.anna_berg_last_call") == "answered"
    assert len(pushing.sim.requests) == before
    assert not pushing.receiver.dropped


async def test_reports_with_duplicate_keys_are_understood(
    hass: HomeAssistant, old_sim: Simulator, clock: ManualClock, report_address: str
) -> None:
    """The format of the oldest firmware."""
    port = int(report_address.rpartition(":")[2])
    push = await set_up_pushing(hass, old_sim, clock, report_address)
    # Its login cannot name a host; the first poll's heartbeat can.
    await push.coordinator.async_refresh()
    told = old_sim.requests_to("heartbeat")[-1].body
    assert told is not None
    assert told["port"] == str(port)
    before = len(old_sim.requests)
    old_sim.call("1001", "1002", answer=True)
    await push.settled()

    assert push.state(ANNA) == "busy"
    assert push.state("sensor.anna_berg_other_party") == "Bruno"
    assert len(old_sim.requests) == before
    assert not push.receiver.dropped


async def test_first_report_slows_the_poll_down(in_time: Push) -> None:
    """Ten seconds until reports are proven, a minute after."""
    assert in_time.state(PUSH_MODE) == "waiting"
    assert in_time.coordinator.update_interval == FAST_POLL
    in_time.sim.set_registered("1001", False)
    await in_time.settled()
    assert in_time.state(PUSH_MODE) == "working"
    assert in_time.coordinator.update_interval == SLOW_POLL

    await in_time.pass_time(15)
    before = len(in_time.sim.requests_to("extensionlist/query"))
    await in_time.pass_time(240, step=5)
    polls = len(in_time.sim.requests_to("extensionlist/query")) - before
    assert 3 <= polls <= 4


async def test_missing_reports_speed_the_poll_up_and_tell_the_user(
    in_time: Push,
) -> None:
    """Three polls in a row that find what nobody reported; one report takes it back."""
    sim = in_time.sim
    sim.set_registered("1001", False)
    await in_time.settled()
    await in_time.pass_time(15)
    sim.faults.reports.add(ReportFault("lost"))

    registered = True
    for _ in range(5):
        sim.set_registered("1001", registered)
        registered = not registered
        await in_time.coordinator.async_refresh()
    assert in_time.state(PUSH_MODE) == "missing"
    assert in_time.coordinator.update_interval == FAST_POLL
    found = issue(in_time, ISSUE_PUSH_MISSING)
    assert found is not None
    assert found.translation_placeholders is not None
    host = in_time.entry.options["report_address"]
    assert found.translation_placeholders["address"] == f"http://{host}"
    assert in_time.entry.data[CONF_WEBHOOK_ID] not in str(found)

    sim.faults.clear()
    sim.set_registered("1002", False)
    await in_time.settled()
    assert in_time.state(PUSH_MODE) == "working"
    assert issue(in_time, ISSUE_PUSH_MISSING) is None


async def test_extension_without_status_monitor_is_named(in_time: Push) -> None:
    """The others are reported, so it is the tick box of this one."""
    sim = in_time.sim
    sim.extensions["1001"].status_monitored = False
    registered = False
    for _ in range(5):
        sim.set_registered("1001", registered)
        sim.set_registered("1002", registered)
        registered = not registered
        await in_time.settled()
        await in_time.coordinator.async_refresh()
    await in_time.settled()
    sim.set_registered("1002", registered)
    await in_time.settled()

    found = issue(in_time, ISSUE_NOT_REPORTED)
    assert found is not None
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["extensions"] == "1001"
    assert issue(in_time, ISSUE_PUSH_MISSING) is None
    assert in_time.coordinator.update_interval == FAST_POLL

    sim.extensions["1001"].status_monitored = True
    sim.set_registered("1001", registered)
    await in_time.settled()
    assert issue(in_time, ISSUE_NOT_REPORTED) is None
    assert in_time.coordinator.update_interval == SLOW_POLL


async def test_last_report_when_enabled(
    in_time: Push, entity_registry: er.EntityRegistry
) -> None:
    """Off by default; enabled, it follows every report."""
    entity_id = "sensor.yeastar_s100_last_report"
    assert in_time.state(entity_id) is None
    entity_registry.async_update_entity(entity_id, disabled_by=None)
    await in_time.hass.config_entries.async_reload(in_time.entry.entry_id)
    await in_time.hass.async_block_till_done()
    assert in_time.state(entity_id) == "unknown"

    in_time.sim.set_registered("1001", False)
    await in_time.settled()
    first = in_time.state(entity_id)
    assert first not in (None, "unknown")
    await in_time.pass_time(3)
    in_time.sim.set_registered("1001", True)
    await in_time.settled()
    assert in_time.state(entity_id) not in (first, None, "unknown")


async def test_boot_up_logs_in_again_and_reports_go_on(in_time: Push) -> None:
    """The tokens are gone with the restart; the report of it is what makes us log in."""
    in_time.sim.call("1001", "1002", answer=True)
    await in_time.settled()
    await in_time.pass_time(15)
    logins = len(in_time.sim.requests_to("login"))
    in_time.sim.restart()
    took = await in_time.time_until(lambda: in_time.state(ANNA) == "idle", 5)
    assert took <= 3
    assert len(in_time.sim.requests_to("login")) == logins + 1

    in_time.sim.set_registered("1001", False)
    await in_time.settled()
    assert in_time.state(ANNA) == "offline"


@pytest.mark.parametrize(
    ("change", "right"),
    [
        (
            lambda sim: sim.rename_extension("1001", "Anna Winter"),
            lambda push: push.coordinator.data.extensions["1001"].name == "Anna Winter",
        ),
        (
            lambda sim: sim.add_extension(SimExtension("2000", "Dora Evans")),
            lambda push: push.state("sensor.dora_evans") == "idle",
        ),
    ],
)
async def test_changed_settings_are_read_soon(
    in_time: Push,
    change: Callable[[Simulator], None],
    right: Callable[[Push], bool],
) -> None:
    """What was changed on the PBX's page is here before anybody looks for it."""
    in_time.sim.set_registered("1002", False)
    await in_time.settled()
    await in_time.pass_time(15)
    change(in_time.sim)
    assert await in_time.time_until(lambda: right(in_time), 5) <= 3


async def test_many_changed_settings_are_read_once(in_time: Push) -> None:
    """An import of a hundred extensions is not a hundred polls."""
    before = len(in_time.sim.requests)
    for number in range(2000, 2100):
        in_time.sim.add_extension(SimExtension(str(number)))
    await in_time.settled()
    await in_time.pass_time(3)
    assert endpoints(in_time.sim, before).count("extensionlist/query") == 1
    assert in_time.state("sensor.2099") == "idle"


async def test_dead_token_is_noticed_and_reports_go_on(in_time: Push) -> None:
    """A PBX that forgot us is silent; the next poll registers the address again."""
    in_time.sim.set_registered("1001", False)
    await in_time.settled()
    in_time.sim.expire_tokens()
    in_time.sim.set_registered("1001", True)
    assert await in_time.time_until(lambda: in_time.state(ANNA) == "idle", 70) <= 61
    before = len(in_time.sim.requests)
    in_time.sim.set_registered("1001", False)
    await in_time.settled()
    assert in_time.state(ANNA) == "offline"
    assert len(in_time.sim.requests) == before


async def test_unloading_ends_the_reports(pushing: Push) -> None:
    """Logged out, so the PBX reports no more; and nobody would listen."""
    url, hass = pushing.url, pushing.hass
    pushing.sim.set_registered("1001", False)
    await pushing.settled()
    sent = len(pushing.sim.reports)
    receiver = pushing.receiver
    assert await hass.config_entries.async_unload(pushing.entry.entry_id)
    await hass.async_block_till_done()

    assert pushing.sim.requests[-1].endpoint == "logout"
    pushing.sim.set_registered("1001", True)
    await pushing.settled()
    assert len(pushing.sim.reports) == sent
    assert pushing.entry.data[CONF_WEBHOOK_ID] not in hass.data["webhook"]
    async with aiohttp.ClientSession() as http, http.post(url, data=b"{}") as answer:
        assert answer.status == 200
    assert receiver.accepted == 1
    assert not receiver.dropped


async def test_stop_of_home_assistant_ends_the_reports(pushing: Push) -> None:
    """A stop is not an unload, and yet nothing is reported to a closed door."""
    pushing.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await pushing.hass.async_block_till_done()
    pushing.sim.set_registered("1001", False)
    await pushing.settled()

    assert not pushing.sim.reports
    assert pushing.entry.data[CONF_WEBHOOK_ID] not in pushing.hass.data["webhook"]


async def test_report_before_the_first_poll_is_proof_that_reports_arrive_and_no_more(
    hass: HomeAssistant, sim: Simulator, clock: ManualClock, report_address: str
) -> None:
    """A report needs the extensions that the first poll reads."""
    sim.faults.add(Fault(kind="latency", endpoint="extensionlist/query", seconds=0.3))
    set_up = hass.async_create_task(set_up_pushing(hass, sim, clock, report_address))
    while not sim.requests_to("extensionlist/query"):
        await asyncio.sleep(0.01)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    url = f"http://{report_address}/api/webhook/{entry.data[CONF_WEBHOOK_ID]}"
    async with aiohttp.ClientSession() as http:
        for body in (
            '{"action":"ALERT","callid":"1.2","ext":{"extid":"1001"}}',
            '{"action":"ExtensionStatus","extension":"1001","status":"Unavailable"}',
        ):
            async with http.post(url, data=body) as answer:
                assert answer.status == 200
    push = await set_up
    assert push.receiver.accepted == 2
    assert push.state(ANNA) == "idle"
    assert push.state(CALLS) == "0"
    assert push.state(PUSH_MODE) == "working"


async def test_report_says_that_the_pbx_is_back(in_time: Push) -> None:
    """Nobody waits for the next poll when the PBX itself speaks."""
    await in_time.sim.go_offline()
    await in_time.coordinator.async_refresh()
    assert in_time.state(ANNA) == "unavailable"
    await in_time.sim.come_back()
    in_time.sim.set_registered("1001", False)
    assert await in_time.time_until(lambda: in_time.state(ANNA) == "offline", 5) <= 3


async def test_report_that_breaks_us_does_not_stop_the_others(
    pushing: Push, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error of ours is logged without the report."""
    board = pushing.coordinator.data
    apply = board.apply
    failed: list[object] = []

    def fail_once(report: Any, now: float) -> Any:
        if not failed:
            failed.append(report)
            raise RuntimeError("bug")
        return apply(report, now)

    monkeypatch.setattr(board, "apply", fail_once)
    pushing.sim.set_registered("1001", False)
    pushing.sim.set_registered("1002", False)
    await pushing.settled()
    assert pushing.state(BRUNO) == "offline"
    assert "Unexpected error with a report (ExtensionReport)" in caplog.text
    caplog.clear()


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("192.0.2.7", ("192.0.2.7", 8123)),
        ("192.0.2.7:9000", ("192.0.2.7", 9000)),
        ("ha.example.org:80", ("ha.example.org", 80)),
        ("[2001:db8::7]:9000", ("2001:db8::7", 9000)),
        ("homeassistant", ("127.0.0.9", 8123)),
        ("homeassistant.local", ("127.0.0.9", 8123)),
        ("nowhere", ("nowhere", 8123)),
        ("", (None, 8123)),
    ],
)
async def test_address_the_user_gives(
    hass: HomeAssistant,
    sim: Simulator,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    target: tuple[str | None, int],
) -> None:
    """A name that the PBX may not know is told as an address."""
    real = hass.loop.getaddrinfo

    async def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host == "nowhere":
            raise socket.gaierror
        if str(host).startswith("homeassistant"):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.9", 0))]
        return await real(host, *args, **kwargs)

    monkeypatch.setattr(hass.loop, "getaddrinfo", resolve)
    push = await set_up_pushing(hass, sim, clock, address)
    found = push.pbx.report_target
    assert isinstance(found, ReportTarget)
    assert (found.host, found.port) == target
    assert found.path == f"api/webhook/{push.entry.data[CONF_WEBHOOK_ID]}"
    shown = push.receiver.address
    assert push.entry.data[CONF_WEBHOOK_ID] not in shown
    push.pbx.report_target = None
    assert push.receiver.address == ""


async def test_changed_trunk_is_read_soon(in_time: Push) -> None:
    """Trunks are not polled each time, so a report of a change makes it be."""
    await in_time.pass_time(3)
    in_time.sim.set_trunk_status("SIP-142", "Unreachable")
    in_time.sim.exchange.emit(SettingsChanged("trunk", "SIP-142", "update"))
    usable = "binary_sensor.yeastar_s100_sip_142_usable"
    assert await in_time.time_until(lambda: in_time.state(usable) != "on", 5) <= 3


async def test_report_during_a_poll_is_the_newer(
    in_time: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What contradicts a report is not believed, but asked for again."""
    pbx = in_time.coordinator.pbx
    real = pbx.snapshot

    async def overtaken(**wanted: Any) -> Snapshot:
        snapshot = await real(**wanted)
        in_time.sim.set_registered("1001", False)
        await in_time.sim.reports_sent()
        return snapshot

    monkeypatch.setattr(pbx, "snapshot", overtaken)
    await in_time.coordinator.async_refresh()
    assert in_time.state(ANNA) == "offline"
    monkeypatch.undo()
    before = len(in_time.sim.requests)
    await in_time.pass_time(3)
    assert "extensionlist/query" in endpoints(in_time.sim, before)
    assert in_time.state(ANNA) == "offline"
    assert in_time.state(PUSH_MODE) == "working"


async def test_unknown_extension_in_a_report_is_looked_for(in_time: Push) -> None:
    """A new extension may call before anybody has read the list."""
    in_time.sim.faults.reports.add(ReportFault("lost", "ConfigChange"))
    in_time.sim.add_extension(SimExtension("2000", "Dora Evans"))
    in_time.sim.call("2000", "1001")
    entity_id = "sensor.dora_evans"
    took = await in_time.time_until(lambda: in_time.state(entity_id) == "busy", 5)
    assert took <= 3


async def test_extension_that_is_gone_is_not_called_silent(in_time: Push) -> None:
    """What was counted against it goes with it."""
    sim = in_time.sim
    sim.extensions["1001"].status_monitored = False
    for registered in (False, True, False):
        sim.set_registered("1001", registered)
        sim.set_registered("1002", registered)
        await in_time.settled()
        await in_time.coordinator.async_refresh()
    assert in_time.coordinator.polling.proof.doubted
    sim.remove_extension("1001")
    for _ in range(3):
        await in_time.coordinator.async_refresh()
    assert not in_time.coordinator.polling.proof.doubted


async def test_home_assistant_without_a_server(
    hass: HomeAssistant, sim: Simulator, coordinator: PbxCoordinator
) -> None:
    """There may be none while tests and tools run; nothing breaks."""
    entry = coordinator.config_entry
    hass.config.api = None
    assert await hass.config_entries.async_reload(entry.entry_id)
    target = entry.runtime_data.coordinator.pbx.report_target
    assert target is not None
    assert target.port == 8260
    assert state_of(hass, ANNA) == "idle"
    assert entry_for(sim).unique_id == entry.unique_id
