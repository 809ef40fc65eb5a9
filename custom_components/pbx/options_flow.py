"""Options: where the PBX shall report to, and who calls."""

from ipaddress import ip_address
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
)
from homeassistant.util.network import is_ip_address
import voluptuous as vol
from yarl import URL

from .const import (
    CONF_CONTACTS,
    CONF_NEVER_MONITORED,
    CONF_REPORT_ADDRESS,
    CONF_REPORT_PORT,
    CONF_REPORT_SENDERS,
    CONF_SUPERVISION,
    CONF_SUPERVISORS,
    DEFAULT_REPORT_PORT,
)
from .contacts import parse_line
from .policy import Policy

# What else a URL can hold would silently be lost.
NOTHING_ELSE: Final = re.compile(r"[^\s/?#@\\]*[^\s/?#@\\:]")
NAME: Final = re.compile(r"(?!-)[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
LOOKS_LIKE_IPV4: Final = re.compile(r"[0-9.]+")

NUMBERS: Final = TextSelector(TextSelectorConfig(multiple=True))
OPTIONS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_SUPERVISION, default=Policy.CONTROLLERS.value): (
            SelectSelector(
                SelectSelectorConfig(
                    options=[policy.value for policy in Policy],
                    translation_key=CONF_SUPERVISION,
                )
            )
        ),
        vol.Optional(CONF_SUPERVISORS): NUMBERS,
        vol.Optional(CONF_NEVER_MONITORED): NUMBERS,
        vol.Optional(CONF_CONTACTS): TextSelector(TextSelectorConfig(multiline=True)),
        vol.Optional(CONF_REPORT_ADDRESS): TextSelector(
            TextSelectorConfig(autocomplete="off")
        ),
        vol.Required(CONF_REPORT_PORT, default=DEFAULT_REPORT_PORT): vol.All(
            NumberSelector(
                NumberSelectorConfig(
                    min=1, max=65535, step=1, mode=NumberSelectorMode.BOX
                )
            ),
            vol.Coerce(int),
        ),
        vol.Optional(CONF_REPORT_SENDERS): TextSelector(
            TextSelectorConfig(multiple=True)
        ),
    }
)


def is_address(text: str) -> bool:
    """Return whether a text is a host, or a host and a port."""
    if not NOTHING_ELSE.fullmatch(text):
        return False
    try:
        url = URL(f"//{text}")
    except ValueError:
        return False
    if not url.host or url.explicit_port == 0:
        return False
    if LOOKS_LIKE_IPV4.fullmatch(url.host) or ":" in url.host:
        return is_ip_address(url.host)
    return NAME.fullmatch(url.host) is not None


def wrong_sender(senders: list[str]) -> str | None:
    """Return the first that is no IP address; names are not asked for who they are."""
    for sender in senders:
        try:
            ip_address(sender)
        except ValueError:
            return sender
    return None


def wrong_line(contacts: str) -> int | None:
    """Return the number of the first line that is no contact, counted from 1."""
    for number, line in enumerate(contacts.splitlines(), start=1):
        try:
            parse_line(line)
        except ValueError:
            return number
    return None


class PbxOptionsFlow(OptionsFlowWithReload):
    """Handle what may differ from what works by itself."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for everything in one form."""
        errors: dict[str, str] = {}
        placeholders = {"line": "", "sender": ""}
        suggested: dict[str, Any] = dict(self.config_entry.options)
        if user_input is not None:
            suggested = _filled_in(user_input)
            if not is_address(suggested.get(CONF_REPORT_ADDRESS, "localhost")):
                errors[CONF_REPORT_ADDRESS] = "invalid_address"
            if sender := wrong_sender(suggested.get(CONF_REPORT_SENDERS, [])):
                errors[CONF_REPORT_SENDERS] = "invalid_sender"
                placeholders["sender"] = sender
            if line := wrong_line(suggested.get(CONF_CONTACTS, "")):
                errors[CONF_CONTACTS] = "invalid_contact"
                placeholders["line"] = str(line)
            if not errors:
                return self.async_create_entry(data=suggested)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(OPTIONS_SCHEMA, suggested),
            errors=errors,
            description_placeholders=placeholders,
        )


def _filled_in(user_input: dict[str, Any]) -> dict[str, Any]:
    """Return what was typed, without empty fields and the spaces that pasting leaves."""
    found = dict(user_input)
    found[CONF_REPORT_ADDRESS] = found.get(CONF_REPORT_ADDRESS, "").strip()
    for key in (CONF_REPORT_SENDERS, CONF_SUPERVISORS, CONF_NEVER_MONITORED):
        items = (item.strip() for item in found.get(key, ()))
        found[key] = [item for item in items if item]
    if not found.get(CONF_CONTACTS, "").strip():
        found[CONF_CONTACTS] = ""
    return {key: value for key, value in found.items() if value not in ("", [])}
