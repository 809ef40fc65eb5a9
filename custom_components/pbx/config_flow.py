"""Add a PBX, sign in again, point the entry to another address, choose options."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import (
    CONF_HOST,
    CONF_MAC,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_SSL,
    CONF_USERNAME,
)
from homeassistant.core import callback
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.util.network import is_ip_address
import voluptuous as vol
from yarl import URL

from .client.errors import PbxError, PbxNotTrusted
from .client.model import PbxInfo
from .client.tls import fingerprint_of
from .client.yeastar.s import hash_password
from .const import (
    CONF_FINGERPRINT,
    CONF_PASSWORD_MD5,
    DEFAULT_PORT,
    DEFAULT_SSL,
    DOMAIN,
    LOGGER,
)
from .flows.certificate import describe
from .flows.options import PbxOptionsFlow
from .hub.connect import create_pbx, failure_key, failure_placeholders

HOST_SELECTOR = TextSelector(TextSelectorConfig(autocomplete="off"))
PORT_SELECTOR = vol.All(
    NumberSelector(
        NumberSelectorConfig(min=1, max=65535, step=1, mode=NumberSelectorMode.BOX)
    ),
    vol.Coerce(int),
)
USERNAME_SELECTOR = TextSelector(TextSelectorConfig(autocomplete="off"))
PASSWORD_SELECTOR = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)
CREDENTIALS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_USERNAME): USERNAME_SELECTOR,
        vol.Required(CONF_PASSWORD): PASSWORD_SELECTOR,
    }
)
ADDRESS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_HOST): HOST_SELECTOR,
        vol.Required(CONF_PORT, default=DEFAULT_PORT): PORT_SELECTOR,
        vol.Required(CONF_SSL, default=DEFAULT_SSL): BooleanSelector(),
    }
)
USER_SCHEMA = ADDRESS_SCHEMA.extend(CREDENTIALS_SCHEMA.schema)
RECONFIGURE_SCHEMA = ADDRESS_SCHEMA.extend(
    {
        vol.Required(CONF_USERNAME): USERNAME_SELECTOR,
        vol.Optional(CONF_PASSWORD): PASSWORD_SELECTOR,
    }
)

# Which field of the form an error belongs to; the rest concern the form as a whole.
FIELD_OF_ERROR = {"invalid_host": CONF_HOST, "name_not_resolved": CONF_HOST}


def split_address(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return host, port and TLS from a form whose host may be a pasted URL.

    What a pasted URL says comes before the fields beside it. Raises ValueError when
    there is no host in it.
    """
    text = user_input[CONF_HOST].strip()
    bare_ipv6 = text.count(":") > 1 and "[" not in text and "/" not in text
    url = URL(text if "://" in text else f"//[{text}]" if bare_ipv6 else f"//{text}")
    if not url.host or " " in url.host or url.scheme not in ("", "http", "https"):
        raise ValueError("No host")
    tls = url.scheme == "https" if url.scheme else user_input[CONF_SSL]
    port = url.explicit_port or (url.port if url.scheme else user_input[CONF_PORT])
    return {CONF_HOST: url.host, CONF_PORT: port, CONF_SSL: tls}


class PbxConfigFlow(ConfigFlow, domain=DOMAIN):
    """Handle everything an entry is made and changed by."""

    VERSION = 1

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> PbxOptionsFlow:
        """Return what the options are changed by."""
        return PbxOptionsFlow()

    def __init__(self) -> None:
        """Initialize the flow."""
        self._data: dict[str, Any] = {}
        self._form: tuple[str, vol.Schema] = ("user", USER_SCHEMA)
        self._suggested: dict[str, Any] = {}
        self._certificate = b""

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the PBX's address and the API's credentials."""
        self._form = ("user", USER_SCHEMA)
        return await self._async_handle_form(user_input)

    @override
    async def async_step_dhcp(
        self, discovery_info: DhcpServiceInfo
    ) -> ConfigFlowResult:
        """Handle a PBX that asked for an address on the network."""
        mac = format_mac(discovery_info.macaddress)
        for entry in self._async_current_entries(include_ignore=False):
            host = entry.data[CONF_HOST]
            if entry.data.get(CONF_MAC) == mac:
                # A name is left alone: whoever gave it keeps it pointing right.
                updates = {CONF_HOST: discovery_info.ip} if is_ip_address(host) else {}
                return self._async_update_and_abort(entry, updates)
            if host == discovery_info.ip:
                # The API does not tell the hardware address: learn it here, so that
                # the PBX is known again when its address changes.
                return self._async_update_and_abort(entry, {CONF_MAC: mac})
        await self.async_set_unique_id(mac)
        self._abort_if_unique_id_configured()
        self._data[CONF_MAC] = mac
        self._suggested = {CONF_HOST: discovery_info.ip}
        self.context["title_placeholders"] = {"name": discovery_info.ip}
        return await self.async_step_user()

    @callback
    def _async_update_and_abort(
        self, entry: ConfigEntry, updates: dict[str, str]
    ) -> ConfigFlowResult:
        """Write down what a discovery taught about a PBX that is set up already."""
        if self.hass.config_entries.async_update_entry(
            entry, data={**entry.data, **updates}
        ):
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_abort(reason="already_configured")

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Handle credentials that the PBX no longer accepts."""
        self._data = dict(entry_data)
        self._suggested = {CONF_USERNAME: entry_data[CONF_USERNAME]}
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the API's credentials again."""
        self._form = ("reauth_confirm", CREDENTIALS_SCHEMA)
        return await self._async_handle_form(user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another address or other credentials of the same PBX."""
        self._form = ("reconfigure", RECONFIGURE_SCHEMA)
        if not self._data:
            self._data = dict(self._get_reconfigure_entry().data)
            self._suggested = self._data
        return await self._async_handle_form(user_input)

    async def async_step_certificate(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show a certificate that nobody vouches for, and let the user decide."""
        return self.async_show_menu(
            step_id="certificate",
            menu_options=["trust", "back"],
            description_placeholders={
                **describe(self._certificate),
                "address": f"{self._data[CONF_HOST]}:{self._data[CONF_PORT]}",
            },
        )

    async def async_step_trust(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Pin the certificate that was shown, and go on."""
        self._data[CONF_FINGERPRINT] = fingerprint_of(self._certificate)
        return await self._async_try()

    async def async_step_back(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Return to the form without trusting the certificate."""
        return self._show_form()

    async def _async_handle_form(
        self, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Show the form of this flow, or try what was filled in."""
        if user_input is None:
            return self._show_form()
        self._suggested = user_input
        self._data[CONF_USERNAME] = user_input[CONF_USERNAME]
        if password := user_input.get(CONF_PASSWORD):
            self._data[CONF_PASSWORD_MD5] = hash_password(password)
        if CONF_HOST in user_input:
            try:
                address = split_address(user_input)
            except ValueError:
                return self._show_form("invalid_host")
            if self.source != SOURCE_RECONFIGURE and not address.items() <= (
                self._data.items()
            ):
                # What was trusted at another address says nothing about this one.
                self._data.pop(CONF_FINGERPRINT, None)
            self._data |= address
        return await self._async_try()

    def _show_form(
        self, error: str | None = None, placeholders: dict[str, str] | None = None
    ) -> ConfigFlowResult:
        """Show the form of this flow, filled with what is known."""
        step_id, schema = self._form
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, self._suggested),
            errors={FIELD_OF_ERROR.get(error, "base"): error} if error else {},
            description_placeholders={
                "host": self._data.get(CONF_HOST, ""),
                **(placeholders or {}),
            },
        )

    async def _async_try(self) -> ConfigFlowResult:
        """Log in with what was given: once, and never again by itself."""
        if not self._data[CONF_SSL]:
            self._data.pop(CONF_FINGERPRINT, None)
        pbx = create_pbx(self.hass, self._data)
        try:
            info = await pbx.connect()
        except PbxNotTrusted as err:
            self._certificate = err.certificate
            return await self.async_step_certificate()
        except PbxError as err:
            return self._show_form(
                failure_key(err), failure_placeholders(err, pbx.address)
            )
        except Exception:  # noqa: BLE001
            LOGGER.exception("Unexpected error while trying a PBX")
            return self._show_form("unknown")
        finally:
            await pbx.close()
        return await self._async_finish(info)

    async def _async_finish(self, info: PbxInfo) -> ConfigFlowResult:
        """Make or change the entry of a PBX that let us in."""
        await self.async_set_unique_id(info.serial_number, raise_on_progress=False)
        if self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE):
            self._abort_if_unique_id_mismatch(reason="wrong_pbx")
            return self.async_update_reload_and_abort(
                self._get_reauth_entry()
                if self.source == SOURCE_REAUTH
                else self._get_reconfigure_entry(),
                data=self._data,
            )
        self._abort_if_unique_id_configured(
            updates={CONF_FINGERPRINT: None, **self._data}
        )
        return self.async_create_entry(title=info.name, data=self._data)
