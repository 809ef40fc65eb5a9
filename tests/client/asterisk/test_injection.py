"""What users and callers may put into the lines of the manager interface."""

from collections.abc import Awaitable, Callable
from typing import Final

import pytest

from custom_components.pbx.client import MonitorMode, PbxRefused
from custom_components.pbx.client.asterisk import Asterisk
from custom_components.pbx.client.asterisk.connection import parse
from custom_components.pbx.client.extension_settings import (
    Forwarding,
    ForwardTo,
    SettingsChange,
)

from .conftest import Listener
from .wire import ManagerWire, success

HOSTILE: Final = (
    "1001\r\nAction: Originate\r\nApplication: System\r\nData: id",
    "1001\n",
    "1001\x00",
    "${SHELL(id)}",
    "1001,1)}&Local/555@app-chanspy",
    "PJSIP/1001-00000001",
    "Local/1001@from-internal",
    "1001@app-chanspy",
    "_X.",
    "../1001",
    "",
)
ACTIONS: Final[dict[str, Callable[[Asterisk, str], Awaitable[object]]]] = {
    "supervisor": lambda pbx, text: pbx.monitor(MonitorMode.WHISPER, text, "1001"),
    "monitored": lambda pbx, text: pbx.monitor(MonitorMode.WHISPER, "1005", text),
    "from": lambda pbx, text: pbx.dial(text, "1001", outside=False),
    "to": lambda pbx, text: pbx.dial("1003", text, outside=False),
    "outside": lambda pbx, text: pbx.dial("1003", text, outside=True),
    "hang_up": lambda pbx, text: pbx.hang_up(text),
    "mute": lambda pbx, text: pbx.mute(text),
    "prompt": lambda pbx, text: pbx.play_prompt("1003", [text], outside=False),
    "prompt_to": lambda pbx, text: pbx.play_prompt(
        text, ["beep"], outside=True, permission="1003"
    ),
    "permission": lambda pbx, text: pbx.play_prompt(
        "0123", ["beep"], outside=True, permission=text
    ),
    "settings_of": lambda pbx, text: pbx.change_settings(
        text, SettingsChange(do_not_disturb=True)
    ),
    "forward_to": lambda pbx, text: pbx.change_settings(
        "1001",
        SettingsChange(
            forward_always=Forwarding(on=True, to=ForwardTo.NUMBER, number=text)
        ),
    ),
    "prefix": lambda pbx, text: pbx.change_settings(
        "1001",
        SettingsChange(
            forward_always=Forwarding(
                on=True, to=ForwardTo.NUMBER, number="0123", prefix=f"{text}x"
            )
        ),
    ),
}


# As names of prompts these are files of the PBX, and nothing else.
FILES: Final = {("prompt", "_X."), ("prompt", "PJSIP/1001-00000001")}
TRIED: Final = [
    (field, text) for field in ACTIONS for text in HOSTILE if (field, text) not in FILES
]


@pytest.mark.parametrize(("field", "text"), TRIED, ids=repr)
async def test_no_field_of_an_action_reaches_a_line(
    wire: ManagerWire, listener: Listener, field: str, text: str
) -> None:
    """Neither another header, nor an expression, a channel or a context of the dialplan."""
    wire.answers["Getvar"] = success(Value="from-internal")
    before = len(wire.asked)
    with pytest.raises((ValueError, PbxRefused)):
        await ACTIONS[field](listener.pbx, text)
    sent = [asked["Action"] for asked in wire.asked[before:]]
    assert not set(sent) - {"Getvar", "DBGetTree"}
    assert not any("1001\r" in str(asked) for asked in wire.asked[before:])


async def test_spy_codes_of_freepbx_have_digits_only(
    wire: ManagerWire, listener: Listener
) -> None:
    """Each phone listens in by 555; only the dialplan tells that from a number."""
    wire.answers["Getvar"] = lambda asked: success(
        Value={
            "DIALPLAN_EXISTS(app-chanspy,555,1)": "1",
            "DIALPLAN_EXISTS(app-zapbarge,888,1)": "1",
        }.get(asked["Variable"], "0")
    )(asked)
    pbx = listener.pbx
    for number in ("555", "888", "*97", "#1"):
        assert await pbx.is_code(number)
    asked = len(wire.asked)
    assert not await pbx.is_code("1001")
    assert len(wire.asked) == asked
    assert not await pbx.is_code("0123456")


def test_value_is_one_line_without_control_characters() -> None:
    """Only the end of a line ends a value; a caller's name may hold anything."""
    raw = b"Event: Newchannel\r\nCallerIDNum: 04\x0001\n\xe2\x80\xae2\r\nExten: 1001"
    assert parse(raw) == {
        "Event": "Newchannel",
        "CallerIDNum": "0401 2",
        "Exten": "1001",
    }
