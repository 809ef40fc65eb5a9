"""The JSON values of a Yeastar PBX; none is trusted to have its documented type."""

import json
import logging
import re
from typing import Any, Final

from ..texts import one_line

_LOGGER = logging.getLogger(__name__)

# Nine digits are enough for every count, second and id.
_WHOLE: Final = re.compile(r"[0-9]{1,9}")

# Made once: a PBX with many calls sends many small texts.
_DECODER: Final = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)

type Answer = dict[str, Any]

# The limits keep a faulty device, which could send a new word each time, from filling
# log and memory.
_MAX_UNKNOWN_WORDS: Final = 50
_MAX_WORD: Final = 40


class UnknownWords:
    """The unknown status words of one kind of object; each is logged once."""

    def __init__(self, kind: str) -> None:
        """Initialize without words."""
        self._kind = kind
        self._logged: set[str] = set()

    def log(self, word: str) -> None:
        """Log a word, unless it or too many others have been logged."""
        word = word[:_MAX_WORD]
        if len(self._logged) < _MAX_UNKNOWN_WORDS and word.lower() not in self._logged:
            self._logged.add(word.lower())
            _LOGGER.warning("Unknown %s status %r, please report it", self._kind, word)


def decode(body: bytes | bytearray | str) -> Answer | None:
    """Return the JSON object of a body, None when it is not one.

    Numbers are kept as text: as a number, the id 1495698433.20 would lose its zero. Of
    the S-Series, all values are documented as strings anyway (its reference, 1.4).
    """
    if not isinstance(body, str):
        # A name cut in the middle of a character must not invalidate the whole list.
        body = body.decode("utf-8-sig", errors="replace")
    try:
        answer = _DECODER.decode(body)
    except ValueError, RecursionError:
        return None
    return answer if isinstance(answer, dict) else None


def text(value: object) -> str:
    """Return a text of one line without surrounding white space, else a blank."""
    if not isinstance(value, str):
        return ""
    if value.isascii():
        return one_line(value)
    # JSON can contain halves of surrogate pairs, which cannot be encoded and stored.
    return one_line(value.encode(errors="replace").decode())


def integer(value: object) -> int | None:
    """Return a whole number that is not negative, None for any other value."""
    digits = text(value)
    return int(digits) if _WHOLE.fullmatch(digits) else None
