"""Queues, parked calls and voicemail on a real Asterisk, as Home Assistant shows them."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
import time

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from .home import AGENT, SUPERVISOR, act, attribute, state, until
from .office import OUTSIDE
from .proxy import Proxy
from .remote import RemoteRig

QUEUE = "sensor.queue_700"
WAITING, SINCE = f"{QUEUE}_callers_waiting", f"{QUEUE}_longest_wait_since"
LOGGED_IN, PAUSED, TALKING = (
    f"{QUEUE}_agents_{what}" for what in ("logged_in", "paused", "talking")
)
CALLERS = "event.queue_700_callers"
PARKED = "sensor.pbx_parked_calls"
UNREAD = "sensor.anna_berg_1001_unread_voicemail"
BACK_WITHIN = 30.0


@pytest.fixture
def ami_user() -> str:
    """Return a user who may change agents, too."""
    return "operator"


@contextmanager
def watched(hass: HomeAssistant, *entity_ids: str) -> Generator[list[str]]:
    """Collect the states of entities, and the types of their events."""
    found: list[str] = []

    @callback
    def collect(event: Event[EventStateChangedData]) -> None:
        """Note a change."""
        new, old = event.data["new_state"], event.data["old_state"]
        if new is None or new.entity_id not in entity_ids or old is None:
            return
        if new.state != old.state:
            found.append(new.attributes.get("event_type") or new.state)

    stop = hass.bus.async_listen("state_changed", collect)
    yield found
    stop()


def counts(hass: HomeAssistant) -> tuple[str | None, ...]:
    """Return the agents who are logged in, pause and talk."""
    return tuple(state(hass, entity_id) for entity_id in (LOGGED_IN, PAUSED, TALKING))


def shows(hass: HomeAssistant, entity_id: str, value: str) -> Callable[[], bool]:
    """Return what tells whether an entity has a state."""
    return lambda: state(hass, entity_id) == value


async def test_queue_with_an_agent_who_answers(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry
) -> None:
    """The caller waits until then; the agent talks until the end."""
    assert counts(hass) == ("2", "0", "0")
    with watched(hass, WAITING, CALLERS) as told, watched(hass, TALKING) as talking:
        await quiet.do("queue")
        await until(lambda: talking == ["1", "0"])
    assert sorted(told[:2]) == ["1", "caller_entered"]
    assert sorted(told[2:]) == ["0", "caller_left"]
    left = attribute(hass, CALLERS, "waited")
    assert left is not None
    assert left <= 2
    assert attribute(hass, CALLERS, "number") == OUTSIDE


async def test_queue_that_a_caller_leaves(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry
) -> None:
    """Nobody talks."""
    with watched(hass, WAITING) as told, watched(hass, TALKING) as talking:
        await quiet.do("queue_abandoned")
        await until(lambda: told == ["1", "0"])
    assert talking == []
    assert state(hass, SINCE) == "unknown"


async def test_caller_who_waits_over_a_lost_connection(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry, proxy: Proxy
) -> None:
    """The time since when they wait is still the same."""
    for number in ("1003", "1004"):
        await quiet.do(f"{number} does ring")
    await quiet.do(f"{OUTSIDE} call_in 5550103")
    await until(shows(hass, WAITING, "1"))
    since = state(hass, SINCE)
    assert since is not None
    began = dt_util.parse_datetime(since)
    assert began is not None
    assert abs(began.timestamp() - time.time()) < 3
    (caller,) = attribute(hass, WAITING, "callers")
    assert caller["number"] == OUTSIDE
    proxy.cut()
    await until(shows(hass, WAITING, "unavailable"))
    proxy.mend()
    await until(shows(hass, WAITING, "1"), BACK_WITHIN)
    assert state(hass, SINCE) == since
    await quiet.do("clear")
    await until(shows(hass, WAITING, "0"))


async def test_agents(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry
) -> None:
    """They log in and out, and pause, as others see too."""
    await act(hass, "log_in_agent", queue="700", extension=AGENT)
    await until(lambda: counts(hass) == ("3", "0", "0"))
    await act(hass, "log_in_agent", queue="700", extension=AGENT)
    await act(hass, "pause_agent", extension=AGENT, reason="lunch")
    await until(lambda: counts(hass) == ("3", "1", "0"))
    assert attribute(hass, PAUSED, "agents") == ["1001"]
    other = quiet.client()
    snapshot = await other.snapshot()
    assert snapshot.queues is not None
    (agent,) = [
        agent for agent in snapshot.queues[0].agents or () if agent.number == "1001"
    ]
    assert (agent.name, agent.paused, agent.reason, agent.dynamic) == (
        *("Anna Berg", True),
        *("lunch", True),
    )
    await other.close()
    await act(hass, "unpause_agent", queue=WAITING, extension=AGENT)
    await act(hass, "log_out_agent", queue="700", extension=AGENT)
    await until(lambda: counts(hass) == ("2", "0", "0"))
    for extension, key in (
        (AGENT, "queue_not_an_agent"),
        ("1003", "queue_fixed_agent"),
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, "log_out_agent", queue="700", extension=extension)
        assert refused.value.translation_key == key


async def test_agent_whose_phone_is_away(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry
) -> None:
    """The queue cannot call it, so it does not count as logged in."""
    await quiet.do("1004 unregister")
    await until(shows(hass, LOGGED_IN, "1"))
    await quiet.do("1004 register")
    await quiet.do("wait_registered")
    await until(shows(hass, LOGGED_IN, "2"))


async def test_parked_call_is_picked_up(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry
) -> None:
    """The phone that is named gets it, and is connected with who waited."""
    await quiet.do(f"{OUTSIDE} call_in 5550101")
    await quiet.do("until_talking 1001 itsp")
    await quiet.do("1001 blind 70")
    await until(shows(hass, PARKED, "1"))
    (call,) = attribute(hass, PARKED, "calls")
    assert (call["number"], call["parked_by"]) == (OUTSIDE, "1001")
    answer = await act(hass, "pick_up", extension=SUPERVISOR)
    assert answer["slot"] == call["slot"]
    await until(shows(hass, PARKED, "0"))
    await quiet.do("until_talking 1005 itsp")
    await until(shows(hass, SUPERVISOR, "busy"))
    other = "sensor.sam_super_1005_other_party"
    await until(lambda: attribute(hass, other, "number") == OUTSIDE)


async def test_parked_call_that_another_phone_takes(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry
) -> None:
    """The phone that was called for it stops ringing."""
    await quiet.do("1005 does ring")
    await quiet.do(f"{OUTSIDE} call_in 5550101")
    await quiet.do("until_talking 1001 itsp")
    await quiet.do("1001 blind 70")
    await until(shows(hass, PARKED, "1"))
    (call,) = attribute(hass, PARKED, "calls")
    await act(hass, "pick_up", extension=SUPERVISOR, slot=call["slot"])
    await until(shows(hass, SUPERVISOR, "ringing"))
    await quiet.do(f"1003 dial {call['slot']}")
    await until(shows(hass, PARKED, "0"))
    await until(shows(hass, SUPERVISOR, "idle"))
    await quiet.do("1003 hang_up")
    await quiet.do("1005 does answer")


async def test_message_in_a_voicemail_box(
    hass: HomeAssistant, quiet: RemoteRig, entry: ConfigEntry
) -> None:
    """It is counted when the caller has left it."""
    before = int(state(hass, UNREAD) or "")
    await quiet.do("inbound_to_voicemail")
    await until(shows(hass, UNREAD, str(before + 1)))
    await quiet.do("1001 does answer")
