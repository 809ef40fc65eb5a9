"""JSON as this PBX writes it: keys come twice, and some of it is not quite JSON."""

import json
import re
from typing import Any, Final

# An object is a tuple of its members in order, so that nothing repeated is lost;
# an array is a list.
type Pairs = tuple[tuple[str, Any], ...]

_MAX_BODY: Final = 64 * 1024

# Numbers stay the text they are written in, as in `answers.decode`. Control
# characters in a string are no reason to lose a call.
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=tuple,
    parse_float=str,
    parse_int=str,
    parse_constant=str,
    strict=False,
)

# Nothing in it can be matched in two ways, so nothing is ever tried twice.
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
# What may stand last in a text that lacks only its closing braces. A number is not
# among them: nobody knows whether it was longer. Nor may an array be open: who was
# cut off from the members of a call would seem to have left it.
_WHOLE: Final = frozenset({"string", "curly", "word", "closing"})


def read(body: bytes | bytearray) -> Pairs | None:
    """Return the members of a body's object, None when it is none (5.5, quirk 16)."""
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
    """Return what a text means that is not JSON, None where that had to be guessed."""
    repaired = _repair(document)
    if repaired is None:
        return None
    try:
        return _DECODER.decode(repaired)
    except ValueError, RecursionError:
        return None


def _repair(document: str) -> str | None:
    """Return the text with the vendor's known slips put right; it may still be none.

    Those are a comma before a closing bracket, curly quotes, keys without quotes and
    closing braces missing at the end (quirk 16). Proper strings stay as they are.
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
            # Where the bracket is a wrong one, the decoder finds it.
            del missing[-1:]
        tokens.append(token)
    if missing and (kind not in _WHOLE or "]" in missing):
        return None
    # With spaces: two numbers side by side must not become one.
    return " ".join([*tokens, *missing])


def _key_follows(tokens: list[str], missing: list[str]) -> bool:
    """Return whether the next thing in the text has to be a key."""
    return missing[-1:] == ["}"] and tokens[-1] in ("{", ",")
