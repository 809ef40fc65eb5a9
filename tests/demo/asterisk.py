"""A real Asterisk with phones that talk, as a process of its own."""

import asyncio
from contextlib import suppress
import json
from pathlib import Path
import sys
from typing import Any, Final

from tests.asterisk.install import NO_ASTERISK, SUITES
from tests.asterisk.office import EXTENSIONS

from .process import Process, StageError

ROOT = Path(__file__).parents[2]
# The PBX is fetched from the distribution's packages when it is first needed.
START_TIMEOUT: Final = 330.0
UNAVAILABLE: Final = """
*******************************************************************************
*  There is no Asterisk: THE DEMO CANNOT SHOW IT.                             *
*  It is taken from Debian's or Ubuntu's packages, which needs no root.       *
*  `script/demo` without --pbx shows a simulated PBX and needs none of this.  *
*******************************************************************************
"""


class AsteriskProcess:
    """An Asterisk whose phones are played by another one."""

    # What FreePBX gives its own user, so that settings can be changed.
    username = "freepbx"
    password = "freepbx-secret"

    def __init__(self, process: Process, about: dict[str, Any]) -> None:
        """Keep where it listens, and where its log is."""
        self.process = process
        self.port = int(about["ports"]["AMI"])
        self.place = str(Path(about["directory"]) / "pbx/var/log/full")

    @classmethod
    async def start(cls, logs: Path) -> AsteriskProcess:
        """Start it with an office whose phones call each other; fetch it before."""
        process = await Process.start(
            "Asterisk",
            [sys.executable, "-m", "tests.asterisk", "day", SUITES[0]],
            logs / "asterisk.log",
            cwd=ROOT,
        )
        try:
            about = await _introduction(process)
        except BaseException:
            await process.stop()
            raise
        return cls(process, about)

    @property
    def form(self) -> dict[str, str | int | bool]:
        """Return what a user fills in to add the PBX."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "ssl": False,
            "username": self.username,
            "password": self.password,
        }

    async def count(self) -> int:
        """Return the number of extensions."""
        return len(EXTENSIONS)

    async def stop(self) -> None:
        """End it."""
        await self.process.stop()


async def _introduction(process: Process) -> dict[str, Any]:
    """Return the addresses that the rig prints once its phones are registered."""
    with suppress(TimeoutError):
        async with asyncio.timeout(START_TIMEOUT):
            while process.running:
                line, newline, _ = process.log.read_text("utf-8").partition("\n")
                if newline and line.startswith("{"):
                    return dict(json.loads(line))
                await asyncio.sleep(0.1)
    why = UNAVAILABLE if process.status == NO_ASTERISK else "It did not start:\n"
    raise StageError(f"{why}{process.tail()}")
