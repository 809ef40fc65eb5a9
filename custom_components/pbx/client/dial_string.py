"""Dial strings: the numbers that may be sent to a PBX."""

import re
from typing import Final

MAX_DIAL_STRING: Final = 31

_DIAL_STRING: Final = re.compile(rf"[0-9+*#]{{1,{MAX_DIAL_STRING}}}")


def is_dial_string(number: str) -> bool:
    """Return whether a number can be dialled: 1 to 31 of the characters 0-9+*#."""
    return _DIAL_STRING.fullmatch(number) is not None


def dial_string(number: str) -> str:
    """Return a number unchanged, once it is checked: 1 to 31 of the characters 0-9+*#.

    Raises ValueError for any other; its text does not repeat the number.
    """
    if not is_dial_string(number):
        raise ValueError(
            f"A number has 1 to {MAX_DIAL_STRING} of the characters 0-9 + * #"
        )
    return number
