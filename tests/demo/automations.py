"""Automations for the office on the stage: of our triggers, conditions and actions."""

from dataclasses import dataclass
from typing import Any, Final

from .home_assistant import HomeAssistantProcess

LIGHT: Final = "light.on_air_light"


@dataclass(frozen=True, slots=True)
class Cast:
    """The extensions of the automations, by number.

    `supervisor` listens to the calls of `trainee`; `on_air` is in the room with the
    light. 1005 stays free for the person who watches.
    """

    supervisor: str = "1000"
    trainee: str = "1004"
    on_air: str = "1006"


SIMULATED: Final = Cast()


@dataclass(frozen=True, slots=True)
class Extension:
    """How Home Assistant calls an extension."""

    device: str
    status: str
    call: str


async def create(home_assistant: HomeAssistantProcess, cast: Cast = SIMULATED) -> None:
    """Save the automations, as the automation editor does."""
    # A light that was never told anything has no state to go back to.
    await home_assistant.rest(
        "POST", "/api/services/light/turn_off", {"entity_id": LIGHT}
    )
    extensions = await _extensions(home_assistant)
    for key, automation in _automations(extensions, cast).items():
        await home_assistant.rest(
            "POST", f"/api/config/automation/config/{key}", automation
        )


async def remove(home_assistant: HomeAssistantProcess, cast: Cast = SIMULATED) -> None:
    """Take them away again."""
    extensions = await _extensions(home_assistant)
    for key in _automations(extensions, cast):
        await home_assistant.rest("DELETE", f"/api/config/automation/config/{key}")


async def _extensions(home_assistant: HomeAssistantProcess) -> dict[str, Extension]:
    """Return the extensions by number."""
    async with home_assistant.websocket() as socket:
        registry = await socket.command("config/entity_registry/list")
    found = {
        (entry["device_id"], entry["translation_key"]): entry
        for entry in registry
        if entry["platform"] == "pbx"
    }
    # A unique id says: serial number, extension, what it is.
    return {
        status["unique_id"].split("_")[1]: Extension(
            device, status["entity_id"], found[device, "call"]["entity_id"]
        )
        for (device, key), status in found.items()
        if key == "extension_status"
    }


def _automations(
    extensions: dict[str, Extension], cast: Cast
) -> dict[str, dict[str, Any]]:
    """Return the automations by their ids."""
    supervisor, trainee = extensions[cast.supervisor], extensions[cast.trainee]
    return {
        "pbx_demo_listen": {
            "alias": f"{cast.supervisor} listens when {cast.trainee} takes a call",
            "triggers": [
                {
                    "trigger": "pbx.call_answered",
                    "target": {"entity_id": trainee.call},
                }
            ],
            "conditions": [
                {
                    "condition": "pbx.extension_is_free",
                    "target": {"entity_id": supervisor.status},
                    "options": {"behavior": "any", "for": "00:00:00"},
                }
            ],
            "actions": [
                {
                    "action": "pbx.listen",
                    "data": {
                        "supervisor": supervisor.status,
                        "extension": trainee.status,
                    },
                    # The call may be over by then.
                    "continue_on_error": True,
                }
            ],
            "mode": "queued",
        },
        "pbx_demo_missed": {
            "alias": "Missed calls become notifications",
            "triggers": [
                {
                    "trigger": "pbx.call_missed",
                    "target": {"device_id": [e.device for e in extensions.values()]},
                }
            ],
            "actions": [
                {
                    "action": "persistent_notification.create",
                    "data": {
                        "title": "Missed call",
                        "message": "{% set call = trigger.to_state.attributes %}"
                        "{{ [call.name, call.number] | select | join(', ')"
                        " or 'A hidden number' }}"
                        " called {{ device_name(trigger.entity_id) }}.",
                    },
                }
            ],
            "mode": "queued",
        },
        "pbx_demo_on_air": {
            "alias": f"A light is on while {cast.on_air} talks",
            "use_blueprint": {
                "path": "pbx/on_air_light_and_media_pause.yaml",
                "input": {
                    "extensions": [extensions[cast.on_air].device],
                    "on_air": [LIGHT],
                },
            },
        },
    }
