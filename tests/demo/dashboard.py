"""The dashboard that the README offers, made for the office on the stage."""

from pathlib import Path
from typing import Final

import yaml

from .home_assistant import HomeAssistantProcess

TEMPLATE: Final = Path(__file__).parents[2] / "dashboards" / "office.jinja"
URL_PATH: Final = "pbx-office"


async def create(home_assistant: HomeAssistantProcess, light: str | None = None) -> str:
    """Make the dashboard as a user does, and return its address.

    A light that automations switch is shown beside what everybody gets.
    """
    text = await home_assistant.render(TEMPLATE.read_text(encoding="utf-8"))
    config = yaml.safe_load(text)
    if light is not None:
        config["views"][0]["sidebar"]["sections"].append(
            {
                "type": "grid",
                "cards": [
                    {
                        "type": "heading",
                        "heading": "Automations",
                        "icon": "mdi:robot",
                    },
                    {"type": "tile", "entity": light},
                ],
            }
        )
    async with home_assistant.websocket() as socket:
        await socket.command(
            "lovelace/dashboards/create",
            url_path=URL_PATH,
            title="Office",
            icon="mdi:phone",
            mode="storage",
            show_in_sidebar=True,
            require_admin=False,
        )
        await socket.command("lovelace/config/save", url_path=URL_PATH, config=config)
    return f"{home_assistant.url}/{URL_PATH}"
