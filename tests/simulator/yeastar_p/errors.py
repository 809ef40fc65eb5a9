"""Requests that the API refuses: reference 1.6."""

from typing import Any


class Refused(Exception):
    """The API answers an error code."""

    def __init__(self, code: int, **more: Any) -> None:
        """Keep the code and what the body has beside it."""
        super().__init__(code)
        self.code = code
        self.more = more
