"""Parsing of the PBX's reports: JSON with duplicate keys and with syntax errors."""

import json
import re
from typing import Any, Final

# An object is a tuple of its members in order, so that duplicate keys are not lost; an
# array is a list.
type Pairs = tuple[tuple[str, Any], ...]

_MAX_BODY: Final = 64 * 1024

# Numbers are kept as text, as in `answers.decode`. Not strict: a control character in a
# string must not cost a report.
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=tuple,
    parse_float=str,
    parse_int=str,
    parse_constant=str,
    strict=False,
)

# Possessive throughout, so that no input can cause backtracking.
_TOKEN: Final = re.compile(
    r"""[ \t\r\n]*+(?:
      (?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+")
    | [“”](?P<curly>[^"“”\\]*+(?:\\.[^"“”\\]*+)*+)["“”]
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*+)
    | (?P<number>-?+[0-9][-+.0-9eE]*+)
    | (?P<opening>[\[{])
    | (?P<closing>[\]}])
    | (?P<mark>[,:])
    | .
    )""",
    re.VERBOSE | re.DOTALL,
)
_WHITE: Final = " \t\r\n"
_CLOSING: Final = {"{": "}", "[": "]"}
# The tokens that may be the last of a text that lacks only its closing braces. A number
# is not one of them, as it may have been cut off. Neither may an array be open: a party
# that was cut off from the members of a call would seem to have left it.
_WHOLE: Final = frozenset({"string", "curly", "word", "closing"})


def read(body: bytes | bytearray) -> Pairs | None:
    """Return the members of a body's object, None when it is not one (5.5, quirk 16)."""
    if len(body) > _MAX_BODY:
        return None
    document = body.decode("utf-8-sig", errors="replace")
    try:
        found = _DECODER.decode(document)
    except ValueError:
        found = _read_repaired(document)
    except RecursionError:
        return None
    return found if isinstance(found, tuple) else None


def _read_repaired(document: str) -> object:
    """Return the value of a repaired text, None when it cannot be repaired safely."""
    repaired = _repair(document)
    if repaired is None:
        return None
    try:
        return _DECODER.decode(repaired)
    except ValueError, RecursionError:
        return None


def _repair(document: str) -> str | None:
    """Return a text with the known syntax errors repaired, None when it is beyond that.

    Repaired are a comma before a closing bracket, curly quotes, keys without quotes and
    closing braces missing at the end (quirk 16). Valid strings are left unchanged. The
    result may still not be JSON.
    """
    tokens: list[str] = []
    missing: list[str] = []
    kind: str | None = None
    for match in _TOKEN.finditer(document.rstrip(_WHITE)):
        token, kind = match[0].lstrip(_WHITE), match.lastgroup
        if kind is None:
            return None
        if kind == "curly":
            token = f'"{match["curly"]}"'
        elif kind == "word" and _key_follows(tokens, missing):
            token = f'"{token}"'
        elif kind == "opening":
            missing.append(_CLOSING[token])
        elif kind == "closing":
            if tokens[-1:] == [","]:
                tokens.pop()
            # A wrong bracket is found by the decoder.
            del missing[-1:]
        tokens.append(token)
    if missing and (kind not in _WHOLE or "]" in missing):
        return None
    # Joined with spaces, as two adjacent numbers must not become one.
    return " ".join([*tokens, *missing])


def _key_follows(tokens: list[str], missing: list[str]) -> bool:
    """Return whether the next token has to be a key."""
    return missing[-1:] == ["}"] and tokens[-1] in ("{", ",")
