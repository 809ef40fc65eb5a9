"""The simulated PBX as a process of its own, and a hand on its controls."""

from pathlib import Path
import sys
from typing import Any

import aiohttp

from tests.simulator.simulator import DEMO_PASSWORD
from tests.simulator.yeastar_p.simulator import CLIENT_ID, CLIENT_SECRET

from .process import Process, free_port

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
CREDENTIALS = {"s": ("api", DEMO_PASSWORD), "p": (CLIENT_ID, CLIENT_SECRET)}


class PbxProcess:
    """A simulated PBX that speaks HTTPS with a certificate of its own making."""

    def __init__(
        self, process: Process, port: int, control_port: int, series: str
    ) -> None:
        """Keep where it listens."""
        self.process = process
        self.username, self.password = CREDENTIALS[series]
        self.host = HOST
        self.port = port
        self.control_url = f"http://{HOST}:{control_port}"

    @classmethod
    async def start(
        cls,
        logs: Path,
        *,
        office: bool,
        series: str = "s",
        port: int | None = None,
        control_port: int | None = None,
        version_two: bool = False,
    ) -> PbxProcess:
        """Start it, with an office that phones if wanted.

        It listens on the ports that are named if they are free. `version_two` is that
        of the API, beside version 1.
        """
        port, control_port = free_port(port), free_port(control_port)
        process = await Process.start(
            "The simulated PBX",
            [
                sys.executable,
                *("-m", "tests.demo.office", "--tls", "--series", series),
                *("--host", HOST, "--port", str(port)),
                *("--control-port", str(control_port)),
                *(("--office",) if office else ()),
                *(("--version-two",) if version_two else ()),
            ],
            logs / "pbx.log",
            cwd=ROOT,
        )
        pbx = cls(process, port, control_port, series)
        try:
            await process.answers(f"{pbx.control_url}/state", 20)
        except BaseException:
            await process.stop()
            raise
        return pbx

    @property
    def place(self) -> str:
        """Return the address of the page that controls it."""
        return self.control_url

    @property
    def form(self) -> dict[str, str | int | bool]:
        """Return what a user fills in to add the PBX."""
        return {
            "host": self.host,
            "port": self.port,
            "ssl": True,
            "username": self.username,
            "password": self.password,
        }

    async def control(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> Any:
        """Use the control surface, and return what it says."""
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, self.control_url + path, json=body, raise_for_status=True
            ) as response,
        ):
            return await response.json()

    async def state(self) -> dict[str, Any]:
        """Return what is going on: extensions, calls, who monitors whom."""
        found: dict[str, Any] = await self.control("GET", "/state")
        return found

    async def count(self) -> int:
        """Return the number of extensions."""
        return len((await self.state())["extensions"])

    async def stop(self) -> None:
        """End it."""
        await self.process.stop()
