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
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.pbx.const import DOMAIN

from .act import act
from .conftest import Push
from .phone import until

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
COMPONENT = ROOT / "custom_components" / "pbx"
SERVICES = COMPONENT / "services.yaml"
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


async def stop(hass: HomeAssistant, automation: str) -> None:
    """Let an automation wait for nothing."""
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": automation}, blocking=True
    )
    await hass.async_block_till_done()


@pytest.mark.parametrize("block", AUTOMATIONS, ids=named)
async def test_automation(hass: HomeAssistant, pushing: Push, block: Any) -> None:
    """It can be pasted into the editor as it stands."""
    config = {"automation": {"alias": "Example", **block}}
    assert await async_setup_component(hass, "automation", config)
    await hass.async_block_till_done()
    state = hass.states.get("automation.example")
    assert state is not None
    assert state.state == "on"
    await stop(hass, "automation.example")


@pytest.mark.parametrize("block", SCRIPTS, ids=named)
async def test_script(hass: HomeAssistant, pushing: Push, block: Any) -> None:
    """What is to be done stands for itself."""
    config = {"script": {"example": {"sequence": block["actions"]}}}
    assert await async_setup_component(hass, "script", config)
    await hass.async_block_till_done()
    state = hass.states.get("script.example")
    assert state is not None
    assert state.state == "off"


def used(node: Any, kind: str) -> set[str]:
    """Return which of our actions, triggers or conditions stand somewhere, however deep."""
    if isinstance(node, list):
        return set().union(*(used(value, kind) for value in node))
    if not isinstance(node, dict):
        return set()
    found = set().union(*(used(value, kind) for value in node.values()))
    name = node.get(kind)
    if isinstance(name, str) and name.startswith(f"{DOMAIN}."):
        found.add(name.removeprefix(f"{DOMAIN}."))
    return found


def described() -> dict[str, Any]:
    """Return our actions as Home Assistant shows them."""
    services = parse_yaml(SERVICES.read_text("utf-8"))
    assert isinstance(services, dict)
    return services


@pytest.mark.parametrize("kind", ["action", "trigger", "condition"])
def test_everything_has_an_example(kind: str) -> None:
    """Nobody has to guess how it is written."""
    file = "services" if kind == "action" else f"{kind}s"
    names = parse_yaml((COMPONENT / f"{file}.yaml").read_text("utf-8"))
    assert isinstance(names, dict)
    offered = {name for name in names if not name.startswith(".")}
    assert offered <= used(BLOCKS, kind)


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


async def test_lamp_of_who_is_supervised(hass: HomeAssistant, pushing: Push) -> None:
    """It is on from the moment somebody joins the call until they have left it."""
    lamp = [async_mock_service(hass, "light", f"turn_{word}") for word in ("on", "off")]
    (block,) = (block for block in AUTOMATIONS if "monitoring_started" in str(block))
    config = {"automation": {"alias": "Supervised", **block}}
    assert await async_setup_component(hass, "automation", config)
    await hass.async_block_till_done()
    pushing.sim.call("1001", "1002", answer=True)
    await pushing.settled()

    # The automation waits meanwhile, so nobody may wait for it.
    await act(hass, "whisper", whisperer="1005", whispered="1002")
    await until(lambda: [len(calls) for calls in lamp] == [1, 0])
    await act(hass, "stop_monitoring", supervisor="1005")
    await until(lambda: [len(calls) for calls in lamp] == [1, 1])
    await stop(hass, "automation.supervised")
