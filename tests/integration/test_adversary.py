"""Attempts of users without rights, and of those who reach Home Assistant from outside."""

from http import HTTPStatus
from typing import Any

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.template import Template
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from .act import acted
from .conftest import Push


@pytest.fixture(autouse=True)
async def _served(hass: HomeAssistant) -> None:
    """Set up what is asked below before Home Assistant serves on a socket."""
    for component in ("api", "websocket_api", "config", "diagnostics", "repairs"):
        assert await async_setup_component(hass, component, {})
    await hass.async_block_till_done()


@pytest.fixture
async def called(pushing: Push) -> Push:
    """Return a PBX with a call in it."""
    pushing.sim.call("1001", "1002", answer=True)
    await pushing.settled()
    pushing.sim.requests.clear()
    return pushing


async def test_read_only_user_on_the_websocket(
    called: Push,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    hass_admin_user: MockUser,
) -> None:
    """No action does anything, no event can be fired or listened to, no options opened."""
    client = await hass_ws_client(called.hass, hass_read_only_access_token)
    calls: dict[str, dict[str, Any]] = {
        "whisper": {"whisperer": "1005", "whispered": "1002"},
        "listen": {"supervisor": "1005", "extension": "1002"},
        "barge_in": {"supervisor": "1005", "extension": "1002"},
        "dial": {"extension": "1002", "to": "1005", "auto_answer": True},
        "hang_up": {"extension": "1002"},
        "act_for_user": {"user": hass_admin_user.id},
    }
    commands: list[dict[str, Any]] = [
        {
            "type": "call_service",
            "domain": "pbx",
            "service": name,
            "service_data": data,
        }
        for name, data in calls.items()
    ]
    commands += [
        {"type": "fire_event", "event_type": "mobile_app_notification_action"},
        {"type": "fire_event", "event_type": "pbx_monitoring"},
        {"type": "subscribe_events", "event_type": "pbx_monitoring"},
        {"type": "subscribe_events"},
        {"type": "config_entries/get_single", "entry_id": called.entry.entry_id},
        {"type": "config_entries/disable", "entry_id": called.entry.entry_id},
        {"type": "diagnostics/list"},
        {
            "type": "execute_script",
            "sequence": [{"action": "pbx.hang_up", "data": {"extension": "1002"}}],
        },
        {
            "type": "test_condition",
            "condition": {"condition": "template", "value_template": "{{ 1 }}"},
        },
    ]
    for command in commands:
        await client.send_json_auto_id(command)
        answer = await client.receive_json()
        assert not answer["success"], command
    assert acted(called.sim) == []
    assert called.sim.monitors == {}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/config/config_entries/options/flow"),
        ("post", "/api/config/config_entries/flow"),
        ("get", "/api/diagnostics/config_entry/{entry_id}"),
        ("post", "/api/config/config_entries/entry/{entry_id}/reload"),
        ("delete", "/api/config/config_entries/entry/{entry_id}"),
        ("post", "/api/events/pbx_monitoring"),
        ("post", "/api/states/sensor.bruno_costa"),
        ("post", "/api/template"),
    ],
)
async def test_read_only_user_over_http(
    called: Push,
    hass_client: ClientSessionGenerator,
    hass_read_only_access_token: str,
    method: str,
    path: str,
) -> None:
    """Options, diagnostics, events and states are for administrators."""
    client = await hass_client(hass_read_only_access_token)
    before = dict(called.entry.options)
    answer = await client.request(
        method,
        path.format(entry_id=called.entry.entry_id),
        json={"handler": called.entry.entry_id, "template": "{{ 1 }}", "state": "idle"},
    )
    assert answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    assert dict(called.entry.options) == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00" * 100,
        b"[" * 100_000,
        b'{"event":' * 5_000,
        b'{"event":"ANSWER","callid":"1.1","sn":"000000000000"}',
        b'{"event":["NewCdr"],"callid":{"a":1},"members":[[[{}]]],"sn":[]}',
        b'{"event":"BYE","callid":"../..","ext":{"extid":"1002\\r\\n"}}',
        b"\xff\xfe{}",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    ],
    ids=range(9),
)
async def test_forged_reports_change_nothing(
    called: Push, report_address: str, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    """Even from the PBX's own address, and with the secret of the webhook."""
    before = {state.entity_id: state.state for state in called.hass.states.async_all()}
    url = f"http://{report_address}/api/webhook/{called.entry.data['webhook_id']}"
    async with aiohttp.ClientSession() as session:
        for method in ("POST", "GET", "PUT", "HEAD"):
            async with session.request(method, url, data=body) as answer:
                assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
    await called.settled()
    after = {state.entity_id: state.state for state in called.hass.states.async_all()}
    assert after == before
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "name",
    [
        "{{ 7 * 7 }}",
        "[Pay here](http://evil.example)",
        "<img src=x onerror=alert(1)>",
        "{extension} {0} %s",
        "\u202eatsoC onurB",
    ],
)
async def test_name_in_the_sentence_of_a_refusal(called: Push, name: str) -> None:
    """It is shown as it is, in one line, and neither rendered nor formatted."""
    called.sim.rename_extension("1006", name)
    await called.coordinator.async_refresh()
    with pytest.raises(HomeAssistantError) as err:
        await called.hass.services.async_call(
            "pbx", "whisper", {"whisperer": "1005", "whispered": "1006"}, blocking=True
        )
    assert name.removeprefix("\u202e") in str(err.value)
    assert "49" not in str(err.value)
    assert "\u202e" not in str(err.value)


async def test_number_of_a_caller_is_no_template(called: Push) -> None:
    """A message that shows it renders it once; braces do not even come that far."""
    called.sim.inbound("{{ states.zone | list }}", "1006")
    await called.settled()
    state = called.hass.states.get("event.door_call")
    assert state is not None
    number = state.attributes["number"]
    assert not set(number) & set("{}|")
    shown = Template("From {{ state_attr('event.door_call', 'number') }}", called.hass)
    assert shown.async_render() == f"From {number}"


@pytest.mark.parametrize(
    "message", ["hello\r\nPRIVATE", "hello\x1a", "hello\u2028world", "a\x00b"]
)
async def test_text_message_is_one_line(called: Push, message: str) -> None:
    """A line break could begin another command of the modem."""
    with pytest.raises(HomeAssistantError) as err:
        await called.hass.services.async_call(
            "pbx",
            "send_sms",
            {"trunk": "SIP-142", "number": "0401234567", "message": message},
            blocking=True,
            return_response=True,
        )
    assert err.value.translation_key == "not_a_message"
    assert acted(called.sim) == []


async def test_name_in_a_repair_is_no_markdown(called: Push) -> None:
    """The user of a phone may choose it: a link in a repair would be believed."""
    called.sim.rename_extension("1001", "[Pay](http://evil.example) <b>`")
    await called.coordinator.async_refresh()
    called.sim.extensions["1001"].allow_being_monitored = False
    for _ in range(3):
        with pytest.raises(HomeAssistantError):
            await called.hass.services.async_call(
                "pbx",
                "whisper",
                {"whisperer": "1005", "whispered": "1001"},
                blocking=True,
            )
    placeholders = [
        issue.translation_placeholders["extensions"]
        for issue in ir.async_get(called.hass).issues.values()
        if issue.translation_placeholders
        and "extensions" in issue.translation_placeholders
    ]
    assert placeholders == [r"\[Pay\](http://evil.example) \<b\>\` (1001)"]
