"""Targets: the extensions, trunks and calls that an action's fields refer to."""

from dataclasses import dataclass

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er, service

from ..client.model import Extension, Trunk
from ..const import DOMAIN
from ..hub.coordinator import PbxCoordinator
from ..hub.describe import spoken_name
from ..runtime import PbxConfigEntry, PbxRuntime


@dataclass(frozen=True, slots=True)
class Target[Subject, Other = None]:
    """The subject of an action on one PBX, and the other side of what is done to it.

    Of a monitored extension, the other side is its supervisor; of an extension that is
    connected, the destination.
    """

    runtime: PbxRuntime
    subject: Subject
    other: Other

    @property
    def coordinator(self) -> PbxCoordinator:
        """Return the coordinator of the PBX."""
        return self.runtime.coordinator


def invalid(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error for fields of an action that do not fit."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def loaded_pbxs(hass: HomeAssistant, entry_id: str | None) -> dict[str, PbxRuntime]:
    """Return the loaded PBXs that an action may refer to, by entry id; at least one."""
    entries: list[PbxConfigEntry] = (
        hass.config_entries.async_loaded_entries(DOMAIN)
        if entry_id is None
        else [service.async_get_config_entry(hass, DOMAIN, entry_id)]
    )
    if not entries:
        raise invalid("not_loaded")
    return {entry.entry_id: entry.runtime_data for entry in entries}


def find_pbx(hass: HomeAssistant, entry_id: str | None) -> PbxRuntime:
    """Return the only loaded PBX, or the one of an entry."""
    pbxs = list(loaded_pbxs(hass, entry_id).values())
    if len(pbxs) > 1:
        raise invalid("several_pbxs")
    return pbxs[0]


def find_device(hass: HomeAssistant, reference: str) -> str | None:
    """Return the id of the device that a reference names itself or by an entity."""
    entity = er.async_get(hass).async_get(reference)
    device_id = reference if entity is None else entity.device_id
    if device_id is None or dr.async_get(hass).async_get(device_id) is None:
        return None
    return device_id


def find_extensions(
    hass: HomeAssistant, reference: str, pbxs: dict[str, PbxRuntime]
) -> dict[str, Extension]:
    """Return the extensions a reference can mean, by entry id; at least one.

    A reference is an entity or a device of an extension, or a bare number.
    """
    device_id = find_device(hass, reference)
    if device_id is not None:
        device, entry = service.async_get_device_and_config_entry(
            hass, DOMAIN, device_id
        )
        runtime: PbxRuntime = entry.runtime_data
        number = runtime.coordinator.devices.extension_number(device)
        if number is None:
            raise invalid("not_an_extension", reference=reference)
        if entry.entry_id not in pbxs:
            raise invalid("not_on_this_pbx", reference=reference)
        candidates = {entry.entry_id: runtime}
    elif "." in reference:
        raise invalid("not_an_extension", reference=reference)
    else:
        candidates, number = pbxs, reference
    found = {
        entry_id: extension
        for entry_id, runtime in candidates.items()
        if (extension := runtime.coordinator.data.extensions.get(number))
    }
    if not found:
        raise invalid("unknown_extension", reference=reference)
    return found


def find_extension(
    hass: HomeAssistant, reference: str, entry_id: str | None
) -> Target[Extension]:
    """Return the one extension that a reference means."""
    pbxs = loaded_pbxs(hass, entry_id)
    found = find_extensions(hass, reference, pbxs)
    if len(found) > 1:
        raise invalid("ambiguous_extension", extension=reference)
    ((found_id, extension),) = found.items()
    return Target(pbxs[found_id], extension, None)


def find_monitored(
    hass: HomeAssistant, supervisor: str, extension: str, entry_id: str | None
) -> Target[Extension, Extension]:
    """Return an extension and its supervisor, on the one PBX that has both."""
    pbxs = loaded_pbxs(hass, entry_id)
    supervisors = find_extensions(hass, supervisor, pbxs)
    extensions = find_extensions(hass, extension, pbxs)
    common = supervisors.keys() & extensions.keys()
    names = {"supervisor": supervisor, "extension": extension}
    if not common:
        raise invalid("different_pbxs", **names)
    if len(common) > 1:
        raise invalid("ambiguous", **names)
    found_id = common.pop()
    target = Target(pbxs[found_id], extensions[found_id], supervisors[found_id])
    if target.subject.number == target.other.number:
        raise invalid("same_extension", extension=spoken_name(target.subject))
    return target


def find_trunk(
    hass: HomeAssistant, reference: str, entry_id: str | None
) -> Target[Trunk]:
    """Return the one trunk that an entity, a device or a name means."""
    device_id = find_device(hass, reference)
    device = None if device_id is None else dr.async_get(hass).async_get(device_id)
    found = []
    for runtime in loaded_pbxs(hass, entry_id).values():
        coordinator = runtime.coordinator
        name = reference if device is None else coordinator.devices.trunk_name(device)
        if name is not None and (trunk := coordinator.data.trunks.get(name)):
            found.append(Target(runtime, trunk, None))
    if not found:
        raise invalid("unknown_trunk", trunk=reference)
    if len(found) > 1:
        raise invalid("several_pbxs")
    return found[0]
