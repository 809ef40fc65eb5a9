"""Call control and monitoring (reference, sections 3.9 and 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
import re
from types import MappingProxyType
from typing import Final

from ....dial_string import dial_string
from ....errors import PbxRefused, Refusal
from ....model import (
    Call,
    CallDirection,
    DestinationKind,
    MonitorMode,
    Party,
    PartyState,
)
from ...values import text
from ..session import Session

# A call id is `<seconds>.<sequence>` (section 3.8); other forms are not documented.
_CALL_ID: Final = re.compile(r"[0-9A-Za-z._-]{1,64}")


@dataclass(frozen=True, slots=True)
class MonitorRequest:
    """The request for one monitor mode (reference, section 4.1)."""

    path: str
    supervisor: str
    extension: str


_MONITOR: Final[Mapping[MonitorMode, MonitorRequest]] = MappingProxyType(
    {
        MonitorMode.LISTEN: MonitorRequest(
            "extension/listen", "listener", "listenedext"
        ),
        MonitorMode.WHISPER: MonitorRequest(
            "extension/whisper", "whisperer", "whisperedext"
        ),
        MonitorMode.BARGE_IN: MonitorRequest("extension/barge", "bargein", "bargedext"),
    }
)


class CallControl:
    """The methods of an S-Series PBX that act on calls.

    Each sends one request, once; only after an answer that the token has expired is it
    repeated, as nothing was done then. Each raises the errors of `connect`, PbxRefused
    when the PBX does not carry it out, and PbxUnreachable with `maybe_done` when it may
    have.
    """

    _session: Session

    async def monitor(
        self, mode: MonitorMode, supervisor: str, extension: str
    ) -> str | None:
        """Start monitoring (reference, section 4); v1 of the API returns no call id.

        Raises PbxUnreachable with `maybe_done` if the supervisor's phone may be ringing
        nevertheless.
        """
        request = _MONITOR[mode]
        return await self._act(
            request.path, {request.supervisor: supervisor, request.extension: extension}
        )

    async def dial(
        self,
        extension: str,
        to: str,
        *,
        outside: bool,
        auto_answer: bool = False,
    ) -> str | None:
        """Call an extension's phone, then another number (reference, section 3.9)."""
        first, second = dial_string(extension), dial_string(to)
        body = (
            {"extid": first, "outto": second}
            if outside
            else {"caller": first, "callee": second}
        )
        return await self._act(
            f"extension/dial_{'outbound' if outside else 'extension'}",
            {**body, "autoanswer": "yes" if auto_answer else "no"},
        )

    async def hang_up(self, extension: str) -> None:
        """End an extension's call, or its monitoring (reference, sections 3.9 and 4.5).

        Whether the PBX ends one or all of several calls is not documented. Raises
        Refusal.NOT_IN_CALL for an idle extension.
        """
        await self._act("extension/hangup", {"extid": dial_string(extension)})

    async def hold(self, extension: str) -> None:
        """Put an extension's call on hold (reference, section 3.9).

        Raises Refusal.NOT_IN_CALL when it has none.
        """
        await self._act("extension/hold", {"extid": dial_string(extension)})

    async def resume(self, extension: str) -> None:
        """Resume an extension's call on hold (reference, section 3.9).

        Raises Refusal.NOT_IN_CALL when none is on hold.
        """
        await self._act("extension/unhold", {"extid": dial_string(extension)})

    async def mute(self, extension: str) -> None:
        """Mute an extension until its call ends (reference, section 3.9)."""
        await self._act("extension/mute", {"extid": dial_string(extension)})

    async def unmute(self, extension: str) -> None:
        """Unmute an extension (reference, section 3.9)."""
        await self._act("extension/unmute", {"extid": dial_string(extension)})

    async def transfer(
        self,
        call: Call,
        to: str,
        kind: DestinationKind,
        *,
        permission: str | None = None,
    ) -> str | None:
        """Transfer the outside party of a call (reference, section 3.9).

        Of two outside parties, the caller is transferred. From version 1.0.6 on the PBX
        itself determines the kind of a destination. Older versions cannot transfer
        outbound calls to queues and ring groups: Refusal.UNSUPPORTED, with nothing
        sent. The PBX does not report a transfer by API.
        """
        number = dial_string(to)
        borrowed = ""
        if kind is DestinationKind.OUTSIDE:
            borrowed = dial_string(permission) if permission else _own_extension(call)
        side, leg = _line_of(call)
        dialect = self._session.dialect
        requests = (
            dialect.transfer_inbound if side == "inbound" else dialect.transfer_outbound
        )
        if (request := requests.get(kind)) is None:
            raise PbxRefused(Refusal.UNSUPPORTED)
        body = {f"{side}id": leg, request.destination: number}
        if request.permission:
            body["fromext"] = borrowed
        return await self._act(f"{side}/{request.path}", body)

    async def accept_call(self, call_id: str) -> None:
        """Accept an inbound call within ten seconds (reference, section 3.9)."""
        await self._act("inbound/accept", {"inboundid": _call_id(call_id)})

    async def refuse_call(self, call_id: str) -> None:
        """Refuse an inbound call within ten seconds (reference, section 3.9).

        The PBX keeps no record of it.
        """
        await self._act("inbound/refuse", {"inboundid": _call_id(call_id)})

    async def _act(self, endpoint: str, body: dict[str, str]) -> str | None:
        """Send an acting request once; return the call id in its answer, if any."""
        answer = await self._session.request(endpoint, body, acting=True)
        return text(answer.get("callid")) or None


def _line_of(call: Call) -> tuple[str, str]:
    """Return the side, inbound or outbound, of a call's outside line, and its id.

    Of several lines, one that is still connected is preferred, then the caller's.
    Raises PbxRefused when no line with a known id takes part.
    """
    lines = [
        (party.state is PartyState.GONE, not _called_in(call, party), party.leg)
        for party in call.parties
        if not party.extension and party.leg and _CALL_ID.fullmatch(party.leg)
    ]
    if not lines:
        raise PbxRefused(Refusal.UNSUPPORTED)
    _, called, leg = min(lines, key=lambda line: line[:2])
    return "outbound" if called else "inbound", leg


def _called_in(call: Call, line: Party) -> bool:
    """Return whether an outside party is the caller, not the callee."""
    if line.caller is not None:
        return line.caller
    return call.direction is CallDirection.INBOUND


def _own_extension(call: Call) -> str:
    """Return an extension that takes part in a call, blank if none does."""
    own = [party.number for party in call.parties if party.extension]
    return dial_string(own[0]) if own else ""


def _call_id(value: str) -> str:
    """Return the id of a call or a line; raise ValueError for an invalid one."""
    if _CALL_ID.fullmatch(value) is None:
        raise ValueError("Invalid call id")
    return value
