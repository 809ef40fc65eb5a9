"""The address of ours that connections come from, as seen by the PBX."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
import socket
from typing import Any
from unittest.mock import patch

from aiohappyeyeballs import start_connection


@contextmanager
def connecting_from(host: str) -> Generator[None]:
    """Let aiohttp connect from another loopback address of this machine."""
    local = [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, 0))]

    async def connect(addr_infos: Sequence[Any], **kwargs: Any) -> socket.socket:
        kwargs["local_addr_infos"] = local
        return await start_connection(addr_infos, **kwargs)

    with patch("aiohttp.connector.aiohappyeyeballs.start_connection", connect):
        yield
