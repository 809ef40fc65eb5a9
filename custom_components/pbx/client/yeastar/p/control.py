"""Call control and monitoring (reference, sections 3.3 and 4)."""

from abc import abstractmethod
from collections.abc import Sequence
import re
from typing import Any, Final, override

from ...dial_string import dial_string
from ...errors import PbxRefused, Refusal
from ...model import Call, DestinationKind, MonitorMode, PartyState
from ...pbx import Pbx
from ..channels import CONNECTED, ChannelControl, Legs, legs_of, main_leg
from ..member_words import objects
from ..members import Member
from ..values import text
from . import errcode, words
from .session import TokenSession

_TYPES: Final = {
    MonitorMode.LISTEN: "listen",
    MonitorMode.WHISPER: "whisper",
    MonitorMode.BARGE_IN: "barge",
}
_PROMPT: Final = re.compile(r"[\w .()-]{1,127}")
_MAX_PROMPTS: Final = 10


class OpenApiControl(ChannelControl, Pbx):
    """The methods of a P-Series PBX that act on calls.

    A channel exists only as long as its leg, so it is looked up right before it is used
    (section 4.3). Each method sends one acting request, once; only after an answer that
    the token has expired is it repeated, as nothing was done then. Each raises the
    errors of `connect`, PbxRefused when the PBX does not carry it out, and
    PbxUnreachable with `maybe_done` when it may have.
    """

    _session: TokenSession
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
            if legs_of(calls, own) or self._in_use(own) or out_of_reach:
                raise PbxRefused(Refusal.NOT_IDLE)
            call_id, member = _connected(legs_of(calls, other))
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
        try:
            await super().hang_up(extension)
        except PbxRefused as err:
            if err.refusal is Refusal.NOT_IN_CALL and self._in_use(
                dial_string(extension)
            ):
                raise PbxRefused(Refusal.UNSUPPORTED) from err
            raise

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
        calls = (words.call(item) for item in objects(answer.get("data")))
        return dict(call for call in calls if call is not None)

    @override
    async def _legs(self, number: str) -> Legs:
        """Return the present legs of an extension."""
        return legs_of(await self._calls(), number)

    @override
    async def _on_channel(self, action: str, channel: str) -> None:
        """Send a request about a channel (reference, sections 3.3.3, 3.3.4 and 3.3.7)."""
        await self._act(f"call/{action}", {"channel_id": channel})


def _connected(found: Legs) -> tuple[str, Member]:
    """Return the leg of an extension to be monitored.

    Raises PbxRefused with Refusal.NOT_IN_CALL, also if it only rings or dials.
    """
    if found:
        call_id, member = main_leg(found)
        if member.state in CONNECTED:
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
