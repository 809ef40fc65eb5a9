"""The devices and entities of a PBX in Home Assistant's registries."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo

from ..client.model import Extension, PbxInfo, Queue
from ..client.pbx import Address
from ..const import DOMAIN, KEY_VOICEMAIL, LOGGER

TRUNK = "trunk_"
QUEUE = "queue_"
# The model IDs of the devices of extensions and queues, by which selectors find them.
EXTENSION = "extension"
QUEUE_MODEL = "queue"


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
        # No number begins like this, so no extension can be taken for another device.
        return None if rest is None or rest.startswith((TRUNK, QUEUE)) else rest

    def trunk_name(self, device: dr.AnyDeviceEntry) -> str | None:
        """Return the name of the trunk that a device represents, None for another."""
        rest = self._rest(device)
        return rest.removeprefix(TRUNK) if rest and rest.startswith(TRUNK) else None

    def queue_number(self, device: dr.AnyDeviceEntry) -> str | None:
        """Return the number of the queue that a device represents, None for another."""
        rest = self._rest(device)
        return rest.removeprefix(QUEUE) if rest and rest.startswith(QUEUE) else None

    def queue_number_of(self, device_id: str) -> str | None:
        """Return the number of the queue whose device has an id, None for another."""
        device = self._registry.async_get(device_id)
        return None if device is None else self.queue_number(device)

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

    def queue_numbers(self) -> set[str]:
        """Return the numbers of the queues that have a device."""
        devices = dr.async_entries_for_config_entry(self._registry, self._entry_id)
        numbers = (self.queue_number(device) for device in devices)
        return {number for number in numbers if number is not None}

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

    def queue(self, queue: Queue, manufacturer: str) -> DeviceInfo:
        """Return the device info of a queue."""
        name = queue.name or queue.number
        if self._numbers_in_names:
            name = with_number(name, queue.number)
        return DeviceInfo(
            identifiers={self._identifier(f"{QUEUE}{queue.number}")},
            manufacturer=manufacturer,
            model=f"Queue {queue.number}",
            model_id=QUEUE_MODEL,
            translation_key="queue",
            translation_placeholders={"name": name},
            via_device_id=self.pbx_id(),
        )

    @callback
    def async_rename_queue(self, queue: Queue, manufacturer: str) -> None:
        """Update the name of a queue from the PBX."""
        self._registry.async_get_or_create(
            config_entry_id=self._entry_id, **self.queue(queue, manufacturer)
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
    def async_remove_queue(self, number: str) -> None:
        """Remove a queue that the PBX no longer has, with all its entities."""
        if device := self._device(f"{QUEUE}{number}"):
            LOGGER.debug("Queue %s is gone from the PBX", number)
            self._registry.async_remove_device(device.id)

    @callback
    def async_remove_mailbox(self, number: str) -> None:
        """Remove the sensor of an extension that has no voicemail box any more."""
        key = f"{number}_{KEY_VOICEMAIL}"
        if entity_id := sensor_id(self._hass, self._serial_number, key):
            er.async_get(self._hass).async_remove(entity_id)

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

    def _identifier(self, key: str) -> tuple[str, str]:
        """Return the identifier of the device of an extension or queue."""
        return (DOMAIN, f"{self._serial_number}_{key}")

    def _device(self, key: str) -> dr.DeviceEntry | None:
        """Return the device of an extension or queue."""
        return self._registry.async_get_device_by_identifier(
            self._identifier(key), self._entry_id
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
