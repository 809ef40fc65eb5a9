"""Buttons that end the call of an extension."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client.pbx import Capability
from .entity import ExtensionEntity, async_add_for_each_extension
from .hub.describe import spoken_name
from .hub.request import async_act
from .hub.subscriptions import Part
from .runtime import PbxConfigEntry

PARALLEL_UPDATES = 1

HANG_UP = ButtonEntityDescription(
    key="hang_up",
    translation_key="hang_up",
    entity_registry_enabled_default=False,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PbxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons of a PBX that can end calls on request."""
    runtime = entry.runtime_data
    if Capability.HANG_UP not in runtime.coordinator.pbx.capabilities:
        return
    async_add_for_each_extension(
        entry,
        async_add_entities,
        lambda number: [HangUpButton(runtime, number, HANG_UP)],
    )


class HangUpButton(ExtensionEntity, ButtonEntity):
    """A button that ends an extension's call.

    It is available on an idle phone too, where the PBX refuses the request: otherwise
    each call would write two rows into the activity.
    """

    _part = Part.PRESENCE

    @override
    async def async_press(self) -> None:
        """Hang up the extension's call."""
        await async_act(
            self.coordinator,
            Capability.HANG_UP,
            lambda pbx: pbx.hang_up(self._number),
            {"extension": spoken_name(self._extension)},
        )
