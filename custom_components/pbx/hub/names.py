"""How sentences and lists name extensions."""

from ..client.model import Extension


def spoken_name(extension: Extension) -> str:
    """Return an extension as a sentence names it."""
    return with_number(extension.name, extension.number)


def with_number(name: str, number: str) -> str:
    """Return a name and the number it belongs to, once where they are the same."""
    return number if name in ("", number) else f"{name} ({number})"
