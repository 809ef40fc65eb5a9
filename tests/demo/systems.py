"""The phone systems that the demo can show, one row each."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from .asterisk import AsteriskProcess
from .automations import SIMULATED, Cast
from .pbx import PbxProcess
from .process import Process


class RunningPbx(Protocol):
    """A PBX with phones that call each other."""

    process: Process

    @property
    def form(self) -> dict[str, str | int | bool]:
        """Return what a user fills in to add the PBX."""

    @property
    def place(self) -> str:
        """Return where a person finds more of it: an address or a path."""

    async def count(self) -> int:
        """Return the number of extensions."""

    async def stop(self) -> None:
        """End it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A phone system of the demo.

    `start` is called with the directory for logs. `place` names what is at
    `RunningPbx.place`, and `more` tells what can be tried there. `forwarding` has the
    fields of the action that forwards an extension.
    """

    name: str
    family: str
    start: Callable[[Path], Awaitable[RunningPbx]]
    place: str
    more: str
    forwarding: Mapping[str, Any]
    cast: Cast = SIMULATED


async def _yeastar_s(logs: Path) -> RunningPbx:
    """Start a simulated Yeastar S-Series PBX."""
    return await PbxProcess.start(logs, office=True, port=8088, control_port=8089)


async def _yeastar_s2(logs: Path) -> RunningPbx:
    """Start a simulated Yeastar S-Series PBX with version 2 of the API."""
    return await PbxProcess.start(
        logs, office=True, port=8088, control_port=8089, version_two=True
    )


async def _yeastar_p(logs: Path) -> RunningPbx:
    """Start a simulated Yeastar P-Series PBX."""
    return await PbxProcess.start(
        logs, office=True, series="p", port=8088, control_port=8089
    )


SYSTEMS: Final[Mapping[str, System]] = {
    "yeastar-s": System(
        name="a simulated PBX",
        family="yeastar_s",
        start=_yeastar_s,
        place="Simulated PBX",
        more="Try on the simulated PBX: place calls, play scenes, let it fail.\n",
        forwarding={"extension": "1010", "to": "voicemail"},
    ),
    "yeastar-s2": System(
        name="a simulated PBX with version 2 of the S-Series' API",
        family="yeastar_s",
        start=_yeastar_s2,
        place="Simulated PBX",
        more="Try on the simulated PBX: place calls, play scenes, let it fail.\n",
        forwarding={"extension": "1010", "to": "voicemail"},
    ),
    "yeastar-p": System(
        name="a simulated P-Series PBX",
        family="yeastar_p",
        start=_yeastar_p,
        place="Simulated PBX",
        more="Try on the simulated PBX: place calls, play scenes, let it fail.\n",
        forwarding={"extension": "1010", "to": "voicemail"},
    ),
    "asterisk": System(
        name="Asterisk; the first time, it is fetched from the distribution's packages",
        family="asterisk",
        start=AsteriskProcess.start,
        place="Asterisk's log",
        more="""\
The phones are played by a second Asterisk; each sends a tone, and the supervisor's
picks up by itself.
""",
        forwarding={"extension": "1008", "to": "extension", "number": "1001"},
        cast=Cast(supervisor="1008", trainee="1004", on_air="1006"),
    ),
}
