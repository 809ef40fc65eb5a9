"""Who is meant by an action, and may the caller: entity, device or bare number."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers import device_registry as dr, entity_registry as er, service

from ..client.model import Extension
from ..const import DOMAIN, KEY_STATUS
from ..hub.names import spoken_name
from ..hub.own_entities import sensor_id

if TYPE_CHECKING:
    from ..hub.coordinator import PbxConfigEntry, PbxCoordinator


@dataclass(frozen=True, slots=True)
class Pair:
    """Two extensions of one PBX."""

    coordinator: PbxCoordinator
    supervisor: Extension
    extension: Extension


class NotPermitted(Unauthorized):
    """The caller may not do this; says so in the user's language."""

    def __init__(self, key: str, context: Context, **placeholders: str) -> None:
        """Keep who asked, and for what."""
        super().__init__(context=context, permission=POLICY_CONTROL)
        self.translation_domain = DOMAIN
        self.translation_key = key
        self.translation_placeholders = placeholders
        self.generate_message = True


def invalid(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error for something that cannot be meant."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def find_pair(
    hass: HomeAssistant, supervisor: str, extension: str, entry_id: str | None
) -> Pair:
    """Return the two extensions that are meant, on the one PBX that has both."""
    entries = loaded_entries(hass, entry_id)
    supervisors = find_extensions(hass, supervisor, entries)
    extensions = find_extensions(hass, extension, entries)
    common = supervisors.keys() & extensions.keys()
    names = {"supervisor": supervisor, "extension": extension}
    if not common:
        raise invalid("different_pbxs", **names)
    if len(common) > 1:
        raise invalid("ambiguous", **names)
    coordinator = entries[common.pop()].runtime_data
    entry_id = coordinator.config_entry.entry_id
    pair = Pair(coordinator, supervisors[entry_id], extensions[entry_id])
    if pair.supervisor.number == pair.extension.number:
        raise invalid("same_extension", extension=spoken_name(pair.extension))
    return pair


def find_extension(
    hass: HomeAssistant, reference: str, entry_id: str | None
) -> tuple[PbxCoordinator, Extension]:
    """Return the one extension that is meant, and its PBX."""
    entries = loaded_entries(hass, entry_id)
    found = find_extensions(hass, reference, entries)
    if len(found) > 1:
        raise invalid("ambiguous_extension", extension=reference)
    ((entry_id, extension),) = found.items()
    return entries[entry_id].runtime_data, extension


def loaded_entries(
    hass: HomeAssistant, entry_id: str | None
) -> dict[str, PbxConfigEntry]:
    """Return the loaded PBXs that may be meant, by entry id."""
    entries: list[PbxConfigEntry] = (
        hass.config_entries.async_loaded_entries(DOMAIN)
        if entry_id is None
        else [service.async_get_config_entry(hass, DOMAIN, entry_id)]
    )
    if not entries:
        raise invalid("not_loaded")
    return {entry.entry_id: entry for entry in entries}


def find_device(hass: HomeAssistant, reference: str) -> str | None:
    """Return the id of the device that is meant, itself or by one of its entities."""
    entity = er.async_get(hass).async_get(reference)
    device_id = reference if entity is None else entity.device_id
    if device_id is None or dr.async_get(hass).async_get(device_id) is None:
        return None
    return device_id


def find_extensions(
    hass: HomeAssistant, reference: str, entries: dict[str, PbxConfigEntry]
) -> dict[str, Extension]:
    """Return the extensions a reference can mean, by entry id; at least one.

    A reference is an entity or a device of an extension, or a bare number.
    """
    device_id = find_device(hass, reference)
    if device_id is not None:
        device, entry = service.async_get_device_and_config_entry(
            hass, DOMAIN, device_id
        )
        coordinator: PbxCoordinator = entry.runtime_data
        number = coordinator.devices.extension_number(device)
        if number is None:
            raise invalid("not_an_extension", reference=reference)
        if entry.entry_id not in entries:
            raise invalid("not_on_this_pbx", reference=reference)
        candidates = [(entry.entry_id, coordinator, number)]
    elif "." in reference:
        raise invalid("not_an_extension", reference=reference)
    else:
        candidates = [
            (entry_id, entry.runtime_data, reference)
            for entry_id, entry in entries.items()
        ]
    found = {
        entry_id: extension
        for entry_id, coordinator, number in candidates
        if (extension := coordinator.data.extensions.get(number))
    }
    if not found:
        raise invalid("unknown_extension", reference=reference)
    return found


async def async_check_permission(
    hass: HomeAssistant,
    context: Context,
    coordinator: PbxCoordinator,
    *extensions: Extension,
) -> None:
    """Let a user do only what they may do to the entities of all these extensions."""
    await async_check_control(
        hass,
        context,
        coordinator,
        {
            f"{extension.number}_{KEY_STATUS}": spoken_name(extension)
            for extension in extensions
        },
    )


async def async_check_control(
    hass: HomeAssistant,
    context: Context,
    coordinator: PbxCoordinator,
    sensors: Mapping[str, str],
) -> None:
    """Let a user do only what they may do to all these sensors of a PBX.

    `sensors` are the ends of their unique ids, and what a sentence calls what they
    stand for. An automation without a user acts for its owner.
    """
    if context.user_id is None:
        return
    user = await hass.auth.async_get_user(context.user_id)
    if user is None:
        raise UnknownUser(context=context, permission=POLICY_CONTROL)
    if user.is_admin:
        return
    for key, name in sensors.items():
        entity_id = sensor_id(hass, coordinator.serial_number, key)
        if entity_id is None or not user.permissions.check_entity(
            entity_id, POLICY_CONTROL
        ):
            raise NotPermitted("not_permitted", context, extension=name)
