"""Call control and monitoring (reference, sections 3.10 and 4)."""

from typing import Final, override

from ....dial_string import dial_string
from ....errors import PbxError, PbxRefused, Refusal
from ....model import Call, DestinationKind, MonitorMode, Party, PartyState
from ...channels import ChannelControl, Legs, legs_of
from ...member_words import objects
from ...values import text
from ..session import Session
from . import calls

_TYPES: Final = {
    MonitorMode.LISTEN: "listen",
    MonitorMode.WHISPER: "whisper",
    MonitorMode.BARGE_IN: "barge",
}


class MemberControl(ChannelControl):
    """The methods of an S-Series PBX that act on calls, by their channels.

    Each sends one acting request, once; only after an answer that the token has expired
    is it repeated, as nothing was done then. Each raises the errors of `connect`,
    PbxRefused when the PBX does not carry it out, and PbxUnreachable with `maybe_done`
    when it may have.
    """

    _session: Session

    async def monitor(
        self, mode: MonitorMode, supervisor: str, extension: str
    ) -> str | None:
        """Call the supervisor's phone and join it to the call (reference, section 4.1).

        The PBX itself checks both extensions.
        """
        own, other = dial_string(supervisor), dial_string(extension)
        legs = self._table.members_of(other)
        # Its channel may be reported before the PBX answers with the id of its call.
        self._table.supervise(own, legs[0][0] if legs else "")
        body = {"monitor": own, "extension": other, "type": _TYPES[mode]}
        try:
            call_id = await self._act("call/listen", body)
        except PbxError:
            self._table.unsupervise(own)
            raise
        if call_id is not None:
            self._table.supervise(own, call_id)
        return call_id

    async def dial(
        self,
        extension: str,
        to: str,
        *,
        outside: bool,
        auto_answer: bool = False,
    ) -> str | None:
        """Call an extension's phone, then another number (reference, section 3.10)."""
        return await self._act(
            "call/dial",
            {
                "caller": dial_string(extension),
                "callee": dial_string(to),
                "autoanswer": "yes" if auto_answer else "no",
            },
        )

    @override
    async def hang_up(self, extension: str) -> None:
        """End an extension's call, or its monitoring (reference, sections 3.10, 4.5).

        Whether the PBX lists the channel of a supervisor is not documented. Version 1
        can end what an extension does without its channel.
        """
        try:
            await super().hang_up(extension)
        except PbxRefused as err:
            if err.refusal is not Refusal.NOT_IN_CALL:
                raise
            body = {"extid": extension}
            await self._session.request("extension/hangup", body, acting=True, v1=True)

    async def transfer(
        self,
        call: Call,
        to: str,
        kind: DestinationKind,
        *,
        permission: str | None = None,
    ) -> str | None:
        """Transfer the outside party of a call without asking (reference, section 3.9).

        Of two outside parties, the caller is transferred. The request of version 2 is
        not documented, so that of version 1 is sent. Its id of an inbound line is that
        of the call; that of an outbound line is looked up.
        """
        number = dial_string(to)
        borrowed = ""
        if kind is DestinationKind.OUTSIDE:
            own = [party.number for party in call.parties if party.extension]
            borrowed = permission or (own[0] if own else "")
        lines = sorted(
            (
                party
                for party in call.parties
                if not party.extension and party.state is not PartyState.GONE
            ),
            key=lambda party: not party.caller,
        )
        if not lines or call.id is None:
            raise PbxRefused(Refusal.UNSUPPORTED)
        side = "inbound" if lines[0].caller else "outbound"
        line = call.id if lines[0].caller else await self._outbound_id(call, lines[0])
        body = {
            f"{side}id": line,
            "number": number,
            "fromext": dial_string(borrowed) if borrowed else "",
        }
        answer = await self._session.request(
            f"{side}/transfer_number", body, acting=True, v1=True
        )
        return text(answer.get("callid")) or None

    async def _outbound_id(self, call: Call, line: Party) -> str:
        """Return the id that version 1 has for an outbound line (section 3.8).

        Raises PbxRefused when there is none, or more than one that it may be.
        """
        answer = await self._session.request("outbound/query", v1=True)
        own = {party.number for party in call.parties if party.extension}
        found = [
            row_id
            for row in objects(answer.get("outbound"))
            if text(row.get("to")) == line.number
            and text(row.get("trunk")) == (line.trunk or "")
            and text(row.get("from")) in own
            and (row_id := text(row.get("outboundid")))
        ]
        if len(found) != 1:
            raise PbxRefused(Refusal.NOT_IN_CALL if not found else Refusal.UNSUPPORTED)
        return found[0]

    async def _act(self, endpoint: str, body: dict[str, str]) -> str | None:
        """Send an acting request once; return the call id in its answer, if any."""
        answer = await self._session.request(endpoint, body, acting=True)
        return text(answer.get("callid")) or None

    @override
    async def _legs(self, number: str) -> Legs:
        """Return the present legs of an extension (reference, section 3.5)."""
        answer = await self._session.request(calls.OF_EXTENSIONS, {"number": number})
        return legs_of(calls.of_extensions(answer) or {}, number)

    @override
    async def _on_channel(self, action: str, channel: str) -> None:
        """Send a request about a channel (reference, section 3.10)."""
        await self._act(f"call/{action}", {"channelid": channel})
