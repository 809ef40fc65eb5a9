"""Texts of others inside of texts that are shown as Markdown."""

import re
from typing import Final

# Characters with a meaning in Markdown or HTML. Round brackets have one after square
# brackets only.
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", text)
