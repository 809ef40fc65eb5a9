"""A real Home Assistant in its own process, with a temporary configuration."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import shutil
import time
from typing import Any

import aiohttp

from .process import Process, StageError, free_port

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
START_TIMEOUT = 120.0

# Formats of the storage that every release of today reads or migrates.
VERSIONS = {"http": 1, "onboarding": 4}

# Only what works without a network; `http:` must stay out, see _stored().
CONFIGURATION = """
homeassistant:
  name: Office
  latitude: 60.17
  longitude: 24.94
  elevation: 10
  unit_system: metric
  time_zone: Europe/Helsinki
  country: FI
  language: en
automation: !include automations.yaml
config:
frontend:
history:
logbook:
scene:
script: {}
system_health:
template:
  - light:
      # It remembers what it was told.
      - name: On-air light
        unique_id: on_air
        turn_on: []
        turn_off: []
logger:
  default: warning
  logs:
    custom_components.pbx: debug
"""


def _stored(port: int) -> dict[str, dict[str, Any]]:
    """Return what Home Assistant finds in its storage at its first start.

    The HTTP settings, because in YAML they would count as a trial, to be confirmed
    within five minutes. And the steps of onboarding that are not to happen: they set
    up integrations that ask the internet.
    """
    return {
        "http": {"server_host": [HOST], "server_port": port},
        "onboarding": {"done": ["core_config", "analytics", "integration"]},
    }


class HomeAssistantProcess:
    """Home Assistant, onboarded, with one owner who is signed in."""

    username = "demo"
    password = "demo"

    def __init__(self, process: Process, config: Path, port: int) -> None:
        """Keep where it listens."""
        self.process = process
        self.config = config
        self.url = f"http://{HOST}:{port}"
        self.tokens: dict[str, Any] = {}

    @classmethod
    async def start(
        cls, python: Path, config: Path, logs: Path, port: int | None = None
    ) -> HomeAssistantProcess:
        """Start it with our component, wait until it answers, and onboard it.

        It listens on the port that is named if that is free.
        """
        port = free_port(port)
        (config / "configuration.yaml").write_text(CONFIGURATION, encoding="utf-8")
        (config / "automations.yaml").write_text("[]\n", encoding="utf-8")
        shutil.copytree(ROOT / "blueprints", config / "blueprints")
        (config / ".storage").mkdir()
        for key, data in _stored(port).items():
            (config / ".storage" / key).write_text(
                json.dumps({"version": VERSIONS[key], "key": key, "data": data}),
                encoding="utf-8",
            )
        (config / "custom_components").mkdir()
        (config / "custom_components" / "pbx").symlink_to(
            ROOT / "custom_components" / "pbx"
        )
        process = await Process.start(
            "Home Assistant",
            [str(python), "-m", "homeassistant", "--config", str(config)],
            logs / "home-assistant.log",
            cwd=config,
            environment={"PYTHONDONTWRITEBYTECODE": "1"},
        )
        home_assistant = cls(process, config, port)
        try:
            await process.answers(f"{home_assistant.url}/manifest.json", START_TIMEOUT)
            await home_assistant._onboard()
            await home_assistant._wait_until_running()
        except BaseException:
            await process.stop()
            raise
        return home_assistant

    async def _onboard(self) -> None:
        """Make the owner, and sign in."""
        client_id = f"{self.url}/"
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            answer = await session.post(
                f"{self.url}/api/onboarding/users",
                json={
                    "client_id": client_id,
                    "name": "Demo",
                    "username": self.username,
                    "password": self.password,
                    "language": "en",
                },
            )
            code = (await answer.json())["auth_code"]
            answer = await session.post(
                f"{self.url}/auth/token",
                data={
                    "grant_type": "authorization_code",
                    "code": code,
                    "client_id": client_id,
                },
            )
            tokens = await answer.json()
            self.tokens = {
                **tokens,
                "hassUrl": self.url,
                "clientId": client_id,
                "expires": int((time.time() + tokens["expires_in"]) * 1000),
            }

    async def _wait_until_running(self) -> None:
        """Wait until everything is set up; it answers long before."""
        async with asyncio.timeout(START_TIMEOUT):
            while (await self.rest("GET", "/api/config"))["state"] != "RUNNING":
                await asyncio.sleep(0.2)

    async def rest(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> Any:
        """Ask the REST API as the owner."""
        return json.loads(await self._ask(method, path, body))

    async def render(self, template: str) -> str:
        """Render a template, as Settings > Tools > Template does."""
        return await self._ask("POST", "/api/template", {"template": template})

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> str:
        """Return what the REST API answers the owner."""
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method,
                self.url + path,
                json=body,
                headers={"Authorization": f"Bearer {self.tokens['access_token']}"},
            ) as response,
        ):
            text = await response.text()
            if response.status >= 400:
                raise StageError(f"{method} {path}: {response.status} {text}")
            return text

    @asynccontextmanager
    async def websocket(self) -> AsyncGenerator[WebSocket]:
        """Open the WebSocket API as the owner."""
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{self.url}/api/websocket") as socket,
        ):
            await socket.receive_json()
            await socket.send_json(
                {"type": "auth", "access_token": self.tokens["access_token"]}
            )
            if (await socket.receive_json())["type"] != "auth_ok":
                raise StageError("Home Assistant did not accept our token")
            yield WebSocket(socket)

    async def add_pbx(self, form: dict[str, Any], *, family: str = "yeastar_s") -> str:
        """Walk through the config flow as a user does; return the entry's id."""
        flow = await self.rest(
            "POST", "/api/config/config_entries/flow", {"handler": "pbx"}
        )
        step = f"/api/config/config_entries/flow/{flow['flow_id']}"
        await self.rest("POST", step, {"family": family})
        result = await self.rest("POST", step, form)
        if result["type"] == "menu":
            result = await self.rest("POST", step, {"next_step_id": "trust"})
        if result["type"] != "create_entry":
            raise StageError(f"The config flow did not end in an entry: {result}")
        return str(result["result"]["entry_id"])

    async def add_user(self, name: str, username: str, password: str) -> None:
        """Make a user who is no administrator, as Settings > People does."""
        async with self.websocket() as socket:
            made = await socket.command(
                "config/auth/create", name=name, group_ids=["system-users"]
            )
            await socket.command(
                "config/auth_provider/homeassistant/create",
                user_id=made["user"]["id"],
                username=username,
                password=password,
            )

    async def wait_for_states(self, count: int, seconds: float = 30) -> None:
        """Wait until there are that many states of extensions."""
        async with asyncio.timeout(seconds):
            while True:
                states = await self.rest("GET", "/api/states")
                if len(extensions_in(states)) >= count:
                    return
                await asyncio.sleep(0.2)

    async def wait_for_state(
        self, entity_id: str, wanted: str, seconds: float = 30
    ) -> None:
        """Wait until an entity has a state."""
        async with asyncio.timeout(seconds):
            while (await self.rest("GET", f"/api/states/{entity_id}"))[
                "state"
            ] != wanted:
                await asyncio.sleep(0.2)

    async def stop(self) -> None:
        """End it."""
        await self.process.stop()


def extensions_in(states: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the status sensors of extensions, by number."""
    found = [
        state
        for state in states
        if "number" in state["attributes"]
        and "on_hold" in state["attributes"].get("options", ())
    ]
    return sorted(found, key=lambda state: str(state["attributes"]["number"]))


class WebSocket:
    """The WebSocket API, one command after the other."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Keep the open connection."""
        self._socket = socket
        self._id = 0

    async def command(self, kind: str, **arguments: Any) -> Any:
        """Send a command and return its result."""
        self._id += 1
        await self._socket.send_json({"id": self._id, "type": kind, **arguments})
        while True:
            answer = await self._socket.receive_json(timeout=30)
            if answer.get("id") == self._id and answer["type"] == "result":
                break
        if not answer["success"]:
            raise StageError(f"{kind}: {answer['error']}")
        return answer["result"]
