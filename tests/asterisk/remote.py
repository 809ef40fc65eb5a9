"""A rig in its own process, controlled by tests."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
import json
import os
from pathlib import Path
import subprocess
import sys
from typing import Any

from custom_components.pbx.client import Address
from custom_components.pbx.client.asterisk import Asterisk

ROOT = Path(__file__).resolve().parents[2]
DONE_WITHIN = 45.0


class RemoteRig:
    """A running rig that executes one command after the other."""

    def __init__(self, process: subprocess.Popen[bytes], suite: str) -> None:
        """Wait until the rig is running."""
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin, self._stdout = process.stdin, process.stdout
        line = self._stdout.readline()
        assert line, "the rig did not start"
        about = json.loads(line)
        self.suite = suite
        self.ports: dict[str, int] = about["ports"]
        self.directory = Path(about["directory"])

    @property
    def address(self) -> Address:
        """Return the address of its manager interface."""
        return Address("127.0.0.1", self.ports["AMI"], tls=False)

    def client(
        self, user: str = "full", address: Address | None = None, **options: Any
    ) -> Asterisk:
        """Return a client that has sent nothing yet."""
        return Asterisk(address or self.address, user, f"{user}-secret", **options)

    async def do(self, command: str) -> Any:
        """Execute a command; return its result, or raise AssertionError."""
        self._stdin.write(f"{command}\n".encode())
        self._stdin.flush()
        async with asyncio.timeout(DONE_WITHIN):
            answer = json.loads(await self._line())
        assert "error" not in answer, f"{command}: {answer['error']}"
        return answer["result"]

    async def _line(self) -> bytes:
        """Return the next line, without a thread, which would outlive the test."""
        loop = asyncio.get_running_loop()
        line, pipe = bytearray(), self._stdout.fileno()
        while not line.endswith(b"\n"):
            ready = loop.create_future()
            loop.add_reader(pipe, ready.set_result, None)
            try:
                await ready
            finally:
                loop.remove_reader(pipe)
            data = os.read(pipe, 65536)
            assert data, "the rig has ended"
            line += data
        return bytes(line)

    async def hears(self, *numbers: str) -> dict[str, dict[str, int]]:
        """Return how loud each phone heard every party before it hung up."""
        return {number: await self.do(f"hears {number}") for number in numbers}


@contextmanager
def running_rig(suite: str) -> Generator[RemoteRig]:
    """Start a rig, and stop it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.asterisk", "serve", suite],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    )
    try:
        yield RemoteRig(process, suite)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait()
        process.stdout.close()
