"""The devices and entities of a PBX in Home Assistant's registries."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo

from ..client.model import Extension, PbxInfo
from ..client.pbx import Address
from ..const import DOMAIN, LOGGER

TRUNK = "trunk_"
# The model ID of every extension's device, by which selectors find extensions.
EXTENSION = "extension"


class PbxDevices:
    """The devices of one PBX, known by its serial number and never by its address."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        serial_number: str,
        *,
        numbers_in_names: bool = False,
    ) -> None:
        """Initialize for the devices of one entry."""
        self._numbers_in_names = numbers_in_names
        self._hass = hass
        self._registry = dr.async_get(hass)
        self._entry_id = entry_id
        self._serial_number = serial_number

    def extension_number(self, device: dr.AnyDeviceEntry) -> str | None:
        """Return the number of the extension that a device represents, None for another."""
        rest = self._rest(device)
        # Numbers consist of digits, so no extension can be taken for a trunk.
        return None if rest is None or rest.startswith(TRUNK) else rest

    def trunk_name(self, device: dr.AnyDeviceEntry) -> str | None:
        """Return the name of the trunk that a device represents, None for another."""
        rest = self._rest(device)
        return rest.removeprefix(TRUNK) if rest and rest.startswith(TRUNK) else None

    def _rest(self, device: dr.AnyDeviceEntry) -> str | None:
        """Return the part of a device's identifier after the serial number, or None."""
        prefix = f"{self._serial_number}_"
        for domain, identifier in device.identifiers:
            if domain == DOMAIN and identifier.startswith(prefix):
                return identifier.removeprefix(prefix)
        return None

    def trunk_names(self) -> set[str]:
        """Return the names of the trunks that have a device."""
        devices = dr.async_child_entries_for_config_entry(
            self._registry, self._entry_id
        )
        names = (self.trunk_name(device) for device in devices)
        return {name for name in names if name is not None}

    def extension_numbers(self) -> set[str]:
        """Return the numbers of the extensions that have a device."""
        return set(self.extension_names())

    def extension_names(self) -> dict[str, str]:
        """Return the names of the extensions that have a device, by number."""
        devices = dr.async_entries_for_config_entry(self._registry, self._entry_id)
        return {
            number: device.name_by_user or device.name or number
            for device in devices
            if (number := self.extension_number(device)) is not None
        }

    def pbx_id(self) -> str:
        """Return the id of the PBX's own device."""
        return dr.async_get_device_id_by_identifier(
            self._hass, (DOMAIN, self._serial_number), config_entry_id=self._entry_id
        )

    @callback
    def async_register_pbx(self, title: str, info: PbxInfo, address: Address) -> None:
        """Register or update the device of the PBX itself, named like its entry."""
        self._registry.async_get_or_create(
            config_entry_id=self._entry_id,
            identifiers={(DOMAIN, self._serial_number)},
            manufacturer=info.manufacturer,
            model=info.model,
            name=title,
            serial_number=info.serial_number,
            hw_version=info.hardware_version,
            sw_version=info.firmware_version,
            configuration_url=address.url if address.web else None,
        )

    def pbx(self) -> DeviceInfo:
        """Return the device info of the PBX itself."""
        return DeviceInfo(identifiers={(DOMAIN, self._serial_number)})

    def extension(self, extension: Extension, manufacturer: str) -> DeviceInfo:
        """Return the device info of an extension."""
        return DeviceInfo(
            identifiers={self._identifier(extension.number)},
            manufacturer=manufacturer,
            model=_model(extension),
            model_id=EXTENSION,
            name=self._name(extension),
            via_device_id=self.pbx_id(),
        )

    def trunk(self, name: str) -> ChildDeviceInfo:
        """Return the device info of a trunk."""
        return ChildDeviceInfo(
            identifiers={(DOMAIN, f"{self._serial_number}_{TRUNK}{name}")},
            translation_key="trunk",
            translation_placeholders={"name": name},
            parent_device_id=self.pbx_id(),
        )

    @callback
    def async_rename(self, extension: Extension) -> None:
        """Update name and model from the PBX; a name given by the user takes precedence."""
        name, model = self._name(extension), _model(extension)
        device = self._device(extension.number)
        if device and (device.name, device.model) != (name, model):
            self._registry.async_update_device(device.id, name=name, model=model)

    @callback
    def async_remove(self, number: str) -> None:
        """Remove an extension that the PBX no longer has, with all its entities."""
        if device := self._device(number):
            LOGGER.debug("Extension %s is gone from the PBX", number)
            self._registry.async_remove_device(device.id)

    @callback
    def async_remove_trunk(self, name: str) -> None:
        """Remove a trunk that the PBX no longer has, with all its entities."""
        device = self._registry.async_get_child_device_by_identifier(
            (DOMAIN, f"{self._serial_number}_{TRUNK}{name}"), self._entry_id
        )
        if device:
            LOGGER.debug("A trunk is gone from the PBX")
            self._registry.async_remove_device(device.id)

    def _name(self, extension: Extension) -> str:
        """Return the name of an extension's device, its number when it has no name."""
        if self._numbers_in_names:
            return with_number(extension.name, extension.number)
        return extension.name or extension.number

    def _identifier(self, number: str) -> tuple[str, str]:
        """Return the identifier of an extension's device."""
        return (DOMAIN, f"{self._serial_number}_{number}")

    def _device(self, number: str) -> dr.DeviceEntry | None:
        """Return the device of an extension."""
        return self._registry.async_get_device_by_identifier(
            self._identifier(number), self._entry_id
        )


def with_number(name: str, number: str) -> str:
    """Return a name with its number, or the number alone when there is no other name."""
    if name in ("", number):
        return number
    return name if name.endswith(f"({number})") else f"{name} ({number})"


def _model(extension: Extension) -> str:
    """Return the model of an extension's device: its type and number.

    Home Assistant shows the model ID behind it: SIP 1001 (extension).
    """
    return f"{extension.type or ''} {extension.number}".lstrip()


@callback
def own_entities(
    hass: HomeAssistant, entity_ids: set[str], translation_key: str
) -> set[str]:
    """Return those of our own entities that have a translation key."""
    registry = er.async_get(hass)
    return {
        entity_id
        for entity_id in entity_ids
        if (entry := registry.async_get(entity_id)) is not None
        and (entry.platform, entry.translation_key) == (DOMAIN, translation_key)
    }


@callback
def sensor_id(hass: HomeAssistant, serial_number: str, key: str) -> str | None:
    """Return the entity id of a PBX's sensor; `key` follows the serial number."""
    return er.async_get(hass).async_get_entity_id(
        Platform.SENSOR, DOMAIN, f"{serial_number}_{key}"
    )
