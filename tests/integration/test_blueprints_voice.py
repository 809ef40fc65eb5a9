"""The blueprint that whispers by voice, with Assist and a PBX on a real socket."""

from pathlib import Path
from typing import Any

from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.intent import IntentResponse
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from .automations import extension_device
from .conftest import Push
from .test_blueprints import use

UNKNOWN = "I do not know which extension you mean"
REFUSED = "That is not possible now. The log of Home Assistant says why"
STARTED = "Pick up your phone"


@pytest.fixture(autouse=True)
async def _assist(hass: HomeAssistant) -> None:
    """Set Assist up before Home Assistant serves on a socket."""
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "conversation", {})


async def say(hass: HomeAssistant, text: str, user_id: str | None = None) -> str:
    """Say something to Assist, as a user types it, and return what it answers."""
    result = await conversation.async_converse(hass, text, None, Context(user_id))
    response = result.response
    assert isinstance(response, IntentResponse)
    return str(response.speech["plain"]["speech"])


async def listening(push: Push, tmp_path: Path, **inputs: Any) -> None:
    """Make an automation of the blueprint, with Bruno in a call."""
    inputs["supervisor"] = extension_device(push, "1005")
    await use(push.hass, tmp_path, "whisper_by_voice", inputs)
    push.sim.call("1001", "1002", answer=True)
    await push.settled()


def whispered(push: Push) -> list[tuple[str, str, str]]:
    """Return who supervises whom, and how."""
    return [
        (leg.mode, leg.supervisor, leg.extension) for leg in push.sim.monitors.values()
    ]


@pytest.mark.parametrize("name", ["Bruno", "bruno costa", "1002"])
async def test_named_extension_is_whispered_to(
    pushing: Push, tmp_path: Path, name: str
) -> None:
    """A full name, a part of it and the number are all understood."""
    await listening(pushing, tmp_path)
    assert await say(pushing.hass, f"whisper to {name}") == STARTED
    assert whispered(pushing) == [("whisper", "1005", "1002")]


async def test_user_needs_the_permission(
    pushing: Push,
    tmp_path: Path,
    hass_read_only_user: MockUser,
    hass_admin_user: MockUser,
) -> None:
    """Each user may talk to Assist; a sentence is checked like a button."""
    await listening(pushing, tmp_path)
    sentence = "whisper to Bruno"
    assert await say(pushing.hass, sentence, hass_read_only_user.id) == REFUSED
    assert whispered(pushing) == []
    assert await say(pushing.hass, sentence, hass_admin_user.id) == STARTED
    assert whispered(pushing) == [("whisper", "1005", "1002")]


@pytest.mark.parametrize("name", ["Nobody", "Bru", "Sami"])
async def test_name_that_fits_no_extension(
    pushing: Push, tmp_path: Path, name: str
) -> None:
    """Half a word is not a name, and a supervisor is not whispered to."""
    await listening(pushing, tmp_path)
    assert await say(pushing.hass, f"whisper to {name}") == UNKNOWN
    assert whispered(pushing) == []


async def test_name_that_fits_two_extensions(pushing: Push, tmp_path: Path) -> None:
    """Neither is chosen, unless one has exactly this name; the user's own names count."""
    devices = dr.async_get(pushing.hass)
    anna = extension_device(pushing, "1001")
    devices.async_update_device(anna, name_by_user="Bruno Berg")
    await listening(pushing, tmp_path)
    assert await say(pushing.hass, "whisper to Bruno") == UNKNOWN
    assert whispered(pushing) == []
    devices.async_update_device(anna, name_by_user="Bruno")
    assert await say(pushing.hass, "whisper to Bruno") == STARTED
    assert whispered(pushing) == [("whisper", "1005", "1001")]


async def test_only_chosen_extensions_can_be_named(
    pushing: Push, tmp_path: Path
) -> None:
    """An extension that was not chosen is unknown."""
    await listening(pushing, tmp_path, extensions=[extension_device(pushing, "1001")])
    assert await say(pushing.hass, "whisper to Bruno") == UNKNOWN
    assert await say(pushing.hass, "whisper to Anna") == STARTED
    assert whispered(pushing) == [("whisper", "1005", "1001")]


async def test_refusal_is_said(pushing: Push, tmp_path: Path) -> None:
    """A supervisor who is out of reach does not wait for a phone that never rings."""
    await listening(pushing, tmp_path)
    pushing.sim.set_registered("1005", False)
    assert await say(pushing.hass, "coach Bruno") == REFUSED
    assert whispered(pushing) == []


async def test_own_sentence_and_answer(pushing: Push, tmp_path: Path) -> None:
    """It works in any language."""
    await listening(
        pushing,
        tmp_path,
        sentences=["flüstere {extension} zu"],
        started="Nimm dein Telefon ab",
    )
    assert await say(pushing.hass, "flüstere Bruno zu") == "Nimm dein Telefon ab"
    assert whispered(pushing) == [("whisper", "1005", "1002")]
