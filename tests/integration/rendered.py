"""The dashboard's template rendered, and what a user would find in it."""

from collections.abc import Iterator
from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.template import Template
import yaml

from custom_components.pbx.const import DOMAIN
from tests.simulator import Simulator

ROOT = Path(__file__).parents[2]
TEMPLATE = (ROOT / "dashboards" / "office.jinja").read_text(encoding="utf-8")
type Card = dict[str, Any]


def dashboard(hass: HomeAssistant, template: str = TEMPLATE) -> dict[str, Any]:
    """Return what a user gets who renders the template."""
    text = Template(template, hass).async_render(parse_result=False)
    config: dict[str, Any] = yaml.safe_load(text)
    return config


def with_setting(name: str, value: str) -> str:
    """Return the template with another value in one of its first lines."""
    changed, count = re.subn(
        rf"set {name} = .* -%", f"set {name} = {value} -%", TEMPLATE, count=1
    )
    assert count == 1
    return changed


def cards_of(view: dict[str, Any]) -> list[Card]:
    """Return the cards of a view."""
    sections = view["sections"] + view["sidebar"]["sections"]
    return [card for section in sections for card in section["cards"]]


def mentioned(content: object) -> Iterator[str]:
    """Yield each entity that something says anything about."""
    if isinstance(content, dict):
        for value in content.values():
            yield from mentioned(value)
    elif isinstance(content, list):
        for value in content:
            yield from mentioned(value)
    elif isinstance(content, str) and re.fullmatch(r"[a-z_]+\.\w+", content):
        yield content


def actions(cards: list[Card]) -> list[tuple[str, dict[str, str]]]:
    """Return what the buttons of a view do."""
    found = [card["tap_action"] for card in cards if card["type"] == "button"]
    return [
        (act["perform_action"], act["data"]) for act in found if "perform_action" in act
    ]


def visible(cards: list[Card], entity_id: str, state: str) -> list[Card]:
    """Return the cards that appear because an entity has a state."""

    def holds(condition: dict[str, Any]) -> bool:
        key = "state" if "state" in condition else "state_not"
        wanted = condition[key]
        listed = state in ([wanted] if isinstance(wanted, str) else wanted)
        return condition["entity"] == entity_id and listed is (key == "state")

    return [card for card in cards if any(map(holds, card.get("visibility", ())))]


def entity(hass: HomeAssistant, sim: Simulator, platform: str, key: str) -> str:
    """Return the id of an entity."""
    unique_id = f"{sim.serial}_{key}"
    found = er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id)
    assert found is not None
    return found
