"""Config flow for a PBX."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_MAC, CONF_PORT, CONF_SSL
from homeassistant.core import callback
from homeassistant.helpers.device_registry import format_mac
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
    TextSelectorType,
)
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.util.network import is_ip_address
import voluptuous as vol

from .client.errors import PbxError, PbxNotTrusted
from .client.model import PbxInfo
from .client.tls import fingerprint_of
from .const import (
    CONF_FAMILY,
    CONF_FINGERPRINT,
    CONF_NUMBERS_IN_NAMES,
    DOMAIN,
    ISSUE_ADDRESS_CHANGED,
    LOGGER,
)
from .flows.address import split_address
from .flows.certificate import describe
from .flows.options import PbxOptionsFlow
from .hub.connect import failure_key, failure_placeholders
from .hub.families import (
    FAMILIES,
    STEPS_OF_A_FAMILY,
    Family,
    async_discovered_family,
    create_pbx,
    family_of,
)
from .hub.issues import async_set_issue
from .runtime import PbxConfigEntry

PORT_SELECTOR = vol.All(
    NumberSelector(
        NumberSelectorConfig(min=1, max=65535, step=1, mode=NumberSelectorMode.BOX)
    ),
    vol.Coerce(int),
)

# The form field that an error belongs to; other errors concern the form as a whole.
FIELD_OF_ERROR = {"invalid_host": CONF_HOST, "name_not_resolved": CONF_HOST}


def address_schema(family: Family) -> vol.Schema:
    """Return the fields for the address of a PBX."""
    text = TextSelector(TextSelectorConfig(autocomplete="off"))
    return vol.Schema(
        {
            vol.Required(CONF_HOST): text,
            vol.Required(CONF_PORT, default=family.default_port): PORT_SELECTOR,
            vol.Required(CONF_SSL, default=family.default_tls): BooleanSelector(),
        }
    )


def credentials_schema(family: Family, *, keep_secrets: bool = False) -> vol.Schema:
    """Return the fields for the credentials; an empty secret may keep the stored one."""
    fields: dict[vol.Marker, TextSelector] = {}
    for credential in family.credentials:
        optional = credential.secret and keep_secrets
        marker = vol.Optional if optional else vol.Required
        kind = TextSelectorType.PASSWORD if credential.secret else TextSelectorType.TEXT
        fields[marker(credential.key)] = TextSelector(
            TextSelectorConfig(type=kind, autocomplete="off")
        )
    return vol.Schema(fields)


class PbxConfigFlow(ConfigFlow, domain=DOMAIN):
    """Handle the flows that create and change the entry of a PBX."""

    VERSION = 1
    MINOR_VERSION = 2

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> PbxOptionsFlow:
        """Return the options flow."""
        return PbxOptionsFlow()

    def __init__(self) -> None:
        """Initialize the flow."""
        self._data: dict[str, Any] = {}
        self._step_id = "user"
        self._schema = vol.Schema({})
        self._suggested: dict[str, Any] = {}
        self._certificate = b""

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the family of PBX, unless discovery knows it, then for its address."""
        if CONF_FAMILY not in self._data:
            return await self.async_step_family()
        family = family_of(self._data)
        self._step_id = family.step_id("user")
        self._schema = address_schema(family).extend(credentials_schema(family).schema)
        return await self._async_handle_form(user_input)

    async def async_step_family(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the family of PBX."""
        if user_input is not None:
            self._data[CONF_FAMILY] = user_input[CONF_FAMILY]
            return await self.async_step_user()
        options = [
            SelectOptionDict(value=family.key, label=family.name)
            for family in FAMILIES.values()
        ]
        schema = {
            vol.Required(CONF_FAMILY): SelectSelector(
                SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST)
            )
        }
        return self.async_show_form(step_id="family", data_schema=vol.Schema(schema))

    @override
    async def async_step_dhcp(
        self, discovery_info: DhcpServiceInfo
    ) -> ConfigFlowResult:
        """Handle a device of a PBX vendor that asked for an address on the network.

        Its packet proves nothing: it may claim any hardware address.
        """
        mac = format_mac(discovery_info.macaddress)
        for entry in self._async_current_entries(include_ignore=False):
            known, host = entry.data.get(CONF_MAC), entry.data[CONF_HOST]
            if known is None and host == discovery_info.ip:
                # The API does not tell the MAC address. It is stored here, so that the
                # PBX is recognized after a change of its IP address.
                self.hass.config_entries.async_update_entry(
                    entry, data={**entry.data, CONF_MAC: mac}
                )
                return self.async_abort(reason="already_configured")
            # A host name is kept: it is up to the user's DNS to resolve it.
            if known == mac and host != discovery_info.ip and is_ip_address(host):
                await self._async_moved(entry, discovery_info.ip)
            if mac == known or host == discovery_info.ip:
                return self.async_abort(reason="already_configured")
        await self.async_set_unique_id(mac)
        self._abort_if_unique_id_configured()
        self._data[CONF_MAC] = mac
        family = await async_discovered_family(self.hass, mac, discovery_info.ip)
        if family is not None:
            self._data[CONF_FAMILY] = family.key
        self._suggested = {CONF_HOST: discovery_info.ip}
        self.context["title_placeholders"] = {"name": discovery_info.ip}
        return await self.async_step_user()

    async def _async_moved(self, entry: PbxConfigEntry, host: str) -> None:
        """Store a discovered address if the PBX proves that it is there.

        With TLS the proof is its trusted certificate, before anything is sent, and then
        its serial number. Without TLS the user is asked.
        """
        if (
            entry.state is ConfigEntryState.LOADED
            and entry.runtime_data.coordinator.last_update_success
        ):
            return  # it has not moved
        data = {**entry.data, CONF_HOST: host}
        if not data[CONF_SSL]:
            async_set_issue(
                self.hass,
                entry,
                ISSUE_ADDRESS_CHANGED,
                {"pbx": entry.title, "old": entry.data[CONF_HOST], "new": host},
                data={CONF_HOST: host},
            )
            return
        pbx = create_pbx(self.hass, data)
        try:
            info = await pbx.connect()
        except PbxError as err:
            LOGGER.debug("A discovered address was not taken: %s", failure_key(err))
            return
        finally:
            await pbx.close()
        if info.serial_number == entry.unique_id:
            self.hass.config_entries.async_update_entry(entry, data=data)
            self.hass.config_entries.async_schedule_reload(entry.entry_id)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Handle credentials that the PBX no longer accepts."""
        self._data = dict(entry_data)
        self._suggested = {
            credential.key: entry_data[credential.stored_as]
            for credential in family_of(entry_data).credentials
            if not credential.secret
        }
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the API's credentials again."""
        family = family_of(self._data)
        self._step_id = family.step_id("reauth_confirm")
        self._schema = credentials_schema(family)
        return await self._async_handle_form(user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another address or other credentials of the same PBX."""
        if not self._data:
            self._data = dict(self._get_reconfigure_entry().data)
            self._suggested = self._data
        family = family_of(self._data)
        self._step_id = family.step_id("reconfigure")
        self._schema = address_schema(family).extend(
            credentials_schema(family, keep_secrets=True).schema
        )
        return await self._async_handle_form(user_input)

    async def async_step_certificate(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show an untrusted certificate, and ask whether to trust it."""
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
        """Pin the certificate that was shown, and try again."""
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
        """Show the form of this flow, or try the input."""
        if user_input is None:
            return self._show_form()
        self._suggested = user_input
        for credential in family_of(self._data).credentials:
            if value := user_input.get(credential.key):
                self._data[credential.stored_as] = credential.store(value)
        if CONF_HOST in user_input:
            try:
                web = family_of(self._data).web
                address = split_address(user_input, web=web)
            except ValueError:
                return self._show_form("invalid_host")
            if self.source != SOURCE_RECONFIGURE and not address.items() <= (
                self._data.items()
            ):
                # The pin is of the certificate at another address.
                self._data.pop(CONF_FINGERPRINT, None)
            self._data |= address
        return await self._async_try()

    def _show_form(
        self, error: str | None = None, placeholders: dict[str, str] | None = None
    ) -> ConfigFlowResult:
        """Show the form of this flow with suggested values, and with an error if any."""
        return self.async_show_form(
            step_id=self._step_id,
            data_schema=self.add_suggested_values_to_schema(
                self._schema, self._suggested
            ),
            errors={FIELD_OF_ERROR.get(error, "base"): error} if error else {},
            description_placeholders={
                "host": self._data.get(CONF_HOST, ""),
                **(placeholders or {}),
            },
        )

    async def _async_try(self) -> ConfigFlowResult:
        """Log in with the input, once: repeated failures would lock this address out."""
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
                family_of(self._data).failure_key(failure_key(err)),
                failure_placeholders(err, pbx.address),
            )
        except Exception:  # noqa: BLE001
            LOGGER.exception("Unexpected error while trying a PBX")
            return self._show_form("unknown")
        finally:
            await pbx.close()
        return await self._async_finish(info)

    async def _async_finish(self, info: PbxInfo) -> ConfigFlowResult:
        """Create or update the entry after a successful login."""
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
        return self.async_create_entry(
            title=self._title(info),
            data=self._data,
            # Pickers search the names of devices, and no other field of theirs. An entry
            # of before keeps the names it has.
            options={CONF_NUMBERS_IN_NAMES: True},
        )

    def _title(self, info: PbxInfo) -> str:
        """Return the name of the PBX; with its address where another one has the name."""
        titles = {entry.title for entry in self._async_current_entries()}
        return (
            f"{info.name} ({self._data[CONF_HOST]})"
            if info.name in titles
            else info.name
        )


# Home Assistant looks a step up by its id, under which its texts stand. A step with the
# texts of a family is the same step.
for _family in FAMILIES.values():
    for _step in STEPS_OF_A_FAMILY:
        setattr(
            PbxConfigFlow,
            f"async_step_{_family.step_id(_step)}",
            getattr(PbxConfigFlow, f"async_step_{_step}"),
        )
