"""Repair flows: trust a new certificate of a PBX, or accept its new address."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
import voluptuous as vol

from .client.errors import PbxError, PbxNotTrusted
from .client.tls import fingerprint_of
from .const import CONF_FINGERPRINT, ISSUE_ADDRESS_CHANGED, LOGGER
from .flows.certificate import describe
from .hub.connect import failure_key
from .hub.families import create_pbx


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that fixes an issue."""
    data = data or {}
    entry = hass.config_entries.async_get_known_entry(str(data.get("entry_id")))
    if data.get("issue") == ISSUE_ADDRESS_CHANGED:
        return AddressRepairFlow(entry, str(data[CONF_HOST]))
    return CertificateRepairFlow(entry)


class AddressRepairFlow(RepairsFlow):
    """Ask the user whether a PBX has moved to the address where it was discovered."""

    def __init__(self, entry: ConfigEntry, host: str) -> None:
        """Initialize the flow."""
        self._entry = entry
        self._host = host

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask for confirmation; nothing is sent to the new address before."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Move the entry to the new address."""
        if user_input is None:
            return self.async_show_form(
                step_id="confirm",
                data_schema=vol.Schema({}),
                description_placeholders={
                    "pbx": self._entry.title,
                    "old": self._entry.data[CONF_HOST],
                    "new": self._host,
                },
            )
        entries = self.hass.config_entries
        entries.async_update_entry(
            self._entry, data={**self._entry.data, CONF_HOST: self._host}
        )
        entries.async_schedule_reload(self._entry.entry_id)
        return self.async_create_entry(data={})


class CertificateRepairFlow(RepairsFlow):
    """Handle the repair of an untrusted certificate: show it, and pin it on consent."""

    def __init__(self, entry: ConfigEntry) -> None:
        """Initialize the flow."""
        self._entry = entry
        self._certificate = b""

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Read the certificate that the PBX presents now."""
        return await self._async_try(self._entry.data.get(CONF_FINGERPRINT))

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask for confirmation; only the certificate that was shown is pinned."""
        if user_input is not None:
            return await self._async_try(fingerprint_of(self._certificate))
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            description_placeholders={
                **describe(self._certificate),
                "pbx": self._entry.title,
            },
        )

    async def _async_try(self, fingerprint: str | None) -> RepairsFlowResult:
        """Log in with a pinned certificate, and store the pin on success."""
        data = {**self._entry.data, CONF_FINGERPRINT: fingerprint}
        pbx = create_pbx(self.hass, data)
        names = {"pbx": self._entry.title, "address": pbx.address.shown}
        try:
            info = await pbx.connect()
        except PbxNotTrusted as err:
            self._certificate = err.certificate
            return await self.async_step_confirm()
        except PbxError as err:
            LOGGER.debug("Cannot repair the certificate: %s", failure_key(err))
            return self.async_abort(reason="failed", description_placeholders=names)
        finally:
            await pbx.close()
        if info.serial_number != self._entry.unique_id:
            return self.async_abort(reason="wrong_pbx", description_placeholders=names)
        if fingerprint is not None:
            self.hass.config_entries.async_update_entry(self._entry, data=data)
        self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
        return self.async_create_entry(data={})
