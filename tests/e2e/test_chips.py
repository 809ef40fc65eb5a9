"""How many entities a trigger or condition reaches, as the editor's chip tells it."""

from functools import partial
from typing import Final

from playwright.async_api import Page
import pytest

from .conftest import Stage
from .screen import log_in
from .truth import until

KEY: Final = "chips"
OURS: Final[dict[str, list[dict[str, object]]]] = {
    "triggers": [{"trigger": "pbx.call_answered"}],
    "conditions": [
        {
            "condition": "pbx.extension_is_free",
            "options": {"behavior": "any", "for": "00:00:00"},
        }
    ],
}
# The same entity, by a trigger of Home Assistant's own.
CORE: Final = {"trigger": "event.received", "options": {"event_type": ["answered"]}}

# The chips are in shadow roots. With an argument, the limit to one integration is taken
# out of the filter of each, in the browser alone.
READ: Final = """
(unlimited) => {
  const chips = [];
  const walk = (node) => {
    if (node.localName === "ha-automation-row-targets") {
      const limited = node.selector?.target?.entity?.some((one) => one.integration);
      if (unlimited && limited) {
        node.selector = {
          target: {
            entity: node.selector.target.entity.map(({ integration, ...rest }) => rest),
          },
        };
      }
      chips.push(node.shadowRoot.textContent.trim().replace(/\\s+/g, " "));
    }
    for (const child of node.children ?? []) walk(child);
    for (const child of node.shadowRoot?.children ?? []) walk(child);
  };
  walk(document.body);
  return chips;
}
"""

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]


async def saved(stage: Stage, number: str) -> str:
    """Save an automation about the device of an extension; return the device's name."""
    async with stage.home_assistant.websocket() as socket:
        devices = await socket.command("config/device_registry/list")
    (device,) = (one for one in devices if one["name"].endswith(f"({number})"))
    target = {"target": {"device_id": [device["id"]]}}
    steps = {kind: [step | target for step in steps] for kind, steps in OURS.items()}
    await stage.home_assistant.rest(
        "POST",
        f"/api/config/automation/config/{KEY}",
        {
            "alias": "Chips",
            "triggers": [*steps["triggers"], CORE | target],
            "conditions": steps["conditions"],
            "actions": [],
        },
    )
    return str(device["name"])


async def test_chip_shows_nothing_because_of_the_editor(
    office: Stage, page: Page
) -> None:
    """It shows (0) as our filters name our integration, which it cannot look up.

    Where that is taken out, it shows the one entity that each of them reaches. When the
    editor counts right, the note in docs/automations.md goes.
    """
    name = await saved(office, "1004")
    await log_in(page, office)
    await page.goto(f"{office.home_assistant.url}/config/automation/edit/{KEY}")
    ours, counted = f"{name} (0)", f"{name} (1)"
    await until(partial(page.evaluate, READ, False), [ours, counted, ours])
    await until(partial(page.evaluate, READ, True), [counted, counted, counted])
    await office.home_assistant.rest("DELETE", f"/api/config/automation/config/{KEY}")
