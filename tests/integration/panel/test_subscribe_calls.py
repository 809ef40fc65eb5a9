"""The calls of a PBX, as open panels get them."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
import time
from typing import Any
from unittest.mock import patch

from homeassistant.auth import EVENT_USER_UPDATED
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.json import json_bytes
import pytest

from custom_components.pbx.client.errors import PbxUnreachable, Unreachable
from custom_components.pbx.client.extension_settings import MonitorPermission
from custom_components.pbx.client.model import (
    CallDirection,
    CallOutcome,
    Extension,
    ExtensionStatus,
)
from custom_components.pbx.client.report import CallNow, SettingsChanged, Subject
from custom_components.pbx.const import DOMAIN
from custom_components.pbx.hub.subscriptions import Topic
from custom_components.pbx.panel.describe import live_data
from custom_components.pbx.panel.feed import FEEDS
from tests.integration.act import act

from .panels import (
    HELD,
    QUIET,
    RINGING,
    TALKING,
    Office,
    Panel,
    SetUp,
    ext,
    from_outside,
    internal,
    outside,
)


def counted(name: str, function: Callable[..., Any]) -> Any:
    """Return what counts the calls of a function that the feed uses."""
    return patch(f"custom_components.pbx.panel.feed.{name}", wraps=function)


async def test_a_call_from_ring_to_end(office: Office) -> None:
    """It keeps its key; each message has the call as it is now."""
    panel = await office.panel()
    assert panel.known["connected"]
    assert panel.known["loaded"]
    assert abs(panel.known["now"] - time.time()) < 5
    assert panel.calls == {}

    office.pbx.tell(from_outside("c-1", RINGING, "1001"))
    (call,) = (await panel.next())["changed"]
    key = call["key"]
    assert call == {
        "key": key,
        "call_id": "c-1",
        "direction": "inbound",
        "trunk": "Line",
        "via": None,
        "dialed": None,
        "since": call["since"],
        "answered_since": None,
        "answered_exact": True,
        "held": False,
        "monitoring": True,
        "parties": [
            {
                "number": "0401234567",
                "name": None,
                "extension": False,
                "state": "dialing",
                "since": call["since"],
                "answered_since": None,
                "caller": True,
                "trunk": "Line",
            },
            {
                "number": "1001",
                "name": "Anna",
                "extension": True,
                "state": "ringing",
                "since": call["since"],
                "answered_since": None,
                "caller": False,
                "trunk": None,
            },
        ],
    }
    office.pbx.tell(from_outside("c-1", TALKING, "1001"))
    (call,) = (await panel.next())["changed"]
    assert call["key"] == key
    assert call["since"] < call["answered_since"]
    assert call["answered_exact"]
    assert {one["answered_since"] for one in call["parties"]} == {
        call["answered_since"]
    }

    line = outside("0401234567", TALKING)
    held = CallNow("c-1", (line, ext("1001", HELD, False)), trunk="Line")
    office.pbx.tell(held)
    (call,) = (await panel.next())["changed"]
    assert call["held"]
    assert call["parties"][1]["state"] == "held"
    assert call["parties"][1]["since"] > call["answered_since"]

    office.pbx.end("c-1")
    message = await panel.next()
    assert message["gone"] == [key]
    (line_of_it,) = message["recent"]
    assert (line_of_it["key"], line_of_it["outcome"]) == (key, "answered")
    await panel.quiet()


async def test_call_found_in_progress(office: Office) -> None:
    """Nobody knows when it was answered."""
    office.pbx.tell(from_outside("c-1", TALKING, "1001"))
    panel = await office.panel()
    (call,) = panel.calls.values()
    assert not call["answered_exact"]
    assert call["answered_since"] is not None


async def test_only_what_changed_is_sent(office: Office) -> None:
    """The other calls are not even described."""
    office.pbx.tell(from_outside("c-1", TALKING, "1001"))
    office.pbx.tell(from_outside("c-2", RINGING, "1002"))
    panel = await office.panel()
    assert list(panel.parties()) == ["c-1", "c-2"]
    with counted("live_data", live_data) as made:
        office.pbx.tell(from_outside("c-2", TALKING, "1002"))
        message = await panel.next()
    assert [call["call_id"] for call in message["changed"]] == ["c-2"]
    assert made.call_count == 1


async def test_at_most_five_messages_a_second(office: Office) -> None:
    """The last one has the state that lasts."""
    panel = await office.panel()
    loop = asyncio.get_running_loop()
    began = loop.time()
    states = [RINGING, TALKING, HELD]
    while loop.time() - began < 1:
        state = states[int((loop.time() - began) * 50) % 3]
        office.pbx.tell(internal("c-1", state, "1001", "1002"))
        await asyncio.sleep(0.01)
    office.pbx.tell(internal("c-1", HELD, "1001", "1002"))
    times: list[float] = []
    while not times or loop.time() - began < 1 + QUIET:
        try:
            await asyncio.wait_for(panel.next(), 0.3)
        except TimeoutError:
            break
        times.append(loop.time())
    assert 4 <= len(times) <= 7
    (call,) = panel.calls.values()
    assert [party["state"] for party in call["parties"]] == ["held", "held"]


async def test_nothing_is_computed_while_nobody_looks(office: Office) -> None:
    """Neither before the first panel, nor after the last one."""
    with counted("live_data", live_data) as made:
        office.pbx.tell(from_outside("c-1", RINGING, "1001"))
        panel = await office.panel()
        assert made.call_count == 1
        await panel.close()
        office.pbx.tell(from_outside("c-1", TALKING, "1001"))
        await panel.quiet()
        assert made.call_count == 1
    assert not office.hass.data[FEEDS]


async def test_message_that_waits_is_dropped_with_the_last_panel(
    office: Office,
) -> None:
    """A panel that is opened later begins anew."""
    panel = await office.panel()
    office.pbx.tell(from_outside("c-1", RINGING, "1001"))
    await panel.next()
    office.pbx.tell(from_outside("c-1", TALKING, "1001"))
    await panel.client.close()
    await asyncio.sleep(QUIET)
    assert not office.hass.data[FEEDS]
    assert (await office.panel()).parties() == {"c-1": ["0401234567", "1001"]}


async def test_second_panel_of_a_user_hides_nothing_from_the_first(
    office: Office,
) -> None:
    """The end of a call that only the first one has seen is told to it."""
    first = await office.panel()
    office.pbx.tell(from_outside("c-1", RINGING, "1001"))
    await first.next()
    office.pbx.end("c-1")
    second = await office.panel()
    assert second.calls == {}
    assert await first.until("gone")
    office.pbx.tell(from_outside("c-2", RINGING, "1001"))
    assert await first.until("changed") == await second.until("changed")
    assert first.calls == second.calls


async def test_user_of_some_extensions(office: Office) -> None:
    """They see what the sensors they may read show, and no more."""
    office.pbx.tell(internal("mine", TALKING, "1003", "1001"))
    office.pbx.tell(internal("theirs", TALKING, "1002", "1005"))
    panel = await office.panel(office.user("1001"))
    assert panel.parties() == {"mine": ["1003", "1001"]}

    office.pbx.tell(internal("theirs", HELD, "1002", "1005"))
    office.pbx.end("theirs")
    office.pbx.tell(from_outside("group", RINGING, "1001", "1002", "1003"))
    await panel.next()
    assert panel.parties() == {
        "mine": ["1003", "1001"],
        "group": ["0401234567", "1001"],
    }
    # A colleague takes the call.
    office.pbx.tell(from_outside("group", TALKING, "1002"))
    message = await panel.next()
    assert set(message) == {"gone"}
    assert list(panel.parties()) == ["mine"]
    office.pbx.end("group")
    message = await panel.next()
    assert [one["number"] for one in message["recent"][0]["extensions"]] == ["1001"]


async def test_call_without_an_extension(office: Office) -> None:
    """As in an IVR: for those who may read all extensions."""
    reads_some = await office.panel(office.user("1001", "1002", "1003"))
    reads_all = await office.panel(office.user("1001", "1002", "1003", "1005"))
    administrates = await office.panel()
    office.pbx.tell(
        CallNow("c-1", (outside("040", TALKING),), CallDirection.INBOUND, trunk="Line")
    )
    assert list((await reads_all.next())["changed"][0]["parties"][0])
    await administrates.next()
    assert reads_all.parties() == administrates.parties() == {"c-1": ["040"]}
    await reads_some.quiet()
    assert reads_some.messages[1:] == []


async def test_user_who_may_only_read(office: Office) -> None:
    """They see all calls, and may do nothing with them."""
    office.pbx.tell(internal("c-1", TALKING, "1002", "1005"))
    panel = await office.panel(office.reader())
    assert panel.parties() == {"c-1": ["1002", "1005"]}
    for can in panel.known["can"].values():
        assert can["control"] == "not_permitted"
        assert set(can["supervise"].values()) == {"not_permitted"}
        assert can["whisper"] == "not_permitted"


async def test_permission_that_is_withdrawn(office: Office) -> None:
    """The calls are gone at once."""
    office.pbx.tell(internal("c-1", TALKING, "1002", "1001"))
    user = office.user("1001")
    panel = await office.panel(user)
    assert panel.parties()
    user.mock_policy({})
    office.hass.bus.async_fire(EVENT_USER_UPDATED, {"user_id": "somebody else"})
    await panel.quiet()
    office.hass.bus.async_fire(EVENT_USER_UPDATED, {"user_id": user.id})
    await panel.next()
    assert panel.calls == {}


async def test_two_pbxs(office: Office, set_up: SetUp) -> None:
    """Each panel gets the calls of its own PBX."""
    other = await set_up("office-2")
    panel, of_other = await office.panel(), await other.panel()
    office.pbx.tell(from_outside("c-1", RINGING, "1001"))
    await panel.next()
    await of_other.quiet()
    other.pbx.tell(from_outside("c-2", RINGING, "1001"))
    await of_other.next()
    assert list(panel.parties()) == ["c-1"]
    assert list(of_other.parties()) == ["c-2"]


async def test_two_hundred_panels(office: Office) -> None:
    """A change is described and encoded once for all panels of a user."""
    clients = [await office.client() for _ in range(10)]
    panels = [await office.panel(client=client) for client in clients * 20]
    with (
        counted("live_data", live_data) as made,
        counted("json_bytes", json_bytes) as encoded,
    ):
        office.pbx.tell(from_outside("c-1", RINGING, "1001"))
        idens = set()
        for client in clients:
            for _ in range(20):
                answer = await client.receive_json()
                assert answer["event"]["changed"][0]["call_id"] == "c-1"
                idens.add((id(client), answer["id"]))
    assert len(idens) == len(panels) == 200
    assert (made.call_count, encoded.call_count) == (1, 1)
    for client in clients:
        await client.close()
    await asyncio.sleep(QUIET)
    assert not office.hass.data[FEEDS]


async def test_reload_while_open(hass: HomeAssistant, office: Office) -> None:
    """The panel is told, and goes on without subscribing again."""
    office.pbx.tell(from_outside("c-1", TALKING, "1001"))
    panel = await office.panel()
    before = panel.calls
    assert await hass.config_entries.async_unload(office.entry.entry_id)
    assert await panel.next() == {
        "now": panel.known["now"],
        "loaded": False,
        "connected": False,
        "capabilities": None,
        "can": None,
        "calls": [],
        "monitors": [],
        "queues": [],
        "parked": [],
    }
    late = await office.panel()
    assert not late.known["loaded"]
    assert await hass.config_entries.async_setup(office.entry.entry_id)
    for one in (panel, late):
        while not one.known["connected"]:
            await one.next()
        assert one.calls.keys() == before.keys()
    office.pbx.tell(from_outside("c-2", TALKING, "1002"))
    while len(panel.calls) < 2:
        await panel.next()


async def test_entry_is_removed_while_open(hass: HomeAssistant, office: Office) -> None:
    """The panel is told, and can be closed."""
    panel = await office.panel()
    await hass.config_entries.async_remove(office.entry.entry_id)
    assert not (await panel.next())["loaded"]
    await panel.close()


async def test_connection_is_lost(office: Office) -> None:
    """What was known is not shown any more; the full message follows when it is back."""
    office.pbx.tell(from_outside("c-1", TALKING, "1001"))
    panel = await office.panel()
    assert office.pbx.lost is not None
    office.pbx.error = PbxUnreachable(Unreachable.CANNOT_CONNECT)
    office.pbx.lost(office.pbx.error)
    message = await panel.next()
    assert message["loaded"]
    assert not message["connected"]
    assert message["calls"] == []
    assert message["can"] is not None
    office.pbx.error = None
    office.pbx.calls = [from_outside("c-2", TALKING, "1002")]
    await office.entry.runtime_data.coordinator.async_refresh()
    message = await panel.next()
    assert message["connected"]
    assert panel.parties() == {"c-2": ["0401234567", "1002"]}


async def test_settings_during_a_lost_connection(office: Office) -> None:
    """Nothing is sent that would contradict it."""
    panel = await office.panel()
    office.pbx.error = PbxUnreachable(Unreachable.CANNOT_CONNECT)
    assert office.pbx.lost is not None
    office.pbx.lost(office.pbx.error)
    await panel.next()
    runtime = office.entry.runtime_data
    runtime.coordinator.subscriptions.subjects.async_call(Topic.SETTINGS)
    await panel.quiet()


async def test_new_extension(office: Office) -> None:
    """What may be done with it is told."""
    panel = await office.panel()
    office.pbx.extensions.append(Extension("1009", "New", ExtensionStatus.IDLE))
    await office.entry.runtime_data.coordinator.async_refresh()
    assert "1009" in (await panel.next())["can"]
    await panel.quiet()


async def test_renamed_extension(office: Office) -> None:
    """The calls in progress say the new name, and other calls are not told again."""
    office.pbx.tell(internal("c1", TALKING, "1001", "1002"))
    office.pbx.tell(internal("c2", TALKING, "1003", "1005"))
    panel = await office.panel()
    first = office.pbx.extensions[0]
    office.pbx.extensions[0] = replace(first, name="Annabel")
    await office.entry.runtime_data.coordinator.async_refresh()
    (call,) = (await panel.next())["changed"]
    assert [party["name"] for party in call["parties"]] == ["Annabel", "Bruno"]
    await panel.quiet()


async def test_supervision(office: Office, hass_admin_user: Any) -> None:
    """It is told from the ringing of the supervisor's phone to the end."""
    office.pbx.tell(internal("c-1", TALKING, "1001", "1002"))
    panel, of_other = await office.panel(), await office.panel(office.user("1002"))
    of_nobody = await office.panel(office.user("1003"))
    await act(office.hass, "whisper", whisperer="1005", whispered="1002")
    (monitoring,) = (await panel.next())["monitors"]
    assert abs(monitoring.pop("since") - time.time()) < 5
    assert monitoring == {
        "supervisor": "1005",
        "extension": "1002",
        "mode": "whisper",
        "state": "calling",
        "own": False,
    }
    office.pbx.status("1005", ExtensionStatus.BUSY)
    (monitoring,) = (await panel.next())["monitors"]
    assert monitoring["state"] == "joined"
    office.pbx.status("1005", ExtensionStatus.IDLE)
    assert (await panel.next())["monitors"] == []
    assert (await of_other.next())["monitors"][0]["supervisor"] == "1005"
    while panel.known["monitors"] != of_other.known["monitors"]:
        await of_other.next()
    assert (await of_nobody.next()) == {"monitors": []}


async def test_own_supervision(office: Office, hass_admin_user: Any) -> None:
    """That of the user who looks is marked as theirs."""
    office.pbx.tell(internal("c-1", TALKING, "1001", "1002"))
    panel, of_other = await office.panel(), await office.panel(office.reader())
    context = Context(user_id=hass_admin_user.id)
    await office.hass.services.async_call(
        DOMAIN,
        "listen",
        {"supervisor": "1005", "extension": "1002"},
        blocking=True,
        context=context,
    )
    assert (await panel.next())["monitors"][0]["own"]
    assert not (await of_other.next())["monitors"][0]["own"]


def answered(panel: Panel) -> set[str]:
    """Return the extensions whose settings on the PBX limit something."""
    return {
        number
        for number, can in panel.known["can"].items()
        if "monitor_mode" in can["supervise"].values() or can["listen"] is not True
    }


async def test_settings_on_the_pbx(office: Office) -> None:
    """What the PBX lets a phone do is part of what may be done."""
    panel = await office.panel()
    assert panel.known["can"]["1005"]["supervise"]["whisper"] is True
    office.pbx.monitor_mode = MonitorPermission.LISTEN
    office.pbx.forbidden = {"1001"}
    assert office.pbx.take is not None
    with patch("custom_components.pbx.extension_settings.schedule.SETTLED", 0.0):
        for number in ("1001", "1005"):
            office.pbx.take(SettingsChanged(Subject.EXTENSION, number))
        await panel.until("can")
        while {"1001", "1005"} - answered(panel):
            await panel.next()
    assert panel.known["can"]["1005"]["supervise"] == {
        "listen": True,
        "whisper": "monitor_mode",
        "barge_in": "monitor_mode",
    }
    assert panel.known["can"]["1001"]["listen"] == "monitor_monitoring_forbidden"
    assert panel.known["can"]["1002"]["listen"] is True


async def test_call_that_is_never_monitored(set_up: SetUp) -> None:
    """One party is enough."""
    office = await set_up(never_monitored=["1002"])
    office.pbx.tell(internal("c-1", TALKING, "1001", "1002"))
    office.pbx.tell(internal("c-2", TALKING, "1003", "1005"))
    panel = await office.panel()
    assert [call["monitoring"] for call in panel.calls.values()] == [
        "never_monitored",
        True,
    ]


async def test_absorbed_and_unanswered(office: Office) -> None:
    """A busy callee is told to the list of recent calls, too."""
    panel = await office.panel()
    office.pbx.tell(internal("c-1", RINGING, "1001", "1002"))
    await panel.next()
    call = CallNow("c-1", (), recorded=True, outcome=CallOutcome.BUSY)
    office.pbx.tell(replace(call, ended_by="1002"))
    message = await panel.next()
    assert message["recent"][0]["outcome"] == "busy"


@pytest.mark.parametrize("command", ["subscribe_calls", "recent_calls"])
async def test_unknown_entry(office: Office, command: str) -> None:
    """Another integration's is none either."""
    client = await office.client()
    for entry_id in ("nothing", ""):
        await client.send_json_auto_id({"type": f"pbx/{command}", "entry_id": entry_id})
        answer = await client.receive_json()
        assert answer["error"]["code"] == "not_found"
