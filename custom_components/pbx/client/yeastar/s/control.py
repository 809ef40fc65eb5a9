"""Dial, control and transfer calls, send messages, play prompts (reference, 3.9, 3.11)."""

from collections.abc import Sequence
import re
from typing import Final, override
import unicodedata
from urllib.parse import quote

from ...dial_string import dial_string
from ...errors import PbxRefused, Refusal
from ...model import Call, CallDirection, DestinationKind, Party, PartyState
from ...pbx import Pbx
from .answers import text
from .session import Session

# A call id is `<seconds>.<sequence>` (section 3.8); what else one may have is unknown.
_CALL_ID: Final = re.compile(r"[0-9A-Za-z._-]{1,64}")
_MAX_NAME: Final = 128
# Control characters, halves of surrogate pairs, separators of lines and paragraphs.
_NOT_TEXT: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Section 3.11; the manual counts a Chinese character as two.
MAX_MESSAGE: Final = 2000
_NO_EMOJI: Final = "\uffff"


class CallControl(Pbx):
    """What acts on calls. All of it is one request, and only sent once.

    Except after an answer that says the token is dead, as then nothing was done. Every
    method raises what `connect` does, PbxRefused for what the PBX does not carry out,
    and PbxUnreachable with `maybe_done` when it may have.
    """

    _session: Session

    @override
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

    @override
    async def hang_up(self, extension: str) -> None:
        """End an extension's call, or its monitoring (reference, sections 3.9 and 4.5).

        Of several calls perhaps all: no source says. Refusal.NOT_IN_CALL when idle.
        """
        await self._act("extension/hangup", {"extid": dial_string(extension)})

    @override
    async def hold(self, extension: str) -> None:
        """Put an extension's call on hold (reference, section 3.9); NOT_IN_CALL if none."""
        await self._act("extension/hold", {"extid": dial_string(extension)})

    @override
    async def resume(self, extension: str) -> None:
        """Take it off hold (reference, section 3.9); NOT_IN_CALL if none is held."""
        await self._act("extension/unhold", {"extid": dial_string(extension)})

    @override
    async def mute(self, extension: str) -> None:
        """Silence an extension until its call ends (reference, section 3.9)."""
        await self._act("extension/mute", {"extid": dial_string(extension)})

    @override
    async def unmute(self, extension: str) -> None:
        """Let an extension be heard again (reference, section 3.9)."""
        await self._act("extension/unmute", {"extid": dial_string(extension)})

    @override
    async def transfer(
        self,
        call: Call,
        to: str,
        kind: DestinationKind,
        *,
        permission: str | None = None,
    ) -> str | None:
        """Transfer the outside party of a call (reference, section 3.9).

        Of two, the one that called in. From version 1.0.6 on the PBX itself finds out
        what kind of destination a number is. Before, calls to the outside cannot be
        transferred to queues and ring groups: Refusal.UNSUPPORTED, with nothing sent.
        No report tells of a transfer by API.
        """
        number = dial_string(to)
        borrowed = ""
        if kind is DestinationKind.OUTSIDE:
            borrowed = dial_string(permission) if permission else _own_extension(call)
        side, leg = _line_of(call)
        await self._session.log_in()
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

    @override
    async def accept_call(self, call_id: str) -> None:
        """Let an inbound call in within ten seconds (reference, section 3.9)."""
        await self._act("inbound/accept", {"inboundid": _call_id(call_id)})

    @override
    async def refuse_call(self, call_id: str) -> None:
        """Turn an inbound call away within ten seconds (reference, section 3.9).

        No record remains of it.
        """
        await self._act("inbound/refuse", {"inboundid": _call_id(call_id)})

    @override
    async def send_sms(self, trunk: str, number: str, message: str) -> str | None:
        """Send a text message through a GSM, 3G or 4G trunk (reference, section 3.11).

        Of the 2000 characters those beyond ASCII take two each. Whether it was
        delivered, only a report tells (5.6).
        """
        return await self._act(
            "sms/send",
            {
                "trunk": _name(trunk),
                "phonenumber": dial_string(number),
                "message": _message(message),
            },
            "smsid",
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
        """Call a phone and play prompts to it (reference, section 3.11).

        A prompt's name has something else than digits, and no `+`, else ValueError.
        Many outside lines count as answered at once, so nobody hears it there.
        """
        names = [_prompt(name) for name in prompts]
        if not names:
            raise ValueError("There is nothing to play")
        number, prompt = dial_string(to), "+".join(names)
        if outside:
            borrowed = dial_string(permission) if permission else ""
            return await self._act(
                "outbound/playprompt",
                {"outto": number, "prompt": prompt, "fromext": borrowed},
            )
        auto = "yes" if auto_answer else "no"
        return await self._act(
            "extension/playprompt",
            {"extid": number, "prompt": prompt, "autoanswer": auto},
        )

    async def _act(
        self, endpoint: str, body: dict[str, str], result: str = "callid"
    ) -> str | None:
        """Do something once; return the id that the PBX gives it, None if none."""
        answer = await self._session.request(endpoint, body, acting=True)
        return text(answer.get(result)) or None


def _line_of(call: Call) -> tuple[str, str]:
    """Return on which side a call's line to the outside is, and its id.

    Of several, one that is still there, and the one that called in. Raises PbxRefused
    where there is none, or nobody knows its id.
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
    """Return whether an outside party called, rather than was called."""
    if line.caller is not None:
        return line.caller
    return call.direction is CallDirection.INBOUND


def _own_extension(call: Call) -> str:
    """Return an extension that takes part in a call, blank if none does."""
    own = [party.number for party in call.parties if party.extension]
    return dial_string(own[0]) if own else ""


def _is_text(value: str) -> bool:
    """Return whether something is one line of text, and not blank."""
    kinds = {unicodedata.category(character) for character in value}
    return bool(value.strip()) and not kinds & _NOT_TEXT


def _name(name: str) -> str:
    """Return a name that something has on the PBX; raise ValueError for what is none."""
    if len(name) > _MAX_NAME or not _is_text(name):
        raise ValueError(f"A name is one line of 1 to {_MAX_NAME} characters")
    return name


def _message(message: str) -> str:
    """Return a text message as it is sent; raise ValueError for what cannot be."""
    size = sum(1 if character.isascii() else 2 for character in message)
    if size > MAX_MESSAGE or not _is_text(message) or max(message) > _NO_EMOJI:
        raise ValueError(f"A message is one line of 1 to {MAX_MESSAGE} characters")
    return quote(message, safe="")


def _prompt(name: str) -> str:
    """Return the name of a prompt; raise ValueError for what the PBX cannot take."""
    if "+" in _name(name) or name.isdigit():
        raise ValueError("A prompt's name has no + in it, and not only digits")
    return name


def _call_id(value: str) -> str:
    """Return the id of a call or a line; raise ValueError for what is none."""
    if _CALL_ID.fullmatch(value) is None:
        raise ValueError("That is no id of a call")
    return value
