"""The PBX of the benchmarks in its own process, and requests without an integration."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
import json
from pathlib import Path
import sys

import aiohttp

from tests.demo.process import Process, free_port

from .recording import VERSION

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
START_TIMEOUT = 30.0
HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Connection": "close",
}


class RecordedPbx:
    """A PBX whose answers cost next to nothing, none of it in our process."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        """Keep how to ask it."""
        self._session = session
        self._url = f"http://{HOST}:{port}"
        self.host = HOST
        self.port = port
        self.token = ""

    @classmethod
    @asynccontextmanager
    async def running(
        cls, folder: Path, counts: tuple[int, ...]
    ) -> AsyncGenerator[RecordedPbx]:
        """Start it with recordings of these numbers of extensions, and end it."""
        port = free_port()
        process = await Process.start(
            "The recorded PBX",
            [
                sys.executable,
                *("-m", "tests.benchmarks.replay", "--port", str(port)),
                *("--extensions", *map(str, counts)),
            ],
            folder / "pbx.log",
            cwd=ROOT,
        )
        try:
            await process.answers(f"http://{HOST}:{port}/", START_TIMEOUT)
            async with aiohttp.ClientSession(raise_for_status=True) as session:
                yield cls(session, port)
        finally:
            await process.stop()

    async def show(self, count: int, which: int = 0) -> None:
        """Be a PBX with that many extensions, 1 % of which phone in picture 1."""
        async with self._session.get(f"{self._url}/show/{count}/{which}") as response:
            self.token = await response.text()

    async def requests(self) -> int:
        """Return how many requests to the API there were so far."""
        async with self._session.get(f"{self._url}/requests") as response:
            return int(await response.text())

    async def post(self, endpoint: str, body: Mapping[str, str]) -> bytes:
        """Do what the floor does: one bare POST, and the body of the answer."""
        async with self._session.request(
            "POST",
            f"{self._url}/api/{VERSION}/{endpoint}",
            params={"token": self.token},
            data=json.dumps(body, separators=(",", ":")).encode(),
            headers=HEADERS,
        ) as response:
            return await response.read()

    async def ask(self, endpoints: Iterable[str]) -> list[bytes]:
        """Do what the floor of a poll does: one bare POST after the other."""
        return [await self.post(endpoint, {}) for endpoint in endpoints]
