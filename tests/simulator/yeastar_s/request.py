"""A request as the PBX reads it: path, query, body (reference 1.1, 1.2)."""

from dataclasses import dataclass
import json
from typing import Any
from urllib.parse import parse_qsl

from .answers import Refused

BODY_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request that came in, for tests to look at."""

    method: str
    path: str
    version: str
    endpoint: str
    query: dict[str, str]
    body: dict[str, Any] | None
    raw_body: bytes
    at: float
    monotonic: float
    remote: str


def split_path(path: str) -> tuple[str, str] | None:
    """Return version and endpoint of a path below /api/, None for any other path."""
    parts = path.split("/", 3)
    if len(parts) < 3 or parts[0] or parts[1] != "api":
        return None
    return parts[2], parts[3].strip("/") if len(parts) > 3 else ""


def parse_query(raw: str) -> dict[str, str]:
    """Read the query string leniently: `?&token=` is sent by a working client (1.2)."""
    found: dict[str, str] = {}
    for key, value in parse_qsl(raw, keep_blank_values=True):
        found.setdefault(key, value)
    return found


def readable_body(raw: bytes) -> dict[str, Any] | None:
    """Return the body as a test wants to see it, None when it is no JSON object."""
    try:
        body = json.loads(raw)
    except ValueError, RecursionError:
        return None
    return body if isinstance(body, dict) else None


class Body:
    """The parameters of a request; numbers count as the text they are written in (1.4)."""

    def __init__(self, members: dict[str, Any], sent: bool) -> None:
        """Hold the members; `sent` tells an empty object from no body at all."""
        self._members = members
        self.sent = sent

    @classmethod
    def parse(cls, raw: bytes) -> Body:
        """Read a request body; raise Refused 10002 for XML, 20000 for what is no JSON object."""
        if len(raw) > BODY_LIMIT:
            raise Refused("20000")
        text = raw.strip()
        if not text:
            return cls({}, sent=False)
        if text.startswith(b"<"):
            raise Refused("10002")
        try:
            # A call id must not pass through a float: 1495698433.20 is not .200 (1.4).
            members = json.loads(text.decode(), parse_float=str, parse_int=str)
        except (ValueError, RecursionError) as err:
            raise Refused("20000") from err
        if not isinstance(members, dict):
            raise Refused("20000")
        return cls(members, sent=True)

    def __contains__(self, name: str) -> bool:
        """Return whether a parameter was sent, if only blank."""
        return name in self._members

    def optional(self, name: str, default: str = "") -> str:
        """Return a parameter as text."""
        value = self._members.get(name, default)
        if value is None:
            return default
        if isinstance(value, str):
            return value.strip()
        # Reference 9.5: a wrong type is made a string.
        return json.dumps(value)

    def required(self, name: str) -> str:
        """Return a parameter; raise Refused when it is missing or blank (10004, 20007)."""
        if not self.sent:
            raise Refused("20007")
        value = self.optional(name)
        if not value:
            raise Refused("10004")
        return value

    def listed(self, name: str) -> list[str] | None:
        """Return the members of a comma-joined list, None for "all"."""
        value = self.optional(name)
        return [item.strip() for item in value.split(",") if item.strip()] or None

    def renamed(self, names: dict[str, str]) -> Body:
        """Return the same parameters under other names: each new one with its old one."""
        old = {before: after for after, before in names.items()}
        members = {old.get(name, name): value for name, value in self._members.items()}
        return Body(members, self.sent)

    def names(self) -> tuple[str, ...]:
        """Return what was sent."""
        return tuple(self._members)
