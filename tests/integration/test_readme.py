"""The examples of the README: Home Assistant takes them, and our actions have the fields."""

from collections.abc import Iterator
from pathlib import Path
import re
from typing import Any

from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.intent import IntentResponse
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.pbx.const import DOMAIN

from .conftest import Push

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
SERVICES = ROOT / "custom_components" / "pbx" / "services.yaml"
BLOCKS: list[Any] = [
    parse_yaml(block)
    for block in re.findall(r"```yaml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
]
AUTOMATIONS = [block for block in BLOCKS if "triggers" in block]
SCRIPTS = [block for block in BLOCKS if "actions" in block and "triggers" not in block]


def named(block: Any) -> str:
    """Return what tells an example from the others."""
    return "-".join(re.findall(r"pbx\.(\w+)", str(block))) or "general"


def actions_in(node: Any) -> Iterator[dict[str, Any]]:
    """Yield all uses of our actions, however deep, dashboard buttons too."""
    if isinstance(node, dict):
        name = node.get("perform_action", node.get("action"))
        if isinstance(name, str) and name.startswith(f"{DOMAIN}."):
            yield {
                "name": name.removeprefix(f"{DOMAIN}."),
                "data": node.get("data", {}),
            }
        for value in node.values():
            yield from actions_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from actions_in(value)


@pytest.mark.parametrize("block", AUTOMATIONS, ids=named)
async def test_automation(hass: HomeAssistant, pushing: Push, block: Any) -> None:
    """It can be pasted into the editor as it stands."""
    config = {"automation": {"alias": "Example", **block}}
    assert await async_setup_component(hass, "automation", config)
    await hass.async_block_till_done()
    state = hass.states.get("automation.example")
    assert state is not None
    assert state.state == "on"


@pytest.mark.parametrize("block", SCRIPTS, ids=named)
async def test_script(hass: HomeAssistant, pushing: Push, block: Any) -> None:
    """What is to be done stands for itself."""
    config = {"script": {"example": {"sequence": block["actions"]}}}
    assert await async_setup_component(hass, "script", config)
    await hass.async_block_till_done()
    state = hass.states.get("script.example")
    assert state is not None
    assert state.state == "off"


def described() -> dict[str, Any]:
    """Return our actions as Home Assistant shows them."""
    services = parse_yaml(SERVICES.read_text("utf-8"))
    assert isinstance(services, dict)
    return services


def test_each_action_is_described() -> None:
    """Nobody has to guess what there is."""
    text = README.read_text("utf-8")
    assert {name for name in described() if f"`{DOMAIN}.{name}`" not in text} == set()


@pytest.mark.parametrize("use", actions_in(BLOCKS), ids=lambda use: use["name"])
def test_fields(use: dict[str, Any]) -> None:
    """No example has a field that the action does not know, or lacks one it needs."""
    fields = described()[use["name"]]["fields"]
    assert set(use["data"]) <= set(fields)
    assert {name for name, field in fields.items() if field.get("required")} <= set(
        use["data"]
    )


async def say(hass: HomeAssistant, text: str) -> str:
    """Say something to Assist, and return what it says."""
    result = await conversation.async_converse(hass, text, None, Context())
    response = result.response
    assert isinstance(response, IntentResponse)
    return str(response.speech["plain"]["speech"])


@pytest.fixture
async def assist(hass: HomeAssistant) -> None:
    """Set up Assist, before Home Assistant serves on a socket."""
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "conversation", {})


async def test_whisper_by_voice(
    hass: HomeAssistant, assist: None, pushing: Push
) -> None:
    """The sentence finds the extension by its name, and says when it does not."""
    (block,) = (block for block in AUTOMATIONS if "conversation" in str(block))
    config = {"automation": {"alias": "By voice", **block}}
    assert await async_setup_component(hass, "automation", config)
    await hass.async_block_till_done()
    pushing.sim.call("1001", "1002", answer=True)
    await pushing.settled()

    assert (
        await say(hass, "whisper to Nobody") == "I do not know whom you mean by Nobody"
    )
    assert not pushing.sim.monitors
    assert await say(hass, "whisper to bruno") == "Pick up your phone"
    (leg,) = pushing.sim.monitors.values()
    assert (leg.mode, leg.supervisor, leg.extension) == ("whisper", "1005", "1002")
