"""Names of outside numbers, from lines like `+358 40 123 4567 = Anna` or `0800* = Free`."""

import re
from typing import Final

# Numbers with so many last digits in common are the same, whatever stands before:
# country code, trunk prefix, the digit for an outside line.
SAME_DIGITS: Final = 9
# Shorter numbers are extensions and service numbers: they must match entirely.
SHORTEST: Final = 7

_NOT_DIALLED: Final = re.compile(r"[\s()./-]")
_NUMBER: Final = re.compile(r"\+?[0-9*#]+")


def parse_line(line: str) -> tuple[str, str] | None:
    """Return number or prefix, and name, of one line; None for an empty one.

    Raises ValueError for a line that is neither.
    """
    if not line.strip() or line.lstrip().startswith("#"):
        return None
    number, equals, name = line.partition("=")
    number = _NOT_DIALLED.sub("", number)
    if not equals or not name.strip() or not _NUMBER.fullmatch(number):
        raise ValueError(line)
    return number, name.strip()


class Contacts:
    """Finds the name that belongs to a number."""

    def __init__(self, text: str) -> None:
        """Read the lines; those that are none were refused when they were entered."""
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
    """Return a number without what only says how to dial it."""
    return number.lstrip("+0")
