"""A Yeastar S-Series PBX."""

from collections.abc import Callable
from hashlib import md5
import time
from typing import override

import aiohttp

from ..model import MonitorMode, PbxInfo, Snapshot
from ..pbx import Address, Capability, Pbx
from . import answers
from .session import Session
from .transport import Transport


def hash_password(password: str) -> str:
    """Return the API's form of a password: MD5 in lower-case hex (reference, section 2.1)."""
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

        `password_md5` comes from `hash_password`. `fingerprint` pins a certificate by
        its SHA-256 in hex; without it the CAs of `session` decide, which is used and
        never closed. `clock` tells seconds. Raises ValueError for a fingerprint that
        is none.
        """
        self.address = address
        self._session = Session(
            Transport(session, address, fingerprint), username, password_md5, clock
        )
        self._info: PbxInfo | None = None
        self._info_generation = 0

    @override
    async def connect(self) -> PbxInfo:
        """Log in and read who the PBX is (reference, sections 2.1 and 3.2).

        That is read once for each login: behind the same address may be another box
        by then, or new firmware. Raises PbxLoginRejected, PbxLockedOut,
        PbxWrongService, PbxNotTrusted, PbxUnreachable and PbxRefused.
        """
        await self._session.log_in()
        generation = self._session.generation
        if self._info is None or self._info_generation != generation:
            dialect = self._session.dialect
            answer = await self._session.request(dialect.device_info)
            self._info = answers.pbx_info(answer, dialect)
            self._info_generation = generation
        return self._info

    @override
    async def snapshot(self) -> Snapshot:
        """Read the list of extensions (reference, section 3.3): one request.

        After a new login, who the PBX is comes on top. Raises the same as `connect`.
        """
        info = await self.connect()
        dialect = self._session.dialect
        answer = await self._session.request(dialect.extension_list)
        if self._session.generation != self._info_generation:
            info = await self.connect()
        extensions, complete = answers.extensions(answer, dialect)
        return Snapshot(info, extensions, complete)

    @override
    async def monitor(
        self, mode: MonitorMode, supervisor: str, extension: str
    ) -> str | None:
        """Start monitoring (reference, section 4); the API's v1 tells no call id.

        Raises the same as `connect`; PbxUnreachable with `maybe_done` when the phone
        of the supervisor may be ringing all the same.
        """
        await self._session.log_in()
        request = self._session.dialect.monitor[mode]
        answer = await self._session.request(
            request.path,
            {request.supervisor: supervisor, request.extension: extension},
            acting=True,
        )
        return answers.text(answer.get("callid")) or None

    @override
    async def close(self) -> None:
        """Log out, for at most five seconds (reference, section 2.4). Raises nothing."""
        await self._session.log_out()
