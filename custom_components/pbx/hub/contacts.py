"""Names of outside numbers, from lines like `+358 40 123 4567 = Anna` or `0800* = Free`."""

import re
from typing import Final

# Numbers with this many last digits in common are the same. The digits before may be a
# country code, a trunk prefix or the digit for an outside line.
SAME_DIGITS: Final = 9
# Shorter numbers are extensions and service numbers, which must match entirely.
SHORTEST: Final = 7

_NOT_DIALLED: Final = re.compile(r"[\s()./-]")
_NUMBER: Final = re.compile(r"\+?[0-9*#]+")


def parse_line(line: str) -> tuple[str, str] | None:
    """Return the number or prefix and the name of a line; None for an empty line.

    A line that begins with `#` counts as empty. Raises ValueError for an invalid line.
    """
    if not line.strip() or line.lstrip().startswith("#"):
        return None
    number, equals, name = line.partition("=")
    number = _NOT_DIALLED.sub("", number)
    if not equals or not name.strip() or not _NUMBER.fullmatch(number):
        raise ValueError(line)
    return number, name.strip()


class Contacts:
    """The user's contacts: names by number."""

    def __init__(self, text: str) -> None:
        """Parse the lines; the options flow has refused invalid ones already."""
        self._exact: dict[str, str] = {}
        self._by_end: dict[str, list[tuple[str, str]]] = {}
        self._prefixes: list[tuple[str, str]] = []
        for line in text.splitlines():
            try:
                found = parse_line(line)
            except ValueError:
                continue
            if found is not None:
                self._add(*found)
        self._prefixes.sort(key=lambda item: len(item[0]), reverse=True)

    def _add(self, number: str, name: str) -> None:
        """Add a number, or a prefix, which ends with `*`."""
        if number.endswith("*"):
            self._prefixes.append((number[:-1], name))
            return
        self._exact.setdefault(number, name)
        digits = _significant(number)
        if len(digits) >= SHORTEST:
            self._by_end.setdefault(digits[-SHORTEST:], []).append((digits, name))

    def name(self, number: str) -> str | None:
        """Return the name of a number: exact, by its last digits, by the longest prefix."""
        number = _NOT_DIALLED.sub("", number)
        if not number:
            return None
        if name := self._exact.get(number):
            return name
        digits = _significant(number)
        for known, name in self._by_end.get(digits[-SHORTEST:], ()):
            wanted = min(SAME_DIGITS, len(known), len(digits))
            if known[-wanted:] == digits[-wanted:]:
                return name
        for prefix, name in self._prefixes:
            if number.startswith(prefix):
                return name
        return None


def _significant(number: str) -> str:
    """Return a number without leading zeros and plus, which only tell how to dial it."""
    return number.lstrip("+0")
