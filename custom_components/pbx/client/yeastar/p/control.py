"""Call control and monitoring (reference, sections 3.3 and 4)."""

from abc import abstractmethod
from collections.abc import Sequence
import re
from typing import Any, Final, override

from ...dial_string import dial_string
from ...errors import PbxRefused, Refusal
from ...model import Call, DestinationKind, MonitorMode, PartyState
from ...pbx import Pbx
from ..members import Member, MemberTable
from ..values import text
from . import errcode, words
from .session import TokenSession

_CONNECTED: Final = frozenset({PartyState.TALKING, PartyState.HELD})
_TYPES: Final = {
    MonitorMode.LISTEN: "listen",
    MonitorMode.WHISPER: "whisper",
    MonitorMode.BARGE_IN: "barge",
}
_PROMPT: Final = re.compile(r"[\w .()-]{1,127}")
_MAX_PROMPTS: Final = 10


class ChannelControl(Pbx):
    """The methods of a P-Series PBX that act on calls.

    A channel exists only as long as its leg, so it is looked up right before it is used
    (section 4.3). Each method sends one acting request, once; only after an answer that
    the token has expired is it repeated, as nothing was done then. Each raises the
    errors of `connect`, PbxRefused when the PBX does not carry it out, and
    PbxUnreachable with `maybe_done` when it may have.
    """

    _session: TokenSession
    _table: MemberTable
    _registered: dict[str, set[str]]

    @abstractmethod
    async def _is_called(self, number: str) -> bool:
        """Return whether a supervisor's phone is called, once the PBX has told.

        Returns True for a phone whose status the PBX does not report.
        """

    @abstractmethod
    def _in_use(self, number: str) -> bool:
        """Return whether the PBX has reported that a phone is in use."""

    @override
    async def monitor(
        self, mode: MonitorMode, supervisor: str, extension: str
    ) -> str | None:
        """Call the supervisor's phone and join it to the call (reference, section 4).

        The PBX itself does not check the supervisor's phone, so its state is checked
        here. Raises PbxRefused with Refusal.NOT_IDLE for the supervisor, with
        Refusal.NOT_IN_CALL for the extension, also one that rings. With an extension
        that must not be monitored, the PBX may answer success and do nothing (section
        9): Refusal.MONITORING_FORBIDDEN, if no event tells of the supervisor's phone.
        """
        own, other = dial_string(supervisor), dial_string(extension)
        for again in (True, False):
            calls = await self._calls()
            registered = self._registered.get(own)
            out_of_reach = registered is not None and not registered
            if _members(calls, own) or self._in_use(own) or out_of_reach:
                raise PbxRefused(Refusal.NOT_IDLE)
            call_id, member = _connected(_members(calls, other))
            self._table.supervise(own, call_id)
            body = {"monitor": own, "channel_id": member.channel, "type": _TYPES[mode]}
            try:
                answer = await self._session.request(
                    "call/listen", {}, body, acting=True
                )
            except PbxRefused as err:
                if err.code == errcode.CHANNEL_GONE and again:
                    continue  # The call was just transferred or picked up.
                raise _refused_monitoring(err) from None
            if not await self._is_called(own):
                self._table.unsupervise(own)
                raise PbxRefused(Refusal.MONITORING_FORBIDDEN)
            return text(answer.get("call_id")) or None
        raise PbxRefused(Refusal.NOT_IN_CALL)

    @override
    async def dial(
        self,
        extension: str,
        to: str,
        *,
        outside: bool,
        auto_answer: bool = False,
    ) -> str | None:
        """Call an extension's phone, then another number (reference, 3.3.2)."""
        body = {
            "caller": dial_string(extension),
            "callee": dial_string(to),
            "auto_answer": "yes" if auto_answer else "no",
        }
        if outside:
            body["dial_permission"] = body["caller"]
        return await self._act("call/dial", body)

    @override
    async def hang_up(self, extension: str) -> None:
        """End an extension's call, or its monitoring (reference, 3.3.3 and 4.1).

        Raises PbxRefused with Refusal.UNSUPPORTED for a supervisor whose call the PBX
        does not list: without its channel, it can only be ended at the phone.
        """
        number = dial_string(extension)
        found = _members(await self._calls(), number)
        if not found:
            in_use = self._in_use(number)
            raise PbxRefused(Refusal.UNSUPPORTED if in_use else Refusal.NOT_IN_CALL)
        _, member = _first(found)
        await self._act("call/hangup", {"channel_id": member.channel})

    @override
    async def hold(self, extension: str) -> None:
        """Put an extension's call on hold (reference, 3.3.4)."""
        await self._on_channel("call/hold", extension, PartyState.TALKING)

    @override
    async def resume(self, extension: str) -> None:
        """Resume an extension's call on hold (reference, 3.3.4)."""
        await self._on_channel("call/unhold", extension, PartyState.HELD)

    @override
    async def mute(self, extension: str) -> None:
        """Mute an extension until its call ends (reference, 3.3.4)."""
        await self._on_channel("call/mute", extension, *_CONNECTED)

    @override
    async def unmute(self, extension: str) -> None:
        """Unmute an extension (reference, 3.3.4)."""
        await self._on_channel("call/unmute", extension, *_CONNECTED)

    @override
    async def transfer(
        self,
        call: Call,
        to: str,
        kind: DestinationKind,
        *,
        permission: str | None = None,
    ) -> str | None:
        """Transfer the outside party of a call without asking (reference, 3.3.5).

        Of two outside parties, the caller is transferred. The PBX itself determines the
        kind of the destination.
        """
        number = dial_string(to)
        legs = [
            (not party.caller, party.leg)
            for party in call.parties
            if not party.extension and party.leg and party.state is not PartyState.GONE
        ]
        if not legs:
            raise PbxRefused(Refusal.UNSUPPORTED)
        own = [party.number for party in call.parties if party.extension]
        borrowed = permission or (own[0] if own else None)
        if borrowed is None:
            raise PbxRefused(Refusal.MISSING_PARAMETER)
        return await self._act(
            "call/transfer",
            {
                "type": "blind",
                "channel_id": min(legs)[1],
                "number": number,
                "dial_permission": dial_string(borrowed),
            },
        )

    @override
    async def accept_call(self, call_id: str) -> None:
        """Accept an inbound call within ten seconds (reference, 3.3.7)."""
        await self._act("call/accept_inbound", self._offered(call_id))

    @override
    async def refuse_call(self, call_id: str) -> None:
        """Refuse an inbound call within ten seconds (reference, 3.3.7)."""
        await self._act("call/refuse_inbound", self._offered(call_id))

    @override
    async def play_prompt(
        self,
        to: str,
        prompts: Sequence[str],
        *,
        outside: bool,
        auto_answer: bool = False,
        permission: str | None = None,
    ) -> str | None:
        """Call a phone and play the PBX's own prompts (reference, 3.3.7)."""
        if not 1 <= len(prompts) <= _MAX_PROMPTS or not all(
            _PROMPT.fullmatch(name) for name in prompts
        ):
            raise ValueError(f"One to {_MAX_PROMPTS} names of prompts are needed")
        body: dict[str, Any] = {
            "number": dial_string(to),
            "prompts": list(prompts),
            "auto_answer": "yes" if auto_answer else "no",
        }
        if outside:
            if permission is None:
                raise PbxRefused(Refusal.MISSING_PARAMETER)
            body["dial_permission"] = dial_string(permission)
        return await self._act("call/play_prompt", body)

    # -- requests

    async def _act(self, endpoint: str, body: dict[str, Any]) -> str | None:
        """Send an acting request, and return the id of the call where it is told."""
        answer = await self._session.request(endpoint, {}, body, acting=True)
        return text(answer.get("call_id")) or None

    async def _calls(self) -> dict[str, list[tuple[Member, bool]]]:
        """Return all current calls with their members (reference, 3.3.1)."""
        try:
            answer = await self._session.request("call/query")
        except PbxRefused as err:
            if err.code == errcode.NO_DATA:
                return {}
            raise
        calls = (words.call(item) for item in words.objects(answer.get("data")))
        return dict(call for call in calls if call is not None)

    async def _on_channel(
        self, endpoint: str, extension: str, *states: PartyState
    ) -> None:
        """Send a request about an extension's leg in one of some states.

        Raises PbxRefused with Refusal.NOT_IN_CALL if there is no such leg.
        """
        found = [
            (call_id, member)
            for call_id, member in _members(await self._calls(), dial_string(extension))
            if member.state in states
        ]
        if not found:
            raise PbxRefused(Refusal.NOT_IN_CALL)
        await self._act(endpoint, {"channel_id": _first(found)[1].channel})

    def _offered(self, call_id: str) -> dict[str, Any]:
        """Return the body of an answer to an offered call (event 30016)."""
        channel = self._table.inbound_channel(call_id)
        if channel is None:
            raise PbxRefused(Refusal.TOO_LATE)
        return {"channel_id": channel}


def _members(
    calls: dict[str, list[tuple[Member, bool]]], number: str
) -> list[tuple[str, Member]]:
    """Return the present members of an extension with the ids of their calls."""
    return [
        (call_id, member)
        for call_id, members in calls.items()
        for member, gone in members
        if member.extension and member.number == number and not gone
    ]


def _first(found: list[tuple[str, Member]]) -> tuple[str, Member]:
    """Return the connected leg of an extension, else the newest; talking before held."""
    order = (PartyState.TALKING, PartyState.HELD)
    for state in order:
        for call_id, member in reversed(found):
            if member.state is state:
                return call_id, member
    return found[-1]


def _connected(found: list[tuple[str, Member]]) -> tuple[str, Member]:
    """Return the leg of an extension to be monitored.

    Raises PbxRefused with Refusal.NOT_IN_CALL, also if it only rings or dials.
    """
    if found:
        call_id, member = _first(found)
        if member.state in _CONNECTED:
            return call_id, member
    raise PbxRefused(Refusal.NOT_IN_CALL)


def _refused_monitoring(err: PbxRefused) -> PbxRefused:
    """Return a refusal with its meaning for monitoring (reference, section 4.4)."""
    match err.code:
        case errcode.NO_DATA:
            refusal = Refusal.NO_SUCH_EXTENSION
        case errcode.ACTION_FORBIDDEN:
            refusal = Refusal.MONITORING_FORBIDDEN
        case errcode.NOT_POSSIBLE:
            refusal = Refusal.NOT_IN_CALL
        case _:
            return err
    return PbxRefused(refusal, err.code)
