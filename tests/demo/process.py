"""A program of ours in its own process, which never outlives us."""

import asyncio
from collections.abc import Mapping, Sequence
import contextlib
import os
from pathlib import Path
import signal
import socket
from typing import Self

import aiohttp

STOP_TIMEOUT = 20.0


class StageError(Exception):
    """Something on the stage did not come up; the text says what, and where to look."""


def free_port(preferred: int | None = None) -> int:
    """Return a free TCP port on loopback, the preferred one where that is free."""
    for port in (preferred, 0) if preferred else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise StageError("There is no free TCP port on this machine")


class Process:
    """A child process with its output in a file."""

    def __init__(
        self, name: str, process: asyncio.subprocess.Process, log: Path
    ) -> None:
        """Keep what is running."""
        self.name = name
        self.log = log
        self._process = process

    @classmethod
    async def start(
        cls,
        name: str,
        arguments: Sequence[str],
        log: Path,
        *,
        cwd: Path,
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """Start a program; its output goes to `log`."""
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *arguments,
                cwd=cwd,
                env={**os.environ, **(environment or {})},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                # A group of its own: Ctrl-C in the terminal is ours to pass on.
                start_new_session=True,
            )
        return cls(name, process, log)

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process.returncode is None

    @property
    def status(self) -> int | None:
        """Return the exit status, None while the process is alive."""
        return self._process.returncode

    async def answers(self, url: str, seconds: float) -> None:
        """Wait until a URL is answered with anything at all."""
        try:
            async with asyncio.timeout(seconds), aiohttp.ClientSession() as session:
                while self.running:
                    with contextlib.suppress(aiohttp.ClientError):
                        async with session.get(url, allow_redirects=False):
                            return
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise StageError(
                f"{self.name} did not answer within {seconds:.0f} s:\n{self.tail()}"
            ) from None
        raise StageError(f"{self.name} ended by itself:\n{self.tail()}")

    def tail(self, lines: int = 30) -> str:
        """Return the end of the process's output."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    async def stop(self) -> None:
        """End the process and all it started; by force if it does not listen."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_TIMEOUT):
                    await self._process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
