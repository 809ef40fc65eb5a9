"""What goes wrong in practice, and how long it takes until the states are right again."""

from hashlib import md5

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util
import pytest
import pytest_socket

from custom_components.pbx.client.pbx import Address, ReportTarget
from custom_components.pbx.client.yeastar.s import YeastarS, hash_password
from custom_components.pbx.const import CONF_FINGERPRINT, DOMAIN, ISSUE_PUSH_MISSING
from tests.integration.conftest import Push, set_up_pushing
from tests.integration.told import Told, types
from tests.simulator import ManualClock, Simulator
from tests.simulator.faults import ReportFault
from tests.source_address import connecting_from

ANNA = "sensor.anna_berg"
BRUNO = "sensor.bruno_costa"
CALLS = "sensor.yeastar_s100_calls_in_progress"
PUSH_MODE = "sensor.yeastar_s100_live_updates"

FAST = 10
SLOW = 60


def right(push: Push) -> bool:
    """Return whether the dashboard shows what the PBX itself shows."""
    words = {"Idle": "idle", "Registered": "idle", "Unavailable": "offline"}
    for entity_id, number in ((ANNA, "1001"), (BRUNO, "1002")):
        word = push.sim.status_of(number)
        if push.state(entity_id) != words.get(word, word.lower()):
            return False
        party = push.state(f"{entity_id}_other_party")
        if (party == "unknown") != (not push.sim.exchange.calls_of(number)):
            return False
    return push.state(CALLS) == str(len(push.sim.calls))


def missing_issue(push: Push) -> ir.IssueEntry | None:
    """Return whether the user is told that reports do not arrive."""
    issue_id = f"{ISSUE_PUSH_MISSING}_{push.entry.entry_id}"
    return ir.async_get(push.hass).async_get_issue(DOMAIN, issue_id)


@pytest.fixture
async def proven(in_time: Push) -> Push:
    """Return a PBX whose reports are proven, so that polls are a minute apart."""
    in_time.sim.set_registered("1006", True)
    in_time.sim.set_registered("1005", False)
    await in_time.settled()
    assert in_time.state(PUSH_MODE) == "working"
    await in_time.pass_time(15)
    return in_time


@pytest.mark.parametrize(
    ("down", "limit"),
    # A short gap may fall between two polls; a longer one is noticed, and its end.
    [(10, SLOW + 1), (600, FAST + 1), (3600, FAST + 1)],
    ids=["10 s", "10 min", "1 h"],
)
async def test_link_down(proven: Push, down: int, limit: int, told: Told) -> None:
    """What happened meanwhile is seen with the first poll that gets through."""
    sim = proven.sim
    first = sim.call("1001", "1002", answer=True)
    await proven.settled()
    assert right(proven)
    await sim.go_offline()
    await proven.pass_time(down / 2, step=min(down / 2, 5))
    first.hang_up()
    sim.set_registered("1002", False)
    await proven.pass_time(down / 2, step=min(down / 2, 5))
    if down > SLOW:
        assert proven.state(ANNA) == STATE_UNAVAILABLE
    assert not right(proven)

    await sim.come_back()
    assert await proven.time_until(lambda: right(proven), limit) <= limit
    assert types(told, "1001").count("ended") <= 1
    sim.set_registered("1002", True)
    assert await proven.time_until(lambda: right(proven), 1) == 0
    assert missing_issue(proven) is None


@pytest.mark.parametrize(
    ("fault", "limit"), [(None, 3), (ReportFault("lost", "BootUp"), SLOW + 1)]
)
async def test_reboot_in_a_call(
    proven: Push, fault: ReportFault | None, limit: int, told: Told
) -> None:
    """The call is gone without a record; it is closed here too, once."""
    proven.sim.call("1001", "1002", answer=True)
    await proven.settled()
    if fault is not None:
        proven.sim.faults.reports.add(fault)
    proven.sim.restart()
    took = await proven.time_until(lambda: right(proven), limit)
    assert took <= limit
    await proven.pass_time(5)
    assert types(told, "1001") == ["dialing", "answered", "ended"]

    proven.sim.call("1001", "1002")
    assert await proven.time_until(lambda: right(proven), 1) == 0


async def test_restart_of_home_assistant_in_a_call(proven: Push, told: Told) -> None:
    """Right as soon as it is up; the running call is no news, its end is."""
    call = proven.sim.call("1001", "1002", answer=True)
    await proven.settled()
    told.clear()
    assert await proven.hass.config_entries.async_reload(proven.entry.entry_id)
    await proven.hass.async_block_till_done()
    assert right(proven)
    assert told == []
    call.hang_up()
    assert await proven.time_until(lambda: right(proven), 1) == 0
    assert types(told, "1001") == types(told, "1002") == ["ended"]


async def test_call_that_ends_while_home_assistant_restarts(
    proven: Push, told: Told
) -> None:
    """Nothing is left open, and nothing is told that nobody saw."""
    call = proven.sim.call("1001", "1002", answer=True)
    await proven.settled()
    told.clear()
    assert await proven.hass.config_entries.async_unload(proven.entry.entry_id)
    call.hang_up()
    assert await proven.hass.config_entries.async_setup(proven.entry.entry_id)
    await proven.hass.async_block_till_done()
    assert right(proven)
    assert told == []


async def test_reports_blocked_from_the_start(
    hass: HomeAssistant,
    sim: Simulator,
    clock: ManualClock,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Ten seconds late at most, and soon the user is told what to check."""
    push = await set_up_pushing(hass, sim, clock, "127.0.0.1:9", freezer)
    for index in range(5):
        sim.set_registered("1001", bool(index % 2))
        await push.time_until(lambda: right(push), FAST + 1)
        assert push.state(PUSH_MODE) in ("waiting", "missing")
    await push.pass_time(FAST)
    found = missing_issue(push)
    assert found is not None
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["address"] == "http://127.0.0.1:9"

    call = sim.call("1001" if sim.extensions["1001"].registered else "1002", "1005")
    assert await push.time_until(lambda: right(push), FAST + 1) <= FAST + 1
    call.hang_up()
    assert await push.time_until(lambda: right(push), FAST + 1) <= FAST + 1


async def test_reports_stopping_after_a_day(proven: Push) -> None:
    """A minute late once, ten seconds after that; then the user is told."""
    await proven.pass_time(86_400, step=600)
    assert proven.state(PUSH_MODE) == "working"
    sim = proven.sim
    sim.set_registered("1001", False)
    assert await proven.time_until(lambda: right(proven), 1) == 0

    sim.faults.reports.add(ReportFault("lost"))
    sim.set_registered("1001", True)
    assert await proven.time_until(lambda: right(proven), SLOW + 1) <= SLOW + 1
    for index in range(4):
        sim.set_registered("1001", bool(index % 2))
        limit = FAST + 1
        assert await proven.time_until(lambda: right(proven), limit) <= limit
    await proven.pass_time(FAST)
    assert proven.state(PUSH_MODE) == "missing"
    assert missing_issue(proven) is not None

    sim.faults.clear()
    sim.set_registered("1002", False)
    assert await proven.time_until(lambda: right(proven), 1) == 0
    assert missing_issue(proven) is None


@pytest.mark.parametrize("wrong_by", [-3e8, 3e8], ids=["past", "future"])
async def test_wrong_clock_on_the_pbx(proven: Push, wrong_by: float) -> None:
    """Its times are not believed, only its durations."""
    proven.clock.jump(wrong_by)
    # The jump may have ended the session; the next poll begins another.
    await proven.pass_time(SLOW + 1)
    began = dt_util.utcnow()
    call = proven.sim.call("1001", "1002", answer=True)
    assert await proven.time_until(lambda: right(proven), 1) == 0
    since = dt_util.parse_datetime(proven.state(f"{ANNA}_in_call_since") or "")
    assert since is not None
    assert abs((since - began).total_seconds()) <= 1
    await proven.pass_time(30)
    call.hang_up()
    assert await proven.time_until(lambda: right(proven), 1) == 0
    last = proven.hass.states.get(f"{ANNA}_last_call")
    assert last is not None
    assert last.attributes["talked"] in (29, 30, 31)
    ended = last.attributes["ended"]
    assert abs((ended - dt_util.utcnow()).total_seconds()) <= 2


async def test_address_of_home_assistant_changes(
    hass: HomeAssistant, proven: Push
) -> None:
    """The next poll comes from the new address, and tells the PBX at once."""
    pbx = proven.coordinator.pbx
    assert isinstance(pbx, YeastarS)
    target = pbx.report_target
    assert target is not None
    # The harness allows one address alone, and sets that up anew for the next test.
    pytest_socket.socket_allow_hosts(["127.0.0.1", "127.0.0.2"])
    # The PBX reports to where we are not any more.
    pbx.report_target = ReportTarget(None, 9, target.path)
    with connecting_from("127.0.0.2"):
        await proven.coordinator.async_refresh()
    assert pbx.own_address == "127.0.0.2"
    pbx.report_target = ReportTarget(None, target.port, target.path)
    proven.sim.set_registered("1001", False)
    assert await proven.time_until(lambda: right(proven), SLOW + 1) <= SLOW + 1

    await proven.pass_time(SLOW + 1)
    proven.sim.set_registered("1001", True)
    assert await proven.time_until(lambda: right(proven), 1) == 0
    heartbeat = proven.sim.requests_to("heartbeat")[-1].body
    assert heartbeat is not None
    assert heartbeat["ipaddr"] == "127.0.0.1"


async def test_two_applications_on_one_pbx(proven: Push) -> None:
    """Some firmware reports only to the last one to log in: then the poll is what we have."""
    sim = proven.sim
    sim.switches.reports_to = "last_login"
    other = YeastarS(
        async_get_clientsession(proven.hass),
        Address(sim.host, sim.port, False),
        sim.username,
        hash_password(sim.password),
    )
    other.report_target = ReportTarget("127.0.0.1", 9, "other")
    await other.connect()
    sim.set_registered("1001", False)
    assert await proven.time_until(lambda: right(proven), SLOW + 1) <= SLOW + 1
    for index in range(1, 5):
        sim.set_registered("1001", bool(index % 2))
        limit = FAST + 1
        assert await proven.time_until(lambda: right(proven), limit) <= limit
    await proven.pass_time(FAST)
    assert missing_issue(proven) is not None

    await other.close()
    sim.set_registered("1002", False)
    assert await proven.time_until(lambda: right(proven), FAST + 1) <= FAST + 1


async def test_certificate_replaced(
    hass: HomeAssistant,
    tls_sim: Simulator,
    clock: ManualClock,
    report_address: str,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Nothing is believed until the user trusts the new one; then all is right at once."""
    push = await set_up_pushing(hass, tls_sim, clock, report_address, freezer)
    port = tls_sim.port
    await tls_sim.stop()
    tls_sim.new_certificate()
    await tls_sim.start(port=port, tls=True)
    tls_sim.set_registered("1001", False)
    took = await push.time_until(
        lambda: push.state(ANNA) == STATE_UNAVAILABLE, FAST + 1
    )
    assert took <= FAST + 1
    requests = len(tls_sim.requests)
    await push.pass_time(120, step=5)
    assert push.state(ANNA) == STATE_UNAVAILABLE
    assert len(tls_sim.requests) == requests

    data = {**push.entry.data, CONF_FINGERPRINT: tls_sim.fingerprint}
    hass.config_entries.async_update_entry(push.entry, data=data)
    assert await hass.config_entries.async_reload(push.entry.entry_id)
    await hass.async_block_till_done()
    assert right(push)
    tls_sim.set_registered("1001", True)
    assert await push.time_until(lambda: right(push), 1) == 0


async def test_password_changed_on_the_pbx(proven: Push) -> None:
    """One refused login, no more; with the new password all is right at once."""
    sim, hass = proven.sim, proven.hass
    sim.password = "Changed-On-The-Pbx-1"
    sim.expire_tokens()
    logins = len(sim.requests_to("login"))
    took = await proven.time_until(
        lambda: proven.state(ANNA) == STATE_UNAVAILABLE, SLOW + 1
    )
    assert took <= SLOW + 1
    await proven.pass_time(600, step=5)
    assert len(sim.requests_to("login")) == logins + 1
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [flow["context"]["source"] for flow in flows] == [SOURCE_REAUTH]

    sim.set_registered("1001", False)
    password = md5(sim.password.encode(), usedforsecurity=False).hexdigest()
    data = {**proven.entry.data, "password_md5": password}
    hass.config_entries.async_update_entry(proven.entry, data=data)
    assert await hass.config_entries.async_reload(proven.entry.entry_id)
    await hass.async_block_till_done()
    assert right(proven)
    sim.set_registered("1001", True)
    assert await proven.time_until(lambda: right(proven), 1) == 0
