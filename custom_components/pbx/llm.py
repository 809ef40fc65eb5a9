"""Read-only tools for the language models of Assist."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import override

from homeassistant.components.homeassistant import async_should_expose
from homeassistant.components.llm import LLMTools
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, intent, llm
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from .client.model import Extension, ExtensionStatus, Party
from .client.texts import is_number
from .const import ATTR_EXTENSION, ATTR_NUMBER, DOMAIN, KEY_OTHER_PARTY, KEY_STATUS
from .hub.coordinator import PbxCoordinator
from .hub.describe import party_data
from .hub.registry import sensor_id
from .runtime import PbxConfigEntry


@callback
def async_get_tools(
    hass: HomeAssistant, llm_context: llm.LLMContext, api_id: str
) -> LLMTools | None:
    """Return our tools for Assist, None when no extension is exposed to it."""
    # Home Assistant 2026.9 has neither tool results nor annotations.
    if api_id != llm.LLM_API_ASSIST or not hasattr(llm, "ToolResult"):
        return None
    if next(_exposed(hass, llm_context), None) is None:
        return None
    return LLMTools(tools=[OnThePhoneTool(), ExtensionFreeTool()])


@dataclass(frozen=True, slots=True)
class Exposed:
    """An extension that is exposed to an assistant."""

    coordinator: PbxCoordinator
    extension: Extension
    entity_id: str

    def is_called(self, hass: HomeAssistant, name: str) -> bool:
        """Return whether a name is the number, the name or an alias of the extension."""
        state = hass.states.get(self.entity_id)
        names = {self.extension.number, self.extension.name}
        if state is not None:
            entry = er.async_get(hass).async_get(self.entity_id)
            names.update(intent.async_get_entity_aliases(hass, entry, state=state))
        return name.strip().casefold() in {name.casefold() for name in names}

    def describe(self) -> JsonObjectType:
        """Return number, name and status of the extension."""
        status = self.extension.status
        known = self.coordinator.last_update_success and (
            self.coordinator.data.present(self.extension.number)
        )
        return {
            "extension": self.extension.number,
            "name": self.extension.name,
            "status": status.value if known and status is not None else "unknown",
        }


def _exposed(hass: HomeAssistant, llm_context: llm.LLMContext) -> Iterator[Exposed]:
    """Yield the extensions whose status is exposed to an assistant."""
    entries: list[PbxConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    for entry in entries:
        coordinator = entry.runtime_data.coordinator
        for extension in coordinator.data.extensions.values():
            entity_id = _exposed_entity(
                hass, llm_context, coordinator, extension.number, KEY_STATUS
            )
            if entity_id is not None:
                yield Exposed(coordinator, extension, entity_id)


def _exposed_entity(
    hass: HomeAssistant,
    llm_context: llm.LLMContext,
    coordinator: PbxCoordinator,
    number: str,
    key: str,
) -> str | None:
    """Return the id of an extension's sensor, None when it is not exposed."""
    entity_id = sensor_id(hass, coordinator.serial_number, f"{number}_{key}")
    if entity_id is None or not async_should_expose(
        hass, llm_context.assistant, entity_id
    ):
        return None
    return entity_id


class PbxTool(llm.Tool):
    """A read-only tool."""

    integration = DOMAIN

    def __init__(self) -> None:
        """Initialize the annotations of a safe tool."""
        self.annotations = llm.ToolAnnotations(
            read_only=True, destructive=False, idempotent=True, open_world=False
        )


class OnThePhoneTool(PbxTool):
    """A tool that returns the extensions on the phone."""

    name = f"{DOMAIN}__who_is_on_the_phone"
    title = "Who is on the phone"
    description = (
        "Get the extensions of the phone system that ring or are in a call now, with"
        " whom and since when as far as that may be known. Use it for questions like"
        " 'Who is on the phone?' or 'Who is calling?'."
    )

    @override
    async def async_call(
        self,
        hass: HomeAssistant,
        tool_input: llm.ToolInput,
        llm_context: llm.LLMContext,
    ) -> llm.ToolResult:
        """Return the extensions in use, with their calls."""
        return llm.ToolResult(
            data={
                "on_the_phone": [
                    exposed.describe() | _call(hass, llm_context, exposed)
                    for exposed in _exposed(hass, llm_context)
                    if exposed.extension.in_use
                ]
            }
        )


def _call(
    hass: HomeAssistant, llm_context: llm.LLMContext, exposed: Exposed
) -> JsonObjectType:
    """Return the call of an extension, empty when its other party is not exposed."""
    coordinator, number = exposed.coordinator, exposed.extension.number
    call = coordinator.data.current_call(number)
    if call is None or not _exposed_entity(
        hass, llm_context, coordinator, number, KEY_OTHER_PARTY
    ):
        return {}
    since = coordinator.data.in_call_since(number)
    return {
        "other_party": _other_party(coordinator, call.other(number)),
        "direction": call.direction.value if call.direction else None,
        "in_call_since": (
            None
            if since is None
            else dt_util.as_local(dt_util.utc_from_timestamp(since)).isoformat()
        ),
    }


def _other_party(coordinator: PbxCoordinator, party: Party | None) -> JsonObjectType:
    """Return the number and name of a party, without text that a caller has chosen."""
    told: JsonObjectType = party_data(coordinator, party)
    if party is not None and not party.extension and not is_number(party.number):
        told[ATTR_NUMBER] = None
    return told


class ExtensionFreeTool(PbxTool):
    """A tool that returns whether an extension is free."""

    name = f"{DOMAIN}__is_extension_free"
    title = "Is an extension free"
    description = (
        "Find out whether an extension of the phone system is free, in a call, ringing"
        " or offline. Use it for questions like 'Is 1005 free?' or 'Can I call Anna"
        " now?'."
    )
    parameters = vol.Schema(
        {vol.Required(ATTR_EXTENSION, description="Its number, or its name"): str}
    )

    @override
    async def async_call(
        self,
        hass: HomeAssistant,
        tool_input: llm.ToolInput,
        llm_context: llm.LLMContext,
    ) -> llm.ToolResult:
        """Return the extensions with a number or name, and whether they are free."""
        wanted = self.parameters(tool_input.tool_args)[ATTR_EXTENSION]
        found = [
            exposed.describe()
            for exposed in _exposed(hass, llm_context)
            if exposed.is_called(hass, wanted)
        ]
        if not found:
            return llm.ToolResult(
                data={"error": f"No extension {wanted} is exposed"}, error=True
            )
        return llm.ToolResult(
            data={
                "extensions": [
                    {**extension, "free": extension["status"] == ExtensionStatus.IDLE}
                    for extension in found
                ]
            }
        )
