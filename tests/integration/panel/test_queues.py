"""What panels get of queues and parked calls."""

from dataclasses import replace

from homeassistant.auth.permissions.const import CAT_ENTITIES
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.pbx.client.model import (
    ParkedCall,
    Party,
    PartyState,
    Queue,
    QueueAgent,
    QueueCaller,
)

from .panels import Office

CALLER = QueueCaller("0401234567", 1_700_000_000.5, "c-1")
SALES = Queue(
    "700", "Sales", (), (QueueAgent("1001", "A. Berg", True, False, False, None, True),)
)
HELP = Queue("701")
PARKED = ParkedCall(
    "71",
    Party("0405555555", False, PartyState.HELD, trunk="Line"),
    1_700_000_000.0,
    "1001",
    "c-9",
)


@pytest.fixture
async def waiting(office: Office) -> Office:
    """Return an office with two queues."""
    office.pbx.queues = [SALES, HELP]
    await office.entry.runtime_data.coordinator.async_refresh()
    await office.hass.async_block_till_done()
    return office


def user_of(office: Office, *keys: str, **allowed: bool) -> MockUser:
    """Return a user with rights to some sensors, named by the ends of their ids."""
    user = MockUser()
    user.add_to_hass(office.hass)
    found = [office.entity_id(*key.rsplit("/", 1)) for key in keys]
    rights = allowed or {"read": True}
    user.mock_policy({CAT_ENTITIES: {"entity_ids": dict.fromkeys(found, rights)}})
    return user


async def test_queues_and_what_changes(waiting: Office) -> None:
    """The full event has all, the others only the queue that has changed."""
    panel = await waiting.panel()
    assert panel.queues == {
        "700": {
            "number": "700",
            "name": "Sales",
            "callers": [],
            "agents": [
                {
                    "number": "1001",
                    "name": "Anna",
                    "logged_in": True,
                    "paused": False,
                    "talking": False,
                    "reason": None,
                    "dynamic": True,
                }
            ],
            "control": True,
        },
        "701": {
            "number": "701",
            "name": None,
            "callers": None,
            "agents": None,
            "control": True,
        },
    }
    waiting.pbx.wait(replace(SALES, callers=(CALLER,)))
    message = await panel.next()
    assert set(message) == {"queues"}
    (queue,) = message["queues"]
    assert queue["callers"] == [
        {
            "number": "0401234567",
            "name": None,
            "since": 1_700_000_000.5,
            "call_id": "c-1",
        }
    ]
    waiting.pbx.wait(replace(SALES, callers=(CALLER,)))
    await panel.quiet()


async def test_queue_appears_and_goes(waiting: Office) -> None:
    """By a full event, once it is absent."""
    panel = await waiting.panel()
    waiting.pbx.queues = [HELP, Queue("702", "New")]
    await waiting.entry.runtime_data.coordinator.async_refresh()
    assert "calls" in await panel.next()
    assert set(panel.queues) == {"701", "702"}


async def test_user_of_one_queue(waiting: Office) -> None:
    """They see the queues whose sensor they may read, and change those they control."""
    reader = await waiting.panel(user_of(waiting, "queue_700/callers_waiting"))
    may = {"read": True, "control": True}
    leader = await waiting.panel(user_of(waiting, "queue_700/callers_waiting", **may))
    nobody = await waiting.panel(waiting.user("1001"))
    assert {key: one["control"] for key, one in reader.queues.items()} == {
        "700": "not_permitted"
    }
    assert {key: one["control"] for key, one in leader.queues.items()} == {"700": True}
    assert nobody.queues == {}
    waiting.pbx.wait(replace(HELP, callers=(CALLER,)))
    await nobody.quiet()
    assert len(reader.messages) == len(nobody.messages) == 1


async def test_parked_calls(office: Office) -> None:
    """All of them, whenever one changes."""
    panel = await office.panel()
    assert panel.known["parked"] == []
    office.pbx.park(PARKED)
    message = await panel.next()
    assert message == {
        "parked": [
            {
                "slot": "71",
                "number": "0405555555",
                "name": None,
                "extension": False,
                "trunk": "Line",
                "since": 1_700_000_000.0,
                "parked_by": "1001",
                "call_id": "c-9",
            }
        ]
    }
    office.pbx.park()
    assert await panel.next() == {"parked": []}


async def test_parked_calls_of_others(office: Office) -> None:
    """They are for users who may read the sensor."""
    office.pbx.park(PARKED)
    user = MockUser()
    user.add_to_hass(office.hass)
    rights = {"sensor.office_1_parked_calls": {"read": True}}
    user.mock_policy({CAT_ENTITIES: {"entity_ids": rights}})
    reader, nobody = await office.panel(user), await office.panel(office.user("1001"))
    assert [call["slot"] for call in reader.known["parked"]] == ["71"]
    assert nobody.known["parked"] == []
    office.pbx.park()
    assert await reader.next() == {"parked": []}
    await nobody.quiet()


async def test_lost_connection(waiting: Office) -> None:
    """Nobody knows who waits."""
    waiting.pbx.park(PARKED)
    panel = await waiting.panel()
    waiting.entry.runtime_data.coordinator.async_set_update_error(ValueError())
    message = await panel.next()
    assert not message["connected"]
    assert (message["queues"], message["parked"]) == ([], [])
