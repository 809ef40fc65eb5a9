"""The dashboard of phones, as Settings > Dashboards > Add dashboard makes it."""

from typing import Final

from .home_assistant import HomeAssistantProcess

URL_PATH: Final = "pbx-phones"


async def create(
    home_assistant: HomeAssistantProcess, phone: str, url_path: str = URL_PATH
) -> str:
    """Make the dashboard, choose the owner's phone, and return the address."""
    async with home_assistant.websocket() as socket:
        await socket.command(
            "lovelace/dashboards/create",
            url_path=url_path,
            title="Phones",
            icon="mdi:phone",
            mode="storage",
        )
        await socket.command(
            "lovelace/config/save",
            url_path=url_path,
            config={"strategy": {"type": "custom:pbx"}},
        )
        (entry,) = await socket.command("config_entries/get", domain="pbx")
        await socket.command(
            "frontend/set_user_data", key="pbx", value={entry["entry_id"]: phone}
        )
    return f"{home_assistant.url}/{url_path}"
