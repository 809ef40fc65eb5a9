"""A mobile phone with the Home Assistant app, as far as notifications go."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry

MOBILE_APP = "mobile_app"
PRESSED = "mobile_app_notification_action"


async def until(right: Callable[[], bool]) -> None:
    """Let things happen until something is so; an automation may wait meanwhile."""
    for _ in range(500):
        if right():
            return
        await asyncio.sleep(0.01)
    assert right()


@dataclass
class Phone:
    """A phone, and what was sent to it, over a real socket."""

    hass: HomeAssistant
    device_id: str = ""
    shown: list[dict[str, Any]] = field(default_factory=list)

    @property
    def titles(self) -> list[str]:
        """Return the titles of all notifications, or what else was sent."""
        return [one.get("title", one["message"]) for one in self.shown]

    def buttons(self) -> dict[str, str]:
        """Return the buttons of the newest notification, by what they say."""
        actions = self.shown[-1]["data"].get("actions", [])
        return {action["title"]: action["action"] for action in actions}

    async def press(self, button: str) -> None:
        """Press one of them, as the app tells it, once somebody waits for it."""
        await until(lambda: PRESSED in self.hass.bus.async_listeners())
        data = {"action": self.buttons()[button], "device_id": "app"}
        self.hass.bus.async_fire(PRESSED, data)


@asynccontextmanager
async def phone_of(hass: HomeAssistant) -> AsyncGenerator[Phone]:
    """Register a phone with Home Assistant, where the app's component is set up."""
    phone = Phone(hass)

    async def receive(request: web.Request) -> web.Response:
        phone.shown.append(await request.json())
        return web.json_response({}, status=201)

    application = web.Application()
    application.router.add_post("/push", receive)
    async with TestServer(application) as server:
        entry = MockConfigEntry(
            domain=MOBILE_APP,
            title="Phone",
            data={
                "app_data": {
                    "push_token": "token",
                    "push_url": str(server.make_url("/push")),
                },
                "app_id": "io.homeassistant.mobile_app",
                "app_name": "Home Assistant",
                "app_version": "1",
                "device_id": "phone",
                "device_name": "Phone",
                "manufacturer": "Somebody",
                "model": "Phone",
                "os_name": "Android",
                "os_version": "17",
                "supports_encryption": False,
                "user_id": "somebody",
                "webhook_id": "webhook",
            },
        )
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        (device,) = dr.async_entries_for_config_entry(
            dr.async_get(hass), entry.entry_id
        )
        phone.device_id = device.id
        await until(lambda: hass.services.has_service("notify", "mobile_app_phone"))
        yield phone
