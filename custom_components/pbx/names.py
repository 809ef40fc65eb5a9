"""How sentences name extensions."""

from .client.model import Extension


def spoken_name(extension: Extension) -> str:
    """Return an extension as a sentence names it."""
    if extension.name in ("", extension.number):
        return extension.number
    return f"{extension.name} ({extension.number})"
