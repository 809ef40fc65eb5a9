"""Texts from outside: what callers and PBXs send, before anything else sees it."""

import re
from typing import Final

# In characters. A SIP address may stand in place of a number.
MAX_NUMBER: Final = 64
# Besides letters and digits: what is dialled, what numbers are written with, what SIP
# addresses have.
_IN_NUMBERS: Final = frozenset("+*# ()-._@")
_TELEPHONE: Final = re.compile(r"[+*#]?[0-9 ()*#.-]{0,30}", re.ASCII)
# It joins the parts of one character, as in names with emoji.
_JOINER: Final = "\u200d"


def one_line(text: str) -> str:
    """Return a text without control characters, line breaks and marks of direction."""
    if text.isprintable():
        return text.strip()
    # Blanks other than the usual one count as not printable.
    shown = (" " if one.isspace() else one for one in text)
    return "".join(one for one in shown if one.isprintable() or one == _JOINER).strip()


def is_number(text: str) -> bool:
    """Return whether a text is a telephone number: it has no letter, and few digits."""
    return _TELEPHONE.fullmatch(text) is not None


def outside_number(text: str) -> str:
    """Return the number of an outside party, without markup and punctuation.

    The caller chooses it, and may send any text. Letters are kept, as in SIP addresses.
    """
    if text.isalnum() and len(text) <= MAX_NUMBER:
        return text
    shown = (one if one.isalnum() or one in _IN_NUMBERS else "?" for one in text)
    return "".join(shown)[:MAX_NUMBER]
