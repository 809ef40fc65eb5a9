"""The client of a Yeastar S-Series PBX."""

from collections.abc import Callable
from hashlib import md5
import time
from typing import Final, override

import aiohttp

from ...model import Call, DestinationKind, MonitorMode, PbxInfo
from ...pbx import Address, Capability, ReportsByPost, ReportTarget
from ...report import Received
from ...snapshot import Snapshot
from .history import CallHistory
from .identity import Identity
from .messages import Messages
from .reader import SeriesCalls
from .session import Session
from .settings import Applying, SettingsAccess
from .transport import Transport
from .v1.pbx import VersionOne
from .v2.pbx import VersionTwo


def hash_password(password: str) -> str:
    """Return a password's MD5 in lower-case hex for the API (reference, 2.1)."""
    return md5(password.encode(), usedforsecurity=False).hexdigest()


CAPABILITIES: Final = (
    Capability.MONITOR
    | Capability.DIAL
    | Capability.HANG_UP
    | Capability.HOLD
    | Capability.MUTE
    | Capability.TRANSFER
    | Capability.INBOUND_CONTROL
    | Capability.SMS
    | Capability.PROMPT
    | Capability.SETTINGS
    | Capability.MONITOR_PERMISSIONS
)


class YeastarS(Messages, SettingsAccess, CallHistory, ReportsByPost):
    """The S-Series API, versions 1.0.x, 1.1.0 and 2.0.0, over HTTP or HTTPS.

    The newest version that the PBX has is found at the login. What the versions tell and
    do differently is in an object for each.

    Not every version and not every device has all capabilities; a request for a missing
    one is refused with Refusal.UNSUPPORTED.
    """

    call_reader = SeriesCalls

    def __init__(
        self,
        session: aiohttp.ClientSession,
        address: Address,
        username: str,
        password_md5: str,
        *,
        fingerprint: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Initialize without a connection; nothing is sent before the first request.

        `password_md5` comes from `hash_password`. `fingerprint` pins a certificate by
        its SHA-256 in hex; without it, the CAs of `session` decide. `session` is used
        but never closed. `clock` returns monotonic seconds, `wall_clock` seconds since
        the epoch. Raises ValueError for an invalid fingerprint.
        """
        self.address = address
        self._transport = Transport(session, address, fingerprint)
        self._session = Session(self._transport, username, password_md5, clock)
        self._applying = Applying()
        self._identity = Identity(self._session)
        self._parts = VersionOne(self._session, self._identity)
        self._whole = VersionTwo(self._session, self._identity, wall_clock)

    @property
    def _version(self) -> VersionOne | VersionTwo:
        """Return the object for the version that was found."""
        return self._whole if self._session.dialect.whole_calls else self._parts

    async def _found(self) -> VersionOne | VersionTwo:
        """Log in if necessary, and return the object for the version that was found."""
        await self._session.log_in()
        return self._version

    @override
    async def connect(self) -> PbxInfo:
        """Log in and read the identity of the PBX (reference, sections 2.1 and 3.2).

        Raises PbxLoginRejected, PbxLockedOut, PbxWrongService, PbxNotTrusted,
        PbxUnreachable and PbxRefused.
        """
        return await self._identity.read()

    @property
    @override
    def capabilities(self) -> Capability:
        """Return the capabilities of this version of the API (reference, section 3.1).

        Call records can be read from version 1.1 on (section 3.11).
        """
        history = Capability.HISTORY if self._session.dialect.history else Capability(0)
        return CAPABILITIES | history

    @property
    @override
    def report_target(self) -> ReportTarget | None:
        """Return the target of the PBX's reports (reference, section 2.3)."""
        return self._session.report_target

    @report_target.setter
    def report_target(self, target: ReportTarget | None) -> None:
        """Set the target; the next login or heartbeat sends it to the PBX."""
        self._session.report_target = target

    @property
    @override
    def own_address(self) -> str:
        """Return our literal IP address towards the PBX, blank before any request."""
        return self._transport.local_ip

    @property
    @override
    def remote_address(self) -> str:
        """Return the PBX's literal IP address, blank before the first request."""
        return self._transport.remote_ip

    @override
    def parse(self, body: bytes) -> Received | None:
        """Return what a report tells, in the format of the version that was found."""
        return self._version.parse(body)

    @override
    async def snapshot(self, *, trunks: bool = True) -> Snapshot:
        """Read calls, extensions and trunks. Raises the same as `connect`."""
        await self._identity.read()
        return await self._version.snapshot(trunks=trunks)

    @override
    async def monitor(
        self, mode: MonitorMode, supervisor: str, extension: str
    ) -> str | None:
        """Start monitoring (reference, section 4)."""
        return await (await self._found()).monitor(mode, supervisor, extension)

    @override
    async def dial(
        self,
        extension: str,
        to: str,
        *,
        outside: bool,
        auto_answer: bool = False,
    ) -> str | None:
        """Call an extension's phone, then another number."""
        version = await self._found()
        return await version.dial(
            extension, to, outside=outside, auto_answer=auto_answer
        )

    @override
    async def hang_up(self, extension: str) -> None:
        """End an extension's call, or its monitoring."""
        await (await self._found()).hang_up(extension)

    @override
    async def hold(self, extension: str) -> None:
        """Put an extension's call on hold."""
        await (await self._found()).hold(extension)

    @override
    async def resume(self, extension: str) -> None:
        """Resume an extension's call on hold."""
        await (await self._found()).resume(extension)

    @override
    async def mute(self, extension: str) -> None:
        """Mute an extension until its call ends."""
        await (await self._found()).mute(extension)

    @override
    async def unmute(self, extension: str) -> None:
        """Unmute an extension."""
        await (await self._found()).unmute(extension)

    @override
    async def transfer(
        self,
        call: Call,
        to: str,
        kind: DestinationKind,
        *,
        permission: str | None = None,
    ) -> str | None:
        """Transfer the outside party of a call."""
        version = await self._found()
        return await version.transfer(call, to, kind, permission=permission)

    @override
    async def accept_call(self, call_id: str) -> None:
        """Accept an inbound call within ten seconds."""
        await (await self._found()).accept_call(call_id)

    @override
    async def refuse_call(self, call_id: str) -> None:
        """Refuse an inbound call within ten seconds."""
        await (await self._found()).refuse_call(call_id)

    @override
    async def close(self) -> None:
        """Log out within five seconds (reference, section 2.4). Raises nothing."""
        await self._session.log_out()
