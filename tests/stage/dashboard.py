"""A dashboard for the office, made from what is in the entity registry."""

from typing import Any, Final

from .home_assistant import HomeAssistantProcess, extensions_in

URL_PATH: Final = "pbx-office"
SUPERVISOR: Final = "1005"

# Who talks to whom: for each extension the entity that names the other party.
TALKING = """
{{% set ns = namespace(lines=[]) %}}
{{% for status, other in {pairs} if states(other) not in ('unknown', 'unavailable') %}}
{{% set since = state_attr(other, 'direction') or 'call' %}}
{{% set ns.lines = ns.lines + ['| ' ~ state_attr(status, 'friendly_name') ~ ' | '
   ~ (state_attr(other, 'name') or states(other)) ~ ' | ' ~ since ~ ' |'] %}}
{{% endfor %}}
{{% if ns.lines %}}
| Extension | Other party | Direction |
| --- | --- | --- |
{{{{ ns.lines | join('\n') }}}}
{{% else %}}Nobody is on the phone.{{% endif %}}
"""
OF_PBX: Final = (
    "connection",
    "push_mode",
    "calls",
    "extensions_registered",
    "extensions_in_use",
)


async def create(home_assistant: HomeAssistantProcess) -> str:
    """Make the dashboard, and return its address."""
    states = await home_assistant.rest("GET", "/api/states")
    extensions = extensions_in(states)
    async with home_assistant.websocket() as socket:
        registry = await socket.command("config/entity_registry/list")
        ours = [entry for entry in registry if entry["platform"] == "pbx"]
        pbx = {
            entry["entity_id"]: entry["original_name"]
            for entry in ours
            if entry["translation_key"] in OF_PBX
        }
        trunks = sorted(
            entry["entity_id"]
            for entry in ours
            if entry["translation_key"] == "trunk_status"
        )
        others = {
            entry["device_id"]: entry["entity_id"]
            for entry in ours
            if entry["translation_key"] == "other_party"
        }
        pairs = [
            [entry["entity_id"], others[entry["device_id"]]]
            for entry in ours
            if entry["translation_key"] == "extension_status"
        ]
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
            config={"views": [_view(extensions, pbx, trunks, pairs)]},
        )
    return f"{home_assistant.url}/{URL_PATH}"


def _view(
    extensions: list[dict[str, Any]],
    pbx: dict[str, str],
    trunks: list[str],
    pairs: list[list[str]],
) -> dict[str, Any]:
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
                    _tile(supervisor["entity_id"], columns=12),
                    *(_whisper(supervisor, state) for state in others),
                    {
                        "type": "markdown",
                        "title": "Calls",
                        "content": TALKING.format(pairs=pairs),
                        "grid_options": {"columns": 12},
                    },
                ],
            ),
            _section(
                "PBX",
                "mdi:server-network",
                [
                    *(_tile(entity, name=name) for entity, name in sorted(pbx.items())),
                    *(_tile(entity, trunk=True) for entity in trunks),
                ],
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
    entity_id: str, *, columns: int = 6, name: str | None = None, trunk: bool = False
) -> dict[str, Any]:
    """Return a tile: name and state, and an extension's number."""
    return {
        **({"name": name} if name else {}),
        "type": "tile",
        "entity": entity_id,
        "state_content": ["state"] if name or trunk else ["state", "number"],
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
