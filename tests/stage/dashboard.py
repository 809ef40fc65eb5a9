"""A dashboard for the office, made from what is in the entity registry."""

from typing import Any, Final

from .home_assistant import HomeAssistantProcess

URL_PATH: Final = "pbx-office"
SUPERVISOR: Final = "1005"

TALKING = """
{% set ns = namespace(names=[]) %}
{% for state in states.sensor if state.entity_id in integration_entities('pbx')
   and state.attributes.number is defined and state.state in ('busy', 'on_hold') %}
{% set ns.names = ns.names + [state.name] %}
{% endfor %}
{% if ns.names %}**On the phone:** {{ ns.names | join(', ') }}
{% else %}Nobody is on the phone.{% endif %}
"""


async def create(home_assistant: HomeAssistantProcess) -> str:
    """Make the dashboard, and return its address."""
    states = await home_assistant.rest("GET", "/api/states")
    extensions = sorted(
        (state for state in states if "number" in state["attributes"]),
        key=lambda state: str(state["attributes"]["number"]),
    )
    async with home_assistant.websocket() as socket:
        registry = await socket.command("config/entity_registry/list")
        pbx = {
            entry["entity_id"]: entry["original_name"]
            for entry in registry
            if entry["platform"] == "pbx"
            and entry["translation_key"]
            in ("connection", "extensions_registered", "extensions_in_use")
        }
        await socket.command(
            "lovelace/dashboards/create",
            url_path=URL_PATH,
            title="Office",
            icon="mdi:phone",
            mode="storage",
            show_in_sidebar=True,
            require_admin=False,
        )
        await socket.command(
            "lovelace/config/save",
            url_path=URL_PATH,
            config={"views": [_view(extensions, pbx)]},
        )
    return f"{home_assistant.url}/{URL_PATH}"


def _view(extensions: list[dict[str, Any]], pbx: dict[str, str]) -> dict[str, Any]:
    """Return the one view."""
    supervisor = next(
        state for state in extensions if state["attributes"]["number"] == SUPERVISOR
    )
    others = [state for state in extensions if state is not supervisor]
    return {
        "title": "Office",
        "type": "sections",
        "max_columns": 3,
        "sections": [
            _section(
                "Extensions",
                "mdi:phone-classic",
                [_tile(state["entity_id"]) for state in extensions],
            ),
            _section(
                f"Whisper as {_name(supervisor)}",
                "mdi:account-voice",
                [
                    {
                        "type": "markdown",
                        "content": TALKING,
                        "grid_options": {"columns": 12},
                    },
                    _tile(supervisor["entity_id"], columns=12),
                    *(_whisper(supervisor, state) for state in others),
                ],
            ),
            _section(
                "PBX",
                "mdi:server-network",
                [_tile(entity, name=name) for entity, name in sorted(pbx.items())],
            ),
        ],
    }


def _name(state: dict[str, Any]) -> str:
    """Return what an extension is called."""
    return str(state["attributes"]["friendly_name"])


def _section(heading: str, icon: str, cards: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a section with a heading."""
    return {
        "type": "grid",
        "cards": [{"type": "heading", "heading": heading, "icon": icon}, *cards],
    }


def _tile(
    entity_id: str, *, columns: int = 6, name: str | None = None
) -> dict[str, Any]:
    """Return a tile: name and state, and an extension's number."""
    return {
        **({"name": name} if name else {}),
        "type": "tile",
        "entity": entity_id,
        "state_content": ["state"] if name else ["state", "number"],
        "grid_options": {"columns": columns, "rows": 1},
    }


def _whisper(supervisor: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    """Return a whisper button, there while the extension is in a call."""
    return {
        "type": "button",
        "name": f"Whisper to {_name(state)}",
        "icon": "mdi:account-voice",
        "show_state": False,
        "grid_options": {"columns": 6, "rows": 2},
        "visibility": [
            {
                "condition": "state",
                "entity": state["entity_id"],
                "state": ["busy", "on_hold"],
            }
        ],
        "tap_action": {
            "action": "perform-action",
            "perform_action": "pbx.whisper",
            "data": {
                "whisperer": supervisor["entity_id"],
                "whispered": state["entity_id"],
            },
        },
    }
