"""The options flow: supervision, contacts, and the address for reports."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from ..client.pbx import Capability, Pbx, ReportsByPost
from ..const import (
    CONF_ALLOW_CODES,
    CONF_CONTACTS,
    CONF_NEVER_MONITORED,
    CONF_NUMBERS_IN_NAMES,
    CONF_REPORT_ADDRESS,
    CONF_REPORT_PORT,
    CONF_REPORT_SENDERS,
    CONF_SUPERVISION,
    CONF_SUPERVISORS,
    DEFAULT_REPORT_PORT,
)
from ..hub.contacts import parse_line
from ..hub.families import create_pbx
from ..hub.options import SupervisionPolicy
from ..hub.registry import PbxDevices, with_number
from ..runtime import PbxConfigEntry
from .address import is_address, wrong_sender

SECTION_CONTACTS: Final = "contacts"
SECTION_LIVE_UPDATES: Final = "live_updates"
SECTION_SUPERVISION: Final = "supervision"


def _extensions(names: Mapping[str, str]) -> SelectSelector:
    """Return a selector for several extensions by name."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=number, label=with_number(name, number))
                for number, name in sorted(names.items())
            ],
            multiple=True,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def options_schema(
    names: Mapping[str, str], pbx: Pbx, *, collapsed: bool
) -> vol.Schema:
    """Return the form for a PBX with these extensions: only the options that it has.

    `collapsed` tells whether the section of live updates is.
    """
    fields: dict[vol.Marker, object] = {}
    if pbx.capabilities & Capability.MONITOR:
        policy = SelectSelector(
            SelectSelectorConfig(
                options=[policy.value for policy in SupervisionPolicy],
                translation_key=CONF_SUPERVISION,
            )
        )
        default = SupervisionPolicy.ADMINISTRATORS.value
        fields |= {
            vol.Required(CONF_SUPERVISION, default=default): policy,
            vol.Optional(CONF_SUPERVISORS): _extensions(names),
            vol.Optional(CONF_NEVER_MONITORED): _extensions(names),
        }
    fields[vol.Required(CONF_ALLOW_CODES, default=False)] = BooleanSelector()
    sections: dict[vol.Marker, object] = {
        vol.Required(SECTION_SUPERVISION): section(vol.Schema(fields)),
        vol.Required(SECTION_CONTACTS): section(
            vol.Schema(
                {
                    vol.Optional(CONF_CONTACTS): TextSelector(
                        TextSelectorConfig(multiline=True)
                    ),
                    vol.Required(
                        CONF_NUMBERS_IN_NAMES, default=False
                    ): BooleanSelector(),
                }
            )
        ),
    }
    if isinstance(pbx, ReportsByPost):
        port = NumberSelector(
            NumberSelectorConfig(min=1, max=65535, step=1, mode=NumberSelectorMode.BOX)
        )
        reports = {
            vol.Optional(CONF_REPORT_ADDRESS): TextSelector(
                TextSelectorConfig(autocomplete="off")
            ),
            vol.Required(CONF_REPORT_PORT, default=DEFAULT_REPORT_PORT): vol.All(
                port, vol.Coerce(int)
            ),
            vol.Optional(CONF_REPORT_SENDERS): TextSelector(
                TextSelectorConfig(multiple=True)
            ),
        }
        sections[vol.Required(SECTION_LIVE_UPDATES)] = section(
            vol.Schema(reports), {"collapsed": collapsed}
        )
    return vol.Schema(sections)


def wrong_line(contacts: str) -> int | None:
    """Return the number of the first line that is not a contact, counted from 1."""
    for number, line in enumerate(contacts.splitlines(), start=1):
        try:
            parse_line(line)
        except ValueError:
            return number
    return None


class PbxOptionsFlow(OptionsFlowWithReload):
    """Handle the options of a PBX."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show all options in one form.

        An error belongs to a section: the frontend shows none at a field inside.
        """
        errors: dict[str, str] = {}
        placeholders = {"line": "", "sender": ""}
        options: dict[str, Any] = dict(self.config_entry.options)
        if user_input is not None:
            options = _filled_in(user_input)
            if not is_address(options.get(CONF_REPORT_ADDRESS, "localhost")):
                errors[SECTION_LIVE_UPDATES] = "invalid_address"
            elif sender := wrong_sender(options.get(CONF_REPORT_SENDERS, [])):
                errors[SECTION_LIVE_UPDATES] = "invalid_sender"
                placeholders["sender"] = sender
            if line := wrong_line(options.get(CONF_CONTACTS, "")):
                errors[SECTION_CONTACTS] = "invalid_contact"
                placeholders["line"] = str(line)
            if not errors:
                return self.async_create_entry(data=options)
        collapsed = SECTION_LIVE_UPDATES not in errors
        schema = options_schema(self._names(), self._pbx(), collapsed=collapsed)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                schema, dict.fromkeys(map(str, schema.schema), options)
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    def _pbx(self) -> Pbx:
        """Return the PBX; where it is not connected, what its family can do at most."""
        entry: PbxConfigEntry = self.config_entry
        if entry.state is ConfigEntryState.LOADED:
            return entry.runtime_data.coordinator.pbx
        return create_pbx(self.hass, entry.data)

    def _names(self) -> dict[str, str]:
        """Return the extensions to choose from, with chosen ones that are gone."""
        entry = self.config_entry
        chosen = (
            number
            for key in (CONF_SUPERVISORS, CONF_NEVER_MONITORED)
            for number in entry.options.get(key, ())
        )
        if TYPE_CHECKING:
            assert entry.unique_id is not None
        devices = PbxDevices(self.hass, entry.entry_id, entry.unique_id)
        return {number: number for number in chosen} | devices.extension_names()


def _filled_in(user_input: dict[str, Any]) -> dict[str, Any]:
    """Return the options of all sections, without empty ones and pasted spaces."""
    found: dict[str, Any] = {}
    for options in user_input.values():
        found |= options
    found[CONF_REPORT_ADDRESS] = found.get(CONF_REPORT_ADDRESS, "").strip()
    senders = (sender.strip() for sender in found.get(CONF_REPORT_SENDERS, ()))
    found[CONF_REPORT_SENDERS] = [sender for sender in senders if sender]
    if not found.get(CONF_CONTACTS, "").strip():
        found[CONF_CONTACTS] = ""
    return {key: value for key, value in found.items() if value not in ("", [])}
