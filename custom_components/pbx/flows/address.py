"""Validation of the addresses that users enter: of a PBX, and for its reports."""

from collections.abc import Mapping
from ipaddress import ip_address
import re
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_PORT, CONF_SSL
from homeassistant.util.network import is_ip_address
from yarl import URL

# Host and port only: other parts of a URL would be dropped silently.
_HOST_AND_PORT: Final = re.compile(r"[^\s/?#@\\]*[^\s/?#@\\:]")
_NAME: Final = re.compile(r"(?!-)[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
_LOOKS_LIKE_IPV4: Final = re.compile(r"[0-9.]+")


def split_address(user_input: Mapping[str, Any], *, web: bool = True) -> dict[str, Any]:
    """Return host, port and TLS from a form whose host may be a pasted URL.

    The parts of a URL take precedence over the fields beside it; but where the PBX is
    not at its web interface, a URL of that gives the host alone. Raises ValueError when
    the input has no host.
    """
    text = user_input[CONF_HOST].strip()
    bare_ipv6 = text.count(":") > 1 and "[" not in text and "/" not in text
    url = URL(text if "://" in text else f"//[{text}]" if bare_ipv6 else f"//{text}")
    if not url.host or " " in url.host or url.scheme not in ("", "http", "https"):
        raise ValueError("No host")
    if url.scheme and not web:
        return {
            CONF_HOST: url.host,
            CONF_PORT: user_input[CONF_PORT],
            CONF_SSL: user_input[CONF_SSL],
        }
    tls = url.scheme == "https" if url.scheme else user_input[CONF_SSL]
    port = url.explicit_port or (url.port if url.scheme else user_input[CONF_PORT])
    return {CONF_HOST: url.host, CONF_PORT: port, CONF_SSL: tls}


def is_address(text: str) -> bool:
    """Return whether a text is a host, with or without a port."""
    if not _HOST_AND_PORT.fullmatch(text):
        return False
    try:
        url = URL(f"//{text}")
    except ValueError:
        return False
    if not url.host or url.explicit_port == 0:
        return False
    if _LOOKS_LIKE_IPV4.fullmatch(url.host) or ":" in url.host:
        return is_ip_address(url.host)
    return _NAME.fullmatch(url.host) is not None


def wrong_sender(senders: list[str]) -> str | None:
    """Return the first sender that is not an IP address, None where all are."""
    for sender in senders:
        try:
            ip_address(sender)
        except ValueError:
            return sender
    return None
