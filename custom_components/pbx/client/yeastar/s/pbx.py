"""The client of a Yeastar S-Series PBX."""

from collections.abc import Callable
from hashlib import md5
import time
from typing import Final, override

import aiohttp

from ...errors import PbxRefused
from ...model import Extension, ExtensionStatus, MonitorMode, PbxInfo
from ...pbx import Address, Capability, ReportsByPost, ReportTarget
from ...report import Received
from ..values import Answer, text
from . import answers, lists, reports
from .answers import ExtensionList
from .control import CallControl
from .found import FoundCall, PolledSnapshot, Ties
from .history import CallHistory
from .reader import YeastarCalls
from .session import Session
from .settings import Applying, SettingsAccess
from .transport import Transport


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

# The number of extensions that one poll queries for their own calls. Each answer has
# about forty settings, 1.2 kB: 60 kB at once, as much as the list of 500 extensions.
ASKED_AT_ONCE: Final = 50


class YeastarS(CallControl, SettingsAccess, CallHistory, ReportsByPost):
    """The S-Series API, versions 1.0.x and 1.1.0, over HTTP or HTTPS.

    Not every version and not every device has all capabilities; a request for a missing
    one is refused with Refusal.UNSUPPORTED.
    """

    call_reader = YeastarCalls

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
        """Initialize without a connection; nothing is sent before the first request.

        `password_md5` comes from `hash_password`. `fingerprint` pins a certificate by
        its SHA-256 in hex; without it, the CAs of `session` decide. `session` is used
        but never closed. `clock` returns seconds. Raises ValueError for an invalid
        fingerprint.
        """
        self.address = address
        self._transport = Transport(session, address, fingerprint)
        self._session = Session(self._transport, username, password_md5, clock)
        self._applying = Applying()
        self._list = ExtensionList()
        self._info: PbxInfo | None = None
        self._info_generation = 0
        # Extensions in use, with the number of the poll that last queried each.
        self._asked: dict[str, int] = {}
        self._polls = 0

    @override
    async def connect(self) -> PbxInfo:
        """Log in and read the identity of the PBX (reference, sections 2.1 and 3.2).

        The identity is read once after each login: the address may now belong to
        another device, or the firmware may be new. Raises PbxLoginRejected,
        PbxLockedOut, PbxWrongService, PbxNotTrusted, PbxUnreachable and PbxRefused.
        """
        await self._session.log_in()
        generation = self._session.generation
        if self._info is None or self._info_generation != generation:
            dialect = self._session.dialect
            answer = await self._session.request(dialect.device_info)
            self._info = answers.pbx_info(answer, dialect)
            self._info_generation = generation
        return self._info

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
        """Return a parsed report in any of the three formats (section 5)."""
        return reports.parse(body)

    @override
    async def snapshot(self, *, trunks: bool = True) -> PolledSnapshot:
        """Read calls, extensions and trunks (reference, sections 3.3, 3.4, 3.7, 3.8).

        The list of extensions is read after the calls, so it is newer. Then all
        extensions in use are queried for their own calls, and after a new login the
        identity of the PBX is read. Raises the same as `connect`.
        """
        info = await self.connect()
        dialect = self._session.dialect
        inbound = await self._optional(dialect.inbound_calls)
        outbound = await self._optional(dialect.outbound_calls)
        answer = await self._session.request(dialect.extension_list)
        extensions, complete = self._list.read(answer, dialect)
        # Most extensions are idle in most polls.
        others = [one for one in extensions if one.status is not ExtensionStatus.IDLE]
        calls = self._calls(inbound, outbound, extensions)
        ties = {} if calls is None else await self._ties(others)
        trunk_list = await self._optional(dialect.trunk_list) if trunks else {}
        if self._session.generation != self._info_generation:
            info = await self.connect()
        return PolledSnapshot(
            info,
            extensions,
            complete,
            lists.trunks(trunk_list),
            calls=calls,
            ties=ties,
            # No report shows that a call is resumed (section 6.1).
            again_soon=any(one.status is ExtensionStatus.ON_HOLD for one in others),
        )

    def _calls(
        self, inbound: Answer, outbound: Answer, extensions: tuple[Extension, ...]
    ) -> tuple[FoundCall, ...] | None:
        """Return the calls on lines, None if the PBX has no such lists."""
        found = lists.inbound_calls(inbound)
        if found is not None:
            numbers = (
                {extension.number for extension in extensions}
                if outbound.get("outbound")
                else set()
            )
            found = lists.outbound_calls(outbound, numbers, found)
        return None if found is None else tuple(found)

    async def _ties(self, extensions: list[Extension]) -> dict[str, Ties]:
        """Read the own calls of extensions in use, in one request (section 3.4)."""
        asked = self._to_ask([one.number for one in extensions if one.in_use])
        if not asked:
            return {}
        dialect = self._session.dialect
        settings = await self._optional(
            dialect.extension_settings, {"extid": ",".join(asked)}
        )
        return lists.ties(settings, dialect)

    def _to_ask(self, numbers: list[str]) -> list[str]:
        """Return the extensions to query now, limited, least recently queried first."""
        self._polls += 1
        self._asked = {number: self._asked.get(number, 0) for number in numbers}
        asked = sorted(numbers, key=self._asked.__getitem__)[:ASKED_AT_ONCE]
        self._asked.update(dict.fromkeys(asked, self._polls))
        return asked

    async def _optional(
        self, endpoint: str, body: dict[str, str] | None = None
    ) -> Answer:
        """Return an optional answer of a poll, empty if older firmware refuses it."""
        try:
            return await self._session.request(endpoint, body)
        except PbxRefused:
            return {}

    @override
    async def monitor(
        self, mode: MonitorMode, supervisor: str, extension: str
    ) -> str | None:
        """Start monitoring (reference, section 4); v1 of the API returns no call id.

        Raises the same as `connect`; PbxUnreachable with `maybe_done` if the
        supervisor's phone may be ringing nevertheless.
        """
        await self._session.log_in()
        request = self._session.dialect.monitor[mode]
        answer = await self._session.request(
            request.path,
            {request.supervisor: supervisor, request.extension: extension},
            acting=True,
        )
        return text(answer.get("callid")) or None

    @override
    async def close(self) -> None:
        """Log out within five seconds (reference, section 2.4). Raises nothing."""
        await self._session.log_out()
