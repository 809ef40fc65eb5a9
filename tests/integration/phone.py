"""A mobile phone with the Home Assistant app, as far as notifications go."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

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
    """A phone of a user, and what was sent to it; both ways over real sockets."""

    hass: HomeAssistant
    home: str
    user: MockUser
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

    async def press(self, button: str, *, by: MockUser | None = None) -> None:
        """Press one of them, or let the app of another user pretend it was pressed."""
        await until(lambda: PRESSED in self.hass.bus.async_listeners())
        data = {"action": self.buttons()[button], "device_id": "app"}
        await self.fire(PRESSED, data, by=by)

    async def fire(
        self, event: str, data: dict[str, Any], *, by: MockUser | None = None
    ) -> None:
        """Fire an event, as the app of each user may, once there is one."""
        user = by or self.user
        if not any(
            entry.data["user_id"] == user.id
            for entry in self.hass.config_entries.async_entries(MOBILE_APP)
        ):
            await register(self.hass, user, "http://127.0.0.1:9/push")
        told = {
            "type": "fire_event",
            "data": {"event_type": event, "event_data": data},
        }
        url = f"http://{self.home}/api/webhook/of_{user.id}"
        async with ClientSession() as session, session.post(url, json=told) as answer:
            assert answer.status == 200
        await asyncio.sleep(0)


async def register(hass: HomeAssistant, user: MockUser, push_url: str) -> str:
    """Register the app of a user with Home Assistant; return the id of its device."""
    first = not hass.config_entries.async_entries(MOBILE_APP)
    entry = MockConfigEntry(
        domain=MOBILE_APP,
        title="Phone" if first else user.id,
        data={
            "app_data": {"push_token": "token", "push_url": push_url},
            "app_id": "io.homeassistant.mobile_app",
            "app_name": "Home Assistant",
            "app_version": "1",
            "device_id": f"phone_{user.id}",
            "device_name": "Phone" if first else user.id,
            "manufacturer": "Somebody",
            "model": "Phone",
            "os_name": "Android",
            "os_version": "17",
            "supports_encryption": False,
            "user_id": user.id,
            "webhook_id": f"of_{user.id}",
        },
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return device.id


@asynccontextmanager
async def phone_of(
    hass: HomeAssistant, home: str, user: MockUser
) -> AsyncGenerator[Phone]:
    """Register the phone of a user, where the app's component is set up.

    `home` is where Home Assistant serves.
    """
    phone = Phone(hass, home, user)

    async def receive(request: web.Request) -> web.Response:
        phone.shown.append(await request.json())
        return web.json_response({}, status=201)

    application = web.Application()
    application.router.add_post("/push", receive)
    async with TestServer(application) as server:
        phone.device_id = await register(hass, user, str(server.make_url("/push")))
        await until(lambda: hass.services.has_service("notify", "mobile_app_phone"))
        yield phone
