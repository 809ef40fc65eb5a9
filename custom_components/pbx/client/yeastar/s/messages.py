"""Text messages and prompts (reference, section 3.11)."""

from collections.abc import Sequence
from typing import Final, override
import unicodedata
from urllib.parse import quote

from ...dial_string import dial_string
from ...pbx import Pbx
from ..values import text
from .session import Session

_MAX_NAME: Final = 128
# Control characters, halves of surrogate pairs, separators of lines and paragraphs.
_NOT_TEXT: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
# A plus separates names, the others are parts of paths.
_NO_PATH: Final = frozenset("+/\\")
# Section 3.11; the manual counts a Chinese character as two.
MAX_MESSAGE: Final = 2000
_NO_EMOJI: Final = "\uffff"


class Messages(Pbx):
    """The methods of an S-Series PBX that send texts and play prompts.

    Version 2 of the API has the same requests as version 1, as far as it is documented.
    Each sends one request, once, and raises what call control does.
    """

    _session: Session

    @override
    async def send_sms(self, trunk: str, number: str, message: str) -> str | None:
        """Send a text message through a GSM, 3G or 4G trunk (reference, section 3.11).

        Characters beyond ASCII count as two of the 2000. Only a report tells whether
        the message was delivered (5.6).
        """
        return await self._send(
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
            return await self._send(
                "outbound/playprompt",
                {"outto": number, "prompt": prompt, "fromext": borrowed},
                "callid",
            )
        auto = "yes" if auto_answer else "no"
        return await self._send(
            "extension/playprompt",
            {"extid": number, "prompt": prompt, "autoanswer": auto},
            "callid",
        )

    async def _send(
        self, endpoint: str, body: dict[str, str], result: str
    ) -> str | None:
        """Send an acting request once; return the id in its answer, None if none."""
        answer = await self._session.request(endpoint, body, acting=True, v1=True)
        return text(answer.get(result)) or None


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
