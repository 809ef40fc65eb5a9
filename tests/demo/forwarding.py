"""Forwarding in the office on the stage: shown, and set for the extension that is away."""

from collections.abc import Mapping
from typing import Any

from .home_assistant import HomeAssistantProcess


async def create(
    home_assistant: HomeAssistantProcess, entry_id: str, forwarding: Mapping[str, Any]
) -> None:
    """Enable the sensors, as their settings dialog does, and forward an extension.

    `forwarding` has the fields of the action.
    """
    async with home_assistant.websocket() as socket:
        registry = await socket.command("config/entity_registry/list")
        for entry in registry:
            if (entry["platform"], entry["translation_key"]) == ("pbx", "forwarding"):
                await socket.command(
                    "config/entity_registry/update",
                    entity_id=entry["entity_id"],
                    disabled_by=None,
                )
    await home_assistant.rest(
        "POST", f"/api/config/config_entries/entry/{entry_id}/reload"
    )
    await home_assistant.rest(
        "POST", "/api/services/pbx/set_forwarding", dict(forwarding)
    )
