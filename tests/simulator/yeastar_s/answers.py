"""The envelope: every answer is HTTP 200 with `status` (reference 1.3)."""

from dataclasses import dataclass
import json
from typing import Any

type Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """What a download answers instead (reference 3.11)."""

    content: bytes
    content_type: str


_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)

SUCCESS: Answer = {"status": "Success"}

# Reference 1.3; aiohttp writes `Connection: close` itself.
HEADERS = {
    "Server": "Boa/0.94.14rc21",
    "Accept-Ranges": "bytes",
    "Content-Type": "application/json",
    "Access-control-allow-origin": "*",
    "Access-control-allow-methods": "GET, POST, OPTIONS, PUT, DELETE",
}


class Refused(Exception):
    """The PBX answers an errno."""

    def __init__(self, errno: str) -> None:
        """Keep the code of reference 7."""
        super().__init__(errno)
        self.errno = errno


def success(**members: Any) -> Answer:
    """Return a successful answer."""
    return {"status": "Success", **members}


def failure(errno: str) -> Answer:
    """Return a refusal; the code is a string (reference 1.3)."""
    return {"status": "Failed", "errno": errno}


def encode(value: Any) -> str:
    """Write JSON as the samples do: compact, raw UTF-8, in insertion order (9.15)."""
    return _ENCODER.encode(value)
