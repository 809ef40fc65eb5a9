"""Nothing that is no number comes near the wire, nor anything else that cannot be meant."""

from collections.abc import Awaitable, Callable

import pytest

from custom_components.pbx.client import (
    DestinationKind,
    Forwarding,
    ForwardTo,
    SettingsChange,
    dial_string,
)
from custom_components.pbx.client.yeastar.s import YeastarS
from tests.simulator import Simulator

from .acting import INBOUND

NO_NUMBERS = [
    "",
    " ",
    "1001 ",
    "1001\r\nHost: evil",
    "1001\n",
    "10\x0001",
    "10\t01",
    "sip:1001@evil",
    "1001,1002",
    "all",
    "\uff11\uff10\uff10\uff11",
    "\u0661\u0660\u0660\u0661",
    "²",
    "0" * 32,
]

type Use = Callable[[YeastarS, str], Awaitable[object]]

USES: dict[str, Use] = {
    "dial from": lambda pbx, no: pbx.dial(no, "1002", outside=False),
    "dial to": lambda pbx, no: pbx.dial("1001", no, outside=False),
    "dial out": lambda pbx, no: pbx.dial("1001", no, outside=True),
    "hang up": lambda pbx, no: pbx.hang_up(no),
    "hold": lambda pbx, no: pbx.hold(no),
    "resume": lambda pbx, no: pbx.resume(no),
    "mute": lambda pbx, no: pbx.mute(no),
    "unmute": lambda pbx, no: pbx.unmute(no),
    "transfer": lambda pbx, no: pbx.transfer(INBOUND, no, DestinationKind.QUEUE),
    "message": lambda pbx, no: pbx.send_sms("GSM2-7", no, "Hello"),
    "prompt": lambda pbx, no: pbx.play_prompt(no, ["hello111"], outside=False),
    "prompt out": lambda pbx, no: pbx.play_prompt(no, ["hello111"], outside=True),
    "change": lambda pbx, no: pbx.change_settings(
        no, SettingsChange(do_not_disturb=True)
    ),
    "forward": lambda pbx, no: pbx.change_settings(
        "1001",
        SettingsChange(
            forward_always=Forwarding(on=True, to=ForwardTo.NUMBER, number=no)
        ),
    ),
}
# For these, a blank is as good as nothing.
OPTIONAL: dict[str, Use] = {
    "transfer's permission": lambda pbx, no: pbx.transfer(
        INBOUND, "41000", DestinationKind.OUTSIDE, permission=no
    ),
    "prompt's permission": lambda pbx, no: pbx.play_prompt(
        "41000", ["hello111"], outside=True, permission=no
    ),
    "prefix": lambda pbx, no: pbx.change_settings(
        "1001",
        SettingsChange(
            forward_busy=Forwarding(on=True, to=ForwardTo.MOBILE, prefix=no)
        ),
    ),
}


@pytest.mark.parametrize("number", NO_NUMBERS)
@pytest.mark.parametrize("use", USES)
async def test_what_is_no_number_is_never_sent(
    connected: YeastarS, sim: Simulator, use: str, number: str
) -> None:
    """Digits, +, * and # only, at most 31 of them; the text does not repeat it."""
    with pytest.raises(ValueError) as err:
        await USES[use](connected, number)
    assert not number.strip() or number.strip() not in str(err.value)
    assert not sim.requests


@pytest.mark.parametrize("number", NO_NUMBERS[1:])
@pytest.mark.parametrize("use", OPTIONAL)
async def test_what_is_no_number_is_never_sent_beside_another(
    connected: YeastarS, sim: Simulator, use: str, number: str
) -> None:
    """Where it may be left out, too."""
    with pytest.raises(ValueError):
        await OPTIONAL[use](connected, number)
    assert not sim.requests


@pytest.mark.parametrize("number", ["0", "+31612345678", "*03#", "0" * 31])
def test_what_can_be_dialled_stays_as_it_is(number: str) -> None:
    """Leading zeros and all."""
    assert dial_string(number) == number


@pytest.mark.parametrize("call_id", ["", "1 2", "1.1\r\n", "1/2", "é", "1" * 65])
async def test_what_is_no_call_id_is_never_sent(
    connected: YeastarS, sim: Simulator, call_id: str
) -> None:
    """An id has no other characters than letters, digits and `.-_`."""
    for act in (connected.accept_call, connected.refuse_call):
        with pytest.raises(ValueError):
            await act(call_id)
    assert not sim.requests


@pytest.mark.parametrize(
    "trunk", ["", " ", "GSM\r\n", "GSM\x00", "GSM\u2028", "\ud800", "x" * 129]
)
async def test_what_is_no_trunk_is_never_sent(
    connected: YeastarS, sim: Simulator, trunk: str
) -> None:
    """One line of text, and not blank."""
    with pytest.raises(ValueError):
        await connected.send_sms(trunk, "0612345678", "Hello")
    assert not sim.requests


@pytest.mark.parametrize(
    "message",
    ["", " ", "two\nlines", "bell\x07", "😀", "\ud83d", "x" * 2001, "é" * 1001],
)
async def test_what_is_no_message_is_never_sent(
    connected: YeastarS, sim: Simulator, message: str
) -> None:
    """2000 characters, those beyond ASCII count twice; neither emoji nor line breaks."""
    with pytest.raises(ValueError):
        await connected.send_sms("GSM2-7", "0612345678", message)
    assert not sim.requests


@pytest.mark.parametrize(
    "prompts", [[], [""], ["123"], ["one+two"], ["good", "bad\n"], ["x" * 129]]
)
async def test_what_is_no_prompt_is_never_sent(
    connected: YeastarS, sim: Simulator, prompts: list[str]
) -> None:
    """A `+` would be two prompts, and digits alone are none (3.11)."""
    with pytest.raises(ValueError):
        await connected.play_prompt("1001", prompts, outside=False)
    assert not sim.requests


@pytest.mark.parametrize(
    "forwarding",
    [
        Forwarding(on=True, to=ForwardTo.EXTENSION),
        Forwarding(on=True, to=ForwardTo.NUMBER),
        Forwarding(on=True, to=ForwardTo.VOICEMAIL, number="1002"),
        Forwarding(on=True, to=ForwardTo.MOBILE, number="1002"),
        Forwarding(on=True, to=ForwardTo.EXTENSION, number="1002", prefix="9"),
        Forwarding(on=True, to=ForwardTo.VOICEMAIL, prefix="9"),
    ],
)
async def test_forwarding_that_makes_no_sense_is_never_sent(
    connected: YeastarS, sim: Simulator, forwarding: Forwarding
) -> None:
    """A number is missing, or there is one too many."""
    with pytest.raises(ValueError):
        await connected.change_settings(
            "1001", SettingsChange(forward_always=forwarding)
        )
    assert not sim.requests
