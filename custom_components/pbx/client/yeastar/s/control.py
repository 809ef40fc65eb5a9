"""Call control, text messages and prompts (reference, sections 3.9 and 3.11)."""

from collections.abc import Sequence
import re
from typing import Final, override
import unicodedata
from urllib.parse import quote

from ...dial_string import dial_string
from ...errors import PbxRefused, Refusal
from ...model import Call, CallDirection, DestinationKind, Party, PartyState
from ...pbx import Pbx
from ..values import text
from .session import Session

# A call id is `<seconds>.<sequence>` (section 3.8); other forms are not documented.
_CALL_ID: Final = re.compile(r"[0-9A-Za-z._-]{1,64}")
_MAX_NAME: Final = 128
# Control characters, halves of surrogate pairs, separators of lines and paragraphs.
_NOT_TEXT: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
# A plus separates names, the others are parts of paths.
_NO_PATH: Final = frozenset("+/\\")
# Section 3.11; the manual counts a Chinese character as two.
MAX_MESSAGE: Final = 2000
_NO_EMOJI: Final = "\uffff"


class CallControl(Pbx):
    """The methods of an S-Series PBX that act on calls.

    Each sends one request, once; only after an answer that the token has expired is it
    repeated, as nothing was done then. Each raises the errors of `connect`, PbxRefused
    when the PBX does not carry it out, and PbxUnreachable with `maybe_done` when it may
    have.
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

        Whether the PBX ends one or all of several calls is not documented. Raises
        Refusal.NOT_IN_CALL for an idle extension.
        """
        await self._act("extension/hangup", {"extid": dial_string(extension)})

    @override
    async def hold(self, extension: str) -> None:
        """Put an extension's call on hold (reference, section 3.9).

        Raises Refusal.NOT_IN_CALL when it has none.
        """
        await self._act("extension/hold", {"extid": dial_string(extension)})

    @override
    async def resume(self, extension: str) -> None:
        """Resume an extension's call on hold (reference, section 3.9).

        Raises Refusal.NOT_IN_CALL when none is on hold.
        """
        await self._act("extension/unhold", {"extid": dial_string(extension)})

    @override
    async def mute(self, extension: str) -> None:
        """Mute an extension until its call ends (reference, section 3.9)."""
        await self._act("extension/mute", {"extid": dial_string(extension)})

    @override
    async def unmute(self, extension: str) -> None:
        """Unmute an extension (reference, section 3.9)."""
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
        """Accept an inbound call within ten seconds (reference, section 3.9)."""
        await self._act("inbound/accept", {"inboundid": _call_id(call_id)})

    @override
    async def refuse_call(self, call_id: str) -> None:
        """Refuse an inbound call within ten seconds (reference, section 3.9).

        The PBX keeps no record of it.
        """
        await self._act("inbound/refuse", {"inboundid": _call_id(call_id)})

    @override
    async def send_sms(self, trunk: str, number: str, message: str) -> str | None:
        """Send a text message through a GSM, 3G or 4G trunk (reference, section 3.11).

        Characters beyond ASCII count as two of the 2000. Only a report tells whether
        the message was delivered (5.6).
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

        Raises ValueError for a prompt's name that has a `+` or consists of digits. On
        many outside lines a call counts as answered at once, so that the prompt is over
        before the callee picks up.
        """
        names = [_prompt(name) for name in prompts]
        if not names:
            raise ValueError("At least one prompt is needed")
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
        """Send an acting request once; return the id in its answer, None if none."""
        answer = await self._session.request(endpoint, body, acting=True)
        return text(answer.get(result)) or None


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


def _is_text(value: str) -> bool:
    """Return whether a text is a single line, and not blank."""
    kinds = {unicodedata.category(character) for character in value}
    return bool(value.strip()) and not kinds & _NOT_TEXT


def _name(name: str) -> str:
    """Return the name of an object on the PBX; raise ValueError for an invalid one."""
    if len(name) > _MAX_NAME or not _is_text(name):
        raise ValueError(f"A name is one line of 1 to {_MAX_NAME} characters")
    return name


def _message(message: str) -> str:
    """Return a text message as it is sent; raise ValueError for an invalid one."""
    size = sum(1 if character.isascii() else 2 for character in message)
    if size > MAX_MESSAGE or not _is_text(message) or max(message) > _NO_EMOJI:
        raise ValueError(f"A message is one line of 1 to {MAX_MESSAGE} characters")
    return quote(message, safe="")


def _prompt(name: str) -> str:
    """Return the name of a prompt; raise ValueError for one the PBX cannot accept.

    A name is never a path: the PBX may look for its file.
    """
    if not _NO_PATH.isdisjoint(_name(name)) or name[0] == "." or name.isdigit():
        raise ValueError("A prompt's name has no + and no path, and not only digits")
    return name


def _call_id(value: str) -> str:
    """Return the id of a call or a line; raise ValueError for an invalid one."""
    if _CALL_ID.fullmatch(value) is None:
        raise ValueError("Invalid call id")
    return value
