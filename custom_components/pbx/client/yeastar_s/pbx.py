"""A Yeastar S-Series PBX."""

from collections.abc import Callable
from hashlib import md5
import time
from typing import override

import aiohttp

from ..model import MonitorMode, PbxInfo, Snapshot
from ..pbx import Address, Capability, Pbx
from . import answers
from .dialect import V1
from .session import Session
from .transport import Transport


def hash_password(password: str) -> str:
    """Return the API's form of a password: its MD5 in lower-case hex (section 2.1)."""
    return md5(password.encode(), usedforsecurity=False).hexdigest()


class YeastarS(Pbx):
    """The S-Series API, versions 1.0.x and 1.1.0, over HTTP or HTTPS."""

    capabilities = Capability.LISTEN | Capability.WHISPER | Capability.BARGE_IN

    def __init__(
        self,
        session: aiohttp.ClientSession,
        address: Address,
        username: str,
        password_md5: str,
        *,
        fingerprint: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep address and credentials; nothing is sent before the first request.

        `fingerprint` pins a certificate by its SHA-256 in hex; without it the system's
        CAs decide. `session` is used, never closed.
        """
        self.address = address
        self._session = Session(
            Transport(session, address, fingerprint), username, password_md5, clock
        )
        self._info: PbxInfo | None = None
        self._info_generation = 0

    @override
    async def connect(self) -> PbxInfo:
        """Log in and read who the PBX is (reference, sections 2.1 and 3.2)."""
        await self._session.log_in()
        generation = self._session.generation
        if self._info is None or self._info_generation != generation:
            answer = await self._session.request(V1.device_info)
            self._info = answers.pbx_info(answer, self._session.api_version)
            self._info_generation = generation
        return self._info

    @override
    async def snapshot(self) -> Snapshot:
        """Read the list of extensions (reference, section 3.3): one request.

        After a new login, who the PBX is comes first: it may be another box, or have
        new firmware.
        """
        for _ in range(2):
            info = await self.connect()
            answer = await self._session.request(V1.extension_list)
            if self._session.generation == self._info_generation:
                break
        extensions, complete = answers.extensions(answer, V1)
        return Snapshot(info, extensions, complete)

    @override
    async def monitor(
        self, mode: MonitorMode, supervisor: str, extension: str
    ) -> str | None:
        """Start monitoring (reference, section 4); the API's v1 tells no call id."""
        request = V1.monitor[mode]
        answer = await self._session.request(
            request.path,
            {request.supervisor: supervisor, request.extension: extension},
            acting=True,
        )
        return answers.text(answer.get("callid")) or None

    @override
    async def close(self) -> None:
        """Log out, for at most five seconds (reference, section 2.4)."""
        await self._session.log_out()
