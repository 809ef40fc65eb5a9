"""A plain client and a plain report server, which know nothing but the wire."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import hashlib
import json
from typing import Any

import aiohttp
from aiohttp import web

from tests.simulator import ManualClock, Simulator

type Json = dict[str, Any]

SAMPLE_PASSWORD = "Demo-Pbx-2026"
SAMPLE_MD5 = hashlib.md5(SAMPLE_PASSWORD.encode(), usedforsecurity=False).hexdigest()


class Wire:
    """Sends requests to a simulator."""

    def __init__(self, sim: Simulator, http: aiohttp.ClientSession) -> None:
        """Use one HTTP session."""
        self.sim = sim
        self.http = http
        self.token = ""
        self.version = "v1.1.0"

    async def raw(
        self,
        path: str,
        data: bytes | str | None = None,
        method: str = "POST",
        headers: dict[str, str] | None = None,
    ) -> tuple[aiohttp.ClientResponse, str]:
        """Send bytes to a path; return the response and its text."""
        async with self.http.request(
            method,
            f"{self.sim.url}{path}",
            data=data,
            headers=headers,
            ssl=False,
            allow_redirects=False,
            skip_auto_headers=["Content-Type"],
        ) as response:
            return response, await response.text()

    async def text(self, endpoint: str, body: str | bytes | None = None) -> str:
        """Return the answer to a request as it is written."""
        path = f"/api/{self.version}/{endpoint}?token={self.token}"
        return (await self.raw(path, body))[1]

    async def post(self, endpoint: str, body: Json | None = None) -> Json:
        """Return the answer to a request."""
        text = await self.text(endpoint, None if body is None else json.dumps(body))
        answer: Json = json.loads(text)
        return answer

    async def errno(self, endpoint: str, body: Json | None = None) -> str:
        """Return the errno of an answer, `Success` if there is none."""
        answer = await self.post(endpoint, body)
        return str(answer.get("errno", answer["status"]))

    async def login(self, **more: str | int) -> Json:
        """Log in and keep the token."""
        body = {"username": "api", "password": SAMPLE_MD5, **more}
        text = (await self.raw(f"/api/{self.version}/login", json.dumps(body)))[1]
        answer: Json = json.loads(text)
        self.token = answer.get("token", self.token)
        return answer


class Receiver:
    """An application server that reports are sent to."""

    def __init__(self) -> None:
        """Begin with nothing received."""
        self.bodies: list[str] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.statuses: list[int] = []
        self.silent = asyncio.Event()
        self.silent.set()
        self.port = 0

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Take a report."""
        body = await request.read()
        self.requests.append((request.rel_url.path, dict(request.headers)))
        self.bodies.append(body.decode("utf-8", "replace"))
        await self.silent.wait()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    def take(self) -> list[str]:
        """Return what came since the last time."""
        taken, self.bodies = self.bodies, []
        return taken

    def actions(self) -> list[str]:
        """Return the actions that came since the last time."""
        return [json.loads(body)["action"] for body in self.take()]


@asynccontextmanager
async def receiving() -> AsyncGenerator[Receiver]:
    """Run a report server."""
    receiver = Receiver()
    runner = web.ServerRunner(web.Server(receiver.handle), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.port = runner.addresses[0][1]
    try:
        yield receiver
    finally:
        receiver.silent.set()
        await runner.cleanup()


def at(wire: Wire, clock: ManualClock, call_id: str) -> None:
    """Let the next call have the id of a sample."""
    moment, sequence = call_id.split(".")
    clock.advance(int(moment) - clock.now())
    wire.sim.exchange.next_sequence = int(sequence)


async def again(
    wire: Wire, receiver: Receiver, call_id: str, clock: ManualClock, **more: str
) -> None:
    """Go to a sample's moment and log in there."""
    at(wire, clock, call_id)
    await wire.login(port=receiver.port, **more)


async def reports(
    wire: Wire, receiver: Receiver, *, only: tuple[str, ...] = ()
) -> list[str]:
    """Return the reports that came, those with the actions."""
    await wire.sim.reports_sent()
    return [
        body
        for body in receiver.take()
        if not only or any(f'"action":"{action}"' in body for action in only)
    ]
